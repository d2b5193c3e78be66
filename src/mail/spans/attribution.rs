//! The line above a quote that says who wrote it and when: `On Mon, 1 Jun 2026 at 09:00, Erika
//! <erika@example.org> wrote:`.
//!
//! Mail programs put it in some fifty languages, and wrap it. What they have in common is looked
//! at first: a date near the beginning, an address in brackets, a colon at the end. Words decide
//! only where one of these is missing.

use super::line::{Line, undecorated};
use said::{Said, is_wrote};

mod said;
#[cfg(test)]
mod tests;

/// Longest attribution, in bytes.
const LONGEST: usize = 400;

/// Lines that one may be wrapped to.
const MOST_LINES: usize = 6;

/// An attribution in the lines of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribution {
    /// Where it begins in its first line, in bytes from the beginning of what the line says.
    pub(super) begin: usize,
    /// How many lines it is wrapped to.
    pub(super) lines: usize,
}

/// Finds one that begins in the first of these lines. Of a line only so much is looked at that a
/// text of any length takes linear time.
pub(super) fn begins(lines: &[Line<'_>]) -> Option<Attribution> {
    let first = lines.first()?.text;
    let begin = opening(first)?;
    let mut said = String::new();
    for (n, line) in lines.iter().enumerate().take(MOST_LINES) {
        let text = if n == 0 { first.get(begin..)? } else { line.text };
        let behind = lines.get(n + 1..).unwrap_or_default();
        let glued = glued_end(text);
        let text = glued.and_then(|end| text.get(..end)).unwrap_or(text);
        if said.len() + text.len() > LONGEST || n > 0 && !goes_on(&said, line, behind) {
            return None;
        }
        said.push(' ');
        said.push_str(text);
        if !may_end(text) {
            continue;
        }
        let read = Said::of(&said);
        if read.is_attribution(|| above_quote(behind)) {
            return Some(Attribution { begin, lines: n + 1 });
        }
        if read.has_colon && !is_unclosed(&said) {
            return None;
        }
    }
    None
}

/// Where one ends in a line whose quote goes on behind the colon: `Erika wrote:When?`, from
/// programs that lose the ends of lines.
fn glued_end(line: &str) -> Option<usize> {
    let line = line.get(..line.floor_char_boundary(LONGEST))?;
    line.match_indices(':').map(|(at, colon)| at + colon.len()).find(|end| {
        let begins_word = |c: char| c.is_alphabetic() || matches!(c, '>' | '<' | '"');
        let word = || line.get(..end - 1)?.split_whitespace().next_back();
        line.get(*end..).is_some_and(|rest| rest.starts_with(begins_word))
            && word().is_some_and(is_wrote)
    })
}

/// Whether a line may be the end of one.
fn may_end(line: &str) -> bool {
    let end = line.split_whitespace().next_back().unwrap_or_default();
    end.ends_with([':', '：', '>', ')', '-', '_', '=', '*']) || is_wrote(end)
}

/// Whether a line may go on with what has been said: any that says something, within a bracket
/// also one that looks marked, and an empty one above a bracket.
fn goes_on(said: &str, line: &Line<'_>, behind: &[Line<'_>]) -> bool {
    let before_bracket = || behind.first().is_some_and(|next| next.text == "<");
    match line.is_blank() {
        true => is_open(said) || before_bracket(),
        false => is_open(said) || !line.is_marked(),
    }
}

/// Whether the next line that says something is marked as quote.
fn above_quote(lines: &[Line<'_>]) -> bool {
    let mut near = lines.iter().take(4);
    near.find(|line| !line.is_blank() && !line.is_elision()).is_some_and(Line::is_marked)
}

/// Where in a line an attribution may begin: at its beginning, or behind the dashes that Yahoo
/// put before one. None if nothing in the line looks like it.
fn opening(line: &str) -> Option<usize> {
    if line.len() > LONGEST && glued_end(line).is_none() {
        return None;
    }
    if let Some(behind) = line.find("--- On ") {
        return Some(line.get(..behind)?.trim_end_matches('-').len());
    }
    let mut words = line.split_whitespace().take(9);
    let is_dashed = line.starts_with("--") && line.ends_with("--") && !undecorated(line).is_empty();
    let early = words.any(|word| word.contains(|c: char| c.is_numeric() || "<@(".contains(c)));
    (early || is_dashed || line.ends_with(':')).then_some(0)
}

/// Whether a bracket has not been closed yet.
fn is_open(said: &str) -> bool {
    said.matches('<').count() > said.matches('>').count()
}

/// Whether it ends within parentheses: `ezt írta (időpont:`.
fn is_unclosed(said: &str) -> bool {
    said.rfind('(') > said.rfind(')')
}
