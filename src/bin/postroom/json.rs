//! The JSON objects that several commands print; postroom-json(7) describes them.

use postroom::domain::bounce::{Bounce, Outcome, Status};
use postroom::domain::{Address, Conversation, EnvelopeSender, Event, Mailbox, Time};
use postroom::mail::Attachment;
use postroom::store::{Related, Row};
use serde::Serialize;

use crate::changes;

/// A conversation.
#[derive(Serialize)]
pub(crate) struct ConversationLine {
    number: i64,
    inbox: String,
    status: &'static str,
    assignee: Option<String>,
    priority: &'static str,
    tags: Vec<String>,
    fields: std::collections::BTreeMap<String, String>,
    subject: String,
    from: Option<MailboxObject>,
    messages: i64,
    merged: Vec<i64>,
    repeats: i64,
    sender_not_verified: bool,
    related: Vec<RelatedObject>,
    opened: String,
    closed: Option<String>,
    waiting_since: Option<String>,
    last_person: String,
    changed: String,
    seq: i64,
}

/// Another conversation that one has to do with.
#[derive(Serialize)]
pub(crate) struct RelatedObject {
    number: i64,
    how: &'static str,
    message: String,
    told_by: i64,
}

impl From<&Related> for RelatedObject {
    fn from(related: &Related) -> Self {
        RelatedObject {
            number: related.number.0,
            how: related.how.as_str(),
            message: related.message.to_string(),
            told_by: related.told_by.0,
        }
    }
}

/// Somebody with an address.
#[derive(Serialize)]
pub(crate) struct MailboxObject {
    name: String,
    address: String,
}

impl From<&Mailbox> for MailboxObject {
    fn from(mailbox: &Mailbox) -> Self {
        MailboxObject { name: mailbox.name.clone(), address: mailbox.address.to_string() }
    }
}

/// Several of them.
pub(crate) fn mailboxes(all: &[Mailbox]) -> Vec<MailboxObject> {
    all.iter().map(MailboxObject::from).collect()
}

/// An envelope sender: `<>` is the null sender, none that nobody told.
pub(crate) fn sender(sender: &EnvelopeSender) -> Option<String> {
    match sender {
        EnvelopeSender::Unknown => None,
        EnvelopeSender::Null => Some("<>".to_owned()),
        EnvelopeSender::Address(address) => Some(address.to_string()),
    }
}

/// An attachment.
#[derive(Serialize)]
pub(crate) struct AttachmentObject<'a> {
    name: &'a str,
    filename: &'a str,
    content_type: &'a str,
    size: u64,
}

impl<'a> From<&'a Attachment> for AttachmentObject<'a> {
    fn from(attachment: &'a Attachment) -> Self {
        AttachmentObject {
            name: &attachment.name,
            filename: &attachment.called,
            content_type: &attachment.content_type,
            size: attachment.size,
        }
    }
}

/// What a report says of other mail.
#[derive(Serialize)]
pub(crate) struct BounceObject<'a> {
    recipients: Vec<OutcomeObject<'a>>,
}

#[derive(Serialize)]
struct OutcomeObject<'a> {
    recipient: &'a str,
    original: Option<&'a str>,
    action: &'static str,
    status: Option<String>,
    derived: bool,
    diagnostic: Option<&'a str>,
}

impl<'a> From<&'a Bounce> for BounceObject<'a> {
    fn from(bounce: &'a Bounce) -> Self {
        BounceObject { recipients: bounce.recipients.iter().map(OutcomeObject::from).collect() }
    }
}

impl<'a> From<&'a Outcome> for OutcomeObject<'a> {
    fn from(outcome: &'a Outcome) -> Self {
        OutcomeObject {
            recipient: outcome.recipient.as_str(),
            original: outcome.original.as_ref().map(Address::as_str),
            action: outcome.action.as_str(),
            status: outcome.status.map(|status| status.code().to_string()),
            derived: outcome.status.is_some_and(Status::is_derived),
            diagnostic: outcome.diagnostic.as_deref(),
        }
    }
}

/// Those of a message.
pub(crate) fn attachments(all: &[Attachment]) -> Vec<AttachmentObject<'_>> {
    all.iter().map(AttachmentObject::from).collect()
}

impl From<&Row> for ConversationLine {
    fn from(row: &Row) -> Self {
        let c: &Conversation = &row.conversation;
        let time = |t: Time| t.to_string();
        ConversationLine {
            number: c.number.0,
            inbox: c.inbox.to_string(),
            status: c.status.as_str(),
            assignee: c.assignee.as_ref().map(ToString::to_string),
            priority: c.priority.as_str(),
            tags: c.tags.iter().map(ToString::to_string).collect(),
            fields: c.fields.iter().map(|(n, v)| (n.to_string(), v.clone())).collect(),
            subject: row.subject.clone(),
            from: row.from.as_ref().map(MailboxObject::from),
            messages: row.messages,
            merged: row.merged.iter().map(|number| number.0).collect(),
            repeats: row.repeats,
            sender_not_verified: row.is_doubtful,
            related: row.related.iter().map(RelatedObject::from).collect(),
            opened: time(c.opened),
            closed: c.closed.map(time),
            waiting_since: c.waiting_since.map(time),
            last_person: time(c.last_person),
            changed: time(c.changed),
            seq: c.seq.0,
        }
    }
}

/// An event.
#[derive(Serialize)]
pub(crate) struct EventLine {
    id: String,
    number: i64,
    seq: i64,
    at: String,
    effective: String,
    actor: String,
    via: String,
    kind: &'static str,
    data: serde_json::Value,
    reason: serde_json::Value,
    cause: Option<String>,
    batch: String,
    config: String,
}

impl From<&Event> for EventLine {
    fn from(event: &Event) -> Self {
        EventLine {
            id: event.id.to_string(),
            number: event.conversation.0,
            seq: event.seq.0,
            at: event.at.to_string(),
            effective: event.effective.to_string(),
            actor: changes::actor(&event.by.actor),
            via: event.by.via.clone(),
            kind: event.change.kind(),
            data: event.change.data().unwrap_or_default(),
            reason: serde_json::to_value(&event.by.reason).unwrap_or_default(),
            cause: event.by.cause.map(|cause| cause.to_string()),
            batch: event.by.batch.to_string(),
            config: event.by.config.to_string(),
        }
    }
}
