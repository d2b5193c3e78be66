//! Exit 0 of a delivery means: the mail is there, whatever happens next.
//!
//! `tests/crash/preload.c` stands between the program and libc. First it kills
//! the program at chosen calls, and a ledger says what must be there; then it
//! journals writes and syncs, from which the files are built that a power
//! failure would have left. `SEED=n` repeats a run.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

mod common;

use common::{Desk, Done, Random, copy, finish, hold, mail, offers, say, start, wait};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::{env, fs};

/// Kills that must have hit inside the transaction, and elsewhere.
const INSIDE: usize = 300;
const ELSEWHERE: usize = 200;

#[test]
fn kill_minus_nine_loses_nothing_and_doubles_nothing() {
    let mut random = Random::new("crash, kill");
    let desk = Desk::new();
    let library = preload();
    let mut histogram: BTreeMap<(String, bool), usize> = BTreeMap::new();
    let (mut inside, mut elsewhere, mut mails) = (0, 0, 0);
    let mut calls = trace_of_a_whole_run(&desk, &library, &letter(&mut random, mails));
    while inside < INSIDE || elsewhere < ELSEWHERE {
        mails += 1;
        assert!(mails < 5 * (INSIDE + ELSEWHERE), "too few of the kills hit: {histogram:?}");
        let letter = letter(&mut random, mails);
        let moments: Vec<usize> = (1..=calls.len())
            .filter(
                |n| if is_inside(&calls[..*n]) { inside < INSIDE } else { elsewhere < ELSEWHERE },
            )
            .collect();
        let moment = moments[random.below(moments.len())];
        let torn = random.below(2) == 1;
        let (done, seen) = deliver(&desk, &library, &letter, Some(moment), torn);
        if done.killed() {
            let at_inside = is_inside(&seen);
            *(if at_inside { &mut inside } else { &mut elsewhere }) += 1;
            *histogram.entry((seen.last().unwrap().label(), at_inside)).or_default() += 1;
            expect_there(&desk, &deliver(&desk, &library, &letter, None, false).0, &letter);
        } else {
            expect_there(&desk, &done, &letter);
            calls = seen;
        }
    }
    let mails = i64::try_from(mails).unwrap() + 1;
    assert_eq!(desk.number("SELECT count(*) FROM message"), mails);
    assert_eq!(desk.number("SELECT count(*) FROM arrival"), mails);
    assert_eq!(desk.number("SELECT count(*) FROM entry"), mails);
    assert_eq!(desk.number("SELECT count(*) FROM event WHERE kind = 'arrived'"), mails);
    desk.run(["check", "--rebuild"]).expect_success();
    say(&format!(
        "crash: {inside} kills inside the transaction, {elsewhere} elsewhere, {mails} mails"
    ));
    for ((call, inside), count) in histogram {
        say(&format!("  {count:4} {} at {call}", if inside { "inside   " } else { "elsewhere" }));
    }
}

#[test]
fn what_was_synced_at_exit_0_holds_the_mail() {
    let mut random = Random::new("crash, power failure");
    let library = preload();
    for held_open in [false, true] {
        let desk = Desk::new();
        let mut disk = Disk::of(&desk.dir());
        // With the database open elsewhere the last one out does not empty its log. From here on
        // this process must not close any file of the database: POSIX would drop its locks.
        let holder = held_open.then(|| {
            let holder = rusqlite::Connection::open(desk.database()).unwrap();
            holder
                .query_row("SELECT count(*) FROM message", (), |row| row.get::<_, i64>(0))
                .unwrap();
            holder
        });
        let journal = desk.beside("journal");
        let mut ledger: Vec<(String, Vec<u8>)> = Vec::new();
        for n in 0..30 {
            let letter = letter(&mut random, n);
            let mut command = preloaded(&desk, &library);
            command.env("CRASH_JOURNAL", &journal);
            let done = finish(command, &letter).expect_success();
            ledger.push((done.message(), letter));
            disk.replay(&fs::read(&journal).unwrap());
            fs::remove_file(&journal).unwrap();
            for unlinked in [true, false] {
                let after = desk.beside("after");
                disk.leave(unlinked, &desk.dir(), &after);
                let (message, letter) =
                    &ledger[if n.is_multiple_of(5) { random.below(ledger.len()) } else { n }];
                let mut show = desk.postroom(["show", "--raw", message]);
                show.env("POSTROOM_CONFIG", after.join("postroom.toml"));
                assert!(
                    finish(show, b"").expect_success().stdout == *letter,
                    "{message} is another"
                );
                fs::remove_dir_all(&after).unwrap();
            }
        }
        let after = desk.beside("after");
        disk.leave(true, &desk.dir(), &after);
        let mut check = desk.postroom(["check", "--rebuild"]);
        check.env("POSTROOM_CONFIG", after.join("postroom.toml"));
        finish(check, b"").expect_success();
        drop(holder);
    }
}

