//! `postroom check --delivery`: stands for one mail where `ingest` stands, and tells what it sees.

use std::ffi::OsString;
use std::io::{self, Write};

use anyhow::Result;
use clap::Parser;
use postroom::desk::wiring::{Trial, examine};
use postroom::desk::{Failure, Kind, Wanted, failure};
use postroom::domain::surroundings::{Line, Verdict};
use postroom::host::log::{Level, Log};
use postroom::host::{file, stdin, terminal};
use postroom::render::{Align, Cell, Column, Style, Table};
use serde::Serialize;

use crate::args::Common;
use crate::exit::Exit;
use crate::{ingest, out};

/// Bytes of a message that are looked at: its header.
const HEAD: usize = 1 << 18;

const COLUMNS: [Column; 3] = [
    Column { heading: "", align: Align::Left },
    Column { heading: "WHAT", align: Align::Left },
    Column { heading: "HERE", align: Align::Left },
];

/// A finding, as JSON.
#[derive(Serialize)]
struct Object<'a> {
    topic: &'a str,
    value: &'a str,
    verdict: &'a str,
    words: &'a str,
}

/// Whether a mail may be on stdin: `--delivery`, misspelt too, or an option of `ingest` without it.
pub(crate) fn is_meant(rest: &[OsString]) -> bool {
    const OF_INGEST: [&str; 7] =
        ["--inbox", "--recipient", "--sender", "--extension", "--route", "--autoreply", "--filter"];
    let names = |word: &OsString| {
        let word = word.to_string_lossy();
        word.starts_with("--de") || OF_INGEST.iter().any(|option| word.starts_with(option))
    };
    !terminal::stdin_is_terminal() && rest.iter().any(names)
}

/// Looks, and tells: on stdout, unless an MTA reads it; and in the log, when a mail is on stdin. That
/// mail is not taken: the MTA is to try again, when `ingest` stands there again.
pub(crate) fn run(words: &[OsString], common: &Common, json: bool, quiet: bool) -> Result<Exit> {
    let argv = std::iter::once(OsString::from("postroom ingest")).chain(words.iter().cloned());
    let args = ingest::Args::try_parse_from(argv)?;
    let wanted = over(common.wanted()?, args.common.wanted()?);
    let input = if args.message_is_on_stdin() { Input::read() } else { Input::Nothing };
    let lines = examine(&Trial {
        wanted: &wanted,
        envelope: ingest::envelope(&args).map_err(|error| Failure::usage(format!("{error:#}"))),
        route: args.route,
        autoreply: args.autoreply,
        message: input.head(),
    });
    if input == Input::Nothing || out::is_kept() {
        print(&lines, json, quiet)?;
    }
    if input != Input::Nothing {
        log(&failure::log(wanted.config.as_deref()), &lines);
        let why = "'check --delivery' stands where 'ingest' has to; its findings are above";
        return Err(Failure::new(Kind::TryAgain, why).into());
    }
    let wrong = lines.iter().any(|line| matches!(line.verdict, Verdict::Wrong(_)));
    Ok(if wrong { Exit::No } else { Exit::Done })
}

/// The desk that is named: the words of `ingest` count before those of `check`.
fn over(check: Wanted, ingest: Wanted) -> Wanted {
    Wanted {
        config: ingest.config.or(check.config),
        agent: ingest.agent.or(check.agent),
        now: ingest.now.or(check.now),
    }
}

/// What is on stdin.
#[derive(Debug, PartialEq, Eq)]
enum Input {
    /// Nothing: a person, or an empty file.
    Nothing,
    /// A message; its beginning, as far as it can be read.
    Message(Vec<u8>),
}

impl Input {
    fn read() -> Input {
        if terminal::stdin_is_terminal() {
            return Input::Nothing;
        }
        Input::of(stdin::open().and_then(|stdin| file::read_at_most(stdin, HEAD)))
    }

    /// What cannot be read to its end may be a mail.
    fn of(read: io::Result<Vec<u8>>) -> Input {
        match read {
            Ok(head) if head.is_empty() => Input::Nothing,
            read => Input::Message(read.unwrap_or_default()),
        }
    }

    fn head(&self) -> &[u8] {
        match self {
            Input::Nothing => &[],
            Input::Message(head) => head,
        }
    }
}

fn print(lines: &[Line], json: bool, quiet: bool) -> Result<()> {
    let mut out = out::open();
    let mut table = Table::new(&COLUMNS);
    for line in lines.iter().filter(|line| !quiet || line.verdict != Verdict::Fine) {
        let verdict = line.verdict.as_str();
        if json {
            let words = line.verdict.words();
            out::json(&mut out, &Object { topic: line.topic, value: &line.value, verdict, words })?;
            continue;
        }
        let style = match line.verdict {
            Verdict::Fine => Style::Good,
            Verdict::Note(_) => Style::Warn,
            Verdict::Wrong(_) => Style::Bad,
        };
        table.row([Cell::new(verdict, style), Cell::from(line.topic), Cell::from(&said(line))]);
    }
    write!(out, "{}", table.print(out::screen()))?;
    out.flush()?;
    Ok(())
}

fn log(log: &Log, lines: &[Line]) {
    for line in lines {
        let level = match line.verdict {
            Verdict::Fine => Level::Info,
            Verdict::Note(_) => Level::Warning,
            Verdict::Wrong(_) => Level::Error,
        };
        log.write(level, &format!("check --delivery: {}: {}", line.topic, said(line)));
    }
}

/// How it is, and what is to be said of that.
fn said(line: &Line) -> String {
    let parts = [line.value.as_str(), line.verdict.words()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The caller takes exit 0 for "delivered": whatever may be a mail must not end so.
    #[test]
    fn what_may_be_a_mail() {
        let stalled = || io::Error::from(io::ErrorKind::TimedOut);
        for (read, wanted) in [
            (Ok(Vec::new()), Input::Nothing),
            (Ok(b"From".to_vec()), Input::Message(b"From".to_vec())),
            (Err(stalled()), Input::Message(Vec::new())),
        ] {
            assert_eq!(Input::of(read), wanted);
        }
    }

    #[test]
    fn where_a_mail_may_be() {
        // Only where no person types: the tests may run at a terminal.
        if terminal::stdin_is_terminal() {
            return;
        }
        for (words, wanted) in [
            (&["--delivery"][..], true),
            (&["--delivry"], true),
            (&["-q", "--delivery", "--inbox", "support"], true),
            (&["--inbox=support"], true),
            (&["--filter"], true),
            (&[], false),
            (&["-q"], false),
            (&["--rebuild", "--config", "x"], false),
        ] {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            assert_eq!(is_meant(&words), wanted, "{words:?}");
        }
    }
}
