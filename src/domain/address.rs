//! Mail addresses as values: how they compare, and which of them a pattern means.
//!
//! Addresses compare by key: case folded, the domain as an A-label (DESIGN section 7).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest address taken, in bytes (RFC 5321 4.5.3.1: 64 + 1 + 255, and room for odd senders).
const LONGEST: usize = 512;

/// A plain `local@domain`, as written; never with control characters or angle brackets, and with blanks
/// only in a local part that stands in quotes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    text: String,
    at: usize,
}

/// Why a word is no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadAddress {
    word: String,
    why: &'static str,
}

impl fmt::Display for BadAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is not a mail address: {}", self.word.escape_debug(), self.why)
    }
}

impl std::error::Error for BadAddress {}

impl Address {
    /// The part before the last `@`, as written.
    #[must_use]
    pub fn local(&self) -> &str {
        self.text.get(..self.at).unwrap_or_default()
    }

    /// The part after the last `@`, as written.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.text.get(self.at + 1..).unwrap_or_default()
    }

    /// The whole address, as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What two writings of one address have in common.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}@{}", self.local().to_lowercase(), domain_key(self.domain()))
    }

    /// The key without a `+extension`: for participants and for memories of senders (R117).
    #[must_use]
    pub fn person_key(&self) -> String {
        let local = self.local().to_lowercase();
        let base = match local.find('+') {
            Some(plus) if plus > 0 => local.get(..plus).unwrap_or(&local),
            _ => &local,
        };
        format!("{base}@{}", domain_key(self.domain()))
    }

    /// The extension after the first `+` of the local part, if any (RFC 5233).
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        let (base, extension) = self.local().split_once('+')?;
        (!base.is_empty() && !extension.is_empty()).then_some(extension)
    }
}

/// A domain as it compares: lower case, A-label, without a final dot.
#[must_use]
pub fn domain_key(domain: &str) -> String {
    let domain = domain.trim_end_matches('.');
    if is_plain(domain) { domain.to_owned() } else { folded(domain) }
}

fn folded(domain: &str) -> String {
    let ascii = idna::domain_to_ascii(domain).unwrap_or_default();
    // A few characters become dots, blanks or brackets on their way to ASCII.
    let host = ascii.trim_end_matches('.');
    let is_no_host = host.is_empty() || host.contains(|c| c == '@' || is_unwanted(c));
    if is_no_host { domain.to_lowercase() } else { host.to_owned() }
}

/// Whether a domain stands as it compares: most do, and each mail asks for those of a dozen.
fn is_plain(domain: &str) -> bool {
    let all = |c| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
    domain.bytes().all(all) && !domain.contains("xn--")
}

/// Whether a character can stand in no address.
fn is_unwanted(c: char) -> bool {
    c.is_control() || c.is_whitespace() || "<>(),;\"\\".contains(c)
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(word: &str) -> Result<Self, BadAddress> {
        let bad = |why| Err(BadAddress { word: word.chars().take(80).collect(), why });
        let word = &*unquoted(word);
        let Some(at) = word.rfind('@') else { return bad("there is no @ in it") };
        if word.len() > LONGEST {
            return bad("it is longer than 512 bytes");
        }
        // A domain of dots alone is the root, which has no mail.
        if at == 0 || word.trim_end_matches('.').ends_with('@') {
            return bad("nothing stands before or after the @");
        }
        let plain = match quoted_local(word) {
            Some(_) => word.get(at..).unwrap_or_default(),
            None => word,
        };
        if plain.chars().any(is_unwanted) {
            return bad("blanks, control characters, quotes and brackets cannot stand in it");
        }
        if word.starts_with('-') {
            return bad("it begins with a dash");
        }
        Ok(Address { text: word.to_owned(), at })
    }
}

/// Without quotes around a local part that needs none: `"john.doe"@example.org` is the same address
/// (RFC 5321 section 4.1.2).
fn unquoted(word: &str) -> Cow<'_, str> {
    let needs_none = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    match quoted_local(word) {
        Some((local, domain)) if local.chars().all(needs_none) => {
            format!("{local}@{domain}").into()
        }
        _ => word.into(),
    }
}

/// What stands within the quotes of a local part, and the domain: `"john doe"@example.org`.
fn quoted_local(word: &str) -> Option<(&str, &str)> {
    let (local, domain) = word.strip_prefix('"')?.split_once("\"@")?;
    let is_unwanted = |c: char| c.is_control() || "<>\"\\".contains(c);
    let is_one = !local.trim().is_empty() && !local.contains(is_unwanted) && !domain.contains('@');
    is_one.then_some((local, domain))
}

