//! What a person is told who asks for something that cannot be: the exit status of DESIGN
//! section 5, never that of a bug, and words that say what is wrong.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{Desk, Done, finish, mail};
use std::fs;

/// A desk with a mail in it, conversation 1, and a place for texts that are kept.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.configure("agent.anna", "email = [\"anna@example.test\"]\ninbox = { support = \"full\" }");
    desk.configure("agent.anna", "name = \"Anna\"");
    desk.ingest(&mail("erika"));
    fs::create_dir(desk.beside("kept")).unwrap();
    desk
}

fn reply(desk: &Desk, words: &[&str], text: &[u8]) -> Done {
    let mut command = desk.postroom(["reply", "--as", "anna"]);
    command.args(words).env("TMPDIR", desk.beside("kept"));
    finish(command, text)
}

fn expect(done: &Done, status: i32, words: &str) {
    assert_eq!(done.status.code(), Some(status), "{done:?}");
    assert!(done.stderr.contains(words), "{words}: {done:?}");
    assert_eq!(done.text(), "");
}

fn kept(desk: &Desk) -> usize {
    fs::read_dir(desk.beside("kept")).unwrap().count()
}

#[test]
fn replies_that_cannot_be_written() {
    let desk = desk();
    for (words, wanted) in [
        (&["--subject", "a\nBcc: b@c.test", "1"][..], "Subject"),
        (&["--to", "jös@example.net", "1"], "jös@example.net: letters that are not ASCII"),
        (&["--cc", "jös@example.net", "1"], "jös@example.net: letters that are not ASCII"),
    ] {
        expect(&reply(&desk, words, b"Hello\n"), 65, wanted);
    }
    assert_eq!(kept(&desk), 3, "each text is kept");
    assert_eq!(desk.number("SELECT count(*) FROM outbox"), 0);
}

#[test]
fn an_empty_reply_leaves_no_file() {
    let desk = desk();
    expect(&reply(&desk, &["1"], b" \n"), 65, "empty");
    assert_eq!(kept(&desk), 0);
}

#[test]
fn an_inbox_that_is_gone_from_the_configuration() {
    let desk = desk();
    let config = desk.dir().join("postroom.toml");
    let text = fs::read_to_string(&config).unwrap();
    let text = text.replace("[inbox.support]", "[inbox.help]").replace("\"support\"", "\"help\"");
    fs::write(&config, text.replace("{ support", "{ help")).unwrap();
    expect(&reply(&desk, &["1"], b"Hello\n"), 78, "inbox support");
    expect(&desk.run(["autoreply", "1"]), 78, "inbox support");
}

#[test]
fn autoreply_to_nothing_and_to_very_many() {
    let desk = desk();
    expect(&desk.run(["autoreply", "99"]), 67, "conversation 99");
    desk.configure("inbox.support", "autoreply = { receipt = \"receipt\" }");
    desk.configure("desk", "sendmail = \"/bin/true\"");
    for n in 0..26 {
        let name = format!("c{n}");
        let mail = String::from_utf8(mail(&name)).unwrap();
        desk.ingest(mail.replace("customer.test", &format!("{name}.test")).as_bytes());
    }
    expect(&desk.run(["autoreply", "2-27"]), 64, "--yes");
    expect(&desk.run(["autoreply", "is:open"]), 64, "--yes");
    assert_eq!(desk.number("SELECT count(*) FROM outbox"), 0);
    assert!(!desk.log().contains("autoreply=receipt"), "{}", desk.log());
    desk.run(["autoreply", "--yes", "2-27"]).expect_success();
    assert!(desk.number("SELECT count(*) FROM outbox") > 0);
    desk.run(["autoreply", "2-27"]).expect_success();
}

/// Whatever stands in a damaged store, `check` moves no cursor.
#[test]
fn what_check_finds_is_cleaned() {
    let desk = desk();
    desk.damage("INSERT INTO conversation_field VALUES (1, char(27) || '[2J', 'x')");
    let done = desk.run(["check"]);
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    assert!(done.text().contains("[2J") && !done.stdout.contains(&27), "{done:?}");
}
