//! Reading a table of TOML key by key. Each key that is asked for is taken out; what is left at
//! the end is unknown. All errors are collected, so that one look mends them all.

use std::fmt::Display;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::Located;

use super::error::{ConfigError, Warning};
use super::nearest::hint;
use super::source::{Source, Text};

/// What was found wrong in one file so far.
pub(super) struct Report<'s> {
    /// The file.
    pub(super) source: &'s Source,
    errors: Vec<ConfigError>,
    warnings: Vec<Warning>,
}

impl<'s> Report<'s> {
    /// Nothing wrong yet.
    pub(super) fn new(source: &'s Source) -> Self {
        Report { source, errors: Vec::new(), warnings: Vec::new() }
    }

    /// Adds an error at a byte of the file.
    pub(super) fn error(&mut self, at: usize, message: impl Into<String>) {
        self.errors.push(ConfigError { at: self.source.place(at), message: message.into() });
    }

    /// Adds an error at its place within a string.
    pub(super) fn located(&mut self, text: &Text, wrong: &Located) {
        self.error(self.source.inside(text, wrong.offset), &*wrong.message);
    }

    /// Adds a warning at a byte of the file.
    pub(super) fn warn(&mut self, at: usize, message: impl Into<String>) {
        self.warnings.push(Warning { at: self.source.place(at), message: message.into() });
    }

    /// A value with a written form; what it says against the text becomes an error.
    pub(super) fn parse<T: FromStr<Err: Display>>(&mut self, text: &Text) -> Option<T> {
        match text.value.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.error(text.span.start, error.to_string());
                None
            }
        }
    }

    /// The same for a name that has to stand among those defined.
    pub(super) fn known<T: FromStr<Err: Display>>(
        &mut self,
        text: &Text,
        kind: &str,
        defined: &[String],
    ) -> Option<T> {
        if defined.contains(&text.value) {
            return self.parse(text);
        }
        let name = text.value.escape_debug();
        let hint = hint(&text.value, defined.iter().map(String::as_str));
        self.error(text.span.start, format!("unknown {kind} '{name}'{hint}"));
        None
    }

    /// The warnings, if there is no error; else the errors in the order of the file.
    pub(super) fn finish(mut self) -> Result<Vec<Warning>, Vec<ConfigError>> {
        self.errors.sort();
        self.warnings.sort();
        if self.errors.is_empty() { Ok(self.warnings) } else { Err(self.errors) }
    }
}

/// A table being read.
pub(super) struct Section<'t> {
    /// Where it begins.
    pub(super) at: usize,
    table: DeTable<'t>,
    asked: Vec<&'static str>,
}

impl<'t> Section<'t> {
    /// A whole file as a table; `None` if it is not TOML.
    pub(super) fn document(report: &mut Report<'t>) -> Option<Section<'t>> {
        let (table, errors) = DeTable::parse_recoverable(&report.source.text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            report.error(at, error.message().replace('\n', ", "));
        }
        errors.is_empty().then(|| Section::new(0, table.into_inner()))
    }

    fn new(at: usize, table: DeTable<'t>) -> Self {
        Section { at, table, asked: Vec::new() }
    }

    /// The keys of a table within this one, without reading it.
    pub(super) fn names(&self, key: &str) -> Vec<String> {
        let inner = self.table.get(key).and_then(|value| value.get_ref().as_table());
        inner.map(|t| t.keys().map(|k| k.get_ref().to_string()).collect()).unwrap_or_default()
    }

    /// Where the value of a key begins, if it is there, without reading it.
    pub(super) fn begin_of(&self, key: &str) -> Option<usize> {
        self.table.get(key).map(|value| value.span().start)
    }

    fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'t>>> {
        self.asked.push(key);
        self.table.remove(key)
    }

    /// A string.
    pub(super) fn text(&mut self, key: &'static str, report: &mut Report<'_>) -> Option<Text> {
        self.take(key).and_then(|value| text(key, value, report))
    }

