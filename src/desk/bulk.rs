//! Many messages come in: read in one thread, understood in all, taken in by this one, in
//! transactions of about a thousand.

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

use anyhow::Result;

use super::incoming::Envelope;
use super::ingest::{Chain, Incoming, Landed};
use super::land::{Ready, Understood, land};
use super::source::{Finisher, Format, Found, Manner, Notice, Origin, Piece, Reader};
use super::tally::Tally;
use super::{Desk, Fault};
use crate::domain::arrival::Occasion;
use crate::host::budget::Budget;
use crate::host::parallel;
use crate::mail::mbox::Variant;
use crate::store::{Ending, Position};

/// Bytes of messages that are read and not yet in a batch.
const UNDER_WAY: usize = 16 << 20;

/// Pieces that are read and wait for a thread to work on them.
const PIECES: usize = 64;

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
    /// A message landed.
    Landed(&'a [Landed]),
    /// Something about a source.
    Notice(&'a Notice),
    /// So many messages are in, and so much of all is read, from 0 to 1; 0 where that is not known.
    Progress(usize, f64),
}

/// Messages that come in together, in one transaction: bounded in number, and in memory.
#[derive(Debug, Default)]
struct Batch {
    mails: Vec<(Found, Understood)>,
    bytes: usize,
}

impl Batch {
    const MOST_MAILS: usize = 1000;
    const MOST_BYTES: usize = 16 << 20;

    fn add(&mut self, found: Found, understood: Understood) {
        self.bytes += found.raw.beginning().len();
        self.mails.push((found, understood));
    }

    fn is_full(&self) -> bool {
        self.mails.len() >= Self::MOST_MAILS || self.bytes >= Self::MOST_BYTES
    }

    /// How far each mbox is read when the batch is in.
    fn positions(&self) -> Vec<Position> {
        let mut last: Vec<&Position> = Vec::new();
        for (found, _) in &self.mails {
            if let Origin::Mbox { position, .. } = &found.origin {
                last.retain(|other| other.path != position.path);
                last.push(position);
            }
        }
        last.into_iter().cloned().collect()
    }
}

/// A piece that was worked on.
enum Worked {
    Message(Box<(Found, Understood)>),
    Notice(Notice),
}

/// What all batches of a run have in common.
struct Run<'a, F> {
    bulk: &'a Bulk<'a>,
    tell: F,
    tally: Tally,
    finisher: Finisher,
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
        let words = words(bulk);
        let mut positions = self.read(|snapshot| snapshot.positions())?;
        positions.retain(|position| position.manner == words);
        let (dir, patience) = (self.dir.clone(), self.config.settings().lock_timeout.std());
        let authserv = self.config.settings().authserv_id.clone();
        let finisher = Finisher::new(bulk.manner.afterwards);
        let mut run = Run { bulk, tell, tally: Tally::default(), finisher };
        let (send, pieces) = sync_channel(PIECES);
        let budget = Budget::new(UNDER_WAY);
        thread::scope(|scope| {
            let (budget, given, dir) = (&budget, &given, &dir);
            scope.spawn(move || {
                let give =
                    &mut |piece: Piece| budget.take(piece.bytes()) && send.send(piece).is_ok();
                let (manner, stop, span) = (&bulk.manner, bulk.stop, (0.0, 0.0));
                let mut reader =
                    Reader { manner, dir, patience, words, positions, stop, given, give, span };
                // That nobody takes any more is told by whoever does not.
                let _ = reader.read(paths, count);
            });
            let work = |piece| work(piece, authserv.as_deref());
            let mut batch = Batch::default();
            parallel::in_order(bulk.threads, pieces.into_iter(), work, |worked| {
                if let Worked::Message(mail) = &worked {
                    budget.give_back(mail.0.raw.beginning().len());
                }
                // When nobody takes any more, the reader must not wait for it.
                let closing = budget.closing();
                self.take(worked, &mut batch, &mut run)?;
                closing.keep_open();
                anyhow::Ok(())
            })?;
            self.ingest_batch(batch, &mut run)
        })?;
        run.tally.read = given.load(Ordering::Relaxed);
        Ok(run.tally)
    }

    fn take(
        &mut self,
        worked: Worked,
        batch: &mut Batch,
        run: &mut Run<'_, impl FnMut(Told<'_>) -> Result<()>>,
    ) -> Result<()> {
        match worked {
            Worked::Message(mail) => batch.add(mail.0, mail.1),
            Worked::Notice(Notice::PassedOver) => run.tally.passed_over += 1,
            Worked::Notice(Notice::ReadBefore) => run.tally.read_before += 1,
            Worked::Notice(notice) => (run.tell)(Told::Notice(&notice))?,
        }
        if batch.is_full() { self.ingest_batch(std::mem::take(batch), run) } else { Ok(()) }
    }

    fn ingest_batch(
        &mut self,
        batch: Batch,
        run: &mut Run<'_, impl FnMut(Told<'_>) -> Result<()>>,
    ) -> Result<()> {
        let positions = batch.positions();
        self.must_have_room(batch.mails.iter().map(|(found, _)| found.raw.size()).sum())?;
        let (found, understood): (Vec<Found>, Vec<Understood>) = batch.mails.into_iter().unzip();
        let Some(part) = found.last().map(|found| found.part) else { return Ok(()) };
        let now = self.now;
        let ready = found.iter().zip(understood).map(|(found, understood)| {
            let incoming = Incoming {
                raw: &found.raw,
                envelope: run.bulk.envelope,
                wiring: found.origin.wiring(),
                occasion: run.bulk.occasion,
                delivered: found.delivered,
            };
            Ready::new(&incoming, understood, now)
        });
        let mut ready: Vec<Ready<'_>> = ready.collect();
        if self.fault == Fault::Lose {
            ready.pop();
        }
        // What is not proved to be in is neither passed by nor marked.
        let all_in = |landed: &[Vec<Landed>]| {
            landed.len() == found.len() && landed.iter().all(|landed| !landed.is_empty())
        };
        let (last, stored, landed) = self.write("ingest", Ending::Commit, |tx, scene| {
            let last = tx.last_message()?;
            let land = |ready| {
                tx.next_batch();
                land(tx, scene, ready, run.bulk.chain)
            };
            let landed = ready.iter().map(land).collect::<Result<Vec<_>>>()?;
            if all_in(&landed) {
                positions.iter().try_for_each(|position| tx.put_position(position))?;
            }
            Ok((last, tx.came_in_after(last)?, landed))
        })?;
        run.tally.compare(&landed, last, stored);
        for (ready, landed) in ready.iter().zip(&landed) {
            self.log_landed(ready, landed);
            run.tally.count(landed, !ready.parsed.defects.is_empty());
            (run.tell)(Told::Landed(landed))?;
        }
        let finished = if all_in(&landed) { found.as_slice() } else { &[] };
        for origin in finished.iter().map(|found| &found.origin) {
            if let Some(notice) = run.finisher.finish(origin) {
                (run.tell)(Told::Notice(&notice))?;
            }
        }
        run.tally.read += found.len();
        (run.tell)(Told::Progress(run.tally.read, part))
    }
}

/// What can be done with a piece in any thread.
fn work(piece: Piece, authserv: Option<&str>) -> Worked {
    match piece {
        Piece::Notice(notice) => Worked::Notice(notice),
        Piece::Message(mut found) => {
            let mut understood = Understood::of(&found.raw, authserv);
            if let Origin::Mbox { sender, .. } = &mut found.origin {
                found.delivered = understood.delivered().or(found.delivered);
                understood.add_sender(sender.take());
            }
            Worked::Message(Box::new((*found, understood)))
        }
    }
}

/// All that says what becomes of the messages of an mbox, in words. What was read with others has to
/// be read again.
fn words(bulk: &Bulk<'_>) -> String {
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
    let told = [
        ("inbox", envelope.inbox.as_ref().map(ToString::to_string)),
        ("recipient", envelope.recipient.as_ref().map(ToString::to_string)),
        ("sender", envelope.sender.as_ref().map(ToString::to_string)),
        ("extension", envelope.extension.clone()),
    ];
    let told = told.into_iter().filter_map(|(name, value)| Some(format!(" {name}={}", value?)));
    [variant.to_owned(), occasion].into_iter().chain(told).collect()
}

#[cfg(test)]
mod tests;
