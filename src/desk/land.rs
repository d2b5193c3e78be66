//! One message lands, inside the transaction: recorded, given its home by evidence, routed and
//! answered when that was asked for.

use anyhow::{Context, Result};

use super::incoming::{self, Envelope, Target};
use super::ingest::{After, Chain, How, Incoming, Landed};
use super::raw::Raw;
use super::{Scene, autoreply, facts, header, route};
use crate::config::Config;
use crate::domain::arrival::{self, Place};
use crate::domain::event::MailKind;
use crate::domain::threading::{self, Candidate, Evidence, Home};
use crate::domain::{
    Actor, Address, Change, Class, Direction, InboxName, MessageId, Number, Reason, Signal, Step,
    Time,
};
use crate::mail::authentication::{self, Authentication};
use crate::mail::token::Keys;
use crate::mail::{self, Fields, Parsed, identity};
use crate::store::{Act, AddressRole, NewArrival, NewMessage, Snapshot, Tx, Wiring};

mod ours;
#[cfg(test)]
mod tests;

pub(super) use ours::only_author;
use ours::{class_of, proven};

/// A message understood, before the lock is taken: parsing is pure, and its worst outcome is a
/// list of defects.
pub(super) struct Ready<'a> {
    raw: &'a Raw,
    pub(super) identity: mail::Identity,
    pub(super) parsed: Parsed,
    authentication: Authentication,
    envelope: &'a Envelope,
    wiring: Wiring,
    received: Time,
}

impl<'a> Ready<'a> {
    pub(super) fn of(incoming: &Incoming<'a>, config: &Config, now: Time) -> Self {
        let fields = Fields::scan(incoming.raw.beginning());
        let authserv = config.settings().authserv_id.as_deref();
        Ready {
            raw: incoming.raw,
            identity: incoming.raw.identity(),
            parsed: incoming.raw.parse(),
            authentication: authentication::verdict(&fields, authserv),
            envelope: incoming.envelope,
            wiring: incoming.wiring,
            received: incoming.delivered.map_or(now, |at| at.min(now)),
        }
    }
}

/// One message comes in, inside the transaction.
pub(super) fn land(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    ready: &Ready<'_>,
    chain: &Chain,
) -> Result<Vec<Landed>> {
    let keys = scene.keys()?;
    let message = match tx.message_by_identity(&ready.identity.0)? {
        Some(known) => known,
        None => add_message(tx, scene, ready, keys)?,
    };
    let stored = tx.message(message)?.context("a message that was just stored is gone")?;
    let mut landed = Vec::new();
    for target in incoming::targets(scene.config, ready.envelope, &ready.parsed)? {
        let arrival = NewArrival {
            message,
            inbox: &target.inbox,
            recipient: target.recipient.as_ref(),
            received: ready.received,
            sender: &incoming::sender(ready.envelope, &ready.parsed),
            extension: ready.envelope.extension.as_deref(),
            wiring: ready.wiring,
            trace: &ready.parsed.envelope.received,
            dmarc: ready.authentication.dmarc.as_str(),
            spf: ready.authentication.spf.as_str(),
        };
        let arrived = tx.add_arrival(&arrival)?;
        let (conversation, how) = match (arrived, settled(tx, message, &target.inbox)?) {
            // Our own bytes that came back have their home, and nothing happened to it (R56).
            (Some(_), Some(known)) if stored.direction == Direction::Out => (known, How::Own),
            (_, Some(known)) => (known, How::Duplicate),
            (Some(row), None) => {
                let arrived = Arrived { message, class: stored.class, row };
                find_home(tx, scene, ready, keys, &target, arrived)?
            }
            // An arrival without a home: nothing makes one, `check` would name it.
            (None, None) => continue,
        };
        let inbox = tx.conversation(conversation)?.map_or(target.inbox, |c| c.inbox);
        let after = match how {
            How::Own => After::default(),
            _ => follow_up(tx, scene, ready, message, conversation, chain)?,
        };
        landed.push(Landed { conversation, message, how, inbox, class: stored.class, after });
    }
    Ok(landed)
}

/// Where a message that came before lives, as seen from an inbox: there, or, when a signature led
/// it away, wherever it has its home.
fn settled(tx: &Snapshot<'_>, message: MessageId, inbox: &InboxName) -> Result<Option<Number>> {
    if let Some(here) = tx.home_in(message, inbox)? {
        return Ok(Some(here));
    }
    for home in tx.homes(message)? {
        let event = tx.event_of_message(message, home)?;
        let crossed = event.is_some_and(|event| match event.change {
            Change::Arrived { step, .. } => matches!(step, Step::Token { .. }),
            Change::Queued { .. } => true,
            _ => false,
        });
        if crossed {
            return Ok(Some(home));
        }
    }
    Ok(None)
}

