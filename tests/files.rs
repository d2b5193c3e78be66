//! Mail out of files: nothing is lost, doubled or altered, whoever else reads,
//! moves and writes, and whenever the import is ended.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

mod common;

use common::{Desk, Done, Random, finish, mail, say, skip, start, wait};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A Maildir with so many mails in `new`.
fn maildir(desk: &Desk, count: usize) -> PathBuf {
    let dir = desk.beside("Maildir");
    for place in ["new", "cur", "tmp"] {
        fs::create_dir_all(dir.join(place)).unwrap();
    }
    for n in 0..count {
        fs::write(dir.join(format!("new/{n:05}.host")), mail(&format!("m{n}"))).unwrap();
    }
    dir
}

/// An mbox with so many mails, each but the first of three an answer to the one before.
fn mbox(path: &Path, count: usize) {
    let mut file = io::BufWriter::new(fs::File::create(path).unwrap());
    for n in 0..count {
        let answers = if n.is_multiple_of(3) {
            String::new()
        } else {
            format!("In-Reply-To: <m{}@customer.test>\n", n - 1)
        };
        write!(
            file,
            "From erika@customer.test Mon Jun  1 08:00:00 2026\nFrom: erika@customer.test\n\
             To: support@example.test\nSubject: {n}\nDate: Mon, 1 Jun 2026 08:00:00 +0000\n\
             Message-ID: <m{n}@customer.test>\n{answers}\nText of {n}.\n>From here on more.\n\n"
        )
        .unwrap();
    }
}

fn files(dir: &Path) -> BTreeMap<PathBuf, (Vec<u8>, i64)> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            let meta = path.metadata().unwrap();
            all.insert(path.clone(), (fs::read(&path).unwrap(), meta.mtime_nsec() + meta.mtime()));
        }
    }
    all
}

fn messages(desk: &Desk) -> i64 {
    desk.number("SELECT count(*) FROM message")
}

/// The counts that a run tells at its end.
fn read(done: &Done) -> usize {
    let line = done.stderr.lines().find(|line| line.contains(" read = ")).unwrap();
    line.trim_start_matches("postroom: ").split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn sources_are_left_as_they_are() {
    let desk = Desk::new();
    let dir = maildir(&desk, 3);
    fs::create_dir_all(dir.join(".Sent/cur")).unwrap();
    fs::write(dir.join(".Sent/cur/1.x:2,S"), mail("sent")).unwrap();
    fs::write(dir.join("new/.hidden"), mail("hidden")).unwrap();
    fs::write(dir.join("tmp/9.x"), mail("tmp")).unwrap();
    mbox(&desk.beside("Maildir/mbox"), 4);
    let before = files(&dir);
    let path = dir.to_str().unwrap();
    let inner = dir.join("mbox");
    for (words, count) in [
        (&["ingest", path][..], 3),
        (&["ingest", "-r", path], 4),
        (&["ingest", "--mbox", inner.to_str().unwrap()], 8),
        (&["ingest", "--archive", "-r", path], 8),
    ] {
        let done = desk.run(words).expect_success();
        assert_eq!(messages(&desk), count, "{words:?}: {done:?}");
        assert!(files(&dir) == before, "{words:?}");
        let is_told =
            done.stderr.contains("Maildir: 1 subfolder left out; --recursive takes it, too");
        assert_eq!(is_told, words == ["ingest", path], "{done:?}");
    }
    assert_eq!(desk.run(["ingest", "-q", path]).expect_success().stderr, "");
}

/// What lies elsewhere is neither taken nor removed, and a circle leads nowhere.
#[test]
fn symbolic_links_lead_to_nothing_that_was_not_named() {
    let desk = Desk::new();
    let (elsewhere, dir) = (desk.beside("elsewhere"), desk.beside("tree"));
    for made in ["elsewhere/sub", "elsewhere/M/new", "elsewhere/M/cur", "tree/M/new"] {
        fs::create_dir_all(desk.beside(made)).unwrap();
    }
    for (n, path) in ["a.eml", "sub/b.eml", "M/new/c.x", "M/cur/d.x:2,"].into_iter().enumerate() {
        fs::write(elsewhere.join(path), mail(&format!("away{n}"))).unwrap();
    }
    let before = files(&elsewhere);
    let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, dir.join(at)).unwrap();
    link("..", "circle");
    link("../elsewhere/a.eml", "a.eml");
    link("../elsewhere/sub", "sub");
    link("../elsewhere/M", "Maildir");
    link("../../elsewhere/M/cur", "M/cur");
    let mut count = 0;
    for words in [&["ingest"][..], &["ingest", "--mark"], &["ingest", "--delete"]] {
        for inner in ["own.eml", "M/new/own.x"] {
            fs::write(dir.join(inner), mail(&format!("{count}"))).unwrap();
            count += 1;
        }
        let done = desk.run([words, &[dir.to_str().unwrap()]].concat());
        assert!(done.stderr.contains("4 symbolic links not followed"), "{words:?} {done:?}");
        assert!(files(&elsewhere) == before, "{words:?}");
        assert_eq!(messages(&desk), count, "{words:?}");
    }
    assert!(!dir.join("own.eml").exists() && !dir.join("M/new/own.x").exists());
    assert!(dir.join("a.eml").is_symlink() && dir.join("M/cur").is_symlink());
    // A link that is named is followed.
    let done = desk.run(["ingest", dir.join("sub").to_str().unwrap()]).expect_success();
    assert_eq!(read(&done), 1);
}

