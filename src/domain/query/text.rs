//! What a query looks for in text: words in a row, or a regular expression.

use std::fmt;

use super::pattern::Pattern;
use crate::domain::words::{in_a_row, words};

/// Most words in one phrase: comparing is linear in the text for a fixed phrase.
const MOST_WORDS: usize = 64;

/// What is looked for in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// Words in a row, folded.
    Phrase(Phrase),
    /// A regular expression, on the text as it is.
    Pattern(Pattern),
}

impl Text {
    /// Whether the text has it.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        match self {
            Text::Phrase(phrase) => phrase.is_in(text),
            Text::Pattern(pattern) => pattern.is_in(text),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Text::Phrase(phrase) => phrase.fmt(f),
            Text::Pattern(pattern) => pattern.fmt(f),
        }
    }
}

/// One word or several in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    written: String,
    words: Vec<String>,
}

impl Phrase {
    /// Takes a text of at least one letter or digit and at most 64 words.
    ///
    /// # Errors
    /// A sentence on what is wrong with it.
    pub fn new(written: &str) -> Result<Self, String> {
        let words = words(written);
        if words.is_empty() {
            return Err("there is no letter or digit in it to look for".to_owned());
        }
        if words.len() > MOST_WORDS {
            return Err(format!("a phrase has at most {MOST_WORDS} words; shorten it"));
        }
        Ok(Phrase { written: written.to_owned(), words })
    }

    /// The folded words, as they stand in the full-text index; never empty.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether the words stand in a row in the text.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        in_a_row(&words(text), &self.words)
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        quoted(f, &self.written)
    }
}

/// Words that mean something unless they are quoted.
const KEYWORDS: [&str; 6] = ["and", "or", "not", "any", "none", "me"];

/// Writes a value bare if it reads back as the same, else in quotes.
pub(super) fn quoted(f: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    let plain = |c: char| c.is_alphanumeric() || "._@+-/".contains(c);
    let is_keyword = KEYWORDS.iter().any(|word| word.eq_ignore_ascii_case(value));
    if !value.is_empty()
        && value.chars().all(plain)
        && !value.starts_with(['-', '/'])
        && !is_keyword
    {
        return f.write_str(value);
    }
    write!(f, "\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}
