//! One message lands, inside the transaction: recorded, given its home by evidence, routed and
//! answered when that was asked for.

use anyhow::{Context, Result};

use super::incoming::{self, Target};
use super::ingest::{After, Chain, How, Landed, Taken};
use super::{Scene, autoreply, facts, header, route};
use crate::domain::arrival::Occasion;
use crate::domain::bounce::Outcome;
use crate::domain::{
    Address, Class, Conversation, Direction, EventId, InboxName, MessageId, Number, Signal,
};
use crate::mail::token::Keys;
use crate::mail::{Parsed, identity, references};
use crate::store::{AddressRole, NewArrival, NewMessage, RawBytes, Snapshot, StoredMessage, Tx};

mod copy;
mod door;
mod evidence;
mod home;
mod key;
mod ours;
mod ready;
mod reported;
#[cfg(test)]
mod tests;

use home::Arrived;
use key::Found;
use ours::class_of;
pub(super) use ours::only_author;
pub(super) use ready::{Label, Ready, Understood};

/// One message comes in, inside the transaction.
///
/// # Errors
/// [`Refused`](super::ingest::Refused) where a rule refuses it; those of the configuration and of the
/// store.
pub(super) fn land(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    ready: &Ready<'_>,
    chain: &Chain,
) -> Result<Taken> {
    let keys = scene.keys()?;
    let targets = incoming::targets(scene.config, ready.envelope, &ready.parsed)?;
    let found = key::find(scene, ready, &targets)?;
    let came_before = match tx.message_by_identity(&ready.identity.0)? {
        Some(known) => Some(tx.message(known)?.context("a message that came before is gone")?),
        None => None,
    };
    if let Some(stored) = &came_before
        && let Some(by) = stored.purged
    {
        return Ok(Taken { landed: tombstone(tx, stored, by)?, dropped: Vec::new() });
    }
    let (targets, dropped) = door::open(tx, scene, ready, targets, &found, came_before.as_ref())?;
    if targets.is_empty() {
        return Ok(Taken { landed: Vec::new(), dropped });
    }
    let (arrived, is_new) = match &came_before {
        None => (add_message(tx, scene, ready, keys, &found)?, true),
        Some(stored) => (Arrived::again(stored), false),
    };
    let landing = Landing { tx, scene, ready, keys, chain, arrived, is_new };
    let mut landed: Vec<Landed> = Vec::new();
    for target in targets {
        landed.extend(landing.at(&target, &found, landed.is_empty())?);
    }
    Ok(Taken { landed, dropped })
}

/// A message that is recorded, on its way to each inbox that it came for.
struct Landing<'a, 't> {
    tx: &'a Tx<'t>,
    scene: &'a Scene<'a>,
    ready: &'a Ready<'a>,
    keys: &'a Keys,
    chain: &'a Chain,
    arrived: Arrived,
    /// Whether it was never recorded before.
    is_new: bool,
}

