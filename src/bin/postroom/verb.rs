//! What all verbs on conversations share: their arguments, and how they print what they did.

use std::io::Write;

use anyhow::Result;
use clap::Args as ClapArgs;
use postroom::desk::act::Acted;
use postroom::desk::{Failure, Purpose};
use postroom::domain::action::{self, Origin};
use postroom::domain::{Located, Number};
use serde::Serialize;

use crate::args::Common;
use crate::changes;
use crate::exit::Exit;
use crate::out;
use crate::selection::{self, Selection};

/// Options of every verb.
#[derive(Debug, ClapArgs)]
pub(crate) struct Options {
    /// A message on stdin stands for its conversations
    #[arg(long)]
    message: bool,

    /// Go on although it is more than 500 conversations
    #[arg(long)]
    yes: bool,

    /// Say nothing
    #[arg(short, long)]
    quiet: bool,

    /// Print a JSON object for each change
    #[arg(long, conflicts_with = "quiet")]
    json: bool,

    #[command(flatten)]
    common: Common,
}

impl Options {
    /// Whether a message on stdin stands for the conversations.
    pub(crate) fn takes_message(&self) -> bool {
        self.message
    }
}

/// Does `verb WORDS` to the selection, which is the first of `words` unless a message stands for it.
pub(crate) fn run(verb: &'static str, words: &[String], options: &Options) -> Result<Exit> {
    let (selection, words) = match words.split_first() {
        _ if options.message => (None, words),
        Some((first, rest)) => (Some(first.as_str()), rest),
        None => (None, words),
    };
    let all: Vec<&str> = std::iter::once(verb).chain(words.iter().map(String::as_str)).collect();
    let actions = action::parse(&all, Origin::CommandLine).map_err(|e| located(&all, &e))?;
    let selection = Selection::of(selection, options.message)?;
    let mut desk = options.common.desk(Purpose::Write)?;
    let numbers = selection.numbers(&mut desk)?;
    selection::confirm(&numbers, options.yes)?;
    let acted = desk.act(verb, &numbers, &actions)?;
    if options.message
        && let Some((number, failure)) = refused(&acted)
    {
        return Err(Failure::new(failure.kind, format!("{number}: {failure}")).into());
    }
    print(&acted, options)
}

/// The first refusal: where a message is on stdin it is for the log, and nothing is printed.
fn refused(acted: &[Acted]) -> Option<(Number, &Failure)> {
    acted.iter().find_map(|one| Some((one.number, one.result.as_ref().err()?)))
}

/// An error that points into the words.
fn located(words: &[&str], error: &Located) -> Failure {
    let text = words.join(" ");
    Failure::usage(format!("{error}\n{}", error.excerpt(&text)))
}

/// One change as JSON.
#[derive(Serialize)]
struct Line {
    number: i64,
    kind: &'static str,
    data: serde_json::Value,
    event: String,
    batch: String,
}

fn print(acted: &[Acted], options: &Options) -> Result<Exit> {
    let mut out = out::open();
    let mut worst = Exit::Done;
    for one in acted {
        if let Some(named) = one.named
            && !options.quiet
        {
            writeln!(std::io::stderr(), "postroom: {named} is merged into {}", one.number)?;
        }
        match &one.result {
            Err(failure) => {
                // One refusal makes the whole answer "no"; alone, it keeps its own status (R201).
                worst = if acted.len() == 1 { failure.kind.into() } else { Exit::No };
                writeln!(std::io::stderr(), "postroom: {}: {failure}", one.number)?;
            }
            Ok(_) if options.quiet => {}
            Ok(done) if options.json => {
                for event in done {
                    let (number, kind) = (one.number.0, event.change.kind());
                    let (event, batch, data) =
                        (event.id.to_string(), event.by.batch.to_string(), event.change.data()?);
                    out::json(&mut out, &Line { number, kind, data, event, batch })?;
                }
            }
            Ok(done) => {
                for event in done {
                    writeln!(out, "{}\t{}", one.number, changes::words(&event.change))?;
                }
            }
        }
    }
    out.flush()?;
    Ok(worst)
}
