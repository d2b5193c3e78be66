//! An error in a text that a person wrote, with its place.

use std::fmt;

/// What is wrong in a text, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// Byte offset into the text, at a character boundary; the text's length for "at the end".
    pub offset: usize,
    /// What is wrong and what to do, in one sentence without a full stop.
    pub message: String,
}

impl Located {
    /// An error at a byte offset.
    pub fn new(offset: usize, message: impl Into<String>) -> Self {
        Located { offset, message: message.into() }
    }

    /// Column in the text, in characters, from 1.
    #[must_use]
    pub fn column(&self, text: &str) -> usize {
        text.char_indices().take_while(|(at, _)| *at < self.offset).count() + 1
    }

    /// Two lines below each other for a terminal: the text, and a caret under the place.
    #[must_use]
    pub fn excerpt(&self, text: &str) -> String {
        format!("{text}\n{:>width$}", "^", width = self.column(text))
    }
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
}
