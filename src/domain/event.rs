//! The event log: what a conversation *is* changes only by these.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::conversation::{Assignee, Priority, Status};
use super::step::Link;
use super::{
    Actor, BatchId, Class, ConfigId, EventId, FieldName, InboxName, MessageId, NoteId, Number,
    OutboxId, Seq, Step, Tag, Time,
};

/// One recorded change of exactly one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Unique in the store, in order of recording.
    pub id: EventId,
    /// The conversation that changed.
    pub conversation: Number,
    /// Its place in that conversation, from 1 without gaps.
    pub seq: Seq,
    /// When it was recorded.
    pub at: Time,
    /// When it happened: earlier than `at` for an import or a late delivery.
    pub effective: Time,
    /// Who did it, through what, and why.
    pub by: By,
    /// What changed.
    pub change: Change,
}

/// Who did it, through what, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// The one who acted.
    pub actor: Actor,
    /// The command through which it came: `ingest`, `route`, `reply`.
    pub via: String,
    /// Why.
    pub reason: Reason,
    /// The event that led to this one, such as the arrival that a rule acted on.
    pub cause: Option<EventId>,
    /// The command run that it belongs to.
    pub batch: BatchId,
    /// The configuration in force.
    pub config: ConfigId,
}

/// Why something was done. Every decision of a machine keeps its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum Reason {
    /// A person, or a script of theirs, asked for it.
    Asked,
    /// A message came in.
    Arrival,
    /// Old mail was read in, and is done.
    Archive,
    /// A rule matched.
    Rule {
        /// Its name.
        rule: String,
        /// File within the desk, such as `rules/20-route.toml`.
        file: String,
        /// Line in that file.
        line: usize,
    },
    /// An automatic answer was due; `text` names it.
    Autoreply {
        /// The name of the text, a file in `replies/`.
        text: String,
    },
    /// The outbox was worked off.
    Sending,
}

/// What kind of mail was queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailKind {
    /// Text of a person to a contact.
    Reply,
    /// "We have your mail": an automatic receipt.
    Receipt,
    /// The automatic answer outside opening hours.
    Closed,
}

impl MailKind {
    /// Whether a machine wrote it: such mail is never sent twice (R143).
    #[must_use]
    pub fn is_automatic(self) -> bool {
        self != MailKind::Reply
    }

    /// The word in the store and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            MailKind::Reply => "reply",
            MailKind::Receipt => "receipt",
            MailKind::Closed => "closed",
        }
    }
}