/// What cron reads every minute says nothing when nothing is new.
#[test]
fn a_maildir_in_which_nothing_is_new() {
    let desk = Desk::new();
    let dir = maildir(&desk, 2);
    let path = dir.to_str().unwrap();
    desk.run(["ingest", "-q", path]).expect_success();
    let first = desk.log();
    assert_eq!(first.lines().filter(|line| line.contains("how=new")).count(), 2, "{first}");
    let again = desk.run(["ingest", path]).expect_success();
    assert!(again.stderr.contains("2 duplicate"), "{again:?}");
    assert_eq!(desk.log(), first);
    fs::write(dir.join("cur/9.empty:2,"), "").unwrap();
    std::os::unix::fs::symlink("nowhere", dir.join("new/8.link")).unwrap();
    let again = desk.run(["ingest", path]).expect_success();
    assert!(again.stderr.contains("9.empty:2,: empty"), "{again:?}");
    assert!(again.stderr.contains("; 2 files passed over"), "{again:?}");
    let quiet = desk.run(["ingest", "-q", path]).expect_success();
    assert_eq!((quiet.stderr.as_str(), desk.log()), ("", first));
    desk.feed(["ingest"], &mail("m0")).expect_success();
    assert!(desk.log().contains("how=duplicate"), "{}", desk.log());
}

#[test]
fn what_cannot_be_asked_for() {
    let desk = Desk::new();
    let dir = maildir(&desk, 1);
    let path = dir.to_str().unwrap();
    for words in [
        &["ingest", "--mark", "--delete", path][..],
        &["ingest", "--mbox", "--delete", path],
        &["ingest", "--mbox", "--unquote", path],
        &["ingest", "--mbox=maildir", path],
        &["ingest", "--unquote", path],
        &["ingest", "--restart", path],
        &["ingest", "-0", path],
        &["ingest", "-0", "--paths"],
    ] {
        let done = desk.run(words);
        assert_eq!(done.status.code(), Some(64), "{words:?} {done:?}");
        assert!(done.stderr.starts_with("postroom: "), "{words:?} {done:?}");
    }
    // These may stand in an alias, so each is a delivery for all that one can know.
    for words in [
        &["ingest", "--archive", "--autoreply", path][..],
        &["ingest", "--mark"],
        &["ingest", "--mark", "--delete"],
        &["ingest", "--mbox"],
        &["ingest", "-r", "-"],
    ] {
        let done = desk.feed(words, &mail("a"));
        assert_eq!(done.status.code(), Some(75), "{words:?} {done:?}");
    }
    let done = desk.run(["ingest", "--mbox", path]);
    assert_eq!(done.status.code(), Some(65), "{done:?}");
    assert_eq!(messages(&desk), 0);
}

