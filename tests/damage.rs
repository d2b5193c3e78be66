//! `check` is silent on a sound desk and names the place of any damage.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod common;

use common::{Desk, Done, POSTROOM, copy, finish, mail};
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

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
fn damage_to_packs_is_named_and_kills_nothing_else() {
    let sound = Sound::new();
    sound.desk.run(["sweep", "--all"]).expect_success();
    assert_eq!(sound.desk.number("SELECT count(*) FROM raw"), 0);
    sound.desk.run(["check"]).expect_success();
    for (what, place, sql) in [
        ("frame cut", "pack 1", "UPDATE pack SET bytes = substr(bytes, 1, 50)"),
        ("no frame", "m2", "UPDATE pack SET bytes = x'00'"),
        ("a huge size", "m1", "UPDATE pack SET size = 9223372036854775807"),
        ("place", "m2", "UPDATE packed SET offset = offset + 1 WHERE message = 2"),
        ("place below zero", "m2", "UPDATE packed SET offset = -1 WHERE message = 2"),
        ("place beyond", "m2", "UPDATE packed SET offset = 1 << 40 WHERE message = 2"),
        ("lost", "m2", "DELETE FROM packed WHERE message = 2"),
        ("pack lost", "m1", "PRAGMA foreign_keys = OFF; DELETE FROM pack"),
        ("empty", "pack 2", "INSERT INTO pack (size, bytes) VALUES (0, x'')"),
        ("twice", "m1", "INSERT INTO raw VALUES (1, 0, x'58')"),
    ] {
        sound.expect_named(what, &["check"], place, |desk| desk.damage(sql));
    }
    // What is damaged stays as it is; the rest is packed, and told apart.
    let desk = sound.desk.copied();
    desk.damage("UPDATE packed SET offset = offset + 1 WHERE message = 2");
    desk.ingest(&mail("zofia"));
    let swept = desk.run(["sweep", "--all"]);
    assert_eq!(swept.status.code(), Some(1), "{swept:?}");
    assert!(swept.stderr.contains("m2: its bytes are not those that came in"), "{swept:?}");
    assert_eq!(desk.number("SELECT count(*) FROM raw"), 0);
    for message in ["m1", "m3", "m4"] {
        desk.run(["show", "--raw", message]).expect_success();
    }
    desk.damage("UPDATE packed SET offset = offset - 1 WHERE message = 2");
    desk.run(["check"]).expect_success();
}

