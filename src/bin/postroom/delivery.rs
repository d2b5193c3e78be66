//! Delivery position: a message is on stdin, and an MTA or a filter reads our exit status.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Mutex;

use postroom::desk;
use postroom::host::log::Level;
use postroom::host::{random, signal, terminal};

use crate::command::{self, COMMANDS};
use crate::exit::Exit;
use crate::memory;

/// What the last panic said; a panic hook can hand it over in no other way.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// Runs a command in delivery position: every failure is 75 (R2-R5).
pub(crate) fn run(command: impl FnOnce() -> anyhow::Result<Exit>) -> Exit {
    panic::set_hook(Box::new(remember_panic));
    // Without handlers a signal ends us by itself, which an MTA understands too.
    let _ = signal::end_with(Exit::TryAgain as i32);
    memory::watch(&desk::early_log());
    let reason = match panic::catch_unwind(AssertUnwindSafe(command)) {
        Ok(Ok(exit)) => return exit,
        Ok(Err(error)) => match error.downcast_ref::<clap::Error>() {
            Some(shown) if !shown.use_stderr() => {
                let _ = shown.print();
                return Exit::Done;
            }
            Some(usage) => format!("usage: {}", first_line(&usage.to_string())),
            None => format!("{error:#}"),
        },
        Err(_) => {
            let said = PANIC.lock().map(|said| said.clone()).unwrap_or_default();
            format!("bug: {said}")
        }
    };
    fail(&reason);
    Exit::TryAgain
}

/// One line for outsiders, who may read it in a bounce (R9, R10); the reason goes to the log.
fn fail(reason: &str) {
    let reference = random::reference();
    desk::early_log().write(Level::Error, &format!("[{reference}] deferred: {reason}"));
    let _ = writeln!(
        io::stderr(),
        "4.3.0 the mail cannot be taken at the moment; try again later [{reference}]"
    );
    drain();
}

/// Reads stdin to its end, so that the writer sees no broken pipe (R6); not from a person.
fn drain() {
    if !terminal::stdin_is_terminal() {
        let mut rest = [0; 1 << 16];
        let mut stdin = io::stdin().lock();
        while matches!(stdin.read(&mut rest), Ok(n) if n > 0) {}
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
    let takes_mail = COMMANDS.iter().filter(|command| (command.is_delivery)(&[]));
    let close = takes_mail.into_iter().any(|c| distance(verb, c.name) <= 2);
    close || takes_message(rest) || !terminal::stdin_is_terminal()
}

/// Whether an option says that a message stands on stdin.
pub(crate) fn takes_message(rest: &[OsString]) -> bool {
    rest.iter().any(|word| word == "--message" || word == "--filter")
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
