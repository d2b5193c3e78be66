//! Mail that a report is about. A mail system has a part in no conversation: what it says of mail of
//! ours counts as of those whom that was for and did not reach (R131).
//!
//! Without our signature anybody can write one who has seen such a mail. So it gets nobody a part in
//! the conversation, gives nobody work, marks no address (R133), and makes no offer.

use anyhow::Result;

use super::Ready;
use crate::desk::incoming::Target;
use crate::domain::Class;
use crate::domain::bounce::Action;
use crate::domain::step::Stood;
use crate::domain::threading::Lead;
use crate::mail::Parsed;
use crate::store::Snapshot;

/// Recipients of a report that are looked at, and mails that it may be about.
const MOST: usize = 8;

/// The mails of an agent or an inbox that it reports on, nearest first. They went to a recipient of
/// the report, whom it says that they did not reach. `about` are the ids of what it gives back and
/// answers, each with where it stood.
pub(super) fn reported<'a>(
    tx: &Snapshot<'_>,
    ready: &Ready<'_>,
    class: Class,
    target: &Target,
    about: impl Iterator<Item = (&'a String, Stood)>,
) -> Result<Vec<Lead>> {
    if ready.is_forged() || !matches!(class, Class::Bounce | Class::Delay) {
        return Ok(Vec::new());
    }
    let people = unreached(&ready.parsed);
    let mut ids: Vec<(&String, Stood)> = Vec::new();
    for (id, stood) in about {
        if ids.len() < MOST && ids.iter().all(|(known, _)| *known != id) {
            ids.push((id, stood));
        }
    }
    let mut leads = Vec::new();
    for (id, stood) in ids {
        for person in &people {
            let homes = tx.homes_of_sent(id, person, &target.inbox)?;
            leads.extend(homes.into_iter().map(|to| Lead { to, stood }));
        }
    }
    Ok(leads)
}

fn unreached(parsed: &Parsed) -> Vec<String> {
    let mut people = Vec::new();
    for outcome in parsed.bounce.iter().flat_map(|bounce| &bounce.recipients) {
        let person = outcome.original.as_ref().unwrap_or(&outcome.recipient).person_key();
        let is_unreached = matches!(outcome.action, Action::Failed | Action::Delayed);
        if is_unreached && people.len() < MOST && !people.contains(&person) {
            people.push(person);
        }
    }
    people
}
