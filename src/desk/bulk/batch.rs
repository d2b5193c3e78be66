//! A batch of messages comes in, in one transaction.

use std::fmt;

use anyhow::{Context, Result};

use super::{Run, Told};
use crate::desk::failure::{Failure, Kind};
use crate::desk::ingest::{How, Incoming, Landed, Taken};
use crate::desk::land::{Label, Ready, Understood, land};
use crate::desk::source::{Found, Notice, Origin};
use crate::desk::{Desk, Fault, index};
use crate::domain::{MessageId, Time};
use crate::host::log::Level;
use crate::mail::Parsed;
use crate::store::{Ending, Position, Tx};

/// Messages that come in together: bounded in number, and in memory.
#[derive(Debug, Default)]
pub(super) struct Batch {
    mails: Vec<Mail>,
    bytes: usize,
}

/// A message that can come in.
#[derive(Debug)]
pub(super) struct Mail {
    pub(super) found: Found,
    pub(super) understood: Understood,
    /// Its text, for the index.
    pub(super) body: index::Body,
}

impl Batch {
    pub(super) const MOST_MAILS: usize = 1000;
    const MOST_BYTES: usize = 8 << 20;

    pub(super) fn add(&mut self, mail: Mail) {
        self.bytes += mail.found.raw.beginning().len();
        self.mails.push(mail);
    }

    pub(super) fn is_full(&self, most: usize) -> bool {
        self.mails.len() >= most || self.bytes >= Self::MOST_BYTES
    }

    /// How far each mbox is read when the batch is in.
    fn positions(&self) -> Vec<Position> {
        let mut last: Vec<&Position> = Vec::new();
        for mail in &self.mails {
            if let Origin::Mbox { position, .. } = &mail.found.origin {
                last.retain(|other| other.path != position.path);
                last.push(position);
            }
        }
        last.into_iter().cloned().collect()
    }
}

/// A message that is committed: it is told, and its file marked or removed, when it is on the disk.
pub(super) struct Committed {
    label: Label,
    taken: Taken,
    is_defective: bool,
    /// Where it came from; none where it is not proved to be in.
    origin: Option<Origin>,
}

/// What one transaction brought.
struct Written {
    /// What became of each message.
    outcomes: Vec<Result<Taken>>,
    /// The last message that was there before.
    last: MessageId,
    /// How many messages came in behind it, as the store has them.
    stored: usize,
}

/// Whether a message that cannot land takes those along that are in its transaction.
#[derive(Clone, Copy)]
enum Fate {
    Shared,
    /// Slower: each has a savepoint.
    Own,
}

/// What an error says that came of one message, and neither of the lock nor of the disk.
#[derive(Debug)]
struct CannotLand;

impl fmt::Display for CannotLand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message cannot come in")
    }
}

