//! Time zones of the IANA database, which is part of the program. The only file that names jiff;
//! everywhere else a zone is one of chrono's.
//!
//! The tables of chrono-tz hold forty thousand pointers, which the loader has to set right at each
//! start of the program; those of jiff are bytes.

use std::fmt;
use std::str::FromStr;

use chrono::{
    Datelike, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone,
    Timelike,
};
use jiff::tz::{self, AmbiguousOffset};
use jiff::{Timestamp, civil};

/// A time zone. As small as a number: there are few, and they live as long as the program.
#[derive(Clone, Copy)]
pub struct Zone(&'static tz::TimeZone);

static UTC: tz::TimeZone = tz::TimeZone::UTC;

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Zone = Zone(&UTC);

    /// `Europe/Amsterdam`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The names of all zones.
    #[must_use]
    pub fn names() -> Vec<String> {
        tz::db().available().map(|name| name.to_string()).collect()
    }
}

/// Its name.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that names no zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoZone(String);

impl fmt::Display for NoZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown time zone '{}'", self.0.escape_debug())
    }
}

impl std::error::Error for NoZone {}

impl FromStr for Zone {
    type Err = NoZone;

    /// Reads a name, with the letters as large as they are in the database.
    fn from_str(word: &str) -> Result<Self, NoZone> {
        let found = tz::TimeZone::get(word).ok().filter(|zone| zone.iana_name() == Some(word));
        let found = found.ok_or_else(|| NoZone(word.to_owned()))?;
        Ok(Zone(Box::leak(Box::new(found))))
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How far a zone is from UTC at some instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZoneOffset {
    zone: Zone,
    offset: FixedOffset,
}

impl Offset for ZoneOffset {
    fn fix(&self) -> FixedOffset {
        self.offset
    }
}

impl fmt::Display for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.offset.fmt(f)
    }
}

impl Zone {
    fn offset(self, offset: tz::Offset) -> ZoneOffset {
        let offset = FixedOffset::east_opt(offset.seconds()).unwrap_or_else(|| chrono::Utc.fix());
        ZoneOffset { zone: self, offset }
    }
}

impl TimeZone for Zone {
    type Offset = ZoneOffset;

    fn from_offset(offset: &ZoneOffset) -> Self {
        offset.zone
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> LocalResult<ZoneOffset> {
        self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> LocalResult<ZoneOffset> {
        let Some(local) = civil_of(local) else { return LocalResult::None };
        match self.0.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => LocalResult::Single(self.offset(offset)),
            AmbiguousOffset::Gap { .. } => LocalResult::None,
            AmbiguousOffset::Fold { before, after } => {
                LocalResult::Ambiguous(self.offset(before), self.offset(after))
            }
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> ZoneOffset {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> ZoneOffset {
        // Beyond the years that have four digits there is no law of any zone.
        let at = Timestamp::from_second(utc.and_utc().timestamp()).unwrap_or_default();
        self.offset(self.0.to_offset(at))
    }
}

/// None beyond the years that have four digits.
fn civil_of(local: &NaiveDateTime) -> Option<civil::DateTime> {
    let year = i16::try_from(local.year()).ok()?;
    let small = |n: u32| i8::try_from(n).ok();
    let (month, day) = (small(local.month())?, small(local.day())?);
    let (hour, minute, second) =
        (small(local.hour())?, small(local.minute())?, small(local.second())?);
    civil::DateTime::new(year, month, day, hour, minute, second, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    #[test]
    fn names() {
        for (name, good) in [
            ("Europe/Amsterdam", true),
            ("UTC", true),
            ("America/Argentina/Buenos_Aires", true),
            ("Etc/GMT+5", true),
            ("CET", true),
            ("europe/amsterdam", false),
            ("Mars/Olympus", false),
            ("", false),
        ] {
            assert_eq!(name.parse::<Zone>().is_ok(), good, "{name}");
        }
        assert_eq!(zone("Asia/Kolkata").name(), "Asia/Kolkata");
        assert_eq!(zone("UTC"), Zone::UTC);
        assert!(Zone::names().len() > 500 && Zone::names().iter().all(|name| !name.is_empty()));
    }

    #[test]
    fn hours_that_are_not_and_hours_that_come_twice() {
        let at = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        let of = |name: &str, local: &str| match zone(name).from_local_datetime(&at(local)) {
            LocalResult::None => String::new(),
            LocalResult::Single(one) => one.with_timezone(&Utc).format("%dT%H:%M").to_string(),
            LocalResult::Ambiguous(one, two) => {
                assert!(one < two);
                format!(
                    "{} {}",
                    one.naive_utc().format("%dT%H:%M"),
                    two.naive_utc().format("%H:%M")
                )
            }
        };
        for (name, local, utc) in [
            ("Europe/Amsterdam", "2026-01-15T12:00:00", "15T11:00"),
            ("Europe/Amsterdam", "2026-07-15T12:00:00", "15T10:00"),
            ("Europe/Amsterdam", "2026-03-29T02:30:00", ""),
            ("Europe/Amsterdam", "2026-03-29T03:00:00", "29T01:00"),
            ("Europe/Amsterdam", "2026-10-25T02:30:00", "25T00:30 01:30"),
            ("Europe/Amsterdam", "2100-07-15T12:00:00", "15T10:00"),
            ("Australia/Lord_Howe", "2026-01-15T12:00:00", "15T01:00"),
            ("Asia/Kathmandu", "2026-01-15T12:00:00", "15T06:15"),
            ("America/Sao_Paulo", "2018-11-04T00:30:00", ""),
            ("Pacific/Apia", "2011-12-30T12:00:00", ""),
            ("UTC", "2026-10-25T02:30:00", "25T02:30"),
        ] {
            assert_eq!(of(name, local), utc, "{name} {local}");
        }
    }
}
