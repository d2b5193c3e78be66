//! Volume over time: a bar a day, a week or a month, as the period is short or long.

use chrono::NaiveDate;

use super::{Pair, pairs};
use crate::domain::measures::Day;
use crate::render::Screen;

/// Up to so many days each has a line of its own.
const MOST_DAYS: usize = 31;
/// Up to so many days each week has a line, else each month.
const MOST_WEEK_DAYS: usize = 31 * 7;

/// The section; empty when nothing was opened or closed.
pub(super) fn section(days: &[Day], screen: Screen) -> String {
    let days = from_the_first_act(days);
    let (title, form) = if days.len() <= MOST_DAYS {
        ("Day by day", "%a %m-%d")
    } else if days.len() <= MOST_WEEK_DAYS {
        ("Week by week", "%G-W%V")
    } else {
        ("Month by month", "%Y-%m")
    };
    let rows = grouped(days, form);
    let most = rows.iter().map(|row| row.left.max(row.right)).max().unwrap_or(0);
    // One scale: opened and closed are to be compared.
    pairs(title, ["opened", "closed"], &rows, (most, most), screen)
}

/// The days without the idle ones at the beginning: a new desk has no past to show.
fn from_the_first_act(days: &[Day]) -> &[Day] {
    let busy = days.iter().position(|day| day.opened + day.closed > 0);
    busy.and_then(|first| days.get(first..)).unwrap_or_default()
}

/// The days, with those that have the same name made one. The days come in order.
fn grouped(days: &[Day], form: &str) -> Vec<Pair> {
    let mut rows: Vec<Pair> = Vec::new();
    let name = |date: NaiveDate| date.format(form).to_string();
    for day in days {
        let name = name(day.date);
        match rows.last_mut().filter(|last| last.name == name) {
            Some(last) => {
                last.left += day.opened;
                last.right += day.closed;
            }
            None => rows.push(Pair { name, left: day.opened, right: day.closed }),
        }
    }
    rows
}