#[test]
fn what_events_and_bytes_say_is_compared_with_what_is_stored() {
    let sound = Sound::new();
    for (what, place, sql) in [
        ("lost mail", r"event e\d+\tthe mail", "DELETE FROM outbox_recipient; DELETE FROM outbox"),
        ("mail of another kind", r"event e\d+\tthe mail", "UPDATE outbox SET kind = 'receipt'"),
        ("other bytes to send", r"event e\d+\tthe mail", "UPDATE outbox SET message = 1"),
        ("mail elsewhere", r"event e\d+\tthe mail", "UPDATE outbox SET conversation = 2"),
        ("mail for nobody", "outbox o1", "DELETE FROM outbox_recipient"),
        ("recipient", "outbox o1, recipient 0", "UPDATE outbox_recipient SET address = 'x@y.test'"),
        ("note's author", "note n1", "UPDATE note SET author = 'bram'"),
        ("note's time", "note n1", "UPDATE note SET at = at - 1"),
        ("event's time", "event e2", "UPDATE event SET at = at + 1 WHERE id = 1"),
        ("event's batch", "event e3", "UPDATE event SET batch = 99 WHERE id = 3"),
        ("event's cause", "event e3", "UPDATE event SET cause = 4 WHERE id = 3"),
        ("unreadable event", "event e3", "UPDATE event SET data = 'none' WHERE id = 3"),
        ("newer event", "event e3", "UPDATE event SET v = 2 WHERE id = 3"),
        ("event's reason", "event e3", "UPDATE event SET reason = '' WHERE id = 3"),
        ("configuration", "config 1", "UPDATE config SET text = text || ' '"),
        ("sequence", "table message", "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'message'"),
        ("lost sequence", "table event", "DELETE FROM sqlite_sequence WHERE name = 'event'"),
        ("lost index", "index message_received", "DROP INDEX message_received"),
        ("lost table", "table note", "DROP TABLE note"),
        ("trigger", "trigger t", "CREATE TRIGGER t AFTER INSERT ON note BEGIN SELECT 1; END"),
        ("subject", "message m1, subject", "UPDATE message SET subject = 'x' WHERE id = 1"),
        ("id", "message m1, message_id", "UPDATE message SET message_id = 'x@y' WHERE id = 1"),
        ("date", "message m1, date", "UPDATE message SET date = 0 WHERE id = 1"),
        (
            "author",
            "message m1, from",
            "UPDATE message_address SET address = 'eve@customer.test'
             WHERE message = 1 AND role = 'from'",
        ),
        ("lost author", "message m1, from", "DELETE FROM message_address WHERE role = 'from'"),
        (
            "author's key",
            "message m1, address from 0",
            "UPDATE message_address SET person = 'eve@customer.test'
             WHERE message = 1 AND role = 'from'",
        ),
        ("reference", "message m2, references", "INSERT INTO reference VALUES (2, 0, 'x@y')"),
    ] {
        sound.expect_named(what, &["check"], place, |desk| desk.damage(sql));
    }
    for name in ["keys", "lock", "send.lock"] {
        sound.expect_named(name, &["check"], name, |desk| {
            fs::remove_file(desk.dir().join(name)).unwrap();
        });
    }
}

/// One event that cannot be read hides nothing else, and blames nothing that is sound.
#[test]
fn an_event_that_cannot_be_read_does_not_end_the_check() {
    let sound = Sound::new();
    let damage = "UPDATE event SET kind = 'vanished' WHERE id = 5;
                  UPDATE conversation SET priority = 3 WHERE number = 2";
    for words in [&["check"][..], &["check", "--rebuild"]] {
        let said = sound.check(words, |desk| desk.damage(damage)).text();
        let places: Vec<&str> = said.lines().filter_map(|line| line.split('\t').next()).collect();
        assert_eq!(places, ["event e5", "conversation number 2, column priority"], "{said}");
    }
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
        ("entry added", "entry conversation 1 message 2", "INSERT INTO entry VALUES (2, 1, 1)"),
        (
            "entry's event",
            "entry conversation 2 message 2, column event",
            "UPDATE entry SET event = 1",
        ),
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

#[test]
fn init_makes_a_desk_that_can_be_used_or_none() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("desk");
    let init = |limit: &str, words: &[&str]| {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "ulimit -f $0; exec \"$@\"", limit, POSTROOM, "init"]);
        finish(shell_words(shell, &dir, words), b"")
    };
    let good = ["--inbox", "support=support@example.test"];
    for (words, said) in [
        (&["--timezone", "Foo/Bar"][..], "unknown time zone 'Foo/Bar'"),
        (&["--timezone", "UTC\"\nfallback = \"support"], "postroom.toml:4:12: "),
        (&["--inbox", "support=help@example.test"], "duplicate key"),
        (&["--inbox", "sales=support@example.test"], "is an address of inbox"),
        (&["--inbox", "all=*@example.test"], "an inbox needs an address"),
    ] {
        let done = init("unlimited", &[&good[..], words].concat());
        assert_eq!(done.status.code(), Some(64), "{done:?}");
        assert!(done.stderr.contains(said), "{done:?}");
        assert!(!dir.exists(), "{words:?}");
    }
    // Where the store cannot be written whole, nothing is left of the desk.
    for there in [false, true] {
        if there {
            fs::create_dir(&dir).unwrap();
            fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).unwrap();
        }
        for limit in ["0", "8", "64", "128"] {
            let done = init(limit, &good);
            assert!(!done.status.success(), "{limit}: {done:?}");
            assert_eq!(dir.exists(), there, "{limit}");
        }
    }
    init("unlimited", &good).expect_success();
    let modes = ["", "postroom.db", "rules"].map(|name| dir.join(name).metadata().unwrap().mode());
    assert_eq!(modes.map(|mode| mode & 0o7777), [0o2770, 0o660, 0o2750]);
    assert!(!dir.join("postroom.db-wal").exists());
}

