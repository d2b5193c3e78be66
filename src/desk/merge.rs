//! Conversations become one, and stay two numbers (R63).

use anyhow::Result;

use super::{Desk, Failure, Kind, Scene, facts};
use crate::domain::merge::{self, Merge, Merger};
use crate::domain::{Change, Conversation, Event, Number, Reason};
use crate::store::{Act, Ending, Tx};

/// What a merge did.
#[derive(Debug)]
pub struct Merged {
    /// The conversation at which all is shown now.
    pub root: Number,
    /// What was recorded, in order; nothing where it was so already.
    pub events: Vec<Event>,
}

impl Desk {
    /// Merges conversations into one, all of them or none; into that one at which it is shown.
    ///
    /// # Errors
    /// When one of these is not there or cannot be merged; and those of the store.
    pub fn merge(&mut self, into: Number, others: &[Number]) -> Result<Merged> {
        self.write("merge", Ending::Commit, |tx, scene| {
            let mut root = facts::conversation(tx, into)?;
            let mut events = Vec::new();
            for other in others {
                events.extend(merge_one(tx, scene, &mut root, *other)?);
            }
            Ok(Merged { root: root.number, events })
        })
    }
}

fn merge_one(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    root: &mut Conversation,
    other: Number,
) -> Result<Vec<Event>> {
    let Some(mut other) = tx.conversation(other)? else {
        let words = format!("there is no conversation {other}; nothing was merged");
        return Err(Failure::new(Kind::Unknown, words).into());
    };
    let level = scene.level_in(&scene.directory(), &root.inbox)?;
    let merger = Merger { actor: scene.me, level };
    let decided = merge::decide(root, &other, &merger).map_err(Failure::from)?;
    let Some(Merge { root: taken, other: moved }) = decided else { return Ok(Vec::new()) };
    let act = Act { actor: scene.me, reason: &Reason::Asked, cause: None, effective: tx.now() };
    let mut events = tx.record(&mut other, &act, &[moved])?;
    // What was merged into that one goes along, so that a root is always one step away.
    for member in tx.merged_into(other.number)? {
        let mut member = facts::exactly(tx, member)?;
        let moved = Change::RootSet { old: member.root, new: root.number };
        events.extend(tx.record(&mut member, &act, &[moved])?);
    }
    events.extend(tx.record(root, &act, &[taken])?);
    Ok(events)
}
