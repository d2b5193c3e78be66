//! Where a message that arrived has its home, and the events that follow from it.

use anyhow::{Context, Result};

use super::Ready;
use super::evidence::{Seek, Sender};
use super::key::Found;
use crate::desk::Scene;
use crate::desk::incoming::Target;
use crate::desk::ingest::How;
use crate::domain::arrival::{self, Occasion, Place, Returned};
use crate::domain::threading::{self, Evidence, Home};
use crate::domain::{
    Actor, Change, Class, Conversation, Direction, Event, MessageId, Number, Reason, Step,
};
use crate::mail::Parsed;
use crate::mail::token::Keys;
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
    let seek = Seek { tx, scene, ready, keys, target, arrived, sender: &sender };
    let evidence = seek.evidence(key)?;
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
