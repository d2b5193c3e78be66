//! What is wrong in the configuration, and where.

use std::fmt;

/// A place in a file of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The path, as it was opened.
    pub file: String,
    /// Line, from 1; 0 stands for the file as a whole.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Place {
    /// A file as a whole.
    pub(super) fn whole(file: impl Into<String>) -> Self {
        Place { file: file.into(), line: 0, column: 0 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}:{}", self.file, self.column),
        }
    }
}

/// Something that must be mended before the configuration can be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigError {
    /// Where.
    pub at: Place,
    /// What is wrong and what to do, in one sentence without a full stop.
    pub message: String,
}

impl ConfigError {
    /// A file that cannot be read.
    pub(super) fn unreadable(file: impl Into<String>, error: &std::io::Error) -> Self {
        ConfigError { at: Place::whole(file), message: format!("cannot be read: {error}") }
    }
}

/// `postroom.toml:12:9: unknown key 'adress', did you mean 'address'?`
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.message)
    }
}

impl std::error::Error for ConfigError {}

/// Something that works, but most likely not as it was meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    /// Where.
    pub at: Place,
    /// What is odd, in one sentence without a full stop.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: warning: {}", self.at, self.message)
    }
}