#[test]
fn a_dash_is_the_message_on_stdin() {
    let desk = Desk::new();
    let done = desk.feed(["ingest", "-p", "-"], &mail("a")).expect_success();
    assert_eq!((done.message().as_str(), done.stderr.as_str()), ("m1", ""));
    let done = desk.feed(["ingest", "--archive", "-p"], &mail("b")).expect_success();
    assert_eq!(done.message(), "m2");
    assert_eq!(desk.number("SELECT count(*) FROM conversation WHERE status = 'closed'"), 1);
}

#[test]
fn paths_on_stdin_may_hold_anything_but_their_end() {
    let desk = Desk::new();
    let dir = desk.beside("odd\nnames");
    fs::create_dir(&dir).unwrap();
    let (one, two) = (dir.join("a b\n.txt"), dir.join("*?.txt"));
    fs::write(&one, mail("one")).unwrap();
    fs::write(&two, mail("two")).unwrap();
    let list = format!("{}\0{}\0", one.display(), two.display());
    desk.feed(["ingest", "-0", "-"], list.as_bytes()).expect_success();
    assert_eq!(messages(&desk), 2);
    let plain = desk.beside("plain");
    fs::write(&plain, mail("three")).unwrap();
    let list = format!("\n{}\n/nonexistent/x", plain.display());
    let done = desk.feed(["ingest", "--paths"], list.as_bytes());
    assert_eq!((done.status.code(), messages(&desk)), (Some(66), 3), "{done:?}");
    let done = desk.feed(["ingest", "-0"], b"").expect_success();
    assert_eq!(read(&done), 0);
}

/// A reader that waits for room must not wait for whoever would have made it.
#[test]
fn a_thread_that_dies_ends_the_import() {
    let desk = Desk::new();
    let large = [mail("large"), b"x\n".repeat(9 << 20)].concat();
    let paths = ["a", "b", "c"].map(|name| desk.beside(name));
    paths.iter().for_each(|path| fs::write(path, &large).unwrap());
    let mut command = Command::new("timeout");
    command.args(["100", env!("CARGO_BIN_EXE_postroom"), "ingest"]).args(&paths);
    desk.environment(&mut command);
    command.env("POSTROOM_TEST", "panic");
    let done = finish(command, b"");
    assert_eq!(done.status.code(), Some(70), "{done:?}");
    assert_eq!(messages(&desk), 0);
}

/// R40, R42: two imports that mark, and somebody who moves and marks, over one Maildir.
#[test]
fn others_may_read_and_move_at_the_same_time() {
    const MAILS: usize = 400;
    let desk = Desk::new();
    let dir = maildir(&desk, MAILS);
    let import = || {
        let mut command = desk.postroom(["ingest", "--mark"]);
        command.arg(&dir);
        start(command, b"")
    };
    let imports = [import(), import()];
    for n in 0..MAILS {
        let name = format!("{n:05}.host");
        // Who comes too late finds it moved already.
        let _ = fs::rename(dir.join("new").join(&name), dir.join(format!("cur/{name}:2,F")));
    }
    for import in imports {
        wait(import).expect_success();
    }
    let done = finish(
        {
            let mut command = desk.postroom(["ingest", "--mark"]);
            command.arg(&dir);
            command
        },
        b"",
    )
    .expect_success();
    assert_eq!((read(&done), messages(&desk)), (MAILS, i64::try_from(MAILS).unwrap()));
    assert_eq!(desk.number("SELECT count(*) FROM arrival"), i64::try_from(MAILS).unwrap());
    let left: Vec<PathBuf> = files(&dir).into_keys().collect();
    assert_eq!(left.len(), MAILS);
    for path in left {
        let name = path.to_string_lossy().into_owned();
        assert!(name.contains("/cur/") && name.ends_with('S'), "{name}");
    }
}

