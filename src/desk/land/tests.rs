//! Where mail lands whose evidence lies.

use super::*;
use crate::desk::incoming::Envelope;
use crate::desk::ingest::Incoming;
use crate::desk::letter::{self, Words};
use crate::desk::raw::Raw;
use crate::desk::{Desk, Purpose, Wanted, init};
use crate::domain::event::MailKind;
use crate::domain::step::{Link, Stood};
use crate::domain::{Change, Class, Conversation, Mailbox, Reason, Status, Step, Time};
use crate::mail;
use crate::store::{Act, Clock, Ending, Wiring};

/// A desk on a test clock, with the inboxes support and sales.
struct Office {
    desk: Desk,
    _dir: tempfile::TempDir,
}

const NOW: Time = Time(1_780_000_000_000);

fn mailbox(address: &str) -> Mailbox {
    Mailbox { name: String::new(), address: address.parse().unwrap() }
}

impl Office {
    fn new() -> Office {
        let dir = tempfile::tempdir().unwrap();
        let inboxes = ["support", "sales"]
            .map(|name| (name.parse().unwrap(), format!("{name}@example.test").parse().unwrap()));
        let plan = init::Plan {
            inboxes: inboxes.into(),
            zone: "UTC".to_owned(),
            group: None,
            clock: Clock::Test,
            ground: init::Ground::Local,
        };
        let path = dir.path().join("desk");
        init::init(&path, &plan, NOW).unwrap();
        let config = path.join("postroom.toml");
        let text = std::fs::read_to_string(&config).unwrap();
        let text = text.replacen("[inbox.sales]\n", "[inbox.sales]\nsubaddress = true\n", 1);
        let text = text.replacen("[desk]\n", "[desk]\nauthserv-id = \"mx.example.test\"\n", 1)
            + "\n[agent.anna]\nname = \"Anna\"\nemail = [\"anna@example.test\"]\nlogin = \"anna\"\n";
        std::fs::write(&config, text).unwrap();
        let desk = Office::open(&path);
        Office { desk, _dir: dir }
    }

    fn open(path: &std::path::Path) -> Desk {
        let config = Some(path.join("postroom.toml"));
        Desk::open(&Wanted { config, agent: None, now: Some(NOW) }, Purpose::Write).unwrap()
    }

    fn ingest(&mut self, raw: &[u8]) -> Landed {
        self.ingest_as(raw, &Envelope::default())
    }

    fn ingest_as(&mut self, raw: &[u8], envelope: &Envelope) -> Landed {
        self.take(raw, envelope).unwrap().landed.remove(0)
    }

    fn take(&mut self, raw: &[u8], envelope: &Envelope) -> Result<Taken> {
        let raw = &Raw::from(raw.to_vec());
        let incoming = Incoming {
            raw,
            envelope,
            wiring: Wiring::Stdin,
            occasion: Occasion::Now,
            delivered: None,
        };
        self.desk.ingest(&incoming, &Chain::default(), None)
    }

    /// From now on with these rules.
    fn rules(&mut self, text: &str) {
        let path = self.desk.dir.clone();
        std::fs::write(path.join("rules/10.toml"), text).unwrap();
        self.desk = Office::open(&path);
    }

    /// A mail with further header fields.
    fn mail(&mut self, from: &str, fields: &str) -> Landed {
        self.ingest(mail(from, fields).as_bytes())
    }

    /// A reply of ours in a conversation.
    fn reply(&mut self, number: Number, to: &str, ending: Ending) -> String {
        let queued = self.desk.write("reply", ending, |tx, scene| {
            let mut conversation = tx.conversation(number)?.unwrap();
            let act = Act { actor: scene.me, reason: &Reason::Asked, cause: None, effective: NOW };
            letter::queue(tx, scene, &mut conversation, &act, words(to))
        });
        String::from_utf8(queued.unwrap().raw).unwrap()
    }

    /// By which evidence a message came to its home.
    fn step(&self, landed: &Landed) -> Step {
        let event = self.desk.read(|tx| tx.event_of_message(landed.message, landed.conversation));
        match event.unwrap().unwrap().change {
            Change::Arrived { step, .. } => step,
            other => panic!("{other:?}"),
        }
    }

