//! Many deliveries at once: each mail once, none refused, one receipt.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod common;

use common::{Desk, Done, hold, mail, offers, start, wait};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command};
use std::time::{SystemTime, UNIX_EPOCH};

/// Starts all commands before it waits for the first.
fn together(commands: Vec<(Command, Vec<u8>)>) -> Vec<Done> {
    let children: Vec<_> =
        commands.into_iter().map(|(command, mail)| start(command, &mail)).collect();
    children.into_iter().map(|child| wait(child).expect_success()).collect()
}

/// Starts them while the desk's lock is held, and gives it up when so many of them have offered their
/// mail to whoever has it.
fn behind_a_writer(desk: &Desk, commands: Vec<(Command, Vec<u8>)>, count: usize) -> Vec<Child> {
    let lock = hold(desk);
    let mut children: Vec<_> =
        commands.into_iter().map(|(command, mail)| start(command, &mail)).collect();
    until_offered(desk, &mut children, count);
    drop(lock);
    children
}

/// Until so many offers lie beside the lock.
fn until_offered(desk: &Desk, children: &mut [Child], count: usize) {
    while offers(desk).len() < count {
        let over = children.iter_mut().find_map(|child| child.try_wait().unwrap());
        assert!(over.is_none(), "{over:?} without the lock\n{}", desk.log());
        std::thread::yield_now();
    }
}

