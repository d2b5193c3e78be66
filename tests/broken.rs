//! Mail that is broken in the ways that mail is broken: exit 0 for each, a row for each, and its bytes
//! as they came (T3.1a, T3.1c).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

mod common;

use common::Desk;

/// Headers; each mail has another recipient, so that no two are one message.
const HEADERS: [&[u8]; 20] = [
    b"",
    b"From: erika@customer.test\nSubject: no Message-ID\n",
    b"From: erika@customer.test\nMessage-ID: <>\nDate: yesterday, or so\n",
    b"From: erika@customer.test\nMessage-ID: <a\0b@x>\nSubject: NUL \0 in it\n",
    b"From: Erika M\xfcller <erika@customer.test>\nSubject: Gr\xfc\xdfe\n",
    b"From: \xff\xfe <erika@customer.test>\nSubject: \xc3\n",
    b"From: =?x-unknown?q?=FF?= <erika@customer.test>\nSubject: =?utf-8?b?w?= =?utf-8?q?=?\n",
    b"From: \"Erika <erika@customer.test>\nSubject: the name has no end\n",
    b"From: (erika@customer.test\nSubject: nor has the comment\n",
    b"From: erika@customer.test, anna@customer.test\nFrom: bram@customer.test\n",
    b"From: MAILER-DAEMON <>\nReturn-Path: <>\n",
    b"From erika@customer.test\nFrom: erika@customer.test\n",
    b"This is no field\nFrom: erika@customer.test\n",
    b"\tFrom: folded@customer.test\nFrom: erika@customer.test\n",
    b"From : erika@customer.test\nSub ject: a blank in the name\n",
    b"From: erika@customer.test\rSubject: carriage returns alone\r",
    b"From: erika@customer.test\r\r\nSubject: and too many of them\r\r\n",
    b"Subject: \x1b]0;title\x07\xe2\x80\xae\nFrom: erika@customer.test\n",
    b"References: <a@x <b@x>, c@x (<d@x>\nIn-Reply-To: your mail of \"Monday\nFrom: e@x.test\n",
    b"From: @\nTo: ,;<>\nCc: g:;\nReply-To: \"\"@\nDate: Mon, 99 Foo 0000 99:99:99 +9999\n",
];

/// Bodies, with the fields that say what they are.
const BODIES: [&[u8]; 10] = [
    b"\nNo field says what this is.\n",
    b"Content-Type: text/plain; charset=utf-8\n\nGr\xfc\xdfe \xff\0\0\n",
    b"Content-Type: text/plain; charset=\"x-nobody-knows\n\nGr\xfc\xdfe\n",
    b"Content-Type: text/plain; charset=utf-16\n\nodd",
    b"Content-Transfer-Encoding: base64\n\nSGVsbG8*=\nno base64 at all =\n",
    b"Content-Transfer-Encoding: quoted-printable\n\n=C3=BC =XY =\nend =",
    b"Content-Type: multipart/mixed\n\n--B\n\nwhose boundary?\n--B--\n",
    b"Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: multipart/mixed; boundary=B\n\n--B",
    b"Content-Type: multipart/alternative; boundary=\"B\n\n--B\n\nplain\n--B\nContent-Type: text/html\n\n<p",
    b"Content-Type: message/rfc822\nContent-Disposition: attachment; filename=\"../..\n\n\r\r\n\0",
];

#[test]
fn broken_mail_is_stored_as_it_came() {
    let desk = Desk::new();
    let mails: Vec<Vec<u8>> = (0..HEADERS.len() * BODIES.len())
        .map(|n| {
            let to = format!("To: broken-{n}@example.test\n");
            let (header, body) = (HEADERS[n % HEADERS.len()], BODIES[n / HEADERS.len()]);
            [header, to.as_bytes(), body].concat()
        })
        .collect();
    for (n, mail) in mails.iter().enumerate() {
        let message = desk.ingest(mail);
        assert_eq!(message, format!("m{}", n + 1), "{}", String::from_utf8_lossy(mail));
        let raw = desk.run(["show", "--raw", &message]).expect_success().stdout;
        assert!(raw == *mail, "{message} is not what came: {}", String::from_utf8_lossy(mail));
    }
    assert_eq!(mails.len(), 200);
    assert_eq!(desk.number("SELECT count(*) FROM message"), 200);
    assert_eq!(desk.number("SELECT count(*) FROM arrival"), 200);
    desk.run(["check", "--rebuild"]).expect_success();
}

/// A Message-ID proves nothing: another text is another message, and the second of them says so.
#[test]
fn a_message_id_that_is_taken() {
    let desk = Desk::new();
    let mail = |text: &str| {
        let head = "From: erika@customer.test\nTo: support@example.test\nSubject: Twice\n\
            Date: Mon, 01 Jun 2026 09:00:00 +0000\nMessage-ID: <twice@customer.test>\n\n";
        format!("{head}{text}\n").into_bytes()
    };
    let ids = ["one", "two", "one"].map(|text| desk.ingest(&mail(text)));
    assert_eq!(ids, ["m1", "m2", "m1"]);
    assert_eq!(desk.number("SELECT count(*) FROM message"), 2);
    let numbers = desk.run(["list"]).expect_success().text();
    let numbers = numbers.lines().map(|line| line.split('\t').next().unwrap().to_owned());
    let shown: String = numbers.map(|n| desk.run(["show", &n]).expect_success().text()).collect();
    assert_eq!(shown.matches("message-id-taken").count(), 1, "{shown}");
}
