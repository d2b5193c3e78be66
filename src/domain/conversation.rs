//! The one noun: messages and notes on one matter, in exactly one inbox.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::event::{Change, Event, MailKind, Reason};
use super::name::BadName;
use super::{AgentName, FieldName, InboxName, MessageId, Number, Seq, Tag, TeamName, Time};

/// Whose turn it is, or why nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum Status {
    /// Our turn.
    Open,
    /// The contact's turn.
    Pending,
    /// Put aside until an instant.
    Snoozed {
        /// When it opens again.
        until: Time,
        /// Whether it stays aside when the contact writes.
        keep_on_reply: bool,
    },
    /// Done.
    Closed,
    /// Not for us.
    Spam,
}

impl Status {
    /// The word in the store, in queries and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Pending => "pending",
            Status::Snoozed { .. } => "snoozed",
            Status::Closed => "closed",
            Status::Spam => "spam",
        }
    }
}

impl Status {
    /// The status of a conversation with this one after another was merged into it: of the two the
    /// one that asks for more. Spam asks for nothing, and stays what it is.
    #[must_use]
    pub fn joined_by(self, other: Status) -> Status {
        match (self, other) {
            (Status::Spam, _) | (_, Status::Spam) => self,
            (
                Status::Snoozed { until, keep_on_reply },
                Status::Snoozed { until: also, keep_on_reply: keep },
            ) => Status::Snoozed { until: until.min(also), keep_on_reply: keep_on_reply && keep },
            _ if other.liveliness() > self.liveliness() => other,
            _ => self,
        }
    }

    fn liveliness(self) -> u8 {
        match self {
            Status::Spam => 0,
            Status::Closed => 1,
            Status::Pending => 2,
            Status::Snoozed { .. } => 3,
            Status::Open => 4,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How urgent it is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Can wait.
    Low,
    /// As it comes.
    #[default]
    Normal,
    /// Before the others.
    High,
    /// Now.
    Urgent,
}

impl Priority {
    /// Every priority, lowest first.
    pub const ALL: [Priority; 4] =
        [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];

    /// The word in the store, in queries and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High => "high",
            Priority::Urgent => "urgent",
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Priority {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Priority::ALL
            .into_iter()
            .find(|p| p.as_str() == word)
            .ok_or_else(|| format!("'{word}' is not a priority: low, normal, high or urgent"))
    }
}

/// Who must act. Written `anna` or `team:finance`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Assignee {
    /// One person.
    Agent(AgentName),
    /// Whoever of the team comes first.
    Team(TeamName),
}

impl fmt::Display for Assignee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Assignee::Agent(agent) => f.pad(agent.as_str()),
            Assignee::Team(team) => f.pad(&format!("team:{team}")),
        }
    }
}

impl FromStr for Assignee {
    type Err = BadName;

    fn from_str(word: &str) -> Result<Self, BadName> {
        match word.strip_prefix("team:") {
            Some(team) => team.parse().map(Assignee::Team),
            None => word.parse().map(Assignee::Agent),
        }
    }
}

impl TryFrom<String> for Assignee {
    type Error = BadName;

    fn try_from(word: String) -> Result<Self, BadName> {
        word.parse()
    }
}

impl From<Assignee> for String {
    fn from(assignee: Assignee) -> String {
        assignee.to_string()
    }
}

/// A conversation as its events make it. Constant in size but for tags and fields: holds no messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The number that people write.
    pub number: Number,
    /// The one inbox it belongs to.
    pub inbox: InboxName,
    /// Whose turn it is.
    pub status: Status,
    /// Who must act.
    pub assignee: Option<Assignee>,
    /// How urgent it is.
    pub priority: Priority,
    /// Labels.
    pub tags: BTreeSet<Tag>,
    /// Named values.
    pub fields: BTreeMap<FieldName, String>,
    /// Where it is shown: itself, until it is merged into another.
    pub root: Number,
    /// The message that it began with; its subject and author stand for the whole.
    pub first_message: Option<MessageId>,
    /// When it began.
    pub opened: Time,
    /// When it was closed, while it is.
    pub closed: Option<Time>,
    /// When its texts were forgotten: nothing is left of it but the number and the log.
    pub purged: Option<Time>,
    /// Since when the contact waits for an answer of a person; none when we spoke last.
    pub waiting_since: Option<Time>,
    /// The last act of a person on either side; a machine's acts do not count.
    pub last_person: Time,
    /// The last event, of whatever kind.
    pub changed: Time,
    /// Number of its last event.
    pub seq: Seq,
}

impl Conversation {
    /// A conversation before its first event.
    #[must_use]
    pub fn new(number: Number, inbox: InboxName, opened: Time) -> Self {
        Conversation {
            number,
            inbox,
            status: Status::Open,
            assignee: None,
            priority: Priority::Normal,
            tags: BTreeSet::new(),
            fields: BTreeMap::new(),
            root: number,
            first_message: None,
            opened,
            closed: None,
            purged: None,
            waiting_since: None,
            last_person: opened,
            changed: opened,
            seq: Seq(0),
        }
    }

