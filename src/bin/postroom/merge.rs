//! `postroom merge`: makes one conversation of several.

use std::io::Write;

use anyhow::Result;
use clap::Parser;
use postroom::desk::Purpose;
use postroom::domain::Number;

use crate::args::Common;
use crate::exit::Exit;
use crate::json::EventLine;
use crate::selection::{self, Selection};
use crate::{changes, out};

/// Make one conversation of several; both numbers stay valid
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// The conversation that they become
    into: Number,

    /// Conversations that are merged into it
    #[arg(allow_hyphen_values = true)]
    selection: String,

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
    let mut desk = args.common.desk(Purpose::Write)?;
    let mut others = selection.numbers(&mut desk)?;
    if matches!(selection, Selection::Query(_)) {
        others.retain(|other| *other != args.into);
    }
    selection::confirm(&others, args.yes)?;
    let merged = desk.merge(args.into, &others)?;
    if merged.root != args.into && !args.quiet {
        writeln!(std::io::stderr(), "postroom: {} is merged into {}", args.into, merged.root)?;
    }
    let mut out = out::open();
    for event in merged.events.iter().filter(|_| !args.quiet) {
        if args.json {
            out::json(&mut out, &EventLine::from(event))?;
        } else {
            writeln!(out, "{}\t{}", event.conversation, changes::words(&event.change))?;
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}