impl TryFrom<String> for Address {
    type Error = BadAddress;

    fn try_from(word: String) -> Result<Self, BadAddress> {
        word.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.text
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// An address with the display name that stood beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// Display name, decoded and cleaned of control characters; may be empty.
    pub name: String,
    /// The address.
    pub address: Address,
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() {
            write!(f, "{}", self.address)
        } else {
            write!(f, "{} <{}>", self.name, self.address)
        }
    }
}

/// What an inbox is reached by: one address, or every address of a domain (`*@help.example.org`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// Exactly this address, with any extension.
    One(Address),
    /// Every local part of this domain (held as a key).
    Domain(String),
}

impl Pattern {
    /// Whether the address is meant. An extension of the address does not matter.
    #[must_use]
    pub fn matches(&self, address: &Address) -> bool {
        match self {
            Pattern::One(own) => own.key() == address.key() || own.key() == address.person_key(),
            Pattern::Domain(domain) => *domain == domain_key(address.domain()),
        }
    }
}

impl FromStr for Pattern {
    type Err = BadAddress;

    fn from_str(word: &str) -> Result<Self, BadAddress> {
        match word.strip_prefix("*@") {
            Some(domain) => {
                // Any address of the domain proves the domain well formed.
                format!("x@{domain}").parse::<Address>()?;
                Ok(Pattern::Domain(domain_key(domain)))
            }
            None => word.parse().map(Pattern::One),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pattern::One(address) => write!(f, "{address}"),
            Pattern::Domain(domain) => write!(f, "*@{domain}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (word, good) in [
            ("erika@example.org", true),
            ("Erika+x@Example.ORG", true),
            ("erika@bücher.example", true),
            ("a@b", true),
            ("@b", false),
            ("a@", false),
            ("a@.", false),
            ("a", false),
            ("a b@c", false),
            ("a@b\r\nBcc: c@d", false),
            ("-oQ/tmp@x", false),
            ("<a@b>", false),
            ("\"john doe\"@c", true),
            ("\"john <doe\"@c", false),
            ("\"john\r\ndoe\"@c", false),
            ("\"john\" doe\"@c", false),
            ("\"john doe\"@c d", false),
            ("\" \"@c", false),
        ] {
            assert_eq!(word.parse::<Address>().is_ok(), good, "{word}");
        }
        assert_eq!("\"john.doe\"@c".parse::<Address>().unwrap().to_string(), "john.doe@c");
    }

    #[test]
    fn keys() {
        let key = |word: &str| word.parse::<Address>().unwrap().key();
        let person = |word: &str| word.parse::<Address>().unwrap().person_key();
        assert_eq!(key("Erika+x@Example.ORG."), "erika+x@example.org");
        assert_eq!(person("Erika+x@Example.ORG"), "erika@example.org");
        assert_eq!(person("+x@example.org"), "+x@example.org");
        assert_eq!(key("a@bücher.example"), "a@xn--bcher-kva.example");
        assert!(!key("a@\u{fc70}.example").contains(' '));
        // What would be a bracket or an @ in ASCII is kept; a dot is a dot.
        for odd in ["a@\u{2474}.example", "a@b\u{ff20}c"] {
            assert_eq!(key(odd), odd);
        }
        assert_eq!(key("a@b\u{3002}"), "a@b");
        assert_eq!(key("a@BÜCHER.example"), key("a@xn--bcher-kva.example"));
    }

    proptest::proptest! {
        #[test]
        fn a_plain_domain_needs_no_folding(domain in "[a-z0-9.-]{1,40}[a-z0-9-]") {
            proptest::prop_assert_eq!(domain_key(&domain), folded(&domain));
        }
    }

    #[test]
    fn patterns() {
        for (pattern, address, wanted) in [
            ("support@example.org", "Support@EXAMPLE.org", true),
            ("support@example.org", "support+142@example.org", true),
            ("support+vip@example.org", "support@example.org", false),
            ("*@help.example.org", "anything@help.example.org", true),
            ("*@help.example.org", "anything@example.org", false),
        ] {
            let pattern: Pattern = pattern.parse().unwrap();
            assert_eq!(pattern.matches(&address.parse().unwrap()), wanted, "{pattern} {address}");
        }
        assert!("*@".parse::<Pattern>().is_err());
    }
}
