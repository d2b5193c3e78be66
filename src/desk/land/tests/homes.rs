//! By which evidence a mail comes to which conversation.

use super::*;

#[test]
fn forged_ids_in_front_of_the_true_one_hide_nothing() {
    let mut office = Office::new();
    for n in 0..55 {
        office.mail(&format!("x{n}@evil.test"), "Message-ID: <true@customer.test>\n");
        office.mail(&format!("y{n}@evil.test"), "References: <late@customer.test>\n");
    }
    let root = office.mail("erika@customer.test", "Message-ID: <true@customer.test>\n");
    let answer = office.mail("erika@customer.test", "References: <true@customer.test>\n");
    assert_eq!((answer.how, answer.conversation), (How::Joined, root.conversation));

    let early = "Message-ID: <e@customer.test>\nReferences: <late@customer.test>\n";
    let early = office.mail("erika@customer.test", early);
    let late = office.mail("erika@customer.test", "Message-ID: <late@customer.test>\n");
    assert_eq!((late.how, late.conversation), (How::Joined, early.conversation));
}

#[test]
fn an_answer_to_a_mail_that_is_there_joins() {
    let mut office = Office::new();
    let root = office.mail(ERIKA, "");
    let sent = office.reply(root.conversation, ERIKA, Ending::Commit);
    let whole = answering(&sent);
    let reference = mail::parse(sent.as_bytes()).references.remove(0);
    for fields in [whole, format!("References: <{reference}>\n")] {
        let answer = office.mail("erika@home.test", &fields);
        assert_eq!((answer.how, answer.conversation), (How::Joined, root.conversation), "{fields}");
    }
}

/// Who answered it may have seen any of its ids (R52).
#[test]
fn a_mail_with_several_ids_is_found_by_each() {
    let mut office = Office::new();
    let early = office.mail(ERIKA, "Message-ID: <0@x>\nReferences: <b@customer.test>\n");
    let ids = "Message-ID: <a@customer.test>\nMessage-ID: <b@customer.test>\n";
    let root = office.mail(ERIKA, ids);
    assert_eq!((root.how, root.conversation), (How::Joined, early.conversation));
    for id in ["a", "b"] {
        let answer = office.mail(ERIKA, &format!("In-Reply-To: <{id}@customer.test>\n"));
        assert_eq!((answer.how, answer.conversation), (How::Joined, root.conversation), "{id}");
    }
}

/// As a mail program does that writes neither In-Reply-To nor References (R70).
#[test]
fn an_answer_to_the_address_that_says_what_it_answers_joins() {
    let to = |address: &str, fields: &str| {
        mail("paul@home.test", fields).replace("support@example.test", address)
    };
    let mut office = Office::new();
    let root = office.ingest(to("sales@example.test", "").as_bytes());
    let sent = office.reply(root.conversation, ERIKA, Ending::Commit);
    let reply_to = mail::parse(sent.as_bytes()).reply_to.remove(0).address;
    let word = reply_to.as_str();
    assert!(word.starts_with("sales+a1.k1.1.2."), "{word}");
    for (n, (address, joins)) in [
        (word.to_owned(), true),
        (word.to_uppercase(), true),
        (word.replace("sales+", "support+"), false),
        (word.replace(".1.2.", ".1.1."), false),
        ("sales@example.test".to_owned(), false),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = office.ingest(to(&address, &format!("X-N: {n}\nDate: {n}\n")).as_bytes());
        assert_eq!(answer.how == How::Joined, joins, "{address}");
        let signed = Step::Token { message: MessageId(2), stood: Stood::Recipient };
        assert_eq!(office.step(&answer) == signed, joins, "{address}");
        let defects = office.desk.read(|tx| tx.defects(answer.message)).unwrap();
        let forged = address.contains("+a1") && !joins;
        assert_eq!(defects.contains(&"forged-token".to_owned()), forged, "{address}");
    }
    // The envelope tells it where the header does not.
    let recipient = Envelope { recipients: vec![reply_to.clone()], ..Envelope::default() };
    let extension = Envelope {
        recipients: vec!["sales@example.test".parse().unwrap()],
        extension: reply_to.extension().map(str::to_owned),
        ..Envelope::default()
    };
    for (n, envelope) in [recipient, extension].into_iter().enumerate() {
        let text = to("undisclosed-recipients:;", &format!("X-N: {n}\nDate: 1{n}\n"));
        let answer = office.ingest_as(text.as_bytes(), &envelope);
        assert_eq!((answer.how, answer.conversation), (How::Joined, root.conversation), "{n}");
    }
    // An inbox that does not ask for it has answers come to its own address.
    let root = office.mail(ERIKA, "");
    let sent = office.reply(root.conversation, ERIKA, Ending::Commit);
    assert_eq!(mail::parse(sent.as_bytes()).reply_to, []);
}