/// A check that can fail: a message that is lost on its way is missed, and nothing of its batch is
/// taken for done.
#[test]
fn what_is_lost_on_the_way_is_missed() {
    let desk = Desk::new();
    let dir = maildir(&desk, 3);
    let path = desk.beside("mbox");
    mbox(&path, 3);
    let run = |words: &[&str], path: &Path, fault: &str| {
        let mut command = desk.postroom(words);
        command.arg(path).env("POSTROOM_TEST", fault);
        finish(command, b"")
    };
    for words in [&["ingest", "--delete"][..], &["ingest", "--mark"]] {
        let done = run(words, &dir, "lose");
        assert_eq!(done.status.code(), Some(1), "{done:?}");
        assert!(done.stderr.contains("do not add up"), "{done:?}");
        assert_eq!(fs::read_dir(dir.join("new")).unwrap().count(), 3);
    }
    let done = run(&["ingest", "--mbox"], &path, "lose");
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    assert_eq!(desk.number("SELECT count(*) FROM position"), 0);
    run(&["ingest", "--delete"], &dir, "").expect_success();
    run(&["ingest", "--mbox"], &path, "").expect_success();
    assert_eq!((messages(&desk), fs::read_dir(dir.join("new")).unwrap().count()), (6, 0));
}

/// A mail that cannot land, for a fault of ours, takes no others with it. It stays where it is.
#[test]
fn one_that_cannot_land_stays_alone() {
    let refuse = |desk: &Desk, id: &str| {
        let store = rusqlite::Connection::open(desk.database()).unwrap();
        store
            .execute_batch(&format!(
                "CREATE TRIGGER a_fault BEFORE INSERT ON message WHEN new.message_id = '{id}'
                 BEGIN SELECT raise(ABORT, 'a fault of ours'); END"
            ))
            .unwrap();
    };
    let desk = Desk::new();
    let dir = maildir(&desk, 9);
    refuse(&desk, "m4@customer.test");
    let done = desk.run(["ingest".as_ref(), "--delete".as_ref(), dir.as_os_str()]);
    assert_eq!(done.status.code(), Some(75), "{done:?}");
    assert_eq!((messages(&desk), read(&done)), (8, 8));
    assert!(done.stderr.contains("00004.host <m4@customer.test>: "), "{done:?}");
    assert_eq!(fs::read_dir(dir.join("new")).unwrap().count(), 1);
    assert_eq!(desk.number("SELECT count(*) FROM message WHERE indexed = 0"), 0);

    // An mbox is read from where it was whole, once the fault is mended.
    let desk = Desk::new();
    let path = desk.beside("mbox");
    mbox(&path, 9);
    refuse(&desk, "m4@customer.test");
    let import = || {
        let mut command = desk.postroom(["ingest", "--mbox"]);
        command.arg(&path).env("POSTROOM_TEST", "small-batches");
        finish(command, b"")
    };
    assert_eq!(import().status.code(), Some(75));
    assert_eq!(messages(&desk), 8);
    let store = rusqlite::Connection::open(desk.database()).unwrap();
    store.execute_batch("DROP TRIGGER a_fault").unwrap();
    import().expect_success();
    assert_eq!(messages(&desk), 9);
}

