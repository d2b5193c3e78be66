//! The course of one conversation, read from its events up to an instant.

use crate::domain::event::MailKind;
use crate::domain::{Actor, Change, Conversation, Duration, Event, EventId, Reason, Status, Time};

/// Something that a report counts, at the instant when it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// The conversation began.
    Opened,
    /// A message came from outside, of whatever class.
    Arrived,
    /// A person of ours put a reply into the outbox.
    Replied(Actor),
    /// It became closed.
    Closed,
    /// It was closed and is so no longer.
    Reopened,
}

/// What one conversation was up to an instant.
#[derive(Debug)]
pub(super) struct Course {
    /// As it stood at that instant.
    pub(super) state: Conversation,
    /// What happened, in order of recording.
    pub(super) acts: Vec<(Time, Act)>,
    asked: Option<Time>,
    answered: Option<Time>,
    first_closed: Option<Time>,
    last_closed: Option<Time>,
    /// The arrival that the conversation began with.
    began: Option<EventId>,
}

/// A span together with the instant at which it ended, which puts it into a period (R218).
pub(super) type Ended = (Time, Duration);

impl Course {
    /// Reads the events, in order of recording, that happened before `to`; none when the
    /// conversation began later or has no beginning at all.
    pub(super) fn until(to: Time, events: &[Event]) -> Option<Self> {
        let (first, inbox) = events.iter().find_map(|event| match &event.change {
            Change::Opened { inbox } => Some((event, inbox)),
            _ => None,
        })?;
        if first.effective >= to {
            return None;
        }
        let mut course = Course {
            state: Conversation::new(first.conversation, inbox.clone(), first.effective),
            acts: Vec::new(),
            asked: None,
            answered: None,
            first_closed: None,
            last_closed: None,
            began: None,
        };
        events.iter().filter(|event| event.effective < to).for_each(|event| course.read(event));
        Some(course)
    }

    fn read(&mut self, event: &Event) {
        let (at, before) = (event.effective, self.state.status);
        self.state.apply(event);
        match &event.change {
            Change::Opened { .. } => self.acts.push((at, Act::Opened)),
            Change::Arrived { step, .. } if step.is_copy() => {}
            Change::Arrived { class, .. } => {
                self.acts.push((at, Act::Arrived));
                self.began.get_or_insert(event.id);
                if class.is_person() && event.by.reason != Reason::Archive {
                    self.asked.get_or_insert(at);
                }
            }
            Change::Queued { mail: MailKind::Reply, .. } if by_person(event) => {
                self.acts.push((at, Act::Replied(event.by.actor.clone())));
                if self.asked.is_some() {
                    self.answered.get_or_insert(at);
                }
            }
            Change::StatusSet { .. }
            | Change::TookIn { .. }
            | Change::Undid { .. }
            | Change::Purged { .. } => {
                self.turn(event, before);
            }
            _ => {}
        }
    }

    fn turn(&mut self, event: &Event, before: Status) {
        let at = event.effective;
        match (before, self.state.status) {
            (Status::Closed, Status::Closed) => {}
            (_, Status::Closed) => {
                self.acts.push((at, Act::Closed));
                if !self.on_arrival(event) {
                    self.first_closed.get_or_insert(at);
                    self.last_closed = Some(at);
                }
            }
            (Status::Closed, _) => self.acts.push((at, Act::Reopened)),
            _ => {}
        }
    }

    /// Whether the first message did it: it was a bounce, or from an archive, or a rule put it away.
    /// Nobody resolved anything then, and such mail must not make the resolution times look short.
    fn on_arrival(&self, event: &Event) -> bool {
        match event.by.reason {
            Reason::Arrival | Reason::Archive => true,
            Reason::Rule { .. } => event.by.cause.is_some() && event.by.cause == self.began,
            _ => false,
        }
    }

    /// First response (R204, R205): from the first message of a person outside to the first reply
    /// of a person of ours after it. What we wrote before they did answers nothing.
    pub(super) fn first_response(&self) -> Option<Ended> {
        Some((self.answered?, span(self.asked?, self.answered?)))
    }

    /// First resolution (R206): from the beginning to the first close that was not on arrival.
    pub(super) fn first_resolution(&self) -> Option<Ended> {
        Some((self.first_closed?, span(self.state.opened, self.first_closed?)))
    }

    /// Full resolution (R206): from the beginning to the last such close, while it is closed.
    pub(super) fn full_resolution(&self) -> Option<Ended> {
        let closed = self.last_closed.filter(|_| self.state.status == Status::Closed)?;
        Some((closed, span(self.state.opened, closed)))
    }
}

/// Whether a person did it: no rule, no automatic answer (R204).
fn by_person(event: &Event) -> bool {
    matches!(event.by.actor, Actor::Agent(_) | Actor::Login(_))
        && !matches!(event.by.reason, Reason::Rule { .. } | Reason::Autoreply { .. })
}

/// Never below zero, even if the clock went back (R220).
fn span(from: Time, to: Time) -> Duration {
    (to - from).max(Duration(0))
}