/// Kills of a delivery that takes others along.
const LEADERS: usize = 60;

/// A delivery that is killed anywhere while it takes two others along: these hear that they are in
/// only if they are, and they are in the end, once.
#[test]
fn kill_minus_nine_of_who_takes_others_along() {
    let mut random = Random::new("crash, together");
    let library = preload();
    let desk = Desk::new();
    let (mut calls, mut kills, mut along, mut mails) = (Vec::new(), 0, 0, 0);
    let mut histogram: BTreeMap<String, usize> = BTreeMap::new();
    while kills < LEADERS {
        assert!(mails < 15 * LEADERS, "too few of the kills hit: {histogram:?}");
        let letters: Vec<Vec<u8>> =
            (mails..mails + 3).map(|n| mail(&format!("person{n}"))).collect();
        mails += letters.len();
        let kill = Kill::any(&mut random, &calls);
        let (done, seen) = deliver_together(&desk, &library, &letters, kill.as_ref());
        if done[0].killed() {
            kills += 1;
            *histogram.entry(name(seen.last().unwrap())).or_default() += 1;
        } else {
            assert!(done[0].status.success(), "{done:?}\n{}", desk.log());
            calls = seen;
        }
        let in_now = stored(&desk.database(), &letters);
        for n in 1..letters.len() {
            assert!(done[n].status.success(), "{done:?}\n{}", desk.log());
            assert!(in_now.contains(&n), "exit 0 before it was in");
        }
        along += usize::from(in_now.len() == 3 && came_together(&desk));
        finish(desk.postroom(["ingest"]), &letters[0]).expect_success();
        assert_eq!(stored(&desk.database(), &letters).len(), letters.len());
    }
    assert!(along > 0, "nothing came along: {histogram:?}");
    let mails = i64::try_from(mails).unwrap();
    for table in ["message", "arrival", "entry", "event WHERE kind = 'arrived'"] {
        assert_eq!(desk.number(&format!("SELECT count(*) FROM {table}")), mails, "{table}");
    }
    desk.run(["check", "--rebuild"]).expect_success();
    say(&format!(
        "crash: {kills} kills of who takes others along, {along} times all came in at once"
    ));
    for (call, count) in histogram {
        say(&format!("  {count:4} at {call}"));
    }
}

/// Whether the last three mails came in with one transaction: each has a time of its own.
fn came_together(desk: &Desk) -> bool {
    desk.number(
        "SELECT count(DISTINCT at) FROM (SELECT at FROM event WHERE kind = 'arrived' \
         ORDER BY id DESC LIMIT 3)",
    ) == 1
}

/// Three deliveries wait for the lock; what became of them, and the calls of the first, which may be
/// killed.
fn deliver_together(
    desk: &Desk,
    library: &Path,
    letters: &[Vec<u8>],
    kill: Option<&Kill>,
) -> (Vec<Done>, Vec<Call>) {
    let trace = desk.beside("trace");
    let _ = fs::remove_file(&trace);
    let lock = hold(desk);
    let mut children = Vec::new();
    for (n, letter) in letters.iter().enumerate() {
        let mut command = desk.postroom(["ingest"]);
        command.env_remove("POSTROOM_NOW");
        if n == 0 {
            command.env("LD_PRELOAD", library).env("CRASH_DIR", desk.dir());
            command.env("CRASH_TRACE", &trace);
            if let Some(kill) = kill {
                kill.plan(&mut command);
            }
        }
        // One that was killed may have left some, which gives way to a new one at the same place.
        let before = offers(desk);
        children.push(start(command, letter));
        while offers(desk).is_subset(&before) && !is_over(&mut children[n]) {
            std::thread::yield_now();
        }
    }
    drop(lock);
    (children.into_iter().map(wait).collect(), calls(&trace))
}

