//! One conversation, or one message, as people look at it.

use std::collections::BTreeMap;

use anyhow::Result;

use super::failure::no_such;
use super::{Desk, facts, raw};
use crate::domain::bounce::Bounce;
use crate::domain::event::MailKind;
use crate::domain::{Class, Direction, InboxName, Mailbox, MessageId, Number, Participants, Time};
use crate::mail::Attachment;
use crate::store::{AddressRole, Note, Outgoing, Row, Snapshot, StoredArrival, StoredMessage};

/// A conversation with all that is in it, in order.
#[derive(Debug, Clone)]
pub struct Page {
    /// The conversation.
    pub row: Row,
    /// The one that was named, where that is merged into this one.
    pub named: Option<Number>,
    /// Outside people.
    pub participants: Participants,
    /// Other conversations with a message of this one: "also 143 in sales".
    pub also: Vec<(Number, InboxName)>,
    /// Messages and notes, oldest first.
    pub items: Vec<Item>,
}

/// What stands in a conversation.
#[derive(Debug, Clone)]
pub enum Item {
    /// A message.
    Message(Box<Letter>),
    /// Alerts that look like the message before.
    Repeats(Repeats),
    /// A note.
    Note(Note),
}

/// Alerts that look like the one before: the same key and subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeats {
    /// How many.
    pub count: usize,
    /// When the first of them came.
    pub from: Time,
    /// When the last of them came.
    pub until: Time,
    /// The last of them.
    pub last: MessageId,
}

/// How much of a conversation is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Alerts that repeat are counted, copies of a mail stand in a line of it.
    Folded,
    /// Everything.
    Whole,
}

impl Item {
    /// When it came in or was written.
    #[must_use]
    pub fn at(&self) -> Time {
        match self {
            Item::Message(letter) => letter.message.received,
            Item::Repeats(repeats) => repeats.from,
            Item::Note(note) => note.at,
        }
    }
}

/// A message with what stands in it.
#[derive(Debug, Clone)]
pub struct Letter {
    /// What was recorded.
    pub message: StoredMessage,
    /// The author.
    pub from: Option<Mailbox>,
    /// Where answers are wanted, if elsewhere (R77).
    pub reply_to: Vec<Mailbox>,
    /// Addressed.
    pub to: Vec<Mailbox>,
    /// Addressed, beside others.
    pub cc: Vec<Mailbox>,
    /// Its arrivals.
    pub arrivals: Vec<StoredArrival>,
    /// Its visible text.
    pub text: String,
    /// Its attachments.
    pub attachments: Vec<Attachment>,
    /// What it says became of a mail; none when it is no report.
    pub bounce: Option<Bounce>,
    /// What could not be understood.
    pub defects: Vec<String>,
    /// Whether its author has a part in the conversation: others are shown as unverified (R71). None
    /// where that is no question: mail of ours, and a report on it that carries our signature.
    pub participant: Option<bool>,
    /// Its way through the outbox, when we wrote it.
    pub outgoing: Option<Outgoing>,
    /// What it is another copy of.
    pub copy_of: Option<MessageId>,
    /// Further copies of it, each with what brought it.
    pub copies: Vec<(MessageId, Class)>,
}

impl Desk {
    /// A conversation with all that is in it; of one that is merged into another, that other.
    ///
    /// # Errors
    /// When there is no such conversation; and those of the store.
    pub fn show(&self, named: Number, extent: Extent) -> Result<Page> {
        self.read(|snapshot| {
            let number = facts::conversation(snapshot, named)?.number;
            let named = (number != named).then_some(named);
            let row =
                snapshot.row(number)?.ok_or_else(|| no_such(&format!("conversation {number}")))?;
            let participants = snapshot.participants(number)?;
            let outbox = snapshot.mail_of(number)?;
            let mut items = Vec::new();
            let copies = snapshot.copies_in(number)?;
            let messages = snapshot.messages_of(number)?;
            let repeating = match extent {
                Extent::Folded => repeating(snapshot, number, &messages)?,
                Extent::Whole => BTreeMap::new(),
            };
            for &id in &messages {
                let is_folded = extent == Extent::Folded
                    && copies.get(&id).is_some_and(|original| messages.contains(original));
                if is_folded {
                    continue;
                }
                if let Some(at) = repeating.get(&id) {
                    count(&mut items, id, *at);
                    continue;
                }
                let mut letter = letter(snapshot, id)?;
                letter.copy_of = copies.get(&id).copied();
                letter.copies = copies_of(snapshot, &copies, id)?;
                letter.outgoing = outbox.iter().find(|mail| mail.message == id).cloned();
                let has_part = letter
                    .from
                    .as_ref()
                    .is_some_and(|from| participants.0.contains_key(&from.address.person_key()));
                letter.participant = match letter.message.direction {
                    Direction::Out => None,
                    Direction::In if !has_part && is_proven_report(snapshot, &letter)? => None,
                    Direction::In => Some(has_part),
                };
                items.push(Item::Message(Box::new(letter)));
            }
            items.extend(snapshot.notes(number)?.into_iter().map(Item::Note));
            items.sort_by_key(Item::at);
            Ok(Page { row, named, participants, also: snapshot.also_in(number)?, items })
        })
    }