    /// Whether anything happened to it yet: only then is it there at all.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.seq > Seq(0)
    }

    /// The only fold: used by ingest, rebuild, replay and as-of. Total: it takes any event in any
    /// order without failing, and reads nothing but its arguments.
    pub fn apply(&mut self, event: &Event) {
        self.seq = event.seq;
        self.changed = event.at;
        if matches!(event.by.actor, Actor::Agent(_) | Actor::Login(_)) && event.change.is_act() {
            self.spoke(event.effective);
        }
        self.take(&event.change, event);
    }

    /// Folds a change, that of the event or one that the event stands for.
    fn take(&mut self, change: &Change, event: &Event) {
        let at = event.effective;
        match change {
            Change::Opened { inbox } => {
                self.inbox = inbox.clone();
                self.opened = at;
                self.last_person = at;
            }
            Change::Arrived { message, class, step } => {
                self.first_message.get_or_insert(*message);
                if class.is_person() && !step.is_copy() {
                    self.spoke(at);
                    if event.by.reason != Reason::Archive {
                        self.waits(at);
                    }
                }
                // It was closed by what it began with, and went on.
                if event.by.reason == Reason::Archive {
                    self.closed = self.closed.map(|closed| closed.max(at));
                }
            }
            Change::RootSet { new, .. } => self.root = *new,
            Change::TookIn { status, waiting_since, last_person, .. } => {
                self.take_in(*status, *waiting_since, *last_person);
            }
            Change::Assigned { new, .. } => self.assignee.clone_from(new),
            Change::StatusSet { new, .. } => {
                self.status = *new;
                self.closed = (*new == Status::Closed).then_some(at);
                if matches!(new, Status::Closed | Status::Spam) {
                    self.waiting_since = None;
                }
            }
            Change::Undid { of, status, closed, waiting_since, last_person, .. } => {
                if let Some(inverse) = of.inverse() {
                    self.take(&inverse, event);
                }
                self.status = *status;
                self.closed = *closed;
                self.waiting_since = *waiting_since;
                self.last_person = *last_person;
            }
            Change::PrioritySet { new, .. } => self.priority = *new,
            Change::TagSet { tag, on: true } => {
                self.tags.insert(tag.clone());
            }
            Change::TagSet { tag, on: false } => {
                self.tags.remove(tag);
            }
            Change::FieldSet { name, new: Some(value), .. } => {
                self.fields.insert(name.clone(), value.clone());
            }
            Change::FieldSet { name, new: None, .. } => {
                self.fields.remove(name);
            }
            Change::Queued { message, mail, .. } => {
                self.first_message.get_or_insert(*message);
                if *mail == MailKind::Reply {
                    self.waiting_since = None;
                }
            }
            // The contact has not heard of us after all.
            Change::SendFailed { mail: MailKind::Reply, .. } => {
                self.waiting_since.get_or_insert(at);
            }
            Change::CameBack { .. } => self.waits(at),
            Change::Purged { .. } => {
                self.purged = Some(at);
                self.first_message = None;
                self.waiting_since = None;
                if !matches!(self.status, Status::Closed | Status::Spam) {
                    self.status = Status::Closed;
                    self.closed = Some(at);
                }
            }
            Change::Keyed { .. }
            | Change::MergeOffered { .. }
            | Change::Noted { .. }
            | Change::Sent { .. }
            | Change::SendFailed { .. } => {}
        }
    }

    /// What stood in the other conversation is asked for here now: of two statuses the livelier one
    /// holds, of two waiting contacts the one who has waited longer counts.
    fn take_in(&mut self, status: Status, waiting_since: Option<Time>, last_person: Time) {
        self.status = self.status.joined_by(status);
        if self.status != Status::Closed {
            self.closed = None;
        }
        if let Some(at) = waiting_since {
            self.waits(at);
        }
        self.spoke(last_person);
    }

    /// The contact waits for an answer to what they wrote at that time. Mail can come out of
    /// order, and nobody waits for an answer to spam (R100).
    fn waits(&mut self, at: Time) {
        if self.status != Status::Spam {
            self.waiting_since = Some(self.waiting_since.map_or(at, |since| since.min(at)));
        }
    }

    fn spoke(&mut self, at: Time) {
        self.last_person = self.last_person.max(at);
    }
}

impl Change {
    /// Whether it is an act in itself, and not the record of a hand-over.
    fn is_act(&self) -> bool {
        !matches!(
            self,
            Change::Arrived { .. }
                | Change::Keyed { .. }
                | Change::MergeOffered { .. }
                | Change::RootSet { .. }
                | Change::Undid { .. }
                | Change::Sent { .. }
                | Change::SendFailed { .. }
                | Change::CameBack { .. }
        )
    }
}

#[cfg(test)]
mod tests;
