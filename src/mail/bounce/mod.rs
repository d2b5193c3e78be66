//! What a mail says of mail that did not arrive (R129-R131): the report of RFC 3464, or one of the
//! many free texts of mail systems that write none.
//!
//! A free text is read by its grammar and not by its author: where the returned mail begins
//! (`divider.rs`), how a line marks a recipient (`mark.rs`) or a sentence names one (`prose.rs`), what
//! stands behind it (`reason.rs`). What differs from system to system is tables of words and phrases;
//! the words alone (`words.rs`) make no report, for shops and their customers have the same. How much
//! more is asked depends on who sent it (`look.rs`).

mod divider;
mod fml;
mod look;
mod mark;
mod notice;
mod notification;
mod prose;
mod reason;
mod report;
#[cfg(test)]
mod tests;
mod told;
mod words;

use look::Look;
use notice::Notice;
use report::Report;

use super::decode::Transfer;
use super::fields::Fields;
use super::references;
use super::structure::Part;
use crate::domain::bounce::{Action, Bounce, Outcome};
use crate::domain::{EnvelopeSender, Signal};

/// Recipients that are kept of one report.
const MOST_RECIPIENTS: usize = 100;

/// Bytes of a machine-readable part that are looked at.
const MOST_OF_PART: usize = 64 << 10;

/// Returned mails whose header is looked at.
const MOST_RETURNED: usize = 3;

/// A mail that reports on other mail.
#[derive(Debug)]
pub(super) struct Found {
    /// What made us take it for one.
    pub(super) signal: Signal,
    /// What it says; none of a complaint, which tells of no delivery.
    pub(super) bounce: Option<Bounce>,
    /// The Message-IDs of the mail that it gives back.
    pub(super) returned: Vec<String>,
}

/// Reads a message as a report on other mail; none when it is none, which for most mail a look at
/// its header tells. `sender` is the envelope sender, as far as it is known.
pub(super) fn read(
    fields: &Fields<'_>,
    parts: &[Part<'_>],
    sender: &EnvelopeSender,
) -> Option<Found> {
    let look = Look::at(fields, parts, sender);
    let reported = reported(parts, &look).filter(|_| look.may_report());
    if reported.is_none() && !look.is_worth_reading() {
        return None;
    }
    let notice = Notice::read(parts);
    let said = || told::outcomes(&notice, &look, parts);
    let (signal, recipients) = match (reported, notification::read(notice.text())) {
        (Some(report), _) => of_report(report, said),
        (None, Some(told)) => told,
        (None, None) => (look.signal(&notice)?, said()),
    };
    let returned = returned(parts).chain(notice.returned_id()).take(MOST_RETURNED).collect();
    let bounce = Bounce { recipients: once(recipients) };
    let bounce = Some(bounce).filter(|_| signal != Signal::AbuseReport);
    Some(Found { signal, bounce, returned })
}

/// What the machine-readable parts say; none without such a part.
fn reported(parts: &[Part<'_>], look: &Look) -> Option<Report> {
    let kinds = ["message/delivery-status", "message/global-delivery-status"];
    let is_report = |part: &&Part<'_>| kinds.contains(&part.media.kind.as_str());
    let each = parts.iter().filter(is_report);
    each.map(|part| Report::read(&decoded(part), look.only_failed())).reduce(|mut all, next| {
        all.outcomes.extend(next.outcomes);
        all.action = all.action.into_iter().chain(next.action).min();
        all
    })
}

/// What a report comes to: its worst action, a failure where it states none. One that names nobody
/// is read by its text.
fn of_report(report: Report, said: impl Fn() -> Vec<Outcome>) -> (Signal, Vec<Outcome>) {
    let signal = match report.action {
        Some(Action::Failed) | None => Signal::Bounce,
        Some(Action::Delayed) => Signal::Delay,
        Some(Action::Delivered | Action::Relayed | Action::Expanded) => Signal::Report,
    };
    (signal, if report.outcomes.is_empty() { said() } else { report.outcomes })
}

/// Each recipient once, a failure before all else that is said of it.
fn once(outcomes: Vec<Outcome>) -> Vec<Outcome> {
    let mut kept: Vec<Outcome> = Vec::new();
    for one in outcomes {
        let key = one.recipient.key();
        match kept.iter().position(|other| other.recipient.key() == key) {
            None => kept.push(one),
            Some(at) => {
                let worse = |other: &&mut Outcome| {
                    one.action == Action::Failed && other.action != Action::Failed
                };
                if let Some(other) = kept.get_mut(at).filter(worse) {
                    *other = one;
                }
            }
        }
        if kept.len() == MOST_RECIPIENTS {
            break;
        }
    }
    kept
}

/// The Message-IDs of the mail that a report other than on its delivery gives back: a complaint does
/// (RFC 5965), a receipt of reading may.
pub(super) fn returned_by(parts: &[Part<'_>]) -> Vec<String> {
    returned(parts).take(MOST_RETURNED).collect()
}

/// The Message-IDs that receipts of reading name (RFC 8098 section 3.2.5).
pub(super) fn named_by_receipts(parts: &[Part<'_>]) -> Vec<String> {
    let is_receipt = |part: &&Part<'_>| part.media.kind == "message/disposition-notification";
    let named = parts.iter().filter(is_receipt).filter_map(|part| {
        references::message_id(Fields::scan(&decoded(part)).get("Original-Message-ID")?.value)
    });
    named.take(MOST_RETURNED).collect()
}

/// The Message-IDs of the mails that are given back as parts.
fn returned(parts: &[Part<'_>]) -> impl Iterator<Item = String> {
    given_back(parts).filter_map(|part| {
        let bytes = decoded(part);
        references::message_id(Fields::scan(&bytes).get("Message-ID")?.value)
    })
}

/// The parts that give a mail back, whole or its header.
fn given_back<'a, 'p>(parts: &'a [Part<'p>]) -> impl Iterator<Item = &'a Part<'p>> {
    let kinds =
        ["message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"];
    parts.iter().filter(move |part| kinds.contains(&part.media.kind.as_str()))
}

/// The first bytes of a part, decoded.
pub(super) fn decoded(part: &Part<'_>) -> Vec<u8> {
    let bytes = part.body.get(..MOST_OF_PART).unwrap_or(part.body);
    match part.transfer {
        Transfer::Plain | Transfer::Unknown => bytes.to_vec(),
        coded => coded.decode(bytes).value.into_owned(),
    }
}
