//! `postroom purge`: forgets conversations.

use std::io::Write;

use anyhow::Result;
use clap::Parser;
use postroom::desk::Purpose;
use postroom::desk::purge::Purged;
use postroom::store::Ending;
use serde::Serialize;

use crate::args::Common;
use crate::exit::Exit;
use crate::json::EventLine;
use crate::selection::{self, Selection};
use crate::{changes, out};

/// Forget conversations for good: texts, mail, and who took part
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Conversations
    #[arg(allow_hyphen_values = true, required_unless_present = "dropped")]
    selection: Option<String>,

    /// Forget whose the mails were that rules dropped: those of a sender, or one by its Message-ID
    #[arg(long, value_name = "WORD", conflicts_with_all = ["selection", "yes"])]
    dropped: Option<String>,

    /// Forget nothing; print what would be done
    #[arg(long)]
    dry_run: bool,

    /// Write the database anew, so that the file holds no piece of it either; mail waits meanwhile
    #[arg(long, conflicts_with = "dry_run")]
    vacuum: bool,

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
    let selection = args.selection.as_deref().map(Selection::parse).transpose()?;
    let (purpose, ending) = match args.dry_run {
        true => (Purpose::Read, Ending::Rollback),
        false => (Purpose::Write, Ending::Commit),
    };
    let mut desk = args.common.desk(purpose)?;
    if args.vacuum {
        desk.may_vacuum()?;
    }
    let exit = match &args.dropped {
        Some(word) => print_dropped(args, desk.purge_dropped(word, ending)?)?,
        None => {
            let numbers = selection.map(|selection| selection.numbers(&mut desk)).transpose()?;
            let numbers = numbers.unwrap_or_default();
            selection::confirm(&numbers, args.yes)?;
            print(args, &desk.purge(&numbers, ending)?)?
        }
    };
    if args.vacuum {
        desk.vacuum()?;
    }
    Ok(exit)
}

/// How many mails that were dropped were forgotten, as JSON.
#[derive(Serialize)]
struct Dropped {
    dropped: usize,
}

fn print_dropped(args: &Args, count: usize) -> Result<Exit> {
    let mut out = out::open();
    if args.json {
        out::json(&mut out, &Dropped { dropped: count })?;
    } else if !args.quiet {
        let mails = if count == 1 { "mail" } else { "mails" };
        writeln!(out, "dropped\tpurged, {count} {mails}")?;
    }
    out.flush()?;
    Ok(Exit::Done)
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