/// What changed. Holds ids, codes, old and new values; never mail text, note text or addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Change {
    /// The conversation began; always its first event.
    Opened {
        /// Where.
        inbox: InboxName,
    },
    /// A message found its home here.
    Arrived {
        /// The message.
        message: MessageId,
        /// Who or what wrote it.
        class: Class,
        /// The evidence.
        step: Step,
    },
    /// A correlation found a key in the message that arrived (F15).
    Keyed {
        /// The message.
        message: MessageId,
        /// The name of the correlation.
        rule: String,
        /// The key: lower case, parts joined by TAB.
        key: String,
        /// Its Date, where that tells the order of mails.
        written: Option<Time>,
    },
    /// A message proves that another conversation is the same matter as this one. They are not
    /// merged for that: somebody decides (R62).
    MergeOffered {
        /// The other conversation.
        with: Number,
        /// The message that belongs to both; its home is here.
        message: MessageId,
    },
    /// It is shown at another conversation from now on, its root, or at itself again (R63).
    RootSet {
        /// Before.
        old: Number,
        /// Now.
        new: Number,
    },
    /// Another conversation is shown here from now on: the other half of [`Change::RootSet`], with
    /// how that one stood.
    TookIn {
        /// The other conversation.
        other: Number,
        /// Its status.
        status: Status,
        /// Since when its contact waits.
        waiting_since: Option<Time>,
        /// The last act of a person there.
        last_person: Time,
    },
    /// Somebody else must act.
    Assigned {
        /// Who had to act before.
        old: Option<Assignee>,
        /// Who has to act now.
        new: Option<Assignee>,
    },
    /// The status changed.
    StatusSet {
        /// Before.
        old: Status,
        /// Now.
        new: Status,
    },
    /// The priority changed.
    PrioritySet {
        /// Before.
        old: Priority,
        /// Now.
        new: Priority,
    },
    /// A tag was put on or taken off.
    TagSet {
        /// Which.
        tag: Tag,
        /// On, or off.
        on: bool,
    },
    /// A field got another value, or none.
    FieldSet {
        /// Which.
        name: FieldName,
        /// Before.
        old: Option<String>,
        /// Now.
        new: Option<String>,
    },
    /// A change was taken back, and with it what followed from it alone.
    Undid {
        /// The event.
        event: EventId,
        /// What it had changed.
        of: Box<Change>,
        /// The status, as it is without that event.
        status: Status,
        /// When it was closed, likewise.
        closed: Option<Time>,
        /// Since when the contact waits, likewise.
        waiting_since: Option<Time>,
        /// The last act of a person, likewise.
        last_person: Time,
    },
    /// Its texts, its mail and who took part were forgotten; nothing brings them back.
    Purged {
        /// How many messages with their home here were forgotten.
        messages: usize,
        /// How many notes.
        notes: usize,
    },
    /// A note was written; its text stands in the table of notes.
    Noted {
        /// The note.
        note: NoteId,
    },
    /// A mail was put into the outbox.
    Queued {
        /// The outbox row.
        outbox: OutboxId,
        /// The message, with its home here.
        message: MessageId,
        /// What kind of mail.
        mail: MailKind,
    },
    /// sendmail took the mail.
    Sent {
        /// The outbox row.
        outbox: OutboxId,
    },
    /// The mail will not be tried again.
    SendFailed {
        /// The outbox row.
        outbox: OutboxId,
        /// What kind of mail.
        mail: MailKind,
        /// Exit status of sendmail; none when it was lost.
        code: Option<i32>,
    },
    /// A reply came back, and nobody has written since: its contact waits again.
    CameBack {
        /// The reply.
        message: MessageId,
    },
}

/// A row of the event table that this version cannot read.
#[derive(Debug)]
pub struct BadEvent {
    kind: String,
    version: i64,
    why: String,
}

impl fmt::Display for BadEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event of kind '{}' version {}: {}", self.kind, self.version, self.why)
    }
}

impl std::error::Error for BadEvent {}

impl Change {
    /// Version of the written form of every kind.
    pub const VERSION: i64 = 1;

