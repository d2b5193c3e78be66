//! `check` is silent on a sound desk and names the place of any damage.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod common;

use common::{Desk, Done, copy, mail};
use std::fs;

/// A desk with two conversations: what came, what was done and what is to go
/// out. Each test damages a copy.
struct Sound {
    desk: Desk,
}

impl Sound {
    fn new() -> Sound {
        let desk = Desk::new();
        desk.configure(
            "agent.anna",
            "email = [\"anna@example.test\"]\nlogin = \"anna\"\nadmin = true\ninbox = { support = \"full\" }",
        );
        desk.ingest(&mail("erika"));
        desk.ingest(&mail("john"));
        for words in [
            &["assign", "--as", "anna", "1", "anna"][..],
            &["tag", "--as", "anna", "1", "+billing"],
            &["set", "--as", "anna", "1", "priority=high", "order=4711"],
            &["note", "--as", "anna", "1", "seen"],
        ] {
            desk.run(words).expect_success();
        }
        desk.feed(["reply", "--as", "anna", "1"], b"Thank you, Erika.\n").expect_success();
        for check in [&["check"][..], &["check", "--rebuild"]] {
            let done = desk.run(check).expect_success();
            assert_eq!(done.stderr, "", "a sound desk");
        }
        Sound { desk }
    }

    /// What `check` says of a damaged copy.
    fn check(&self, words: &[&str], damage: impl FnOnce(&Desk)) -> Done {
        let desk = self.desk.copied();
        damage(&desk);
        desk.run(words)
    }

    /// Asserts that the damage is found and its place named.
    fn expect_named(&self, what: &str, words: &[&str], place: &str, damage: impl FnOnce(&Desk)) {
        let done = self.check(words, damage);
        let said = done.text() + &done.stderr;
        assert!(!done.status.success(), "{what}: not found");
        let place = regex::Regex::new(&format!(r"(^|\W){place}($|\W)")).unwrap();
        assert!(place.is_match(&said), "{what}: {place} is not named in:\n{said}");
    }
}

#[test]
fn ten_planted_damages_are_named() {
    let sound = Sound::new();
    for (what, place, sql) in [
        (
            "raw byte",
            "m1",
            "UPDATE raw SET bytes = CAST(x'58' || substr(bytes, 2) AS BLOB) WHERE message = 1",
        ),
        ("deleted event", "1", "DELETE FROM event WHERE conversation = 1 AND seq = 2"),
        ("deleted last event", "2", "DELETE FROM event WHERE conversation = 2"),
        ("changed status", "2", "UPDATE conversation SET status = 'closed' WHERE number = 2"),
        ("missing entry", "m2", "DELETE FROM entry WHERE message = 2"),
        ("wrong sequence", "1", "UPDATE event SET seq = 99 WHERE conversation = 1 AND seq = 3"),
        ("outbox state", "o1", "UPDATE outbox SET state = 'accepted', code = 0 WHERE id = 1"),
        ("outbox state unknown", "outbox", "UPDATE outbox SET state = 'lost' WHERE id = 1"),
        ("identity", "m2", "UPDATE message SET identity = zeroblob(32) WHERE id = 2"),
        (
            "foreign key",
            "note",
            "INSERT INTO note (conversation, at, author, text) VALUES (99, 0, 'anna', 'x')",
        ),
        ("missing raw", "m2", "DELETE FROM raw WHERE message = 2"),
    ] {
        sound.expect_named(what, &["check"], place, |desk| desk.damage(sql));
    }
    sound.expect_named("lost index row", &["check"], "conversation_changed", lose_index_row);
    sound.expect_named("truncated file", &["check"], r"postroom\.db", |desk| {
        let bytes = fs::read(desk.database()).unwrap();
        fs::write(desk.database(), bytes.split_at(bytes.len() / 2).0).unwrap();
    });
}

/// Takes one conversation out of an index: the index is hidden from SQLite
/// while the row changes.
fn lose_index_row(desk: &Desk) {
    const NAME: &str = "conversation_changed";
    let store = rusqlite::Connection::open(desk.database()).unwrap();
    let (root, sql): (i64, String) = store
        .query_row("SELECT rootpage, sql FROM sqlite_schema WHERE name = ?1", [NAME], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    store
        .execute_batch(
            "UPDATE conversation SET changed = changed + 1 WHERE number = 1;
             PRAGMA writable_schema = ON;
             DELETE FROM sqlite_schema WHERE name = 'conversation_changed';
             PRAGMA writable_schema = RESET;
             UPDATE conversation SET changed = changed - 1 WHERE number = 1;
             PRAGMA writable_schema = ON;",
        )
        .unwrap();
    store
        .execute(
            "INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql)
             VALUES ('index', ?1, 'conversation', ?2, ?3)",
            (NAME, root, sql),
        )
        .unwrap();
}

#[test]
fn each_damaged_column_of_the_projection_is_named() {
    let sound = Sound::new();
    for column in columns(&sound.desk, "conversation") {
        let value = match column.as_str() {
            "number" => continue, // its key; another number is a missing and a new row
            "inbox" => "'sales'",
            "status" => "'spam'",
            "assignee" => "'team:x'",
            "first_message" => "2",
            "root" => "2",
            _ => "coalesce(\"$\", 0) + 1",
        };
        let value = value.replace('$', &column);
        let sql = format!("UPDATE conversation SET \"{column}\" = {value} WHERE number = 1");
        sound.expect_named(&column, &["check", "--rebuild"], &column, |desk| desk.damage(&sql));
    }
    for (what, place, sql) in [
        ("conversation lost", "2", "DELETE FROM conversation WHERE number = 2"),
        ("tag lost", "billing", "DELETE FROM conversation_tag"),
        ("tag added", "odd", "INSERT INTO conversation_tag VALUES (2, 'odd')"),
        ("field lost", "order", "DELETE FROM conversation_field"),
        ("field changed", "order", "UPDATE conversation_field SET value = '4712'"),
        ("field added", "odd", "INSERT INTO conversation_field VALUES (2, 'odd', 'x')"),
        ("entry lost", "entry conversation 2 message 2", "DELETE FROM entry WHERE message = 2"),
        ("entry added", "entry conversation 1 message 2", "INSERT INTO entry VALUES (2, 1)"),
        ("participant lost", "2", "DELETE FROM participant WHERE conversation = 2"),
        (
            "participant's role",
            "2",
            "UPDATE participant SET role = 'third-party' WHERE conversation = 2",
        ),
    ] {
        sound.expect_named(what, &["check", "--rebuild"], place, |desk| desk.damage(sql));
    }
}

fn columns(desk: &Desk, table: &str) -> Vec<String> {
    let store = rusqlite::Connection::open(desk.database()).unwrap();
    let mut names = store.prepare("SELECT name FROM pragma_table_info(?1)").unwrap();
    let names: Vec<String> =
        names.query_map([table], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(names.len() > 5, "{names:?}");
    names
}

impl Desk {
    /// The same desk elsewhere.
    fn copied(&self) -> Desk {
        let other = Desk::new();
        fs::remove_dir_all(other.dir()).unwrap();
        copy(&self.dir(), &other.dir());
        other
    }
}
