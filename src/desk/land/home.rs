//! Where a message that arrived has its home: the evidence out of the store, and the events that
//! follow from it.

use anyhow::{Context, Result};

use super::Ready;
use super::copy;
use super::key::Found;
use super::ours::proven;
use super::reported::reported;
use crate::desk::Scene;
use crate::desk::incoming::Target;
use crate::desk::ingest::How;
use crate::domain::arrival::{self, Occasion, Place, Returned};
use crate::domain::step::Stood;
use crate::domain::threading::{self, Candidate, Evidence, Home, Lead};
use crate::domain::{
    Actor, Address, Change, Class, Conversation, Direction, Event, MessageId, Number, Reason, Step,
};
use crate::mail::token::Keys;
use crate::mail::{Parsed, authentication, subject};
use crate::store::{Act, Snapshot, StoredMessage, Tx};

/// The ids that a message refers to, nearest first: In-Reply-To when it is exactly one id, then
/// References from the last to the first, then what else In-Reply-To holds (R59).
pub(in crate::desk) fn nearest_first(parsed: &Parsed) -> Vec<String> {
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

/// A message that arrives.
#[derive(Clone, Copy)]
pub(super) struct Arrived {
    pub(super) message: MessageId,
    pub(super) class: Class,
    pub(super) direction: Direction,
    /// Whether others have its Message-ID.
    pub(super) shares_id: bool,
}

impl Arrived {
    /// One that came before.
    pub(super) fn again(stored: &StoredMessage) -> Self {
        let StoredMessage { id, class, direction, .. } = *stored;
        Arrived { message: id, class, direction, shares_id: true }
    }
}

/// Gives it a home in an inbox where it has none yet; where that is shown, and by which evidence.
#[allow(clippy::too_many_arguments)]
pub(super) fn find_home(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    ready: &Ready<'_>,
    keys: &Keys,
    target: &Target,
    arrived: Arrived,
    key: Option<&Found<'_>>,
) -> Result<(Conversation, How, Step)> {
    let sender = Sender::of(scene, ready);
    let evidence = evidence(tx, scene, ready, keys, target, arrived, &sender, key)?;
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
    let Arrived { message, class, .. } = arrived;
    let (reason, mut changes) = match ready.occasion {
        Occasion::Now => {
            let returned = returned(tx, class, &step, number)?;
            (Reason::Arrival, arrival::arrived(place, message, class, step.clone(), returned))
        }
        Occasion::Archive => {
            (Reason::Archive, arrival::archived(place, message, class, step.clone()))
        }
    };
    changes.extend(key.map(|found| found.keyed(message)));
    if !place_is_new {
        changes.extend(offers(tx, &evidence, number, message)?);
    }
    let act = Act {
        actor: if class.is_person() { &Actor::Contact } else { &Actor::Postroom },
        reason: &reason,
        cause: None,
        effective: ready.received,
    };
    let events = tx.record(&mut conversation, &act, &changes)?;
    if let (Some(found), Some(keyed)) = (key, &evidence.key) {
        let is_arrival = |event: &&Event| matches!(event.change, Change::Arrived { .. });
        let cause = events.iter().find(is_arrival).map(|event| event.id);
        // Only who has a part in it may close it: the one who began it, as a rule.
        if tx.participants(number)?.0.contains_key(&sender.person) {
            found.obey(tx, &mut conversation, keyed.says, cause, ready.received)?;
        }
    }
    Ok((conversation, if place_is_new { How::New } else { How::Joined }, step))
}

/// The mail of ours that a bounce gives back, where its signature proves it.
fn returned(
    tx: &Snapshot<'_>,
    class: Class,
    step: &Step,
    number: Number,
) -> Result<Option<Returned>> {
    let Step::Token { message, .. } = *step else { return Ok(None) };
    if class != Class::Bounce {
        return Ok(None);
    }
    let Some(mail) = tx.kind_of_mail(message)? else { return Ok(None) };
    let is_last_word = tx.is_last_word(number, message)?;
    Ok(Some(Returned { message, mail, is_last_word }))
}

/// What is proved to be one matter is offered for merge, once (R62).
fn offers(
    tx: &Snapshot<'_>,
    evidence: &Evidence<'_>,
    joined: Number,
    message: MessageId,
) -> Result<Vec<Change>> {
    let mut offers = Vec::new();
    for with in threading::same(evidence, joined) {
        if !tx.are_related(joined, with)? {
            offers.push(Change::MergeOffered { with, message });
        }
    }
    Ok(offers)
}

#[allow(clippy::too_many_arguments)]
fn evidence<'a>(
    tx: &Snapshot<'_>,
    scene: &Scene<'_>,
    ready: &Ready<'_>,
    keys: &Keys,
    target: &'a Target,
    arrived: Arrived,
    sender: &Sender,
    key: Option<&Found<'a>>,
) -> Result<Evidence<'a>> {
    let parsed = &ready.parsed;
    let ids = nearest_first(parsed);
    let stood = |id: &String| match parsed.in_reply_to.contains(id) {
        true => Stood::InReplyTo,
        false => Stood::References,
    };
    let mut signed = Vec::new();
    // Its own Message-ID counts as a reference: everybody who got a mail of ours knows that id, so
    // it proves where the mail belongs, not that it is ours. Only equal bytes prove that.
    let own_id = parsed.message_id.iter().map(|id| (id, Stood::MessageId));
    let answered = ids.iter().map(|id| (id, stood(id)));
    let returned = parsed.returned.iter().map(|id| (id, Stood::Returned));
    let written = answered.clone().chain(own_id).chain(returned.clone());
    let in_ids = written.filter_map(|(id, stood)| Some((keys.verify(id)?, stood)));
    let addresses = addressed(scene, ready, target).into_iter();
    let in_addresses =
        addresses.filter_map(|one| Some((keys.verify_address(&one)?, Stood::Recipient)));
    for (token, stood) in in_ids.chain(in_addresses) {
        if let Some(named) = proven(tx, keys, &token)? {
            let homes = tx.homes_of(named.id, &sender.person)?;
            signed.extend(homes.into_iter().map(|to| Lead { to, stood }));
        }
    }
    let (mut references, mut siblings) = (Vec::new(), Vec::new());
    for (id, stood) in answered.clone().chain(returned.clone()) {
        let found = tx.homes_by_message_id(id, &sender.person, &target.inbox)?;
        if found.is_empty() && stood != Stood::Returned {
            let found = tx.homes_of_siblings(id, arrived.message, &sender.person, &target.inbox)?;
            siblings.extend(sender.joining(found));
        }
        references.extend(sender.joining(found).map(|to| Lead { to, stood }));
    }
    // A From that is forged is nobody's copy either.
    let original = match arrived.shares_id && !sender.person.is_empty() {
        true => copy::original(tx, ready, target, arrived)?,
        false => None,
    };
    let mut referenced_by = Vec::new();
    for id in parsed.message_id.iter().chain(&parsed.other_ids) {
        let found = tx.homes_of_referrers(id, &sender.person, &target.inbox)?;
        // Who refers to an id that another mail had before it answers that one.
        if !found.is_empty() && is_of_another(tx, id, arrived.message, target)? {
            continue;
        }
        referenced_by.extend(sender.joining(found));
    }
    let inbox = scene.config.inbox(&target.inbox);
    let is_ours = |name: &str| inbox.is_some_and(|inbox| inbox.is_called(name));
    let named = match subject::named_number(&parsed.subject, is_ours) {
        Some(number) => tx.home_by_number(number, &sender.person, &target.inbox)?,
        None => None,
    };
    Ok(Evidence {
        signed,
        references,
        reported: reported(tx, ready, arrived.class, target, returned.chain(answered))?,
        referenced_by,
        siblings,
        original,
        subject: sender.joining(named).next(),
        key: match key {
            Some(found) => Some(found.evidence(tx, &sender.person, ready.occasion)?),
            None => None,
        },
        inbox: &target.inbox,
        effective: ready.received,
        reopen_within: match ready.occasion {
            Occasion::Now => inbox.and_then(|inbox| inbox.reopen_within),
            Occasion::Archive => None,
        },
        class: arrived.class,
    })
}