/// The answer of an agent from a mail client of her own does not turn the next reply to her.
#[test]
fn an_agent_whom_a_contact_names_gets_no_part() {
    let mut office = Office::new();
    let root =
        office.mail(ERIKA, "Message-ID: <root@example.net>\nCc: anna@example.test, otto@x.test\n");
    let copy = format!("Cc: {PAUL}, anna@example.test\nIn-Reply-To: <root@example.net>\n");
    let copy = office.mail("Anna@Example.test", &copy);
    assert_eq!(copy.conversation, root.conversation);
    let participants = office.desk.read(|tx| tx.participants(root.conversation)).unwrap();
    let keys: Vec<&str> = participants.0.keys().map(String::as_str).collect();
    assert_eq!(keys, [ERIKA, "otto@x.test"]);
    let answered = office
        .desk
        .read(|tx| crate::desk::recipients::answered_message(tx, root.conversation, &participants));
    assert_eq!(answered.unwrap(), Some(root.message));
    // Whom an agent writes to, with the inbox in Cc, is the contact of what she begins.
    let begun = office.ingest(
        format!("From: anna@example.test\nTo: {ERIKA}\nCc: support@example.test\nMessage-ID: <a@client>\n\nHi.\n")
            .as_bytes(),
    );
    let answer = office.mail(ERIKA, "Date: 3\nIn-Reply-To: <a@client>\n");
    assert_eq!(answer.conversation, begun.conversation);
    let participants = office.desk.read(|tx| tx.participants(begun.conversation)).unwrap();
    assert_eq!(participants.contact().unwrap().address.as_str(), ERIKA);
    // Who writes to an inbox is its contact, also an agent: to hr@ for instance.
    let own = office.mail("anna@example.test", "Date: 2\n");
    let participants = office.desk.read(|tx| tx.participants(own.conversation)).unwrap();
    assert_eq!(participants.contact().unwrap().address.as_str(), "anna@example.test");
}

/// A form or a scanner that writes one Message-ID into all its mail.
#[test]
fn who_takes_the_id_of_another_mail_does_not_take_its_answers() {
    let mut office = Office::new();
    let root = office.mail(ERIKA, "Message-ID: <one@form.test>\n");
    let answer = office.mail(ERIKA, "Message-ID: <two@x.test>\nIn-Reply-To: <one@form.test>\n");
    assert_eq!(answer.conversation, root.conversation);
    let again = office.mail(ERIKA, "Message-ID: <one@form.test>\nDate: 3\n");
    assert_eq!(again.how, How::New);
    // An answer that came before what it answers still leads there, in each inbox.
    let early = office.mail(ERIKA, "Message-ID: <four@x.test>\nIn-Reply-To: <three@x.test>\n");
    let late = office.mail(ERIKA, "Message-ID: <three@x.test>\n");
    assert_eq!((late.how, late.conversation), (How::Joined, early.conversation));
}

/// A restored backup or a rehearsal: the number of the mail went to one that came in.
#[test]
fn an_answer_to_what_is_no_more_does_not_join_who_came_in_since() {
    let mut office = Office::new();
    let root = office.mail(ERIKA, "");
    let lost = office.reply(root.conversation, ERIKA, Ending::Rollback);
    let since = office.mail(PAUL, "");
    let answer = office.mail(ERIKA, &answering(&lost));
    assert_eq!(answer.how, How::New);
    assert_ne!(answer.conversation, since.conversation);
    // Nor does it help to come with the lost Message-ID.
    let since = office.mail(PAUL, &format!("Message-ID: <{}>\n", id_of(&lost)));
    assert_eq!(since.how, How::New);
}

/// The number went to a mail that we wrote in another conversation.
#[test]
fn an_answer_to_what_is_no_more_does_not_join_whom_we_wrote_since() {
    let mut office = Office::new();
    let root = office.mail(ERIKA, "");
    let other = office.mail(PAUL, "");
    let lost = office.reply(root.conversation, ERIKA, Ending::Rollback);
    let since = office.reply(other.conversation, PAUL, Ending::Commit);
    let answer = office.mail(ERIKA, &answering(&lost));
    assert_eq!(answer.how, How::New);
    let answer = office.mail(PAUL, &answering(&since));
    assert_eq!((answer.how, answer.conversation), (How::Joined, other.conversation));
}

#[test]
fn who_fails_dmarc_is_no_participant() {
    let failed = "Authentication-Results: mx.example.test; dmarc=fail\n";
    let raw = |from: &str, fields: &str| format!("{failed}{}", mail(from, fields));
    let mut office = Office::new();
    let root = office.mail(ERIKA, "Message-ID: <1@customer.test>\n");
    let sent = office.reply(root.conversation, ERIKA, Ending::Commit);
    for from in [ERIKA, "anna@example.test"] {
        // Whatever stands in front: one message is read in one way.
        for front in ["", "\u{feff}", ">From eve@evil.test Mon Jun  1 09:00:00 2026\n"] {
            let forged = front.to_owned() + &raw(from, "References: <1@customer.test>\n");
            assert_eq!(office.ingest(forged.as_bytes()).how, How::New, "{from} {front}");
        }
        let signed = office.ingest(raw(from, &answering(&sent)).as_bytes());
        assert_eq!((signed.how, signed.conversation), (How::Joined, root.conversation), "{from}");
    }
    let proven = office.mail("anna@example.test", "References: <1@customer.test>\nX-A: 1\n");
    assert_eq!((proven.how, proven.conversation), (How::Joined, root.conversation));
}

