//! `rules/*.toml`: which mail is kept out, which belongs together, and what to do with a message that
//! came in.

use std::collections::BTreeMap;

use crate::domain::action::{self, Origin};
use crate::domain::query::{self, Query, Term};
use crate::domain::rule::{Location, Rule};
use crate::domain::{Action, Barrier, Correlation, Located};

use super::Config;
use super::barrier::Kind;
use super::error::{ConfigError, Place, Warning};
use super::history::rule_files;
use super::section::{Report, Section};
use super::source::{Source, Text};

/// Longest name of a rule, in characters.
const LONGEST: usize = 100;

/// What the files say.
#[derive(Debug, Default)]
pub struct Rulebook {
    /// Each `[[rule]]`, in order.
    pub rules: Vec<Rule>,
    /// Each `[[correlate]]`, in order.
    pub correlations: Vec<Correlation>,
    /// Each `[[refuse]]` and `[[drop]]`, in order.
    pub barriers: Vec<Barrier>,
}

/// Reads all rules, in byte order of file names and then as they stand in the file.
///
/// # Errors
/// Everything that is wrong in any of them, names that the configuration does not know included.
pub fn load(config: &Config) -> Result<(Rulebook, Vec<Warning>), Vec<ConfigError>> {
    let dir = config.dir.join("rules");
    let files = rule_files(config).map_err(|error| vec![error])?;
    let mut all = Rules { config, book: Rulebook::default(), places: BTreeMap::new() };
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    for file in files {
        let source = match Source::read(&dir.join(&file)) {
            Ok(source) => source,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        let mut report = Report::new(&source);
        all.read_file(&format!("rules/{file}"), &mut report);
        match report.finish() {
            Ok(found) => warnings.extend(found),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok((all.book, warnings)) } else { Err(errors) }
}

/// The rules read so far.
pub(super) struct Rules<'c> {
    config: &'c Config,
    pub(super) book: Rulebook,
    /// Where each name was taken.
    places: BTreeMap<String, Place>,
}

impl Rules<'_> {
    fn read_file(&mut self, file: &str, report: &mut Report<'_>) {
        let Some(mut root) = Section::document(report) else { return };
        for section in root.list("rule", report) {
            let line = report.source.place(section.at).line;
            let unreachable = self.book.rules.last().is_some_and(Rule::is_last);
            if let (true, Some(last)) = (unreachable, self.book.rules.last()) {
                let message = format!(
                    "this rule and all after it are never reached: '{}' ({}) is for every \
                     message and stops",
                    last.name, last.at
                );
                report.warn(section.at, message);
            }
            let at = Location { file: file.to_owned(), line };
            let rule = self.rule(section, at, report);
            self.book.rules.extend(rule);
        }
        for section in root.list("correlate", report) {
            let line = report.source.place(section.at).line;
            let at = Location { file: file.to_owned(), line };
            let correlation = self.correlation(section, at, report);
            self.book.correlations.extend(correlation);
        }
        self.read_barriers(file, &mut root, report);
        root.finish(report);
    }

    /// Those of both kinds in the order of the file: the first that holds counts.
    fn read_barriers(&mut self, file: &str, root: &mut Section<'_>, report: &mut Report<'_>) {
        let refuse = root.list("refuse", report).into_iter().map(|section| (Kind::Refuse, section));
        let drop = root.list("drop", report).into_iter().map(|section| (Kind::Drop, section));
        let mut both: Vec<(Kind, Section<'_>)> = refuse.chain(drop).collect();
        both.sort_by_key(|(_, section)| section.at);
        for (kind, section) in both {
            let begin = section.at;
            let at = Location { file: file.to_owned(), line: report.source.place(begin).line };
            if let Some(barrier) = self.barrier(kind, section, at, report) {
                self.must_be_reached(&barrier, begin, report);
                self.book.barriers.push(barrier);
            }
        }
    }

    /// One `[[rule]]`; it is of no use if an error was reported.
    fn rule(
        &mut self,
        mut section: Section<'_>,
        at: Location,
        report: &mut Report<'_>,
    ) -> Option<Rule> {
        let begin = section.at;
        let name = section.text("name", report);
        if name.is_none() {
            report.error(begin, "a rule needs a name, which the history calls it by");
        }
        let name = name.and_then(|name| self.name(&name, report));
        trigger(&mut section, report);
        let when = match section.text("when", report) {
            Some(text) => self.when(&text, report),
            None => Some(Query::all()),
        };
        let texts = section.texts("then", report);
        if texts.is_empty() {
            report.error(begin, "a rule needs something to do: then = [\"assign anna\"]");
        }
        let then = self.then(&texts, report);
        section.finish(report);
        Some(Rule { name: name?, at, when: when?, then })
    }

    pub(super) fn name(&mut self, text: &Text, report: &mut Report<'_>) -> Option<String> {
        let at = text.span.start;
        let plain = !text.value.trim().is_empty() && !text.value.contains(char::is_control);
        if !plain || text.value.chars().count() > LONGEST {
            report.error(at, "the name of a rule is one line of at most 100 characters");
            return None;
        }
        let place = report.source.place(at);
        if let Some(other) = self.places.insert(text.value.clone(), place) {
            report.error(at, format!("there is another rule of this name at {other}"));
            return None;
        }
        Some(text.value.clone())
    }

    pub(super) fn when(&self, text: &Text, report: &mut Report<'_>) -> Option<Query> {
        let query: Query = match text.value.parse() {
            Ok(query) => query,
            Err(wrong) => {
                report.located(text, &wrong);
                return None;
            }
        };
        for term in query.terms() {
            let known = match term {
                Term::Assignee(query::Who::Me) => Err("in a rule there is no 'me'".to_owned()),
                named => self.config.know(named),
            };
            let Err(wrong) = known else { continue };
            // Terms do not keep their place; as most are written as they print, this finds it.
            let at = text.value.find(&term.to_string()).unwrap_or_default();
            report.located(text, &Located::new(at, wrong));
        }
        Some(query)
    }

    fn then(&self, texts: &[Text], report: &mut Report<'_>) -> Vec<Action> {
        let mut actions = Vec::new();
        for text in texts {
            if actions.contains(&Action::Stop) {
                report.warn(text.span.start, "this is never done, since 'stop' stands before it");
            }
            let found = match Action::parse(&text.value, Origin::Rule) {
                Ok(found) => found,
                Err(wrong) => {
                    report.located(text, &wrong);
                    continue;
                }
            };
            for action in &found {
                self.check_action(action, text, report);
            }
            actions.extend(found);
        }
        actions
    }

    fn check_action(&self, action: &Action, text: &Text, report: &mut Report<'_>) {
        if let Action::Assign(action::Who::Named(assignee)) = action
            && let Err(wrong) = self.config.know_assignee(assignee)
        {
            let at = text.value.find(&assignee.to_string()).unwrap_or_default();
            report.located(text, &Located::new(at, wrong));
        }
    }
}

/// `on = "arrival"`: what has no command yet cannot be promised.
fn trigger(section: &mut Section<'_>, report: &mut Report<'_>) {
    let Some(text) = section.text("on", report) else { return };
    match text.value.as_str() {
        "arrival" => {}
        "sweep" => {
            let wrong = "rules on \"sweep\" come with postroom sweep, not in this release";
            report.error(text.span.start, wrong);
        }
        _ => report.error(text.span.start, "a rule runs on = \"arrival\""),
    }
}

#[cfg(test)]
pub(super) mod tests;
