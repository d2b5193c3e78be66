//! `[[correlate]]` in `rules/*.toml`: which mail of machines belongs together.

use crate::domain::correlate::{self, Correlation, Places};
use crate::domain::query::{Bound, Query};
use crate::domain::rule::Location;
use crate::domain::{Duration, Located};

use super::pattern::{of_header, pattern};
use super::rules::Rules;
use super::section::{Report, Section};
use super::source::Text;

/// How long after its close a conversation opens again, if the rule does not say.
const REOPEN_WITHIN: Duration = Duration::hours(1);

impl Rules<'_> {
    /// One `[[correlate]]`; it is of no use if an error was reported.
    pub(super) fn correlation(
        &mut self,
        mut section: Section<'_>,
        at: Location,
        report: &mut Report<'_>,
    ) -> Option<Correlation> {
        let begin = section.at;
        let name = section.text("name", report);
        if name.is_none() {
            report.error(begin, "a correlation needs a name, which the history calls it by");
        }
        let name = name.and_then(|name| self.name(&name, report));
        let when = section.text("when", report);
        if when.is_none() {
            report.error(begin, NO_SENDER);
        }
        let when = when.and_then(|text| self.sender(&text, report));
        let key = places(&mut section, report);
        if key.as_ref().is_some_and(Places::is_empty) {
            let wrong = "a correlation needs a key: subject, header.NAME or body = '/regex/'";
            report.error(begin, wrong);
        }
        let close_when = section.text("close-when", report);
        let reopen_when = section.text("reopen-when", report);
        let close_when = close_when.map(|text| self.of_mail(&text, report));
        let reopen_when = reopen_when.map(|text| self.of_mail(&text, report));
        let reopen_within = section.parse("reopen-within", report).unwrap_or(REOPEN_WITHIN);
        section.finish(report);
        Some(Correlation {
            name: name?,
            at,
            when: when?,
            key: key?,
            close_when: whole(close_when)?,
            reopen_when: whole(reopen_when)?,
            reopen_within,
        })
    }

    /// Whose mail: what everybody can write must not open and close conversations.
    fn sender(&self, text: &Text, report: &mut Report<'_>) -> Option<Bound> {
        let query = self.when(text, report)?;
        if !correlate::names_the_sender(&query) {
            report.error(text.span.start, NO_SENDER);
        }
        bound(&query, text, report)
    }

    fn of_mail(&self, text: &Text, report: &mut Report<'_>) -> Option<Bound> {
        bound(&self.when(text, report)?, text, report)
    }
}

const NO_SENDER: &str = "a correlation names whose mail it is about: when = \
                         'from:nagios@example.org', or is:verified, in each part of an 'or'; a \
                         regex ends with a domain and $";

/// A key that is not there is fine; one that is wrong is not.
fn whole<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        None => Some(None),
        Some(read) => read.map(Some),
    }
}

fn bound(query: &Query, text: &Text, report: &mut Report<'_>) -> Option<Bound> {
    match correlate::of_mail(query) {
        Ok(bound) => Some(bound),
        Err(term) => {
            let at = text.value.find(&term).unwrap_or_default();
            let wrong = format!("a correlation looks at the mail alone, which '{term}' does not");
            report.located(text, &Located::new(at, wrong));
            None
        }
    }
}

fn places(section: &mut Section<'_>, report: &mut Report<'_>) -> Option<Places> {
    let subject = section.text("subject", report).map(|text| pattern(&text, report));
    let headers = of_header(section, "header", report);
    let body = section.text("body", report).map(|text| pattern(&text, report));
    Some(Places { subject: whole(subject)?, headers: headers?, body: whole(body)? })
}

#[cfg(test)]
mod tests;
