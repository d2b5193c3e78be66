//! Who wrote or got a message, as a query names them.

use std::fmt;

use super::text::{Text, quoted};
use crate::domain::address::domain_key;
use crate::domain::{Address, Mailbox};

/// Somebody outside: an author or a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// This address, with any extension; one written with an extension means only that.
    Address(Address),
    /// Every address of exactly this domain.
    Domain(Domain),
    /// Display name and address, as one text: `Erika Muster <erika@example.org>`.
    Text(Text),
}

impl Party {
    /// Whether the mailbox is meant.
    #[must_use]
    pub fn is(&self, mailbox: &Mailbox) -> bool {
        let address = &mailbox.address;
        match self {
            Party::Address(own) => own.key() == address.key() || own.key() == address.person_key(),
            Party::Domain(domain) => domain.as_str() == domain_key(address.domain()),
            Party::Text(text) => text.is_in(&mailbox.to_string()),
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Party::Address(address) => quoted(f, address.as_str()),
            Party::Domain(domain) => quoted(f, &format!("@{domain}")),
            Party::Text(text) => text.fmt(f),
        }
    }
}

/// A domain as it compares (see [`domain_key`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain(String);

impl Domain {
    /// The domain of that writing; none when it cannot be one.
    #[must_use]
    pub fn new(written: &str) -> Option<Self> {
        // Any address of a domain proves it well formed; the key of one may not be.
        let is_domain = |word: &str| {
            format!("x@{word}").parse::<Address>().is_ok_and(|address| address.domain() == word)
        };
        let key = domain_key(written);
        let is_fit = is_domain(written) && is_domain(&key) && domain_key(&key) == key;
        is_fit.then_some(Domain(key))
    }

    /// The key, in lower case and as an A-label.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