fn add_message(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    ready: &Ready<'_>,
    keys: &Keys,
) -> Result<MessageId> {
    let parsed = &ready.parsed;
    let (class, signal) = class_of(tx, scene, keys, parsed)?;
    let mut defects: Vec<&str> = parsed.defects.iter().map(|defect| defect.as_str()).collect();
    if let Some(id) = &parsed.message_id
        && tx.message_id_is_taken(id)?
    {
        defects.push("message-id-taken");
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
    let references = nearest_first(parsed);
    tx.add_message(&NewMessage {
        identity: ready.identity.0,
        identity_version: identity::VERSION,
        raw: ready.raw.bytes(),
        direction: Direction::In,
        received: ready.received,
        date: parsed.date,
        message_id: parsed.message_id.as_deref(),
        subject: &parsed.subject,
        class,
        signal: signal.map(Signal::as_str),
        attachments: parsed.attachments.len(),
        addresses: &addresses,
        references: &references,
        defects: &defects,
    })
}

/// The ids that a message refers to, nearest first: In-Reply-To when it is exactly one id, then
/// References from the last to the first, then what else In-Reply-To holds (R59).
pub(super) fn nearest_first(parsed: &Parsed) -> Vec<String> {
    let (first, rest) = match parsed.in_reply_to.as_slice() {
        [only] => (Some(only), &[][..]),
        several => (None, several),
    };
    let mut ids: Vec<String> = Vec::new();
    for id in first.into_iter().chain(parsed.references.iter().rev()).chain(rest) {
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    ids
}

/// A message that has arrived in an inbox and has no home there yet.
#[derive(Clone, Copy)]
struct Arrived {
    message: MessageId,
    class: Class,
    row: i64,
}

fn find_home(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    ready: &Ready<'_>,
    keys: &Keys,
    target: &Target,
    arrived: Arrived,
) -> Result<(Number, How)> {
    let evidence = evidence(tx, scene, ready, keys, target, arrived)?;
    let home = threading::home(&evidence);
    let (mut conversation, place_is_new, step) = match home {
        Home::Join { conversation, step } => {
            let found = tx.conversation(conversation)?;
            (found.context("the home of a message is gone")?, false, step)
        }
        Home::Begin { step } => (tx.begin_conversation(&target.inbox, ready.received)?, true, step),
    };
    let number = conversation.number;
    let place = if place_is_new { Place::New(&target.inbox) } else { Place::In(&conversation) };
    let returned = returned(tx, arrived.class, &step)?;
    let changes = arrival::arrived(place, arrived.message, arrived.class, step.clone(), returned);
    let act = Act {
        actor: if arrived.class.is_person() { &Actor::Contact } else { &Actor::Postroom },
        reason: &Reason::Arrival,
        cause: None,
        effective: ready.received,
    };
    tx.record(&mut conversation, &act, &changes)?;
    tx.mark_unrouted(arrived.message, number, arrived.row)?;
    Ok((number, if place_is_new { How::New } else { How::Joined }))
}

/// The kind of our mail that a bounce gives back, where its signature proves it.
fn returned(tx: &Snapshot<'_>, class: Class, step: &Step) -> Result<Option<MailKind>> {
    match step {
        Step::Token { message } if class == Class::Bounce => tx.kind_of_mail(*message),
        _ => Ok(None),
    }
}

fn evidence<'a>(
    tx: &Snapshot<'_>,
    scene: &Scene<'_>,
    ready: &Ready<'_>,
    keys: &Keys,
    target: &'a Target,
    arrived: Arrived,
) -> Result<Evidence<'a>> {
    let parsed = &ready.parsed;
    // Whom a trusted server calls forged is nobody: neither participant nor agent.
    let forged = ready.authentication.dmarc == authentication::Verdict::Fail;
    let from = parsed.from.as_ref().map(|from| &from.address).filter(|_| !forged);
    let sender = from.map(Address::person_key).unwrap_or_default();
    let agent = from.is_some_and(|from| scene.config.agent_by_address(from).is_some());
    let with_agents = |c: Candidate| Candidate { participant: c.participant || agent, ..c };
    let ids = nearest_first(parsed);
    let mut signed = Vec::new();
    // Its own Message-ID counts as a reference: everybody who got a mail of ours knows that id, so
    // it proves where the mail belongs, not that it is ours. Only equal bytes prove that.
    let own_id = parsed.message_id.iter();
    for id in ids.iter().chain(own_id).chain(&parsed.returned) {
        if let Some(named) = proven(tx, keys, id)? {
            signed.extend(tx.homes_of(named.id, &sender)?);
        }
    }
    let mut references = Vec::new();
    for id in &ids {
        references.extend(tx.home_by_message_id(id, &sender, &target.inbox)?.map(with_agents));
    }
    let mut referenced_by = Vec::new();
    if let Some(id) = &parsed.message_id {
        referenced_by.extend(tx.home_of_referrer(id, &sender, &target.inbox)?.map(with_agents));
    }
    Ok(Evidence {
        signed,
        references,
        referenced_by,
        inbox: &target.inbox,
        effective: ready.received,
        reopen_within: scene.config.inbox(&target.inbox).and_then(|inbox| inbox.reopen_within),
        class: arrived.class,
    })
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
