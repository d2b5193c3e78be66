//! Which message a reply answers, and whom it is for. Both are what an attacker would like to
//! choose: a forged sender, or a Reply-To of his own, must not turn the next reply to him.

use anyhow::Result;

use super::{Failure, Kind, Scene};
use crate::domain::{Conversation, Direction, Mailbox, MessageId, Number, Participants};
use crate::store::{AddressRole, Snapshot, StoredArrival};

/// The message that a reply answers: the last that a participant wrote in person and DMARC did not
/// find forged, else the first that came in. What came later of a machine, or of somebody who has no
/// part, is nothing to answer.
pub(super) fn answered_message(
    tx: &Snapshot<'_>,
    number: Number,
    participants: &Participants,
) -> Result<Option<MessageId>> {
    let mut first = None;
    for id in tx.messages_of(number)?.into_iter().rev() {
        let Some(message) = tx.message(id)?.filter(|m| m.direction == Direction::In) else {
            continue;
        };
        first = Some(id);
        let author = tx.author(id)?;
        let takes_part = author.is_some_and(|from| takes_part(participants, &from));
        if takes_part && message.class.is_person() && !is_forged(tx, id)? {
            return Ok(Some(id));
        }
    }
    Ok(first)
}

/// Whom an answer is for: where its author wants answers, else its author, else the contact. Our
/// own addresses are left out (R80). A Reply-To counts in the message that the conversation began
/// with, as of a contact form; later it counts only where it names participants (R77).
pub(super) fn of_answer(
    tx: &Snapshot<'_>,
    scene: &Scene<'_>,
    conversation: &Conversation,
    answers: Option<MessageId>,
    participants: &Participants,
) -> Result<Vec<Mailbox>> {
    let mut found = Vec::new();
    if let Some(message) = answers {
        found = tx.addresses(message, AddressRole::ReplyTo)?;
        let first = conversation.first_message == Some(message);
        if !first && !found.iter().all(|mailbox| takes_part(participants, mailbox)) {
            found.clear();
        }
        if found.is_empty() {
            found.extend(tx.author(message)?);
        }
    }
    found.retain(|mailbox| !scene.config.is_ours(&mailbox.address));
    if found.is_empty() {
        found.extend(participants.contact().cloned());
    }
    if found.is_empty() {
        let number = conversation.number;
        let words = format!("nobody to write to in conversation {number}: name somebody with --to");
        return Err(Failure::new(Kind::Data, words).into());
    }
    Ok(found)
}

fn takes_part(participants: &Participants, mailbox: &Mailbox) -> bool {
    participants.0.contains_key(&mailbox.address.person_key())
}

fn is_forged(tx: &Snapshot<'_>, message: MessageId) -> Result<bool> {
    let arrivals = tx.arrivals(message)?;
    Ok(arrivals.iter().any(StoredArrival::is_forged))
}
