//! `postroom send`: hands the outbox to sendmail.

use std::io::Write;

use anyhow::Result;
use clap::Parser;
use postroom::desk::Purpose;
use postroom::desk::send::Which;
use postroom::render::clean;
use postroom::store::State;
use serde::Serialize;

use crate::args::Common;
use crate::exit::Exit;
use crate::out;

/// Hand queued mail to sendmail
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Also what is not due yet after a failed attempt
    #[arg(long)]
    all: bool,

    /// Print what is not settled, and send nothing
    #[arg(long)]
    list: bool,

    /// Print a line for each mail, not only for those that failed
    #[arg(short, long)]
    verbose: bool,

    /// Print a JSON object for each mail
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    common: Common,
}

/// A mail of the outbox, as JSON.
#[derive(Serialize)]
struct Line {
    outbox: String,
    number: i64,
    message: String,
    kind: &'static str,
    state: &'static str,
    attempts: i64,
    due: Option<String>,
    words: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let mut desk = args.common.desk(if args.list { Purpose::Read } else { Purpose::Write })?;
    let lines: Vec<(Line, State)> = if args.list {
        desk.outbox()?
            .into_iter()
            .map(|mail| (line(&mail, mail.state, mail.error.clone()), mail.state))
            .collect()
    } else {
        let which = if args.all { Which::All } else { Which::Due };
        let handed = desk.send(&which)?;
        handed.into_iter().map(|h| (line(&h.mail, h.state, h.words), h.state)).collect()
    };
    let mut out = out::open();
    let mut exit = Exit::Done;
    for (line, state) in &lines {
        let failed = *state == State::Failed;
        if failed && !args.list {
            exit = Exit::Sendmail;
        }
        if args.json {
            out::json(&mut out, line)?;
        } else if args.list || args.verbose || failed {
            let words = line.words.as_deref().map(clean::line).unwrap_or_default();
            writeln!(
                out,
                "{}\t{}\t{}\t{}\t{words}",
                line.number, line.outbox, line.kind, line.state
            )?;
        }
    }
    out.flush()?;
    Ok(exit)
}

fn line(mail: &postroom::store::Outgoing, state: State, words: Option<String>) -> Line {
    Line {
        outbox: mail.id.to_string(),
        number: mail.conversation.0,
        message: mail.message.to_string(),
        kind: mail.kind.as_str(),
        state: state.as_str(),
        attempts: mail.attempts,
        due: (state == State::Queued).then(|| mail.due.to_string()),
        words,
    }
}