/// Whether another mail with that Message-ID has its home in the inbox.
fn is_of_another(tx: &Snapshot<'_>, id: &str, message: MessageId, target: &Target) -> Result<bool> {
    let homes = tx.homes_by_message_id(id, "", &target.inbox)?;
    Ok(homes.iter().any(|home| home.message != message))
}

/// The addresses of an inbox that a message came for, with their extensions: what the wiring says
/// first, then what its header says.
fn addressed(scene: &Scene<'_>, ready: &Ready<'_>, target: &Target) -> Vec<Address> {
    let with_extension = |extension: &String| {
        let recipient = target.recipient.as_ref()?;
        format!("{}+{extension}@{}", recipient.local(), recipient.domain()).parse().ok()
    };
    let told = ready.envelope.extension.as_ref().and_then(with_extension);
    let parsed = &ready.parsed;
    let named = parsed.to.iter().chain(&parsed.cc).map(|mailbox| mailbox.address.clone());
    let all = target.recipient.iter().cloned().chain(told).chain(named);
    let is_here = |address: &Address| {
        scene.config.inbox_for(address).is_some_and(|inbox| inbox.name == target.inbox)
    };
    all.filter(|address| address.extension().is_some() && is_here(address)).collect()
}

/// Who a message is from, as far as that lets it in. A From that our own server found forged is
/// nobody: neither participant nor agent.
struct Sender {
    person: String,
    may_join: MayJoin,
}

/// Which conversations a sender may join by a reference.
#[derive(Clone, Copy)]
enum MayJoin {
    /// Those in which they have a part.
    TheirOwn,
    /// Closed ones as well: the author of old mail. Nothing of them is given away, since whoever
    /// joins by a reference gets no part in the conversation.
    Closed,
    /// All: an agent.
    All,
}

impl Sender {
    fn of(scene: &Scene<'_>, ready: &Ready<'_>) -> Self {
        let forged = ready.authentication.dmarc == authentication::Verdict::Fail;
        let from = ready.parsed.from.as_ref().map(|from| &from.address).filter(|_| !forged);
        let is_agent = from.is_some_and(|from| scene.config.agent_by_address(from).is_some());
        let may_join = match ready.occasion {
            _ if is_agent => MayJoin::All,
            Occasion::Now => MayJoin::TheirOwn,
            Occasion::Archive => MayJoin::Closed,
        };
        Sender { person: from.map(Address::person_key).unwrap_or_default(), may_join }
    }

    /// With those that they may join.
    fn joining(
        &self,
        found: impl IntoIterator<Item = Candidate>,
    ) -> impl Iterator<Item = Candidate> {
        let may_join = self.may_join;
        let with = move |c: Candidate| {
            let more = match may_join {
                MayJoin::TheirOwn => false,
                MayJoin::Closed => c.closed.is_some(),
                MayJoin::All => true,
            };
            Candidate { participant: c.participant || more, ..c }
        };
        found.into_iter().map(with)
    }
}
