//! A message as values. Never fails: what cannot be understood is left empty and recorded.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::attachment::Attachment;
use super::decode::Transfer;
use super::fields::{self, Fields};
use super::references::{self, Ids};
use super::structure::{self, Part};
use super::trace::Trace;
use super::{Defect, bounce, classify, clean, date, decode, mailboxes, visible};
use crate::domain::bounce::Bounce;
use crate::domain::{Address, EnvelopeSender, Mailbox, Signal, Time};

#[cfg(test)]
mod tests;

/// Bytes of a message that are looked at; of a larger one its beginning (R36, R89).
pub const MOST_BYTES: usize = 32 << 20;

/// Mailboxes of To, and of Cc, that are kept.
const MOST_RECIPIENTS: usize = 1_000;

/// Everything that a message says, decoded and cleaned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The first Subject field.
    pub subject: String,
    /// The author: the first mailbox of the first From field that has one (R78).
    pub from: Option<Mailbox>,
    /// Who sent it for the author, if Sender says so.
    pub sender: Option<Mailbox>,
    /// Where answers are wanted; shown, never an identity (R77).
    pub reply_to: Vec<Mailbox>,
    /// The recipients in To; the first 1,000 at most.
    pub to: Vec<Mailbox>,
    /// The recipients in Cc; the first 1,000 at most.
    pub cc: Vec<Mailbox>,
    /// Everybody it was addressed to: To, Cc, Bcc, and the Resent- fields (R112).
    pub addressed: Vec<Address>,
    /// The first Message-ID, without `<>`.
    pub message_id: Option<String>,
    /// Further Message-IDs that it claims: aliases of the first (R52).
    pub other_ids: Vec<String>,
    /// The ids in In-Reply-To, without `<>`.
    pub in_reply_to: Vec<String>,
    /// The ids in References, without `<>`: the first and the last 50, its own left out (R60, R61).
    pub references: Vec<String>,
    /// What a report of a mail system says of each recipient; none when it is no such report.
    pub bounce: Option<Bounce>,
    /// The ids of the mail that a report is about and gives back: those of a mail system (R131), one
    /// that was read (R137) or called spam (R138).
    pub returned: Vec<String>,
    /// The ids of the mail that was read, where a receipt names it alone (R137).
    pub original_ids: Vec<String>,
    /// The Date field, for display only (R220).
    pub date: Option<Time>,
    /// The visible text, LF line ends, 1 MiB at most.
    pub text: String,
    /// The parts that are not shown.
    pub attachments: Vec<Attachment>,
    /// What tells who or what wrote it. `OwnMark` is for the caller to add, who has the keys.
    pub signals: Vec<Signal>,
    /// The envelope as far as the header tells it.
    pub envelope: Trace,
    /// What is wrong with it, each once.
    pub defects: Vec<Defect>,
}

/// Reads a message, whatever it is, in time linear in its length.
#[must_use]
pub fn parse(raw: &[u8]) -> Parsed {
    parse_from(raw, &EnvelopeSender::Unknown)
}

/// As [`parse`], with the envelope sender where whoever delivers the message tells it: a report comes
/// from nobody. It is that of the envelope, too, where the header names none.
#[must_use]
pub fn parse_from(raw: &[u8], sender: &EnvelopeSender) -> Parsed {
    with_fields(raw, |fields| {
        let read = || read(fields, sender);
        let mut parsed = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| bare(fields));
        parsed.defects.sort_unstable();
        parsed.defects.dedup();
        parsed
    })
}

