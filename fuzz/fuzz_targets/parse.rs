//! Any bytes are a message: what is read of it is clean, within its limits, and does not depend on
//! how lines end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postroom::domain::Mailbox;
use postroom::mail::identity::Hasher;
use postroom::mail::{Defect, Fields, Parsed, base_subject, each_attachment, identity, parse};

fuzz_target!(|raw: &[u8]| {
    let parsed = parse(raw);
    is_clean(&parsed);
    attachments_are_handed_out(raw, &parsed);
    identity_in_pieces(raw);
    line_ends_do_not_matter(raw);
});

fn is_clean(parsed: &Parsed) {
    assert!(!parsed.defects.contains(&Defect::ParserFault));
    assert!(parsed.defects.is_sorted());
    assert!(!parsed.subject.chars().any(char::is_control), "{:?}", parsed.subject);
    let base = base_subject(&parsed.subject);
    assert_eq!(base_subject(base), base);
    assert!(parsed.text.len() <= 1 << 20);
    assert!(!parsed.text.contains('\r'));
    let people = parsed.from.iter().chain(&parsed.sender).chain(&parsed.reply_to);
    for Mailbox { name, address } in people.chain(&parsed.to).chain(&parsed.cc) {
        assert!(!name.chars().any(char::is_control), "{name:?}");
        assert_eq!(address.as_str().parse().as_ref(), Ok(address));
    }
    assert!(parsed.references.len() <= 51);
    let ids = parsed.message_id.iter().chain(&parsed.other_ids).chain(&parsed.in_reply_to);
    for id in ids.chain(&parsed.references).chain(&parsed.returned) {
        assert!(!id.is_empty() && !id.contains(|c: char| c.is_whitespace() || c.is_control()));
    }
}

fn attachments_are_handed_out(raw: &[u8], parsed: &Parsed) {
    let mut listed = parsed.attachments.iter();
    each_attachment(raw, |attachment, bytes| {
        assert_eq!(listed.next(), Some(attachment));
        assert_eq!(attachment.size, bytes.len() as u64);
        let bad = |c: char| c.is_control() || matches!(c, '/' | '\\');
        assert!(!attachment.name.contains(bad) && !attachment.called.contains(bad));
        assert!(!attachment.name.starts_with(['.', '-']));
    });
    assert_eq!(listed.next(), None);
}

/// A message that comes in pieces has the identity of the whole. The first one ends at least two
/// bytes behind the header: a CR at its end could be all of an empty line, or more could follow.
fn identity_in_pieces(raw: &[u8]) {
    let body = Fields::scan(raw).body();
    let (beginning, rest) = raw.split_at(raw.len() - body.len().saturating_sub(2) / 2);
    let mut hasher = Hasher::begin(beginning);
    rest.chunks(3).for_each(|piece| hasher.update(piece));
    assert_eq!(hasher.finish(), identity(raw));
}

fn line_ends_do_not_matter(raw: &[u8]) {
    let lf: Vec<u8> = raw.iter().copied().filter(|byte| *byte != b'\r').collect();
    let crlf: Vec<u8> = lf.iter().flat_map(|byte| line_end(byte)).copied().collect();
    assert_eq!(identity(&lf), identity(&crlf));
    let (lf, crlf) = (parse(&lf), parse(&crlf));
    assert_eq!((&lf.subject, &lf.from, &lf.sender), (&crlf.subject, &crlf.from, &crlf.sender));
    assert_eq!((&lf.to, &lf.cc, &lf.addressed), (&crlf.to, &crlf.cc, &crlf.addressed));
    assert_eq!((&lf.message_id, &lf.references), (&crlf.message_id, &crlf.references));
    assert_eq!((lf.date, &lf.envelope), (crlf.date, &crlf.envelope));
    assert_eq!((&lf.signals, &lf.returned), (&crlf.signals, &crlf.returned));
    let names = |parsed: &Parsed| -> Vec<_> {
        parsed.attachments.iter().map(|attachment| attachment.called.clone()).collect()
    };
    assert_eq!(names(&lf), names(&crlf));
}

fn line_end(byte: &u8) -> &[u8] {
    if *byte == b'\n' { b"\r\n" } else { std::slice::from_ref(byte) }
}
