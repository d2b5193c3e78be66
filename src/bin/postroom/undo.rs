//! `postroom undo`: takes changes back.

use std::io::Write;

use anyhow::Result;
use clap::Parser;
use postroom::desk::undo::{Undone, What};
use postroom::desk::{Failure, Purpose};
use postroom::domain::{BatchId, EventId, Number};
use postroom::store::Ending;

use crate::args::Common;
use crate::exit::Exit;
use crate::json::EventLine;
use crate::selection::MANY;
use crate::{changes, out};

/// Take changes back: an event, all of a command, or the last of a conversation
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Events (e9120), batches (b17), or conversations (142)
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,

    /// Change nothing; print what would be done
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
    let whats = args.ids.iter().map(|id| what(id)).collect::<Result<Vec<_>, _>>()?;
    let (purpose, ending) = match args.dry_run {
        true => (Purpose::Read, Ending::Rollback),
        false => (Purpose::Write, Ending::Commit),
    };
    let mut desk = args.common.desk(purpose)?;
    let undone = desk.undo(&whats, (!args.yes).then_some(MANY), ending)?;
    if !args.quiet {
        print(args, &undone)?;
    }
    Ok(Exit::Done)
}

fn what(id: &str) -> Result<What, Failure> {
    if let Ok(event) = id.parse::<EventId>() {
        return Ok(What::Event(event));
    }
    if let Ok(batch) = id.parse::<BatchId>() {
        return Ok(What::Batch(batch));
    }
    id.parse::<Number>().map(What::Last).map_err(|_| {
        Failure::usage(format!("'{id}' is no event (e9120), batch (b17) or conversation (142)"))
    })
}

fn print(args: &Args, undone: &Undone) -> Result<()> {
    let mut out = out::open();
    for event in &undone.events {
        if args.json {
            out::json(&mut out, &EventLine::from(event))?;
        } else {
            writeln!(out, "{}\t{}", event.conversation, changes::words(&event.change))?;
        }
    }
    out.flush()?;
    for (number, message) in &undone.stay {
        writeln!(
            std::io::stderr(),
            "postroom: {message} came after the merge: it stays in {number}"
        )?;
    }
    Ok(())
}
