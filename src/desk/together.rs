//! Deliveries that come while somebody writes land together: each offers its mail to whoever has the
//! lock before it, who takes it into the same transaction. Where that did not come to a good end,
//! each does it itself, when its turn comes.
//!
//! Opening the database and syncing it is most of a delivery, and a mail that comes along has
//! neither. Each still hears that its mail is in when it is committed and synced, and not before (R1).

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

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
use crate::store::{ConfigText, Tx, Wiring};

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
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Terms {
    version: String,
    config: [u8; 32],
    actor: String,
    caller: Caller,
    log: Option<PathBuf>,
    /// The time, where it was set.
    now: Option<Time>,
    steps: Steps,
}

impl Terms {
    fn new(
        text: &ConfigText,
        actor: &Actor,
        caller: &Caller,
        now: Option<Time>,
        steps: Steps,
    ) -> Terms {
        Terms {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            config: text.hash,
            actor: actor.to_string(),
            caller: caller.clone(),
            log: env::path("POSTROOM_LOG"),
            now,
            steps,
        }
    }
}

/// What stands before the bytes of a mail that is offered, on a line of its own.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    terms: Terms,
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
    /// with the desk open.
    ///
    /// # Errors
    /// As [`Desk::open`]; [`LockError`](crate::host::lock::LockError).
    pub fn open_in_turn(wanted: &Wanted, delivery: &Delivery<'_>) -> Result<Turn> {
        let closed = Closed::find(wanted)?;
        let Some(offer) = written(&closed, delivery) else {
            return Ok(Turn::Ours(Box::new(closed.open(Purpose::Write)?), None));
        };
        let path = closed.dir.join(layout::LOCK);
        let named = || path.display().to_string();
        let line = match Line::enter(&path).and_then(Line::lock_at_once).with_context(named)? {
            Ok(lock) => {
                return Ok(Turn::Ours(Box::new(closed.open(Purpose::Write)?), Some(lock)));
            }
            Err(line) => line,
        };
        // Where there is no room for it, it waits like anybody.
        let offer = line.offer(&offer).ok();
        let limit = closed.config.settings().lock_timeout.std();
        match line.wait(limit, offer).with_context(named)? {
            Waited::Answer(queued) => {
                Ok(Turn::Along(serde_json::from_slice(&queued).unwrap_or_default()))
            }
            Waited::Lock(lock) => {
                // What was configured meanwhile holds; when it came does not change.
                let closed = Closed { now: closed.now, ..Closed::find(wanted)? };
                Ok(Turn::Ours(Box::new(closed.open(Purpose::Write)?), Some(lock)))
            }
        }
    }

    /// What a delivery has to be like to come along with a mail of so many bytes that is followed by
    /// this; none where there might be too little room for both.
    pub(super) fn terms(&self, bytes: u64, chain: &Chain) -> Option<Terms> {
        let along = (MOST * offer::LARGEST) as u64;
        if limit::file_size().is_some() || self.must_have_room(bytes + along).is_err() {
            return None;
        }
        Some(Terms::new(&self.text, &self.me, &self.caller, self.set_now, chain.steps()))
    }
}

/// Lands what comes along on these terms, also what comes meanwhile. What a rule refuses, or what
/// fails, is left to its own delivery, which has to tell whoever handed it in.
///
/// # Errors
/// When SQLite rolled the whole transaction back.
pub(super) fn land_guests(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    lock: &Lock,
    terms: &Terms,
    chain: &Chain,
) -> Result<Vec<Guest>> {
    let mut guests = Vec::new();
    let mut taken_on = 0;
    // Whoever waited longer has given up, or was killed.
    let since = Time(tx.now().0 - scene.config.settings().lock_timeout.0);
    while taken_on < MOST {
        let mails = lock.offers().filter_map(|offered| Mail::of(offered, terms, since));
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
    /// Takes an offer on, if it is made on the same terms, and not too long ago.
    fn of(offered: Offered, terms: &Terms, since: Time) -> Option<Mail> {
        let mut parts = offered.what().splitn(2, |byte| *byte == b'\n');
        let head: Head = serde_json::from_slice(parts.next()?).ok()?;
        let raw = Raw::from(parts.next()?.to_vec());
        if head.terms != *terms || head.came < since {
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
        let understood = Understood::of(&self.raw, config.settings().authserv_id.as_deref());
        Ready::new(&incoming, understood, now)
    }
}

/// A mail as it is offered; none where it is too large for that.
fn written(closed: &Closed, delivery: &Delivery<'_>) -> Option<Vec<u8>> {
    if delivery.raw.size() > LARGEST as u64 {
        return None;
    }
    let Closed { text, me, caller, set_now, now, .. } = closed;
    let terms = Terms::new(text, me, caller, *set_now, delivery.steps);
    let head = Head { terms, came: *now, envelope: delivery.envelope.clone() };
    let mut offer = serde_json::to_vec(&head).ok()?;
    offer.push(b'\n');
    delivery.raw.write_from(0, &mut offer).ok()?;
    (offer.len() < offer::LARGEST).then_some(offer)
}
