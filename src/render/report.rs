//! The report as a page for people, and as CSV for spreadsheets.

mod csv;
mod days;
#[cfg(test)]
mod tests;

pub use csv::csv;

use chrono::{DateTime, Timelike};

use super::bar::bar;
use super::screen::{Screen, Style};
use super::table::{Align, Cell, Column, Table};
use crate::domain::measures::{Flow, Measures, Spread, Who};
use crate::domain::{Duration, Time, Zone};

/// The page is never wider: longer bars say no more.
const WIDEST: usize = 96;
/// The page is never narrower; a smaller terminal wraps it.
const NARROWEST: usize = 60;
/// What a page that goes into a pipe or a mail is made for.
const PAPER: Screen = Screen::Terminal { width: 80, colour: false };

/// The report as a page. In a pipe it is the same page, 80 columns wide, so that cron can mail it;
/// programs read [`csv`] or JSON.
#[must_use]
pub fn page(measures: &Measures, screen: Screen) -> String {
    let screen = match screen {
        Screen::Pipe => PAPER,
        Screen::Terminal { width, colour } => {
            Screen::Terminal { width: width.clamp(NARROWEST, WIDEST), colour }
        }
    };
    let sections = [
        title(measures, screen),
        came_and_went(measures, screen),
        still_to_do(measures, screen),
        how_long(&measures.total, screen),
        by_inbox(measures, screen),
        days::section(&measures.days, screen),
        who_has_what(measures, screen),
        left_out(measures, screen),
    ];
    let filled: Vec<String> = sections.into_iter().filter(|s| !s.is_empty()).collect();
    filled.join("\n")
}

/// Columns without headings: a section's first row is its heading.
fn columns<const N: usize>(aligns: [Align; N]) -> Table {
    Table::new(&aligns.map(|align| Column { heading: "", align }))
}

/// The first row of a section: its title, then what its figures are.
fn heading<const N: usize>(title: &str, rest: [&str; N]) -> impl Iterator<Item = Cell> {
    let rest = rest.map(|word| Cell::new(word, Style::Faint));
    std::iter::once(Cell::new(title, Style::Strong)).chain(rest)
}

/// The label of a row, set in from the titles.
fn label(word: &str) -> Cell {
    Cell::from(format!("  {word}"))
}

fn figure(n: u64) -> Cell {
    Cell::new(&n.to_string(), if n == 0 { Style::Faint } else { Style::Plain })
}

fn title(measures: &Measures, screen: Screen) -> String {
    let (from, to) = (measures.period.from(), measures.period.to());
    let local = |at: Time| at.utc().with_timezone(&measures.zone);
    let midnight = |at: DateTime<Zone>| at.num_seconds_from_midnight() == 0;
    let whole_days = midnight(local(from)) && midnight(local(to));
    let (form, last) = if whole_days {
        ("%a %Y-%m-%d", local(to - Duration(1)))
    } else {
        ("%Y-%m-%d %H:%M", local(to))
    };
    let (first, last) = (local(from).format(form).to_string(), last.format(form).to_string());
    let span = if first == last { first } else { format!("{first} to {last}") };
    let zone = screen.paint(Style::Faint, &format!("({})", measures.zone));
    format!("{} {} {zone}\n", screen.paint(Style::Strong, "Report"), span)
}

fn came_and_went(measures: &Measures, screen: Screen) -> String {
    let counts = &measures.total.counts;
    let came = counts.opened + counts.reopened;
    let change = match (came.checked_sub(counts.closed), counts.closed.saturating_sub(came)) {
        (Some(0), _) if came == 0 => String::new(),
        (Some(0), _) => "as many as came".to_owned(),
        (Some(more), _) => format!("{more} fewer than came"),
        (None, more) => format!("{more} more than came"),
    };
    let mut table = columns([Align::Left, Align::Right, Align::Cut]);
    table.row(heading("Came and went", []));
    let rows = [
        ("opened", counts.opened, ""),
        ("reopened", counts.reopened, ""),
        ("closed", counts.closed, change.as_str()),
        ("messages in", counts.arrived, ""),
        ("replies", counts.replies, ""),
    ];
    for (word, n, remark) in rows {
        table.row([label(word), figure(n), Cell::new(remark, Style::Faint)]);
    }
    table.print(screen)
}

fn still_to_do(measures: &Measures, screen: Screen) -> String {
    let counts = &measures.total.counts;
    let nobody = measures.load.iter().find(|l| l.who == Who::Nobody).map_or(0, |l| l.open);
    let remark = match nobody {
        0 => String::new(),
        n => format!("{n} with nobody"),
    };
    let mut table = columns([Align::Left, Align::Right, Align::Left, Align::Cut]);
    table.row(heading("Still to do", [&counts.backlog().to_string()]));
    let rows = [
        ("open", counts.open, Style::Shape, remark.as_str()),
        ("pending", counts.pending, Style::Faint, ""),
        ("snoozed", counts.snoozed, Style::Faint, ""),
    ];
    let most = counts.open.max(counts.pending).max(counts.snoozed);
    let width = screen.width().unwrap_or(NARROWEST) / 4;
    for (word, n, style, remark) in rows {
        let shape = Cell::new(&bar(n, most, width), style);
        table.row([label(word), figure(n), shape, Cell::new(remark, Style::Warn)]);
    }
    table.print(screen)
}

