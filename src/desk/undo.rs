//! Changes are taken back: one, those of a command, or the last of a conversation.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

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
                for targets in by_conversation(targets) {
                    undo_in(tx, scene, &targets, &mut undone)?;
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
    for events in by_conversation(events) {
        let Some(number) = events.first().map(|event| event.conversation) else { continue };
        let undone = undo::undone(&tx.events(number)?);
        left.extend(events.into_iter().filter(|event| !undone.contains_key(&event.id)));
    }
    left.sort_by_key(|event| event.id);
    Ok(left)
}

/// Events, each conversation's together, so that its log is read once; the latest first.
fn by_conversation(mut events: Vec<Event>) -> Vec<Vec<Event>> {
    events.sort_by_key(|event| Reverse(event.id));
    let mut all: Vec<Vec<Event>> = Vec::new();
    let mut places: BTreeMap<Number, usize> = BTreeMap::new();
    for event in events {
        let place = *places.entry(event.conversation).or_insert(all.len());
        match all.get_mut(place) {
            Some(others) => others.push(event),
            None => all.push(vec![event]),
        }
    }
    all
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

/// Takes back events of one conversation, the latest first.
fn undo_in(tx: &Tx<'_>, scene: &Scene<'_>, targets: &[Event], undone: &mut Undone) -> Result<()> {
    let Some(first) = targets.first() else { return Ok(()) };
    let mut conversation = facts::exactly(tx, first.conversation)?;
    let mut log = tx.events(conversation.number)?;
    let level = scene.level_in(&scene.directory(), &conversation.inbox)?;
    let act = Act { actor: scene.me, reason: &Reason::Asked, cause: None, effective: tx.now() };
    for target in targets {
        let needs = undo::needs(&target.change);
        if level < needs {
            return Err(Failure::from(Refusal::NotAllowed(format!(
                "to undo {} needs level '{needs}' in inbox {}, and {} has '{level}': ask somebody \
                 who has it",
                target.id, conversation.inbox, scene.me
            )))
            .into());
        }
        let change = undo::undo(&log, target.id).map_err(Failure::from)?;
        let events = tx.record(&mut conversation, &act, &[change])?;
        undone.stay.extend(stay(&log, target));
        log.extend(events.iter().cloned());
        undone.events.extend(events);
    }
    Ok(())
}

/// What came into a root, or was written there, since the merge that is taken back.
fn stay(log: &[Event], target: &Event) -> Vec<(Number, MessageId)> {
    if !matches!(target.change, Change::TookIn { .. }) {
        return Vec::new();
    }
    let since = log.iter().filter(|event| event.seq > target.seq);
    let messages = since.filter_map(|event| match event.change {
        Change::Arrived { message, .. } | Change::Queued { message, .. } => {
            Some((target.conversation, message))
        }
        _ => None,
    });
    messages.collect()
}
