//! Changes in words: one line each, on stdout and in the log.

use postroom::domain::bounce::Outcome;
use postroom::domain::event::MailKind;
use postroom::domain::{
    Actor, Address, Change, EnvelopeSender, Event, Mailbox, Reason, Status, Step,
};
use postroom::render::clean;

/// What changed: `assigned anna`, `tagged +billing`.
pub(crate) fn words(change: &Change) -> String {
    match change {
        Change::Opened { inbox } => format!("opened in {inbox}"),
        Change::Arrived { message, class, step } => {
            let class = if class.is_person() { String::new() } else { format!(" ({class})") };
            format!("{message} arrived{class}{}", how(step))
        }
        Change::Keyed { message, rule, key, .. } => {
            format!("{message} has the key '{}' of '{rule}'", self::key(key))
        }
        Change::MergeOffered { with, message } => {
            format!("offered for merge with {with}, {message} belongs to both")
        }
        Change::RootSet { new, .. } => format!("merged into {new}"),
        Change::TookIn { other, .. } => format!("took in {other}"),
        Change::Assigned { new: Some(new), .. } => format!("assigned {new}"),
        Change::Assigned { new: None, .. } => "assigned none".to_owned(),
        Change::StatusSet { new: Status::Open, .. } => "opened".to_owned(),
        Change::StatusSet { new, .. } => new.to_string(),
        Change::PrioritySet { new, .. } => format!("set priority={new}"),
        Change::TagSet { tag, on: true } => format!("tagged +{tag}"),
        Change::TagSet { tag, on: false } => format!("tagged -{tag}"),
        Change::FieldSet { name, new: Some(value), .. } => {
            format!("set {name}={}", clean::line(value))
        }
        Change::FieldSet { name, new: None, .. } => format!("set {name}="),
        Change::Undid { event, of, .. } => format!("undid {event} ({})", words(of)),
        Change::Purged { messages, notes } => {
            let plural = |n: usize| if n == 1 { "" } else { "s" };
            let (m, n) = (plural(*messages), plural(*notes));
            format!("purged, {messages} message{m} and {notes} note{n}")
        }
        Change::Noted { note } => format!("noted {note}"),
        Change::Queued { outbox, message, mail } => {
            let what = match mail {
                MailKind::Reply => "reply",
                MailKind::Receipt => "receipt",
                MailKind::Closed => "closed-hours answer",
            };
            format!("{what} {message} queued as {outbox}")
        }
        Change::Sent { outbox } => format!("{outbox} sent"),
        Change::SendFailed { outbox, code: Some(code), .. } => {
            format!("{outbox} failed, sendmail ended with {code}")
        }
        Change::SendFailed { outbox, code: None, .. } => format!("{outbox} failed"),
        Change::CameBack { message } => format!("{message} came back, the contact waits again"),
    }
}

/// The evidence that led a message home, in words that follow on "arrived".
pub(crate) fn how(step: &Step) -> String {
    match step {
        Step::New => String::new(),
        Step::Token { message, .. } => format!(", by our signature on {message}"),
        Step::Copy { message } => format!(", another copy of {message}"),
        Step::Direct { message } => format!(", straight, another copy of {message}"),
        Step::Reference { message, .. } => format!(", as an answer to {message}"),
        Step::Reported { message, .. } => format!(", as a report on {message}"),
        Step::Referenced { message } => format!(", answered before it came by {message}"),
        Step::Sibling { message } => format!(", as an answer to what {message} answers"),
        Step::Key { rule, message } => format!(", by the key of '{rule}', as {message}"),
        Step::Subject => ", by the number in its subject".to_owned(),
        Step::Stranger { related, forged, .. } => {
            format!(", refers to {related} but its sender {}", kept_out(*forged))
        }
        Step::ForeignToken { related, forged } => {
            format!(", its subject names {related} but its sender {}", kept_out(*forged))
        }
        Step::ClosedTooLong { related } => format!(", continues {related}, closed too long ago"),
    }
}

/// Why a reference did not let a sender in.
pub(crate) fn kept_out(forged: bool) -> &'static str {
    if forged { "is not verified: DMARC failed" } else { "has no part in it" }
}

/// A key as people read it: its parts with commas between them.
pub(crate) fn key(key: &str) -> String {
    clean::line(&key.replace('\t', ", ")).into_owned()
}

/// Somebody with an address, as people read them: `Erika <erika@customer.test>`.
pub(crate) fn mailbox(mailbox: &Mailbox) -> String {
    let address = clean::name(mailbox.address.as_str()).into_owned();
    if mailbox.name.is_empty() {
        address
    } else {
        format!("{} <{address}>", clean::name(&mailbox.name))
    }
}

/// What became of the mail to one recipient: `erika@customer.test 5.1.1: no such user`. A code that
/// we made has a `~` in front.
pub(crate) fn outcome(outcome: &Outcome) -> String {
    let mut told = clean::name(outcome.recipient.as_str()).into_owned();
    if let Some(status) = outcome.status {
        let made = if status.is_derived() { "~" } else { "" };
        told.push_str(&format!(" {made}{}", status.code()));
    }
    if let Some(diagnostic) = &outcome.diagnostic {
        told.push_str(&format!(": {}", clean::line(diagnostic)));
    }
    told
}

/// Who sent a mail, by its envelope: an address, `<>` or `unknown`.
pub(crate) fn sender(sender: &EnvelopeSender) -> String {
    match sender {
        EnvelopeSender::Unknown => "unknown".to_owned(),
        EnvelopeSender::Null => "<>".to_owned(),
        EnvelopeSender::Address(address) => clean::name(address.as_str()).into_owned(),
    }
}

/// Whom a mail came for; `-` where nobody told.
pub(crate) fn recipient(recipient: Option<&Address>) -> String {
    recipient.map_or("-".to_owned(), |address| clean::name(address.as_str()).into_owned())
}

/// Why: `rule 'invoices' (rules/20-route.toml:2)`; nothing where somebody just asked for it.
pub(crate) fn reason(event: &Event) -> String {
    match &event.by.reason {
        Reason::Asked | Reason::Arrival | Reason::Sending => String::new(),
        Reason::Archive => "from an archive".to_owned(),
        Reason::Rule { rule, file, line } => format!("rule '{rule}' ({file}:{line})"),
        Reason::Autoreply { text } => format!("automatic answer '{text}'"),
    }
}

/// Who: `anna`, `postroom`, `contact`, `login:root`.
pub(crate) fn actor(actor: &Actor) -> String {
    match actor {
        Actor::Contact => "contact".to_owned(),
        Actor::Postroom => "postroom".to_owned(),
        other => other.to_string(),
    }
}