impl Desk {
    /// All of a batch comes in. A message that cannot land, which is a fault of ours, stays where it is
    /// and is told, and the others come in without it.
    ///
    /// # Errors
    /// Those of the store, where nothing of the batch comes in; those of `tell`.
    pub(super) fn ingest_batch(
        &mut self,
        batch: Batch,
        run: &mut Run<'_, impl FnMut(Told<'_>) -> Result<()>>,
    ) -> Result<()> {
        let positions = batch.positions();
        self.must_have_room(batch.mails.iter().map(|mail| mail.found.raw.size()).sum())?;
        let apart = |mail: Mail| (mail.found, (mail.understood, mail.body));
        let (found, parts): (Vec<Found>, Vec<_>) = batch.mails.into_iter().map(apart).unzip();
        if found.is_empty() {
            return Ok(());
        }
        let (ready, mut bodies): (Vec<Ready<'_>>, Vec<index::Body>) = found
            .iter()
            .zip(parts)
            .map(|(found, (understood, body))| (run.ready(found, understood, self.now), body))
            .unzip();
        let written = match self.write_batch(&ready, &mut bodies, &positions, Fate::Shared, run) {
            // Nothing is indexed before all have landed, so the bodies are there still.
            Err(error) if error.is::<CannotLand>() => {
                self.write_batch(&ready, &mut bodies, &positions, Fate::Own, run)?
            }
            written => written?,
        };
        let told = |ready: &Ready<'_>| (ready.label(), !ready.parsed.defects.is_empty());
        let told: Vec<(Label, bool)> = ready.iter().map(told).collect();
        drop(ready);
        self.commit_batch(written, told, found, run)
    }

    /// One transaction. What is not proved to be in is not passed by in its mbox.
    fn write_batch<F>(
        &mut self,
        ready: &[Ready<'_>],
        bodies: &mut Vec<index::Body>,
        positions: &[Position],
        fate: Fate,
        run: &mut Run<'_, F>,
    ) -> Result<Written> {
        let kept = ready.len() - usize::from(self.fault == Fault::Lose);
        self.write("ingest", Ending::Commit, |tx, scene| {
            let last = tx.last_message()?;
            let mut outcomes: Vec<Result<Taken>> = Vec::new();
            for ready in ready.iter().take(kept) {
                tx.next_batch();
                let landing = || land(tx, scene, ready, run.bulk.chain);
                outcomes.push(match fate {
                    Fate::Shared => Ok(landing().context(CannotLand)?),
                    Fate::Own => tx.attempt(landing)?,
                });
            }
            // Where none can land it is no fault of one of them.
            if outcomes.iter().all(Result::is_err)
                && let Some(Err(error)) = outcomes.pop()
            {
                return Err(error);
            }
            // Last, and all in a row: the savepoint of any other statement would write what the
            // index has collected, and merge it, for each message anew.
            for ((outcome, ready), body) in outcomes.iter().zip(ready).zip(bodies.drain(..)) {
                if let Ok(taken) = outcome {
                    index(tx, &taken.landed, &ready.parsed, body, &mut run.lately)?;
                }
            }
            let is_in = |outcome: &Result<Taken>| outcome.as_ref().is_ok_and(|t| !t.is_nothing());
            run.is_whole &= outcomes.len() == ready.len() && outcomes.iter().all(is_in);
            if run.is_whole {
                positions.iter().try_for_each(|position| tx.put_position(position))?;
            }
            let stored = tx.came_in_after(last)?;
            Ok(Written { outcomes, last, stored })
        })
    }

    /// It is committed, and told when it is on the disk.
    fn commit_batch(
        &self,
        written: Written,
        told: Vec<(Label, bool)>,
        found: Vec<Found>,
        run: &mut Run<'_, impl FnMut(Told<'_>) -> Result<()>>,
    ) -> Result<()> {
        let Written { outcomes, last, stored } = written;
        let are_counted = outcomes.len() == found.len();
        let mut committed = Vec::new();
        for ((outcome, (label, is_defective)), found) in outcomes.into_iter().zip(told).zip(found) {
            match outcome {
                Ok(taken) => {
                    let is_in = are_counted && !taken.is_nothing();
                    let origin = is_in.then_some(found.origin);
                    committed.push(Committed { label, taken, is_defective, origin });
                }
                Err(error) => {
                    let id = label.message_id.as_deref().unwrap_or("-");
                    let why = format!("{} <{id}>: {error:#}", found.origin.path().display());
                    self.log(Level::Error, &why);
                    run.left_out += 1;
                    let refused = Notice::Refused(Failure::new(Kind::TryAgain, why));
                    (run.tell)(Told::Notice(&refused))?;
                }
            }
        }
        run.tally.compare(committed.iter().map(|committed| &committed.taken), last, stored);
        run.committed.push_back(committed);
        let synced = run.checkpoints.after_commit().map_err(|error| self.without_room(error))?;
        self.are_in(synced, run)
    }

    /// So many batches more have come to the disk: their messages are in.
    pub(super) fn are_in(
        &self,
        batches: usize,
        run: &mut Run<'_, impl FnMut(Told<'_>) -> Result<()>>,
    ) -> Result<()> {
        for committed in run.committed.drain(..batches.min(run.committed.len())).flatten() {
            let Committed { label, taken, is_defective, origin } = committed;
            self.log_taken(&label, &taken);
            run.tally.count(&taken, is_defective);
            (run.tell)(Told::Taken(&taken))?;
            if let Some(notice) = origin.and_then(|origin| run.finisher.finish(&origin)) {
                (run.tell)(Told::Notice(&notice))?;
            }
        }
        Ok(())
    }
}

impl<F> Run<'_, F> {
    fn ready<'f>(&self, found: &'f Found, understood: Understood, now: Time) -> Ready<'f>
    where
        Self: 'f,
    {
        let incoming = Incoming {
            raw: &found.raw,
            envelope: self.bulk.envelope,
            wiring: found.origin.wiring(),
            occasion: self.bulk.occasion,
            delivered: found.delivered,
        };
        Ready::new(&incoming, understood, now)
    }
}

/// What is new of a message that landed comes into the index at once: its text is at hand.
fn index(
    tx: &Tx<'_>,
    landed: &[Landed],
    parsed: &Parsed,
    body: index::Body,
    lately: &mut index::Lately,
) -> Result<()> {
    match landed.iter().find(|landed| matches!(landed.how, How::New | How::Joined)) {
        Some(new) => index::at_once(tx, new.message, parsed, body, lately),
        None => Ok(()),
    }
}
