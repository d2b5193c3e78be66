//! The executable: picks the command, runs it, turns what happened into an exit status.
//!
//! In delivery position every failure is 75, stdout stays empty, and stderr gets one line for
//! outsiders whose reference finds the real reason in the log (DESIGN section 5).

mod args;
mod assign;
mod autoreply;
mod body;
mod changes;
mod check;
mod close;
mod command;
#[cfg(test)]
mod completions;
mod delivery;
mod r#do;
mod exit;
mod ingest;
mod init;
mod inspect;
mod json;
mod last_words;
mod list;
mod log;
mod mbox;
mod merge;
mod note;
mod open;
mod out;
mod progress;
mod purge;
mod reply;
mod report;
mod route;
mod selection;
mod send;
mod set;
mod show;
mod sweep;
mod tag;
mod undo;
mod verb;
mod why;
mod wiring;

use std::ffi::OsString;
use std::io::Write;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use command::{COMMANDS, Command};
use exit::Exit;
use postroom::host::signal;

fn main() -> ExitCode {
    let argv: Vec<OsString> = std::env::args_os().collect();
    let started = Instant::now();
    // Without the handler a write beyond the limit ends us by a signal: no worse than an error.
    let _ = signal::outlive_size_limit();
    last_words::watch_memory();
    let (name, rest) = called_as(&argv);
    let known = COMMANDS.iter().find(|command| command.name == name);
    let call = known.map(|command| (command.parse)(&full(command, &rest)));
    let is_delivery = match &call {
        Some(call) => call.is_delivery,
        None => delivery::looks_like_one(&name, &rest),
    };
    let run = || match call {
        Some(call) => (call.run)(),
        None if is_delivery => Err(command::unknown(&name)),
        None => command::overview(&name),
    };
    if is_delivery {
        return delivery::run(&rest, run).into();
    }
    let exit = guarded(run);
    if rest.iter().any(|word| word == "--timing") {
        let took = started.elapsed().as_secs_f64() * 1000.0;
        // Nobody is there to be told of a closed stderr.
        let _ = writeln!(std::io::stderr(), "postroom: {name} took {took:.1} ms");
    }
    exit.into()
}

/// The verb and its arguments: `postroom-ingest ...` by name, `postroom ingest ...`, or with options
/// in front, `postroom --config FILE ingest ...`, which then count as the verb's own.
fn called_as(argv: &[OsString]) -> (String, Vec<OsString>) {
    let program = argv.first().map(Path::new).and_then(Path::file_name);
    let program = program.and_then(|name| name.to_str()).unwrap_or_default();
    let rest = argv.get(1..).unwrap_or_default();
    if let Some(verb) = program.strip_prefix("postroom-") {
        return (verb.to_owned(), rest.to_vec());
    }
    let Some(at) = verb_at(rest) else {
        let first = rest.first().map(|word| word.to_string_lossy().into_owned());
        return (first.unwrap_or_default(), rest.get(1..).unwrap_or_default().to_vec());
    };
    let (before, behind) = rest.split_at(at);
    let verb = behind.first().map(|word| word.to_string_lossy().into_owned());
    (verb.unwrap_or_default(), [before, behind.get(1..).unwrap_or_default()].concat())
}

/// Where the verb stands: the first word that is neither an option nor the value of one.
fn verb_at(rest: &[OsString]) -> Option<usize> {
    const WITH_VALUE: [&str; 3] = ["--config", "--as", "--now"];
    let mut at = 0;
    while let Some(word) = rest.get(at) {
        let word = word.to_string_lossy();
        if !word.starts_with('-') {
            return Some(at);
        }
        at += if WITH_VALUE.contains(&word.as_ref()) { 2 } else { 1 };
    }
    None
}

/// The arguments as clap wants them, with a name in front.
fn full(command: &Command, rest: &[OsString]) -> Vec<OsString> {
    let mut argv = vec![OsString::from(format!("postroom {}", command.name))];
    argv.extend_from_slice(rest);
    argv
}

/// Runs a command for a person or a script.
fn guarded(run: impl FnOnce() -> anyhow::Result<Exit>) -> Exit {
    match panic::catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(exit)) => exit,
        Ok(Err(error)) => exit::report(&error),
        Err(_) => Exit::Bug,
    }
}