/// Whether it has ended; `wait` tells how.
fn is_over(child: &mut Child) -> bool {
    child.try_wait().unwrap().is_some()
}

/// Kills of sweeps.
const SWEEPS: usize = 40;

/// A sweep that is killed anywhere, when it packs and when it vacuums, has lost no byte of any mail;
/// the next one brings it to its end.
#[test]
fn kill_minus_nine_in_a_sweep() {
    let mut random = Random::new("crash, sweep");
    let library = preload();
    let desk = Desk::new();
    let letters: Vec<Vec<u8>> = (0..12).map(|n| letter(&mut random, n)).collect();
    for letter in &letters {
        desk.ingest(letter);
    }
    let whole = desk.beside("whole");
    copy(&desk.dir(), &whole);
    let mut histogram: BTreeMap<String, usize> = BTreeMap::new();
    let (mut calls, mut kills, mut between) = (Vec::new(), 0, 0);
    for run in 0.. {
        assert!(run < 5 * SWEEPS, "too few of the kills hit: {histogram:?}");
        if kills == SWEEPS {
            break;
        }
        fs::remove_dir_all(desk.dir()).unwrap();
        copy(&whole, &desk.dir());
        let kill = Kill::any(&mut random, &calls);
        let (done, seen) = sweep(&desk, &library, kill);
        // Each message is compared with the digest that was taken when it came in.
        desk.run(["check"]).expect_success();
        let plain = desk.number("SELECT count(DISTINCT message) FROM raw");
        let packed = desk.number("SELECT count(*) FROM packed");
        assert_eq!(plain + packed, 12);
        if done.killed() {
            kills += 1;
            between += usize::from(packed > 0);
            *histogram.entry(name(seen.last().unwrap())).or_default() += 1;
            desk.run(["sweep", "--all", "--vacuum"]).expect_success();
            desk.run(["check"]).expect_success();
        } else {
            calls = seen;
        }
        assert_eq!(desk.number("SELECT count(*) FROM packed"), 12);
        assert_eq!(desk.number("SELECT count(*) FROM raw"), 0);
        let message = random.below(letters.len());
        let raw = desk.run(["show", "--raw", &format!("m{}", message + 1)]).expect_success();
        assert!(raw.stdout == letters[message], "m{} is another", message + 1);
    }
    say(&format!("crash: {kills} kills of sweeps, {between} of them behind what was packed"));
    for (call, count) in histogram {
        say(&format!("  {count:4} at {call}"));
    }
}

/// One sweep, killed or not, and the calls it made.
fn sweep(desk: &Desk, library: &Path, kill: Option<Kill>) -> (Done, Vec<Call>) {
    let trace = desk.beside("trace");
    let _ = fs::remove_file(&trace);
    let mut command = desk.postroom(["sweep", "-q", "--all", "--vacuum"]);
    command.env("LD_PRELOAD", library).env("CRASH_DIR", desk.dir()).env("CRASH_TRACE", &trace);
    if let Some(kill) = kill {
        kill.plan(&mut command);
    }
    let done = finish(command, b"");
    assert!(done.killed() || done.status.success(), "{done:?}\n{}", desk.log());
    (done, calls(&trace))
}

/// Kills of imports: the issue asks for a thousand over stdin, Maildir and mbox. `KILLS=full` makes
/// them so many, without it there are fewer of files.
fn kills_of_files() -> usize {
    if env::var("KILLS").is_ok_and(|kills| kills == "full") { 250 } else { 36 }
}

/// How mails lie there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lies {
    Mark,
    Delete,
    Mbox,
}

