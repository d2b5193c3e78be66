//! Envelope senders as MTAs write them (R26).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::clean;
use crate::domain::Address;

/// Who gets a mail back that cannot be delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReturnPath {
    /// Nobody: the null sender of bounces and automatic answers.
    Null,
    /// This address.
    Address(Address),
}

impl fmt::Display for ReturnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReturnPath::Null => f.pad("<>"),
            ReturnPath::Address(address) => address.fmt(f),
        }
    }
}

/// What is known of the envelope sender. Mail systems and automatic answers come from nobody (RFC 5321
/// section 4.5.5, RFC 3834 section 3.3), and no person can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    Null,
    Unknown,
    Named,
}

impl Sender {
    pub(super) fn of(known: Option<&ReturnPath>) -> Self {
        match known {
            None => Sender::Unknown,
            Some(ReturnPath::Null) => Sender::Null,
            Some(ReturnPath::Address(_)) => Sender::Named,
        }
    }
}

/// Reads an envelope sender from an argument, an environment variable, a Return-Path field or an
/// mbox line. Null is each of: nothing, `<>`, `MAILER-DAEMON` alone or with a domain. A word that
/// is no address gives none: the sender is then unknown, which is not the same as null.
#[must_use]
pub fn sender(word: &str) -> Option<ReturnPath> {
    let word = clean::word(word);
    let word = word.strip_prefix('<').unwrap_or(&word);
    let word = word.strip_suffix('>').unwrap_or(word).trim();
    let local = word.rsplit_once('@').map_or(word, |(local, _)| local);
    if word.is_empty() || local.eq_ignore_ascii_case("MAILER-DAEMON") {
        return Some(ReturnPath::Null);
    }
    word.parse().ok().map(ReturnPath::Address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders() {
        for word in [
            "",
            " ",
            "<>",
            "< >",
            "MAILER-DAEMON",
            "mailer-daemon",
            "<MAILER-DAEMON>",
            "MAILER-DAEMON@mx.example.org",
        ] {
            assert_eq!(sender(word), Some(ReturnPath::Null), "{word:?}");
        }
        for (word, wanted) in [
            ("a@x.org", Some("a@x.org")),
            ("<a@x.org>", Some("a@x.org")),
            ("<a\u{200b}@x.org>", Some("a@x.org")),
            ("root", None),
            ("../../x;$(id)", None),
            ("-oQ/tmp@x", None),
            ("a b@x", None),
        ] {
            let address = wanted.map(|a| ReturnPath::Address(a.parse().unwrap()));
            assert_eq!(sender(word), address, "{word:?}");
        }
    }
}
