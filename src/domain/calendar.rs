//! Opening hours and holidays: what counts as business time (R212 to R216).
//!
//! A desk is open at an instant when the clock on its wall shows an open time. So an hour that
//! the clock shows twice counts twice, and one that it skips counts not at all.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use opening_hours::localization::Country;
use opening_hours::{Context, ContextHolidays, OpeningHours, RuleKind};

use super::stretch::{DAY, Stretch, Stretches};
use super::{Duration, Located, Time, Zone};

/// How far ahead [`Calendar::due`] looks, in days: twenty years.
const HORIZON: i64 = 20 * 366;

/// The years in which a calendar must be open at least once (R213).
const YEARS: std::ops::RangeInclusive<i32> = 2020..=2060;

/// The years that a date of a holiday may lie in, and outside of which nothing is open.
const KNOWN_YEARS: std::ops::Range<i32> = 1900..3000;

const MINUTE: i64 = 60_000;

type HoursError = <OpeningHours as FromStr>::Err;

/// A country whose public holidays are known, by its ISO 3166 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HolidayCountry(Country);

impl FromStr for HolidayCountry {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, String> {
        code.parse().map(HolidayCountry).map_err(|_| {
            let code = code.escape_debug();
            format!("'{code}' is no country code; write two capital letters such as \"NL\"")
        })
    }
}

impl HolidayCountry {
    /// The public holidays of a year that all of the country has, in order.
    #[must_use]
    pub fn holidays(self, year: i32) -> Vec<NaiveDate> {
        let known = self.0.holidays();
        known.get_public().iter().filter(|date| date.year() == year).collect()
    }
}

/// When a desk is open, in one time zone. Cheap to clone.
#[derive(Clone)]
pub struct Calendar {
    hours: OpeningHours,
    zone: Zone,
}

impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Calendar({} in {})", self.hours, self.zone)
    }
}

impl Calendar {
    /// Reads opening hours such as `Mo-Fr 09:00-17:30; PH off`, in the notation of OpenStreetMap.
    ///
    /// `PH` means the public holidays of the country and the holidays given. Hours that are
    /// "unknown" or depend on the sun are not open hours.
    ///
    /// # Errors
    /// At its place in `open`: what cannot be read, and hours that never come.
    pub fn parse(
        open: &str,
        country: Option<HolidayCountry>,
        holidays: &[NaiveDate],
        zone: Zone,
    ) -> Result<Calendar, Located> {
        refuse_the_sun(open)?;
        let hours: OpeningHours = open.parse().map_err(|e| unreadable(&e))?;
        let context = Context::default().with_holidays(holidays_of(country, holidays));
        let calendar = Calendar { hours: hours.with_context(context), zone };
        if calendar.is_ever_open() {
            Ok(calendar)
        } else {
            let years = format!("{} and {}", YEARS.start(), YEARS.end());
            Err(Located::new(0, format!("these hours are never open between {years}")))
        }
    }

    /// The zone whose clock hangs on the wall.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// Whether the desk is open at this instant (R126).
    #[must_use]
    pub fn is_open(&self, at: Time) -> bool {
        self.spans(at, at + Duration(1)).next().is_some()
    }

    /// The business time between two instants; zero when `to` is not after `from` (R212).
    #[must_use]
    pub fn open_time(&self, from: Time, to: Time) -> Duration {
        Duration(self.spans(from, to).map(|(start, end)| (end - start).0).sum())
    }

    /// The earliest instant at which the business time since `from` is `target` (R215).
    ///
    /// `None` if it does not come within twenty years.
    #[must_use]
    pub fn due(&self, from: Time, target: Duration) -> Option<Time> {
        if target.0 <= 0 {
            return Some(from);
        }
        let mut left = target;
        for (start, end) in self.spans(from, from + Duration::days(HORIZON)) {
            let length = end - start;
            if length >= left {
                return Some(start + left);
            }
            left = Duration(left.0 - length.0);
        }
        None
    }

