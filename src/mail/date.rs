//! Dates, as RFC 5322 has them and as programs write them.

use chrono::{DateTime, Days, NaiveDate, NaiveTime};

use super::comment;
use super::fields::Field;
use crate::domain::Time;

pub(super) const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The zones of RFC 822, in hours east of Greenwich.
const ZONES: [(&str, i64); 8] = [
    ("EST", -5),
    ("EDT", -4),
    ("CST", -6),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
];

/// The instant of a Date value; none if it is no date.
pub(super) fn of(field: &Field<'_>) -> Option<Time> {
    read(&field.unfolded())
}

/// The instant of a date: `Fri, 1 May 2026 09:00:00 +0200 (CEST)`; also of one that leaves out seconds
/// or zone, or puts the month first, or has something behind it, as old and broken programs write it,
/// and of one of RFC 3339. Without a known zone it is taken for UTC. None where there is no such day.
fn read(text: &str) -> Option<Time> {
    let edge = |c: char| c == '"' || c.is_whitespace();
    let text = comment::without(text.trim_matches(edge));
    let text = text.trim_matches(edge);
    if let Some(time) = of_rfc_3339(text) {
        return Some(time);
    }
    // A day of the week may be called as a month is: `mar, 1 jun 2026`.
    let text = match text.split_once(',') {
        Some((day, date)) if day.chars().all(|c| c.is_alphabetic() || c == '.') => date,
        _ => text,
    };
    let mut before = ' ';
    let joins = |c: char| {
        let joins = c == ',' || c == '-' && !before.is_whitespace();
        before = c;
        joins
    };
    let separated = text.replace(joins, " ");
    let mut words: Vec<&str> = separated.split_whitespace().take(12).collect();
    let (at, month) = words.iter().enumerate().find_map(|(at, word)| {
        let start = word.get(..3)?.to_lowercase();
        Some((at, (1..).zip(MONTHS).find(|(_, month)| *month == start)?.0))
    })?;
    words.remove(at);
    let (days, clock) = clock(&words)?;
    let day = day(&words, month)?.checked_add_days(Days::new(days))?;
    let local = day.and_time(clock).and_utc().timestamp_millis();
    Some(Time(local - zone(&words)))
}

/// The time of the day, and how many days later: 24:00 is the end of a day.
fn clock(words: &[&str]) -> Option<(u64, NaiveTime)> {
    let clock = words.iter().find(|word| word.contains(':') && offset(word).is_none())?;
    let mut clock = clock.split(':').map(str::parse::<u32>);
    let (hour, minute) = (clock.next()?.ok()?, clock.next()?.ok()?);
    let second = clock.next().and_then(Result::ok).unwrap_or(0);
    let (days, hour) = match (says(words, "am"), says(words, "pm")) {
        _ if hour > 24 => return None,
        (_, true) => (0, hour % 12 + 12),
        (true, false) => (0, hour % 12),
        (false, false) => (u64::from(hour / 24), hour % 24),
    };
    // A leap second is the last of its minute.
    Some((days, NaiveTime::from_hms_opt(hour, minute, second.min(59))?))
}

/// The day of a month: the first number; the second is the year.
fn day(words: &[&str], month: u32) -> Option<NaiveDate> {
    let unsigned = |word: &&&str| word.bytes().all(|byte| byte.is_ascii_digit());
    let mut numbers = words.iter().filter(unsigned).filter_map(|word| word.parse::<i32>().ok());
    let (day, year) = (numbers.next()?, numbers.next()?);
    let year = match year {
        0..50 => year + 2000,
        50..1000 => year + 1900,
        1000..10_000 => year,
        _ => return None,
    };
    NaiveDate::from_ymd_opt(year, month, u32::try_from(day).ok()?)
}

/// Milliseconds east of Greenwich.
fn zone(words: &[&str]) -> i64 {
    let named =
        || ZONES.iter().find(|(zone, _)| says(words, zone)).map(|(_, hours)| hours * 3_600_000);
    words.iter().find_map(|word| offset(word)).or_else(named).unwrap_or_default()
}

