//! Regexes in a file, and the fields of a header that they are asked of.

use super::section::{Report, Section};
use super::source::Text;
use crate::domain::Located;
use crate::domain::query::Pattern;

/// A regex between slashes.
pub(super) fn pattern(text: &Text, report: &mut Report<'_>) -> Option<Pattern> {
    let between = text.value.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let Some(between) = between else {
        report.error(text.span.start, "a regex stands between slashes: '/host (\\S+) is down/'");
        return None;
    };
    match Pattern::new(between) {
        Ok(pattern) => Some(pattern),
        Err(wrong) => {
            report.located(text, &Located::new(wrong.offset + 1, &*wrong.message));
            None
        }
    }
}

/// `KEY.NAME = '/REGEX/'`: names of fields, each with a regex, in the order of the file; `None` if
/// one of them is wrong.
pub(super) fn of_header(
    section: &mut Section<'_>,
    key: &'static str,
    report: &mut Report<'_>,
) -> Option<Vec<(String, Pattern)>> {
    let entries = section.section(key, report).map(|part| part.entries(report));
    let fields = entries.unwrap_or_default().into_iter().map(|(name, text)| {
        let is_letter = |b: u8| b.is_ascii_graphic() && b != b':';
        if name.value.is_empty() || !name.value.bytes().all(is_letter) {
            report.error(name.span.start, "this is no name of a field of a header");
            return None;
        }
        Some((name.value, pattern(&text, report)?))
    });
    // All of them are read, so that one look mends all.
    let fields: Vec<Option<_>> = fields.collect();
    fields.into_iter().collect()
}