    /// A copy of what anna wrote to erika from a mail client of her own, with further header fields.
    fn sent_elsewhere(&mut self, fields: &str) -> Landed {
        let copy = format!(
            "From: anna@example.test\nTo: {ERIKA}\nCc: support@example.test\n\
             In-Reply-To: <root@example.net>\n{fields}\nHello.\n"
        );
        self.ingest(copy.as_bytes())
    }

    fn conversation(&self, number: Number) -> Conversation {
        self.desk.read(|snapshot| snapshot.conversation(number)).unwrap().unwrap()
    }

    fn set(&mut self, number: Number, new: Status) {
        let set = self.desk.write("close", Ending::Commit, |tx, scene| {
            let mut conversation = tx.conversation(number)?.unwrap();
            let act = Act { actor: scene.me, reason: &Reason::Asked, cause: None, effective: NOW };
            let change = Change::StatusSet { old: conversation.status, new };
            tx.record(&mut conversation, &act, &[change])
        });
        set.unwrap();
    }
}

fn words(to: &str) -> Words<'static> {
    Words {
        kind: MailKind::Reply,
        from: mailbox("support@example.test"),
        sender: None,
        to: vec![mailbox(to)],
        cc: Vec::new(),
        subject: "Answer".to_owned(),
        text: "Here you are.\n".to_owned(),
        answers: None,
        envelope: None,
    }
}

fn mail(from: &str, fields: &str) -> String {
    format!("From: {from}\nTo: support@example.test\nSubject: Question\n{fields}\nHello.\n")
}

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

fn id_of(raw: &str) -> String {
    mail::parse(raw.as_bytes()).message_id.unwrap()
}

/// As a mail program writes them when it answers.
fn answering(raw: &str) -> String {
    let (parsed, id) = (mail::parse(raw.as_bytes()), id_of(raw));
    let references = parsed.references.iter().map(|id| format!("<{id}> ")).collect::<String>();
    format!("In-Reply-To: <{id}>\nReferences: {references}<{id}>\n")
}

const ERIKA: &str = "erika@customer.test";
const DAEMON: &str = "MAILER-DAEMON@mx.test";
const PAUL: &str = "paul@other.test";

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
    let recipient = Envelope { recipient: Some(reply_to.clone()), ..Envelope::default() };
    let extension = Envelope {
        recipient: Some("sales@example.test".parse().unwrap()),
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

/// R131, each way alone: the mail that it gives back, the address that it came to, its References.
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
        let envelope = Envelope { recipient: Some(to.clone()), ..Envelope::default() };
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
    let stranger = |message, stood| Step::Stranger { related, message, stood };
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
        (ERIKA, forged, report(of_erika, header), stranger(message, Stood::Returned)),
        (ERIKA, "", receipt("own@client"), Step::Reference { message, stood: Stood::Returned }),
        (PAUL, "", receipt("own@client"), stranger(message, Stood::Returned)),
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
        let forged = office.ingest(raw(from, "References: <1@customer.test>\n").as_bytes());
        assert_eq!(forged.how, How::New, "{from}");
        let signed = office.ingest(raw(from, &answering(&sent)).as_bytes());
        assert_eq!((signed.how, signed.conversation), (How::Joined, root.conversation), "{from}");
    }
    let proven = office.mail("anna@example.test", "References: <1@customer.test>\nX-A: 1\n");
    assert_eq!((proven.how, proven.conversation), (How::Joined, root.conversation));
}

#[test]
fn our_bytes_that_come_back_are_our_own() {
    let mut office = Office::new();
    let root = office.mail(ERIKA, "");
    let sent = office.reply(root.conversation, ERIKA, Ending::Commit);
    let before = office.conversation(root.conversation);
    for how in [How::Own, How::Duplicate] {
        let back = office.ingest(sent.as_bytes());
        assert_eq!((back.how, back.conversation), (how, root.conversation));
    }
    assert_eq!(office.conversation(root.conversation), before);
}