impl<'a> Landing<'a, '_> {
    /// Arrives in one inbox; none where nothing makes it a home, which `check` would name.
    fn at(
        &self,
        target: &'a Target,
        found: &[Found<'a>],
        is_first: bool,
    ) -> Result<Option<Landed>> {
        let Landing { tx, scene, ready, arrived, .. } = *self;
        let row = self.record(target)?;
        // A message that came a moment ago has no home before its first target gave it one.
        let known = match self.is_new && is_first {
            true => None,
            false => known_home(tx, arrived, &target.inbox, row)?,
        };
        let (home, how, shown) = match (known, row) {
            (Some((home, how)), _) => (home, how, facts::shown(tx, home)?),
            (None, Some(_)) => self.settle(target, Found::within(found, &target.inbox))?,
            // It came here before, and was led away.
            (None, None) => match tx.homes(arrived.message)?.first() {
                Some(home) => (*home, How::Duplicate, facts::shown(tx, *home)?),
                None => return Ok(None),
            },
        };
        let Arrived { message, class, .. } = arrived;
        let after = match how {
            How::Own | How::Tombstone => After::default(),
            _ => follow_up(tx, scene, ready, message, home, self.chain)?,
        };
        let (conversation, inbox) = (shown.number, shown.inbox);
        Ok(Some(Landed { conversation, message, how, inbox, class, after }))
    }

    /// Records the arrival; its row, if there was none of the kind.
    fn record(&self, target: &Target) -> Result<Option<i64>> {
        let Landing { tx, ready, arrived, .. } = *self;
        let row = tx.add_arrival(&NewArrival {
            message: arrived.message,
            inbox: &target.inbox,
            recipient: target.recipient.as_ref(),
            received: ready.received,
            sender: incoming::sender(ready.envelope, &ready.parsed),
            extension: ready.envelope.extension.as_deref(),
            wiring: ready.wiring,
            // That of the first arrival stands in the bytes that are kept.
            trace: if self.is_new { "" } else { &ready.parsed.envelope.received },
            dmarc: ready.authentication.dmarc.as_str(),
            spf: ready.authentication.spf.as_str(),
        })?;
        if let (Some(row), Some(recipient)) = (row, unnamed(arrived, &ready.parsed, target)) {
            tx.put_recipient(arrived.message, row, recipient)?;
        }
        Ok(row)
    }

    /// Gives it a home where it has none.
    fn settle(
        &self,
        target: &'a Target,
        key: Option<&Found<'a>>,
    ) -> Result<(Number, How, Conversation)> {
        let Landing { tx, ready, arrived, .. } = *self;
        let (shown, how, step) = self.find_home(target, key)?;
        // What rules had to do with a copy, they did with the one that came first.
        let is_repeat = step.is_copy() || how == How::Duplicate;
        let is_work = ready.occasion == Occasion::Now || self.chain.rules.is_some();
        if is_work && !is_repeat {
            tx.mark_unrouted(arrived.message, shown.number)?;
        }
        Ok((shown.number, how, shown))
    }
}

/// The recipient of an arrival, where the header names it in neither To nor Cc. Mail of ours that
/// came back has no recipients but its own.
fn unnamed<'t>(arrived: Arrived, parsed: &Parsed, target: &'t Target) -> Option<&'t Address> {
    let recipient = target.recipient.as_ref()?;
    let mut named = parsed.to.iter().chain(&parsed.cc).map(|mailbox| &mailbox.address);
    let is_in = arrived.direction == Direction::In;
    (is_in && !named.any(|named| named == recipient)).then_some(recipient)
}

/// The home that a message has already, as seen from an inbox that it arrived in, and what that
/// makes of this arrival: `row` is its row, if it is a new one.
fn known_home(
    tx: &Snapshot<'_>,
    arrived: Arrived,
    inbox: &InboxName,
    row: Option<i64>,
) -> Result<Option<(Number, How)>> {
    if let Some(home) = settled(tx, arrived.message, inbox)? {
        // Our own bytes that came back have their home, and nothing happened to it (R56).
        let is_own = row.is_some() && arrived.direction == Direction::Out;
        return Ok(Some((home, if is_own { How::Own } else { How::Duplicate })));
    }
    // Each home is that of an arrival, or where we wrote it. Where this inbox was told to forget what
    // another one shows still, there were more of them than homes are left.
    let before = tx.count_arrivals(arrived.message)? - usize::from(row.is_some());
    let written = usize::from(arrived.direction == Direction::Out);
    if before + written <= tx.homes(arrived.message)?.len() {
        return Ok(None);
    }
    let purged = tx.purged_home(arrived.message, inbox)?;
    Ok(purged.map(|home| (home, How::Tombstone)))
}

/// What was purged stays so: it is known, and nothing of it is kept.
fn tombstone(tx: &Snapshot<'_>, stored: &StoredMessage, by: EventId) -> Result<Vec<Landed>> {
    let event = tx.event(by)?.context("the event of a purge is gone")?;
    let conversation = event.conversation;
    let inbox = tx.conversation(conversation)?.context("a purged conversation is gone")?.inbox;
    let (message, class, after) = (stored.id, stored.class, After::default());
    Ok(vec![Landed { conversation, message, how: How::Tombstone, inbox, class, after }])
}

