//! `postroom log`: what happened to conversations.

use std::io::Write;

use anyhow::Result;
use clap::Parser;
use postroom::desk::Purpose;
use postroom::render::{Align, Cell, Column, Style, Table};

use crate::args::Common;
use crate::changes;
use crate::exit::Exit;
use crate::json::EventLine;
use crate::out;
use crate::selection::Selection;

/// Tell what happened to conversations, event by event
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Conversations
    selection: String,

    /// Print a JSON object for each event
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    common: Common,
}

const COLUMNS: [Column; 6] = [
    Column { heading: "", align: Align::Right },
    Column { heading: "EVENT", align: Align::Left },
    Column { heading: "WHEN", align: Align::Left },
    Column { heading: "WHO", align: Align::Left },
    Column { heading: "WHAT", align: Align::Cut },
    Column { heading: "WHY", align: Align::Cut },
];

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let mut desk = args.common.desk(Purpose::Read)?;
    let numbers = Selection::parse(&args.selection)?.numbers(&mut desk)?;
    let screen = out::screen();
    let zone = desk.config().settings().zone;
    let mut out = out::open();
    let mut table = Table::new(&COLUMNS);
    for number in numbers {
        for event in desk.log_of(number)? {
            if args.json {
                out::json(&mut out, &EventLine::from(&event))?;
                continue;
            }
            let when =
                if screen.is_terminal() { event.at.local(&zone) } else { event.at.to_string() };
            table.row([
                Cell::from(number.to_string()),
                Cell::new(&event.id.to_string(), Style::Faint),
                Cell::from(when),
                Cell::from(changes::actor(&event.by.actor)),
                Cell::from(changes::words(&event.change)),
                Cell::from(changes::reason(&event)),
            ]);
        }
    }
    write!(out, "{}", table.print(screen))?;
    out.flush()?;
    Ok(Exit::Done)
}
