//! Changes are taken back: one, those of a command, or the last of a conversation.

use std::collections::BTreeSet;

use anyhow::Result;

use super::failure::no_such;
use super::{Desk, Failure, Kind, Scene, facts};
use crate::domain::{BatchId, Change, Event, EventId, MessageId, Number, Reason, Refusal, undo};
use crate::store::{Act, Ending, Snapshot, Tx};

/// What is to be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// One event. Half of a merge takes the whole merge with it.
    Event(EventId),
    /// All events of a command.
    Batch(BatchId),
    /// What was last asked of a conversation and still holds; mail that came in since is not asked
    /// for.
    Last(Number),
}

/// What was taken back.
#[derive(Debug)]
pub struct Undone {
    /// The events that say so.
    pub events: Vec<Event>,
    /// Messages that came into a root while it was one, and stay there.
    pub stay: Vec<(Number, MessageId)>,
}

impl Desk {
    /// Takes back all that is named, or nothing; at most so many conversations, if there is a limit.
    ///
    /// # Errors
    /// When something is not there or cannot be taken back; and those of the store.
    pub fn undo(&mut self, whats: &[What], most: Option<usize>, ending: Ending) -> Result<Undone> {
        self.write("undo", ending, |tx, scene| {
            let mut undone = Undone { events: Vec::new(), stay: Vec::new() };
            for what in whats {
                let targets = targets(tx, *what)?;
                check_many(&targets, most)?;
                for target in targets.iter().rev() {
                    undone.events.extend(undo_one(tx, scene, target)?);
                    undone.stay.extend(stay(tx, target)?);
                }
            }
            Ok(undone)
        })
    }
}

/// The events to take back, in order of recording.
fn targets(tx: &Snapshot<'_>, what: What) -> Result<Vec<Event>> {
    match what {
        What::Event(id) => {
            let event = tx.event(id)?.ok_or_else(|| no_such(&format!("event {id}")))?;
            with_its_merge(tx, vec![event])
        }
        What::Batch(batch) => {
            let events = tx.batch(batch)?;
            if events.is_empty() {
                return Err(no_such(&format!("batch {batch}")).into());
            }
            let targets = not_undone(tx, events)?;
            if targets.is_empty() {
                let words = format!("all of {batch} was undone already");
                return Err(Failure::new(Kind::No, words).into());
            }
            Ok(targets)
        }
        What::Last(number) => {
            let log = tx.events(facts::exactly(tx, number)?.number)?;
            let mut asked = undo::standing(&log).filter(|e| e.by.reason == Reason::Asked);
            let Some(last) = asked.next_back().map(|event| event.by.batch) else {
                let words = format!("nothing that was asked of {number} is left to undo");
                return Err(Failure::new(Kind::No, words).into());
            };
            let of_last = undo::standing(&log).filter(|event| event.by.batch == last);
            with_its_merge(tx, of_last.cloned().collect())
        }
    }
}

/// Where one is half of a merge, the others of that merge too.
fn with_its_merge(tx: &Snapshot<'_>, mut events: Vec<Event>) -> Result<Vec<Event>> {
    let Some(half) = events.iter().find(|event| undo::is_of_merge(&event.change)) else {
        return Ok(events);
    };
    let known: BTreeSet<EventId> = events.iter().map(|event| event.id).collect();
    let merge = tx
        .batch(half.by.batch)?
        .into_iter()
        .filter(|event| undo::is_of_merge(&event.change) && !known.contains(&event.id));
    events.extend(not_undone(tx, merge.collect())?);
    events.sort_by_key(|event| event.id);
    Ok(events)
}

fn not_undone(tx: &Snapshot<'_>, events: Vec<Event>) -> Result<Vec<Event>> {
    let mut left = Vec::new();
    for event in events {
        if !undo::undone(&tx.events(event.conversation)?).contains_key(&event.id) {
            left.push(event);
        }
    }
    Ok(left)
}

fn check_many(targets: &[Event], most: Option<usize>) -> Result<(), Failure> {
    let numbers: BTreeSet<Number> = targets.iter().map(|event| event.conversation).collect();
    match most {
        Some(most) if numbers.len() > most => Err(Failure::usage(format!(
            "that is {} conversations; say --yes if you mean it",
            numbers.len()
        ))),
        _ => Ok(()),
    }
}

fn undo_one(tx: &Tx<'_>, scene: &Scene<'_>, target: &Event) -> Result<Vec<Event>> {
    let mut conversation = facts::exactly(tx, target.conversation)?;
    let (level, needs) =
        (scene.level_in(&scene.directory(), &conversation.inbox)?, undo::needs(&target.change));
    if level < needs {
        return Err(Failure::from(Refusal::NotAllowed(format!(
            "to undo {} needs level '{needs}' in inbox {}, and {} has '{level}': ask somebody who \
             has it",
            target.id, conversation.inbox, scene.me
        )))
        .into());
    }
    let change = undo::undo(&tx.events(conversation.number)?, target.id).map_err(Failure::from)?;
    let act = Act { actor: scene.me, reason: &Reason::Asked, cause: None, effective: tx.now() };
    tx.record(&mut conversation, &act, &[change])
}

/// What came into a root, or was written there, since the merge that is taken back.
fn stay(tx: &Snapshot<'_>, target: &Event) -> Result<Vec<(Number, MessageId)>> {
    if !matches!(target.change, Change::TookIn { .. }) {
        return Ok(Vec::new());
    }
    let since = tx.events(target.conversation)?.into_iter().filter(|event| event.seq > target.seq);
    let messages = since.filter_map(|event| match event.change {
        Change::Arrived { message, .. } | Change::Queued { message, .. } => {
            Some((target.conversation, message))
        }
        _ => None,
    });
    Ok(messages.collect())
}
