//! Where mail lands whose evidence lies.

use super::*;
use crate::desk::letter::{self, Words};
use crate::desk::{Desk, Purpose, Wanted, init};
use crate::domain::{Conversation, Mailbox, Status};
use crate::store::{Clock, Ending};

/// A desk on a test clock, with the inboxes support and sales.
struct Office {
    dir: tempfile::TempDir,
    desk: Desk,
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
        };
        let path = dir.path().join("desk");
        init::init(&path, &plan, NOW).unwrap();
        let config = path.join("postroom.toml");
        let text = std::fs::read_to_string(&config).unwrap();
        let text = text.replacen("[desk]\n", "[desk]\nauthserv-id = \"mx.example.test\"\n", 1);
        std::fs::write(&config, text).unwrap();
        let desk = Office::open(&path);
        Office { dir, desk }
    }

    fn open(path: &std::path::Path) -> Desk {
        let config = Some(path.join("postroom.toml"));
        Desk::open(&Wanted { config, agent: None, now: Some(NOW) }, Purpose::Write).unwrap()
    }

    fn ingest(&mut self, raw: &[u8]) -> Landed {
        let envelope = Envelope::default();
        let incoming =
            Incoming { raw, envelope: &envelope, wiring: Wiring::Stdin, delivered: None };
        self.desk.ingest(&incoming, &Chain::default()).unwrap().remove(0)
    }

    /// A mail with further header fields.
    fn mail(&mut self, from: &str, fields: &str) -> Landed {
        self.ingest(mail(from, fields).as_bytes())
    }

    /// A reply of ours in a conversation; its bytes and its Message-ID.
    fn reply(&mut self, number: Number, to: &str, ending: Ending) -> (String, String) {
        let queued = self.desk.write("reply", ending, |tx, scene| {
            let mut conversation = tx.conversation(number)?.unwrap();
            let act = Act { actor: scene.me, reason: &Reason::Asked, cause: None, effective: NOW };
            letter::queue(tx, scene, &mut conversation, &act, words(to))
        });
        let raw = String::from_utf8(queued.unwrap().raw).unwrap();
        let id = mail::parse(raw.as_bytes()).message_id.unwrap();
        (raw, id)
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
