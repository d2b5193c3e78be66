//! The outbox and a sendmail that does its worst (R140-R151): what a person wrote leaves, what a
//! machine wrote never leaves twice.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod common;

use common::{Desk, Done, finish, mail, start, wait};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

/// A desk with an agent and a sendmail, which is a script in a folder of its own.
struct Office {
    desk: Desk,
}

/// Keeps the mail, one file each, and says yes.
const KEEP: &str = "cat >$(mktemp sent.XXXXXX)";

impl Office {
    /// A mail of erika's has come in.
    fn new() -> Office {
        let office = Office { desk: Desk::new() };
        fs::create_dir(office.desk.beside("mta")).unwrap();
        let program = office.desk.beside("mta/sendmail");
        office.desk.configure("desk", &format!("sendmail = \"{}\"", program.display()));
        office.desk.configure(
            "agent.anna",
            "email = [\"anna@example.test\"]\ninbox = { support = \"full\" }",
        );
        office.ingest("erika");
        office
    }

    fn ingest(&self, name: &str) {
        self.desk.ingest(&mail(name));
    }

    /// What sendmail does from now on, in sh, beside what it has kept.
    fn sendmail(&self, script: &str) {
        let (path, dir) = (self.desk.beside("mta/sendmail"), self.desk.beside("mta"));
        fs::write(&path, format!("#!/bin/sh\ncd {} || exit 1\n{script}\n", dir.display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A command at a time of the first of June.
    fn command(&self, time: &str, arguments: &[&str]) -> Command {
        let mut command = self.desk.postroom(arguments);
        command.env("POSTROOM_NOW", format!("2026-06-01T{time}:00Z"));
        command
    }

    fn at(&self, time: &str, arguments: &[&str]) -> Done {
        finish(self.command(time, arguments), b"")
    }

    fn reply(&self, time: &str, number: &str, text: &str) -> Done {
        finish(self.command(time, &["reply", "--as", "anna", number]), text.as_bytes())
    }

    /// A mail that gets a receipt.
    fn receipt(&self, time: &str) -> Done {
        fs::write(self.desk.dir().join("replies/receipt.txt"), "We have it.\n").unwrap();
        self.desk.configure("inbox.support", "autoreply = { receipt = \"receipt\" }");
        let arguments = ["ingest", "--sender", "john@customer.test", "--autoreply"];
        finish(self.command(time, &arguments), &mail("john"))
    }

    /// What sendmail has kept.
    fn sent(&self) -> Vec<Vec<u8>> {
        let names = fs::read_dir(self.desk.beside("mta")).unwrap();
        let paths = names.map(|entry| entry.unwrap().path());
        let mut paths: Vec<_> =
            paths.filter(|path| path.to_string_lossy().contains("sent.")).collect();
        paths.sort();
        paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
    }

    /// The states of all mails, in order.
    fn states(&self) -> String {
        let store = rusqlite::Connection::open(self.desk.database()).unwrap();
        let mut select = store.prepare("SELECT state FROM outbox ORDER BY id").unwrap();
        let states = select.query_map((), |row| row.get::<_, String>(0)).unwrap();
        states.map(Result::unwrap).collect::<Vec<_>>().join(" ")
    }

    /// The bytes of a message as the store has them.
    fn stored(&self, message: &str) -> Vec<u8> {
        self.desk.run(["show", "--raw", message]).expect_success().stdout
    }

    /// Nothing that happened may have left the store unsound.
    fn check(&self) {
        self.desk.run(["check", "--rebuild"]).expect_success();
    }
}

#[test]
fn killed_before_sendmail_took_it() {
    let office = Office::new();
    office.sendmail("kill -9 $PPID");
    assert!(office.reply("10:00", "1", "Tuesday.").killed());
    assert_eq!(office.states(), "sending");
    office.sendmail(KEEP);
    for (time, sent, state) in [
        ("10:01", 0, "uncertain"), // whether it went is not known: it waits
        ("10:15", 0, "uncertain"),
        ("10:16", 1, "accepted"),
        ("11:00", 1, "accepted"),
    ] {
        office.at(time, &["send"]).expect_success();
        assert_eq!((office.sent().len(), office.states().as_str()), (sent, state), "{time}");
    }
    assert_eq!(office.sent(), [office.stored("m2")]);
    office.check();
}

#[test]
fn killed_after_sendmail_took_it() {
    let office = Office::new();
    office.sendmail(&format!("{KEEP}; kill -9 $PPID"));
    assert!(office.reply("10:00", "1", "Tuesday.").killed());
    assert_eq!(office.sent().len(), 1);
    office.sendmail(KEEP);
    for time in ["10:01", "10:14", "10:16", "10:40", "13:00"] {
        office.at(time, &["send"]).expect_success();
    }
    // Once more and no more, and a receiver can tell that it is the same.
    assert_eq!(office.sent(), [office.stored("m2"), office.stored("m2")]);
    assert_eq!(office.states(), "accepted");
    office.check();
}

#[test]
fn its_answer_lost_twice() {
    let office = Office::new();
    office.sendmail(&format!("{KEEP}; kill -9 $PPID"));
    assert!(office.reply("10:00", "1", "Tuesday.").killed());
    office.at("10:01", &["send"]).expect_success();
    assert!(office.at("10:16", &["send"]).killed());
    let given_up = office.at("10:20", &["send"]);
    assert_eq!(given_up.status.code(), Some(69), "{given_up:?}");
    office.at("12:00", &["send", "--all"]).expect_success();
    assert_eq!((office.sent().len(), office.states().as_str()), (2, "failed"));
    // Somebody must look.
    assert_eq!(office.at("12:00", &["list", "--numbers", "is:open"]).text(), "1\n");
    office.check();
}

#[test]
fn a_machine_s_mail_never_goes_twice() {
    for script in ["kill -9 $PPID".to_owned(), format!("{KEEP}; kill -9 $PPID")] {
        let office = Office::new();
        office.sendmail(&script);
        assert!(office.receipt("10:00").killed());
        let sent = office.sent().len();
        office.sendmail(KEEP);
        let done = office.at("10:01", &["send"]);
        assert_eq!(done.status.code(), Some(69), "{done:?}");
        assert!(done.text().contains("the answer of sendmail was lost"), "{done:?}");
        for time in ["10:30", "12:00"] {
            office.at(time, &["send", "--all"]).expect_success();
        }
        assert_eq!((office.sent().len(), office.states().as_str()), (sent, "failed"), "{script}");
        // The mail itself came in, whatever became of its receipt.
        assert_eq!(office.desk.number("SELECT count(*) FROM arrival"), 2);
        office.check();
    }
}

#[test]
fn queued_by_somebody_who_died() {
    let office = Office::new(); // there is no sendmail yet
    office.reply("10:00", "1", "Tuesday.").expect_success();
    office.receipt("10:00").expect_success();
    assert_eq!(office.states(), "queued queued");
    office.sendmail(KEEP);
    office.at("10:01", &["send"]).expect_success();
    assert_eq!((office.sent().len(), office.states().as_str()), (2, "accepted accepted"));
    office.check();
}

#[test]
fn two_that_send_at_once() {
    let office = Office::new();
    for n in 1..=5 {
        office.reply("10:00", "1", &format!("Reply {n}.")).expect_success();
    }
    // The first to send is held up in the middle of a mail, until this test lets it go.
    let gate = office.desk.beside("gate");
    assert!(Command::new("mkfifo").arg(&gate).status().unwrap().success());
    office.sendmail(&format!("read go <{}; {KEEP}", gate.display()));
    let first = start(office.command("10:30", &["send"]), b"");
    let held = fs::OpenOptions::new().write(true).open(&gate).unwrap(); // it is in sendmail now
    office.sendmail(KEEP);
    let second = office.at("10:30", &["send", "--verbose"]).expect_success();
    assert_eq!(second.text(), "");
    assert_eq!(office.sent().len(), 0);
    drop(held);
    wait(first).expect_success();
    let mut sent = office.sent();
    sent.sort();
    sent.dedup();
    assert_eq!((sent.len(), office.sent().len()), (5, 5));
    assert_eq!(office.states(), ["accepted"; 5].join(" "));
    office.check();
}

#[test]
fn eight_that_send_at_once() {
    let office = Office::new();
    for n in 1..=6 {
        office.reply("10:00", "1", &format!("Reply {n}.")).expect_success();
    }
    office.sendmail(KEEP);
    let senders: Vec<_> = (0..8).map(|_| start(office.command("10:30", &["send"]), b"")).collect();
    senders.into_iter().for_each(|sender| drop(wait(sender).expect_success()));
    assert_eq!(office.sent().len(), 6);
    assert_eq!(office.states(), ["accepted"; 6].join(" "));
    office.check();
}

#[test]
fn every_answer_of_sendmail() {
    // The status, what it means at the first attempt, and after the third.
    for (ending, first, third) in [
        ("exit 0", "accepted", "accepted"),
        ("exit 75", "queued", "queued"),
        ("exit 1", "queued", "queued"),
        ("exit 127", "queued", "queued"),
        ("exit 69", "queued", "queued"),
        ("exit 70", "queued", "queued"),
        ("exit 71", "queued", "queued"),
        ("exit 73", "queued", "queued"),
        ("exit 74", "queued", "queued"),
        // It may have taken the mail: as if nobody knew.
        ("kill -9 $$", "uncertain", "uncertain"),
        ("exit 64", "queued", "failed"),
        ("exit 65", "queued", "failed"),
        ("exit 67", "queued", "failed"),
        ("exit 68", "queued", "failed"),
        ("exit 77", "queued", "failed"),
        ("exit 78", "queued", "failed"),
    ] {
        let office = Office::new();
        office.sendmail(&format!("cat >/dev/null; {ending}"));
        office.reply("10:00", "1", "Tuesday.").expect_success();
        assert_eq!(office.states(), first, "{ending}");
        office.at("10:01", &["send"]);
        office.at("10:06", &["send"]);
        assert_eq!(office.states(), third, "{ending}");
    }
}

#[test]
fn a_sendmail_that_does_not_read() {
    let office = Office::new();
    office.sendmail("exit 75");
    let text = "All work and no play. ".repeat(20_000); // more than a pipe holds
    office.reply("10:00", "1", &text).expect_success();
    assert_eq!(office.states(), "queued");
    office.sendmail(KEEP);
    office.at("10:01", &["send"]).expect_success();
    assert_eq!(office.sent(), [office.stored("m2")]);
}
