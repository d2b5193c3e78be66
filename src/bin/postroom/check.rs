//! `postroom check`: proves that the desk is sound.

use std::ffi::OsString;
use std::io::Write;

use anyhow::Result;
use clap::Parser;
use postroom::desk::Purpose;
use postroom::desk::check::Depth;
use postroom::render::clean;
use serde::Serialize;

use crate::args::Common;
use crate::exit::Exit;
use crate::{out, wiring};

/// Prove that the desk is sound, or name what is not
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Only fold all events into an empty copy, and compare every column
    #[arg(long)]
    rebuild: bool,

    /// Tell whether mail can come in the way this command was started: put it in place of 'ingest'
    #[arg(long, conflicts_with = "rebuild")]
    delivery: bool,

    /// Say nothing when all is well
    #[arg(short, long)]
    quiet: bool,

    /// Print a JSON object for each finding
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    common: Common,

    /// The words that stand behind 'ingest' in the wiring
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, requires = "delivery")]
    words: Vec<OsString>,
}

/// Whether it stands where `ingest` did, with a mail on stdin; also when misspelt or forgotten.
pub(crate) fn is_delivery(rest: &[OsString], _: &Result<Args, clap::Error>) -> bool {
    wiring::is_meant(rest)
}

/// A finding, as JSON.
#[derive(Serialize)]
struct Line<'a> {
    place: &'a str,
    finding: &'a str,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    if args.delivery {
        return wiring::run(&args.words, &args.common, args.json, args.quiet);
    }
    let desk = args.common.desk(Purpose::Read)?;
    let checked = desk.check(if args.rebuild { Depth::Rebuild } else { Depth::All })?;
    let counts = checked.counts;
    let mut out = out::open();
    for finding in &checked.findings {
        if args.json {
            out::json(&mut out, &Line { place: &finding.place, finding: &finding.words })?;
        } else {
            let (place, words) = (clean::name(&finding.place), clean::line(&finding.words));
            writeln!(out, "{place}\t{words}")?;
        }
    }
    if checked.findings.is_empty() && !args.quiet && !args.json {
        writeln!(
            out,
            "sound: {} messages, {} conversations, {} events",
            counts.messages, counts.conversations, counts.events
        )?;
    }
    out.flush()?;
    Ok(if checked.findings.is_empty() { Exit::Done } else { Exit::No })
}