    fn is_ever_open(&self) -> bool {
        let first = NaiveDate::from_ymd_opt(*YEARS.start(), 1, 1).unwrap_or_default();
        let last = NaiveDate::from_ymd_opt(*YEARS.end(), 12, 31).unwrap_or_default();
        first.iter_days().take_while(|date| *date <= last).any(|date| !self.day(date).is_empty())
    }

    /// The open spans of a local date, in milliseconds since its midnight, in order.
    fn day(&self, date: NaiveDate) -> Vec<(i64, i64)> {
        let ranges = self.hours.schedule_at(date).into_iter();
        let open = ranges.filter(|range| range.kind == RuleKind::Open);
        let minutes = open.map(|range| {
            let (start, end) = (range.range.start, range.range.end);
            (i64::from(start.mins_from_midnight()), i64::from(end.mins_from_midnight()))
        });
        minutes.map(|(start, end)| (start * MINUTE, end.min(24 * 60) * MINUTE)).collect()
    }

    /// The open spans within [from, to), in order, without overlap.
    fn spans(&self, from: Time, to: Time) -> impl Iterator<Item = (Time, Time)> + '_ {
        // So that an absurd instant cannot make a loop over millions of years.
        let (first, last) = (new_year(KNOWN_YEARS.start), new_year(KNOWN_YEARS.end));
        Stretches::new(self.zone, from.0.max(first), to.0.min(last))
            .flat_map(|stretch| self.spans_of(&stretch))
    }

    /// The open spans within a stretch of time that has one offset from UTC.
    fn spans_of(&self, stretch: &Stretch) -> Vec<(Time, Time)> {
        let mut found = Vec::new();
        let local = stretch.start + stretch.offset;
        let first = local.div_euclid(DAY) * DAY;
        let mut midnight = first;
        // A stretch is at most a day long, so it touches at most two local dates.
        while midnight < stretch.end + stretch.offset {
            for (open, close) in date_of(midnight).map(|d| self.day(d)).unwrap_or_default() {
                let start = (midnight + open - stretch.offset).max(stretch.start);
                let end = (midnight + close - stretch.offset).min(stretch.end);
                if start < end {
                    found.push((Time(start), Time(end)));
                }
            }
            midnight += DAY;
        }
        found
    }
}

/// The first instant of a year in UTC, in milliseconds since 1970.
fn new_year(year: i32) -> i64 {
    let epoch = DateTime::<Utc>::UNIX_EPOCH.date_naive();
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(epoch);
    (first - epoch).num_milliseconds()
}

/// The date of a local midnight, in milliseconds as if local time were UTC.
fn date_of(midnight: i64) -> Option<NaiveDate> {
    let epoch = DateTime::<Utc>::UNIX_EPOCH.date_naive();
    let days = midnight.div_euclid(DAY);
    match u64::try_from(days) {
        Ok(days) => epoch.checked_add_days(Days::new(days)),
        Err(_) => epoch.checked_sub_days(Days::new(days.unsigned_abs())),
    }
}

/// The public holidays of the country, and these dates as well.
fn holidays_of(country: Option<HolidayCountry>, dates: &[NaiveDate]) -> ContextHolidays {
    let known = country.map(|c| c.0.holidays()).unwrap_or_default();
    let mut public = known.get_public().clone();
    for date in dates {
        // The set has a row for each year between, so a slip of the pen must not make it long.
        if KNOWN_YEARS.contains(&date.year()) {
            public.insert(*date);
        }
    }
    ContextHolidays::new(Arc::new(public), Arc::new(known.get_school().clone()))
}

/// Hours by the sun need a place on earth, which a calendar does not have.
fn refuse_the_sun(open: &str) -> Result<(), Located> {
    let lower = open.to_ascii_lowercase();
    let sun = ["sunrise", "sunset", "dawn", "dusk"].iter().find_map(|word| lower.find(word));
    match sun {
        Some(at) => Err(Located::new(at, "hours by the sun are not known here; write times")),
        None => Ok(()),
    }
}

