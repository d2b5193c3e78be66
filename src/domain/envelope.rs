//! The envelope of a mail, as far as it is ours to judge (RFC 5321).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Address;

/// The sender that the envelope names. Only this address may be answered (RFC 3834 section 4, R103).
/// Mail systems and automatic answers come from nobody (RFC 5321 section 4.5.5), and no person can.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnvelopeSender {
    /// The wiring did not tell, or told something that is no address.
    #[default]
    Unknown,
    /// The null sender: nobody wants to hear of this mail again (R26, R102).
    Null,
    /// This address.
    Address(Address),
}

impl EnvelopeSender {
    /// Reads a word that is clean: null is each of nothing, `<>`, and `MAILER-DAEMON` alone or with a
    /// domain (R26). A word that is no address leaves it unknown, which is not the same as null.
    #[must_use]
    pub fn read(word: &str) -> Self {
        let word = word.trim();
        let word = word.strip_prefix('<').unwrap_or(word);
        let word = word.strip_suffix('>').unwrap_or(word).trim();
        let local = word.rsplit_once('@').map_or(word, |(local, _)| local);
        if word.is_empty() || local.eq_ignore_ascii_case("MAILER-DAEMON") {
            return EnvelopeSender::Null;
        }
        word.parse().map_or(EnvelopeSender::Unknown, EnvelopeSender::Address)
    }

    /// This, or where it is unknown, another.
    #[must_use]
    pub fn or<'a>(&'a self, other: &'a EnvelopeSender) -> &'a EnvelopeSender {
        if *self == EnvelopeSender::Unknown { other } else { self }
    }
}

/// `<>` is the null sender.
impl fmt::Display for EnvelopeSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EnvelopeSender::Unknown => f.pad("unknown"),
            EnvelopeSender::Null => f.pad("<>"),
            EnvelopeSender::Address(address) => address.fmt(f),
        }
    }
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
            assert_eq!(EnvelopeSender::read(word), EnvelopeSender::Null, "{word:?}");
        }
        for (word, wanted) in [
            ("a@x.org", Some("a@x.org")),
            ("<a@x.org>", Some("a@x.org")),
            ("root", None),
            ("../../x;$(id)", None),
            ("-oQ/tmp@x", None),
            ("a b@x", None),
        ] {
            let wanted = wanted.map_or(EnvelopeSender::Unknown, |address| {
                EnvelopeSender::Address(address.parse().unwrap())
            });
            assert_eq!(EnvelopeSender::read(word), wanted, "{word:?}");
        }
        let erika = EnvelopeSender::read("erika@x.org");
        assert_eq!(EnvelopeSender::Unknown.or(&erika), &erika);
        assert_eq!(EnvelopeSender::Null.or(&erika), &EnvelopeSender::Null);
    }
}
