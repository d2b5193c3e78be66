//! Many messages come in: read in one thread, understood in all, taken in by this one, in
//! transactions of about a thousand.

use std::collections::VecDeque;
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

use anyhow::{Context, Result};

use super::checkpoint::Checkpoints;
use super::incoming::Envelope;
use super::ingest::{Chain, How, Incoming, Landed, Taken};
use super::land::{Label, Ready, Understood, land};
use super::source::{Finisher, Format, Found, Manner, Notice, Origin, Piece, Reader};
use super::tally::Tally;
use super::{Desk, Fault, index, layout};
use crate::config::Settings;
use crate::domain::arrival::Occasion;
use crate::domain::{EnvelopeSender, Time};
use crate::host::budget::Budget;
use crate::host::parallel;
use crate::mail::Parsed;
use crate::mail::mbox::Variant;
use crate::store::{Ending, Position, Store, Tx, Wiring};

/// Bytes of messages that are read and not yet in a batch.
const UNDER_WAY: usize = 12 << 20;

/// Pieces that are read and wait for a thread to work on them.
const PIECES: usize = 64;

/// Messages that one thread may have understood while a batch is written; what bounds memory is
/// [`UNDER_WAY`].
const AHEAD: usize = Batch::MOST_MAILS / 2;

/// How messages come in from files.
#[derive(Debug, Clone)]
pub struct Bulk<'a> {
    /// How they are read.
    pub manner: Manner,
    /// Whether they are work, or old mail.
    pub occasion: Occasion,
    /// How many threads parse.
    pub threads: NonZeroUsize,
    /// What is known of all of them besides their bytes.
    pub envelope: &'a Envelope,
    /// What follows on each.
    pub chain: &'a Chain,
    /// Ends the reading when it is set; what is read comes in.
    pub stop: &'a AtomicBool,
}

