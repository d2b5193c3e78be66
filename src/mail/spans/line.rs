//! Lines of a text as the finders look at them.

use std::ops::Range;

/// One line.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    /// Where it stands in the text, its line end included.
    pub(super) range: Range<usize>,
    /// What it says, without what cannot be seen at its ends.
    pub(super) text: &'a str,
    /// What cannot be seen at its beginning, in bytes.
    pub(super) indent: usize,
}

impl Line<'_> {
    pub(super) fn is_blank(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether it begins with the mark of a quote (RFC 3676 section 4.5).
    pub(super) fn is_marked(&self) -> bool {
        self.text.starts_with('>')
    }

    /// What it says without the marks.
    pub(super) fn unmarked(&self) -> &str {
        trim(self.text.trim_start_matches(|c: char| c == '>' || c.is_whitespace()))
    }

    /// A line of nothing but dashes or the like, two at least; or the dot of those who count who
    /// reads a mail.
    pub(super) fn is_rule(&self) -> bool {
        let mut marks = self.text.chars().filter(|c| !c.is_whitespace()).peekable();
        match marks.peek() {
            Some('ᐧ') => marks.all(|c| c == 'ᐧ'),
            Some(_) => marks.clone().nth(1).is_some() && marks.all(|c| "_-=*~#+—–".contains(c)),
            None => false,
        }
    }

    /// `[...]` or `[snip]`, where somebody left out a part of a quote.
    pub(super) fn is_elision(&self) -> bool {
        let bare = self.text.trim_matches(|c: char| "[]()<>".contains(c));
        let is_bracketed = bare.len() < self.text.len();
        let is_dots = bare.chars().all(|c| matches!(c, '.' | '…'));
        !bare.is_empty() && (is_dots || is_bracketed && bare.eq_ignore_ascii_case("snip"))
    }

    /// A few words with dashes on both sides.
    pub(super) fn is_between_dashes(&self) -> bool {
        let bare = undecorated(self.text);
        let decoration = self.text.len() - bare.len();
        self.text.len() < 120
            && decoration >= 4
            && self.text.starts_with(is_dash)
            && self.text.ends_with(is_dash)
    }
}

/// The lines of a text, which together are the text.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut begin = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let range = begin..begin + line.len();
            begin = range.end;
            let indent = line.len() - line.trim_start_matches(is_unseen).len();
            Line { range, text: trim(line), indent }
        })
        .collect()
}

/// A text without blanks, marks of direction and joiners at its ends.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(is_unseen)
}

/// A dash, or what is used like one.
fn is_dash(c: char) -> bool {
    "-_=*~#+".contains(c) || matches!(c, '\u{2010}'..='\u{2015}' | '─' | '━')
}

fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
        || c.is_control()
}

/// Without the dashes, stars and the like that a program puts around a line.
pub(super) fn undecorated(text: &str) -> &str {
    text.trim_matches(|c: char| is_dash(c) || c == '|' || is_unseen(c))
}

/// The entries of a table of words, which bars divide.
pub(super) fn entries(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.split('|').map(str::trim)
}
