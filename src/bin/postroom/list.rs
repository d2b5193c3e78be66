//! `postroom list`: conversations, a line each.

use std::io::Write;

use anyhow::Result;
use clap::Parser;
use postroom::desk::{Desk, Purpose};
use postroom::domain::{Priority, Query, Status, Time};
use postroom::render::{Align, Cell, Column, Screen, Style, Table, span};
use postroom::store::Line;

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

    /// Print how many there are, and nothing of them
    #[arg(long, conflicts_with_all = ["json", "numbers", "limit"])]
    count: bool,

    #[command(flatten)]
    common: Common,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let query: Query = match args.query.as_slice() {
        [] => selection::query("is:open")?,
        words => selection::query(&words.join(" "))?,
    };
    let mut desk = args.common.desk(Purpose::Read)?;
    let mut out = out::open();
    let found = if args.count {
        let count = desk.count(&query)?;
        writeln!(out, "{count}")?;
        count
    } else if args.json {
        let rows = desk.list_whole(&query, args.limit)?;
        rows.iter().try_for_each(|row| out::json(&mut out, &ConversationLine::from(row)))?;
        rows.len()
    } else if args.numbers {
        let numbers = desk.list_numbers(&query, args.limit)?;
        numbers.iter().try_for_each(|number| writeln!(out, "{number}"))?;
        numbers.len()
    } else {
        let lines = desk.list(&query, args.limit)?;
        write!(out, "{}", table(&lines, &desk, out::screen()))?;
        lines.len()
    };
    out.flush()?;
    Ok(if found == 0 && args.exit_code { Exit::No } else { Exit::Done })
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

fn table(lines: &[Line], desk: &Desk, screen: Screen) -> String {
    let mut table = Table::new(&COLUMNS);
    for line in lines {
        let from = line.from.as_ref();
        let from = from.map_or(String::new(), |from| from.address.to_string());
        let assignee = line.assignee.as_ref().map_or("-".to_owned(), ToString::to_string);
        table.row([
            Cell::new(&line.number.to_string(), urgency(line.priority)),
            Cell::new(line.status.as_str(), style(line.status)),
            Cell::from(line.inbox.as_str()),
            Cell::from(assignee.as_str()),
            waits(line.waiting_since, desk.now(), screen),
            Cell::from(postroom::render::clean::name(&from).as_ref()),
            Cell::from(subject(line).as_str()),
        ]);
    }
    table.print(screen)
}

/// In front, where nothing cuts it off, how many alerts repeat what stands there, and that somebody
/// may have forged the sender.
fn subject(line: &Line) -> String {
    let repeats = Some(line.repeats).filter(|n| *n > 0).map(|n| format!("({n} more) "));
    let doubt = Some("(sender not verified) ").filter(|_| line.is_doubtful);
    format!("{}{}{}", repeats.unwrap_or_default(), doubt.unwrap_or_default(), line.subject)
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
