//! Deliveries that come while somebody writes land together: each offers its mail to whoever has the
//! lock before it, who takes it into the same transaction. Where that did not come to a good end,
//! each does it itself, when its turn comes.
//!
//! Opening the database and syncing it is most of a delivery, and a mail that comes along has
//! neither. Each still hears that its mail is in when it is committed and synced, and not before (R1).

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::incoming::Envelope;
use super::ingest::{Chain, Incoming, Steps, Taken};
use super::land::{Label, Ready, Understood, land};
use super::open::Closed;
use super::raw::Raw;
use super::{Desk, Purpose, Scene, Wanted, layout};
use crate::config::Config;
use crate::domain::arrival::Occasion;
use crate::domain::{Actor, OutboxId, Time};
use crate::host::lock::{Line, Lock, Waited};
use crate::host::offer::{self, Offered, TakenOn};
use crate::host::user::Caller;
use crate::host::{env, limit};
use crate::store::{Tx, Wiring};

/// The most mails that come along with one, so that it is not kept waiting for them.
const MOST: usize = 64;

/// Bytes of the largest mail that comes along; there is as much room for what is told of it.
const LARGEST: usize = offer::LARGEST / 2;

/// One mail that is to come in, of a delivery that has nothing to tell but that it did.
#[derive(Debug)]
pub struct Delivery<'a> {
    /// Its bytes.
    pub raw: &'a Raw,
    /// What the wiring told.
    pub envelope: &'a Envelope,
    /// What is to follow.
    pub steps: Steps,
}

/// The turn of a delivery.
#[derive(Debug)]
pub enum Turn {
    /// It has come: the desk, and its lock where we have it already.
    Ours(Box<Desk>, Option<Lock>),
    /// The mail is in, and these automatic answers are to be sent.
    Along(Vec<OutboxId>),
}

/// All that decides what becomes of a mail, besides the mail, and what is told of it: only under the
/// same terms does it matter to nobody in whose process that happens.
#[derive(Serialize)]
struct Terms<'a> {
    version: &'a str,
    config: [u8; 32],
    actor: String,
    caller: &'a Caller,
    log: Option<PathBuf>,
    /// The time, where it was set.
    now: Option<Time>,
    steps: Steps,
}

impl Terms<'_> {
    /// A word for these terms.
    fn kind(&self) -> Result<String> {
        let hash = Sha256::digest(serde_json::to_vec(self)?);
        Ok(hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect())
    }
}

/// What stands before the bytes of a mail that is offered, on a line of its own.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    came: Time,
    envelope: Envelope,
}

/// A mail that came along: it counts when the transaction does.
#[derive(Debug)]
pub(super) struct Guest {
    /// How the log calls it.
    pub(super) label: Label,
    /// What became of it.
    pub(super) taken: Taken,
    offer: TakenOn,
}

impl Guest {
    /// It is committed and synced: tells the delivery that waits for that, which sends the answers.
    pub(super) fn is_in(&self) {
        let queued: Vec<OutboxId> = self.taken.queued().collect();
        // One that is not told takes it in once more, which adds nothing (R53).
        let _ = serde_json::to_vec(&queued).map(|queued| self.offer.is_done(&queued));
    }
}

impl Desk {
    /// Opens the desk for one mail when its turn has come. A large mail does not come along, and waits
    /// with the desk open; so does one that nobody before it may take along.
    ///
    /// # Errors
    /// As [`Desk::open`]; [`LockError`](crate::host::lock::LockError).
    pub fn open_in_turn(wanted: &Wanted, delivery: &Delivery<'_>) -> Result<Turn> {
        let closed = Closed::find(wanted)?;
        let path = closed.dir.join(layout::LOCK);
        let named = || path.display().to_string();
        if Lock::is_free(&path).with_context(named)? {
            return ours(closed, None);
        }
        let offer = written(delivery, closed.now);
        let (Some(offer), Ok(kind)) = (offer, closed.terms(delivery.steps).kind()) else {
            return ours(closed, None);
        };
        match Line::enter(&path).and_then(Line::lock_at_once).with_context(named)? {
            Ok(lock) => ours(closed, Some(lock)),
            Err(line) => wait(line, closed, wanted, &kind, &offer),
        }
    }

    /// The kind of the deliveries that come along with a mail of so many bytes that is followed by
    /// this; none where there might be too little room for them.
    pub(super) fn kind_of_guests(&self, bytes: u64, chain: &Chain) -> Option<String> {
        let along = (MOST * offer::LARGEST) as u64;
        if limit::file_size().is_some() || self.must_have_room(bytes + along).is_err() {
            return None;
        }
        let (config, now, steps) = (self.text.hash, self.set_now, chain.steps());
        terms(config, &self.me, &self.caller, now, steps).kind().ok()
    }
}