    /// The word in the store, in `log` and in JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Change::Opened { .. } => "opened",
            Change::Arrived { .. } => "arrived",
            Change::Keyed { .. } => "keyed",
            Change::MergeOffered { .. } => "merge-offered",
            Change::RootSet { .. } => "root-set",
            Change::TookIn { .. } => "took-in",
            Change::Assigned { .. } => "assigned",
            Change::StatusSet { .. } => "status-set",
            Change::PrioritySet { .. } => "priority-set",
            Change::TagSet { .. } => "tag-set",
            Change::FieldSet { .. } => "field-set",
            Change::Undid { .. } => "undid",
            Change::Purged { .. } => "purged",
            Change::Noted { .. } => "noted",
            Change::Queued { .. } => "queued",
            Change::Sent { .. } => "sent",
            Change::SendFailed { .. } => "send-failed",
            Change::CameBack { .. } => "came-back",
        }
    }

    /// The other conversation that this change links to, how, and by which message.
    #[must_use]
    pub fn link(&self) -> Option<(Number, Link, MessageId)> {
        match self {
            Change::Arrived { message, step, .. } => {
                step.link().map(|(other, link)| (other, link, *message))
            }
            Change::MergeOffered { with, message } => Some((*with, Link::Same, *message)),
            _ => None,
        }
    }

    /// The change that gives a field its old value back; none for a change of no field.
    #[must_use]
    pub fn inverse(&self) -> Option<Change> {
        Some(match self.clone() {
            Change::RootSet { old, new } => Change::RootSet { old: new, new: old },
            Change::Assigned { old, new } => Change::Assigned { old: new, new: old },
            Change::StatusSet { old, new } => Change::StatusSet { old: new, new: old },
            Change::PrioritySet { old, new } => Change::PrioritySet { old: new, new: old },
            Change::TagSet { tag, on } => Change::TagSet { tag, on: !on },
            Change::FieldSet { name, old, new } => Change::FieldSet { name, old: new, new: old },
            _ => return None,
        })
    }

    /// The change as an object, without its kind.
    ///
    /// # Errors
    /// None in practice: every variant is a plain record.
    pub fn data(&self) -> Result<serde_json::Value, serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        if let Some(object) = value.as_object_mut() {
            object.remove("kind");
        }
        Ok(value)
    }

    /// Reads a change back from its kind, version and data.
    ///
    /// # Errors
    /// When the kind or version is unknown, or the data does not fit it.
    pub fn from_parts(kind: &str, version: i64, data: &str) -> Result<Self, BadEvent> {
        let bad = |why: String| BadEvent { kind: kind.to_owned(), version, why };
        if version != Self::VERSION {
            return Err(bad("not known to this version of postroom".to_owned()));
        }
        let mut value: serde_json::Value =
            serde_json::from_str(data).map_err(|e| bad(e.to_string()))?;
        let object = value.as_object_mut().ok_or_else(|| bad("no object".to_owned()))?;
        object.insert("kind".to_owned(), kind.into());
        serde_json::from_value(value).map_err(|e| bad(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::step::Stood;

    /// One of each kind, and of each step.
    pub(crate) fn samples() -> Vec<Change> {
        let steps = [
            Step::New,
            Step::Token { message: MessageId(1), stood: Stood::Returned },
            Step::Reference { message: MessageId(1), stood: Stood::InReplyTo },
            Step::Copy { message: MessageId(1) },
            Step::Direct { message: MessageId(1) },
            Step::Referenced { message: MessageId(1) },
            Step::Reported { message: MessageId(1), stood: Stood::Returned },
            Step::Sibling { message: MessageId(1) },
            Step::Key { rule: "nagios".into(), message: MessageId(1) },
            Step::Subject,
            Step::Stranger {
                related: Number(2),
                message: MessageId(1),
                stood: Stood::References,
                forged: true,
            },
            Step::ForeignToken { related: Number(2), forged: false },
            Step::ClosedTooLong { related: Number(2) },
        ];
        let mut all: Vec<Change> = steps
            .into_iter()
            .map(|step| Change::Arrived { message: MessageId(3), class: Class::Person, step })
            .collect();
        all.extend([
            Change::Opened { inbox: "support".parse().unwrap() },
            Change::MergeOffered { with: Number(2), message: MessageId(3) },
            Change::RootSet { old: Number(2), new: Number(1) },
            Change::TookIn {
                other: Number(2),
                status: Status::Pending,
                waiting_since: Some(Time(3)),
                last_person: Time(4),
            },
            Change::Keyed {
                message: MessageId(3),
                rule: "nagios".into(),
                key: "web\tdisk".into(),
                written: Some(Time(5)),
            },
            Change::Assigned { old: None, new: Some(Assignee::Agent("anna".parse().unwrap())) },
            Change::StatusSet {
                old: Status::Open,
                new: Status::Snoozed { until: Time(5), keep_on_reply: false },
            },
            Change::PrioritySet { old: Priority::Normal, new: Priority::High },
            Change::TagSet { tag: "billing".parse().unwrap(), on: true },
            Change::FieldSet { name: "order".parse().unwrap(), old: None, new: Some("7".into()) },
            Change::Undid {
                event: EventId(7),
                of: Box::new(Change::TagSet { tag: "billing".parse().unwrap(), on: true }),
                status: Status::Closed,
                closed: Some(Time(6)),
                waiting_since: None,
                last_person: Time(4),
            },
            Change::Purged { messages: 3, notes: 1 },
            Change::Noted { note: NoteId(1) },
            Change::Queued { outbox: OutboxId(1), message: MessageId(4), mail: MailKind::Reply },
            Change::Sent { outbox: OutboxId(1) },
            Change::SendFailed { outbox: OutboxId(1), mail: MailKind::Reply, code: Some(67) },
            Change::CameBack { message: MessageId(4) },
        ]);
        all
    }

    #[test]
    fn every_kind_reads_back() {
        for change in samples() {
            let data = change.data().unwrap();
            assert!(data.get("kind").is_none(), "{data}");
            let data = data.to_string();
            assert_eq!(Change::from_parts(change.kind(), 1, &data).unwrap(), change);
        }
        assert!(Change::from_parts("opened", 2, "{}").is_err());
        assert!(Change::from_parts("vanished", 1, "{}").is_err());
    }
}
