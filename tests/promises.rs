//! The promises to whoever leaves another desk, each by its number in the list of what hurts there:
//! mail that is lost or comes twice (T3.1), mail in the wrong thread (T3.2). The others of that list
//! have files of their own: `grep -rn 'T3\.' tests`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod common;

use common::{Desk, finish};
use std::fs;
use std::path::Path;

const ERIKA: &str = "erika@customer.test";
const EVE: &str = "eve@elsewhere.test";

/// A desk with an agent, a receipt in both inboxes, and a sendmail that keeps what it is given.
fn desk() -> Desk {
    let desk = Desk::new();
    let (program, sent) = (desk.beside("sendmail"), desk.beside("sent"));
    fs::write(&program, format!("#!/bin/sh\ncat >>{}\n", sent.display())).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&program, mode).unwrap();
    desk.configure("desk", &format!("sendmail = \"{}\"", program.display()));
    for inbox in ["support", "sales"] {
        desk.configure(&format!("inbox.{inbox}"), "autoreply = { receipt = \"receipt\" }");
    }
    fs::write(desk.dir().join("replies/receipt.txt"), "We have it.\n").unwrap();
    let agent = "email = [\"anna@example.test\"]\nlogin = \"anna\"\nadmin = true\n\
                 inbox = { support = \"full\", sales = \"full\" }";
    desk.configure("agent.anna", agent);
    desk
}

fn mail(from: &str, subject: &str, id: &str, fields: &str) -> Vec<u8> {
    format!(
        "From: {from}\nTo: support@example.test\nSubject: {subject}\nMessage-ID: <{id}@x.test>\n\
         {fields}\nHello, this is {id}.\n"
    )
    .into_bytes()
}

/// Takes a mail in: its conversation, its message and what it did there.
fn take(desk: &Desk, raw: &[u8]) -> (String, String, String) {
    let text = desk.feed(["ingest", "-p"], raw).expect_success().text();
    let mut words = text.trim_end().split('\t').map(str::to_owned);
    let mut word = || words.next().unwrap();
    (word(), word(), word())
}

fn run(desk: &Desk, words: &[&str]) -> String {
    desk.run(words).expect_success().text()
}

/// What `reply` sends to whoever waits in a conversation; its Message-ID.
fn reply(desk: &Desk, number: &str) -> String {
    desk.feed(["reply", "--as", "anna", number], b"On Tuesday.\n").expect_success();
    let sent = fs::read_to_string(desk.beside("sent")).unwrap();
    let id = sent.lines().filter_map(|line| line.strip_prefix("Message-ID: ")).next_back();
    id.unwrap().to_owned()
}

/// The same Message-ID proves nothing: neither mail hides the other.
#[test]
fn t3_1c_one_message_id_on_two_mails() {
    let desk = desk();
    let (_, first, _) = take(&desk, &mail(ERIKA, "One", "same", ""));
    let (_, second, how) = take(&desk, &mail(EVE, "Two", "same", ""));
    assert_eq!((how.as_str(), first == second), ("new", false));
    assert!(run(&desk, &["show", &second]).contains("message-id-taken"));
    assert_eq!(desk.number("SELECT count(*) FROM message"), 2);
}

/// What was purged is counted when it comes again, and stays gone.
#[test]
fn t3_1g_what_was_purged() {
    let desk = desk();
    let raw = mail(ERIKA, "Secret", "1", "");
    let (number, message, _) = take(&desk, &raw);
    run(&desk, &["purge", "--as", "anna", "--yes", &number]);
    let again = take(
        &desk,
        &[b"Received: from a by b; Mon, 1 Jun 2026 09:00:00 +0000\n", &raw[..]].concat(),
    );
    assert_eq!(again, (number, message, "tombstone".to_owned()));
    assert!(!run(&desk, &["list", "is:open or is:closed"]).contains("Secret"));
}

/// Whoever writes a number into a subject gets into nobody's conversation; both tell of the other.
#[test]
fn t3_2b_a_stranger_with_the_right_number() {
    let desk = desk();
    let (number, ..) = take(&desk, &mail(ERIKA, "Invoice", "1", ""));
    let (other, message, how) =
        take(&desk, &mail(EVE, &format!("Re: [#{number}] Invoice"), "2", ""));
    assert_eq!((how.as_str(), other == number), ("new", false));
    for (here, there) in [(&number, &other), (&other, &number)] {
        let shown = run(&desk, &["show", here]);
        let related = shown.lines().find(|line| line.starts_with("possibly related"));
        assert!(related.unwrap().contains(there.as_str()), "{shown}");
    }
    assert!(run(&desk, &["list", "--json"]).contains("\"foreign-token\""));
    // Who has a part in it gets in.
    let (joined, ..) = take(&desk, &mail(ERIKA, &format!("Re: [#{number}] Invoice"), "3", ""));
    assert_eq!(joined, number, "{message}");
}

