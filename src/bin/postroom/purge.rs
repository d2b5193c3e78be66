//! `postroom purge`: forgets conversations.

use std::io::Write;

use anyhow::Result;
use clap::Parser;
use postroom::desk::Purpose;
use postroom::desk::purge::Purged;
use postroom::store::Ending;

use crate::args::Common;
use crate::exit::Exit;
use crate::json::EventLine;
use crate::selection::{self, Selection};
use crate::{changes, out};

/// Forget conversations for good: texts, mail, and who took part
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Conversations
    #[arg(allow_hyphen_values = true)]
    selection: String,

    /// Forget nothing; print what would be done
    #[arg(long)]
    dry_run: bool,

    /// Go on although it is more than 500 conversations
    #[arg(long)]
    yes: bool,

    /// Say nothing
    #[arg(short, long)]
    quiet: bool,

    /// Print a JSON object for each event
    #[arg(long, conflicts_with = "quiet")]
    json: bool,

    #[command(flatten)]
    common: Common,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let selection = Selection::parse(&args.selection)?;
    let (purpose, ending) = match args.dry_run {
        true => (Purpose::Read, Ending::Rollback),
        false => (Purpose::Write, Ending::Commit),
    };
    let mut desk = args.common.desk(purpose)?;
    let numbers = selection.numbers(&mut desk)?;
    selection::confirm(&numbers, args.yes)?;
    print(args, &desk.purge(&numbers, ending)?)
}

fn print(args: &Args, purged: &[Purged]) -> Result<Exit> {
    let mut out = out::open();
    let mut worst = Exit::Done;
    for one in purged {
        let forgotten = match &one.result {
            Ok(forgotten) => forgotten,
            Err(failure) => {
                worst = if purged.len() == 1 { failure.kind.into() } else { Exit::No };
                writeln!(std::io::stderr(), "postroom: {}: {failure}", one.number)?;
                continue;
            }
        };
        for event in forgotten.events.iter().filter(|_| !args.quiet) {
            if args.json {
                out::json(&mut out, &EventLine::from(event))?;
            } else {
                writeln!(out, "{}\t{}", event.conversation, changes::words(&event.change))?;
            }
        }
        for (message, other) in forgotten.kept.iter().filter(|_| !args.quiet) {
            writeln!(std::io::stderr(), "postroom: {message} stays: {other} shows it too")?;
        }
    }
    out.flush()?;
    Ok(worst)
}
