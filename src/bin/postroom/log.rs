//! `postroom log`: what happened to conversations, and what never became one.

use std::io::Write;

use anyhow::Result;
use clap::Parser;
use data_encoding::HEXLOWER;
use postroom::desk::{Desk, Purpose};
use postroom::domain::Address;
use postroom::render::{Align, Cell, Column, Style, Table, clean};
use postroom::store::StoredDrop;
use serde::Serialize;

use crate::args::Common;
use crate::changes;
use crate::exit::Exit;
use crate::json::{self, EventLine};
use crate::out;
use crate::selection::Selection;

/// Tell what happened to conversations, event by event
#[derive(Debug, Parser)]
#[command(
    override_usage = "postroom log [OPTIONS] SELECTION\n       postroom log [OPTIONS] --dropped"
)]
pub(crate) struct Args {
    /// Conversations; not with --dropped
    #[arg(required_unless_present = "dropped")]
    selection: Option<String>,

    /// Tell what rules dropped instead, mail by mail
    #[arg(long, conflicts_with = "selection")]
    dropped: bool,

    /// Print a JSON object for each event, or for each mail
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
    Column { heading: "WHY", align: Align::Below },
];

/// A mail that was dropped, as JSON.
#[derive(Serialize)]
struct Dropped<'a> {
    at: String,
    inbox: &'a str,
    recipient: Option<&'a str>,
    sender: Option<String>,
    message_id: Option<&'a str>,
    identity: String,
    rule: &'a str,
    place: &'a str,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let mut desk = args.common.desk(Purpose::Read)?;
    let Some(selection) = &args.selection else { return dropped(args, &desk) };
    let numbers = Selection::parse(selection)?.numbers(&mut desk)?;
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

const DROPPED: [Column; 6] = [
    Column { heading: "WHEN", align: Align::Left },
    Column { heading: "INBOX", align: Align::Left },
    Column { heading: "FROM", align: Align::Left },
    Column { heading: "FOR", align: Align::Left },
    Column { heading: "MESSAGE-ID", align: Align::Cut },
    Column { heading: "BY", align: Align::Cut },
];

/// What rules dropped: a row for each mail and inbox, first one first.
fn dropped(args: &Args, desk: &Desk) -> Result<Exit> {
    let screen = out::screen();
    let zone = desk.config().settings().zone;
    let mut out = out::open();
    let mut table = Table::new(&DROPPED);
    desk.dropped(|mail| {
        if args.json {
            return out::json(&mut out, &Dropped::from(&mail));
        }
        let at = mail.dropped;
        let when = if screen.is_terminal() { at.local(&zone) } else { at.to_string() };
        let id = mail.message_id.as_deref().map(|id| format!("<{}>", clean::line(id)));
        table.row([
            Cell::from(when),
            Cell::from(mail.inbox.as_str()),
            Cell::from(changes::sender(&mail.sender)),
            Cell::from(changes::recipient(mail.recipient.as_ref())),
            Cell::from(id.unwrap_or_else(|| "-".to_owned())),
            Cell::from(format!("rule '{}' ({})", mail.rule, mail.at)),
        ]);
        Ok(())
    })?;
    write!(out, "{}", table.print(screen))?;
    out.flush()?;
    Ok(Exit::Done)
}

impl<'a> From<&'a StoredDrop> for Dropped<'a> {
    fn from(mail: &'a StoredDrop) -> Self {
        Dropped {
            at: mail.dropped.to_string(),
            inbox: mail.inbox.as_str(),
            recipient: mail.recipient.as_ref().map(Address::as_str),
            sender: json::sender(&mail.sender),
            message_id: mail.message_id.as_deref(),
            identity: HEXLOWER.encode(&mail.identity),
            rule: &mail.rule,
            place: &mail.at,
        }
    }
}
