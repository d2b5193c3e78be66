//! Delivery position: a message is on stdin, and an MTA or a filter reads our exit status.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, IsTerminal, Read, Write};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result};
use postroom::desk::ingest::Refused;
use postroom::desk::raw::Raw;
use postroom::desk::{self, Failure, Kind, failure};
use postroom::host::log::Level;
use postroom::host::{random, stdin, terminal};
use postroom::render::clean;

use crate::command::{self, COMMANDS};
use crate::exit::{self, Exit};
use crate::last_words;

/// What the last panic said; a panic hook can hand it over in no other way.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// What outsiders are told, who may read it in a bounce.
pub(crate) const TRY_AGAIN: &str = "4.3.0 the mail cannot be taken at the moment; try again later";

/// Why a command in delivery position is not done.
enum Undone {
    /// Whatever went wrong: the caller is to try again.
    Deferred(String),
    /// A path is named that is not there, and something is on stdin: a mail if an alias says this. In a
    /// loop of a shell it is the list of the others, which is not to be read away.
    NotRead(String),
    /// A rule of the administrator refuses the mail: the caller is not to.
    Refused(Refused),
}

/// A word that is no path, in a command that an alias may have.
#[derive(Debug)]
pub(crate) struct WiredWrong(pub(crate) String);

impl fmt::Display for WiredWrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = &self.0;
        write!(f, "'{word}' is no file, and something is on stdin; an inbox is named by --inbox")
    }
}

impl std::error::Error for WiredWrong {}

impl Undone {
    fn exit(&self) -> Exit {
        match self {
            Undone::Deferred(_) | Undone::NotRead(_) => Exit::TryAgain,
            Undone::Refused(refused) => refused.answer.code.into(),
        }
    }
}

/// Runs a command in delivery position: whatever is not done is 75 (R2-R5), but what an explicit rule
/// refuses (R8).
pub(crate) fn run(rest: &[OsString], command: impl FnOnce() -> Result<Exit>) -> Exit {
    panic::set_hook(Box::new(remember_panic));
    let named = named_config(rest);
    last_words::watch(&desk::early_log(named.as_deref()));
    let done = panic::catch_unwind(AssertUnwindSafe(|| done(command())));
    let Err(undone) = done.unwrap_or_else(|_| {
        let said = PANIC.lock().map(|said| said.clone()).unwrap_or_default();
        Err(Undone::Deferred(format!("bug: {said}")))
    }) else {
        return Exit::Done;
    };
    tell(named.as_deref(), &undone);
    undone.exit()
}

/// The message on stdin, read to its end before anything else is done (R6); one without content is a
/// broken pipe upstream (R19), or a filter that wrote nothing: procmail makes a line of that. `dir`
/// gives the folder of the desk, where a large one waits.
pub(crate) fn message(dir: impl FnOnce() -> Result<PathBuf>) -> Result<Raw> {
    let stdin = stdin::open().context("stdin")?;
    let raw = Raw::read(stdin, dir)?;
    if raw.is_empty() {
        return Err(Failure::new(Kind::TryAgain, "the message is empty").into());
    }
    Ok(raw)
}

/// Nothing, or the reason why a command is not done.
fn done(ended: Result<Exit>) -> Result<(), Undone> {
    let error = match ended {
        Ok(Exit::Done) => return Ok(()),
        Ok(other) => {
            return Err(Undone::Deferred(format!("the command ended with {}", other as u8)));
        }
        Err(error) => error.downcast::<Refused>().map_or_else(Ok, |r| Err(Undone::Refused(r)))?,
    };
    if let Some(wrong) = error.downcast_ref::<WiredWrong>() {
        return Err(Undone::NotRead(wrong.to_string()));
    }
    let reason = match error.downcast_ref::<clap::Error>() {
        Some(help) if !help.use_stderr() => {
            if !mail_waits() {
                let _ = help.print();
                return Ok(());
            }
            "usage: help was asked for, and the mail would be gone".to_owned()
        }
        Some(usage) => format!("usage: {}", first_line(&exit::usage_words(usage))),
        None => format!("{error:#}"),
    };
    Err(Undone::Deferred(reason))
}

/// Whether anything stands on stdin, which then has been begun to read.
fn mail_waits() -> bool {
    !terminal::stdin_is_terminal() && matches!(io::stdin().read(&mut [0]), Ok(1))
}

