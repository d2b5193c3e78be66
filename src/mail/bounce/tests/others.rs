//! Mail that is no report, though it has the words of one.

use super::{read, text};

/// Customers and shops write of parcels as mail systems write of mail.
#[test]
fn shops_and_their_customers() {
    let body = "Hello,\n\nyour order 4711 could not be delivered, and was returned to the sender.\n\n\
                Recipient: erika@example.com\nAddress: Way 1\n\nThe shop, error 550\n";
    for (from, subject) in [
        ("Shop Admin <admin@example.net>", "Delivery problem"),
        ("noreply@example.net", "Delivery problem: your order"),
        ("Parcels <no-reply@example.net>", "Ihre Zustellung heute"),
        ("jo@gateway.example.net", "Parcel returned to sender"),
        ("System Administrator <it@example.net>", "Mail failure"),
        ("Mail System Support <help@example.net>", "Undeliverable mail"),
        ("Mail Delivery Support <help@example.net>", "Mail delivery failed"),
        ("jo@mailer-daemon.example.net", "Mail delivery failed"),
    ] {
        for path in ["Return-Path: <x@example.net>\n", ""] {
            let raw = format!("{path}From: {from}\nSubject: {subject}\n\n{body}");
            assert_eq!(read(&raw), "person", "{path}{from} {subject}");
        }
    }
    let failed = "Return-Path: <erika@example.com>\nFrom: erika@example.com\n\
                  X-Failed-Recipients: hans@example.com\n\nHello.\n";
    assert_eq!(read(failed), "person");
}

/// A word in a name, or a firm that is called so, makes no mail system.
#[test]
fn names_of_persons_and_firms() {
    for from in [
        "MDaemon Sales <sales@mdaemon.example>",
        "m.daemon@example.net",
        "\"Erika re: MAILER-DAEMON\" <erika@example.net>",
        "Post Mail Delivery Services GmbH <info@example.net>",
    ] {
        for path in ["", "Return-Path: <x@example.net>\n"] {
            let raw = format!("{path}From: {from}\nSubject: Your quote\n\nHere is your quote.\n");
            assert_eq!(read(&raw), "person", "{path}{from}");
        }
    }
}

/// Forms, alarms and other desks send from nobody, too: what they say may be of a failure and name an
/// address, and is still to be seen by somebody.
#[test]
fn machines_that_send_from_nobody() {
    for (subject, body) in [
        ("Web check", "User: admin@example.com\nhost www returned error 503\n"),
        ("Contact form", "E-Mail address: erika@example.com\nI have not received my order 450\n"),
        ("Account notification", "erika@example.com\n\nYour password was not changed.\n"),
        ("Order notification: payment failed", "erika@example.com\n\nnot sent\n"),
        ("Status of my account", "erika@example.com\n\nnot sent, message failed\n"),
    ] {
        let raw = format!("Return-Path: <>\nFrom: web@example.net\nSubject: {subject}\n\n{body}");
        let read = read(&raw);
        assert!(read == "person" || read.starts_with("bounce-like"), "{subject}: {read}");
    }
}

/// Whoever delivers a mail knows its envelope better than its header, which may come from elsewhere.
#[test]
fn an_old_return_path() {
    let notice =
        "From: web@example.net\nSubject: Undeliverable\n\n<erika@example.com>: 550 5.1.1 no\n";
    let trace = "Received: by mx; Mon, 1 Jun 2026 09:00:00 +0000\nReturn-Path: <>\n";
    assert_eq!(read(&format!("{trace}{notice}")), "person");
    assert_eq!(
        read(&format!("Return-Path: <>\n{notice}")),
        "bounce-text | erika@example.com failed 5.1.1"
    );
}

/// A desk that thanks for a mail from the null sender quotes it; a person who left writes so.
#[test]
fn answers_from_nobody() {
    for (subject, body) in [
        (
            "[Ticket#4711] RE: Mail delivery failure",
            "Thanks.\n\n> We cannot deliver to us@example.org: 550 5.1.1 no",
        ),
        ("This address is no longer in use", "My address (erika@example.com) is no longer valid."),
    ] {
        let raw =
            format!("Return-Path: <>\nFrom: erika@example.com\nSubject: {subject}\n\n{body}\n");
        assert_eq!(read(&raw), "person", "{subject}");
    }
}