    /// One message with what stands in it.
    ///
    /// # Errors
    /// When there is no such message; and those of the store.
    pub fn show_message(&self, id: MessageId) -> Result<Letter> {
        self.read(|snapshot| letter(snapshot, id))
    }

    /// Hands out the bytes of a message, as they came, chunk by chunk.
    ///
    /// # Errors
    /// When there is no such message; those of the store, and of the taker.
    pub fn raw(&self, id: MessageId, take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        self.read(|snapshot| {
            facts::message(snapshot, id)?;
            snapshot.raw_chunks(id, take)
        })
    }
}

/// Whether a mail system says what became of a mail of ours, and gives back what only who got that
/// mail can have: it has no part in the conversation, and needs none.
fn is_proven_report(snapshot: &Snapshot<'_>, letter: &Letter) -> Result<bool> {
    if letter.bounce.is_none() && letter.message.class != Class::ReadReceipt {
        return Ok(false);
    }
    for home in snapshot.homes(letter.message.id)? {
        if facts::is_signed(snapshot, letter.message.id, home)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The copies of a message, among those of its conversation.
fn copies_of(
    snapshot: &Snapshot<'_>,
    copies: &BTreeMap<MessageId, MessageId>,
    original: MessageId,
) -> Result<Vec<(MessageId, Class)>> {
    let of = copies.iter().filter(|(_, of)| **of == original).map(|(copy, _)| *copy);
    let mut found = Vec::new();
    for copy in of {
        found.extend(snapshot.message(copy)?.map(|message| (copy, message.class)));
    }
    Ok(found)
}

/// What alerts have in common that look alike: the rule, the key, the subject.
type Look = ((String, String), String);

/// The alerts among messages that look like the one before and like the next one, each with when it
/// came: how it stands by now the last one tells, and that is shown.
fn repeating(
    snapshot: &Snapshot<'_>,
    number: Number,
    messages: &[MessageId],
) -> Result<BTreeMap<MessageId, Time>> {
    let mut keys = snapshot.keys_in(number)?;
    let mut looks: Vec<Option<(Look, Time)>> = Vec::with_capacity(messages.len());
    for id in messages {
        looks.push(match keys.remove(id) {
            Some(key) => snapshot.message(*id)?.map(|m| ((key, m.subject), m.received)),
            None => None,
        });
    }
    let is_alike = |pair: &[Option<(Look, Time)>]| match pair {
        [Some((one, _)), Some((other, _))] => one == other,
        _ => false,
    };
    let between = messages.iter().skip(1).zip(looks.windows(3)).filter_map(|(id, three)| {
        let [before @ .., _] = three else { return None };
        let [_, after @ ..] = three else { return None };
        let (_, at) = after.first()?.as_ref()?;
        (is_alike(before) && is_alike(after)).then_some((*id, *at))
    });
    Ok(between.collect())
}

/// Counts one more of the same among the items.
fn count(items: &mut Vec<Item>, id: MessageId, at: Time) {
    match items.last_mut() {
        Some(Item::Repeats(repeats)) => {
            *repeats = Repeats { count: repeats.count + 1, until: at, last: id, ..*repeats };
        }
        _ => items.push(Item::Repeats(Repeats { count: 1, from: at, until: at, last: id })),
    }
}

fn letter(snapshot: &Snapshot<'_>, id: MessageId) -> Result<Letter> {
    let message = facts::message(snapshot, id)?;
    let parsed = raw::parse(snapshot, id)?;
    Ok(Letter {
        from: snapshot.author(id)?,
        reply_to: snapshot.addresses(id, AddressRole::ReplyTo)?,
        to: snapshot.addresses(id, AddressRole::To)?,
        cc: snapshot.addresses(id, AddressRole::Cc)?,
        arrivals: snapshot.arrivals(id)?,
        text: parsed.text,
        attachments: parsed.attachments,
        bounce: bounce(snapshot, &message)?,
        defects: snapshot.defects(id)?,
        participant: None,
        outgoing: None,
        copy_of: None,
        copies: Vec::new(),
        message,
    })
}

/// What a message says became of a mail, as it was recorded.
fn bounce(snapshot: &Snapshot<'_>, message: &StoredMessage) -> Result<Option<Bounce>> {
    let recipients = snapshot.outcomes(message.id)?;
    let is_report = matches!(message.class, Class::Bounce | Class::Delay);
    Ok((is_report || !recipients.is_empty()).then_some(Bounce { recipients }))
}

impl Letter {
    /// What kind of mail of ours it is.
    #[must_use]
    pub fn kind(&self) -> Option<MailKind> {
        self.outgoing.as_ref().map(|mail| mail.kind)
    }
}