/// T3.1d for files, in transactions of three mails: whatever is marked, removed or passed by is in
/// at that very moment; in the end all is in, once.
#[test]
fn kill_minus_nine_in_the_middle_of_files() {
    let mut random = Random::new("crash, files");
    let library = preload();
    let mut histogram: BTreeMap<(String, String), usize> = BTreeMap::new();
    for lies in [Lies::Mark, Lies::Delete, Lies::Mbox] {
        let desk = Desk::new();
        let wanted = kills_of_files() / if lies == Lies::Mbox { 1 } else { 2 };
        let (mut kills, mut runs, mut mails) = (0, 0, 0);
        let mut whole: Vec<Call> = Vec::new();
        while kills < wanted {
            runs += 1;
            assert!(runs < 5 * wanted, "too few of the kills hit: {histogram:?}");
            let letters: Vec<Vec<u8>> =
                (mails..mails + 8).map(|n| letter(&mut random, n)).collect();
            mails += letters.len();
            let source = desk.beside(&format!("source{runs}"));
            lay(lies, &source, &letters);
            let kill = Kill::any(&mut random, &whole);
            let (done, seen) = import(&desk, &library, lies, &source, kill);
            if done.killed() {
                kills += 1;
                let last = name(seen.last().unwrap());
                *histogram.entry((format!("{lies:?}"), last)).or_default() += 1;
            } else {
                whole = seen;
            }
            expect_done_is_in(&desk, lies, &source, &letters);
            let (done, _) = import(&desk, &library, lies, &source, None);
            assert!(done.status.success(), "{done:?}\n{}", desk.log());
            expect_done_is_in(&desk, lies, &source, &letters);
            assert_eq!(stored(&desk.database(), &letters).len(), letters.len());
        }
        let mails = i64::try_from(mails).unwrap();
        for sql in [
            "SELECT count(*) FROM message",
            "SELECT count(*) FROM arrival",
            "SELECT count(*) FROM entry",
            "SELECT count(*) FROM event WHERE kind = 'arrived'",
        ] {
            assert_eq!(desk.number(sql), mails, "{lies:?} {sql}");
        }
        desk.run(["check", "--rebuild"]).expect_success();
        say(&format!("crash: {lies:?}: {kills} kills, {mails} mails"));
    }
    for ((lies, call), count) in histogram {
        say(&format!("  {count:4} {lies} at {call}"));
    }
}

/// What an import removes from its Maildir was synced before: it commits without waiting for the disk.
#[test]
fn what_is_removed_was_synced() {
    let mut random = Random::new("crash, power failure of files");
    let library = preload();
    let (mut removed, mut whole, mut kills) = (0, Vec::new(), 0);
    for run in 0..kills_of_files() / 2 {
        let desk = Desk::new();
        let letters: Vec<Vec<u8>> = (0..24).map(|n| letter(&mut random, n)).collect();
        let (source, journal) = (desk.beside("source"), desk.beside("journal"));
        lay(Lies::Delete, &source, &letters);
        let mut disk = Disk::of(&desk.dir());
        let (trace, after) = (desk.beside("trace"), desk.beside("after"));
        let mut command = desk.postroom(["ingest", "--delete"]);
        command.arg(&source).env("POSTROOM_TEST", "small-batches").env("LD_PRELOAD", &library);
        command.env("CRASH_DIR", desk.dir()).env("CRASH_TRACE", &trace);
        command.env("CRASH_JOURNAL", &journal);
        if let Some(kill) = Kill::any(&mut random, &whole) {
            kill.plan(&mut command);
        }
        let done = finish(command, b"");
        if done.killed() {
            kills += 1;
        } else {
            whole = calls(&trace);
        }
        disk.replay(&fs::read(&journal).unwrap_or_default());
        for unlinked in [true, false] {
            disk.leave(unlinked, &desk.dir(), &after);
            let stored = stored(&after.join("postroom.db"), &letters);
            for n in
                (0..letters.len()).filter(|n| !source.join(format!("new/{n:03}.host")).exists())
            {
                assert!(stored.contains(&n), "run {run}: {n} is removed and was not synced");
                removed += 1;
            }
            fs::remove_dir_all(&after).unwrap();
        }
    }
    assert!(removed > 0 && kills > 0);
    say(&format!("crash: power failures of files: {kills} kills, {} removed", removed / 2));
}

/// A moment to kill in: at a call of a kind, counted from 1; and whether to tear a write.
struct Kill {
    kind: String,
    moment: usize,
    torn: bool,
}

