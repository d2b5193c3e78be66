//! What is ours of what comes in: the signatures that it carries, and mail that comes back.

use anyhow::Result;

use crate::desk::Scene;
use crate::domain::address::domain_key;
use crate::domain::bounce::Action;
use crate::domain::{Address, Class, Direction, Signal};
use crate::mail::token::{self, Keys, Signed};
use crate::mail::{Defect, Parsed};
use crate::store::{AddressRole, Snapshot, StoredMessage};

/// The mail of ours that a signature proves to know: it is valid, and the mail that it names has that
/// very signature. After a restore, or a rehearsal, another may have come to its number.
pub(super) fn proven(
    tx: &Snapshot<'_>,
    keys: &Keys,
    token: &Signed,
) -> Result<Option<StoredMessage>> {
    let Some(named) = tx.message(token.message)? else { return Ok(None) };
    let own = named.message_id.as_deref().and_then(|id| keys.verify(id));
    let agrees = own.is_some_and(|own| own.agrees_with(token));
    Ok((agrees && named.direction == Direction::Out).then_some(named))
}

/// Who or what wrote a message, and what decides that.
pub(super) fn class_of(
    tx: &Snapshot<'_>,
    scene: &Scene<'_>,
    keys: &Keys,
    parsed: &Parsed,
) -> Result<(Class, Option<Signal>)> {
    if came_back(tx, scene, keys, parsed)? {
        return Ok((Class::Automatic, Some(Signal::OwnMark)));
    }
    Ok(match Signal::deciding(&parsed.signals) {
        Some(Signal::BounceLike) if returns_ours(tx, keys, parsed)? => {
            (reported(parsed), Some(Signal::BounceLike))
        }
        Some(signal) => (signal.class().unwrap_or(Class::Person), Some(signal)),
        None => (Class::Person, None),
    })
}

/// Whether it gives back a mail of ours: what only reads like a report is one then, for nobody who did
/// not get the mail knows its id. Who did get it may send it along with a question.
fn returns_ours(tx: &Snapshot<'_>, keys: &Keys, parsed: &Parsed) -> Result<bool> {
    let author = only_author(parsed).map(Address::person_key);
    for token in parsed.returned.iter().chain(&parsed.original_ids).filter_map(|id| keys.verify(id))
    {
        let Some(sent) = proven(tx, keys, &token)? else { continue };
        let mut got_it = false;
        for role in [AddressRole::To, AddressRole::Cc] {
            let named = tx.addresses(sent.id, role)?;
            got_it |= named.iter().any(|one| Some(one.address.person_key()) == author);
        }
        if !got_it {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a report is by what it says became of the mail.
fn reported(parsed: &Parsed) -> Class {
    let outcomes = parsed.bounce.iter().flat_map(|bounce| &bounce.recipients);
    match outcomes.map(|outcome| outcome.action).min() {
        Some(Action::Failed) | None => Class::Bounce,
        Some(_) => Class::Delay,
    }
}

/// Whether it is a mail of ours, changed on its way, as by a list that adds a footer (R56). It has
/// the Message-ID of one that we sent, and the same author, an inbox of ours. The id alone would
/// not do: everybody who got the mail knows it, and a mail of a contact must not be taken for ours.
fn came_back(tx: &Snapshot<'_>, scene: &Scene<'_>, keys: &Keys, parsed: &Parsed) -> Result<bool> {
    let (Some(id), Some(from)) = (&parsed.message_id, only_author(parsed)) else {
        return Ok(false);
    };
    let Some(token) = keys.verify(id) else { return Ok(false) };
    let Some(sent) = proven(tx, keys, &token)? else { return Ok(false) };
    let author = tx.author(sent.id)?;
    Ok(sent.message_id.as_ref() == Some(id)
        && scene.config.is_ours(from)
        && author.is_some_and(|author| author.address.key() == from.key()))
}

/// The one author; none where the header names several.
pub(in crate::desk) fn only_author(parsed: &Parsed) -> Option<&Address> {
    let several = [Defect::SeveralFrom, Defect::SeveralAuthors];
    if parsed.defects.iter().any(|defect| several.contains(defect)) {
        return None;
    }
    parsed.from.as_ref().map(|from| &from.address)
}

/// Whether an id or an address in it has the form and the domain of ours, but not our signature:
/// somebody tries numbers, or a key was lost.
pub(super) fn has_forged_token(scene: &Scene<'_>, keys: &Keys, parsed: &Parsed) -> bool {
    let is_ours = |domain: &str| {
        let own = scene.config.inboxes().map(|inbox| domain_key(inbox.address.domain()));
        own.into_iter().any(|own| own == domain_key(domain))
    };
    let forged_id = |id: &String| {
        let domain = id.split_once('@').map_or("", |(_, domain)| domain);
        token::claimed(id).is_some() && keys.verify(id).is_none() && is_ours(domain)
    };
    let forged_address = |address: &Address| {
        address.extension().and_then(token::claimed).is_some()
            && keys.verify_address(address).is_none()
            && scene.config.is_ours(address)
    };
    let ids = parsed.message_id.iter().chain(&parsed.in_reply_to).chain(&parsed.references);
    let named = parsed.to.iter().chain(&parsed.cc).map(|mailbox| &mailbox.address);
    ids.into_iter().any(forged_id) || named.chain(&parsed.envelope.recipients).any(forged_address)
}