fn ours(closed: Closed, lock: Option<Lock>) -> Result<Turn> {
    Ok(Turn::Ours(Box::new(closed.open(Purpose::Write)?), lock))
}

/// Waits in the line, with the mail on offer.
fn wait(line: Line, closed: Closed, wanted: &Wanted, kind: &str, offer: &[u8]) -> Result<Turn> {
    let (came, limit) = (closed.now, closed.config.settings().lock_timeout.std());
    let path = closed.dir.join(layout::LOCK);
    let is_alone = !line.is_offered_before(kind);
    // Where there is no room for it, it waits like anybody.
    let offer = line.offer(kind, offer).ok();
    let early = if is_alone { Some(closed.open(Purpose::Write)?) } else { None };
    let lock = match line.wait(limit, offer).with_context(|| path.display().to_string())? {
        Waited::Answer(queued) => {
            return Ok(Turn::Along(serde_json::from_slice(&queued).unwrap_or_default()));
        }
        Waited::Lock(lock) => lock,
    };
    // What was configured meanwhile holds; when it came does not change.
    let closed = Closed { now: came, ..Closed::find(wanted)? };
    match early.filter(|desk| desk.text.hash == closed.text.hash) {
        Some(desk) => Ok(Turn::Ours(Box::new(desk), Some(lock))),
        None => ours(closed, Some(lock)),
    }
}

impl Closed {
    fn terms(&self, steps: Steps) -> Terms<'_> {
        terms(self.text.hash, &self.me, &self.caller, self.set_now, steps)
    }
}

fn terms<'a>(
    config: [u8; 32],
    actor: &Actor,
    caller: &'a Caller,
    now: Option<Time>,
    steps: Steps,
) -> Terms<'a> {
    let (version, log) = (env!("CARGO_PKG_VERSION"), env::path("POSTROOM_LOG"));
    Terms { version, config, actor: actor.to_string(), caller, log, now, steps }
}

/// Lands what of this kind comes along, also what comes meanwhile. What a rule refuses, or what
/// fails, is left to its own delivery, which has to tell whoever handed it in.
///
/// # Errors
/// When SQLite rolled the whole transaction back.
pub(super) fn land_guests(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    lock: &Lock,
    kind: &str,
    chain: &Chain,
) -> Result<Vec<Guest>> {
    let mut guests = Vec::new();
    let mut taken_on = 0;
    // Whoever waited longer has given up, or was killed.
    let since = Time(tx.now().0 - scene.config.settings().lock_timeout.0);
    while taken_on < MOST {
        let mails = lock.offers(kind).filter_map(|offered| Mail::of(offered, since));
        let mails: Vec<Mail> = mails.take(MOST - taken_on).collect();
        if mails.is_empty() {
            break;
        }
        taken_on += mails.len();
        for mail in mails {
            let ready = mail.ready(scene.config, tx.now());
            tx.next_batch();
            if let Ok(taken) = tx.attempt(|| land(tx, scene, &ready, chain))? {
                guests.push(Guest { label: ready.label(), taken, offer: mail.offer });
            }
        }
    }
    Ok(guests)
}

/// A mail that was offered.
struct Mail {
    offer: TakenOn,
    came: Time,
    envelope: Envelope,
    raw: Raw,
}

impl Mail {
    /// Takes an offer on, if it was not made too long ago.
    fn of(offered: Offered, since: Time) -> Option<Mail> {
        let mut parts = offered.what().splitn(2, |byte| *byte == b'\n');
        let head: Head = serde_json::from_slice(parts.next()?).ok()?;
        let raw = Raw::from(parts.next()?.to_vec());
        if head.came < since {
            return None;
        }
        let offer = offered.take_on().ok()?;
        Some(Mail { offer, came: head.came, envelope: head.envelope, raw })
    }

    fn ready(&self, config: &Config, now: Time) -> Ready<'_> {
        let incoming = Incoming {
            raw: &self.raw,
            envelope: &self.envelope,
            wiring: Wiring::Stdin,
            occasion: Occasion::Now,
            delivered: Some(self.came),
        };
        let sender = &incoming.envelope.sender;
        let understood = Understood::of(&self.raw, sender, config.settings());
        Ready::new(&incoming, understood, now)
    }
}

/// A mail as it is offered; none where it is too large for that.
fn written(delivery: &Delivery<'_>, came: Time) -> Option<Vec<u8>> {
    if delivery.raw.size() > LARGEST as u64 {
        return None;
    }
    let head = Head { came, envelope: delivery.envelope.clone() };
    let mut offer = serde_json::to_vec(&head).ok()?;
    offer.push(b'\n');
    delivery.raw.write_from(0, &mut offer).ok()?;
    (offer.len() < offer::LARGEST).then_some(offer)
}