impl Kill {
    /// In a run like that one; each kind of call is as likely as the others, however often it comes.
    /// None when no run is known.
    fn any(random: &mut Random, whole: &[Call]) -> Option<Kill> {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        whole.iter().for_each(|call| *kinds.entry(&call.kind).or_default() += 1);
        let kinds: Vec<(&str, usize)> = kinds.into_iter().collect();
        let (kind, count) = *kinds.get(random.below(kinds.len().max(1)))?;
        let (moment, torn) = (1 + random.below(count), random.below(2) == 1);
        Some(Kill { kind: kind.to_owned(), moment, torn })
    }

    fn plan(&self, command: &mut Command) {
        command.env("CRASH_KIND", &self.kind).env("CRASH_AT", self.moment.to_string());
        if self.torn {
            command.env("CRASH_TORN", "1");
        }
    }
}

/// A call and its file, without what is another name each time.
fn name(call: &Call) -> String {
    let file = call.file.split("-").next().unwrap().replace(char::is_numeric, "");
    format!("{} {}", call.kind, if call.file.ends_with("-wal") { "the log" } else { &file })
}

fn lay(lies: Lies, source: &Path, letters: &[Vec<u8>]) {
    if lies == Lies::Mbox {
        let line = "From person@customer.test Mon Jun  1 08:00:00 2026\n".as_bytes();
        let mails = letters.iter().flat_map(|letter| [line, letter, b"\n"].concat());
        return fs::write(source, mails.collect::<Vec<u8>>()).unwrap();
    }
    for place in ["new", "cur", "tmp"] {
        fs::create_dir_all(source.join(place)).unwrap();
    }
    for (n, letter) in letters.iter().enumerate() {
        fs::write(source.join(format!("new/{n:03}.host")), letter).unwrap();
    }
}

/// One import, killed or not, and the calls it made: in the desk, and where the mail lies.
fn import(
    desk: &Desk,
    library: &Path,
    lies: Lies,
    source: &Path,
    kill: Option<Kill>,
) -> (Done, Vec<Call>) {
    let trace = desk.beside("trace");
    let _ = fs::remove_file(&trace);
    let option = match lies {
        Lies::Mark => "--mark",
        Lies::Delete => "--delete",
        Lies::Mbox => "--mbox",
    };
    let mut command = desk.postroom(["ingest", option]);
    command.arg(source).env("POSTROOM_TEST", "small-batches").env("LD_PRELOAD", library);
    // All that lies beside the desk counts as well.
    command.env("CRASH_DIR", desk.beside("").as_os_str()).env("CRASH_TRACE", &trace);
    if let Some(kill) = kill {
        kill.plan(&mut command);
    }
    let done = finish(command, b"");
    assert!(done.killed() || done.status.success(), "{done:?}\n{}", desk.log());
    (done, calls(&trace))
}

/// Which of these letters a store has, by their bytes.
fn stored(database: &Path, letters: &[Vec<u8>]) -> Vec<usize> {
    let store = rusqlite::Connection::open(database).unwrap();
    let mut select =
        store.prepare("SELECT count(*) FROM message WHERE raw_hash = ?1 AND size = ?2").unwrap();
    let is_stored = |letter: &Vec<u8>| {
        let hash: [u8; 32] = sha2::Digest::finalize(sha2::Digest::chain_update(
            <sha2::Sha256 as sha2::Digest>::new(),
            letter,
        ))
        .into();
        let count: i64 = select
            .query_row((hash, i64::try_from(letter.len()).unwrap()), |row| row.get(0))
            .unwrap();
        assert!(count < 2, "twice");
        count == 1
    };
    let mut is_stored = is_stored;
    letters.iter().enumerate().filter(|(_, letter)| is_stored(letter)).map(|(n, _)| n).collect()
}

/// What the source no longer offers as new is in the store, at this moment.
fn expect_done_is_in(desk: &Desk, lies: Lies, source: &Path, letters: &[Vec<u8>]) {
    let stored = stored(&desk.database(), letters);
    let is_done = |n: usize| match lies {
        Lies::Mark => source.join(format!("cur/{n:03}.host:2,S")).exists(),
        Lies::Delete => !source.join(format!("new/{n:03}.host")).exists(),
        Lies::Mbox => {
            let line = 51;
            let end: usize = letters[..=n].iter().map(|letter| line + letter.len() + 1).sum();
            let sql = format!(
                "SELECT coalesce(max(offset), 0) >= {end} FROM position WHERE path = x'{}'",
                hex(source)
            );
            desk.number(&sql) == 1
        }
    };
    for n in (0..letters.len()).filter(|n| is_done(*n)) {
        assert!(stored.contains(&n), "{lies:?}: {n} of {} is done and not in", source.display());
    }
    if lies == Lies::Mark {
        let places = ["new", "cur"].map(|place| fs::read_dir(source.join(place)).unwrap().count());
        assert_eq!(places[0] + places[1], letters.len(), "none is gone");
    }
}

