//! What a query can ask of a conversation and its messages, loaded no further than it needs.

use std::fmt::Display;

use anyhow::{Context, Result};

use super::failure::no_such;
use super::raw;
use super::{Failure, Kind};
use crate::domain::query::Needs;
use crate::domain::{
    Address, Change, Conversation, Direction, Mailbox, MessageFacts, MessageId, Number, Step,
};
use crate::store::{AddressRole, Snapshot, StoredArrival, StoredMessage};

/// Where the text of a message is to be had.
#[derive(Debug, Clone, Copy)]
pub(super) enum TextOf<'a> {
    /// It was parsed a moment ago.
    Parsed(&'a str),
    /// It stands in the raw bytes.
    Raw,
}

/// A conversation that was named, or the one that it is merged into: both numbers stay valid (R63).
/// Not to be there is the fault of whoever named it.
pub(super) fn conversation(snapshot: &Snapshot<'_>, number: Number) -> Result<Conversation> {
    let found = shown(snapshot, number)?;
    Ok(if found.purged.is_some() { Err(purged(number)) } else { Ok(found) }?)
}

/// The conversation at which one is shown, purged or not.
pub(super) fn shown(snapshot: &Snapshot<'_>, number: Number) -> Result<Conversation> {
    let root = root(snapshot, number)?;
    let found = snapshot.conversation(root)?;
    found.with_context(|| format!("{root}, at which {number} is shown, is gone"))
}

/// A conversation by its own number, merged into another or not.
pub(super) fn exactly(snapshot: &Snapshot<'_>, number: Number) -> Result<Conversation> {
    let found = snapshot.conversation(number)?;
    let found = found.ok_or_else(|| no_such(&format!("conversation {number}")))?;
    Ok(if found.purged.is_some() { Err(purged(number)) } else { Ok(found) }?)
}

/// A message that was named.
pub(super) fn message(snapshot: &Snapshot<'_>, id: MessageId) -> Result<StoredMessage> {
    let found = snapshot.message(id)?.ok_or_else(|| no_such(&format!("message {id}")))?;
    Ok(if found.purged.is_some() { Err(purged(id)) } else { Ok(found) }?)
}

fn purged(what: impl Display) -> Failure {
    Failure::new(Kind::Unknown, format!("{what} was purged: nothing is left of it"))
}

/// Where a conversation that was named is shown.
pub(super) fn root(snapshot: &Snapshot<'_>, number: Number) -> Result<Number> {
    Ok(snapshot.root(number)?.ok_or_else(|| no_such(&format!("conversation {number}")))?)
}

/// Whether our signature led a message to its home.
pub(super) fn is_signed(snapshot: &Snapshot<'_>, message: MessageId, home: Number) -> Result<bool> {
    let event = snapshot.event_of_message(message, home)?;
    Ok(event.is_some_and(|event| match event.change {
        Change::Arrived { step, .. } => matches!(step, Step::Token { .. }),
        // Our own mail has its home of itself.
        Change::Queued { .. } => true,
        _ => false,
    }))
}

/// The facts of one message.
pub(super) fn of_message(
    snapshot: &Snapshot<'_>,
    id: MessageId,
    text: TextOf<'_>,
    needs: Needs,
) -> Result<MessageFacts> {
    let message = snapshot.message(id)?.with_context(|| format!("there is no message {id}"))?;
    let arrivals = match message.direction {
        Direction::In => snapshot.arrivals(id)?,
        Direction::Out => Vec::new(),
    };
    let verified = arrivals.iter().any(StoredArrival::is_verified);
    let mut to = snapshot.addresses(id, AddressRole::To)?;
    to.extend(snapshot.addresses(id, AddressRole::Cc)?);
    add_recipients(&mut to, arrivals.into_iter().filter_map(|arrival| arrival.recipient));
    let text = match (needs, text) {
        (Needs::Texts, TextOf::Parsed(text)) => Some(text.to_owned()),
        (Needs::Texts, TextOf::Raw) => Some(raw::parse(snapshot, id)?.text),
        _ => None,
    };
    Ok(MessageFacts {
        id,
        direction: message.direction,
        message_id: message.message_id,
        from: snapshot.author(id)?,
        to,
        subject: message.subject,
        received: message.received,
        class: message.class,
        verified,
        attachment: message.attachments > 0,
        defective: !snapshot.defects(id)?.is_empty(),
        text,
    })
}

/// Adds whom a message arrived for, where the header does not name them.
pub(super) fn add_recipients(
    to: &mut Vec<Mailbox>,
    arrived_for: impl IntoIterator<Item = Address>,
) {
    for address in arrived_for {
        if !to.iter().any(|mailbox| mailbox.address == address) {
            to.push(Mailbox { name: String::new(), address });
        }
    }
}

/// The facts of all messages of a conversation.
pub(super) fn of_conversation(
    snapshot: &Snapshot<'_>,
    number: Number,
    needs: Needs,
) -> Result<Vec<MessageFacts>> {
    if needs == Needs::Conversation {
        return Ok(Vec::new());
    }
    snapshot
        .messages_of(number)?
        .into_iter()
        .map(|id| of_message(snapshot, id, TextOf::Raw, needs))
        .collect()
}
