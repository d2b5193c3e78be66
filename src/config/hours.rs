//! `[calendar.NAME]`: opening hours as written, and how they become a calendar.

use std::path::Path;

use chrono::{Datelike, NaiveDate};

use crate::domain::calendar::{Calendar, HolidayCountry};

use super::error::{ConfigError, Warning};
use super::section::{Report, Section};
use super::settings::WrittenZone;
use super::source::{Source, Text};
use crate::domain::Zone;

/// Opening hours as written. They are read only when somebody asks whether it is open, since
/// most deliveries do not.
#[derive(Debug, Clone)]
pub(super) struct Hours {
    open: Text,
    country: Option<HolidayCountry>,
    holidays: Option<Text>,
    zone: Option<Zone>,
}

/// Reads `[calendar.NAME]`; `None` if there are no hours in it.
pub(super) fn read(
    name: &Text,
    mut section: Section<'_>,
    report: &mut Report<'_>,
) -> Option<Hours> {
    let open = section.text("open", report);
    let country = section.parse("country", report);
    let holidays = section.text("holidays", report);
    let zone = section.parse::<WrittenZone>("timezone", report).map(|zone| zone.0);
    section.finish(report);
    if open.is_none() {
        report.error(name.span.start, "a calendar needs its hours: open = \"Mo-Fr 09:00-17:00\"");
    }
    Some(Hours { open: open?, country, holidays, zone })
}

impl Hours {
    /// The calendar, in the zone of the desk if it has none of its own.
    pub(super) fn calendar(
        &self,
        source: &Source,
        dir: &Path,
        zone: Zone,
    ) -> Result<Calendar, Vec<ConfigError>> {
        let dates = match &self.holidays {
            Some(text) => dates(source, dir, text)?,
            None => Vec::new(),
        };
        let zone = self.zone.unwrap_or(zone);
        Calendar::parse(&self.open.value, self.country, &dates, zone).map_err(|wrong| {
            let at = source.place(source.inside(&self.open, wrong.offset));
            vec![ConfigError { at, message: wrong.message }]
        })
    }

    /// Holidays that are spoken of and not given.
    pub(super) fn warning(&self, source: &Source) -> Option<Warning> {
        let at = self.open.value.find("PH")?;
        let at = source.place(source.inside(&self.open, at));
        let message = "PH means nothing here; add country or holidays".to_owned();
        (self.country.is_none() && self.holidays.is_none()).then_some(Warning { at, message })
    }

    /// The file of dates, if there is one.
    pub(super) fn file(&self) -> Option<&str> {
        self.holidays.as_ref().map(|text| text.value.as_str())
    }
}

/// The dates of a file, one a line: `2026-12-24  Christmas Eve`.
fn dates(source: &Source, dir: &Path, file: &Text) -> Result<Vec<NaiveDate>, Vec<ConfigError>> {
    let dates = Source::read(&dir.join(&file.value)).map_err(|error| {
        let message = format!("{} {}", error.at, error.message);
        vec![ConfigError { at: source.place(file.span.start), message }]
    })?;
    let mut report = Report::new(&dates);
    let mut found = Vec::new();
    let mut at = 0;
    for line in dates.text.split_inclusive('\n') {
        let first = line.split_whitespace().next().filter(|word| !word.starts_with('#'));
        match first.map(|word| (word, date(word))) {
            Some((_, Some(date))) => found.push(date),
            Some((word, None)) => {
                let column = line.find(word).unwrap_or_default();
                let wrong = "a line begins with a date such as 2026-12-24, or with #";
                report.error(at + column, wrong);
            }
            None => {}
        }
        at += line.len();
    }
    report.finish().map(|_| found)
}

fn date(word: &str) -> Option<NaiveDate> {
    let date: NaiveDate = word.parse().ok()?;
    (word.len() == 10 && (1900..3000).contains(&date.year())).then_some(date)
}
