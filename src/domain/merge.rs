//! Two conversations become one: the one that was named second is shown at the other from then on.

use super::{Actor, Change, Conversation, Level, Refusal, Status};

/// The level that a merge needs in the inbox, as closing does: it ends one conversation in favour
/// of another.
pub const NEEDS: Level = Level::SendOnBehalf;

/// Who merges.
#[derive(Debug, Clone, Copy)]
pub struct Merger<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// Their level in the inbox of the root.
    pub level: Level,
}

/// The two halves of a merge, a change of each conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// What changes in the root.
    pub root: Change,
    /// What changes in the other.
    pub other: Change,
}

/// Decides on merging `other` into `root`, which is merged into nothing itself. None when it is so
/// already.
///
/// # Errors
/// A [`Refusal`] for one conversation with itself, for one that is part of another already, for two
/// inboxes, for a live conversation into spam, and for a level that does not suffice.
pub fn decide(
    root: &Conversation,
    other: &Conversation,
    merger: &Merger<'_>,
) -> Result<Option<Merge>, Refusal> {
    let (into, number) = (root.number, other.number);
    if merger.level < NEEDS {
        return Err(Refusal::NotAllowed(format!(
            "'merge' needs level '{NEEDS}' in inbox {}, and {} has '{}': ask somebody who has it",
            root.inbox, merger.actor, merger.level
        )));
    }
    if number == into {
        return Err(Refusal::No(format!("{number} cannot be merged into itself")));
    }
    if other.purged.is_some() {
        return Err(Refusal::No(format!("{number} was purged: nothing is left of it to merge")));
    }
    if other.root == into {
        return Ok(None);
    }
    if other.root != number {
        let at = other.root;
        return Err(Refusal::No(format!(
            "{number} is merged into {at} already: merge {at}, or undo that merge first"
        )));
    }
    if root.inbox != other.inbox {
        return Err(Refusal::No(format!(
            "{number} is in inbox {} and {into} in {}: only conversations of one inbox are merged",
            other.inbox, root.inbox
        )));
    }
    if root.status == Status::Spam && other.status != Status::Spam {
        return Err(Refusal::No(format!(
            "{into} is spam, and would hide {number}: open {into} first, or merge it into {number}"
        )));
    }
    Ok(Some(Merge {
        root: Change::TookIn {
            other: number,
            status: other.status,
            waiting_since: other.waiting_since,
            last_person: other.last_person,
        },
        other: Change::RootSet { old: number, new: into },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Number, Time};

    fn conversation(number: i64, root: i64, inbox: &str, status: Status) -> Conversation {
        let number = Number(number);
        let new = Conversation::new(number, inbox.parse().unwrap(), Time(number.0));
        Conversation { root: Number(root), status, ..new }
    }

    fn decided(root: &Conversation, other: &Conversation, level: Level) -> String {
        let actor = Actor::Agent("anna".parse().unwrap());
        match decide(root, other, &Merger { actor: &actor, level }) {
            Ok(None) => "already".to_owned(),
            Ok(Some(Merge { other: Change::RootSet { old, new }, .. })) => format!("{old} {new}"),
            Ok(Some(other)) => panic!("{other:?}"),
            Err(refusal) => refusal.to_string(),
        }
    }

    #[test]
    fn what_can_be_merged() {
        let root = conversation(1, 1, "support", Status::Open);
        let spam = conversation(1, 1, "support", Status::Spam);
        for (root, other, wanted) in [
            (&root, conversation(2, 2, "support", Status::Closed), "2 1"),
            (&root, conversation(2, 2, "support", Status::Spam), "2 1"),
            (&root, conversation(2, 1, "support", Status::Open), "already"),
            (&root, conversation(1, 1, "support", Status::Open), "into itself"),
            (&root, conversation(2, 3, "support", Status::Open), "merge 3, or undo"),
            (&root, conversation(2, 2, "sales", Status::Open), "2 is in inbox sales and 1 in"),
            (&spam, conversation(2, 2, "support", Status::Open), "open 1 first"),
            (&spam, conversation(2, 2, "support", Status::Spam), "2 1"),
        ] {
            let found = decided(root, &other, Level::Full);
            assert!(found.contains(wanted), "{wanted}: {found}");
        }
    }

    #[test]
    fn who_may_merge() {
        let root = conversation(1, 1, "support", Status::Open);
        let other = conversation(2, 2, "support", Status::Open);
        for level in Level::ALL {
            let found = decided(&root, &other, level);
            assert_eq!(found == "2 1", level >= NEEDS, "{level}: {found}");
        }
    }
}