fn how_long(flow: &Flow, screen: Screen) -> String {
    let mut table = columns([Align::Left, Align::Right, Align::Right, Align::Right, Align::Right]);
    table.row(heading("How long it took", ["median", "p90", "mean", "n"]));
    let rows = [
        ("first response", &flow.first_response),
        ("first resolution", &flow.first_resolution),
        ("full resolution", &flow.full_resolution),
    ];
    for (word, spread) in rows {
        let spans = [spread.median, spread.p90, spread.mean].map(span);
        let n = figure(u64::try_from(spread.n).unwrap_or(u64::MAX));
        table.row(std::iter::once(label(word)).chain(spans).chain([n]));
    }
    table.print(screen)
}

fn span(span: Option<Duration>) -> Cell {
    match span {
        Some(span) => Cell::from(span.short()),
        None => Cell::new("-", Style::Faint),
    }
}

/// One row an inbox, with the median of its first responses; nothing when there is only one, for that is the total.
fn by_inbox(measures: &Measures, screen: Screen) -> String {
    if measures.inboxes.len() < 2 {
        return String::new();
    }
    let right = Align::Right;
    let mut table = columns([Align::Cut, right, right, right, right, right]);
    table.row(heading("Inboxes", ["opened", "closed", "replies", "to do", "response"]));
    for row in &measures.inboxes {
        let Spread { median, .. } = row.flow.first_response;
        let counts = &row.flow.counts;
        let figures = [counts.opened, counts.closed, counts.replies, counts.backlog()];
        let cells = std::iter::once(label(row.inbox.as_str())).chain(figures.map(figure));
        table.row(cells.chain([span(median)]));
    }
    table.print(screen)
}

fn who_has_what(measures: &Measures, screen: Screen) -> String {
    let rows: Vec<Pair> = measures
        .load
        .iter()
        .map(|load| Pair { name: name(&load.who), left: load.open, right: load.replies })
        .collect();
    let most = |f: fn(&Pair) -> u64| rows.iter().map(f).max().unwrap_or(0);
    let scale = (most(|p| p.left), most(|p| p.right));
    pairs("Who has what", ["open", "replies"], &rows, scale, screen)
}

/// The name on the page; elsewhere nobody is `none`, the word of the query language.
fn name(who: &Who) -> String {
    match who {
        Who::Nobody => "nobody".to_owned(),
        who => who.to_string(),
    }
}

/// Two figures under one name, drawn as two bars.
struct Pair {
    name: String,
    left: u64,
    right: u64,
}

/// A section of pairs; `scale` is what fills the left and the right bar.
fn pairs(title: &str, what: [&str; 2], rows: &[Pair], scale: (u64, u64), screen: Screen) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let names = rows.iter().map(|row| row.name.chars().count() + 2).max().unwrap_or(0);
    // Two columns of figures, eight wide at most, and four gaps of two.
    let taken = names.max(title.len()) + 2 * 8 + 4 * 2;
    let width = (screen.width().unwrap_or(NARROWEST).saturating_sub(taken) / 2).clamp(4, 28);
    let mut table = columns([Align::Cut, Align::Right, Align::Left, Align::Right, Align::Left]);
    let [left, right] = what;
    table.row(heading(title, [left, "", right, ""]));
    for row in rows {
        let left = Cell::new(&bar(row.left, scale.0, width), Style::Shape);
        let right = Cell::new(&bar(row.right, scale.1, width), Style::Good);
        table.row([label(&row.name), figure(row.left), left, figure(row.right), right]);
    }
    table.print(screen)
}

fn left_out(measures: &Measures, screen: Screen) -> String {
    let plural = |n: u64| if n == 1 { "conversation" } else { "conversations" };
    let mut text = String::new();
    if let n @ 1.. = measures.left_out.spam {
        let line = format!("Not counted: {n} {} with spam.", plural(n));
        text = text + &screen.paint(Style::Faint, &line) + "\n";
    }
    if let n @ 1.. = measures.left_out.merged {
        let line = format!("Not counted: {n} {} merged into others.", plural(n));
        text = text + &screen.paint(Style::Faint, &line) + "\n";
    }
    if let n @ 1.. = measures.left_out.damaged {
        let what = plural(n);
        let line = format!("Not counted: {n} {what} without a first event; run 'postroom check'.");
        text = text + &screen.paint(Style::Bad, &line) + "\n";
    }
    text
}