/// What is told on the way.
#[derive(Debug)]
pub enum Told<'a> {
    /// A message came in, or was dropped.
    Taken(&'a Taken),
    /// Something about a source.
    Notice(&'a Notice),
    /// So many messages are read, and so much of all, from 0 to 1; 0 where that is not known.
    Progress(usize, f64),
}

/// Messages that come in together, in one transaction: bounded in number, and in memory.
#[derive(Debug, Default)]
struct Batch {
    mails: Vec<Mail>,
    bytes: usize,
}

/// A message that can come in.
#[derive(Debug)]
struct Mail {
    found: Found,
    understood: Understood,
    /// Its text, for the index.
    body: index::Body,
}

impl Batch {
    const MOST_MAILS: usize = 1000;
    const MOST_BYTES: usize = 8 << 20;

    fn add(&mut self, mail: Mail) {
        self.bytes += mail.found.raw.beginning().len();
        self.mails.push(mail);
    }

    fn is_full(&self, most: usize) -> bool {
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

/// A piece that was worked on.
enum Worked {
    Message(Box<Mail>),
    Notice(Notice),
}

/// What all batches of a run have in common.
struct Run<'a, F> {
    bulk: &'a Bulk<'a>,
    tell: F,
    tally: Tally,
    finisher: Finisher,
    checkpoints: Checkpoints,
    lately: index::Lately,
    /// What is committed and may not be on the disk yet, oldest first.
    committed: VecDeque<Vec<Committed>>,
}

/// A message that is committed: it is told, and its file marked or removed, when it is on the disk.
struct Committed {
    label: Label,
    taken: Taken,
    is_defective: bool,
    /// Where it came from; none where its batch is not proved to be in whole.
    origin: Option<Origin>,
}

impl Desk {
    /// Messages come in from files, trees, Maildirs and mbox files, in the order of the paths and
    /// of what lies there. What cannot be read is told, and the rest comes in. `count` is how many
    /// paths there are, where that is known.
    ///
    /// # Errors
    /// As [`Desk::ingest`], and those of `tell`; what came in before stays.
    pub fn ingest_paths(
        &mut self,
        paths: impl Iterator<Item = io::Result<PathBuf>> + Send,
        count: Option<usize>,
        bulk: &Bulk<'_>,
        tell: impl FnMut(Told<'_>) -> Result<()>,
    ) -> Result<Tally> {
        let given = AtomicUsize::new(0);
        let words = manner(bulk);
        let mut positions = self.read(|snapshot| snapshot.positions())?;
        positions.retain(|position| position.manner == words);
        let (dir, patience) = (self.dir.clone(), self.config.settings().lock_timeout.std());
        let settings = self.config.settings().clone();
        let fault = self.fault;
        let finisher = Finisher::new(bulk.manner.afterwards);
        let path = self.dir.join(layout::STORE);
        let beside = Store::open(&path).with_context(|| path.display().to_string())?;
        self.store.expect_much()?;
        let (send, pieces) = sync_channel(PIECES);
        let budget = Budget::new(UNDER_WAY);
        let tally = thread::scope(|scope| {
            let (budget, given, dir) = (&budget, &given, &dir);
            // Where the other threads cannot be started, the reader must not wait for them.
            let _closing = budget.closing();
            parallel::start(scope, move || {
                let give =
                    &mut |piece: Piece| budget.take(piece.bytes()) && send.send(piece).is_ok();
                let (manner, stop, span) = (&bulk.manner, bulk.stop, (0.0, 0.0));
                let mut reader =
                    Reader { manner, dir, patience, words, positions, stop, given, give, span };
                // That nobody takes any more is told by whoever does not.
                let _ = reader.read(paths, count);
            })?;
            let work = |piece| {
                // Nor must it wait for a thread that died.
                let closing = budget.closing();
                fault.strike();
                let worked = work(piece, &settings, &bulk.envelope.sender);
                closing.keep_open();
                worked
            };
            let checkpoints = Checkpoints::beside(scope, beside)?;
            let (tally, lately) = (Tally::default(), index::Lately::default());
            let committed = VecDeque::new();
            let mut run = Run { bulk, tell, tally, finisher, checkpoints, lately, committed };
            let mut batch = Batch::default();
            parallel::in_order(bulk.threads, AHEAD, pieces.into_iter(), work, |worked| {
                if let Worked::Message(mail) = &worked {
                    budget.give_back(mail.found.raw.beginning().len());
                }
                // When nobody takes any more, the reader must not wait for it.
                let closing = budget.closing();
                self.take(worked, &mut batch, &mut run)?;
                closing.keep_open();
                anyhow::Ok(())
            })?;
            self.ingest_batch(batch, &mut run)?;
            let synced = run.checkpoints.finish().map_err(|error| self.without_room(error))?;
            self.are_in(synced, &mut run)?;
            run.tally.read = given.load(Ordering::Relaxed);
            Ok(run.tally)
        });
        self.store.expect_little()?;
        tally
    }

    fn take(
        &mut self,
        worked: Worked,
        batch: &mut Batch,
        run: &mut Run<'_, impl FnMut(Told<'_>) -> Result<()>>,
    ) -> Result<()> {
        match worked {
            Worked::Message(mail) => {
                run.tally.read += 1;
                (run.tell)(Told::Progress(run.tally.read, mail.found.part))?;
                batch.add(*mail);
            }
            Worked::Notice(Notice::PassedOver) => run.tally.passed_over += 1,
            Worked::Notice(Notice::Link) => run.tally.links += 1,
            Worked::Notice(Notice::ReadBefore) => run.tally.read_before += 1,
            Worked::Notice(notice) => {
                run.tally.passed_over += match notice {
                    Notice::NoFiles(_, count) => count,
                    Notice::Empty(_) => 1,
                    _ => 0,
                };
                (run.tell)(Told::Notice(&notice))?;
            }
        }
        let most = if self.fault == Fault::SmallBatches { 3 } else { Batch::MOST_MAILS };
        if batch.is_full(most) { self.ingest_batch(std::mem::take(batch), run) } else { Ok(()) }
    }

    fn ingest_batch(
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
        let (ready, bodies): (Vec<Ready<'_>>, Vec<index::Body>) = found
            .iter()
            .zip(parts)
            .map(|(found, (understood, body))| (run.ready(found, understood, self.now), body))
            .unzip();
        let kept = ready.len() - usize::from(self.fault == Fault::Lose);
        // What is not proved to be in is neither passed by nor marked.
        let all_in =
            |taken: &[Taken]| taken.len() == found.len() && !taken.iter().any(Taken::is_nothing);
        let (last, stored, taken) = self.write("ingest", Ending::Commit, |tx, scene| {
            let last = tx.last_message()?;
            let mut taken = Vec::new();
            for ready in ready.iter().take(kept) {
                tx.next_batch();
                taken.push(land(tx, scene, ready, run.bulk.chain)?);
            }
            // Last, and all in a row: the savepoint of any other statement would write what the
            // index has collected, and merge it, for each message anew.
            for ((taken, ready), body) in taken.iter().zip(&ready).zip(bodies) {
                index(tx, &taken.landed, &ready.parsed, body, &mut run.lately)?;
            }
            if all_in(&taken) {
                positions.iter().try_for_each(|position| tx.put_position(position))?;
            }
            Ok((last, tx.came_in_after(last)?, taken))
        })?;
        run.tally.compare(&taken, last, stored);
        let is_whole = all_in(&taken);
        let told = |ready: &Ready<'_>| (ready.label(), !ready.parsed.defects.is_empty());
        let told: Vec<(Label, bool)> = ready.iter().map(told).collect();
        drop(ready);
        let parts = told.into_iter().zip(taken).zip(found);
        let committed = parts.map(|(((label, is_defective), taken), found)| {
            let origin = is_whole.then_some(found.origin);
            Committed { label, taken, is_defective, origin }
        });
        run.committed.push_back(committed.collect());
        let synced = run.checkpoints.after_commit().map_err(|error| self.without_room(error))?;
        self.are_in(synced, run)
    }

    /// So many batches more have come to the disk: their messages are in.
    fn are_in(
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

/// What can be done with a piece in any thread.
fn work(piece: Piece, settings: &Settings, sender: &EnvelopeSender) -> Worked {
    match piece {
        Piece::Notice(notice) => Worked::Notice(notice),
        Piece::Message(mut found) => {
            let sender = match &found.origin {
                Origin::Mbox { sender: written, .. } => sender.or(written),
                Origin::File(..) | Origin::Maildir(..) => sender,
            };
            let understood = Understood::of(&found.raw, sender, settings);
            if found.origin.wiring() == Wiring::Mbox {
                found.delivered = understood.delivered().or(found.delivered);
            }
            let body = index::Body::of(understood.text());
            Worked::Message(Box::new(Mail { found: *found, understood, body }))
        }
    }
}

/// All that says what becomes of the messages of an mbox, in words. What was read with others has to
/// be read again.
fn manner(bulk: &Bulk<'_>) -> String {
    let envelope = bulk.envelope;
    let variant = match bulk.manner.format {
        Format::Message => "message",
        Format::Mbox(Variant::Rd) => "mboxrd",
        Format::Mbox(Variant::O { unquote: false }) => "mboxo",
        Format::Mbox(Variant::O { unquote: true }) => "mboxo unquote",
        Format::Mbox(Variant::Cl { unquote: false }) => "mboxcl",
        Format::Mbox(Variant::Cl { unquote: true }) => "mboxcl unquote",
        Format::Mbox(Variant::Cl2) => "mboxcl2",
    };
    let occasion = match bulk.occasion {
        Occasion::Now => String::new(),
        Occasion::Archive => " archive".to_owned(),
    };
    let sender = Some(&envelope.sender).filter(|sender| **sender != EnvelopeSender::Unknown);
    let told = [
        ("inbox", envelope.inbox.as_ref().map(ToString::to_string)),
        ("recipient", envelope.recipient.as_ref().map(ToString::to_string)),
        ("sender", sender.map(ToString::to_string)),
        ("extension", envelope.extension.clone()),
    ];
    let told = told.into_iter().filter_map(|(name, value)| Some(format!(" {name}={}", value?)));
    [variant.to_owned(), occasion].into_iter().chain(told).collect()
}

#[cfg(test)]
mod tests;
