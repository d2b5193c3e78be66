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
use super::ingest::{Chain, Taken};
use super::land::Understood;
use super::source::{Finisher, Format, Manner, Notice, Origin, Piece, Reader};
use super::tally::Tally;
use super::{Desk, Fault, index, layout};
use crate::config::Settings;
use crate::domain::EnvelopeSender;
use crate::domain::arrival::Occasion;
use crate::host::budget::Budget;
use crate::host::parallel;
use crate::mail::mbox::Variant;
use crate::store::{Store, Wiring};

mod batch;
#[cfg(test)]
mod tests;

use batch::{Batch, Committed, Mail};

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
    /// Whether all that was read so far is in.
    is_whole: bool,
    /// How many messages could not land.
    left_out: usize,
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
            let (committed, is_whole, left_out) = (VecDeque::new(), true, 0);
            let mut run = Run {
                bulk,
                tell,
                tally,
                finisher,
                checkpoints,
                lately,
                committed,
                is_whole,
                left_out,
            };
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
            run.tally.read = given.load(Ordering::Relaxed) - run.left_out;
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
        ("recipient", envelope.recipients.first().map(ToString::to_string)),
        ("sender", sender.map(ToString::to_string)),
        ("extension", envelope.extension.clone()),
    ];
    let told = told.into_iter().filter_map(|(name, value)| Some(format!(" {name}={}", value?)));
    [variant.to_owned(), occasion].into_iter().chain(told).collect()
}
