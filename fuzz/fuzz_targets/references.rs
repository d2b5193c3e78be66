//! The ids in a header: few, clean, without the message's own; and a list of them that is written
//! again reads back as the same.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use postroom::mail::parse;
use postroom::mail::references::{ids, message_id, nearest_first};

fuzz_target!(|value: &[u8]| {
    let all = ids(value, None);
    assert!(all.len() <= 51);
    for id in &all {
        is_clean(id);
    }
    if let Some(first) = message_id(value) {
        is_clean(&first);
        assert!(all.is_empty() || all.first() == Some(&first));
        assert!(!ids(value, Some(&first)).contains(&first));
    }
    in_order(&all);
    reads_back(&all);
    in_a_header(value);
});

fn is_clean(id: &str) {
    assert!(!id.is_empty() && id.len() <= 3 * 998);
    assert!(!id.contains(|c: char| c.is_whitespace() || c.is_control()), "{id:?}");
}

/// Whatever a message refers to is there once, the last of References first.
fn in_order(all: &[String]) {
    let nearest = nearest_first(all, all);
    assert_eq!(nearest.iter().collect::<BTreeSet<_>>(), all.iter().collect::<BTreeSet<_>>());
    assert_eq!(nearest.iter().collect::<BTreeSet<_>>().len(), nearest.len());
    assert_eq!(nearest.first(), all.last());
}

fn reads_back(all: &[String]) {
    // A parenthesis at its begin would be a comment.
    let all: Vec<&String> =
        all.iter().filter(|id| !id.starts_with('(') && id.len() <= 998).collect();
    let written: String = all.iter().map(|id| format!("<{id}>\r\n ")).collect();
    assert_eq!(ids(written.as_bytes(), None).iter().collect::<Vec<_>>(), all);
}

/// The header of a message gives the same as the reading of its values.
fn in_a_header(value: &[u8]) {
    let value: Vec<u8> = value.iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect();
    let raw = [b"Message-ID: ", &value[..], b"\nReferences:", &value, b"\n\n"].concat();
    let parsed = parse(&raw);
    assert_eq!(parsed.message_id, message_id(&value));
    assert_eq!(parsed.references, ids(&value, parsed.message_id.as_deref()));
    assert!(parsed.in_reply_to.is_empty() && parsed.other_ids.is_empty());
}