/// Does something with the fields of a message, its header in UTF-8.
fn with_fields<T>(raw: &[u8], work: impl FnOnce(&Fields<'_>) -> T) -> T {
    let raw = fields::readable(raw);
    let fields = Fields::scan(&raw);
    let header = raw.get(..raw.len() - fields.body().len()).unwrap_or_default();
    let recode = || decode::header(header, &fields);
    match catch_unwind(AssertUnwindSafe(recode)).unwrap_or_default() {
        Some(header) => work(&Fields::scan(&header).above(&fields)),
        None => work(&fields),
    }
}

/// The values of a field in the header of a message, decoded and cleaned: of each field of that
/// name, in their order.
#[must_use]
pub fn field(raw: &[u8], name: &str) -> Vec<String> {
    values(&Fields::scan(&fields::readable(raw)), name)
}

/// The same where the header is scanned already.
#[must_use]
pub fn values(fields: &Fields<'_>, name: &str) -> Vec<String> {
    let values = || fields.all(name).map(decode::text).collect();
    catch_unwind(AssertUnwindSafe(values)).unwrap_or_default()
}

/// What our own scan alone can tell, for a message that the decoders fail on.
fn bare(fields: &Fields<'_>) -> Parsed {
    let subject = fields.get("Subject").map(|field| clean::line(&field.unfolded()));
    Parsed {
        subject: subject.unwrap_or_default(),
        message_id: fields.get("Message-ID").and_then(|f| references::message_id(f.value)),
        signals: classify::signals(fields, &[], None, &EnvelopeSender::Unknown),
        defects: vec![Defect::ParserFault],
        ..Parsed::default()
    }
}

fn read(fields: &Fields<'_>, sender_told: &EnvelopeSender) -> Parsed {
    let mut defects = header_defects(fields);
    let parts = structure::split(fields, &mut defects);
    let seen = visible::parts(&parts);
    if parts.iter().any(|part| part.is_leaf() && part.transfer == Transfer::Unknown) {
        defects.push(Defect::UnknownEncoding);
    }
    if parts.iter().any(Part::is_tnef) {
        defects.push(Defect::Tnef);
    }
    let authors = authors(fields);
    let named = |name| fields.get(name).map(mailboxes::read).unwrap_or_default();
    let sender = named("Sender").into_iter().next();
    author_defects(&authors, sender.as_ref(), &mut defects);

    let ids = Ids::read(fields);
    let date = fields.get("Date").map(date::of);
    if date == Some(None) {
        defects.push(Defect::BadDate);
    }
    let from = authors.into_iter().next();
    let mut envelope = Trace::read(fields);
    let sender_known = sender_told.or(&envelope.return_path).clone();
    let report = bounce::read(fields, &parts, &sender_known);
    let report_signal = report.as_ref().map(|found| found.signal);
    let signals = classify::signals(fields, &parts, report_signal, &sender_known);
    envelope.return_path = envelope.return_path.or(sender_told).clone();
    let is_other_report =
        signals.iter().any(|signal| [Signal::AbuseReport, Signal::ReadReceipt].contains(signal));
    let (bounce, returned, original_ids) = match report {
        Some(found) => (found.bounce, found.returned, Vec::new()),
        None if is_other_report => {
            (None, bounce::returned_by(&parts), bounce::named_by_receipts(&parts))
        }
        None => (None, Vec::new(), Vec::new()),
    };
    Parsed {
        subject: fields.get("Subject").map(decode::text).unwrap_or_default(),
        bounce,
        returned,
        original_ids,
        signals,
        from,
        sender,
        reply_to: named("Reply-To"),
        to: all_mailboxes(fields, "To"),
        cc: all_mailboxes(fields, "Cc"),
        addressed: addressed(fields),
        in_reply_to: ids.in_reply_to,
        references: ids.references,
        other_ids: ids.other_ids,
        message_id: ids.message_id,
        date: date.flatten(),
        text: visible::text(&parts, &seen, &mut defects),
        attachments: apart(&parts, &seen).map(Attachment::of).collect(),
        envelope,
        defects,
    }
}

fn header_defects(fields: &Fields<'_>) -> Vec<Defect> {
    let several = |name| fields.all(name).nth(1).is_some();
    let found = [
        (fields.is_empty(), Defect::NoHeader),
        (fields.exceeded(), Defect::TooMuchHeader),
        (fields.is_broken(), Defect::BrokenHeader),
        (several("From"), Defect::SeveralFrom),
        (several("Subject"), Defect::SeveralSubject),
        (several("Message-ID"), Defect::SeveralMessageId),
    ];
    found.into_iter().filter(|(is, _)| *is).map(|(_, defect)| defect).collect()
}

fn author_defects(authors: &[Mailbox], sender: Option<&Mailbox>, defects: &mut Vec<Defect>) {
    let Some(first) = authors.first() else {
        defects.push(Defect::NoAuthor);
        return;
    };
    let agrees = |sender: &Mailbox| sender.address.key() == first.address.key();
    if authors.len() > 1 && !sender.is_some_and(agrees) {
        defects.push(Defect::SeveralAuthors);
    }
    if let Some(shown) = mailboxes::addresses_in(&first.name).next()
        && shown.key() != first.address.key()
    {
        defects.push(Defect::NameShowsAddress);
    }
}

/// The mailboxes of the first From field that has any: a program that writes an unusable one and
/// then another means the other.
fn authors(fields: &Fields<'_>) -> Vec<Mailbox> {
    let all = fields.all("From").map(mailboxes::read);
    all.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

fn all_mailboxes(fields: &Fields<'_>, name: &str) -> Vec<Mailbox> {
    fields.all(name).flat_map(mailboxes::read).take(MOST_RECIPIENTS).collect()
}

fn addressed(fields: &Fields<'_>) -> Vec<Address> {
    ["To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"]
        .into_iter()
        .flat_map(|name| all_mailboxes(fields, name))
        .map(|mailbox| mailbox.address)
        .collect()
}

/// Hands out the attachments of a message with their decoded bytes, in the order of
/// [`Parsed::attachments`].
pub fn each_attachment(raw: &[u8], mut take: impl FnMut(&Attachment, &[u8])) {
    with_fields(raw, |fields| {
        let parts = structure::split(fields, &mut Vec::new());
        for part in apart(&parts, &visible::parts(&parts)) {
            take(&Attachment::of(part), &part.transfer.decode(part.body).value);
        }
    });
}

/// The leaf parts that are no visible text, and neither another form of it nor what a report says to
/// machines.
fn apart<'p, 'raw>(
    parts: &'p [Part<'raw>],
    seen: &'p [usize],
) -> impl Iterator<Item = &'p Part<'raw>> {
    let apart = move |part: &Part<'_>| {
        let kind = part.media.kind.as_str();
        let parent = part.parent.and_then(|parent| parts.get(parent));
        let is_beside = parent.is_some_and(|parent| {
            matches!(parent.media.kind.as_str(), "multipart/alternative" | "multipart/report")
        });
        let is_text = kind.starts_with("text/") || kind.starts_with("message/");
        let unnamed_text = match kind {
            "text/plain" | "text/html" => true,
            "message/rfc822" => false,
            _ => is_text && is_beside,
        };
        part.is_leaf() && (part.is_attachment || part.name.is_some() || !unnamed_text)
    };
    let shown = move |index: usize, part: &Part<'_>| seen.contains(&index) && part.name.is_none();
    let all = parts.iter().enumerate();
    all.filter(move |(index, part)| apart(part) && !shown(*index, part)).map(|(_, part)| part)
}
