//! Forgetting a conversation: its texts, its mail and who took part. Nothing brings them back.

use super::{Actor, Address, Conversation, EnvelopeSender, InboxName, Level, OutboxId, Refusal};

/// The level that it needs in the inbox.
pub const NEEDS: Level = Level::Full;

/// What a decision may look at besides the conversation.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Who purges.
    pub actor: &'a Actor,
    /// Their level in the inbox.
    pub level: Level,
    /// A mail of it that has not left yet.
    pub unsent: Option<OutboxId>,
}

/// Decides whether a conversation may be forgotten.
///
/// # Errors
/// A [`Refusal`] for a level that does not suffice, and while mail of it waits to be sent.
pub fn decide(c: &Conversation, cx: &Context<'_>) -> Result<(), Refusal> {
    may(cx.actor, cx.level, &c.inbox)?;
    match cx.unsent {
        None => Ok(()),
        Some(mail) => Err(Refusal::No(format!(
            "{mail} of it has not left yet: let 'postroom send' hand it over first"
        ))),
    }
}

/// Decides whether somebody may forget what came for an inbox.
///
/// # Errors
/// A [`Refusal`] for a level that does not suffice.
pub fn may(actor: &Actor, level: Level, inbox: &InboxName) -> Result<(), Refusal> {
    if level >= NEEDS {
        return Ok(());
    }
    Err(Refusal::NotAllowed(format!(
        "'purge' needs level '{NEEDS}' in inbox {inbox}, and {actor} has '{level}': ask somebody \
         who has it"
    )))
}

/// Whether a word means a mail of which the envelope and the Message-ID are known: it is the address
/// that sent it, with whatever extension, or the Message-ID, in angle brackets or not.
#[must_use]
pub fn means(word: &str, sender: &EnvelopeSender, message_id: Option<&str>) -> bool {
    let bare = word.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(word);
    let person = |address: &Address| address.person_key();
    let is_sender = match sender {
        EnvelopeSender::Address(sender) => {
            bare.parse().is_ok_and(|named| person(&named) == person(sender))
        }
        EnvelopeSender::Unknown | EnvelopeSender::Null => false,
    };
    is_sender || message_id == Some(bare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Number, Time};

    #[test]
    fn who_may_purge_and_what() {
        let c = Conversation::new(Number(1), "support".parse().unwrap(), Time(0));
        let actor = Actor::Agent("anna".parse().unwrap());
        let decided = |level, unsent| decide(&c, &Context { actor: &actor, level, unsent });
        for level in Level::ALL {
            assert_eq!(decided(level, None).is_ok(), level == Level::Full, "{level}");
        }
        let refusal = decided(Level::Full, Some(OutboxId(5))).unwrap_err();
        assert!(refusal.to_string().starts_with("o5 of it has not left yet"), "{refusal}");
    }

    #[test]
    fn whose_mail_a_word_means() {
        let erika = EnvelopeSender::read("Erika+news@customer.test");
        let id = Some("1@customer.test");
        for (word, sender, message_id, wanted) in [
            ("erika@customer.test", &erika, None, true),
            ("<erika+shop@Customer.test>", &erika, id, true),
            ("1@customer.test", &EnvelopeSender::Null, id, true),
            ("<1@customer.test>", &EnvelopeSender::Unknown, id, true),
            ("john@customer.test", &erika, id, false),
            ("customer.test", &erika, id, false),
            ("", &EnvelopeSender::Null, None, false),
            ("<>", &EnvelopeSender::Null, None, false),
        ] {
            assert_eq!(means(word, sender, message_id), wanted, "{word} {sender:?}");
        }
    }
}
