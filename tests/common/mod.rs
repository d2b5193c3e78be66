//! What the tests of the whole program share: a desk in a temporary directory
//! and the program run on it with an empty environment.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

use postroom::host::lock::{Line, Lock};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::os::unix::fs::DirEntryExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::{env, fs};

/// The program under test.
pub(crate) const POSTROOM: &str = env!("CARGO_BIN_EXE_postroom");

/// What the clock of every desk says: a minute after its mails were written.
pub(crate) const NOW: &str = "2026-06-01T09:01:00Z";

/// Stands in every path, so that a test can see that none leaks.
pub(crate) const CANARY: &str = "canary";

/// A desk with the inboxes support and sales, and a place beside it.
pub(crate) struct Desk {
    root: tempfile::TempDir,
}

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Desk {
    /// Made by `postroom init`, with the test clock.
    pub(crate) fn new() -> Desk {
        let desk = Desk { root: tempfile::Builder::new().prefix(CANARY).tempdir().unwrap() };
        let dir = desk.dir();
        let inboxes =
            ["--inbox", "support=support@example.test", "--inbox", "sales=sales@example.test"];
        let mut init = desk.postroom(["init"]);
        init.arg(&dir).args(inboxes).arg("--test-clock");
        finish(init, b"").expect_success();
        desk
    }

    /// The directory of the desk.
    pub(crate) fn dir(&self) -> PathBuf {
        self.root.path().join("desk")
    }

    /// A place for files of the test, not in the desk.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.dir().join("postroom.db")
    }

    /// The program with arguments, the desk named by the environment.
    pub(crate) fn postroom<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Command {
        let mut command = Command::new(POSTROOM);
        command.args(arguments);
        self.environment(&mut command);
        command
    }

    /// Gives a command the environment of a delivery: nothing but the desk and
    /// a log.
    pub(crate) fn environment(&self, command: &mut Command) {
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("TZ", "UTC")
            .env("POSTROOM_NOW", NOW)
            .env("POSTROOM_CONFIG", self.dir().join("postroom.toml"))
            .env("POSTROOM_LOG", self.beside("log"))
            .current_dir("/");
    }

    /// Runs the program with nothing on stdin.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Done {
        self.feed(arguments, b"")
    }

    /// Runs the program with a message on stdin.
    pub(crate) fn feed<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        mail: &[u8],
    ) -> Done {
        finish(self.postroom(arguments), mail)
    }

    /// Takes a mail in that must not fail; the message's id (`m881`).
    pub(crate) fn ingest(&self, mail: &[u8]) -> String {
        self.feed(["ingest", "-p"], mail).expect_success().message()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.beside("log")).unwrap_or_default()
    }

    /// One number from the store, past the program.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        let store = rusqlite::Connection::open(self.database()).unwrap();
        store.query_row(sql, (), |row| row.get(0)).unwrap_or_else(|e| panic!("{sql}: {e}"))
    }

    /// Changes the store, past the program and its checks.
    pub(crate) fn damage(&self, sql: &str) {
        let store = rusqlite::Connection::open(self.database()).unwrap();
        store
            .execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
            .unwrap();
        store.execute_batch(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    }

    /// Puts lines under a heading of postroom.toml, which is made when missing.
    pub(crate) fn configure(&self, heading: &str, lines: &str) {
        let path = self.dir().join("postroom.toml");
        let config = fs::read_to_string(&path).unwrap();
        let heading = format!("\n[{heading}]\n");
        let with = format!("{heading}{lines}\n");
        let config = if config.contains(&heading) {
            config.replacen(&heading, &with, 1)
        } else {
            config + &with
        };
        fs::write(path, config).unwrap();
    }
}

/// The lock of a desk, with whoever comes behind it in the line.
pub(crate) fn hold(desk: &Desk) -> Lock {
    Line::enter(&desk.dir().join("lock")).unwrap().lock_at_once().unwrap().unwrap()
}

/// The mails that wait beside a desk's lock for whoever has it: the inodes of their files.
pub(crate) fn offers(desk: &Desk) -> BTreeSet<u64> {
    let entries = fs::read_dir(desk.dir()).unwrap().map(Result::unwrap);
    let offers = entries.filter(|entry| {
        let name = entry.file_name().into_string().unwrap();
        name.starts_with("lock.") && !name.ends_with(".new")
    });
    offers.map(|entry| entry.ino()).collect()
}

impl Done {
    pub(crate) fn expect_success(self) -> Done {
        assert!(self.status.success(), "{self:?}\n{}", self.text());
        self
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// The message of the line that `ingest -p` printed.
    pub(crate) fn message(&self) -> String {
        self.text()
            .lines()
            .next()
            .and_then(|line| line.split('\t').nth(1))
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) fn killed(&self) -> bool {
        self.status.signal() == Some(9)
    }
}

/// Starts a command; its stdin gets the bytes from a thread of its own, so that
/// many can be started before the first ends.
pub(crate) fn start(mut command: Command, input: &[u8]) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    std::thread::spawn(move || {
        let _ = stdin.write_all(&input); // a killed or failing child may not read
    });
    child
}

pub(crate) fn wait(child: Child) -> Done {
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Done { status: output.status, stdout: output.stdout, stderr }
}

pub(crate) fn finish(command: Command, input: &[u8]) -> Done {
    wait(start(command, input))
}

/// A plain mail of a person to support, different for each name.
pub(crate) fn mail(name: &str) -> Vec<u8> {
    format!(
        "Return-Path: <{name}@customer.test>\r\nFrom: {name} <{name}@customer.test>\r\n\
         To: support@example.test\r\nSubject: Question of {name}\r\n\
         Date: Mon, 01 Jun 2026 09:00:00 +0000\r\nMessage-ID: <{name}@customer.test>\r\n\r\n\
         Hello,\r\n\r\nthis is {name}.\r\n"
    )
    .into_bytes()
}

/// Says something that must not be lost in the captured output of tests.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Says loudly that a test cannot run here; under CI=true that is a failure.
pub(crate) fn skip(what: &str, why: &str) {
    assert!(env::var("CI").as_deref() != Ok("true"), "{what} cannot run: {why}");
    say(&format!("*** SKIPPED: {what}: {why}"));
}

/// Copies the files of a folder and of those below it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// The corpus of real mail, where a checkout of it lies beside the repository.
pub(crate) fn corpus() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = ["../shared/corpus", "../../shared/corpus"].map(|place| root.join(place));
    places.into_iter().find(|place| place.is_dir())
}

/// The mails and mboxes in the folders of a folder, in the order of their names.
pub(crate) fn mails(folder: &Path) -> Vec<PathBuf> {
    let (folders, _) = below(folder);
    folders.iter().flat_map(|folder| [below(folder).1, mails(folder)].concat()).collect()
}

/// The folders in a folder, and the files.
fn below(folder: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().partition(|path| path.is_dir())
}

/// Random numbers that can be had again by their seed (splitmix64).
pub(crate) struct Random(u64);

impl Random {
    /// The seed is `SEED` or new, and is printed.
    pub(crate) fn new(what: &str) -> Random {
        let seed = env::var("SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or_else(|| u64::from(getrandom::u32().unwrap()));
        say(&format!("{what}: SEED={seed}"));
        Random(seed)
    }

    /// Others of the same seed, for the n-th of several things.
    pub(crate) fn numbered(&self, n: usize) -> Random {
        Random(self.0 ^ Random(u64::try_from(n).unwrap()).next())
    }

    /// From 0 up to below the limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next()).unwrap() % limit
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
