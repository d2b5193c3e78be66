//! Where reports land, and for whom they speak.

use super::*;
use crate::domain::EnvelopeSender;

/// R131, each way alone: the mail that it gives back, the address that it came to, its References.
/// Sendmail tells a program nothing but the line of an mbox, Postfix a variable.
#[test]
fn a_report_comes_from_nobody_by_whatever_tells_it() {
    let notice = "From: Zentrale <zentrale@mx.test>\nTo: support@example.test\n\
                  Subject: Zustellung fehlgeschlagen\n\nYour message to <erika@customer.test> was \
                  undeliverable.\n5.1.1 no such user\n";
    let told = Envelope { sender: EnvelopeSender::Null, ..Envelope::default() };
    for (line, envelope, wanted) in [
        ("", Envelope::default(), Class::Person),
        ("", told, Class::Bounce),
        ("From MAILER-DAEMON Mon Jun  1 09:00:00 2026\n", Envelope::default(), Class::Bounce),
        ("Return-Path: <>\n", Envelope::default(), Class::Bounce),
    ] {
        let landed = Office::new().ingest_as(format!("{line}{notice}").as_bytes(), &envelope);
        assert_eq!(landed.class, wanted, "{line}{:?}", envelope.sender);
    }
}

/// What only reads like a report is a shop's that writes of a parcel, or a report: it is taken for mail
/// of a person unless it gives back what we signed (R129, R135), and somebody else than whom we wrote to
/// sends it.
#[test]
fn what_only_reads_like_a_report() {
    let mut office = Office::new();
    let root = office.mail(ERIKA, "Message-ID: <root@example.net>\n");
    let id = id_of(&office.reply(root.conversation, ERIKA, Ending::Commit));
    let notice = |from: &str, given_back: &str| {
        format!(
            "Return-Path: <{from}>\nFrom: {from}\nTo: support@example.test\n\
             Subject: Mail delivery failed\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\n\
             Your message could not be delivered:\n\n<{ERIKA}>: 550 5.1.1 no such user\n--B\n\
             Content-Type: message/rfc822\n\nMessage-ID: <{given_back}>\n\nx\n--B--\n"
        )
    };
    for (from, given_back, class) in [
        ("noreply@mx.test", "other@example.net", Class::Person),
        ("noreply@mx.test", &id, Class::Bounce),
        ("postmaster@mx.test", &id, Class::Bounce),
    ] {
        office.set(root.conversation, Status::Closed);
        let landed = office.ingest(notice(from, given_back).as_bytes());
        assert_eq!(landed.class, class, "{from} {given_back}");
        assert_eq!(office.conversation(landed.conversation).status, Status::Open);
        let is_ours = landed.conversation == root.conversation;
        assert_eq!(is_ours, given_back == id, "{from} {given_back}");
    }
    office.set(root.conversation, Status::Closed);
    let reply = format!(
        "From: {ERIKA}\nTo: support@example.test\nIn-Reply-To: <{id}>\nSubject: Mail problem\n\
         Content-Type: multipart/mixed; boundary=B\n\n--B\n\nI did not receive your mail:\n\n\
         Erika Example ({ERIKA})\n--B\nContent-Type: message/rfc822\n\nMessage-ID: <{id}>\n\nx\n--B--\n"
    );
    let landed = office.ingest(reply.as_bytes());
    assert_eq!((landed.class, landed.conversation), (Class::Person, root.conversation));
    assert_eq!(office.conversation(root.conversation).status, Status::Open);
}

#[test]
fn a_bounce_finds_the_mail_that_bounced() {
    let mut office = Office::new();
    let root = office.ingest(mail(ERIKA, "").replace("support@", "sales@").as_bytes());
    let sent = office.reply(root.conversation, ERIKA, Ending::Commit);
    let address = mail::parse(sent.as_bytes()).reply_to.remove(0).address;
    let id = id_of(&sent);
    let report = "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n";
    let body = |given_back: &str| {
        format!(
            "\n--B\n\nSorry.\n--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n\
             Final-Recipient: rfc822; {ERIKA}\nAction: failed\nStatus: 5.1.1\n{given_back}--B--\n"
        )
    };
    let header = format!("--B\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{id}>\n");
    let plain = "sales@example.test".parse::<Address>().unwrap();
    let forged = address.as_str().replace(".1.2.", ".1.1.").parse::<Address>().unwrap();
    for (n, (to, fields, given_back, stood)) in [
        (&plain, "", header.as_str(), Some(Stood::Returned)),
        (&address, "", "", Some(Stood::Recipient)),
        (&plain, &format!("References: <{id}>\n"), "", Some(Stood::References)),
        (&plain, "", "", None),
        (&forged, "", "", None),
    ]
    .into_iter()
    .enumerate()
    {
        office.set(root.conversation, Status::Closed);
        let text = format!(
            "From: MAILER-DAEMON@mx.test\nTo: {to}\nDate: {n}\n{fields}{report}{}",
            body(given_back)
        );
        let envelope = Envelope { recipients: vec![to.clone()], ..Envelope::default() };
        let landed = office.ingest_as(text.as_bytes(), &envelope);
        assert_eq!(landed.class, Class::Bounce, "{n}");
        let step = office.step(&landed);
        let signed = stood.map(|stood| Step::Token { message: MessageId(2), stood });
        assert_eq!(step, signed.unwrap_or(Step::New), "{n}");
        // It is work again only where it is proved to be about mail of ours (R133, R135, R139).
        let is_open = office.conversation(root.conversation).status == Status::Open;
        assert_eq!(is_open, stood.is_some(), "{n}");
    }
}

