//! Names that people give: agents, teams, tags, inboxes, fields.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest name, in characters.
const LONGEST: usize = 64;

/// Words with a meaning of their own in the query and action languages.
const RESERVED: [&str; 5] = ["none", "any", "me", "and", "or"];

/// Why a word cannot be a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadName {
    word: String,
    why: &'static str,
}

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is not a name: {}", self.word, self.why)
    }
}

impl std::error::Error for BadName {}

/// The one rule for names: letters, digits, `.`, `_`, `-`, `/`; begins with a letter or
/// digit; not digits only, so that a name is never taken for a number.
fn check(word: &str) -> Result<(), BadName> {
    let bad = |why| Err(BadName { word: word.chars().take(LONGEST).collect(), why });
    if word.is_empty() {
        return bad("it is empty");
    }
    if word.chars().count() > LONGEST {
        return bad("it is longer than 64 characters");
    }
    if !word.starts_with(char::is_alphanumeric) {
        return bad("it must begin with a letter or a digit");
    }
    if !word.chars().all(|c| c.is_alphanumeric() || "._-/".contains(c)) {
        return bad("only letters, digits and . _ - / may stand in it");
    }
    if word.contains("..") {
        return bad("'..' is kept for ranges");
    }
    if word.chars().all(char::is_numeric) {
        return bad("it consists of digits only, as conversation numbers do");
    }
    if RESERVED.contains(&word) {
        return bad("this word has a meaning of its own in queries and actions");
    }
    Ok(())
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadName;

            fn from_str(word: &str) -> Result<Self, BadName> {
                check(word)?;
                Ok($name(word.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;

            fn try_from(word: String) -> Result<Self, BadName> {
                check(&word)?;
                Ok($name(word))
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
    };
}

name!(
    /// A shared team address (or several) with its people, hours, rules and signature.
    InboxName
);
name!(
    /// A person or script that works in inboxes.
    AgentName
);
name!(
    /// A named set of agents.
    TeamName
);
name!(
    /// Opening hours and holidays under a name.
    CalendarName
);
name!(
    /// A free label.
    Tag
);
name!(
    /// The name of a named value.
    FieldName
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (word, good) in [
            ("support", true),
            ("2fa", true),
            ("kündigung", true),
            ("billing/eu", true),
            ("a.b-c_d", true),
            ("142", false),
            ("٣", false),
            ("", false),
            ("-new", false),
            ("+new", false),
            ("a b", false),
            ("a:b", false),
            ("a..b", false),
            ("none", false),
            ("me", false),
            ("a\u{202e}b", false),
        ] {
            assert_eq!(word.parse::<Tag>().is_ok(), good, "{word}");
        }
        assert!("x".repeat(65).parse::<Tag>().is_err());
    }
}
