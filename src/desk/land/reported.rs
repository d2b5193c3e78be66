//! Mail that a report is about. A mail system has a part in no conversation: what it says of mail of
//! ours counts as of those whom that was for and did not reach (R131).
//!
//! Without our signature anybody can write one who has seen such a mail. So it gets nobody a part in
//! the conversation, gives nobody work, marks no address (R133), and makes no offer.

use anyhow::Result;

use super::Ready;
use super::home::nearest_first;
use crate::desk::incoming::Target;
use crate::domain::Class;
use crate::domain::bounce::Action;
use crate::domain::event::Stood;
use crate::domain::threading::Lead;
use crate::mail::Parsed;
use crate::mail::authentication::Verdict;
use crate::store::Snapshot;

/// Recipients of a report that are looked at, and mails that it may be about.
const MOST: usize = 8;

/// The mails of an agent or an inbox that it reports on, nearest first. They went to a recipient of
/// the report, whom it says that they did not reach.
pub(super) fn reported(
    tx: &Snapshot<'_>,
    ready: &Ready<'_>,
    class: Class,
    target: &Target,
) -> Result<Vec<Lead>> {
    let is_forged = ready.authentication.dmarc == Verdict::Fail;
    if is_forged || !matches!(class, Class::Bounce | Class::Delay) {
        return Ok(Vec::new());
    }
    let people = unreached(&ready.parsed);
    let mut leads = Vec::new();
    for (id, stood) in about(&ready.parsed) {
        for person in &people {
            let homes = tx.homes_of_sent(&id, person, &target.inbox)?;
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

/// The ids of what it gives back, then of what it answers.
fn about(parsed: &Parsed) -> Vec<(String, Stood)> {
    let returned = parsed.returned.iter().map(|id| (id.clone(), Stood::Returned));
    let answered = nearest_first(parsed).into_iter().map(|id| {
        let stood = match parsed.in_reply_to.contains(&id) {
            true => Stood::InReplyTo,
            false => Stood::References,
        };
        (id, stood)
    });
    let mut ids: Vec<(String, Stood)> = Vec::new();
    for (id, stood) in returned.chain(answered) {
        if ids.len() < MOST && ids.iter().all(|(known, _)| *known != id) {
            ids.push((id, stood));
        }
    }
    ids
}