/// What an agent sent from a mail client of her own has no signature of ours. A report on it joins as
/// of the participant whom it did not reach; it gives nobody a part, and nobody work.
#[test]
fn a_report_joins_as_of_whom_our_mail_did_not_reach() {
    let mut office = Office::new();
    let root = office.mail(ERIKA, "Message-ID: <root@example.net>\n");
    let far = office.sent_elsewhere("Message-ID: <far@client>\n").message;
    let own = office.sent_elsewhere("Message-ID: <own@client>\nDate: 1\n");
    assert_eq!(own.conversation, root.conversation);
    office.set(root.conversation, Status::Closed);
    let header = "--B\nContent-Type: text/rfc822-headers\n\nMessage-ID: <own@client>\n";
    let report = |told: &[(&str, &str)], given_back: &str| {
        let mut text =
            "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n\
                        --B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n"
                .to_owned();
        for (recipient, action) in told {
            text += &format!(
                "\nFinal-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: 5.1.1\n"
            );
        }
        format!("{text}{given_back}--B--\n")
    };
    let receipt = |id: &str| {
        format!(
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=B\n\n--B\n\
             Content-Type: message/disposition-notification\n\n\
             Disposition: manual-action/MDN-sent-manually; displayed\n\
             Original-Message-ID: <{id}>\n--B--\n"
        )
    };
    let message = own.message;
    let by = |message, stood| Step::Reported { message, stood };
    let refers = |ids: &str| format!("References: {ids}\n");
    let of_erika = &[(ERIKA, "failed")][..];
    let forged = "Authentication-Results: mx.example.test; dmarc=fail\n";
    let related = root.conversation;
    let foreign = |message, stood, forged| Step::Stranger { related, message, stood, forged };
    let stranger = |message, stood| foreign(message, stood, false);
    for (n, (from, fields, body, wanted)) in [
        (DAEMON, "", report(of_erika, header), by(message, Stood::Returned)),
        (DAEMON, &refers("<own@client>"), report(of_erika, ""), by(message, Stood::References)),
        (
            DAEMON,
            &refers("<far@client> <own@client>"),
            report(of_erika, ""),
            by(message, Stood::References),
        ),
        (DAEMON, &refers("<far@client>"), report(of_erika, ""), by(far, Stood::References)),
        (DAEMON, "", report(&[(ERIKA, "delayed")], header), by(message, Stood::Returned)),
        (
            DAEMON,
            "",
            report(&[(PAUL, "failed"), (ERIKA, "failed")], header),
            by(message, Stood::Returned),
        ),
        // Whom it reached it does not speak for; nor for whom the mail was not.
        (
            DAEMON,
            "",
            report(&[(PAUL, "failed"), (ERIKA, "delivered")], header),
            stranger(message, Stood::Returned),
        ),
        (DAEMON, "", report(&[(PAUL, "failed")], header), stranger(message, Stood::Returned)),
        // The id of a mail of theirs is known to all whom they wrote to.
        (
            DAEMON,
            &refers("<root@example.net>"),
            report(of_erika, ""),
            stranger(root.message, Stood::References),
        ),
        (DAEMON, "", report(of_erika, ""), Step::New),
        // Neither does it get round what our own server found forged.
        (ERIKA, forged, report(of_erika, header), foreign(message, Stood::Returned, true)),
        (
            ERIKA,
            "",
            receipt("own@client"),
            Step::Reference { message, stood: Stood::OriginalMessageId },
        ),
        (PAUL, "", receipt("own@client"), stranger(message, Stood::OriginalMessageId)),
    ]
    .into_iter()
    .enumerate()
    {
        let text = format!(
            "{fields}From: {from}\nTo: support@example.test, eve@evil.test\nDate: 1{n}\n{body}"
        );
        let landed = office.ingest(text.as_bytes());
        assert_eq!(office.step(&landed), wanted, "{n}");
        assert_eq!(office.conversation(root.conversation).status, Status::Closed, "{n}");
    }
    let participants = office.desk.read(|tx| tx.participants(root.conversation)).unwrap();
    assert_eq!(participants.0.keys().collect::<Vec<_>>(), [ERIKA]);
    let related = office.desk.read(|tx| tx.related(root.conversation, &[])).unwrap();
    assert!(related.iter().all(|one| one.how != Link::Same), "{related:?}");
}

/// Whoever writes to a conversation that a machine began does not get the next reply.
#[test]
fn a_report_is_nothing_to_answer() {
    let mut office = Office::new();
    let root =
        office.mail(ERIKA, "Auto-Submitted: auto-generated\nMessage-ID: <root@example.net>\n");
    office.sent_elsewhere("Message-ID: <own@client>\n");
    let report = format!(
        "From: eve@evil.test\nTo: support@example.test\nIn-Reply-To: <own@client>\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n--B\n\
         Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n\
         Final-Recipient: rfc822; {ERIKA}\nAction: failed\nStatus: 5.1.1\n--B--\n"
    );
    assert_eq!(office.ingest(report.as_bytes()).conversation, root.conversation);
    let answered = office.desk.read(|tx| {
        let participants = tx.participants(root.conversation)?;
        crate::desk::recipients::answered_message(tx, root.conversation, &participants)
    });
    assert_eq!(answered.unwrap(), Some(root.message));
}
