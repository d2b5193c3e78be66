//! Many deliveries at once: each mail once, none refused, one receipt.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod common;

use common::{Desk, Done, mail, start, wait};
use std::process::Command;

/// Starts all commands before it waits for the first.
fn together(commands: Vec<(Command, Vec<u8>)>) -> Vec<Done> {
    let children: Vec<_> =
        commands.into_iter().map(|(command, mail)| start(command, &mail)).collect();
    children.into_iter().map(|child| wait(child).expect_success()).collect()
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
