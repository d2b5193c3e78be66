//! `postroom list`: conversations, a line each.

use std::io::Write;

use anyhow::Result;
use clap::Parser;
use postroom::desk::{Desk, Purpose};
use postroom::domain::{Priority, Query, Status, Time};
use postroom::render::{Align, Cell, Column, Screen, Style, Table, span};
use postroom::store::Row;

use crate::args::Common;
use crate::exit::Exit;
use crate::json::ConversationLine;
use crate::out;
use crate::selection;

/// List conversations, most recently changed first
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Which ones, behind all options: postroom-query(7) [default: is:open]
    #[arg(trailing_var_arg = true)]
    query: Vec<String>,

    /// At most so many lines
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<usize>,

    /// Exit with 1 when there is none
    #[arg(long)]
    exit_code: bool,

    /// Print a JSON object for each
    #[arg(long)]
    json: bool,

    /// Print the numbers alone
    #[arg(long, conflicts_with = "json")]
    numbers: bool,

    #[command(flatten)]
    common: Common,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let query: Query = match args.query.as_slice() {
        [] => selection::query("is:open")?,
        words => selection::query(&words.join(" "))?,
    };
    let mut desk = args.common.desk(Purpose::Read)?;
    let rows = desk.list(&query, args.limit)?;
    let mut out = out::open();
    if args.json {
        for row in &rows {
            out::json(&mut out, &ConversationLine::from(row))?;
        }
    } else if args.numbers {
        for row in &rows {
            writeln!(out, "{}", row.conversation.number)?;
        }
    } else {
        write!(out, "{}", table(&rows, &desk, out::screen()))?;
    }
    out.flush()?;
    Ok(if rows.is_empty() && args.exit_code { Exit::No } else { Exit::Done })
}

const COLUMNS: [Column; 7] = [
    Column { heading: "", align: Align::Right },
    Column { heading: "STATUS", align: Align::Left },
    Column { heading: "INBOX", align: Align::Left },
    Column { heading: "ASSIGNEE", align: Align::Left },
    Column { heading: "WAITS", align: Align::Right },
    Column { heading: "FROM", align: Align::Cut },
    Column { heading: "SUBJECT", align: Align::Cut },
];

fn table(rows: &[Row], desk: &Desk, screen: Screen) -> String {
    let mut table = Table::new(&COLUMNS);
    for row in rows {
        let c = &row.conversation;
        let from = row.from.as_ref();
        let from = from.map_or(String::new(), |from| from.address.to_string());
        let assignee = c.assignee.as_ref().map_or("-".to_owned(), ToString::to_string);
        table.row([
            Cell::new(&c.number.to_string(), urgency(c.priority)),
            Cell::new(c.status.as_str(), style(c.status)),
            Cell::from(c.inbox.as_str()),
            Cell::from(assignee.as_str()),
            waits(c.waiting_since, desk.now(), screen),
            Cell::from(postroom::render::clean::name(&from).as_ref()),
            Cell::from(subject(row).as_str()),
        ]);
    }
    table.print(screen)
}

/// In front, where nothing cuts it off, how many alerts repeat what stands there.
fn subject(row: &Row) -> String {
    match row.repeats {
        0 => row.subject.clone(),
        n => format!("({n} more) {}", row.subject),
    }
}

/// How long the contact has been waiting: an instant for a pipe, a span for a person.
fn waits(since: Option<Time>, now: Time, screen: Screen) -> Cell {
    match since {
        None => Cell::from("-"),
        Some(since) if screen.is_terminal() => Cell::from(span::age(since, now).as_str()),
        Some(since) => Cell::from(since.to_string().as_str()),
    }
}

fn style(status: Status) -> Style {
    match status {
        Status::Open => Style::Good,
        Status::Closed | Status::Spam => Style::Faint,
        Status::Pending | Status::Snoozed { .. } => Style::Plain,
    }
}

fn urgency(priority: Priority) -> Style {
    match priority {
        Priority::Urgent => Style::Bad,
        Priority::High => Style::Strong,
        Priority::Normal | Priority::Low => Style::Plain,
    }
}
