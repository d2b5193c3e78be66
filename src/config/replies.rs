//! `replies/NAME.txt`: prepared texts, for automatic answers and canned replies.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::error::ConfigError;

/// The name of a prepared text: of its file in `replies/`, without `.txt`.
///
/// Letters, digits, `_` and `-` only, so that no name leads out of the directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyName(String);

impl ReplyName {
    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReplyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for ReplyName {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let letter = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let good = word.starts_with(char::is_alphanumeric) && word.chars().all(letter);
        if good && word.len() <= 100 {
            Ok(ReplyName(word.to_owned()))
        } else {
            let word: String = word.escape_debug().take(100).collect();
            Err(format!("'{word}' cannot name a text; use letters, digits, _ and -"))
        }
    }
}

/// Where a text is kept.
#[must_use]
pub fn path(desk: &Path, name: &ReplyName) -> PathBuf {
    desk.join("replies").join(format!("{name}.txt"))
}

/// Reads a prepared text, as it stands in its file.
///
/// # Errors
/// A file that is missing, unreadable or not UTF-8.
pub fn load(desk: &Path, name: &ReplyName) -> Result<String, ConfigError> {
    let path = path(desk, name);
    std::fs::read_to_string(&path)
        .map_err(|error| ConfigError::unreadable(path.display().to_string(), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_directory() {
        for (name, good) in [
            ("receipt", true),
            ("closed-hours", true),
            ("grüße_2", true),
            ("", false),
            ("../keys", false),
            ("a/b", false),
            ("a.txt", false),
            (".hidden", false),
            ("-x", false),
            ("a\0b", false),
        ] {
            assert_eq!(name.parse::<ReplyName>().is_ok(), good, "{name}");
        }
    }

    #[test]
    fn a_text_is_read_and_a_missing_one_is_named() {
        let desk = tempfile::tempdir().unwrap();
        std::fs::create_dir(desk.path().join("replies")).unwrap();
        std::fs::write(desk.path().join("replies/receipt.txt"), "Thank you.\n").unwrap();
        let name = "receipt".parse().unwrap();
        assert_eq!(load(desk.path(), &name).unwrap(), "Thank you.\n");
        let missing = load(desk.path(), &"closed".parse().unwrap()).unwrap_err();
        assert!(missing.to_string().contains("replies/closed.txt: cannot be read"), "{missing}");
    }
}
