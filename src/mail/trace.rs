//! What the machines on the way wrote above a message.

use std::collections::HashSet;

use super::envelope;
use super::fields::{Field, Fields};
use super::{clean, date, decode};
use crate::domain::{Address, EnvelopeSender, Time};

/// Longest trace block that is kept, in bytes.
const LONGEST: usize = 8 << 10;

/// Recipients that are looked at: a mail that is delivered names one, or a few where it was passed on.
const MOST_RECIPIENTS: usize = 100;

/// Fields that name the recipient of this very copy, the most exact first.
const RECIPIENT_FIELDS: [&str; 3] = ["X-Original-To", "Envelope-To", "Delivered-To"];

/// Fields that machines on the way put on top.
const TRACE_FIELDS: [&str; 9] = [
    "Return-Path",
    "Received",
    "Received-SPF",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "Authentication-Results",
    "ARC-Authentication-Results",
    "X-Envelope-From",
];

/// The envelope of a message as far as its header tells it, and the way it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// Return-Path above the first Received, else the mbox line.
    pub return_path: EnvelopeSender,
    /// Recipients named above the first Received: X-Original-To, Envelope-To, Delivered-To (R74).
    pub recipients: Vec<Address>,
    /// When the topmost Received field says that it came; none without one, or where it says
    /// nothing of use. Whoever delivered the message wrote it.
    pub delivered: Option<Time>,
    /// The fields that machines put on top, one a line, cleaned; 8 KiB at most.
    pub received: String,
}

impl Trace {
    pub(super) fn read(fields: &Fields<'_>) -> Self {
        let top = fields.above_received(|_| false);
        let named = top.iter().find(|field| field.is("Return-Path"));
        let return_path = match named {
            Some(field) => envelope::sender(&field.unfolded()),
            None => {
                fields.mbox_sender().map_or_else(Default::default, |word| envelope::sender(&word))
            }
        };
        let recipients = RECIPIENT_FIELDS
            .iter()
            .flat_map(|name| top.iter().filter(|field| field.is(name)))
            .flat_map(decode::addresses)
            .filter_map(|(_, address)| address.parse::<Address>().ok());
        let mut known = HashSet::new();
        let unique = recipients.filter(|address| known.insert(address.key()));
        let recipients = unique.take(MOST_RECIPIENTS).collect();
        let received_field = fields.get("Received");
        let delivered = received_field.and_then(delivered);
        Trace { return_path, recipients, delivered, received: received(fields) }
    }
}

/// The instant behind the last semicolon (RFC 5321 section 4.4).
fn delivered(field: &Field<'_>) -> Option<Time> {
    let at = field.value.iter().rposition(|byte| *byte == b';')?;
    date::of(&Field { name: field.name, value: field.value.get(at + 1..)? })
}

fn received(fields: &Fields<'_>) -> String {
    let is_trace = |field: &&Field<'_>| TRACE_FIELDS.iter().any(|name| field.is(name));
    let mut out = String::new();
    for field in fields.iter().take_while(is_trace) {
        let line = format!("{}: {}\n", field.name, clean::line(&field.unfolded()));
        if out.len() + line.len() > LONGEST {
            break;
        }
        out.push_str(&line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(raw: &str) -> Trace {
        Trace::read(&Fields::scan(raw.as_bytes()))
    }

    #[test]
    fn only_what_stands_above_the_first_received_counts() {
        let raw = "Return-Path: <erika@x.org>\nDelivered-To: support+7@ours\n\
                   X-Original-To: help@ours\nDelivered-To: HELP@ours\n\
                   Received: by mx\n\tfor <x>; Mon\nDelivered-To: admin@ours\nReturn-Path: <>\n\
                   Subject: x\nReceived: forged\n\n";
        let trace = trace(raw);
        assert_eq!(trace.return_path, EnvelopeSender::Address("erika@x.org".parse().unwrap()));
        let recipients: Vec<_> = trace.recipients.iter().map(Address::as_str).collect();
        assert_eq!(recipients, ["help@ours", "support+7@ours"]);
        assert!(trace.received.contains("Received: by mx for <x>; Mon\n"));
        assert!(!trace.received.contains("forged"));
    }

    #[test]
    fn the_topmost_received_tells_when_it_came() {
        let at = |raw: &str| trace(raw).delivered.map(|at| at.to_string());
        let said = Some("2026-06-01T07:00:00Z".to_owned());
        for (raw, wanted) in [
            ("Received: from a by b; Mon, 1 Jun 2026 09:00:00 +0200 (CEST)\n\n", said.clone()),
            ("X: y\nReceived: by b (a; b)\n\t; Mon, 1 Jun 2026 07:00 +0000\n\n", said.clone()),
            ("Received: by b\nReceived: by a; Mon, 1 Jun 2026 07:00 +0000\n\n", None),
            ("Received: by b; some day\n\n", None),
            ("Date: Mon, 1 Jun 2026 07:00 +0000\n\n", None),
        ] {
            assert_eq!(at(raw), wanted, "{raw:?}");
        }
    }

    #[test]
    fn return_paths() {
        for (raw, wanted) in [
            ("Return-Path: <>\n\n", EnvelopeSender::Null),
            ("Return-Path:\n\n", EnvelopeSender::Null),
            ("From MAILER-DAEMON Sat Jan  1\nSubject: x\n\n", EnvelopeSender::Null),
            ("Received: x\nReturn-Path: <>\n\n", EnvelopeSender::Unknown),
            ("Subject: x\n\n", EnvelopeSender::Unknown),
        ] {
            assert_eq!(trace(raw).return_path, wanted, "{raw:?}");
        }
    }

    #[test]
    fn it_is_bounded() {
        assert!(trace(&"Received: by mx\n".repeat(5_000)).received.len() <= LONGEST);
        let named: String = (0..5_000).map(|n| format!("Delivered-To: u{n}@ours\n")).collect();
        assert_eq!(trace(&named).recipients.len(), MOST_RECIPIENTS);
    }
}
