//! Where a header ends, and what stands in it.

use super::*;

fn names(raw: &str) -> Vec<&str> {
    Fields::scan(raw.as_bytes()).list.iter().map(|field| field.name).collect()
}

#[test]
fn where_the_header_ends() {
    for (raw, wanted, body) in [
        ("A: 1\nB: 2\n\nbody\n", &["A", "B"][..], "body\n"),
        ("A: 1\r\nB: 2\r\n\r\nbody", &["A", "B"], "body"),
        ("A: 1\r\nB: 2\n\r\nbody", &["A", "B"], "body"),
        ("A: 1\n B: 2\n\tC: 3\nD : 4\n\n", &["A", "D"], ""),
        ("A: 1\nFr om: x@y\nB: 2\n\nbody", &["A"], "Fr om: x@y\nB: 2\n\nbody"),
        ("A: 1\nno field\n", &["A"], "no field\n"),
        ("From x@y Sat Jan  1\nA: 1\n\nbody", &["A"], "body"),
        ("From : x@y\n\nbody", &["From"], "body"),
        ("From: x@y\nFrom x@y\n\nbody", &["From"], "From x@y\n\nbody"),
        (": x\n\nbody", &[], ": x\n\nbody"),
        ("Für: x\n\nbody", &[], "Für: x\n\nbody"),
        ("\nA: 1\n", &[], "A: 1\n"),
        (" A: 1\n", &[], " A: 1\n"),
        ("   \nA: 1\n\nbody", &["A"], "body"),
        (" \t\r\n\t\nA: 1\n B: 2\n\nbody", &["A"], "body"),
        ("From x@y Sat Jan  1\n  \nA: 1\n\nbody", &["A"], "body"),
        ("   \n\nA: 1\n", &[], "   \n\nA: 1\n"),
        ("   \nno field\n", &[], "   \nno field\n"),
        ("   \n A: 1\n", &[], "   \n A: 1\n"),
        ("   ", &[], "   "),
        ("A: 1\n   \nB: 2\n\nbody", &["A", "B"], "body"),
        ("A: 1", &["A"], ""),
        ("A:", &["A"], ""),
        ("", &[], ""),
    ] {
        assert_eq!(names(raw), wanted, "{raw:?}");
        assert_eq!(Fields::scan(raw.as_bytes()).body(), body.as_bytes(), "{raw:?}");
    }
}

#[test]
fn fields_behind_the_end() {
    for (raw, is_broken) in [
        ("A: 1\nX-Foo bar\nB: 2\n\nbody", true),
        ("A: 1\r\nX-Foo bar\r\n goes on\r\nB: 2", true),
        ("From x@y Sat Jan  1\nA: 1\nno\nB: 2\n\nbody", true),
        ("From x@y Sat Jan  1\nA: 1\nB: 2\n\nno\nC: 3\n", false),
        ("A: 1\nB: 2\n\nno\nC: 3\n", false),
        ("A: 1\nHello,\nsee\nhttp://x\n\nB: 2\n", false),
        ("no\nA: 1\n", false),
        ("A: 1\nno\n", false),
        ("A: 1", false),
        ("", false),
    ] {
        assert_eq!(Fields::scan(raw.as_bytes()).is_broken(), is_broken, "{raw:?}");
    }
}

#[test]
fn a_part_begins_with_its_header() {
    let fields = Fields::scan_part(b"   \nA: 1\n\nbody", MOST_FIELDS);
    assert!(fields.is_empty() && fields.body() == b"   \nA: 1\n\nbody");
}

/// What is seen of a message does not depend on how much of it is at hand.
#[test]
fn blanks_that_reach_beyond_the_window_are_body() {
    for blanks in 0..12 {
        let raw = " ".repeat(blanks) + "\nA: 1\n\nbody";
        let (window, whole) = (8, Fields::scan_window(raw.as_bytes(), 8));
        let beginning = raw.as_bytes().get(..window + 2).unwrap_or(raw.as_bytes());
        let cut = Fields::scan_window(beginning, window);
        let body_at = |fields: &Fields, all: &[u8]| all.len() - fields.body().len();
        assert_eq!(whole.list.len(), cut.list.len(), "{blanks}");
        assert_eq!(body_at(&whole, raw.as_bytes()), body_at(&cut, beginning), "{blanks}");
        assert_eq!(whole.list.len() == 1, (1..=2).contains(&blanks), "{blanks}");
    }
}

#[test]
fn values() {
    let raw = b"Subject: one\r\n\t two \xff\r\nsubject:three\n\n";
    let fields = Fields::scan(raw);
    assert_eq!(fields.get("SUBJECT").unwrap().unfolded(), "one two \u{fffd}");
    assert_eq!(fields.get("Subject").unwrap().value, b" one\r\n\t two \xff");
    assert_eq!(fields.all("subject").count(), 2);
    assert!(fields.get("Sub").is_none());
}

#[test]
fn the_mbox_line_is_a_hint() {
    let sender = |raw: &'static str| Fields::scan(raw.as_bytes()).mbox_sender();
    assert_eq!(sender("From a@x  Sat Jan 1\nA: 1\n").as_deref(), Some("a@x"));
    assert_eq!(sender("From  MAILER-DAEMON\r\nA: 1\n").as_deref(), Some("MAILER-DAEMON"));
    assert_eq!(sender("From \nA: 1\n"), None);
    assert_eq!(sender("A: 1\n"), None);
}

#[test]
fn the_trace_above_the_first_foreign_received() {
    let raw = "Return-Path: <a@x>\nReceived: by mx.ours\nDelivered-To: b@y\nReceived: by evil\n\
               Delivered-To: c@z\n\n";
    let fields = Fields::scan(raw.as_bytes());
    assert_eq!(fields.above_received(|_| false).len(), 1);
    assert_eq!(fields.above_received(|by| by.contains("mx.ours")).len(), 3);
    assert_eq!(fields.above_received(|_| true).len(), 5);
}

#[test]
fn too_much_is_flagged() {
    let many = "A: 1\n".repeat(MOST_FIELDS + 1) + "\nbody";
    let fields = Fields::scan(many.as_bytes());
    assert!(fields.exceeded() && fields.list.len() == MOST_FIELDS);
    assert_eq!(fields.body(), b"A: 1\n\nbody");
    let long = format!("A: {}\n\nbody", "x".repeat(MOST_BYTES));
    assert!(Fields::scan(long.as_bytes()).exceeded());
    assert!(Fields::scan(long.as_bytes()).get("A").unwrap().unfolded().len() <= LONGEST_VALUE);
}
