//! Where a message that arrived has its home, and the events that follow from it.

use anyhow::{Context, Result};

use super::Landing;
use super::evidence::{Seek, Sender};
use super::key::Found;
use crate::desk::incoming::Target;
use crate::desk::ingest::How;
use crate::domain::arrival::{self, Occasion, Place, Returned};
use crate::domain::threading::{self, Evidence, Home};
use crate::domain::{
    Actor, Change, Class, Conversation, Direction, Event, MessageId, Number, Reason, Step,
};
use crate::store::{Act, Snapshot, StoredMessage};

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

impl Landing<'_, '_> {
    /// Gives it a home in an inbox where it has none yet; where that is shown, and by which evidence.
    pub(super) fn find_home(
        &self,
        target: &Target,
        key: Option<&Found<'_>>,
    ) -> Result<(Conversation, How, Step)> {
        let Landing { tx, scene, ready, keys, arrived, .. } = *self;
        let sender = Sender::of(scene, ready);
        let seek = Seek { tx, scene, ready, keys, target, arrived, sender: &sender };
        let evidence = seek.evidence(key)?;
        let (conversation, step) = match threading::home(&evidence) {
            Home::Join { conversation, step } => (Some(conversation), step),
            Home::Begin { step } => (None, step),
        };
        let how = if conversation.is_some() { How::Joined } else { How::New };
        let mut conversation = match conversation {
            Some(number) => tx.conversation(number)?.context("the home of a message is gone")?,
            None => tx.begin_conversation(&target.inbox, ready.received)?,
        };
        let number = conversation.number;
        // Our signature leads from every inbox to one conversation.
        if how == How::Joined && self.is_shown_in(number)? {
            return Ok((conversation, How::Duplicate, step));
        }
        let place = match how {
            How::New => Place::New(&target.inbox),
            _ => Place::In(&conversation),
        };
        let (reason, mut changes) = self.changes(place, number, &step)?;
        changes.extend(key.map(|found| found.keyed(arrived.message)));
        if how == How::Joined {
            changes.extend(offers(tx, &evidence, number, arrived.message)?);
        }
        let act = Act {
            actor: if arrived.class.is_person() { &Actor::Contact } else { &Actor::Postroom },
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
        Ok((conversation, how, step))
    }

    /// Whether the message has a home there already.
    fn is_shown_in(&self, number: Number) -> Result<bool> {
        let Landing { tx, arrived, .. } = *self;
        for home in tx.homes(arrived.message)? {
            if tx.root(home)? == Some(number) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What its arrival there changes, and why.
    fn changes(
        &self,
        place: Place<'_>,
        number: Number,
        step: &Step,
    ) -> Result<(Reason, Vec<Change>)> {
        let Arrived { message, class, .. } = self.arrived;
        Ok(match self.ready.occasion {
            Occasion::Now => {
                let returned = returned(self.tx, class, step, number)?;
                let changes = arrival::arrived(place, message, class, step.clone(), returned);
                (Reason::Arrival, changes)
            }
            Occasion::Archive => {
                (Reason::Archive, arrival::archived(place, message, class, step.clone()))
            }
        })
    }
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