/// Milliseconds east of Greenwich that a word says: `-0800`, `+02:00`, `GMT+0200`.
fn offset(word: &str) -> Option<i64> {
    let word = word.trim_start_matches(|c: char| c.is_ascii_alphabetic()).replace(':', "");
    let (sign, digits) = word.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let all = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = digits.parse().ok().filter(|_| all)?;
    Some(sign * (number / 100 * 60 + number % 100) * 60_000)
}

fn says(words: &[&str], wanted: &str) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(wanted))
}

/// `2026-06-01T09:00:00+02:00`, or with a blank for the `T` and another before the zone.
fn of_rfc_3339(text: &str) -> Option<Time> {
    let forms = ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f %#z"];
    let read = |form| DateTime::parse_from_str(text, form).ok();
    let zoned = DateTime::parse_from_rfc3339(text).ok();
    let time = zoned.or_else(|| forms.into_iter().find_map(read))?;
    Some(Time(time.timestamp() * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (odd, wanted) in [
            ("Wed, 11 Feb 98 11:51 CST", "1998-02-11T17:51:00Z"),
            ("Wed, 15 Feb 1995 09:38:18", "1995-02-15T09:38:18Z"),
            ("Wednesday, April 03, 2002 5:56 PM", "2002-04-03T17:56:00Z"),
            ("12 May 2026 12:00 am", "2026-05-12T00:00:00Z"),
            ("1-Jan-2026 23:59:59", "2026-01-01T23:59:59Z"),
            ("Tue, 029 Apr 2019 23:34:45 -0800", "2019-04-30T07:34:45Z"),
            ("Sat, 29 Apr 1995 23:34:45 -0800 From: me", "1995-04-30T07:34:45Z"),
            ("Mon, 30 Jun 3609 15:33:50 +0600", "3609-06-30T09:33:50Z"),
            ("\"Mon, 1 Jun 2026 09:00:00 +0200\"", "2026-06-01T07:00:00Z"),
            ("Mon, 1 Jun 2026 09:00:00 +02:00", "2026-06-01T07:00:00Z"),
            ("Mon Jun 01 2026 09:00:00 GMT+0200 (CEST)", "2026-06-01T07:00:00Z"),
            ("Tue, 30 Jun 2026 23:59:60 +0000", "2026-06-30T23:59:59Z"),
            ("Fri, 1 May 2026 09:00:00 +0200 (Central European Time)", "2026-05-01T07:00:00Z"),
            ("Mon, 01 Jun 2026 24:00:00 +0000", "2026-06-02T00:00:00Z"),
            ("Thu, 31 Dec 2026 24:00 +0100", "2026-12-31T23:00:00Z"),
            ("1 May 2026 09:00 -0000", "2026-05-01T09:00:00Z"),
            ("mar, 2 jun 2026 09:00:00 +0200", "2026-06-02T07:00:00Z"),
            ("(Mar) Tue, 2 Jun 2026 09:00:00 +0200", "2026-06-02T07:00:00Z"),
            ("2026-06-01T09:00:00Z", "2026-06-01T09:00:00Z"),
            ("2026-06-01T09:00:00+0200", "2026-06-01T07:00:00Z"),
            ("2026-06-01 09:00:00 +0200", "2026-06-01T07:00:00Z"),
        ] {
            assert_eq!(read(odd).map(|time| time.to_string()).as_deref(), Some(wanted), "{odd}");
        }
        for none in [
            "1 abr 2026 9:00",
            "31 Feb 2026 9:00",
            "1 May 20260 9:00",
            "1 May 2026 25:00",
            "yesterday",
            "May",
            "May 1 x:y",
            "1 May 2026",
            "40 May 2026 1:1",
            "é,é:é May",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn fields() {
        let instant = |raw: &str| {
            of(&Field { name: "Date", value: raw.as_bytes() }).map(|time| time.to_string())
        };
        assert_eq!(
            instant(" Fri, 1 May 2026 09:00:00 +0200 (CEST)").as_deref(),
            Some("2026-05-01T07:00:00Z")
        );
        assert_eq!(instant("Wed, 11 Feb 98 11:51 CST").as_deref(), Some("1998-02-11T17:51:00Z"));
        assert_eq!(instant("yesterday"), None);
        assert_eq!(instant(""), None);
    }
}
