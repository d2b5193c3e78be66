//! Many deliveries at once: each mail once, none refused, one receipt.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod common;

use common::{Desk, Done, mail, start, wait};
use postroom::host::lock::{Line, Lock};
use std::process::{Child, Command};
use std::time::Duration;

/// Starts all commands before it waits for the first.
fn together(commands: Vec<(Command, Vec<u8>)>) -> Vec<Done> {
    let children: Vec<_> =
        commands.into_iter().map(|(command, mail)| start(command, &mail)).collect();
    children.into_iter().map(|child| wait(child).expect_success()).collect()
}

/// Starts them while the desk's lock is held, and gives it up when so many of them have offered their
/// mail to whoever has it.
fn behind_a_writer(desk: &Desk, commands: Vec<(Command, Vec<u8>)>, offers: usize) -> Vec<Child> {
    let path = desk.dir().join("lock");
    let lock = Line::enter(&path).unwrap().lock_at_once().unwrap().unwrap();
    let mut children: Vec<_> =
        commands.into_iter().map(|(command, mail)| start(command, &mail)).collect();
    while lock.offers().count() < offers {
        let over = children.iter_mut().find_map(|child| child.try_wait().unwrap());
        assert!(over.is_none(), "{over:?} without the lock\n{}", desk.log());
        std::thread::yield_now();
    }
    children
}

/// The transactions that took mail in: each has a time of its own on the system's clock.
fn transactions(desk: &Desk) -> i64 {
    desk.number("SELECT count(DISTINCT at) FROM event WHERE kind = 'arrived'")
}

/// On the system's clock.
fn now(mut command: Command) -> Command {
    command.env_remove("POSTROOM_NOW");
    command
}

/// A desk whose inboxes acknowledge what comes in.
fn desk_with_receipts() -> Desk {
    let desk = Desk::new();
    desk.configure("inbox.support", "autoreply = { receipt = \"receipt\" }");
    desk.configure("inbox.sales", "autoreply = { receipt = \"receipt\" }");
    desk
}

/// One delivery of a mail for one address of ours.
fn delivery(desk: &Desk, recipient: &str) -> Command {
    desk.postroom([
        "ingest",
        "--recipient",
        recipient,
        "--sender",
        "erika@customer.test",
        "--autoreply",
    ])
}

#[test]
fn forty_different_mails() {
    let desk = Desk::new();
    together((0..40).map(|n| (desk.postroom(["ingest"]), mail(&format!("person{n}")))).collect());
    for table in ["message", "arrival", "conversation", "event WHERE kind = 'arrived'"] {
        assert_eq!(desk.number(&format!("SELECT count(*) FROM {table}")), 40, "{table}");
    }
    desk.run(["check", "--rebuild"]).expect_success();
}

#[test]
fn one_mail_twenty_times() {
    let desk = desk_with_receipts();
    together((0..20).map(|_| (delivery(&desk, "support@example.test"), mail("erika"))).collect());
    for (table, count) in [
        ("message WHERE direction = 'in'", 1),
        ("arrival", 1),
        ("conversation", 1),
        ("event WHERE kind = 'arrived'", 1),
        ("outbox WHERE kind = 'receipt'", 1),
        ("outbox", 1),
    ] {
        assert_eq!(desk.number(&format!("SELECT count(*) FROM {table}")), count, "{table}");
    }
    desk.run(["check", "--rebuild"]).expect_success();
}

#[test]
fn one_mail_twenty_times_to_each_of_two_inboxes() {
    let desk = desk_with_receipts();
    let to_both = String::from_utf8(mail("erika")).unwrap();
    let to_both =
        to_both.replace("To: support@example.test", "To: support@example.test, sales@example.test");
    let recipients = ["support@example.test", "sales@example.test"].into_iter().cycle().take(40);
    together(recipients.map(|to| (delivery(&desk, to), to_both.clone().into_bytes())).collect());
    for (table, count) in [
        ("message WHERE direction = 'in'", 1),
        ("arrival", 2),
        ("conversation", 2),
        ("entry JOIN message ON message = id WHERE direction = 'in'", 2),
        ("event WHERE kind = 'arrived'", 2),
        ("outbox", 1),
    ] {
        assert_eq!(desk.number(&format!("SELECT count(*) FROM {table}")), count, "{table}");
    }
    for number in [1, 2] {
        let other =
            desk.number(&format!("SELECT number FROM conversation WHERE number <> {number}"));
        let inbox = if desk
            .number(&format!("SELECT inbox = 'support' FROM conversation WHERE number = {other}"))
            == 1
        {
            "support"
        } else {
            "sales"
        };
        let shown = desk.run(["show", &number.to_string()]).expect_success().text();
        assert!(shown.contains(&format!("also {other} in {inbox}")), "{shown}");
    }
    desk.run(["check", "--rebuild"]).expect_success();
}

