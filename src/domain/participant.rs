//! Who outside has a part in a conversation: only they may join it by a reference (R64), and only
//! they are written to (R79).

use std::collections::BTreeMap;

use super::{Class, Mailbox};

/// How many have a part at most before mail that comes in brings in nobody more: each mail reads them
/// all. Whom we write to has one all the same, and a token lets in everybody.
pub const MOST: usize = 200;

/// The part that somebody outside has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The conversation is theirs.
    Contact,
    /// Brought in by the contact, or by one of us.
    ThirdParty,
}

impl Role {
    /// The word in the store and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Contact => "contact",
            Role::ThirdParty => "third-party",
        }
    }
}

/// Somebody outside, with their part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Their part.
    pub role: Role,
    /// Name and address as first seen.
    pub mailbox: Mailbox,
}

/// The people of a message that came in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// Who wrote it, by its first From.
    pub author: Option<Mailbox>,
    /// Whether that is the address of an inbox or an agent.
    pub is_by_us: bool,
    /// Whom it was addressed to outside: To, then Cc.
    pub outside: Vec<Mailbox>,
}

/// The participants of one conversation, by person key. A fold, as the conversation is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Participants(pub BTreeMap<String, Participant>);

impl Participants {
    /// A message came in. The author of the first one is the contact; where one of us wrote that to
    /// somebody outside, it is who that is. Whom a participant writes to beside us is a third party, up
    /// to [`MOST`]; a stranger who got in by a token brings in nobody (R71), nor does a machine.
    pub fn arrived(&mut self, class: Class, people: &People) {
        let Some(from) = &people.author else { return };
        if self.0.is_empty() {
            if people.is_by_us && class.is_person() && !people.outside.is_empty() {
                return self.written_to(&people.outside);
            }
            self.add(Role::Contact, from);
        }
        if class.is_person() && self.0.contains_key(&from.address.person_key()) {
            for other in &people.outside {
                if self.0.len() >= MOST {
                    break;
                }
                self.add(Role::ThirdParty, other);
            }
        }
    }

    /// We wrote to these; the first of a conversation that we began is its contact.
    pub fn written_to(&mut self, recipients: &[Mailbox]) {
        for recipient in recipients {
            let role = if self.0.is_empty() { Role::Contact } else { Role::ThirdParty };
            self.add(role, recipient);
        }
    }

    /// Those of a conversation that was merged into this one have a part in it too; the contact
    /// stays who it was.
    pub fn joined_by(&mut self, others: Participants) {
        let has_contact = self.contact().is_some();
        for (person, participant) in others.0 {
            let role = if has_contact { Role::ThirdParty } else { participant.role };
            self.0.entry(person).or_insert(Participant { role, ..participant });
        }
    }

    /// The contact.
    #[must_use]
    pub fn contact(&self) -> Option<&Mailbox> {
        self.0.values().find(|p| p.role == Role::Contact).map(|p| &p.mailbox)
    }

    fn add(&mut self, role: Role, mailbox: &Mailbox) {
        self.0
            .entry(mailbox.address.person_key())
            .or_insert_with(|| Participant { role, mailbox: mailbox.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(address: &str) -> Mailbox {
        Mailbox { name: String::new(), address: address.parse().unwrap() }
    }

    fn wrote(author: &str, outside: &[&str]) -> People {
        let outside = outside.iter().map(|address| mailbox(address)).collect();
        People { author: Some(mailbox(author)), is_by_us: false, outside }
    }

    /// What an agent begins is the conversation of whom she wrote to.
    #[test]
    fn what_we_begin_is_theirs() {
        for (class, outside, contact) in [
            (Class::Person, &["erika@example.net", "otto@example.net"][..], "erika@example.net"),
            (Class::Person, &[], "anna@example.test"),
            (Class::Automatic, &["erika@example.net"], "anna@example.test"),
        ] {
            let mut all = Participants::default();
            let people = People { is_by_us: true, ..wrote("anna@example.test", outside) };
            all.arrived(class, &people);
            assert_eq!(all.contact(), Some(&mailbox(contact)), "{class} {outside:?}");
        }
    }

    #[test]
    fn strangers_bring_in_nobody() {
        let mut all = Participants::default();
        all.arrived(Class::Person, &wrote("erika@example.net", &["otto@example.net"]));
        all.arrived(Class::Person, &wrote("eve@example.com", &["mallory@example.com"]));
        all.arrived(Class::Person, &wrote("Otto+x@Example.net", &["ida@example.net"]));
        all.arrived(Class::Automatic, &wrote("erika@example.net", &["robot@example.com"]));
        all.written_to(&[mailbox("boss@example.net")]);
        let keys: Vec<&str> = all.0.keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            ["boss@example.net", "erika@example.net", "ida@example.net", "otto@example.net"]
        );
        assert_eq!(all.contact(), Some(&mailbox("erika@example.net")));
    }

    #[test]
    fn who_writes_to_thousands() {
        let mut all = Participants::default();
        for mail in 0..3 {
            let outside: Vec<String> =
                (0..150).map(|n| format!("p{mail}x{n}@example.net")).collect();
            let outside: Vec<&str> = outside.iter().map(String::as_str).collect();
            all.arrived(Class::Person, &wrote("erika@example.net", &outside));
        }
        assert_eq!(all.0.len(), MOST);
        all.written_to(&[mailbox("boss@example.net")]);
        assert_eq!(all.0.len(), MOST + 1);
    }

    #[test]
    fn two_that_became_one() {
        let began = |address| {
            let mut all = Participants::default();
            all.arrived(Class::Person, &wrote(address, &[]));
            all
        };
        let mut all = began("zoe@example.net");
        all.joined_by(began("erika@example.net"));
        assert_eq!((all.0.len(), all.contact()), (2, Some(&mailbox("zoe@example.net"))));
        let mut none = Participants::default();
        none.joined_by(began("erika@example.net"));
        assert_eq!(none, began("erika@example.net"));
    }

    #[test]
    fn a_conversation_that_we_began() {
        let mut all = Participants::default();
        all.arrived(
            Class::Person,
            &People { author: None, ..wrote("x@x", &["nobody@example.net"]) },
        );
        assert!(all.0.is_empty());
        all.written_to(&[mailbox("erika@example.net"), mailbox("otto@example.net")]);
        assert_eq!(all.contact(), Some(&mailbox("erika@example.net")));
    }
}