/// The place and reason of what the notation does not allow.
fn unreadable(error: &HoursError) -> Located {
    use pest::error::InputLocation;
    match error {
        HoursError::Syntax(syntax) => {
            let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = syntax.location;
            let example = "Mo-Fr 09:00-17:30; PH off";
            Located::new(at, format!("opening hours are not written so; an example is '{example}'"))
        }
        other => Located::new(0, format!("opening hours cannot be read: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OFFICE: &str = "Mo-Fr 09:00-17:30; PH off";

    fn calendar(open: &str, country: &str, holidays: &[&str], zone: &str) -> Calendar {
        let country = (!country.is_empty()).then(|| country.parse().unwrap());
        let dates: Vec<NaiveDate> = holidays.iter().map(|d| d.parse().unwrap()).collect();
        Calendar::parse(open, country, &dates, zone.parse().unwrap()).unwrap()
    }

    /// An instant by the clock on the wall; the offset tells a doubled hour apart.
    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    #[test]
    fn open_or_not() {
        let office = calendar(OFFICE, "NL", &["2026-12-24"], "Europe/Amsterdam");
        for (when, open) in [
            ("2026-05-04T08:59:59.999+02:00", false),
            ("2026-05-04T09:00:00+02:00", true),
            ("2026-05-04T17:29:59.999+02:00", true),
            ("2026-05-04T17:30:00+02:00", false),
            ("2026-05-03T12:00:00+02:00", false), // Sunday
            ("2026-04-06T12:00:00+02:00", false), // Easter Monday
            ("2026-04-27T12:00:00+02:00", false), // King's Day
            ("2026-12-24T12:00:00+01:00", false), // our own
            ("2026-12-23T12:00:00+01:00", true),
        ] {
            assert_eq!(office.is_open(at(when)), open, "{when}");
        }
    }

    #[test]
    fn open_time_over_days_and_clock_changes() {
        let zone = "Europe/Amsterdam";
        for (open, from, to, minutes) in [
            (OFFICE, "2026-05-01T16:30:00+02:00", "2026-05-04T10:00:00+02:00", 120),
            (OFFICE, "2026-05-01T18:00:00+02:00", "2026-05-04T09:00:00+02:00", 0),
            (OFFICE, "2026-05-04T10:00:00+02:00", "2026-05-01T16:30:00+02:00", 0),
            // The day of 23 hours, and the hour that does not exist.
            ("24/7", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 23 * 60),
            ("02:00-03:00", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 0),
            ("02:30-03:30", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 30),
            // The day of 25 hours, and the hour that comes twice.
            ("24/7", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 25 * 60),
            ("02:00-03:00", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 120),
            // Nights: 7 hours in spring, 9 in autumn, and across the end of the week.
            ("Sa 22:00-06:00", "2026-03-28T12:00:00+01:00", "2026-03-29T12:00:00+02:00", 420),
            ("Sa 22:00-06:00", "2026-10-24T12:00:00+02:00", "2026-10-25T12:00:00+01:00", 540),
            ("Su 22:00-26:00", "2026-05-03T12:00:00+02:00", "2026-05-04T12:00:00+02:00", 240),
            // Several spans a day.
            (
                "09:00-12:00,13:00-17:00",
                "2026-05-04T11:00:00+02:00",
                "2026-05-04T14:00:00+02:00",
                120,
            ),
        ] {
            let calendar = calendar(open, "", &[], zone);
            assert_eq!(
                calendar.open_time(at(from), at(to)),
                Duration::minutes(minutes),
                "{open} {from}"
            );
        }
    }

    #[test]
    fn due_at_the_end_of_a_span_is_that_end() {
        let office = calendar(OFFICE, "NL", &[], "Europe/Amsterdam");
        for (from, target, due) in [
            ("2026-05-01T16:30:00+02:00", Duration::hours(1), "2026-05-01T17:30:00+02:00"),
            ("2026-05-01T16:30:00+02:00", Duration::minutes(61), "2026-05-04T09:01:00+02:00"),
            ("2026-05-02T00:00:00+02:00", Duration(0), "2026-05-02T00:00:00+02:00"),
        ] {
            assert_eq!(office.due(at(from), target), Some(at(due)));
        }
        let once = calendar("2026 May 04 09:00-10:00", "", &[], "UTC");
        assert_eq!(once.due(at("2026-05-05T00:00:00Z"), Duration(1)), None);
    }

    #[test]
    fn errors_have_their_place() {
        for (open, offset, words) in [
            ("Mo-Fr 9-17", 6, "not written so"),
            ("", 0, "not written so"),
            ("Mo-Fr sunrise-17:00", 6, "sun"),
            ("Mo-Fr off", 0, "never open"),
            ("PH 09:00-12:00", 0, "never open"),
            ("2019 Mo-Fr 09:00-12:00", 0, "never open"),
            ("Mo-Fr 09:00-12:00 unknown", 0, "never open"),
        ] {
            let wrong = Calendar::parse(open, None, &[], Zone::UTC).unwrap_err();
            assert_eq!(wrong.offset, offset, "{open}: {wrong}");
            assert!(wrong.message.contains(words), "{open}: {wrong}");
        }
        assert!("XX".parse::<HolidayCountry>().is_err());
    }

    #[test]
    fn absurd_instants_end() {
        let always = calendar("24/7", "", &[], "UTC");
        assert!(!always.is_open(Time(i64::MAX)));
        assert!(!always.is_open(Time(i64::MIN)));
        assert_eq!(always.due(Time(i64::MAX), Duration(1)), None);
        assert_eq!(always.open_time(Time(i64::MAX), Time(i64::MIN)), Duration(0));
    }

    const HOURS: [&str; 6] = [
        "24/7",
        OFFICE,
        "Mo-Su 22:00-06:00",
        "Mo-Fr 08:00-12:00,13:00-17:00; Sa 10:00-14:00",
        "00:30-02:30",
        "Mo 00:00-24:00; Dec 24-26 off",
    ];
    const ZONES: [&str; 6] = [
        "UTC",
        "Europe/Amsterdam",
        "America/New_York",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/Havana",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Minute by minute by the clock on the wall gives the same sum.
        #[test]
        fn open_time_is_the_count_of_open_minutes(
            hours in 0..HOURS.len(), zone in 0..ZONES.len(),
            start in 29_500_000_i64..30_500_000, length in 0_i64..4_000,
        ) {
            let calendar = calendar(HOURS[hours], "US", &[], ZONES[zone]);
            let minute = |n: i64| Time((start + n) * MINUTE);
            let open = |n: &i64| {
                let local = minute(*n).utc().with_timezone(&calendar.zone).naive_local();
                calendar.hours.is_open(local)
            };
            let counted = (0..length).filter(open).count();
            let measured = calendar.open_time(minute(0), minute(length));
            prop_assert_eq!(measured, Duration::minutes(counted.try_into().unwrap()));
        }

        /// What is due after a span of business time lies exactly that span away.
        #[test]
        fn due_is_the_inverse_of_open_time(
            hours in 0..HOURS.len(), zone in 0..ZONES.len(),
            start in 1_770_000_000_000_i64..1_830_000_000_000, target in 1_i64..400_000_000,
        ) {
            let calendar = calendar(HOURS[hours], "US", &[], ZONES[zone]);
            let due = calendar.due(Time(start), Duration(target)).unwrap();
            prop_assert_eq!(calendar.open_time(Time(start), due), Duration(target));
            prop_assert_eq!(calendar.open_time(Time(start), Time(due.0 - 1)), Duration(target - 1));
        }
    }
}
