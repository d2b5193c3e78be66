//! What happened, and why: the event log, and the reasons that every decision kept.

use anyhow::Result;

use super::failure::no_such;
use super::{Desk, facts};
use crate::domain::bounce::Outcome;
use crate::domain::step::Stood;
use crate::domain::{Address, Change, Event, EventId, MessageId, Number, Step};
use crate::mail::{base_subject, token};
use crate::store::{AddressRole, Asked, Snapshot, StoredArrival, StoredDrop, StoredMessage};

/// Why a message is where it is, and what was made of it.
#[derive(Debug, Clone)]
pub struct WhyMessage {
    /// The message.
    pub message: StoredMessage,
    /// What it says became of a mail, when it is a report.
    pub outcomes: Vec<Outcome>,
    /// How it came in.
    pub arrivals: Vec<StoredArrival>,
    /// Each home, with the event that gave it, what followed, and whether a machine answered.
    pub homes: Vec<WhyHome>,
}

/// One home of a message.
#[derive(Debug, Clone)]
pub struct WhyHome {
    /// The conversation.
    pub number: Number,
    /// The event by which it came there.
    pub event: Option<Event>,
    /// What the evidence was: the Message-ID, the signed id, the number in the subject.
    pub value: Option<String>,
    /// The correlation that found a key in it, and the key.
    pub key: Option<(String, String)>,
    /// The subject of the conversation, where that of this message is another one (R67).
    pub other_subject: Option<String>,
    /// What rules did because of it.
    pub followed: Vec<Event>,
    /// What came of asking for an automatic answer; none when nobody asked.
    pub autoreply: Option<Asked>,
}

impl Desk {
    /// The log of one conversation.
    ///
    /// # Errors
    /// When there is no such conversation; and those of the store.
    pub fn log_of(&self, number: Number) -> Result<Vec<Event>> {
        self.read(|snapshot| {
            if snapshot.conversation(number)?.is_none() {
                return Err(no_such(&format!("conversation {number}")).into());
            }
            snapshot.events(number)
        })
    }

    /// What rules dropped, first one first.
    ///
    /// # Errors
    /// Those of the store and of `take`.
    pub fn dropped(&self, take: impl FnMut(StoredDrop) -> Result<()>) -> Result<()> {
        self.read(|snapshot| snapshot.each_drop(take))
    }

    /// One event.
    ///
    /// # Errors
    /// When there is no such event; and those of the store.
    pub fn event(&self, id: EventId) -> Result<Event> {
        self.read(|snapshot| {
            Ok(snapshot.event(id)?.ok_or_else(|| no_such(&format!("event {id}")))?)
        })
    }

    /// Why a message is where it is.
    ///
    /// # Errors
    /// When there is no such message; and those of the store.
    pub fn why_message(&self, id: MessageId) -> Result<WhyMessage> {
        self.read(|snapshot| {
            let message = facts::message(snapshot, id)?;
            let mut homes = Vec::new();
            for number in snapshot.homes(id)? {
                let event = snapshot.event_of_message(id, number)?;
                let value = match event.as_ref().map(|event| &event.change) {
                    Some(Change::Arrived { step, .. }) => value(snapshot, &message, number, step)?,
                    _ => None,
                };
                let key = snapshot.key_of(id, number)?;
                let other_subject = match key {
                    // Alerts of one matter have many.
                    Some(_) => None,
                    None => other_subject(snapshot, &message, number)?,
                };
                let cause = event.as_ref().map(|event| event.id);
                let followed = snapshot
                    .events(number)?
                    .into_iter()
                    .filter(|event| event.by.cause.is_some() && event.by.cause == cause)
                    .collect();
                let autoreply = snapshot.autoreply_of(id, number)?;
                homes.push(WhyHome {
                    number,
                    event,
                    value,
                    key,
                    other_subject,
                    followed,
                    autoreply,
                });
            }
            let outcomes = snapshot.outcomes(id)?;
            Ok(WhyMessage { message, outcomes, arrivals: snapshot.arrivals(id)?, homes })
        })
    }
}

/// What the evidence of a step was, as it stands in the mail.
fn value(
    snapshot: &Snapshot<'_>,
    message: &StoredMessage,
    home: Number,
    step: &Step,
) -> Result<Option<String>> {
    let id_of = |other: MessageId| Ok(snapshot.message(other)?.and_then(|m| m.message_id));
    let tag = |number: Number| Ok(Some(format!("[#{number}]")));
    match step {
        Step::Token { stood: Stood::MessageId, .. }
        | Step::Copy { .. }
        | Step::Direct { .. }
        | Step::Referenced { .. } => Ok(message.message_id.clone()),
        Step::Token { message: signed, stood: Stood::Returned | Stood::OriginalMessageId } => {
            id_of(*signed)
        }
        Step::Token { message: signed, stood: Stood::Recipient } => {
            let mut addresses = snapshot.arrived_for(message.id)?;
            for role in [AddressRole::To, AddressRole::Cc] {
                let named = snapshot.addresses(message.id, role)?;
                addresses.extend(named.into_iter().map(|mailbox| mailbox.address));
            }
            let says = |address: &&Address| address.extension().and_then(token::claimed);
            let found = addresses.iter().find(|address| says(address) == Some(*signed));
            Ok(found.map(ToString::to_string))
        }
        Step::Token { message: signed, .. } => {
            let mut ids = snapshot.references(message.id)?.into_iter();
            Ok(ids.find(|id| token::claimed(id) == Some(*signed)))
        }
        Step::Reference { message: other, .. }
        | Step::Reported { message: other, .. }
        | Step::Stranger { message: other, .. } => id_of(*other),
        Step::Sibling { message: other } => {
            let theirs = snapshot.references(*other)?;
            Ok(snapshot.references(message.id)?.into_iter().find(|id| theirs.contains(id)))
        }
        Step::Key { .. } => Ok(snapshot.key_of(message.id, home)?.map(|(_, key)| key)),
        Step::Subject => tag(home),
        Step::ForeignToken { related, .. } => tag(*related),
        Step::New | Step::ClosedTooLong { .. } => Ok(None),
    }
}

fn other_subject(
    snapshot: &Snapshot<'_>,
    message: &StoredMessage,
    home: Number,
) -> Result<Option<String>> {
    let subject = snapshot.row(home)?.map(|row| row.subject).unwrap_or_default();
    Ok((base_subject(&subject) != base_subject(&message.subject)).then_some(subject))
}
