//! The text of one file, and the places in it.

use std::ops::Range;
use std::path::Path;

use super::error::{ConfigError, Place};
use super::literal;

/// A file of the configuration, whole.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// The path, as errors name it.
    pub(super) name: String,
    /// What the file holds.
    pub(super) text: String,
}

impl Source {
    /// Reads a file; one that is missing or is not UTF-8 is an error.
    pub(super) fn read(path: &Path) -> Result<Source, ConfigError> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Source { name, text }),
            Err(error) => Err(ConfigError::unreadable(name, &error)),
        }
    }

    /// Line and column of a byte of the text.
    pub(super) fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place {
            file: self.name.clone(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }

    /// The byte of the text that a byte of a string's value comes from.
    pub(super) fn inside(&self, string: &Text, offset: usize) -> usize {
        let raw = self.text.get(string.span.clone()).unwrap_or_default();
        string.span.start + literal::raw_offset(raw, offset)
    }
}

/// A string of the file: its value, and where it is written, quotes included.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) value: String,
    pub(super) span: Range<usize>,
}