/// One line for outsiders, who may read it in a bounce (R9, R10); the reason goes to the log.
fn tell(named: Option<&Path>, undone: &Undone) {
    let reference = random::reference();
    let (level, words, reason) = match undone {
        Undone::Deferred(reason) | Undone::NotRead(reason) => {
            (Level::Error, TRY_AGAIN.to_owned(), format!("deferred: {reason}"))
        }
        Undone::Refused(Refused { answer, reason }) => {
            (Level::Info, format!("{} {}", answer.code.status(), answer.text), reason.clone())
        }
    };
    failure::log(named).write(level, &format!("[{reference}] {reason}"));
    let _ = writeln!(io::stderr(), "{words} [{reference}]");
    // A person has no use for a line for outsiders.
    if terminal::stdin_is_terminal() || io::stderr().is_terminal() {
        let _ = writeln!(io::stderr(), "postroom: {}", clean::text(&reason));
    }
    if !matches!(undone, Undone::NotRead(_)) {
        stdin::drain();
    }
}

fn remember_panic(info: &PanicHookInfo<'_>) {
    if let Ok(mut said) = PANIC.lock() {
        *said = info.to_string();
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Whether an unknown verb stands where a delivery was meant: misspelt in an alias, or so like one
/// that takes mail that a typing error is the best guess.
pub(crate) fn looks_like_one(verb: &str, rest: &[OsString]) -> bool {
    if command::is_help(verb) {
        return false;
    }
    let name = |command: &command::Command| [OsString::from(command.name)];
    let takes_mail = COMMANDS.iter().filter(|c| (c.parse)(&name(c)).is_delivery);
    let close = takes_mail.into_iter().any(|c| distance(verb, c.name) <= 2);
    close || says_message(rest) || !terminal::stdin_is_terminal()
}

/// Whether an option says that a message stands on stdin, whatever else is right or wrong.
pub(crate) fn takes_message<A>(rest: &[OsString], _: &Result<A, clap::Error>) -> bool {
    says_message(rest)
}

fn says_message(rest: &[OsString]) -> bool {
    rest.iter().any(|word| word == "--message" || word == "--filter")
}

/// Whether a message is on stdin of a command that takes one where its arguments name nothing else.
/// Arguments that clap refuses are a delivery as well, for an alias may hold them; only a person at
/// a terminal who names what is meant is told so.
pub(crate) fn is_expected<A>(
    rest: &[OsString],
    args: &Result<A, clap::Error>,
    names: impl Fn(&A) -> bool,
) -> bool {
    match args {
        Ok(args) => !names(args),
        Err(_) => {
            let named = rest.iter().any(|word| !word.to_string_lossy().starts_with('-'));
            !(named && terminal::stdin_is_terminal())
        }
    }
}

/// The configuration that the arguments name, also where clap refuses them.
fn named_config(rest: &[OsString]) -> Option<PathBuf> {
    rest.iter().zip(rest.iter().skip(1).map(Some).chain([None])).find_map(|(word, next)| {
        let joined = word.to_str().and_then(|word| word.strip_prefix("--config="));
        let parted = next.filter(|_| word == "--config");
        joined.map(PathBuf::from).or_else(|| parted.map(PathBuf::from))
    })
}

/// Edit distance (Levenshtein) of two short words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut last = i;
        let mut next = vec![i + 1];
        for (y, above) in b.iter().zip(row.iter().skip(1)) {
            let left = next.last().copied().unwrap_or_default();
            next.push((left + 1).min(above + 1).min(last + usize::from(x != *y)));
            last = *above;
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_that_is_named() {
        for (words, wanted) in [
            (&["--nope", "--config", "a"][..], Some("a")),
            (&["--config=a", "b"], Some("a")),
            (&["--config"], None),
            (&["--config-x", "a"], None),
            (&[], None),
        ] {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            assert_eq!(named_config(&words), wanted.map(PathBuf::from), "{words:?}");
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_close() {
        for (a, b, n) in [
            ("ingest", "ingest", 0),
            ("ingset", "ingest", 2),
            ("injest", "ingest", 1),
            ("", "ab", 2),
            ("list", "ingest", 4),
        ] {
            assert_eq!(distance(a, b), n, "{a} {b}");
        }
    }
}
