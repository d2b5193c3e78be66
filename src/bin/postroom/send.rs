//! `postroom send`: hands the outbox to sendmail.

use std::io::Write;

use anyhow::Result;
use clap::Parser;
use postroom::desk::Purpose;
use postroom::desk::send::Which;
use postroom::render::{Align, Cell, Column, Style, Table};
use postroom::store::{Outgoing, State};
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
    let mails = if args.list {
        desk.outbox()?
    } else {
        desk.send(if args.all { &Which::All } else { &Which::Due })?
    };
    let mut out = out::open();
    let mut table = Table::new(&COLUMNS);
    let mut exit = Exit::Done;
    for mail in &mails {
        let failed = mail.state == State::Failed;
        if failed {
            exit = Exit::Sendmail;
        }
        if args.json {
            out::json(&mut out, &Line::from(mail))?;
        } else if args.list || args.verbose || failed {
            table.row(cells(mail));
        }
    }
    write!(out, "{}", table.print(out::screen()))?;
    out.flush()?;
    Ok(exit)
}

const COLUMNS: [Column; 6] = [
    Column { heading: "", align: Align::Right },
    Column { heading: "MAIL", align: Align::Left },
    Column { heading: "KIND", align: Align::Left },
    Column { heading: "STATE", align: Align::Left },
    Column { heading: "NEXT TRY", align: Align::Left },
    Column { heading: "WHAT SENDMAIL SAID", align: Align::Cut },
];

fn cells(mail: &Outgoing) -> [Cell; 6] {
    let style = match mail.state {
        State::Failed => Style::Bad,
        State::Uncertain => Style::Warn,
        State::Queued | State::Sending | State::Accepted => Style::Plain,
    };
    [
        Cell::from(mail.conversation.to_string()),
        Cell::from(mail.id.to_string()),
        Cell::from(mail.kind.as_str()),
        Cell::new(mail.state.as_str(), style),
        Cell::from(due(mail).unwrap_or_else(|| "-".to_owned())),
        Cell::from(mail.error.as_deref().unwrap_or_default()),
    ]
}

/// When it is tried next; none for what is tried no more, or just now.
fn due(mail: &Outgoing) -> Option<String> {
    matches!(mail.state, State::Queued | State::Uncertain).then(|| mail.due.to_string())
}

impl From<&Outgoing> for Line {
    fn from(mail: &Outgoing) -> Self {
        Line {
            outbox: mail.id.to_string(),
            number: mail.conversation.0,
            message: mail.message.to_string(),
            kind: mail.kind.as_str(),
            state: mail.state.as_str(),
            attempts: mail.attempts,
            due: due(mail),
            words: mail.error.clone(),
        }
    }
}