/// A reply that may be forged brings in nobody: the next answer would go to them.
#[test]
fn who_fails_dmarc_brings_in_nobody() {
    let mut office = Office::new();
    let root = office.mail(ERIKA, "Message-ID: <1@customer.test>\n");
    let sent = office.reply(root.conversation, ERIKA, Ending::Commit);
    let failed = "Authentication-Results: mx.example.test; dmarc=fail\n";
    for (results, wanted) in [(failed, false), ("", true)] {
        let fields = format!("{}Cc: {PAUL}\nX-Part: {wanted}\n", answering(&sent));
        let landed = office.ingest(format!("{results}{}", mail(ERIKA, &fields)).as_bytes());
        assert_eq!((landed.how, landed.conversation), (How::Joined, root.conversation));
        let people = office.desk.read(|tx| tx.participants(root.conversation)).unwrap();
        let paul = mailbox(PAUL).address.person_key();
        assert_eq!(people.0.contains_key(&paul), wanted, "{results}");
    }
}

/// Whoever got a mail knows its ids, and may be faster than another copy of it.
#[test]
fn who_forges_the_first_of_two_hides_nothing() {
    let fields = "Message-ID: <1@customer.test>\nDate: Mon, 1 Jun 2026 09:00:00 +0000\n";
    let says = |text: &str| mail(ERIKA, fields).replace("Hello.\n", text);
    let by_list = |text: &str| format!("List-Id: <a.list.test>\n{}", says(text));
    for (first, second, is_copy) in [
        (says("Hello.\n"), says("Hello.\n\nPlease stop order 4711.\n"), false),
        (says("e\n"), by_list("Please stop order 4711.\n"), false),
        (says("Hello.\n"), by_list("Hello.\n-- \nthe list\n"), true),
    ] {
        let mut office = Office::new();
        office.ingest(first.as_bytes());
        let landed = office.ingest(second.as_bytes());
        assert_eq!(office.step(&landed).is_copy(), is_copy, "{second}");
    }
}

/// R49 across inboxes: two conversations, and nothing is wrong with either.
#[test]
fn a_list_copy_in_another_inbox_is_not_defective() {
    let fields = "Message-ID: <1@customer.test>\nDate: Mon, 1 Jun 2026 09:00:00 +0000\n";
    let by_list = format!("List-Id: <a.list.test>\n{}", mail(ERIKA, fields));
    let failed = "Authentication-Results: mx.example.test; dmarc=fail\n";
    let copy = by_list.replace("Hello.\n", "Hello.\n-- \nthe list\n");
    for (second, is_taken) in [
        (copy.clone(), false),
        (by_list.replace("Hello.\n", "Something else.\n"), true),
        (format!("{failed}{copy}"), true),
    ] {
        let mut office = Office::new();
        let first = office.mail(ERIKA, fields);
        let inbox = Some("sales".parse().unwrap());
        let envelope = Envelope { inbox, ..Envelope::default() };
        let landed = office.ingest_as(second.as_bytes(), &envelope);
        assert_ne!(landed.conversation, first.conversation);
        let defects = office.desk.read(|tx| tx.defects(landed.message)).unwrap();
        assert_eq!(defects.contains(&"message-id-taken".to_owned()), is_taken, "{second}");
    }
}

/// DMARC does not tell which of several authors passed.
#[test]
fn several_authors_are_not_verified() {
    let passed = "Authentication-Results: mx.example.test; dmarc=pass\n";
    let mut office = Office::new();
    for (from, wanted) in [(ERIKA.to_owned(), true), (format!("{ERIKA}, {PAUL}"), false)] {
        let landed = office.ingest(format!("{passed}{}", mail(&from, "")).as_bytes());
        let arrivals = office.desk.read(|tx| tx.arrivals(landed.message)).unwrap();
        assert_eq!(arrivals[0].is_verified(), wanted, "{from}");
    }
}

/// What was folded stays: a later arrival that passes changes nothing of it.
#[test]
fn a_second_arrival_changes_nothing_that_was_folded() {
    let mut office = Office::new();
    let raw = mail(ERIKA, &format!("Cc: {PAUL}\n"));
    for (result, recipient) in
        [("fail", "support@example.test"), ("pass", "support+x@example.test")]
    {
        let results = format!("Authentication-Results: mx.example.test; dmarc={result}\n");
        let recipients = vec![recipient.parse().unwrap()];
        let envelope = Envelope { recipients, ..Envelope::default() };
        office.ingest_as(format!("{results}{raw}").as_bytes(), &envelope);
    }
    assert_eq!(office.desk.store.rebuild().unwrap(), []);
}
