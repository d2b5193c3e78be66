//! A desk lives through some weeks: contacts write, agents work, sendmail fails now and then, two
//! commands run at once. Beside it runs a small model that knows what must be so.
//!
//! A failure prints its seed; `SEED=n` runs that life again.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

mod common;

use common::{Desk, Done, Random, finish, start, wait};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

/// Acts in a life, and lives.
const ACTS: usize = 60;
const LIVES: usize = 3;

/// Stands in every note and in no mail that leaves.
const SECRET: &str = "b3n7yq4kzt2m";

/// A conversation, as the model knows it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Model {
    status: &'static str,
    assignee: String,
    tagged: bool,
    /// Messages in it, of both directions.
    messages: usize,
    /// Who began it.
    contact: usize,
    /// Message-IDs that an answer may name, without brackets.
    ids: Vec<String>,
}

/// The desk and its model.
struct Life {
    desk: Desk,
    random: Random,
    /// Seconds since the beginning of June.
    clock: i64,
    conversations: BTreeMap<usize, Model>,
    /// Every mail that came, to come again.
    came: Vec<String>,
    /// How many replies were written.
    replies: usize,
}

impl Life {
    fn new() -> Life {
        let desk = Desk::new();
        let dir = desk.beside("mta");
        fs::create_dir(&dir).unwrap();
        // Takes the mail, or says to try again, as the file `status` tells.
        let script = format!(
            "#!/bin/sh\ncd {} && read status <status && [ $status = 0 ] || exit 75\nexec cat >$(mktemp sent.XXXXXX)\n",
            dir.display()
        );
        fs::write(dir.join("sendmail"), script).unwrap();
        fs::set_permissions(dir.join("sendmail"), fs::Permissions::from_mode(0o755)).unwrap();
        desk.configure("desk", &format!("sendmail = \"{}\"", dir.join("sendmail").display()));
        for agent in ["anna", "bram"] {
            let inboxes = "inbox = { support = \"full\", sales = \"full\" }";
            let lines = format!("email = [\"{agent}@example.test\"]\n{inboxes}");
            desk.configure(&format!("agent.{agent}"), &lines);
        }
        let life = Life {
            desk,
            random: Random::new("sim"),
            clock: 0,
            conversations: BTreeMap::new(),
            came: Vec::new(),
            replies: 0,
        };
        life.sendmail_works(true);
        life
    }

    fn sendmail_works(&self, works: bool) {
        fs::write(self.desk.beside("mta/status"), if works { "0\n" } else { "75\n" }).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let (days, seconds) = (self.clock / 86_400 + 1, self.clock % 86_400);
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        let mut command = self.desk.postroom(arguments);
        command.env(
            "POSTROOM_NOW",
            format!("2026-06-{days:02}T{hours:02}:{minutes:02}:{:02}Z", seconds % 60),
        );
        command
    }

    fn run(&self, arguments: &[&str], stdin: &str) -> Done {
        finish(self.command(arguments), stdin.as_bytes()).expect_success()
    }

    /// A mail of a contact with an id of its own, that may refer to another.
    fn mail(&mut self, contact: usize, answers: Option<&str>) -> String {
        let id = format!("{}.{contact}@customer{contact}.test", self.came.len());
        let answers = answers.map(|id| format!("In-Reply-To: <{id}>\n")).unwrap_or_default();
        // One subject for all: it joins nothing.
        let mail = format!(
            "From: person@customer{contact}.test\nTo: support@example.test\nSubject: Question\n\
             Message-ID: <{id}>\n{answers}\nHello.\n"
        );
        self.came.push(mail.clone());
        mail
    }

    /// What `ingest -p` said: the conversation, and how the mail came there.
    fn landed(done: &Done) -> (usize, String) {
        let text = done.text();
        let fields: Vec<&str> = text.trim_end().split('\t').collect();
        (fields[0].parse().unwrap(), fields[2].to_owned())
    }