/// Where a message that came before lives, as seen from an inbox: there, or, when a signature led
/// it away, wherever it has its home.
fn settled(tx: &Snapshot<'_>, message: MessageId, inbox: &InboxName) -> Result<Option<Number>> {
    if let Some(here) = tx.home_in(message, inbox)? {
        return Ok(Some(here));
    }
    for home in tx.homes(message)? {
        if facts::is_signed(tx, message, home)? {
            return Ok(Some(home));
        }
    }
    Ok(None)
}

/// Who or what wrote a message; what has a key is of a machine, also where it reads like a bounce.
fn classify(
    tx: &Snapshot<'_>,
    scene: &Scene<'_>,
    keys: &Keys,
    parsed: &Parsed,
    found: &[Found<'_>],
) -> Result<(Class, Option<Signal>)> {
    Ok(match class_of(tx, scene, keys, parsed)? {
        (Class::Person, _) if !found.is_empty() => (Class::Automatic, Some(Signal::Correlated)),
        other => other,
    })
}

fn add_message(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    ready: &Ready<'_>,
    keys: &Keys,
    found: &[Found<'_>],
) -> Result<Arrived> {
    let parsed = &ready.parsed;
    let (class, signal) = classify(tx, scene, keys, parsed, found)?;
    let mut defects: Vec<&str> = parsed.defects.iter().map(|defect| defect.as_str()).collect();
    let shares_id = match &parsed.message_id {
        Some(id) => tx.message_id_is_taken(id)?,
        None => false,
    };
    // A From that is forged is nobody's copy; what is our own has that id from us.
    let is_ours = signal == Some(Signal::OwnMark);
    if shares_id && !is_ours && (ready.is_forged() || !copy::is_known(tx, ready, class)?) {
        defects.push("message-id-taken");
    }
    if ours::has_forged_token(scene, keys, parsed) {
        defects.push("forged-token");
    }
    let addresses = header::addresses(
        scene.config,
        [
            (AddressRole::From, parsed.from.as_slice()),
            (AddressRole::Sender, parsed.sender.as_slice()),
            (AddressRole::ReplyTo, &parsed.reply_to),
            (AddressRole::To, &parsed.to),
            (AddressRole::Cc, &parsed.cc),
        ],
    );
    let references = references::nearest_first(&parsed.in_reply_to, &parsed.references);
    let message = tx.add_message(&NewMessage {
        identity: ready.identity.0,
        identity_version: identity::VERSION,
        raw: RawBytes { hash: ready.hash, content: ready.raw.content() },
        direction: Direction::In,
        received: ready.received,
        date: parsed.date,
        message_id: parsed.message_id.as_deref(),
        other_ids: &parsed.other_ids,
        subject: &parsed.subject,
        class,
        signal: signal.map(Signal::as_str),
        attachments: parsed.attachments.len(),
        addresses: &addresses,
        references: &references,
        outcomes: outcomes(parsed),
        defects: &defects,
    })?;
    Ok(Arrived { message, class, direction: Direction::In, shares_id })
}

/// What a message says became of a mail; nothing when it is no report.
pub(super) fn outcomes(parsed: &Parsed) -> &[Outcome] {
    parsed.bounce.as_ref().map_or(&[], |bounce| &bounce.recipients)
}

/// Rules and automatic answer. A failure here is told and leaves the mail stored: the next
/// `route` finishes what is left (R119).
fn follow_up(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    ready: &Ready<'_>,
    message: MessageId,
    number: Number,
    chain: &Chain,
) -> Result<After> {
    let mut after = After::default();
    if let Some(rules) = &chain.rules {
        let text = facts::TextOf::Parsed(&ready.parsed.text);
        match tx.attempt(|| route::route_arrival(tx, scene, message, number, text, rules))? {
            Ok(routed) => after.routed = routed,
            Err(error) => after.trouble.push(format!("route: {error:#}")),
        }
    }
    if let Some(texts) = &chain.texts {
        match tx.attempt(|| autoreply::answer(tx, scene, message, &ready.parsed, number, texts))? {
            Ok(answered) => after.answered = answered,
            Err(error) => after.trouble.push(format!("autoreply: {error:#}")),
        }
    }
    Ok(after)
}
