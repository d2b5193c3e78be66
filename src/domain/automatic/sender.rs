//! Who would get an automatic answer: the envelope sender, and what its address gives away.

use std::fmt;
use std::str::FromStr;

use crate::domain::Address;
use crate::domain::address::domain_key;

/// Local parts that belong to machines and to roles which must not be answered (R110).
const SYSTEM: [&str; 16] = [
    "mailer-daemon",
    "postmaster",
    "listserv",
    "majordomo",
    "uucp",
    "mailer",
    "*-request",
    "owner-*",
    "*-owner",
    "*-bounces",
    "bounce*",
    "noreply",
    "no-reply",
    "do-not-reply",
    "donotreply",
    "abuse",
];

/// A whole local part, or one with a `*` at its beginning or end. Case does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPart(String);

/// A word that is no pattern of a local part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLocalPart(String);

impl fmt::Display for BadLocalPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{}' is not a local part: write the part before the @, with at most one * at its \
             beginning or end",
            self.0.escape_debug()
        )
    }
}

impl std::error::Error for BadLocalPart {}

impl FromStr for LocalPart {
    type Err = BadLocalPart;

    fn from_str(word: &str) -> Result<Self, BadLocalPart> {
        let fixed = word.strip_prefix('*').or_else(|| word.strip_suffix('*')).unwrap_or(word);
        let unwanted = |c: char| c == '*' || c == '@' || c.is_whitespace() || c.is_control();
        if fixed.is_empty() || fixed.contains(unwanted) {
            return Err(BadLocalPart(word.chars().take(80).collect()));
        }
        Ok(LocalPart(word.to_lowercase()))
    }
}

/// Whether the pattern (lower case) means the whole local part (lower case): `root` is not `groot`.
fn means(pattern: &str, local: &str) -> bool {
    if let Some(end) = pattern.strip_prefix('*') {
        local.ends_with(end)
    } else if let Some(start) = pattern.strip_suffix('*') {
        local.starts_with(start)
    } else {
        local == pattern
    }
}

/// Whether the address is one of a machine or a role. `more` adds to the built-in list; nothing
/// takes away from it (R110). The `+extension` does not matter.
pub(super) fn is_system(address: &Address, more: &[LocalPart]) -> bool {
    let local = address.local().to_lowercase();
    let base = local.split('+').next().unwrap_or_default();
    let patterns = SYSTEM.into_iter().chain(more.iter().map(|l| l.0.as_str()));
    patterns.into_iter().any(|p| means(p, &local) || means(p, base))
}

/// Second labels under a two-letter country domain below which names are registered.
const SECOND: [&str; 17] = [
    "ac", "co", "com", "edu", "gob", "gouv", "gov", "govt", "ltd", "me", "mil", "ne", "net", "nhs",
    "or", "org", "sch",
];

/// The part of a domain that somebody registered, as a key: `example.org` of `mx.example.org`,
/// `example.co.uk` of `mx.example.co.uk`. Caps count by it (R96), From and envelope compare by it
/// (R104).
///
/// It is a rule of thumb and not the public suffix list. Where it errs (`*.github.io` is one
/// domain to it), the cap is shared by more senders, which is the safe side; and the comparison
/// loses nothing, as a forger writes one domain in both places anyway.
#[must_use]
pub fn registered_domain(domain: &str) -> String {
    let key = domain_key(domain);
    if key.starts_with('[') {
        return key;
    }
    let labels: Vec<&str> = key.split('.').collect();
    let wanted = match labels.as_slice() {
        [.., second, top] if top.len() == 2 && SECOND.contains(second) => 3,
        _ => 2,
    };
    labels.get(labels.len().saturating_sub(wanted)..).unwrap_or_default().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_addresses_by_whole_local_part() {
        let more = ["root".parse().unwrap(), "robot-*".parse().unwrap()];
        for (local, wanted) in [
            ("MAILER-DAEMON", true),
            ("Postmaster", true),
            ("owner-list", true),
            ("list-owner", true),
            ("list-request", true),
            ("list-bounces", true),
            ("bounce-123-erika", true),
            ("noreply", true),
            ("no-reply+x1", true),
            ("root", true),
            ("robot-7", true),
            ("groot", false),
            ("requester", false),
            ("northreply", false),
            ("erika+noreply", false),
            ("robot", false),
        ] {
            let address = format!("{local}@example.org").parse().unwrap();
            assert_eq!(is_system(&address, &more), wanted, "{local}");
        }
    }

    #[test]
    fn local_parts_of_the_configuration() {
        for (word, good) in [
            ("robot", true),
            ("*-robot", true),
            ("robot*", true),
            ("*", false),
            ("", false),
            ("r*t", false),
            ("*r*", false),
            ("a@b", false),
            ("a b", false),
        ] {
            assert_eq!(word.parse::<LocalPart>().is_ok(), good, "{word:?}");
        }
    }

    #[test]
    fn registered_domains() {
        for (domain, wanted) in [
            ("example.org", "example.org"),
            ("Mail.Example.ORG.", "example.org"),
            ("a.b.c.example.co.uk", "example.co.uk"),
            ("example.co.uk", "example.co.uk"),
            ("co.uk", "co.uk"),
            ("shop.example.de", "example.de"),
            ("mx.bücher.example", "xn--bcher-kva.example"),
            ("localhost", "localhost"),
            ("[192.0.2.1]", "[192.0.2.1]"),
            ("", ""),
        ] {
            assert_eq!(registered_domain(domain), wanted, "{domain}");
        }
    }
}
