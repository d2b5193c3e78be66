//! May a machine answer this mail? The table T1-T30, from raw mails and what the mail program tells
//! of their envelope, through the whole desk (R101-R116).
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod common;

use common::{Desk, finish};
use std::fs;

/// A desk that answers, with a receipt or outside opening hours, and has no sendmail.
fn desk(autoreply: &str) -> Desk {
    let desk = Desk::new();
    let program = desk.beside("no-sendmail");
    let settings =
        format!("sendmail = \"{}\"\nauthserv-id = \"mx.example.test\"", program.display());
    desk.configure("desk", &settings);
    let address = "address = [\"support@example.test\", \"help@example.test\"]";
    let config = fs::read_to_string(desk.dir().join("postroom.toml")).unwrap();
    let config = config.replace("address = [\"support@example.test\"]", address);
    assert!(config.contains(address), "{config}");
    fs::write(desk.dir().join("postroom.toml"), config).unwrap();
    let inbox = format!("autoreply = {{ {autoreply} }}\ncalendar = \"never\"");
    desk.configure("inbox.support", &inbox);
    desk.configure("calendar.never", "open = \"Su 03:00-03:01\"");
    for text in ["receipt", "closed"] {
        fs::write(desk.dir().join(format!("replies/{text}.txt")), "We have it.\n").unwrap();
    }
    desk
}

/// A mail with these fields, which also has From and To.
fn mail(fields: &str) -> String {
    let has = |name: &str| {
        fields.lines().any(|line| line.to_lowercase().starts_with(&name.to_lowercase()))
    };
    let mut header = String::new();
    for (name, value) in [("From:", "a@x.test"), ("To:", "support@example.test")] {
        if !has(name) {
            header += &format!("{name} {value}\n");
        }
    }
    format!("{fields}{header}Subject: question\n\nHello.\n")
}

/// What the desk decides on a mail that comes at a time, with this in SENDER: `yes`, or the code.
fn decision(desk: &Desk, now: &str, sender: Option<&str>, raw: &str) -> String {
    let mut ingest = desk.postroom(["ingest", "--inbox", "support"]);
    ingest.env("POSTROOM_NOW", now);
    sender.map(|sender| ingest.env("SENDER", sender));
    finish(ingest, raw.as_bytes()).expect_success();
    let mut autoreply = desk.postroom(["autoreply", "--explain"]);
    autoreply.env("POSTROOM_NOW", now);
    // Without a selection the message stands on stdin.
    let told = finish(autoreply, raw.as_bytes()).expect_success().text();
    let line = told.lines().last().unwrap_or_default();
    let fields: Vec<&str> = line.split('\t').collect();
    match fields.as_slice() {
        [_, _, "yes", ..] => "yes".to_owned(),
        [_, _, "no", code, ..] => (*code).to_owned(),
        _ => panic!("{told:?}"),
    }
}

const MONDAY: &str = "2026-06-01T09:00:00Z";

