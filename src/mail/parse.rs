//! A message as values. Never fails: what cannot be understood is left empty and recorded.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::attachment::Attachment;
use super::fields::{Field, Fields};
use super::structure::{self, Part};
use super::trace::Trace;
use super::{Defect, classify, clean, decode, references, visible};
use crate::domain::{Address, Mailbox, Signal, Time};

/// Everything that a message says, decoded and cleaned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The first Subject field.
    pub subject: String,
    /// The author: the first mailbox of the first From field (R78).
    pub from: Option<Mailbox>,
    /// Who sent it for the author, if Sender says so.
    pub sender: Option<Mailbox>,
    /// Where answers are wanted; shown, never an identity (R77).
    pub reply_to: Vec<Mailbox>,
    /// The recipients in To.
    pub to: Vec<Mailbox>,
    /// The recipients in Cc.
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
    let fields = Fields::scan(raw);
    let mut parsed =
        catch_unwind(AssertUnwindSafe(|| read(&fields))).unwrap_or_else(|_| bare(&fields));
    parsed.defects.sort_unstable();
    parsed.defects.dedup();
    parsed
}

/// What our own scan alone can tell, for a message that the decoders fail on.
fn bare(fields: &Fields<'_>) -> Parsed {
    let subject = fields.get("Subject").map(|field| clean::line(&field.unfolded()));
    Parsed {
        subject: subject.unwrap_or_default(),
        message_id: fields.get("Message-ID").and_then(|f| references::message_id(f.value)),
        signals: classify::signals(fields, &[], None),
        defects: vec![Defect::ParserFault],
        ..Parsed::default()
    }
}

fn read(fields: &Fields<'_>) -> Parsed {
    let mut defects = header_defects(fields);
    let parts = structure::split(fields, &mut defects);
    let seen = visible::parts(&parts);
    let authors = mailboxes(fields.get("From"));
    let sender = mailboxes(fields.get("Sender")).into_iter().next();
    author_defects(&authors, sender.as_ref(), &mut defects);

    let mut own = fields.all("Message-ID").filter_map(|f| references::message_id(f.value));
    let message_id = own.next();
    let list = |name| {
        let value = fields.get(name).map(|field| field.value).unwrap_or_default();
        references::ids(value, message_id.as_deref())
    };
    let date = fields.get("Date").map(decode::date);
    if date == Some(None) {
        defects.push(Defect::BadDate);
    }
    let from = authors.into_iter().next();
    let envelope = Trace::read(fields);
    Parsed {
        subject: fields.get("Subject").map(decode::text).unwrap_or_default(),
        signals: classify::signals(fields, &parts, from.as_ref()),
        from,
        sender,
        reply_to: mailboxes(fields.get("Reply-To")),
        to: all_mailboxes(fields, "To"),
        cc: all_mailboxes(fields, "Cc"),
        addressed: addressed(fields),
        in_reply_to: list("In-Reply-To"),
        references: list("References"),
        other_ids: own.filter(|id| Some(id) != message_id.as_ref()).take(20).collect(),
        message_id,
        date: date.flatten(),
        text: visible::text(&parts, &seen, &mut defects),
        attachments: attachments(&parts, &seen),
        envelope,
        defects,
    }
}

fn header_defects(fields: &Fields<'_>) -> Vec<Defect> {
    let several = |name| fields.all(name).nth(1).is_some();
    let found = [
        (fields.is_empty(), Defect::NoHeader),
        (fields.exceeded(), Defect::TooMuchHeader),
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
    if let Some(shown) = address_in(&first.name)
        && shown.key() != first.address.key()
    {
        defects.push(Defect::NameShowsAddress);
    }
}

/// The mailboxes of a field that have a usable address.
fn mailboxes(field: Option<&Field<'_>>) -> Vec<Mailbox> {
    let Some(field) = field else { return Vec::new() };
    let listed = decode::addresses(field).into_iter();
    let found: Vec<Mailbox> = listed.filter_map(|(name, word)| mailbox(name, &word)).collect();
    if !found.is_empty() {
        return found;
    }
    // Not a list as RFC 5322 draws it: take what looks like an address.
    let text = decode::text(field);
    address_in(&text).map(|address| Mailbox { name: String::new(), address }).into_iter().collect()
}

fn all_mailboxes(fields: &Fields<'_>, name: &str) -> Vec<Mailbox> {
    fields.all(name).take(20).flat_map(|field| mailboxes(Some(field))).collect()
}

fn addressed(fields: &Fields<'_>) -> Vec<Address> {
    ["To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"]
        .into_iter()
        .flat_map(|name| all_mailboxes(fields, name))
        .map(|mailbox| mailbox.address)
        .collect()
}

fn mailbox(name: String, word: &str) -> Option<Mailbox> {
    let word: String = word.chars().filter(|c| !c.is_whitespace() && !"<>".contains(*c)).collect();
    let address = word.parse().ok()?;
    Some(Mailbox { name, address })
}

/// The first word of a text that is an address.
fn address_in(text: &str) -> Option<Address> {
    let words = text.split(|c: char| c.is_whitespace() || "<>(),;:\"'[]".contains(c));
    words.filter(|word| word.contains('@')).find_map(|word| clean::word(word).parse().ok())
}

fn attachments(parts: &[Part<'_>], seen: &[usize]) -> Vec<Attachment> {
    let apart = |part: &Part<'_>| {
        let unnamed_text = part.media.begins("text/")
            || part.media.begins("message/") && part.media.kind != "message/rfc822";
        part.is_leaf() && (part.is_attachment || part.name.is_some() || !unnamed_text)
    };
    let shown = |index: usize, part: &Part<'_>| seen.contains(&index) && part.name.is_none();
    let listed =
        parts.iter().enumerate().filter(|(index, part)| apart(part) && !shown(*index, part));
    listed.map(|(_, part)| Attachment::of(part)).collect()
}