#[test]
fn who_waits_for_the_same_comes_along() {
    let desk = desk_with_receipts();
    let deliveries = (0..12).map(|n| {
        (now(delivery(&desk, "support@example.test")), mail(&format!("person{}", n % 10)))
    });
    let children = behind_a_writer(&desk, deliveries.collect(), 12);
    for child in children {
        let done = wait(child).expect_success();
        assert!(done.stdout.is_empty() && done.stderr.is_empty(), "{done:?}");
    }
    assert_eq!(transactions(&desk), 1);
    for (table, count) in [
        ("message WHERE direction = 'in'", 10),
        ("arrival", 10),
        ("conversation", 10),
        ("(SELECT DISTINCT batch FROM event WHERE kind = 'arrived')", 10),
        ("event WHERE kind = 'arrived'", 10),
    ] {
        assert_eq!(desk.number(&format!("SELECT count(*) FROM {table}")), count, "{table}");
    }
    assert_eq!(desk.log().lines().filter(|line| line.contains("how=new")).count(), 10);
    assert_eq!(desk.log().lines().filter(|line| line.contains("how=duplicate")).count(), 2);
    desk.run(["check", "--rebuild"]).expect_success();
    let left = desk.dir().read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_str().unwrap().starts_with("lock.")));
}

/// Another inbox is no other way; rules, a note of who acts, or what is to be told are.
#[test]
fn who_waits_for_something_else_does_it_itself() {
    let desk = Desk::new();
    desk.configure("agent.anna", "email = [\"anna@example.test\"]\nlogin = \"anna\"");
    let with = |words: &[&str]| {
        let mut command = now(desk.postroom(["ingest"]));
        command.args(words);
        command
    };
    let told = now(desk.postroom(["ingest", "--print"]));
    let commands = [
        (with(&["--inbox", "support"]), mail("one")),
        (with(&["--inbox", "sales"]), mail("two")),
        (with(&["--route"]), mail("three")),
        (with(&["--as", "anna"]), mail("four")),
        (told, mail("five")),
    ];
    let children = behind_a_writer(&desk, commands.into(), 4);
    let done: Vec<Done> = children.into_iter().map(|child| wait(child).expect_success()).collect();
    assert_eq!(done[4].text().lines().count(), 1);
    assert_eq!(desk.number("SELECT count(*) FROM message"), 5);
    assert!((2..=4).contains(&transactions(&desk)), "{}", desk.log());
    desk.run(["check", "--rebuild"]).expect_success();
}

/// What a rule refuses is refused by its own delivery, whoever else waits.
#[test]
fn who_is_refused_hears_it_itself() {
    let desk = Desk::new();
    let rule = "[[refuse]]\nname = \"no\"\nwhen = 'subject:unwanted'\ncode = 77\ntext = \"no\"\n";
    std::fs::write(desk.dir().join("rules/05-no.toml"), rule).unwrap();
    let refused =
        String::from_utf8(mail("two")).unwrap().replace("Subject: ", "Subject: unwanted ");
    let commands = [mail("one"), refused.into_bytes(), mail("three")]
        .map(|mail| (now(desk.postroom(["ingest"])), mail));
    let children = behind_a_writer(&desk, commands.into(), 3);
    let codes: Vec<_> =
        children.into_iter().map(|child| wait(child).status.code().unwrap()).collect();
    assert_eq!(codes, [0, 77, 0], "{}", desk.log());
    assert_eq!(desk.number("SELECT count(*) FROM message"), 2);
}

/// Nobody takes it in, and it does not wait for ever.
#[test]
fn an_offer_ends_with_its_delivery() {
    let desk = Desk::new();
    desk.configure("desk", "lock-timeout = \"1s\"");
    let path = desk.dir().join("lock");
    let lock = Lock::wait(&path, Duration::ZERO).unwrap();
    let done = wait(start(desk.postroom(["ingest"]), &mail("erika")));
    assert_eq!(done.status.code(), Some(75), "{}", desk.log());
    assert_eq!(lock.offers().count(), 0);
    assert!(!desk.dir().join("lock.1").exists());
}
