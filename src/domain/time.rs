//! Instants and spans: UTC milliseconds, from one clock reading per command (R190).

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, TimeZone, Utc};
use serde::{Deserialize, Serialize};

/// An instant, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

impl Time {
    /// The instant as a calendar value; out-of-range milliseconds give the epoch.
    #[must_use]
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }

    /// The instant of a calendar value.
    #[must_use]
    pub fn from_utc(at: DateTime<Utc>) -> Self {
        Time(at.timestamp_millis())
    }

    /// The day in a zone: `2026-05-01`.
    #[must_use]
    pub fn day<Z: TimeZone>(self, zone: &Z) -> String
    where
        Z::Offset: fmt::Display,
    {
        self.utc().with_timezone(zone).format("%Y-%m-%d").to_string()
    }

    /// As people of the desk read it: `2026-05-01 09:00` in their zone.
    #[must_use]
    pub fn local<Z: TimeZone>(self, zone: &Z) -> String
    where
        Z::Offset: fmt::Display,
    {
        self.utc().with_timezone(zone).format("%Y-%m-%d %H:%M").to_string()
    }
}

/// RFC 3339 in UTC; milliseconds only where there are any.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = if self.0 % 1000 == 0 { SecondsFormat::Secs } else { SecondsFormat::Millis };
        f.pad(&self.utc().to_rfc3339_opts(format, true))
    }
}

impl FromStr for Time {
    type Err = chrono::ParseError;

    /// Reads RFC 3339, any offset.
    fn from_str(text: &str) -> Result<Self, chrono::ParseError> {
        DateTime::parse_from_rfc3339(text).map(|t| Time(t.timestamp_millis()))
    }
}

impl Add<Duration> for Time {
    type Output = Time;

    fn add(self, span: Duration) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl Sub<Duration> for Time {
    type Output = Time;

    fn sub(self, span: Duration) -> Time {
        Time(self.0.saturating_sub(span.0))
    }
}

impl Sub for Time {
    type Output = Duration;

    /// The span between; negative when `earlier` is the later one.
    fn sub(self, earlier: Time) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

/// A span of time, in milliseconds. Written `90s`, `15m`, `4h`, `2d`, `1w`, or summed: `1d12h`.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Duration(pub i64);

/// Units of [`Duration`], largest first, in milliseconds. A day is 24 hours.
const UNITS: [(char, i64); 5] =
    [('w', 604_800_000), ('d', 86_400_000), ('h', 3_600_000), ('m', 60_000), ('s', 1_000)];

impl Duration {
    /// Whole hours.
    #[must_use]
    pub const fn hours(n: i64) -> Self {
        Duration(n * 3_600_000)
    }

    /// Whole minutes.
    #[must_use]
    pub const fn minutes(n: i64) -> Self {
        Duration(n * 60_000)
    }

    /// Days of 24 hours.
    #[must_use]
    pub const fn days(n: i64) -> Self {
        Duration(n * 86_400_000)
    }

    /// As the standard library counts it; a negative span is none.
    #[must_use]
    pub fn std(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.0.max(0).unsigned_abs())
    }

    /// Short form for people, the two largest units, truncated: `3d 4h`, `12m`, `0s`.
    #[must_use]
    pub fn short(self) -> String {
        let mut rest = self.0.max(0);
        let mut parts = Vec::new();
        for (unit, size) in UNITS.into_iter().skip(1) {
            let n = rest / size;
            rest %= size;
            if n > 0 || !parts.is_empty() {
                parts.push((n, unit));
            }
            if parts.len() == 2 {
                break;
            }
        }
        let words: Vec<String> =
            parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
        if words.is_empty() { "0s".to_owned() } else { words.join(" ") }
    }
}

/// The form that parses back; milliseconds below a second are dropped.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.max(0) / 1000 * 1000;
        if rest == 0 {
            return f.write_str("0s");
        }
        for (unit, size) in UNITS {
            if rest / size > 0 {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

/// A word that is no span of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadDuration(String);

impl fmt::Display for BadDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is not a span of time such as 90s, 15m, 4h, 2d, 1w or 1d12h", self.0)
    }
}

impl std::error::Error for BadDuration {}

impl FromStr for Duration {
    type Err = BadDuration;

    fn from_str(word: &str) -> Result<Self, BadDuration> {
        let bad = || BadDuration(word.chars().take(40).collect());
        let mut total: i64 = 0;
        let mut digits = String::new();
        for c in word.chars() {
            if c.is_ascii_digit() {
                digits.push(c);
                continue;
            }
            let (_, size) = UNITS.into_iter().find(|(unit, _)| *unit == c).ok_or_else(bad)?;
            let n: i64 = digits.parse().map_err(|_| bad())?;
            total = n.checked_mul(size).and_then(|ms| total.checked_add(ms)).ok_or_else(bad)?;
            digits.clear();
        }
        if word.is_empty() || !digits.is_empty() {
            return Err(bad());
        }
        Ok(Duration(total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_print() {
        for (word, ms, printed) in [
            ("90s", 90_000, "1m30s"),
            ("15m", 900_000, "15m"),
            ("1d12h", 129_600_000, "1d12h"),
            ("1w", 604_800_000, "1w"),
            ("0s", 0, "0s"),
        ] {
            let d: Duration = word.parse().unwrap();
            assert_eq!(d.0, ms, "{word}");
            assert_eq!(d.to_string(), printed);
            assert_eq!(d.to_string().parse::<Duration>().unwrap(), d);
        }
        for word in ["", "2", "d", "2y", "-1d", "1.5h", "99999999999999w", "2 d"] {
            assert!(word.parse::<Duration>().is_err(), "{word}");
        }
    }

    #[test]
    fn short_form() {
        for (ms, short) in
            [(0, "0s"), (59_000, "59s"), (3_600_000, "1h"), (100_000_000, "1d 3h"), (-5, "0s")]
        {
            assert_eq!(Duration(ms).short(), short);
        }
    }

    #[test]
    fn instants_print_as_rfc_3339() {
        assert_eq!(Time(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Time(1_500).to_string(), "1970-01-01T00:00:01.500Z");
        assert_eq!(
            "2026-05-01T09:00:00+02:00".parse::<Time>().unwrap().to_string(),
            "2026-05-01T07:00:00Z"
        );
    }
}