#[test]
fn our_mail_that_comes_back_changed_is_no_person() {
    let mut office = Office::new();
    let root = office.mail(ERIKA, "");
    let sent = office.reply(root.conversation, ERIKA, Ending::Commit);
    office.set(root.conversation, Status::Closed);
    let back = office.ingest(format!("{sent}-- \nthe list\n").as_bytes());
    assert_eq!((back.how, back.conversation), (How::Joined, root.conversation));
    assert_eq!(back.class, Class::Automatic);
    let signal = office.desk.read(|snapshot| Ok(snapshot.message(back.message)?.unwrap().signal));
    assert_eq!(signal.unwrap().as_deref(), Some("own-mark"));
    let after = office.conversation(root.conversation);
    assert_eq!((after.status, after.waiting_since), (Status::Closed, None));
}

#[test]
fn a_mail_of_a_contact_is_not_taken_for_ours() {
    let mut office = Office::new();
    let root = office.mail(ERIKA, "");
    let sent = office.reply(root.conversation, ERIKA, Ending::Commit);
    let id = format!("Message-ID: <{}>\n", id_of(&sent));
    for (from, fields) in [
        (ERIKA, id.clone()),
        // The Message-ID is another one, though signed as well.
        ("support@example.test", answering(&sent)),
        ("sales@example.test", id.clone()),
        ("support@example.test, erika@customer.test", id),
    ] {
        let landed = office.mail(from, &fields);
        assert_eq!((landed.class, landed.how), (Class::Person, How::Joined), "{from}");
    }
}

/// `in`, `dropped` or `refused with 77`, for each inbox.
fn outcome(taken: Result<Taken>) -> String {
    let taken = match taken {
        Ok(taken) => taken,
        Err(error) => {
            let refused = error.downcast::<crate::desk::ingest::Refused>().unwrap();
            return format!("refused with {}", refused.answer.code.number());
        }
    };
    let landed = taken.landed.iter().map(|l| format!("{} {}", l.inbox, l.how.as_str()));
    let dropped = taken.dropped.iter().map(|d| format!("{} dropped ({})", d.inbox, d.class));
    landed.chain(dropped).collect::<Vec<_>>().join(", ")
}

/// Neither our signature nor our own mail is stronger than the administrator, but what is here is.
#[test]
fn what_rules_keep_out() {
    let mut office = Office::new();
    let first = mail(ERIKA, "Message-ID: <first@customer.test>\n");
    let root = office.ingest(first.as_bytes());
    let sent = office.reply(root.conversation, ERIKA, Ending::Commit);
    let both = first.replace("To: ", "To: sales@example.test, ");
    office.rules(
        "[[drop]]\nname = 'a'\nwhen = 'from:support@example.test'\n\
         [[drop]]\nname = 'b'\nwhen = 'is:automatic from:@list.test'\n\
         [[refuse]]\nname = 'c'\nwhen = 'from:erika@customer.test inbox:support'\n\
         [[refuse]]\nname = 'd'\nwhen = 'to:door@example.test'\n",
    );
    let own = sent.clone();
    let changed = format!("{sent}-- \nthe list\n");
    let answer = mail(ERIKA, &answering(&sent));
    let by_list = mail("x@list.test", "List-Id: <a.list.test>\n");
    let by_person = mail("x@list.test", "");
    let to_sales = |raw: &str| raw.replace("support@example.test", "sales@example.test");
    for (raw, wanted) in [
        (&own, "support dropped (automatic)"),
        (&changed, "support dropped (automatic)"),
        (&answer, "refused with 77"),
        (&first, "support duplicate"),
        (&by_list, "support dropped (list)"),
        (&by_person, "support new"),
        (&both, "sales new, support dropped (person)"),
        // The rule asks for the inbox that it came for, not for the one where it belongs.
        (&to_sales(&answer), "support joined"),
    ] {
        // Our mail is for Erika; it comes back by way of the inbox.
        let inbox = (raw.contains("From: support")).then(|| "support".parse().unwrap());
        let envelope = Envelope { inbox, ..Envelope::default() };
        assert_eq!(outcome(office.take(raw.as_bytes(), &envelope)), wanted, "{raw}");
    }
    let recipient = "door@example.test".parse().ok();
    let envelope = Envelope { recipient, ..Envelope::default() };
    let taken = office.take(mail(PAUL, "").as_bytes(), &envelope);
    assert_eq!(outcome(taken), "refused with 77", "whom it came for counts");
}