/// Old mail is in its own time, nobody's work, and answered by no machine, now or later.
#[test]
fn an_archive() {
    let desk = Desk::new();
    desk.configure("inbox.support", "autoreply = { receipt = \"receipt\" }");
    fs::write(desk.dir().join("replies/receipt.txt"), "We have it.\n").unwrap();
    fs::write(
        desk.dir().join("rules/10.toml"),
        "[[rule]]\nname = \"all\"\nwhen = 'inbox:support'\nthen = [\"tag +seen\"]\n",
    )
    .unwrap();
    let dir = desk.beside("old");
    fs::create_dir(&dir).unwrap();
    let write = |name: &str, top: &str, date: &str, more: &str| {
        let text = format!(
            "Return-Path: <{name}@customer.test>\n{top}From: {name}@customer.test\n\
             To: support@example.test\nSubject: {name}\nDate: {date}\nMessage-ID: <{name}@x>\n{more}\n.\n"
        );
        fs::write(dir.join(format!("{name}.eml")), text).unwrap();
    };
    let received = "Received: from a by mx; Tue, 3 Mar 2020 10:00:00 +0100\n";
    write("a", received, "Mon, 2 Mar 2020 10:00:00 +0100", "");
    write("b", "", "Wed, 4 Mar 2020 10:00:00 +0100", "In-Reply-To: <a@x>\n");
    write("c", "", "Wed, 4 Mar 2099 10:00:00 +0100", "");
    write("d", "", "Wed, 4 Mar 1931 10:00:00 +0100", "");
    write("e", "Received: by mx; Wed, 4 Mar 2099 10:00:00 +0100\n", "no date", "");
    // Written an hour ago, as far as anybody can tell: fresh enough for an answer.
    write("f", "", "Mon, 1 Jun 2026 08:00:00 +0000", "");
    let run = |words: &[&str]| desk.run(words).expect_success();
    run(&["ingest", "--archive", dir.to_str().unwrap()]);
    let at = |id: &str| {
        let sql = format!(
            "SELECT arrival.received / 1000 FROM arrival JOIN message ON message.id = arrival.message
             WHERE message_id = '{id}@x'"
        );
        desk.number(&sql)
    };
    let now = 1_780_304_460; // 2026-06-01T09:01:00Z
    assert_eq!([at("a"), at("b"), at("c"), at("d")], [1_583_226_000, 1_583_312_400, now, 0]);
    assert!(at("e") <= now && at("e") > 1_600_000_000, "when its file was written");
    let none = [
        "SELECT count(*) FROM conversation WHERE status <> 'closed'",
        "SELECT count(*) FROM conversation WHERE waiting_since IS NOT NULL",
        "SELECT count(*) FROM unrouted",
        "SELECT count(*) FROM event WHERE effective > at",
        "SELECT count(*) FROM outbox",
    ];
    for sql in none {
        assert_eq!(desk.number(sql), 0, "{sql}");
    }
    assert_eq!(desk.number("SELECT count(*) FROM conversation"), 5, "b joined a");
    run(&["route"]);
    run(&["autoreply", "1,2,3,4,5"]);
    assert_eq!(desk.number("SELECT count(*) FROM outbox"), 0);
    assert_eq!(desk.number("SELECT count(*) FROM conversation_tag"), 0);
    assert_eq!(desk.number("SELECT count(*) FROM autoreply WHERE refused = 'archived'"), 6);
    run(&["ingest", "--archive", "--route", dir.to_str().unwrap()]);
    assert_eq!(desk.number("SELECT count(*) FROM conversation_tag"), 0, "it came before");
    run(&["check", "--rebuild"]);
}

/// A stranger's old mail joins what is closed, and gets no part in it; what is open is closed to it.
#[test]
fn who_joins_in_an_archive() {
    let desk = Desk::new();
    let old = |from: &str, id: &str, more: &str| {
        format!(
            "From: {from}\nTo: support@example.test\nSubject: {id}\nMessage-ID: <{id}>\n\
             Date: Tue, 3 Mar 2020 10:00:00 +0100\n{more}\nHello.\n"
        )
    };
    let feed = |words: &[&str], text: String| {
        desk.feed(words, text.as_bytes())
            .expect_success()
            .text()
            .split('\t')
            .next()
            .unwrap()
            .to_owned()
    };
    let archive = &["ingest", "--archive", "-p"];
    assert_eq!(feed(archive, old("erika@x.test", "1", "")), "1");
    assert_eq!(feed(archive, old("paul@y.test", "2", "References: <1>\n")), "1");
    assert_eq!(feed(&["ingest", "-p"], old("paul@y.test", "3", "References: <1>\n")), "2");
    assert_eq!(feed(&["ingest", "-p"], old("erika@x.test", "4", "References: <1>\n")), "1");
    assert_eq!(feed(archive, old("paul@y.test", "5", "References: <1>\n")), "3", "it is open");
    assert_eq!(desk.number("SELECT count(*) FROM participant WHERE conversation = 1"), 1);
}

