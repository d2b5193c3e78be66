//! What happened, and why: the event log, and the reasons that every decision kept.

use anyhow::Result;

use super::Desk;
use super::failure::no_such;
use crate::domain::{Event, EventId, MessageId, Number};
use crate::store::{Asked, StoredArrival, StoredMessage};

/// Why a message is where it is, and what was made of it.
#[derive(Debug, Clone)]
pub struct WhyMessage {
    /// The message.
    pub message: StoredMessage,
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
            let message = snapshot.message(id)?.ok_or_else(|| no_such(&format!("message {id}")))?;
            let mut homes = Vec::new();
            for number in snapshot.homes(id)? {
                let event = snapshot.event_of_message(id, number)?;
                let cause = event.as_ref().map(|event| event.id);
                let followed = snapshot
                    .events(number)?
                    .into_iter()
                    .filter(|event| event.by.cause.is_some() && event.by.cause == cause)
                    .collect();
                let autoreply = snapshot.autoreply_of(id, number)?;
                homes.push(WhyHome { number, event, followed, autoreply });
            }
            Ok(WhyMessage { message, arrivals: snapshot.arrivals(id)?, homes })
        })
    }
}
