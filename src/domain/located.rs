//! An error in a text that a person wrote, with its place.

use std::fmt;

/// Characters of an error before and behind what is left away of a long one.
const KEPT: (usize, usize) = (100, 200);

/// Characters of a text that an error shows on either side of its place.
const AROUND: usize = 36;

/// What is wrong in a text, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// Byte offset into the text, at a character boundary; the text's length for "at the end".
    pub offset: usize,
    /// What is wrong and what to do, in one sentence without a full stop.
    pub message: String,
}

impl Located {
    /// An error at a byte offset; a long message is [`shortened`].
    pub fn new(offset: usize, message: impl Into<String>) -> Self {
        Located { offset, message: shortened(&message.into()) }
    }

    /// Column in the text, in characters, from 1.
    #[must_use]
    pub fn column(&self, text: &str) -> usize {
        text.char_indices().take_while(|(at, _)| *at < self.offset).count() + 1
    }

    /// Two lines below each other for a terminal: the text, of a long one what is around the place,
    /// and a caret under the place.
    #[must_use]
    pub fn excerpt(&self, text: &str) -> String {
        let at = self.column(text) - 1;
        let (before, behind) = (at.saturating_sub(AROUND), at + AROUND);
        let mut shown = String::from(if before > 0 { "…" } else { "" });
        let caret = at - before + shown.chars().count() + 1;
        let mut rest = text.chars().skip(before);
        // A line end would part the caret from its place.
        let around = rest.by_ref().take(behind - before);
        shown.extend(around.map(|c| if c.is_control() { ' ' } else { c }));
        if rest.next().is_some() {
            shown.push('…');
        }
        format!("{shown}\n{:>caret$}", "^")
    }
}

/// A message without its middle, where it is long: what makes it so is what a person wrote, which
/// stands in its beginning.
#[must_use]
pub fn shortened(message: &str) -> String {
    let (first, last) = KEPT;
    let all = message.chars().count();
    if all <= first + last {
        return message.to_owned();
    }
    let mut short: String = message.chars().take(first).collect();
    short.push('…');
    short.extend(message.chars().skip(all - last));
    short
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Located {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_place() {
        let text = "müde subjekt:x";
        let wrong = Located::new(6, "no such term");
        assert_eq!(wrong.column(text), 6);
        assert_eq!(wrong.excerpt(text), "müde subjekt:x\n     ^");
        assert_eq!(Located::new(text.len(), "").column(text), 15);
    }

    #[test]
    fn a_long_text_is_not_shown_whole() {
        let text = format!("note {}\nü{}", "a".repeat(1000), "b".repeat(1000));
        let shown = format!("…{} ü{}…\n{}^", "a".repeat(35), "b".repeat(35), " ".repeat(37));
        assert_eq!(Located::new(1006, "").excerpt(&text), shown);
        let shown = format!("note {}…\n^", "a".repeat(31));
        assert_eq!(Located::new(0, "").excerpt(&text), shown);
        let shown = format!("…{}\n{}^", "b".repeat(36), " ".repeat(37));
        assert_eq!(Located::new(text.len(), "").excerpt(&text), shown);
        let message = Located::new(0, format!("'{}' is no verb", "x".repeat(5_000_000))).message;
        assert!(message.starts_with("'xxx") && message.ends_with("xxx' is no verb"));
        assert_eq!(message.chars().count(), 301);
    }
}
