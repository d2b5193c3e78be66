//! Ranges without shell metacharacters, and the days of a calendar.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};

/// From one value to another, both included. One value alone is a range from it to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range<T> {
    /// `a..`
    From(T),
    /// `..b`
    To(T),
    /// `a..b`
    Between(T, T),
}

impl<T> Range<T> {
    /// The lower end, if there is one.
    pub fn start(&self) -> Option<&T> {
        match self {
            Range::From(start) | Range::Between(start, _) => Some(start),
            Range::To(_) => None,
        }
    }

    /// The upper end, if there is one.
    pub fn end(&self) -> Option<&T> {
        match self {
            Range::To(end) | Range::Between(_, end) => Some(end),
            Range::From(_) => None,
        }
    }
}

impl<T: PartialOrd> Range<T> {
    /// Whether the value lies in it.
    #[must_use]
    pub fn contains(&self, value: &T) -> bool {
        self.start().is_none_or(|start| start <= value) && self.end().is_none_or(|end| value <= end)
    }
}

impl<T: fmt::Display> fmt::Display for Range<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Range::From(start) => write!(f, "{start}.."),
            Range::To(end) => write!(f, "..{end}"),
            Range::Between(start, end) => write!(f, "{start}..{end}"),
        }
    }
}

/// A day, or the days of a month or a year, in the zone of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// `2026-05-01`
    Date(NaiveDate),
    /// `2026-05`: held as its first day.
    Month(NaiveDate),
    /// `2026`: held as its first day.
    Year(NaiveDate),
    /// The day of now.
    Today,
    /// The day before it.
    Yesterday,
}

impl Day {
    /// The first day meant, where `today` is what it is.
    #[must_use]
    pub fn first(self, today: NaiveDate) -> NaiveDate {
        match self {
            Day::Date(date) | Day::Month(date) | Day::Year(date) => date,
            Day::Today => today,
            Day::Yesterday => today.checked_sub_days(Days::new(1)).unwrap_or(today),
        }
    }

    /// The day after the last day meant.
    #[must_use]
    pub fn next(self, today: NaiveDate) -> NaiveDate {
        let first = self.first(today);
        let next = match self {
            Day::Year(_) => first.checked_add_months(Months::new(12)),
            Day::Month(_) => first.checked_add_months(Months::new(1)),
            Day::Date(_) | Day::Today | Day::Yesterday => first.succ_opt(),
        };
        next.unwrap_or(first)
    }

    /// Whether a range from this to `end` holds no day, whatever today is.
    pub(super) fn is_after(self, end: Day) -> bool {
        match (self, end) {
            (Day::Today, Day::Yesterday) => true,
            _ if self.is_fixed() && end.is_fixed() => {
                self.first(NaiveDate::MIN) >= end.next(NaiveDate::MIN)
            }
            _ => false,
        }
    }

    fn is_fixed(self) -> bool {
        !matches!(self, Day::Today | Day::Yesterday)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Day::Date(date) => date.fmt(f),
            Day::Year(first) => write!(f, "{:04}", first.year()),
            Day::Month(first) => write!(f, "{:04}-{:02}", first.year(), first.month()),
            Day::Today => f.write_str("today"),
            Day::Yesterday => f.write_str("yesterday"),
        }
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let bad =
            || format!("'{word}' is no day: write 2026-05-01, 2026-05, 2026, today or yesterday");
        match word.to_ascii_lowercase().as_str() {
            "today" => return Ok(Day::Today),
            "yesterday" => return Ok(Day::Yesterday),
            _ => {}
        }
        let numbers: Vec<u16> = word.split('-').map_while(digits).collect();
        let date = |year: u16, month: u16, day: u16| {
            NaiveDate::from_ymd_opt(year.into(), month.into(), day.into()).ok_or_else(bad)
        };
        match (numbers.as_slice(), word.len()) {
            ([year], 4) => date(*year, 1, 1).map(Day::Year),
            ([year, month], 7) => date(*year, *month, 1).map(Day::Month),
            ([year, month, day], 10) => date(*year, *month, *day).map(Day::Date),
            _ => Err(bad()),
        }
    }
}

/// A number of two or four digits; with the length of the whole this leaves one way to write a day.
fn digits(part: &str) -> Option<u16> {
    let wanted = matches!(part.len(), 2 | 4) && part.bytes().all(|b| b.is_ascii_digit());
    wanted.then(|| part.parse().ok()).flatten()
}
