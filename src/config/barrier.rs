//! `[[refuse]]` and `[[drop]]` in `rules/*.toml`: what keeps a mail out.

use crate::domain::barrier::{self, Answer, Code, How};
use crate::domain::query::{Bound, Query};
use crate::domain::rule::Location;
use crate::domain::{Barrier, Located};

use super::rules::Rules;
use super::section::{Report, Section};
use super::source::Text;

/// What the sender of a refused mail reads where the rule has no text.
const TEXT: &str = "this mail is not taken here";

/// Which of the two tables it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `[[refuse]]`
    Refuse,
    /// `[[drop]]`
    Drop,
}

impl Rules<'_> {
    /// One `[[refuse]]` or `[[drop]]`; it is of no use if an error was reported.
    pub(super) fn barrier(
        &mut self,
        kind: Kind,
        mut section: Section<'_>,
        at: Location,
        report: &mut Report<'_>,
    ) -> Option<Barrier> {
        let begin = section.at;
        let name = section.text("name", report);
        if name.is_none() {
            report.error(begin, "this rule needs a name, which the log calls it by");
        }
        let name = name.and_then(|name| self.name(&name, report));
        let when = section.text("when", report);
        if when.is_none() {
            report.error(begin, ALL);
        }
        let when = when.and_then(|text| self.which_mail(&text, report));
        let how = match kind {
            Kind::Refuse => answer(&mut section, report).map(How::Refuse),
            Kind::Drop => Some(How::Drop),
        };
        section.finish(report);
        Some(Barrier { name: name?, at, when: when?, how: how? })
    }

    fn which_mail(&self, text: &Text, report: &mut Report<'_>) -> Option<Bound> {
        let query = self.when(text, report)?;
        if query == Query::all() {
            report.error(text.span.start, ALL);
            return None;
        }
        match query.of_mail() {
            Ok(bound) => Some(bound),
            Err(term) => {
                let at = text.value.find(&term).unwrap_or_default();
                let wrong = format!(
                    "'{term}' asks for more than the mail and its inbox, and nothing else is \
                     known before it is taken in"
                );
                report.located(text, &Located::new(at, wrong));
                None
            }
        }
    }

    /// Warns of one that an earlier one leaves nothing to keep out.
    pub(super) fn must_be_reached(&self, later: &Barrier, at: usize, report: &mut Report<'_>) {
        let hiding = self.book.barriers.iter().find(|earlier| earlier.hides(later));
        if let Some(Barrier { name, at: place, .. }) = hiding {
            let words =
                format!("this rule is never reached: '{name}' ({place}) asks the same before it");
            report.warn(at, words);
        }
    }
}

const ALL: &str = "without a query this would keep out all mail: say which, \
                   when = 'from:probe@example.org'";

fn answer(section: &mut Section<'_>, report: &mut Report<'_>) -> Option<Answer> {
    let code = match section.begin_of("code") {
        None => Some(Code::NotAllowed),
        Some(at) => section.count("code", report).and_then(|number| {
            let code = Code::ALL.into_iter().find(|code| code.number() == number);
            if code.is_none() {
                report.error(at, CODES);
            }
            code
        }),
    };
    let text = match section.text("text", report) {
        None => Some(TEXT.to_owned()),
        Some(text) if barrier::is_fit(&text.value) => Some(text.value),
        Some(text) => {
            let wrong = format!(
                "the text stands in an SMTP reply: one line of plain ASCII, at most {} characters",
                barrier::LONGEST_TEXT
            );
            report.error(text.span.start, wrong);
            None
        }
    };
    Some(Answer { code: code?, text: text? })
}

const CODES: &str = "a mail is refused with code 77 (not wanted), 67 (nobody of this address) or 69 \
                     (not taken, for whatever reason)";

#[cfg(test)]
mod tests;
