//! Conversations are forgotten: what they said, and who took part. What comes again of them is known
//! by its identity, and goes nowhere.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};

use super::{Desk, Failure, Kind, Scene, facts, index};
use crate::domain::purge::{self, Context};
use crate::domain::{BatchId, Change, Event, EventId, MessageId, Number, Reason};
use crate::store::{Act, Ending, Snapshot, Tx};

/// What became of one conversation.
#[derive(Debug)]
pub struct Purged {
    /// The conversation.
    pub number: Number,
    /// What was forgotten, or why not.
    pub result: Result<Forgotten, Failure>,
}

/// What was forgotten.
#[derive(Debug)]
pub struct Forgotten {
    /// The events that say so, one for each conversation that was merged into it, too.
    pub events: Vec<Event>,
    /// Messages that stay, each with a conversation that shows it too.
    pub kept: Vec<(MessageId, Number)>,
}

impl Desk {
    /// Forgets each of the conversations, in a transaction of its own, and goes on after a refusal.
    ///
    /// # Errors
    /// When one of these is no conversation, before anything is done; and those of the store.
    /// Refusals stand in the results.
    pub fn purge(&mut self, numbers: &[Number], ending: Ending) -> Result<Vec<Purged>> {
        let roots = self.shown_at(numbers)?;
        must_be_whole(numbers, &roots)?;
        self.store.overwrite_what_is_deleted()?;
        self.clear_offers()?;
        let mut batch = None;
        let mut seen = BTreeSet::new();
        let mut purged = Vec::new();
        for number in roots.into_iter().filter(|root| seen.insert(*root)) {
            let written = self.write("purge", ending, |tx, scene| forget(tx, scene, number, batch));
            let result = match written {
                Ok(forgotten) => {
                    let first = forgotten.events.first().filter(|_| ending == Ending::Commit);
                    batch = batch.or(first.map(|event| event.by.batch));
                    Ok(forgotten)
                }
                Err(error) => Err(error.downcast::<Failure>()?),
            };
            purged.push(Purged { number, result });
        }
        if batch.is_some() {
            // The index keeps the words of what was deleted until it merges them away.
            index::merge(self, "purge")?;
        }
        Ok(purged)
    }
}

impl Desk {
    /// Forgets whose the mails were that rules dropped and that a word means: those that an address
    /// sent, or the one with a Message-ID. Gives how many they are.
    ///
    /// # Errors
    /// A [`Failure`] where the level in one of the inboxes does not suffice, with nothing forgotten;
    /// and those of the store.
    pub fn purge_dropped(&mut self, word: &str, ending: Ending) -> Result<usize> {
        self.store.overwrite_what_is_deleted()?;
        self.clear_offers()?;
        self.write("purge", ending, |tx, scene| {
            let mut meant = Vec::new();
            tx.each_drop(|mail| {
                let is_meant = purge::means(word, &mail.sender, mail.message_id.as_deref());
                meant.extend(is_meant.then_some((mail.id, mail.inbox)));
                Ok(())
            })?;
            let directory = scene.directory();
            for (mail, inbox) in &meant {
                let level = scene.level_in(&directory, inbox)?;
                purge::may(scene.me, level, inbox).map_err(Failure::from)?;
                tx.forget_drop(*mail)?;
            }
            Ok(meant.len())
        })
    }
}

/// Whoever names a part of a merged conversation may not know that it takes the rest along; it cannot
/// be undone. `roots` is where each is shown.
fn must_be_whole(numbers: &[Number], roots: &[Number]) -> Result<(), Failure> {
    let named: BTreeSet<&Number> = numbers.iter().collect();
    match numbers.iter().zip(roots).find(|(_, root)| !named.contains(root)) {
        None => Ok(()),
        Some((number, root)) => Err(Failure::new(
            Kind::No,
            format!(
                "{number} is merged into {root}: 'postroom purge {root}' forgets both; \
                 'postroom undo {number}' parts them"
            ),
        )),
    }
}

fn forget(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    number: Number,
    batch: Option<BatchId>,
) -> Result<Forgotten> {
    tx.go_on(batch);
    let root = facts::conversation(tx, number)?;
    let level = scene.level_in(&scene.directory(), &root.inbox)?;
    let context = Context { actor: scene.me, level, unsent: tx.unsent_of(root.number)? };
    purge::decide(&root, &context).map_err(Failure::from)?;
    let members: Vec<Number> =
        std::iter::once(root.number).chain(tx.merged_into(root.number)?).collect();
    let entries = tx.entries_of(root.number)?;
    let kept = kept(tx, &entries, &members)?;
    let stays: BTreeSet<MessageId> = kept.iter().map(|(message, _)| *message).collect();
    let gone = entries.iter().filter(|(message, _)| !stays.contains(message));
    let mut events = Vec::new();
    for member in &members {
        let messages = gone.clone().filter(|(_, home)| home == member).count();
        events.extend(record(tx, scene, *member, messages)?);
    }
    let by: EventId = events.first().map(|event| event.id).context("no event of a purge")?;
    let gone: BTreeSet<MessageId> = gone.map(|(message, _)| *message).collect();
    tx.forget_messages(&gone, by)?;
    Ok(Forgotten { events, kept })
}

/// What another conversation shows too stays there.
fn kept(
    tx: &Snapshot<'_>,
    entries: &[(MessageId, Number)],
    members: &[Number],
) -> Result<Vec<(MessageId, Number)>> {
    let mut kept = Vec::new();
    for (message, _) in entries {
        let other = tx.homes(*message)?.into_iter().find(|home| !members.contains(home));
        if let Some(home) = other {
            kept.push((*message, facts::root(tx, home)?));
        }
    }
    kept.dedup();
    Ok(kept)
}

fn record(tx: &Tx<'_>, scene: &Scene<'_>, number: Number, messages: usize) -> Result<Vec<Event>> {
    let mut conversation = facts::exactly(tx, number)?;
    let notes = tx.note_count(number)?;
    let act = Act { actor: scene.me, reason: &Reason::Asked, cause: None, effective: tx.now() };
    let events = tx.record(&mut conversation, &act, &[Change::Purged { messages, notes }])?;
    tx.forget_texts(number)?;
    Ok(events)
}