fn hex(path: &Path) -> String {
    let path = path.canonicalize().unwrap();
    path.to_str().unwrap().bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// Mails of all kinds that fill a transaction differently: small, of some
/// megabytes, answers to an earlier one.
fn letter(random: &mut Random, n: usize) -> Vec<u8> {
    let name = if n > 2 && n.is_multiple_of(4) {
        format!("person{}", n - 2)
    } else {
        format!("person{n}")
    };
    let mut letter = mail(&name);
    if name != format!("person{n}") {
        let text = String::from_utf8(letter).unwrap();
        let answer =
            format!("Message-ID: <again{n}@customer.test>\r\nIn-Reply-To: <{name}@customer.test>");
        letter = text.replace(&format!("Message-ID: <{name}@customer.test>"), &answer).into_bytes();
    }
    let lines = match random.below(20) {
        0 => 20_000 + random.below(20_000),
        1..5 => random.below(2000),
        _ => random.below(20),
    };
    for line in 0..lines {
        letter.extend(
            format!("line {line} of the mail, {:016x}\r\n", random.below(usize::MAX)).bytes(),
        );
    }
    letter
}

/// A call that the library saw.
#[derive(Debug)]
struct Call {
    kind: String,
    file: String,
    offset: i64,
}

impl Call {
    /// Kind and file, for people.
    fn label(&self) -> String {
        format!("{} {}", self.kind, self.file)
    }
}

/// Whether the last of these calls lies inside the transaction: a frame was
/// written to the write-ahead log, and the sync that commits it is not done.
/// The log's own head (offset 0) is synced apart.
fn is_inside(calls: &[Call]) -> bool {
    let Some((last, before)) = calls.split_last() else { return false };
    let log = |call: &&Call| call.file.ends_with("-wal");
    let mut frames = false;
    for call in before.iter().filter(log) {
        match call.kind.as_str() {
            "write" => frames |= call.offset > 0,
            "fsync" | "fdatasync" if frames => return false,
            _ => {}
        }
    }
    frames || (log(&last) && last.kind == "write")
}

/// Compiles the library, once for each test.
fn preload() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let library =
        folder.join(format!("preload-{}-{:?}.so", std::process::id(), std::thread::current().id()));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crash/preload.c");
    let compiler = env::var("CC").unwrap_or_else(|_| "cc".into());
    let done = Command::new(compiler)
        .args(["-O1", "-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(source)
        .arg("-ldl")
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    library
}

fn preloaded(desk: &Desk, library: &Path) -> Command {
    let mut command = desk.postroom(["ingest", "-p"]);
    command.env("LD_PRELOAD", library).env("CRASH_DIR", desk.dir());
    command
}

/// One delivery, killed at a moment or not, and the calls it made.
fn deliver(
    desk: &Desk,
    library: &Path,
    letter: &[u8],
    kill: Option<usize>,
    torn: bool,
) -> (Done, Vec<Call>) {
    let trace = desk.beside("trace");
    let _ = fs::remove_file(&trace);
    let mut command = preloaded(desk, library);
    command.env("CRASH_TRACE", &trace);
    if let Some(moment) = kill {
        command.env("CRASH_AT", moment.to_string());
    }
    if torn {
        command.env("CRASH_TORN", "1");
    }
    let done = finish(command, letter);
    assert!(done.killed() || done.status.success(), "{done:?}\n{}", desk.log());
    (done, calls(&trace))
}

/// What the library saw.
fn calls(trace: &Path) -> Vec<Call> {
    let calls = fs::read_to_string(trace).unwrap();
    let calls = calls.lines().map(|line| {
        let mut words = line.splitn(3, ' ').skip(1);
        let (kind, rest) = (words.next().unwrap(), words.next().unwrap());
        // The name of a file that is open and removed has a blank in it: 'etilqs_x (deleted)'.
        let mut rest = rest.rsplitn(3, ' ').skip(1);
        let (offset, file) = (rest.next().unwrap(), rest.next().unwrap());
        Call { kind: kind.into(), file: file.into(), offset: offset.parse().unwrap() }
    });
    calls.collect()
}

fn trace_of_a_whole_run(desk: &Desk, library: &Path, letter: &[u8]) -> Vec<Call> {
    let (done, calls) = deliver(desk, library, letter, None, false);
    expect_there(desk, &done, letter);
    assert!((1..=calls.len()).any(|n| is_inside(&calls[..n])), "no transaction seen: {calls:?}");
    calls
}

/// The mail is there at once, for another process, as it came.
fn expect_there(desk: &Desk, done: &Done, letter: &[u8]) {
    assert!(done.status.success(), "{done:?}\n{}", desk.log());
    let shown = desk.run(["show", "--raw", &done.message()]).expect_success();
    assert!(shown.stdout == letter, "{} is not what came", done.message());
}

/// The files of a desk as a disk has them: what a sync made sure of, and what
/// came since.
#[derive(Default)]
struct Disk {
    files: BTreeMap<PathBuf, File>,
}

#[derive(Default, Clone)]
struct File {
    durable: Vec<u8>,
    pending: Vec<Change>,
    /// Whether a sync of the directory made sure of its name.
    named: bool,
    unlinked: bool,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Cut(usize),
}

impl Disk {
    /// What is there now, taken as synced.
    fn of(dir: &Path) -> Disk {
        let mut disk = Disk::default();
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let durable = fs::read(&path).unwrap();
                disk.files.insert(path, File { durable, named: true, ..File::default() });
            }
        }
        disk
    }

    /// Takes over a journal of the library.
    fn replay(&mut self, journal: &[u8]) {
        let mut rest = journal;
        while !rest.is_empty() {
            let (head, after) = rest.split_at(32);
            let head: Vec<usize> =
                head.chunks(8).map(|word| usize::from_ne_bytes(word.try_into().unwrap())).collect();
            let (path, after) = after.split_at(head[1]);
            let (data, after) = after.split_at(head[2]);
            rest = after;
            let path = PathBuf::from(String::from_utf8_lossy(path).into_owned());
            if path.is_dir() {
                self.files.retain(|_, file| !file.unlinked);
                self.files.values_mut().for_each(|file| file.named = true);
                continue;
            }
            let file = self.files.entry(path.clone()).or_default();
            if head[0] != usize::from(b'U') && file.unlinked {
                *file = File::default(); // made anew
            }
            match u8::try_from(head[0]).unwrap() {
                b'W' => file.pending.push(Change::Write(head[3], data.to_vec())),
                b'T' => file.pending.push(Change::Cut(head[3])),
                b'S' => file.sync(),
                b'U' => file.unlinked = true,
                b'R' => {
                    let file = self.files.remove(&path).unwrap();
                    self.files
                        .insert(PathBuf::from(String::from_utf8_lossy(data).into_owned()), file);
                }
                kind => panic!("journal: {kind}"),
            }
        }
    }

    /// The desk after a power failure: only what was synced, and under a name
    /// that was. An unlink that no sync of the directory followed may have
    /// reached the disk or not.
    fn leave(&self, unlinked: bool, desk: &Path, to: &Path) {
        for folder in ["rules", "replies"] {
            copy(&desk.join(folder), &to.join(folder));
        }
        for (path, file) in &self.files {
            let name = path.strip_prefix(desk).unwrap();
            if file.named && !(unlinked && file.unlinked) {
                fs::write(to.join(name), &file.durable).unwrap();
            }
        }
    }
}

impl File {
    fn sync(&mut self) {
        for change in self.pending.drain(..) {
            match change {
                Change::Write(at, bytes) => {
                    let end = self.durable.len().max(at + bytes.len());
                    self.durable.resize(end, 0);
                    self.durable[at..at + bytes.len()].copy_from_slice(&bytes);
                }
                Change::Cut(length) => self.durable.resize(length, 0),
            }
        }
    }
}