/// One character changed in a signed id, and it opens nothing.
#[test]
fn t3_2c_a_forged_token() {
    let desk = desk();
    let (number, ..) = take(&desk, &mail(ERIKA, "Invoice", "1", ""));
    let id = reply(&desk, &number);
    let at = id.find('@').unwrap() - 1;
    let other = if id.as_bytes()[at] == b'a' { "b" } else { "a" };
    let forged = format!("{}{other}{}", &id[..at], &id[at + 1..]);
    let (new, message, how) =
        take(&desk, &mail(EVE, "Re: Invoice", "2", &format!("In-Reply-To: {forged}\n")));
    assert_eq!((how.as_str(), new == number), ("new", false));
    assert!(run(&desk, &["show", &message]).contains("forged-token"));
    let (joined, ..) = take(&desk, &mail(EVE, "Re: Invoice", "3", &format!("In-Reply-To: {id}\n")));
    assert_eq!(joined, number, "the true one does");
}

/// The copy that a list sends of an answer to us, for two inboxes: our signature leads from both to one
/// conversation, by whatever way the copy comes.
#[test]
fn t3_1e_a_list_copy_of_an_answer_for_two_inboxes() {
    let copy_for = |desk: &Desk| {
        let (number, ..) = take(desk, &mail(ERIKA, "Invoice", "1", ""));
        let id = reply(desk, &number);
        let fields = format!("In-Reply-To: {id}\nDate: Mon, 1 Jun 2026 10:00:00 +0000\n");
        let answer = mail(ERIKA, "Re: Invoice", "2", &fields);
        assert_eq!(take(desk, &answer).2, "joined");
        let copy = String::from_utf8(answer).unwrap().replace("Subject: Re:", "Subject: [all] Re:");
        let copy = copy.replace("Message-ID", "List-Id: <all.example.test>\nMessage-ID");
        copy.replace("To: support@example.test", "To: support@example.test, sales@example.test")
            + "\n-- \n____\nall@example.test\n"
    };
    let whole = |desk: &Desk| {
        desk.run(["check", "--rebuild"]).expect_success();
        assert_eq!(desk.number("SELECT count(*) FROM message WHERE direction = 'in'"), 3);
        assert_eq!(desk.number("SELECT count(*) FROM entry WHERE message = 4"), 1);
        assert_eq!(desk.number("SELECT count(*) FROM arrival WHERE message = 4"), 2);
    };
    let desk = desk();
    let copy = copy_for(&desk);
    take(&desk, copy.as_bytes());
    whole(&desk);
    let desk = self::desk();
    let copy = copy_for(&desk);
    for (inbox, how) in [("support", "joined"), ("sales", "duplicate"), ("sales", "duplicate")] {
        let words = ["ingest", "-p", "--recipient", &format!("{inbox}@example.test")];
        let told = finish(desk.postroom(words), copy.as_bytes()).expect_success().text();
        assert!(told.contains(&format!("\t{how}\t")), "{inbox}: {told}");
    }
    whole(&desk);
    let desk = self::desk();
    let file = desk.beside("copy.eml");
    fs::write(&file, copy_for(&desk)).unwrap();
    desk.run([Path::new("ingest"), &file]).expect_success();
    whole(&desk);
}

/// A mail to two inboxes, by two deliveries in either order: one message, in both lists, one answer.
#[test]
fn t3_2d_a_mail_to_two_inboxes() {
    let raw = String::from_utf8(mail(ERIKA, "Both", "1", "")).unwrap();
    let raw =
        raw.replace("To: support@example.test", "To: support@example.test, sales@example.test");
    for order in [["support", "sales"], ["sales", "support"]] {
        let desk = desk();
        for inbox in order {
            let recipient = format!("{inbox}@example.test");
            let words = ["ingest", "--autoreply", "--recipient", &recipient, "--sender", ERIKA];
            finish(desk.postroom(words), raw.as_bytes()).expect_success();
        }
        assert_eq!(desk.number("SELECT count(*) FROM message WHERE direction = 'in'"), 1);
        for inbox in order {
            let listed = run(&desk, &["list", &format!("inbox:{inbox}")]);
            assert!(listed.contains("\tBoth\n"), "{order:?}: {listed}");
        }
        assert_eq!(desk.number("SELECT count(*) FROM outbox"), 1, "{order:?}");
    }
}

/// After a merge a reply to either lands where they are shown; after its undo, at home again.
#[test]
fn t3_2f_a_reply_after_a_merge() {
    let desk = desk();
    let (a, ..) = take(&desk, &mail(ERIKA, "Fire", "1", ""));
    let (b, ..) = take(&desk, &mail(ERIKA, "Smoke", "2", ""));
    let id = reply(&desk, &b);
    let answer = |n: &str| mail(ERIKA, "Re: Smoke", n, &format!("In-Reply-To: {id}\n"));
    run(&desk, &["merge", "--as", "anna", &a, &b]);
    assert_eq!(take(&desk, &answer("3")).0, a);
    let log = run(&desk, &["log", &b]);
    let merged = log.lines().find(|line| line.contains("merged into")).unwrap();
    run(&desk, &["undo", "--as", "anna", merged.split('\t').nth(1).unwrap()]);
    assert_eq!(take(&desk, &answer("4")).0, b);
}