fn shell_words(mut command: Command, dir: &Path, words: &[&str]) -> Command {
    command.arg(dir).args(words).env_clear().env("PATH", "/usr/bin:/bin").current_dir("/");
    command
}

/// A desk that one may not enter is there: saying that it is missing would lead to a second one.
#[test]
fn a_desk_that_may_not_be_entered_is_not_called_missing() {
    let desk = Desk::new();
    if fs::metadata(desk.dir()).unwrap().uid() != 0 {
        return common::skip("a desk of somebody else", "that needs root");
    }
    // The configuration can be read; it lies in a place for all, as a link to the desk's.
    let place = tempfile::tempdir().unwrap();
    let open = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    open(place.path(), 0o755).unwrap();
    let config = place.path().join("postroom.toml");
    fs::copy(desk.dir().join("postroom.toml"), &config).unwrap();
    open(&config, 0o644).unwrap();
    let store = place.path().join("postroom.db");
    std::os::unix::fs::symlink(desk.database(), &store).unwrap();
    let program = place.path().join("postroom");
    fs::copy(POSTROOM, &program).unwrap();
    let mut list = Command::new(&program);
    list.arg("list").env_clear().env("POSTROOM_CONFIG", &config).current_dir("/");
    list.uid(65534).gid(65534);
    let done = finish(list, b"");
    assert_eq!(done.status.code(), Some(78), "{done:?}");
    assert!(!done.stderr.contains("no such store"), "{done:?}");
    assert!(done.stderr.contains("rwx on the directory"), "{done:?}");
}

/// It is for cron, beside mail that comes in: it waits for nobody, and keeps nobody waiting.
#[test]
fn a_check_beside_a_writer_finds_nothing() {
    let desk = Desk::new();
    for name in ["one", "two", "three"] {
        desk.ingest(&mail(name));
    }
    let mut store = rusqlite::Connection::open(desk.database()).unwrap();
    let writer = store.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    writer.execute("UPDATE message SET indexed = indexed", ()).unwrap();
    for words in [&["check"][..], &["check", "--rebuild"]] {
        assert!(desk.run(words).expect_success().text().starts_with("sound: 3 messages"));
    }
    writer.commit().unwrap();
}

/// Who told that a mail came from nobody is believed when it is read again, too.
#[test]
fn what_only_the_caller_told_is_no_damage() {
    let desk = Desk::new();
    let report = b"From: office@mx.example\nTo: support@example.test\nSubject: Delivery failed\n\n\
                   Your message was not delivered:\n\n<erika@customer.test>: 550 5.1.1 no such user\n";
    let done = desk.feed(["ingest", "-p", "--sender", "<>"], report).expect_success();
    assert!(done.text().ends_with("\tbounce\n"), "{done:?}");
    // Likewise where it is a file.
    let path = desk.beside("report.eml");
    fs::write(&path, String::from_utf8_lossy(report).replace("Delivery", "Mail delivery")).unwrap();
    let mut file = desk.postroom(["ingest", "-p", "--sender", "<>"]);
    file.arg(&path);
    assert!(finish(file, b"").expect_success().text().ends_with("\tbounce\n"));
    assert!(desk.run(["check", "--rebuild"]).expect_success().text().starts_with("sound"));
    let seen = desk.run(["inspect", "--json", "m1"]).expect_success().text();
    assert!(seen.contains("\"status\":\"5.1.1\""), "{seen}");
}
