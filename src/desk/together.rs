//! Deliveries that come while somebody writes land together: each offers its mail to whoever has the
//! lock before it, who takes it into the same transaction. Where that did not come to a good end,
//! each does it itself, when its turn comes.
//!
//! Opening the database and syncing it is most of a delivery, and a mail that comes along has
//! neither. Each still hears that its mail is in when it is committed and synced, and not before (R1).

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::to_vec;

use super::incoming::Envelope;
use super::ingest::{Chain, Incoming, Steps, Taken};
use super::land::{Label, Ready, Understood, land};
use super::open::Closed;
use super::raw::Raw;
use super::{Desk, Purpose, Scene, Wanted, layout};
use crate::config::Config;
use crate::domain::arrival::Occasion;
use crate::domain::{Actor, Time};
use crate::host::clock;
use crate::host::lock::{Line, Lock};
use crate::host::offer::{self, Offered};
use crate::host::user::Caller;
use crate::store::{ConfigText, Tx, Wiring};

/// The most mails that come along with one, so that it is not kept waiting for them.
const MOST: usize = 64;

/// The most bytes of all of them.
pub(super) const MOST_BYTES: u64 = (MOST * offer::MOST_BYTES) as u64;

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

/// All that decides what becomes of a mail, besides the mail: only under the same terms does it
/// matter to nobody in whose process that happens.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Terms {
    version: String,
    config: [u8; 32],
    actor: String,
    caller: Caller,
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
            now,
            steps,
        }
    }
}

/// What stands before the bytes of a mail that is offered, on a line of its own.
#[derive(Debug, Serialize, Deserialize)]
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
    offered: Offered,
}

impl Guest {
    /// It is committed and synced: tells the delivery that waits for that.
    pub(super) fn is_in(&self) {
        // One that is not told takes it in once more, which adds nothing (R53).
        let _ = self.offered.tell_done();
    }
}

impl Desk {
    /// Opens the desk for one mail when its turn has come, and keeps its lock; none where the mail
    /// came in with one before it. A large one does not come along, and waits with the desk open.
    ///
    /// # Errors
    /// As [`Desk::open`]; [`LockError`](crate::host::lock::LockError).
    pub fn open_in_turn(wanted: &Wanted, delivery: &Delivery<'_>) -> Result<Option<Desk>> {
        let closed = Closed::find(wanted)?;
        let Some(offer) = written(&closed, delivery)? else {
            return closed.open(Purpose::Write).map(Some);
        };
        let path = closed.dir.join(layout::LOCK);
        let named = || path.display().to_string();
        let lock = match Line::enter(&path).and_then(Line::lock_at_once).with_context(named)? {
            Ok(lock) => lock,
            Err(line) => {
                // Where there is no room for it, it waits like anybody.
                let offer = line.offer(&offer).ok();
                let limit = closed.config.settings().lock_timeout.std();
                match line.wait(limit, offer).with_context(named)? {
                    Some(lock) => lock,
                    None => return Ok(None),
                }
            }
        };
        let mut desk = closed.open(Purpose::Write)?;
        desk.held = Some(lock);
        Ok(Some(desk))
    }

    /// What a delivery has to be like to come along with one that is followed by this.
    pub(super) fn terms(&self, chain: &Chain) -> Terms {
        Terms::new(&self.text, &self.me, &self.caller, self.set_now, chain.steps())
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
    while taken_on < MOST {
        let mails = lock.offers().filter_map(|offered| Mail::of(offered, terms));
        let mails: Vec<Mail> = mails.take(MOST - taken_on).collect();
        if mails.is_empty() {
            break;
        }
        taken_on += mails.len();
        for mail in mails {
            let ready = mail.ready(scene.config, tx.now());
            tx.next_batch();
            if let Ok(taken) = tx.attempt(|| land(tx, scene, &ready, chain))? {
                guests.push(Guest { label: ready.label(), taken, offered: mail.offered });
            }
        }
    }
    Ok(guests)
}

/// A mail that was offered.
struct Mail {
    offered: Offered,
    came: Time,
    envelope: Envelope,
    raw: Raw,
}

impl Mail {
    /// Takes an offer on, if it is made on the same terms.
    fn of(offered: Offered, terms: &Terms) -> Option<Mail> {
        let mut parts = offered.what().splitn(2, |byte| *byte == b'\n');
        let head: Head = serde_json::from_slice(parts.next()?).ok()?;
        let raw = Raw::from(parts.next()?.to_vec());
        if head.terms != *terms {
            return None;
        }
        offered.take_on().ok()?;
        Some(Mail { offered, came: head.came, envelope: head.envelope, raw })
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
fn written(closed: &Closed, delivery: &Delivery<'_>) -> Result<Option<Vec<u8>>> {
    if delivery.raw.size() > offer::MOST_BYTES as u64 / 2 {
        return Ok(None);
    }
    let Closed { text, me, caller, now, .. } = closed;
    let terms = Terms::new(text, me, caller, *now, delivery.steps);
    let came = now.unwrap_or_else(clock::now);
    let head = Head { terms, came, envelope: delivery.envelope.clone() };
    let mut offer = to_vec(&head)?;
    offer.push(b'\n');
    delivery.raw.write_from(0, &mut offer)?;
    Ok((offer.len() < offer::MOST_BYTES).then_some(offer))
}
