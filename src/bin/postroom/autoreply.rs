//! `postroom autoreply`: answers by machine, or says why not.

use std::ffi::OsString;
use std::io::Write;

use anyhow::Result;
use clap::Parser;
use postroom::desk::autoreply::{Outcome, Texts};
use postroom::desk::{Desk, Failure, Purpose};
use postroom::domain::Number;
use postroom::store::{Asked, Ending};
use serde::Serialize;

use crate::args::Common;
use crate::delivery;
use crate::exit::Exit;
use crate::out;
use crate::selection::{self, Selection};

/// Sending more mails than this needs `--yes`.
const MANY: usize = 25;

/// Answer by machine where an inbox says so, or tell why not
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// These conversations; without them, those of the message on stdin
    selection: Option<String>,

    /// Change and send nothing; print what would be decided
    #[arg(long)]
    dry_run: bool,

    /// Go on although it is more than 25 mails, or 500 conversations
    #[arg(long)]
    yes: bool,

    /// Print a line for each message: conversation, message, yes or no, text or reason
    #[arg(long)]
    explain: bool,

    /// Print a JSON object for each message
    #[arg(long, conflicts_with = "explain")]
    json: bool,

    #[command(flatten)]
    common: Common,
}

/// A message that was asked for, as JSON.
#[derive(Serialize)]
struct Line {
    number: i64,
    message: String,
    answered: bool,
    text: Option<String>,
    outbox: Option<String>,
    reason: Option<String>,
}

/// Without conversations on the command line a message stands on stdin.
pub(crate) fn is_delivery(rest: &[OsString], args: &Result<Args, clap::Error>) -> bool {
    delivery::is_expected(rest, args, |args| args.selection.is_some())
}

/// Refuses to answer very many unasked. Fewer conversations than that are not rehearsed.
fn confirm(desk: &mut Desk, numbers: &[Number], texts: &Texts) -> Result<()> {
    selection::confirm(numbers, false)?;
    if numbers.len() <= MANY {
        return Ok(());
    }
    let rehearsed = desk.autoreply(numbers, texts, Ending::Rollback)?;
    let mails = rehearsed.iter().filter_map(|one| one.outcome.queued()).count();
    if mails > MANY {
        let words = format!("that would be up to {mails} mails; say --yes if you mean it");
        return Err(Failure::usage(words).into());
    }
    Ok(())
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let selection = match &args.selection {
        Some(word) => Selection::parse(word)?,
        None => Selection::Message,
    };
    let mut desk = args.common.desk(if args.dry_run { Purpose::Read } else { Purpose::Write })?;
    let texts = desk.texts()?;
    let numbers = selection.numbers(&mut desk)?;
    for number in &numbers {
        desk.seen(*number)?;
    }
    if !args.dry_run && !args.yes {
        confirm(&mut desk, &numbers, &texts)?;
    }
    let ending = if args.dry_run { Ending::Rollback } else { Ending::Commit };
    let asked = desk.autoreply(&numbers, &texts, ending)?;
    let mut out = out::open();
    for one in &asked {
        let (text, outbox, reason) = match &one.outcome {
            Outcome::Answered { text, outbox, .. } => {
                (Some(text.clone()), Some(outbox.to_string()), None)
            }
            Outcome::Silent(silence) => (None, None, Some(silence.code().to_owned())),
            Outcome::AskedBefore(_) => (None, None, Some("asked-before".to_owned())),
        };
        let line = Line {
            number: one.number.0,
            message: one.message.to_string(),
            answered: text.is_some(),
            text,
            outbox,
            reason,
        };
        if args.json {
            out::json(&mut out, &line)?;
        } else if args.explain || args.dry_run {
            let answer = if line.answered { "yes" } else { "no" };
            let why = line.text.or(line.reason).unwrap_or_default();
            let sentence = sentence(&one.outcome);
            writeln!(out, "{}\t{}\t{answer}\t{why}\t{sentence}", one.number, one.message)?;
        }
    }
    out.flush()?;
    if !args.dry_run {
        desk.send_after(asked.iter().filter_map(|one| one.outcome.queued()).collect());
    }
    Ok(Exit::Done)
}

/// Why, in words; nothing where a machine answered now.
fn sentence(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Answered { .. } => String::new(),
        Outcome::Silent(silence) => silence.sentence().to_owned(),
        Outcome::AskedBefore(Asked::Silent(code)) => format!("there was no answer then: {code}"),
        Outcome::AskedBefore(Asked::Answered { text, outbox }) => {
            format!("it was answered then with '{text}' ({outbox})")
        }
    }
}
