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

mod homes;
mod kept_out;
mod ours;
mod reports;

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
