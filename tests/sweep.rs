//! A sweep keeps nobody waiting, can be ended, and packs each message once, in bounded memory.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod common;

use common::{Desk, POSTROOM, finish, mail};
use postroom::desk::sweep::Sweep;
use postroom::desk::{Purpose, Wanted};
use postroom::domain::Duration;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

/// Kilobytes of memory that the program gets.
const MEMORY: usize = 128 << 10;

/// A mail with so many more megabytes.
fn large(name: &str, megabytes: usize) -> Vec<u8> {
    let mut large = mail(name);
    for at in 0..megabytes {
        large.extend(format!("{name}{at:070}\n").repeat((1 << 20) / 77).as_bytes());
    }
    large
}

#[test]
fn mail_comes_in_between_and_a_stop_ends_it_behind_a_pack() {
    let desk = Desk::new();
    let letters: Vec<Vec<u8>> = (0..4).map(|n| large(&format!("person{n}"), 3)).collect();
    letters.iter().for_each(|letter| drop(desk.ingest(letter)));
    let now = Some(common::NOW.parse().unwrap());
    let wanted = Wanted { config: Some(desk.dir().join("postroom.toml")), now, agent: None };
    let mut opened = postroom::desk::Desk::open(&wanted, Purpose::Write).unwrap();

    let stop = AtomicBool::new(false);
    let sweep = Sweep { rest: Duration::default(), stop: &stop };
    let mut parts = Vec::new();
    let swept = opened
        .sweep(&sweep, |packed, part| {
            parts.push(part);
            desk.ingest(&mail(&format!("between{packed}")));
            stop.store(packed == 2, Ordering::Relaxed);
        })
        .unwrap();
    assert_eq!((swept.packed, swept.indexed, swept.interrupted), (2, 4, true));
    assert!(parts.is_sorted() && parts.iter().all(|part| (0.0..1.0).contains(part)), "{parts:?}");
    desk.run(["check"]).expect_success();

    stop.store(false, Ordering::Relaxed);
    let swept = opened.sweep(&sweep, |_, _| ()).unwrap();
    assert_eq!((swept.packed, swept.interrupted), (4, false));
    desk.run(["check"]).expect_success();
    for (n, letter) in letters.iter().enumerate() {
        let raw = desk.run(["show", "--raw", &format!("m{}", n + 1)]).expect_success();
        assert!(raw.stdout == *letter, "m{} is another", n + 1);
    }
}

/// It is gone, not damaged.
#[test]
fn what_is_purged_in_between_is_left_out() {
    let desk = Desk::new();
    ["one", "two", "three"].iter().for_each(|name| drop(desk.ingest(&mail(name))));
    let now = Some(common::NOW.parse().unwrap());
    let wanted = Wanted { config: Some(desk.dir().join("postroom.toml")), now, agent: None };
    let mut opened = postroom::desk::Desk::open(&wanted, Purpose::Write).unwrap();
    let stop = AtomicBool::new(false);
    let sweep = Sweep { rest: Duration::default(), stop: &stop };
    let mut first = true;
    let purge = |_, _| {
        if std::mem::take(&mut first) {
            desk.run(["purge", "--yes", "1"]).expect_success();
        }
    };
    let swept = opened.sweep(&sweep, purge).unwrap();
    assert_eq!((swept.packed, swept.damaged.len()), (2, 0));
    desk.run(["check"]).expect_success();
}

#[test]
fn what_two_conversations_show_is_packed_once() {
    let desk = Desk::new();
    let both = String::from_utf8(mail("erika")).unwrap();
    let both = both.replace("support@example.test", "support@example.test, sales@example.test");
    desk.ingest(both.as_bytes());
    assert_eq!(desk.number("SELECT count(*) FROM entry"), 2);
    desk.ingest(&mail("john"));
    desk.run(["sweep", "--all"]).expect_success();
    assert_eq!(desk.number("SELECT count(*) FROM packed"), 2);
    assert_eq!(
        desk.number("SELECT sum(size) FROM pack"),
        desk.number("SELECT sum(size) FROM message")
    );
    desk.run(["check"]).expect_success();
}

#[test]
fn large_mail_is_packed_alone_and_what_is_too_large_stays() {
    let desk = Desk::new();
    let letters = [large("small", 0), large("large", 31), large("huge", 33)];
    letters.iter().for_each(|letter| drop(desk.ingest(letter)));
    let mut sweep = Command::new("sh");
    let script = format!("ulimit -v {MEMORY} && exec \"$0\" \"$@\"");
    sweep.args(["-c", &script, POSTROOM, "sweep", "--all", "--vacuum"]);
    desk.environment(&mut sweep);
    finish(sweep, b"").expect_success();
    assert_eq!(desk.number("SELECT count(*) FROM pack"), 2);
    assert_eq!(desk.number("SELECT count(DISTINCT message) FROM raw"), 1);
    desk.run(["check"]).expect_success();
    for (n, letter) in letters.iter().enumerate() {
        let raw = desk.run(["show", "--raw", &format!("m{}", n + 1)]).expect_success();
        assert!(raw.stdout == *letter, "m{} is another", n + 1);
    }
    let again = desk.run(["sweep", "--all", "--vacuum"]).expect_success();
    assert_eq!((again.text().as_str(), again.stderr.as_str()), ("", ""));
}