#[test]
fn one_mail() {
    let a = Some("a@x.test");
    let report = "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n";
    let passed = "Authentication-Results: mx.example.test; dmarc=pass header.from=x.test\n";
    let failed = "Authentication-Results: mx.example.test; dmarc=fail header.from=x.test\n";
    let forged = "Authentication-Results: mx.evil.test; dmarc=fail header.from=x.test\n";
    #[rustfmt::skip]
    let table: &[(&str, Option<&str>, &str, &str)] = &[
        ("T1", Some(""), "Return-Path: <>\n", "null-sender"),
        ("T1 told by the header alone", None, "Return-Path: <>\n", "null-sender"),
        ("T2", Some("MAILER-DAEMON"), "", "null-sender"),
        ("T2 in brackets", Some("<>"), "", "null-sender"),
        ("T3", None, "From MAILER-DAEMON Sat May 30 10:00:00 2026\n", "null-sender"),
        ("T4", a, "Reply-To: b@y.test\n", "yes"),
        ("T5", None, "", "no-envelope"),
        ("T6", Some("b@y.test"), "", "sender-mismatch"),
        ("T6 with proof", Some("b@y.test"), passed, "yes"),
        ("T6 of one organisation", Some("bounce-7@mail.x.test"), "", "system-address"),
        ("T6 of one organisation", Some("a@mail.x.test"), "", "yes"),
        ("T7", a, "Auto-Submitted: auto-replied\n", "auto-submitted"),
        ("T8", a, "Auto-Submitted: No\n", "yes"),
        ("T9", a, "auto-submitted: no; owner-email=\"a@x.test\"\n", "yes"),
        ("T9", a, "Auto-Submitted: no (x)\n", "yes"),
        ("T10", a, "Auto-Submitted: no\nAuto-Submitted: auto-generated\n", "auto-submitted"),
        ("T11", a, "List-Id: <news.x.test>\n", "list"),
        ("T12", a, "List-Unsubscribe: <mailto:off@x.test>\n", "list"),
        ("T13", a, "List-Id:\n \n", "list"),
        ("T14", a, "Precedence: BULK\n", "precedence"),
        ("T14", a, "X-Precedence: auto_reply\n", "precedence"),
        ("T15", a, "Precedence: first-class\n", "yes"),
        ("T16", a, "X-Auto-Response-Suppress: DR, OOF, AutoReply\n", "xars"),
        ("T17", a, "X-Auto-Response-Suppress: DR, RN, NRN\n", "yes"),
        ("T18", a, "X-Auto-Response-Suppress: None\n", "yes"),
        ("T19", a, "X-Loop: yes\n", "loop"),
        ("T20", Some("owner-list@x.test"), "", "system-address"),
        ("T20", Some("list-request@x.test"), "", "system-address"),
        ("T20", Some("NoReply@x.test"), "", "system-address"),
        ("T20 in From", a, "From: no-reply@x.test\n", "system-address"),
        ("T20b", Some("groot@x.test"), "", "yes"),
        ("T20b", Some("requester@x.test"), "", "yes"),
        ("T20b", Some("northreply@x.test"), "", "yes"),
        ("T21", Some("support@example.test"), "From: support@example.test\n", "own-address"),
        ("T21", Some("sales+tok@example.test"), "From: sales+tok@example.test\n", "own-address"),
        ("T22", a, "To: friends@x.test\n", "not-addressed"),
        ("T22b", a, "To: friends@x.test\nCc: HELP@example.test\n", "yes"),
        ("T22b", a, "To: friends@x.test\nResent-To: help+x@example.test\n", "yes"),
        ("T23", a, report, "report"),
        ("T23", a, "Content-Type: text/calendar; method=REPLY\n", "report"),
        ("T24", a, "X-Spam-Flag: YES\n", "spam"),
        ("T25", a, failed, "dmarc"),
        ("T25b", a, forged, "yes"),
        ("T25b below a foreign Received",
            a, &format!("Received: from mx.evil.test by mx.x.test; Mon, 1 Jun 2026 08:00:00 +0000\n{failed}"), "yes"),
    ];
    let mut wrong = Vec::new();
    for (id, sender, fields, wanted) in table {
        let desk = desk("receipt = \"receipt\"");
        let raw = mail(fields);
        let seen = decision(&desk, MONDAY, *sender, &raw);
        if seen != *wanted {
            wrong.push(format!("{id}: {sender:?} {fields:?}: {seen}, not {wanted}"));
        }
        // It is as decided: one mail to the envelope sender and nobody else, or none.
        let mails = desk.number("SELECT count(*) FROM outbox_recipient");
        assert_eq!(mails, i64::from(seen == "yes"), "{id}");
        if let (Some(sender), "yes") = (sender, seen.as_str()) {
            let to = format!("SELECT count(*) FROM outbox_recipient WHERE address = '{sender}'");
            assert_eq!(desk.number(&to), 1, "{id}");
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn one_after_another() {
    /// Time, envelope sender, fields, decision.
    type Mails = &'static [(&'static str, &'static str, &'static str, &'static str)];
    let closed = "closed = \"closed\"";
    let receipt = "receipt = \"receipt\"";
    let table: [(&str, &str, &str, Mails); 5] = [
        (
            "T26",
            closed,
            "",
            &[
                (MONDAY, "a@x.test", "Message-ID: <1@x.test>\n", "yes"),
                ("2026-06-08T08:00:00Z", "a@x.test", "Message-ID: <2@x.test>\n", "rate"),
            ],
        ),
        (
            "T27",
            closed,
            "",
            &[
                (MONDAY, "a@x.test", "Message-ID: <1@x.test>\n", "yes"),
                ("2026-06-08T09:00:00Z", "a@x.test", "Message-ID: <2@x.test>\n", "yes"),
            ],
        ),
        (
            "T28",
            receipt,
            "",
            &[
                (MONDAY, "a@x.test", "Message-ID: <1@x.test>\n", "yes"),
                (
                    "2026-06-20T09:00:00Z",
                    "a@x.test",
                    "Message-ID: <2@x.test>\nIn-Reply-To: <1@x.test>\n",
                    "follow-up",
                ),
            ],
        ),
        (
            "T29",
            receipt,
            "autoreply-global-per-hour = 2",
            &[
                (MONDAY, "a@x.test", "From: a@x.test\n", "yes"),
                (MONDAY, "b@y.test", "From: b@y.test\n", "yes"),
                (MONDAY, "c@z.test", "From: c@z.test\n", "global-limit"),
                ("2026-06-01T10:00:00Z", "d@z.test", "From: d@z.test\n", "yes"),
            ],
        ),
        (
            "T30",
            closed,
            "",
            &[
                (MONDAY, "A@x.test", "Message-ID: <1@x.test>\n", "yes"),
                (MONDAY, "a+tag@X.TEST", "Message-ID: <2@x.test>\n", "rate"),
            ],
        ),
    ];
    for (id, autoreply, settings, mails) in table {
        let desk = desk(autoreply);
        desk.configure("desk", settings);
        for (now, sender, fields, wanted) in mails {
            let seen = decision(&desk, now, Some(sender), &mail(fields));
            assert_eq!(seen, *wanted, "{id}: {now} {sender} {fields}");
        }
    }
}

#[test]
fn off_by_default() {
    let desk = Desk::new();
    assert_eq!(decision(&desk, MONDAY, Some("a@x.test"), &mail("")), "off");
    assert_eq!(desk.number("SELECT count(*) FROM outbox"), 0);
}