/// T3.12a: an import that is killed again and again comes to what one clean run comes to, and
/// does not begin anew each time. 100,000 mails with `IMPORT=100000`.
#[test]
fn an_import_that_is_killed_goes_on() {
    let count: usize = std::env::var("IMPORT").map_or(3000, |count| count.parse().unwrap());
    let mut random = Random::new("import, kill");
    let clean = Desk::new();
    let path = clean.beside("mbox");
    mbox(&path, count);
    let import = |desk: &Desk| {
        let mut command = desk.postroom(["ingest", "--archive", "--mbox"]);
        command.arg(&path).env("POSTROOM_TEST", "small-batches").stdin(Stdio::null());
        command
    };
    let begun = std::time::Instant::now();
    assert_eq!(read(&finish(import(&clean), b"").expect_success()), count);
    let took = begun.elapsed();

    let desk = Desk::new();
    let (mut kills, mut went_on) = (0, 0);
    while kills < 20 {
        let mut command = import(&desk);
        command.stderr(Stdio::piped()).stdout(Stdio::null());
        let child = command.spawn().unwrap();
        let part = Duration::from_micros(
            u64::try_from(random.below(1 + took.as_micros() as usize / 25)).unwrap(),
        );
        // SIGKILL to come, wherever the import is by then.
        let killer = Command::new("sh")
            .args(["-c", &format!("sleep {}; kill -9 {}", part.as_secs_f64(), child.id())])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let done = wait(child);
        wait(killer);
        kills += 1;
        went_on += usize::from(done.stderr.contains("read on from there"));
        if done.status.success() {
            break;
        }
        assert!(done.killed(), "{done:?}");
        let inside = desk.number("SELECT count(*) FROM message");
        let position = "SELECT coalesce(max(offset), 0) > 0 FROM position";
        assert_eq!(desk.number(position) == 1, inside > 0, "the position goes with its messages");
    }
    let last = finish(import(&desk), b"").expect_success();
    let before = count - read(&last);
    say(&format!(
        "import: {count} mails, {kills} kills, {went_on} runs read on; {before} were in before the last"
    ));
    assert_eq!(dump(&desk), dump(&clean));
    assert_eq!(messages(&desk), i64::try_from(count).unwrap());
    assert_eq!(desk.number("SELECT count(*) FROM outbox"), 0);
    let again = finish(import(&desk), b"").expect_success();
    assert_eq!(read(&again), 0, "{again:?}");
    desk.run(["check", "--rebuild"]).expect_success();
    // What comes from files is in the index at once, with the words that a search looks for.
    assert_eq!(desk.number("SELECT count(*) FROM message WHERE indexed = 0"), 0);
    let found = desk.run(["list", "is:closed subject:2999 here"]).expect_success().text();
    assert_eq!(found.lines().count(), usize::from(count >= 3000), "{found}");
}

/// All that mail makes of a desk, ids and all.
fn dump(desk: &Desk) -> String {
    let store = rusqlite::Connection::open(desk.database()).unwrap();
    let mut all = String::new();
    for sql in [
        "SELECT group_concat(id || hex(identity) || received || class, ',') FROM (SELECT * FROM message ORDER BY id)",
        "SELECT group_concat(message || ':' || conversation, ',') FROM (SELECT * FROM entry ORDER BY 1, 2)",
        "SELECT group_concat(id || conversation || kind || effective || data || batch, ',') FROM (SELECT * FROM event ORDER BY id)",
        "SELECT group_concat(number || status || opened || changed || seq, ',') FROM (SELECT * FROM conversation ORDER BY number)",
        "SELECT group_concat(message || inbox || recipient || received || wiring, ',') FROM (SELECT * FROM arrival ORDER BY id)",
    ] {
        all.push_str(&store.query_row(sql, (), |row| row.get::<_, String>(0)).unwrap());
        all.push('\n');
    }
    all
}

/// Whether a signal is in one of the masks of a process (proc(5), status).
fn is_in(pid: nix::unistd::Pid, masks: &[&str], signal: nix::sys::signal::Signal) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let of_masks = |line: &str| {
        let (name, mask) = line.split_once(':')?;
        masks.contains(&name).then(|| u64::from_str_radix(mask.trim(), 16).unwrap())
    };
    let bit = 1_u64 << (signal as u32 - 1);
    status.lines().filter_map(of_masks).any(|mask| mask & bit != 0)
}

/// Runs the program, and sends it the first signal when it is ready for that.
fn signalled(mut command: Command) -> Done {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    while !is_in(pid, &["SigCgt"], nix::sys::signal::Signal::SIGTERM) {
        std::thread::yield_now();
    }
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    let done = wait(child);
    assert_eq!(done.status.code(), Some(75), "{done:?}");
    assert!(done.stderr.contains("interrupted"), "{done:?}");
    done
}

