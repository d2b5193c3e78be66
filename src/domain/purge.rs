//! Forgetting a conversation: its texts, its mail and who took part. Nothing brings them back.

use super::{Actor, Conversation, Level, OutboxId, Refusal};

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
    if cx.level < NEEDS {
        return Err(Refusal::NotAllowed(format!(
            "'purge' needs level '{NEEDS}' in inbox {}, and {} has '{}': ask somebody who has it",
            c.inbox, cx.actor, cx.level
        )));
    }
    match cx.unsent {
        None => Ok(()),
        Some(mail) => Err(Refusal::No(format!(
            "{mail} of it has not left yet: let 'postroom send' hand it over first"
        ))),
    }
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
}