/// A person with an address of her own passes a report on.
#[test]
fn a_report_that_a_person_sends_along() {
    let raw = "Return-Path: <erika@example.com>\nFrom: erika@example.com\nSubject: Mail delivery failed\n\
               Content-Type: multipart/mixed; boundary=B\n\n--B\n\nPlease see the report.\n--B\n\
               Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@example.org\n\
               Action: failed\nStatus: 5.1.1\n--B--\n";
    assert_eq!(read(raw), "person");
    assert_eq!(
        read(&raw.replace("<erika@example.com>", "<>")),
        "bounce | a@example.org failed 5.1.1"
    );
}

/// A postmaster asks like everybody else.
#[test]
fn a_postmaster_who_asks() {
    let body = "Hello,\n\nwhy was this mail rejected by you?\n\n<support@example.org>: host mx said: 550 \
                5.7.1 no\n";
    let raw = |path: &str| {
        format!(
            "Return-Path: <{path}>\nFrom: postmaster@example.net\nSubject: A question\n\n{body}"
        )
    };
    assert_eq!(read(&raw("postmaster@example.net")), "person");
    assert_eq!(read(&raw("")), "bounce-text | support@example.org failed 5.7.1");
}

/// Nor is a report what an automatic answer quotes, and what a postmaster writes with a mail program.
#[test]
fn other_mail_from_nobody() {
    let body = "<erika@example.com>: 550 5.1.1 User unknown\n";
    let away = text(body)
        .replace("failure notice", "Out of office: Undelivered mail")
        .replace("MAILER-DAEMON@mx", "hans@mx");
    assert_eq!(read(&away), "away-subject");
    let daemon = text(body).replace("failure notice", "Out of office: Undelivered mail");
    assert_eq!(read(&daemon), "bounce-text | erika@example.com failed 5.1.1");
    let postmaster = format!(
        "From: postmaster@example.net\nUser-Agent: Thunderbird\nSubject: your mail\n\nIt could not be \
         delivered:\n\n{body}"
    );
    assert_eq!(read(&postmaster), "person");
}

/// What people write about bounces is theirs.
#[test]
fn persons() {
    let pasted = "Hello,\n\nmy mail to you came back, what can I do?\n\n<support@example.org>: host \
                  mx.example.org said: 550 5.1.1\n    user unknown\n\nErika\n";
    for header in [
        "From: erika@example.com\nSubject: my mail came back",
        "From: erika@example.com\nSubject: Undeliverable mail",
        "From: erika@example.com\nSubject: Fwd: Undelivered Mail Returned to Sender",
        "From: erika@example.com\nSubject: Re: failure notice\nReturn-Path: <erika@example.com>",
        "From: erika@example.com\nSubject: Antw: failure notice",
        "From: postmaster@example.com\nSubject: [x] Re: failure notice\nReturn-Path: <postmaster@example.com>",
        "From: postmaster@example.com\nSubject: failure\nIn-Reply-To: <1@x>\nReturn-Path: <p@example.com>",
    ] {
        assert_eq!(read(&format!("{header}\n\n{pasted}")), "person", "{header}");
    }
    let passed_on = "From: erika@example.com\nSubject: FW: Undeliverable: order\n\
                     Content-Type: multipart/mixed; boundary=B\n\n--B\n\nWhat is this?\n--B\n\
                     Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@example.org\n\
                     Action: failed\nStatus: 5.1.1\n--B--\n";
    assert_eq!(read(passed_on), "person");
    let quoted = "Your mail was rejected by them.\n\n> <erika@example.com>: host mx.example.com\n>     \
                  said: 550 5.7.1 no\n";
    for (author, text, wanted) in [
        ("postmaster", quoted.to_owned(), "person"),
        ("postmaster", quoted.replace("> ", ""), "bounce-like | erika@example.com failed 5.7.1"),
        ("MAILER-DAEMON", quoted.to_owned(), "bounce-text | erika@example.com failed 5.7.1"),
    ] {
        let raw = format!("From: {author}@mx.example.net\nSubject: Re: my mail\n\n{text}");
        assert_eq!(read(&raw), wanted, "{author} {text}");
    }
    let report = "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@example.com\n\
                  Action: failed\nStatus: 5.1.1\n";
    let inner = format!("Content-Type: multipart/report; boundary=I\n\n--I\n{report}\n--I--\n");
    let forwarded = format!(
        "From: erika@example.com\nSubject: see this\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\n\
         What is this?\n--B\nContent-Type: message/rfc822\n\n{inner}\n--B--\n"
    );
    assert_eq!(read(&forwarded), "person");
    assert_eq!(
        read(&forwarded.replace("erika@", "mailer-daemon@")),
        "bounce-text | a@example.com failed 5.1.1"
    );
}