/// The processes that took mail in, one transaction each.
fn writers(desk: &Desk) -> usize {
    let log = desk.log();
    let took_in = log.lines().filter(|line| line.contains(" how="));
    took_in.map(|line| line.split(['[', ']']).nth(1).unwrap()).collect::<BTreeSet<_>>().len()
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

/// Each sends its own answer: nobody is kept waiting by the answers of others.
#[test]
fn who_waits_for_the_same_comes_along() {
    let desk = desk_with_receipts();
    let (sendmail, sent) = (desk.beside("sendmail"), desk.beside("sent"));
    let script = format!("#!/bin/sh\ncat >/dev/null\necho $PPID >>{}\n", sent.display());
    fs::write(&sendmail, script).unwrap();
    fs::set_permissions(&sendmail, fs::Permissions::from_mode(0o755)).unwrap();
    desk.configure("desk", &format!("sendmail = \"{}\"", sendmail.display()));
    let deliveries = (0..12).map(|n| {
        let person = format!("person{}", n % 10);
        let mut command = desk.postroom(["ingest", "--recipient", "support@example.test"]);
        command.args(["--sender", &format!("{person}@customer.test"), "--autoreply"]);
        (command, mail(&person))
    });
    let children = behind_a_writer(&desk, deliveries.collect(), 12);
    for child in children {
        let done = wait(child).expect_success();
        assert!(done.stdout.is_empty() && done.stderr.is_empty(), "{done:?}");
    }
    assert_eq!(writers(&desk), 1, "{}", desk.log());
    for (table, count) in [
        ("message WHERE direction = 'in'", 10),
        ("arrival", 10),
        ("conversation", 10),
        ("(SELECT DISTINCT batch FROM event WHERE kind = 'arrived')", 10),
        ("event WHERE kind = 'arrived'", 10),
        ("outbox WHERE kind = 'receipt' AND state = 'accepted'", 10),
    ] {
        assert_eq!(
            desk.number(&format!("SELECT count(*) FROM {table}")),
            count,
            "{table} {}",
            desk.log()
        );
    }
    let sent = fs::read_to_string(sent).unwrap();
    assert_eq!(sent.lines().collect::<BTreeSet<_>>().len(), 10, "{sent}");
    assert_eq!(desk.log().lines().filter(|line| line.contains("how=new")).count(), 10);
    assert_eq!(desk.log().lines().filter(|line| line.contains("how=duplicate")).count(), 2);
    desk.run(["check", "--rebuild"]).expect_success();
    assert!(offers(&desk).is_empty());
}

/// Another inbox is no other way; rules, who acts, or what is to be told are.
#[test]
fn who_waits_for_something_else_does_it_itself() {
    let desk = Desk::new();
    desk.configure("agent.anna", "email = [\"anna@example.test\"]\nlogin = \"anna\"");
    let rule = "[[rule]]\nname = \"all\"\nwhen = 'is:open'\nthen = [\"tag +routed\"]\n";
    fs::write(desk.dir().join("rules/20-all.toml"), rule).unwrap();
    let commands = [
        (&["--inbox", "support"][..], "one"),
        (&["--inbox", "sales"], "two"),
        (&["--inbox", "support", "--route"], "three"),
        (&["--inbox", "support", "--as", "anna"], "four"),
        (&["--inbox", "support", "--print"], "five"),
    ]
    .map(|(words, name)| {
        let mut command = desk.postroom(["ingest"]);
        command.args(words);
        (command, mail(name))
    });
    let children = behind_a_writer(&desk, commands.into(), 4);
    let done: Vec<Done> = children.into_iter().map(|child| wait(child).expect_success()).collect();
    assert_eq!(done[4].text().lines().count(), 1);
    assert!((3..=4).contains(&writers(&desk)), "{}", desk.log());
    let listed = |query: &str| desk.run(["list", query]).expect_success().text().lines().count();
    assert_eq!((listed("inbox:support"), listed("inbox:sales")), (4, 1));
    assert_eq!((listed("tag:routed"), listed("tag:routed from:three@customer.test")), (1, 1));
    desk.run(["check", "--rebuild"]).expect_success();
}

/// A mail came when it was handed in, however long it waited for the lock, and whoever took it in.
#[test]
fn waiting_makes_no_mail_younger() {
    let desk = Desk::new();
    let deliveries = ["one", "two", "three"].map(|name| {
        let mut command = desk.postroom(["ingest"]);
        command.env_remove("POSTROOM_NOW");
        (command, mail(name))
    });
    let lock = hold(&desk);
    let mut children = Vec::new();
    for (n, (command, mail)) in deliveries.into_iter().enumerate() {
        children.push(start(command, &mail));
        until_offered(&desk, &mut children, n + 1);
    }
    let given_up = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    drop(lock);
    children.into_iter().for_each(|child| drop(wait(child).expect_success()));
    let late = format!("SELECT count(*) FROM arrival WHERE received > {given_up}");
    assert_eq!(desk.number(&late), 0);
    let late = format!("SELECT count(*) FROM event WHERE effective > {given_up}");
    assert_eq!(desk.number(&late), 0);
}

/// What is configured while a delivery waits holds for it, and its events name it.
#[test]
fn the_configuration_that_decides_is_the_one_that_is_named() {
    let desk = Desk::new();
    let rule = |tag: &str| {
        let words =
            format!("[[rule]]\nname = \"all\"\nwhen = 'is:open'\nthen = [\"tag +{tag}\"]\n");
        fs::write(desk.dir().join("rules/20-all.toml"), words).unwrap();
    };
    rule("old");
    let commands = ["one", "two"].map(|name| (desk.postroom(["ingest", "--route"]), mail(name)));
    let lock = hold(&desk);
    let mut children: Vec<_> =
        commands.into_iter().map(|(command, mail)| start(command, &mail)).collect();
    until_offered(&desk, &mut children, 2);
    rule("new");
    drop(lock);
    children.into_iter().for_each(|child| drop(wait(child).expect_success()));
    let named = "SELECT count(*) FROM event JOIN config ON config.id = event.config
                 WHERE event.kind = 'tag-set' AND event.data LIKE '%new%' AND config.text LIKE '%+new%'";
    assert_eq!(desk.number(named), 2);
}

/// What a rule refuses is refused by its own delivery, whoever else waits.
#[test]
fn who_is_refused_hears_it_itself() {
    let desk = Desk::new();
    let rule = "[[refuse]]\nname = \"no\"\nwhen = 'subject:unwanted'\ncode = 77\ntext = \"no\"\n";
    fs::write(desk.dir().join("rules/05-no.toml"), rule).unwrap();
    let refused =
        String::from_utf8(mail("two")).unwrap().replace("Subject: ", "Subject: unwanted ");
    let commands = [mail("one"), refused.into_bytes(), mail("three")]
        .map(|mail| (desk.postroom(["ingest"]), mail));
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
    let children = || {
        let mut children = vec![start(desk.postroom(["ingest"]), &mail("erika"))];
        until_offered(&desk, &mut children, 1);
        children
    };
    let lock = hold(&desk);
    for child in children() {
        assert_eq!(wait(child).status.code(), Some(75), "{}", desk.log());
    }
    assert!(offers(&desk).is_empty());
    for mut child in children() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(offers(&desk).len(), 1);
    drop(lock);
    desk.run(["sweep"]).expect_success();
    assert!(offers(&desk).is_empty());
    assert_eq!(desk.number("SELECT count(*) FROM message"), 0);
}
