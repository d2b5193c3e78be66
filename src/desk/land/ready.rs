//! A message understood, before the lock is taken, and ready to land.

use super::ours::only_author;
use crate::config::Settings;
use crate::desk::incoming::{Envelope, Target};
use crate::desk::ingest::Incoming;
use crate::desk::raw::Raw;
use crate::domain::arrival::Occasion;
use crate::domain::{
    Class, Direction, EnvelopeSender, Mailbox, MessageFacts, MessageId, Signal, Time,
};
use crate::mail::authentication::{self, Authentication, Verdict};
use crate::mail::{self, Fields, Parsed};
use crate::store::Wiring;

/// A message understood, before the lock is taken and in any thread: parsing is pure, and its worst
/// outcome is a list of defects.
#[derive(Debug)]
pub(in crate::desk) struct Understood {
    hash: [u8; 32],
    identity: mail::Identity,
    parsed: Parsed,
    authentication: Authentication,
}

impl Understood {
    /// `sender` is the envelope sender that the caller tells; the settings say what our own mail server
    /// writes into a header.
    pub(in crate::desk) fn of(raw: &Raw, sender: &EnvelopeSender, settings: &Settings) -> Self {
        let readable = mail::fields::readable(raw.beginning());
        let fields = Fields::scan(&readable);
        let mut parsed = raw.parse(sender);
        if !parsed.signals.contains(&Signal::Spam) && is_marked_spam(&fields, settings) {
            parsed.signals.push(Signal::Spam);
        }
        let mut authentication = authentication::verdict(&fields, settings.authserv_id.as_deref());
        // Of several authors it is not told who passed.
        if authentication.dmarc == Verdict::Pass && only_author(&parsed).is_none() {
            authentication.dmarc = Verdict::None;
        }
        Understood { hash: raw.hash(), identity: raw.identity(), parsed, authentication }
    }

    /// Its visible text.
    pub(in crate::desk) fn text(&self) -> &str {
        &self.parsed.text
    }

    /// When the server that delivered it says that it came.
    pub(in crate::desk) fn delivered(&self) -> Option<Time> {
        self.parsed.envelope.delivered
    }
}

/// Whether the site's own filter says so, by a mark that is configured.
fn is_marked_spam(fields: &Fields<'_>, settings: &Settings) -> bool {
    let values = |name| mail::parse::values(fields, name);
    let mut marks = settings.spam_header.iter();
    marks.any(|(name, pattern)| values(name).iter().any(|value| pattern.is_in(value)))
}

/// A message that can land.
pub(in crate::desk) struct Ready<'a> {
    pub(super) raw: &'a Raw,
    pub(super) hash: [u8; 32],
    pub(in crate::desk) identity: mail::Identity,
    pub(in crate::desk) parsed: Parsed,
    pub(super) authentication: Authentication,
    pub(super) envelope: &'a Envelope,
    pub(super) wiring: Wiring,
    pub(super) occasion: Occasion,
    pub(super) received: Time,
}

/// What the log calls a message.
#[derive(Debug)]
pub(in crate::desk) struct Label {
    pub(in crate::desk) identity: mail::Identity,
    pub(in crate::desk) message_id: Option<String>,
    /// From where it can come again and again.
    pub(in crate::desk) is_from_file: bool,
}

impl<'a> Ready<'a> {
    pub(in crate::desk) fn new(incoming: &Incoming<'a>, understood: Understood, now: Time) -> Self {
        let Understood { hash, identity, parsed, authentication } = understood;
        let received = match incoming.occasion {
            Occasion::Now => incoming.delivered.map_or(now, |at| at.min(now)),
            Occasion::Archive => original(&parsed, incoming.delivered, now),
        };
        Ready {
            raw: incoming.raw,
            hash,
            identity,
            parsed,
            authentication,
            envelope: incoming.envelope,
            wiring: incoming.wiring,
            occasion: incoming.occasion,
            received,
        }
    }

    /// Whether our own server found its From forged, so that it is not known who wrote it.
    pub(super) fn is_forged(&self) -> bool {
        self.authentication.dmarc == Verdict::Fail
    }

    pub(in crate::desk) fn label(&self) -> Label {
        Label {
            identity: self.identity,
            message_id: self.parsed.message_id.clone(),
            is_from_file: self.wiring != Wiring::Stdin,
        }
    }

    /// What a query may ask of the message, before it is stored. Whom it came for counts as a
    /// recipient.
    pub(super) fn facts(&self, class: Class, targets: &[Target], with_text: bool) -> MessageFacts {
        let parsed = &self.parsed;
        let came_for = targets.iter().filter_map(|target| target.recipient.clone());
        let came_for = came_for.map(|address| Mailbox { name: String::new(), address });
        let named = parsed.to.iter().chain(&parsed.cc).cloned();
        MessageFacts {
            id: MessageId(0),
            direction: Direction::In,
            message_id: parsed.message_id.clone(),
            from: parsed.from.clone(),
            to: named.chain(came_for).collect(),
            subject: parsed.subject.clone(),
            received: self.received,
            class,
            defective: !parsed.defects.is_empty(),
            verified: self.authentication.dmarc == Verdict::Pass,
            attachment: !parsed.attachments.is_empty(),
            text: with_text.then(|| parsed.text.clone()),
        }
    }
}

/// When old mail came: as the server wrote that delivered it, else as its author says, but not
/// later than now nor before 1970; else when its file was written.
fn original(parsed: &Parsed, written: Option<Time>, now: Time) -> Time {
    let delivered = parsed.envelope.delivered.filter(|at| (Time(0)..=now).contains(at));
    let dated = parsed.date.map(|at| at.clamp(Time(0), now));
    delivered.or(dated).unwrap_or_else(|| written.map_or(now, |at| at.clamp(Time(0), now)))
}