/// The first signal ends the reading, also of what does not come; what was read is in, and the exit
/// status says "try again".
#[test]
fn a_signal_ends_the_reading() {
    let desk = Desk::new();
    let fifo = desk.beside("fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::from_bits_truncate(0o600)).unwrap();
    let (hear, _silent) = io::pipe().unwrap();
    let mut command = desk.postroom(["ingest", "-0"]);
    command.stdin(hear);
    signalled(command);
    let mut command = desk.postroom(["ingest"]);
    command.arg(&fifo).stdin(Stdio::null());
    signalled(command);
    let silent = fs::OpenOptions::new().read(true).write(true).open(&fifo).unwrap();
    let mut command = desk.postroom(["ingest"]);
    command.arg(&fifo).stdin(Stdio::null());
    signalled(command);
    drop(silent);
    // What came before is in.
    let one = desk.beside("one.eml");
    fs::write(&one, mail("one")).unwrap();
    let mut command = desk.postroom(["ingest"]);
    command.args([&one, &fifo]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    // Half a mail, when the reader is there: then the first message is read.
    let mut writer = fs::OpenOptions::new().write(true).open(&fifo).unwrap();
    writer.write_all(b"Subject: two\n").unwrap();
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    let done = wait(child);
    drop(writer);
    assert_eq!(done.status.code(), Some(75), "{done:?}");
    assert!(done.stderr.contains("interrupted"), "{done:?}");
    assert_eq!((read(&done), messages(&desk)), (1, 1));
}

/// What is no file gives a mail where a shell makes it, and nothing where it has no end.
#[test]
fn a_fifo_is_read_and_a_device_is_not() {
    let desk = Desk::new();
    let fifo = desk.beside("fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::from_bits_truncate(0o600)).unwrap();
    let mut command = desk.postroom(["ingest"]);
    command.arg(&fifo).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    fs::write(&fifo, mail("one")).unwrap();
    assert_eq!(read(&wait(child).expect_success()), 1);
    let one = desk.beside("one.eml");
    fs::write(&one, mail("two")).unwrap();
    let done = desk.run(["ingest", "/dev/zero", one.to_str().unwrap()]);
    assert_eq!((done.status.code(), read(&done)), (Some(65), 1), "{done:?}");
    assert!(done.stderr.contains("/dev/zero: a device, no file"), "{done:?}");
    let done = desk.run(["ingest", "--mbox", fifo.to_str().unwrap()]);
    assert_eq!(done.status.code(), Some(65), "{done:?}");
    assert!(done.stderr.contains("an mbox has to be a file"), "{done:?}");
}

/// Nor is the lock of an mbox waited for any longer.
#[test]
fn a_signal_ends_the_wait_for_a_lock() {
    let desk = Desk::new();
    let path = desk.beside("mbox");
    mbox(&path, 1);
    fs::write(desk.beside("mbox.lock"), "0").unwrap();
    let mut command = desk.postroom(["ingest", "--mbox"]);
    command.arg(&path).stdin(Stdio::null());
    signalled(command);
}

/// T3.1b: the same mails twice, and a third time by three other ways.
#[test]
fn the_same_mail_by_other_ways_is_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !root.is_dir() {
        return skip("T3.1b", "../shared/corpus is not there");
    }
    let mut paths = Vec::new();
    for folder in ["human", "parse", "threads", "auto", "replies"] {
        paths.extend(files(&root.join(folder)).into_keys().filter(|path| is_dated(path)));
    }
    assert!(paths.len() > 500);
    let desk = Desk::new();
    let take_in = |paths: &[PathBuf]| {
        let list: Vec<u8> = paths
            .iter()
            .flat_map(|path| [path.to_string_lossy().as_bytes(), b"\0"].concat())
            .collect();
        let text =
            desk.feed(["ingest", "-p", "-0", "--inbox", "support"], &list).expect_success().text();
        let homes = text.lines().map(|line| line.split('\t').take(2).collect::<Vec<_>>().join(" "));
        homes.collect::<Vec<String>>()
    };
    let first = take_in(&paths);
    let count = messages(&desk);
    assert_eq!(take_in(&paths), first);
    let hop = |n: usize, host: &str| {
        format!(
            "Received: from {host} by mx{n}.example.test with ESMTPS id {n}abc;\r\n\tMon, 1 Jun 2026 08:0{n}:00 +0000\r\n"
        )
    };
    for way in 1..=3 {
        let dir = desk.beside(&format!("way{way}"));
        fs::create_dir(&dir).unwrap();
        let trace: String = (0..way).map(|n| hop(n, &format!("relay{way}.test"))).collect();
        let moved = paths.iter().enumerate().map(|(n, path)| {
            let raw = fs::read(path).unwrap();
            let header = if raw.starts_with(b"From ") {
                raw.iter().position(|byte| *byte == b'\n').unwrap() + 1
            } else {
                0
            };
            let text = [&raw[..header], trace.as_bytes(), &raw[header..]].concat();
            let path = dir.join(format!("{n:05}.eml"));
            fs::write(&path, text).unwrap();
            path
        });
        let moved: Vec<PathBuf> = moved.collect();
        assert_eq!(take_in(&moved), first, "way {way}");
        assert_eq!(messages(&desk), count, "way {way}");
    }
    say(&format!("T3.1b: {} files, {count} messages, five times the same", paths.len()));
}

/// Whether its header tells which mail it is, and is one to its end: without Message-ID and Received, what
/// a hop adds is the first to say so.
fn is_dated(path: &Path) -> bool {
    let raw = fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&raw).replace("\r\n", "\n");
    let header = text.split("\n\n").next().unwrap_or_default().to_ascii_lowercase();
    let tells = ["message-id:", "received:"];
    header.lines().any(|line| tells.iter().any(|name| line.starts_with(name)))
        && !header.lines().any(|line| {
            !line.starts_with([' ', '\t']) && !line.starts_with("from ") && !line.contains(':')
        })
}

/// A mail of an mbox that is larger than what is kept in memory comes out as it went in.
#[test]
fn a_large_mail_in_an_mbox() {
    let desk = Desk::new();
    let path = desk.beside("mbox");
    let line = "From a@x.test Mon Jun  1 08:00:00 2026\n";
    let large = [&mail("large")[..], &b"0123456789abcdef\r\n".repeat(2_200_000)].concat();
    let file = [
        line.as_bytes(),
        &mail("small"),
        b"\n",
        line.as_bytes(),
        &large,
        b"\n",
        line.as_bytes(),
        &mail("last"),
    ];
    fs::write(&path, file.concat()).unwrap();
    let mut command = desk.postroom(["ingest", "-p", "--mbox"]);
    command.arg(&path);
    let text = finish(command, b"").expect_success().text();
    assert_eq!(text.lines().count(), 3, "{text}");
    let shown = desk.run(["show", "--raw", "m2"]).expect_success().stdout;
    assert!(shown == large, "{} bytes are not the {} that went in", shown.len(), large.len());
}

/// What is dropped is dealt with: it counts once, its file goes, its mbox is not read again.
#[test]
fn what_rules_drop() {
    let desk = Desk::new();
    let rules = "[[refuse]]\nname = 'no'\nwhen = 'from:@customer.test'\n\
                 [[drop]]\nname = 'noise'\nwhen = 'subject:/^(1|4)$/ or subject:m1'\n";
    fs::write(desk.dir().join("rules/10.toml"), rules).unwrap();
    let path = desk.beside("mbox");
    mbox(&path, 6);
    let path = path.to_str().unwrap().to_owned();
    for words in [&["ingest", "--mbox", &path][..], &["ingest", "--archive", "--mbox", &path]] {
        let done = desk.run(words).expect_success();
        let counts = done.stderr.lines().last().unwrap().to_owned();
        assert!(counts.starts_with("postroom: 6 read = "), "{counts}");
        assert!(counts.ends_with(" 0 defective + 2 dropped"), "{counts}");
        let again = desk.run(words).expect_success().stderr;
        assert!(again.contains("postroom: 0 read = ") && again.contains("1 file read before"));
    }
    assert_eq!((messages(&desk), desk.number("SELECT count(*) FROM dropped")), (4, 2));
    let dir = maildir(&desk, 3);
    let done = desk.run(["ingest", "-q", "--delete", dir.to_str().unwrap()]).expect_success();
    assert_eq!((done.stderr.as_str(), files(&dir).len()), ("", 0));
    assert_eq!((messages(&desk), desk.number("SELECT count(*) FROM dropped")), (6, 3));
    desk.run(["check"]).expect_success();
}
