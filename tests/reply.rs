//! Replies of persons: two at once, the rehearsal, and what must never leave (R163, R194-R198).
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod common;

use common::{Desk, Done, finish, mail, start, wait};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

/// A desk with two agents, a mail of erika's, and a sendmail that keeps what it gets, and with what
/// it was called.
fn office() -> Desk {
    let desk = Desk::new();
    let program = desk.beside("sendmail");
    let dir = program.parent().unwrap().to_owned();
    fs::create_dir(dir.join("kept")).unwrap();
    fs::create_dir(dir.join("scratch")).unwrap();
    let script = format!(
        "#!/bin/sh\ncd {}/kept && echo \"$@\" >>calls && exec cat >$(mktemp sent.XXXXXX)\n",
        dir.display()
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    desk.configure("desk", &format!("sendmail = \"{}\"", program.display()));
    for agent in ["anna", "bram"] {
        let lines = format!("email = [\"{agent}@example.test\"]\ninbox = {{ support = \"full\" }}");
        desk.configure(&format!("agent.{agent}"), &lines);
    }
    desk.ingest(&mail("erika"));
    desk
}

fn reply(desk: &Desk, agent: &str, options: &[&str]) -> Command {
    let mut command = desk.postroom(["reply", "--as", agent]);
    command.args(options).arg("1").env("TMPDIR", desk.beside("scratch"));
    command
}

fn sent(desk: &Desk) -> Vec<Vec<u8>> {
    let names = fs::read_dir(desk.beside("kept")).unwrap().map(|entry| entry.unwrap().path());
    names
        .filter(|path| path.to_string_lossy().contains("sent."))
        .map(|path| fs::read(path).unwrap())
        .collect()
}

/// The one file in which a refused text was kept.
fn kept(desk: &Desk, refused: &Done) -> String {
    let files: Vec<_> =
        fs::read_dir(desk.beside("scratch")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    assert!(refused.stderr.contains(&file.display().to_string()), "{refused:?}");
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    fs::read_to_string(file).unwrap()
}

#[test]
fn two_agents_at_the_same_moment() {
    for _ in 0..8 {
        let desk = office();
        let seen = desk.number("SELECT max(seq) FROM event WHERE conversation = 1").to_string();
        let both = ["anna", "bram"].map(|agent| {
            let text = format!("Text of {agent}.\n");
            (start(reply(&desk, agent, &["--if-seq", &seen]), text.as_bytes()), text)
        });
        let both = both.map(|(child, text)| (wait(child), text));
        let codes = both.each_ref().map(|(done, _)| done.status.code());
        assert!(codes == [Some(0), Some(1)] || codes == [Some(1), Some(0)], "{both:?}");
        let (refused, text) = both.iter().find(|(done, _)| done.status.code() == Some(1)).unwrap();
        assert_eq!(kept(&desk, refused), *text);
        assert!(refused.stderr.contains("replied (o1)"), "{refused:?}");
        assert_eq!((sent(&desk).len(), desk.number("SELECT count(*) FROM outbox")), (1, 1));
    }
}

#[test]
fn what_came_in_since_the_agent_looked() {
    let answer = "From: erika@customer.test\nTo: support@example.test\nMessage-ID: <2@customer.test>\n\
                  In-Reply-To: <erika@customer.test>\n\nOne thing more.\n";
    let rows: [(&[&str], &str, Option<&str>); 6] = [
        (&["list"], "", None),
        (&["ingest"], answer, Some("m2 came in")),
        (&["note", "--as", "bram", "1", "mind the strike"], "", Some("bram wrote a note")),
        (&["note", "--as", "anna", "1", "mind the strike"], "", None),
        (&["reply", "--as", "bram", "1"], "Text of bram.\n", Some("bram replied")),
        (&["tag", "--as", "bram", "1", "+x"], "", None),
    ];
    for (meanwhile, stdin, refusal) in rows {
        let desk = office();
        let seen = desk.number("SELECT max(seq) FROM event WHERE conversation = 1").to_string();
        desk.feed(meanwhile, stdin.as_bytes()).expect_success();
        let before = sent(&desk).len();
        let done = finish(reply(&desk, "anna", &["--if-seq", &seen]), b"Late text.\n");
        match refusal {
            None => assert!(done.status.success(), "{meanwhile:?}: {done:?}"),
            Some(words) => {
                assert_eq!(done.status.code(), Some(1), "{meanwhile:?}: {done:?}");
                assert!(done.stderr.contains(words), "{meanwhile:?}: {done:?}");
                assert_eq!(kept(&desk, &done), "Late text.\n");
                assert_eq!(sent(&desk).len(), before, "{meanwhile:?}");
                let anyway = reply(&desk, "anna", &["--if-seq", &seen, "--anyway"]);
                finish(anyway, b"Late text.\n").expect_success();
            }
        }
        assert_eq!(sent(&desk).len(), before + 1, "{meanwhile:?}");
    }
}

#[test]
fn the_rehearsal_is_the_mail() {
    let desk = office();
    let text = "Grüße — it will come on Tuesday.\n\n.\nFrom here on: nothing.\n".repeat(9);
    let rehearsed = finish(reply(&desk, "anna", &["--dry-run"]), text.as_bytes()).expect_success();
    assert_eq!(desk.number("SELECT count(*) FROM outbox"), 0);
    assert_eq!(sent(&desk).len(), 0);
    finish(reply(&desk, "anna", &[]), text.as_bytes()).expect_success();
    assert_eq!(sent(&desk), [rehearsed.stdout]);
}

#[test]
fn a_slip_of_the_finger() {
    let desk = office();
    let elsewhere = &["--to", "pia@elsewhere.test"][..];
    for (options, text, code, words) in [
        (&[][..], "", 65, "the reply is empty"),
        (&[], " \n\t\n", 65, "the reply is empty"),
        (&[], "Dear {{contact.name}},\n", 65, "line 1, column 6"),
        (&[], "Tuesday.\n", 0, ""),
        (&[], "Tuesday.\n", 1, "a moment ago"),
        (&[], "Wednesday.\n", 0, ""),
        (elsewhere, "Wednesday.\n", 0, ""),
        (elsewhere, "Wednesday.\n", 1, "a moment ago"),
    ] {
        let done = finish(reply(&desk, "anna", options), text.as_bytes());
        assert_eq!(done.status.code(), Some(code), "{text:?} {done:?}");
        assert!(done.stderr.contains(words), "{text:?} {done:?}");
    }
    assert_eq!(sent(&desk).len(), 3);
    // What says nothing is not worth keeping.
    assert_eq!(fs::read_dir(desk.beside("scratch")).unwrap().count(), 3);
}

#[test]
fn no_note_leaves_the_house() {
    let canary = "QK7Z5W2N4XHVTMBRGJ6DLCAFEP";
    let desk = office();
    fs::write(desk.dir().join("replies/receipt.txt"), "We have it: {{number}}.\n").unwrap();
    desk.configure("inbox.support", "autoreply = { receipt = \"receipt\" }");
    let note = |number: &str| {
        let text = format!("{canary} note on {number}");
        desk.run(["note", "--as", "bram", number, &text]).expect_success();
    };
    note("1");
    finish(reply(&desk, "anna", &[]), b"First.\n").expect_success();
    note("1");
    finish(
        reply(&desk, "anna", &["--close", "--cc", "john@customer.test"]),
        "Größe: 7.\n".as_bytes(),
    )
    .expect_success();
    let arguments = ["ingest", "--sender", "john@customer.test", "--autoreply"];
    desk.feed(arguments, &mail("john")).expect_success();
    note("2");
    let rehearsed = finish(reply(&desk, "anna", &["--dry-run"]), b"Third.\n").expect_success();

    let mut bytes = sent(&desk);
    assert_eq!(bytes.len(), 3);
    bytes.push(rehearsed.stdout);
    bytes.push(fs::read(desk.beside("kept/calls")).unwrap());
    for raw in &bytes {
        let text = String::from_utf8_lossy(raw);
        assert!(!text.contains(canary), "{text}");
        // Nor hidden by an encoding: the words are plain or quoted-printable, never base64.
        assert!(!text.to_lowercase().contains("content-transfer-encoding: base64"), "{text}");
        assert!(!text.replace("=\n", "").replace("=\r\n", "").contains(canary), "{text}");
    }
    // The store has it where notes are, and in no message.
    assert_eq!(desk.number(&format!("SELECT count(*) FROM note WHERE text LIKE '{canary}%'")), 3);
    let raw = format!("SELECT count(*) FROM raw WHERE instr(CAST(bytes AS TEXT), '{canary}')");
    assert_eq!(desk.number(&raw), 0);
    assert!(!desk.log().contains(canary));
}

/// A further mail with the true id of erika's first, and whom the next reply is for.
#[test]
fn who_gets_the_reply() {
    for (what, fields, wanted) in [
        ("erika", "From: erika@customer.test\n", "erika@customer.test"),
        ("a stranger with the id", "From: eve@evil.test\n", "erika@customer.test"),
        (
            "an answer to somewhere else",
            "From: erika@customer.test\nReply-To: me@evil.test\n",
            "erika@customer.test",
        ),
        (
            "a forgery that DMARC found",
            "Authentication-Results: mx.example.test; dmarc=fail\n\
             From: erika@customer.test\nReply-To: me@evil.test\n",
            "erika@customer.test",
        ),
    ] {
        let desk = office();
        desk.configure("desk", "authserv-id = \"mx.example.test\"");
        let further = format!(
            "{fields}To: support@example.test\nSubject: Re: x\nDate: Mon, 01 Jun 2026 09:30:00 \
             +0000\nMessage-ID: <further@x>\nIn-Reply-To: <erika@customer.test>\n\nand this\n"
        );
        desk.ingest(further.as_bytes());
        let replied = finish(reply(&desk, "anna", &[]), b"Yes.\n").expect_success().text();
        let to = replied.trim_end().rsplit('\t').next().unwrap().to_owned();
        assert_eq!(to, wanted, "{what}");
    }
}

/// A form on a web site writes for the customer: the first mail's Reply-To is the contact's word.
#[test]
fn the_first_reply_to_counts() {
    let desk = office();
    desk.ingest(
        b"From: form@site.test\nReply-To: otto@customer.test\nTo: support@example.test\n\
          Subject: Form\nDate: Mon, 01 Jun 2026 09:30:00 +0000\nMessage-ID: <form@x>\n\nhi\n",
    );
    let mut command = desk.postroom(["reply", "--as", "anna", "2"]);
    command.env("TMPDIR", desk.beside("scratch"));
    let replied = finish(command, b"Yes.\n").expect_success().text();
    assert!(replied.trim_end().ends_with("\totto@customer.test"), "{replied}");
}

/// What a mail system sends when it gives up: our reply comes back inside, and nothing outside
/// refers to it (R131, R135).
#[test]
fn a_bounce_of_a_reply_opens_its_conversation_again() {
    let desk = office();
    finish(reply(&desk, "anna", &[]), b"Yes.\n").expect_success();
    let returned = String::from_utf8(sent(&desk).remove(0)).unwrap();
    let whole = format!("message/rfc822\n\n{returned}");
    let header = returned.split("\n\n").next().unwrap();
    for (n, part) in [(0, whole), (1, format!("text/rfc822-headers\n\n{header}\n"))] {
        let bounce = bounce(n, "5.1.1", &part);
        let landed = desk.feed(["ingest", "-p"], bounce.as_bytes()).expect_success();
        assert!(landed.text().contains("\tjoined\t"), "{landed:?}");
    }
    let open = desk.run(["list", "--numbers", "is:open"]).expect_success();
    assert_eq!(open.text(), "1\n");
}

/// R133: some codes say that the address took no mail; others that our own was not liked.
#[test]
fn which_codes_blame_the_recipient() {
    for (status, code) in
        [("5.1.1", 1), ("5.1.10", 1), ("5.2.1", 1), ("5.1.7", 0), ("5.1.8", 0), ("4.1.1", 0)]
    {
        let desk = office();
        finish(reply(&desk, "anna", &[]), b"Yes.\n").expect_success();
        let returned = String::from_utf8(sent(&desk).remove(0)).unwrap();
        let report = bounce(0, status, &format!("message/rfc822\n\n{returned}"));
        desk.ingest(report.as_bytes());
        let again = finish(reply(&desk, "anna", &["--to", "erika@customer.test"]), b"Well?\n");
        assert_eq!(again.status.code(), Some(code), "{status}: {again:?}");
    }
}

/// A report on mail to Erika that gives back this part.
fn bounce(n: usize, status: &str, part: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.test\nTo: support@example.test\nSubject: \
         Undelivered\nDate: Mon, 01 Jun 2026 09:3{n}:00 +0000\nMessage-ID: <b{n}@mx.test>\n\
         MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; \
         boundary=B\n\n--B\n\nSorry.\n\n--B\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; erika@customer.test\n\
         Action: failed\nStatus: {status}\n\n--B\nContent-Type: {part}\n\n--B--\n"
    )
}
