//! Which inbox an address means.

use std::collections::BTreeMap;

use crate::domain::address::{Pattern, domain_key};
use crate::domain::{Address, InboxName};

use super::section::Report;

/// Every address and domain of every inbox, by key.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    addresses: BTreeMap<String, InboxName>,
    domains: BTreeMap<String, InboxName>,
}

impl Reach {
    /// Adds what an inbox is reached by; what another one has already is an error.
    pub(super) fn add(
        &mut self,
        inbox: &InboxName,
        pattern: &Pattern,
        at: usize,
        report: &mut Report<'_>,
    ) {
        let before = match pattern {
            Pattern::One(address) => self.addresses.insert(address.key(), inbox.clone()),
            Pattern::Domain(domain) => self.domains.insert(domain.clone(), inbox.clone()),
        };
        match before {
            Some(other) if other == *inbox => {
                report.warn(at, format!("'{pattern}' stands here twice"));
            }
            Some(other) => {
                let message = format!("'{pattern}' is an address of inbox '{other}' already");
                report.error(at, message);
            }
            None => {}
        }
    }

    /// The inbox of an address: the address itself comes before the one without its extension,
    /// and that before a whole domain.
    pub(super) fn find(&self, address: &Address) -> Option<&InboxName> {
        let exact = self.addresses.get(&address.key());
        let person = || self.addresses.get(&address.person_key());
        exact.or_else(person).or_else(|| self.domains.get(&domain_key(address.domain())))
    }
}