    /// A mail that begins a conversation has come in.
    fn began(&mut self, done: &Done, contact: usize, mail: &str) {
        let (number, how) = Life::landed(done);
        assert_eq!(how, "new", "{mail}");
        let model = Model {
            status: "open",
            assignee: "-".to_owned(),
            messages: 1,
            contact,
            ids: vec![id_of(mail)],
            ..Model::default()
        };
        assert!(self.conversations.insert(number, model).is_none(), "{number} began twice");
    }

    fn some_conversation(&mut self) -> Option<usize> {
        let count = self.conversations.len();
        (count > 0).then(|| *self.conversations.keys().nth(self.random.below(count)).unwrap())
    }

    fn act(&mut self) {
        self.clock += i64::try_from(self.random.below(8 * 3600)).unwrap();
        let act = self.random.below(12);
        let (contact, number) = (self.random.below(6), self.some_conversation());
        match (act, number) {
            (0 | 1, _) | (_, None) => {
                let mail = self.mail(contact, None);
                let done = self.run(&["ingest", "-p"], &mail);
                self.began(&done, contact, &mail);
            }
            (2 | 3, Some(number)) => self.follow_up(number),
            (4, Some(number)) => self.strange_answer(number),
            (5, Some(_)) => {
                let again = self.came[self.random.below(self.came.len())].clone();
                assert_eq!(Life::landed(&self.run(&["ingest", "-p"], &again)).1, "duplicate");
            }
            (6 | 7, Some(number)) => self.reply(number),
            (8, Some(number)) => self.change(number),
            (9, Some(number)) => {
                let text = format!("{SECRET} asked around");
                self.run(&["note", "--as", "bram", "-q", &number.to_string(), &text], "");
            }
            (10, Some(_)) => self.two_mails_at_once(),
            (_, Some(number)) => self.two_writers(number),
        }
    }

    fn follow_up(&mut self, number: usize) {
        let model = self.conversations[&number].clone();
        let answers = &model.ids[self.random.below(model.ids.len())];
        let mail = self.mail(model.contact, Some(answers));
        let (home, how) = Life::landed(&self.run(&["ingest", "-p"], &mail));
        assert_eq!((home, how.as_str()), (number, "joined"), "{mail}");
        let model = self.conversations.get_mut(&number).unwrap();
        model.messages += 1;
        model.ids.push(id_of(&mail));
        model.status = "open";
    }

    /// Somebody who has no part in it names a true id, which is not ours.
    fn strange_answer(&mut self, number: usize) {
        let model = &self.conversations[&number];
        let (stranger, first) = (model.contact + 100, model.ids[0].clone());
        let mail = self.mail(stranger, Some(&first));
        let done = self.run(&["ingest", "-p"], &mail);
        self.began(&done, stranger, &mail);
    }

    fn reply(&mut self, number: usize) {
        let works = self.random.below(3) > 0;
        self.sendmail_works(works);
        self.replies += 1;
        let text = format!("Answer {}.\n", self.replies);
        let agent = ["anna", "bram"][self.random.below(2)];
        let target = number.to_string();
        let rehearsed = self.run(&["reply", "--as", agent, "--dry-run", &target], &text).text();
        let done = self.run(&["reply", "--as", agent, &target], &text).text();
        assert!(done.contains(if works { "accepted" } else { "queued" }), "{done}");
        let model = self.conversations.get_mut(&number).unwrap();
        model.messages += 1;
        model.ids.push(id_of(&rehearsed));
        model.status = "pending";
    }

    fn change(&mut self, number: usize) {
        let target = number.to_string();
        let model = self.conversations.get_mut(&number).unwrap();
        let verb: &[&str] = match self.random.below(5) {
            0 => {
                model.status = "closed";
                &["close", "--as", "anna", "-q", &target]
            }
            1 => {
                model.status = "open";
                &["open", "--as", "anna", "-q", &target]
            }
            2 => {
                model.assignee = "bram".to_owned();
                &["assign", "--as", "anna", "-q", &target, "bram"]
            }
            3 => {
                model.tagged = true;
                &["tag", "--as", "anna", "-q", &target, "+billing"]
            }
            _ => {
                model.tagged = false;
                &["tag", "--as", "anna", "-q", &target, "-billing"]
            }
        };
        self.run(verb, "");
    }

