//! What keeps a message out, and where.

use anyhow::Result;

use super::key::Found;
use super::{Arrived, Ready, classify, known_home};
use crate::desk::Scene;
use crate::desk::incoming::{self, Target};
use crate::desk::ingest::{Dropped, Refused};
use crate::domain::barrier::{self, Answer, Gate, Verdict, Way};
use crate::domain::query::Needs;
use crate::domain::{Barrier, Class, Direction};
use crate::store::{NewDrop, Snapshot, StoredMessage, Tx, Wiring};

/// Where a message comes in, and where it is dropped, which is recorded. `known` is what came before.
///
/// # Errors
/// [`Refused`], with nothing recorded.
pub(super) fn open(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    ready: &Ready<'_>,
    targets: Vec<Target>,
    found: &[Found<'_>],
    known: Option<&StoredMessage>,
) -> Result<(Vec<Target>, Vec<Dropped>)> {
    let barriers = &scene.arrival_rules()?.barriers;
    if barriers.is_empty() {
        return Ok((targets, Vec::new()));
    }
    let (class, _) = classify(tx, scene, scene.keys()?, &ready.parsed, found)?;
    let with_text = barriers.iter().any(|barrier| barrier.when.needs() == Needs::Texts);
    let mail = ready.facts(class, &targets, with_text);
    let gates: Vec<Gate<'_>> =
        targets.iter().map(|target| gate(tx, target, known)).collect::<Result<_>>()?;
    let way = match ready.wiring {
        Wiring::Stdin => Way::Delivery,
        Wiring::File | Wiring::Maildir | Wiring::Mbox => Way::File,
    };
    let sorted = match barrier::judge(barriers, &mail, &gates, way) {
        Verdict::Refused(barrier, answer) => {
            return Err(refused(ready, &targets, class, barrier, answer).into());
        }
        Verdict::Sorted(sorted) => sorted,
    };
    let (mut open, mut dropped) = (Vec::new(), Vec::new());
    for (target, barrier) in targets.into_iter().zip(sorted) {
        match barrier {
            None => open.push(target),
            Some(barrier) => dropped.push(drop_at(tx, ready, &target, class, barrier)?),
        }
    }
    Ok((open, dropped))
}

/// What we sent ourselves may be kept out when it comes back.
fn gate<'t>(
    tx: &Snapshot<'_>,
    target: &'t Target,
    known: Option<&StoredMessage>,
) -> Result<Gate<'t>> {
    let inbox = &target.inbox;
    let came_before = match known.filter(|stored| stored.direction == Direction::In) {
        Some(stored) => known_home(tx, Arrived::again(stored), inbox, None)?.is_some(),
        None => false,
    };
    Ok(Gate { inbox, came_before })
}

fn drop_at(
    tx: &Tx<'_>,
    ready: &Ready<'_>,
    target: &Target,
    class: Class,
    barrier: &Barrier,
) -> Result<Dropped> {
    let at = barrier.at.to_string();
    let is_first = tx.add_drop(&NewDrop {
        identity: &ready.identity.0,
        message_id: ready.parsed.message_id.as_deref(),
        inbox: &target.inbox,
        recipient: target.recipient.as_ref(),
        sender: incoming::sender(ready.envelope, &ready.parsed),
        rule: &barrier.name,
        at: &at,
    })?;
    Ok(Dropped { inbox: target.inbox.clone(), class, rule: barrier.name.clone(), at, is_first })
}

fn refused(
    ready: &Ready<'_>,
    targets: &[Target],
    class: Class,
    barrier: &Barrier,
    answer: &Answer,
) -> Refused {
    let inboxes: Vec<&str> = targets.iter().map(|target| target.inbox.as_str()).collect();
    let reason = format!(
        "refused with {} by rule '{}' ({}) inbox={} class={class} identity={} message-id=<{}>",
        answer.code.number(),
        barrier.name,
        barrier.at,
        inboxes.join(","),
        ready.identity,
        ready.parsed.message_id.as_deref().unwrap_or("-"),
    );
    Refused { answer: answer.clone(), reason }
}
