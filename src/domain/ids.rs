//! Ids that cannot be mixed up: conversation `142`, message `m881`, event `e9120`, outbox `o5`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A word that is no id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadId {
    word: String,
    wanted: &'static str,
}

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is not {}", self.word, self.wanted)
    }
}

impl std::error::Error for BadId {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $wanted:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(word: &str) -> Result<Self, BadId> {
                let bad = || BadId { word: word.to_owned(), wanted: $wanted };
                let digits = word.strip_prefix($prefix).ok_or_else(bad)?;
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(bad());
                }
                match digits.parse() {
                    Ok(n) if n > 0 => Ok($name(n)),
                    _ => Err(bad()),
                }
            }
        }
    };
}

id!(
    /// The number of a conversation, as people write it.
    Number, "", "a conversation number such as 142"
);
id!(
    /// A stored message, incoming or outgoing.
    MessageId, "m", "a message id such as m881"
);
id!(
    /// One recorded change of one conversation.
    EventId, "e", "an event id such as e9120"
);
id!(
    /// A mail recorded for sending.
    OutboxId, "o", "an outbox id such as o5"
);
id!(
    /// An internal note.
    NoteId, "n", "a note id such as n7"
);
id!(
    /// The events of one command.
    BatchId, "b", "a batch id such as b12"
);
id!(
    /// A configuration that was used for writing.
    ConfigId, "c", "a configuration id such as c3"
);

/// The place of an event within its conversation, from 1 without gaps.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub i64);

impl Seq {
    /// The sequence number that follows.
    #[must_use]
    pub fn next(self) -> Self {
        Seq(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_do_not_mix() {
        for (word, conversation, message) in [
            ("142", true, false),
            ("m881", false, true),
            ("e9120", false, false),
            ("0", false, false),
            ("-1", false, false),
            ("+1", false, false),
            ("m", false, false),
            ("m0", false, false),
            ("", false, false),
            ("99999999999999999999", false, false),
        ] {
            assert_eq!(word.parse::<Number>().is_ok(), conversation, "{word}");
            assert_eq!(word.parse::<MessageId>().is_ok(), message, "{word}");
        }
        assert_eq!(MessageId(881).to_string(), "m881");
        assert_eq!(Number(142).to_string(), "142");
    }
}