    fn two_mails_at_once(&mut self) {
        let mails = [1, 2].map(|contact| (contact, self.mail(contact, None)));
        let running = mails.map(|(contact, mail)| {
            let child = start(self.command(&["ingest", "-p"]), mail.as_bytes());
            (child, contact, mail)
        });
        for (child, contact, mail) in running {
            self.began(&wait(child).expect_success(), contact, &mail);
        }
    }

    /// The contact writes while an agent closes: either may be last.
    fn two_writers(&mut self, number: usize) {
        let model = self.conversations[&number].clone();
        let mail = self.mail(model.contact, Some(&model.ids[0]));
        let target = number.to_string();
        let close = start(self.command(&["close", "--as", "anna", "-q", &target]), b"");
        let write = start(self.command(&["ingest", "-p"]), mail.as_bytes());
        wait(close).expect_success();
        assert_eq!(Life::landed(&wait(write).expect_success()), (number, "joined".to_owned()));
        let closed = self.numbers("is:closed").contains(&number);
        let model = self.conversations.get_mut(&number).unwrap();
        model.messages += 1;
        model.ids.push(id_of(&mail));
        model.status = if closed { "closed" } else { "open" };
    }

    fn numbers(&self, query: &str) -> BTreeSet<usize> {
        let text = self.run(&["list", "--numbers", query], "").text();
        text.lines().map(|line| line.parse().unwrap()).collect()
    }

    /// Everything that must be so, at any time.
    fn compare(&self) {
        let listed = self.run(&["list", "is:open or is:pending or is:closed"], "").text();
        let seen: BTreeMap<usize, [String; 2]> = listed
            .lines()
            .map(|line| {
                let f: Vec<&str> = line.split('\t').collect();
                (f[0].parse().unwrap(), [f[1].to_owned(), f[3].to_owned()])
            })
            .collect();
        let known = |(number, model): (&usize, &Model)| {
            (*number, [model.status.to_owned(), model.assignee.clone()])
        };
        assert_eq!(seen, self.conversations.iter().map(known).collect());
        let tagged = self.conversations.iter().filter(|(_, model)| model.tagged);
        assert_eq!(self.numbers("tag:billing"), tagged.map(|(number, _)| *number).collect());
        for (number, model) in &self.conversations {
            let entries = format!("SELECT count(*) FROM entry WHERE conversation = {number}");
            assert_eq!(usize::try_from(self.desk.number(&entries)).unwrap(), model.messages);
        }
    }

    /// The end: what is queued leaves, each reply once, and no note with it.
    fn settle(&mut self) {
        self.sendmail_works(true);
        self.run(&["send", "--all"], "");
        let sent: Vec<String> = fs::read_dir(self.desk.beside("mta"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_string_lossy().contains("sent."))
            .map(|path| fs::read_to_string(path).unwrap())
            .collect();
        let ids: BTreeSet<String> = sent.iter().map(|mail| id_of(mail)).collect();
        assert_eq!((sent.len(), ids.len()), (self.replies, self.replies));
        assert!(sent.iter().all(|mail| !mail.contains(SECRET)));
        self.run(&["check", "--rebuild"], "");
    }
}

/// The Message-ID of a mail, without brackets.
fn id_of(mail: &str) -> String {
    let field = mail.lines().find_map(|line| line.strip_prefix("Message-ID: <"));
    field.and_then(|id| id.strip_suffix('>')).unwrap().to_owned()
}

#[test]
fn lives() {
    for _ in 0..LIVES {
        let mut life = Life::new();
        for act in 1..=ACTS {
            life.act();
            if act % 10 == 0 {
                life.compare();
            }
        }
        life.settle();
        life.compare();
    }
}
