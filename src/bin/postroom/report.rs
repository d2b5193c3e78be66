//! `postroom report`: volume, response and resolution times, backlog, load.

use std::io::Write;

use anyhow::Result;
use chrono::{NaiveDate, TimeZone};
use clap::Parser;
use postroom::desk::{Desk, Failure, Purpose};
use postroom::domain::measures::Period;
use postroom::domain::{Duration, Time};
use postroom::render::report::{csv, page};

use crate::args::Common;
use crate::exit::Exit;
use crate::out;

/// Report volume, response and resolution times, backlog and load
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// First day, in the desk's zone [default: 30 days ago]
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,

    /// Last day, inclusive [default: today]
    #[arg(long, value_name = "DAY")]
    to: Option<NaiveDate>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,

    /// Print lines of section,inbox,key,measure,value
    #[arg(long, conflicts_with = "json")]
    csv: bool,

    #[command(flatten)]
    common: Common,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let desk = args.common.desk(Purpose::Read)?;
    let measures = desk.report(period(args, &desk)?)?;
    let mut out = out::open();
    if args.json {
        out::json(&mut out, &measures)?;
    } else if args.csv {
        write!(out, "{}", csv(&measures))?;
    } else {
        write!(out, "{}", page(&measures, out::screen()))?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// The days asked for, as a half-open span of instants (R218). Up to now, not up to midnight: what
/// has not happened is in no report.
fn period(args: &Args, desk: &Desk) -> Result<Period> {
    let today = desk.now().utc().with_timezone(&desk.config().settings().zone).date_naive();
    let last = args.to.unwrap_or(today);
    let first = match args.from {
        Some(day) => start_of(desk, day)?,
        None => start_of(desk, last)? - Duration::days(29),
    };
    if let Some(first) = args.from.filter(|first| *first > last) {
        let (word, last) = (if args.to.is_some() { "--to" } else { "today," }, last);
        return Err(Failure::usage(format!("--from {first} is after {word} {last}")).into());
    }
    let after = last.succ_opt().ok_or_else(|| Failure::usage("--to is too far away"))?;
    let end = start_of(desk, after)?;
    Period::new(first, end).map_err(|error| Failure::usage(error.to_string()).into())
}

fn start_of(desk: &Desk, day: NaiveDate) -> Result<Time> {
    let zone = desk.config().settings().zone;
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    // Where midnight does not exist, the day begins when its first hour does.
    let start = (0..4).find_map(|hour| {
        zone.from_local_datetime(&(midnight + chrono::TimeDelta::hours(hour))).earliest()
    });
    let start = start.ok_or_else(|| Failure::usage(format!("{day} has no beginning")))?;
    Ok(Time(start.timestamp_millis()))
}