    /// A list of strings; empty if the key is not there.
    pub(super) fn texts(&mut self, key: &'static str, report: &mut Report<'_>) -> Vec<Text> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let at = value.span().start;
        match value.into_inner() {
            DeValue::Array(items) => {
                items.into_iter().filter_map(|item| text(key, item, report)).collect()
            }
            other => {
                let message = format!("{key} must be a list, [\"...\"], not {}", kind(&other));
                report.error(at, message);
                Vec::new()
            }
        }
    }

    /// A string with a form of its own.
    pub(super) fn parse<T: FromStr<Err: Display>>(
        &mut self,
        key: &'static str,
        report: &mut Report<'_>,
    ) -> Option<T> {
        self.text(key, report).and_then(|text| report.parse(&text))
    }

    /// A number that is not negative.
    pub(super) fn count(&mut self, key: &'static str, report: &mut Report<'_>) -> Option<u32> {
        let value = self.take(key)?;
        let number = value.get_ref().as_integer();
        let number = number.and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok());
        if number.is_none() {
            report.error(value.span().start, format!("{key} must be a whole number, 0 or more"));
        }
        number
    }

    /// `true` or `false`; false if the key is not there.
    pub(super) fn flag(&mut self, key: &'static str, report: &mut Report<'_>) -> bool {
        let Some(value) = self.take(key) else { return false };
        value.get_ref().as_bool().unwrap_or_else(|| {
            report.error(value.span().start, format!("{key} must be true or false"));
            false
        })
    }

    /// A table within this one.
    pub(super) fn section(
        &mut self,
        key: &'static str,
        report: &mut Report<'_>,
    ) -> Option<Section<'t>> {
        self.take(key).and_then(|value| table(key, value, report))
    }

    /// The tables of a list of tables, `[[key]]`.
    pub(super) fn list(&mut self, key: &'static str, report: &mut Report<'_>) -> Vec<Section<'t>> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let at = value.span().start;
        match value.into_inner() {
            DeValue::Array(items) => {
                items.into_iter().filter_map(|item| table(key, item, report)).collect()
            }
            _ => {
                report.error(at, format!("{key} must be written [[{key}]]"));
                Vec::new()
            }
        }
    }

    /// The tables within a table within this one, each with its name: `[key.NAME]`.
    pub(super) fn named(
        &mut self,
        key: &'static str,
        report: &mut Report<'_>,
    ) -> Vec<(Text, Section<'t>)> {
        let Some(outer) = self.section(key, report) else { return Vec::new() };
        let entries = outer.table.into_iter().filter_map(|(name, value)| {
            let name = name_of(name);
            table(&name.value, value, report).map(|section| (name, section))
        });
        entries.collect()
    }

    /// What is left of a table of strings, each with its key.
    pub(super) fn entries(self, report: &mut Report<'_>) -> Vec<(Text, Text)> {
        let entries = self.table.into_iter().filter_map(|(name, value)| {
            let name = name_of(name);
            text(&name.value, value, report).map(|value| (name, value))
        });
        entries.collect()
    }

    /// Ends the reading: what nobody asked for is unknown.
    pub(super) fn finish(self, report: &mut Report<'_>) {
        for key in self.table.keys() {
            let name = key.get_ref().escape_debug();
            let hint = hint(key.get_ref(), self.asked.iter().copied());
            report.error(key.span().start, format!("unknown key '{name}'{hint}"));
        }
    }
}

fn name_of(key: Spanned<std::borrow::Cow<'_, str>>) -> Text {
    Text { span: key.span(), value: key.into_inner().into_owned() }
}

fn text(key: &str, value: Spanned<DeValue<'_>>, report: &mut Report<'_>) -> Option<Text> {
    let span = value.span();
    match value.into_inner() {
        DeValue::String(value) => Some(Text { value: value.into_owned(), span }),
        other => {
            report.error(span.start, format!("{key} takes text in quotes, not {}", kind(&other)));
            None
        }
    }
}

fn table<'t>(
    key: &str,
    value: Spanned<DeValue<'t>>,
    report: &mut Report<'_>,
) -> Option<Section<'t>> {
    let at = value.span().start;
    match value.into_inner() {
        DeValue::Table(inner) => Some(Section::new(at, inner)),
        other => {
            report.error(at, format!("{key} must be a table, not {}", kind(&other)));
            None
        }
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
