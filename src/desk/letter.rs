//! Mail that we write: signed, composed, recorded in the outbox with its home.
//!
//! Nothing here can see a note.

use anyhow::Result;

use super::{Failure, Kind, Scene, header, raw};
use crate::config::Inbox;
use crate::domain::event::MailKind;
use crate::domain::{
    Address, Class, Conversation, Direction, Mailbox, MessageId, OutboxId, Signal,
};
use crate::mail::compose::{self, Letter, Nature};
use crate::mail::token::{Keys, Signed, TokenKind};
use crate::mail::{identity, subject};
use crate::store::{Act, AddressRole, NewMail, NewMessage, RawBytes, Snapshot, Tx};

/// What is to be written, before it has an id.
#[derive(Debug)]
pub(super) struct Words<'a> {
    pub(super) kind: MailKind,
    pub(super) from: Mailbox,
    /// The agent who sends it for the inbox, where that must be seen (RFC 5322 section 3.6.2).
    pub(super) sender: Option<Mailbox>,
    pub(super) to: Vec<Mailbox>,
    pub(super) cc: Vec<Mailbox>,
    pub(super) subject: String,
    pub(super) text: String,
    /// The message that it answers.
    pub(super) answers: Option<MessageId>,
    /// Envelope sender, where the inbox signs none; none is the null sender.
    pub(super) envelope: Option<&'a Address>,
}

/// A mail in the outbox.
#[derive(Debug, Clone)]
pub(super) struct Queued {
    pub(super) outbox: OutboxId,
    pub(super) raw: Vec<u8>,
}

/// Composes a mail and records it.
pub(super) fn queue(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    conversation: &mut Conversation,
    act: &Act<'_>,
    words: Words<'_>,
) -> Result<Queued> {
    check_recipients(words.to.iter().chain(&words.cc))?;
    let keys = scene.keys()?;
    let message = tx.next_message_id()?;
    let id = |kind| signed_id(keys, kind, conversation, message, &words.from.address);
    let (message_id, reference) = (id(TokenKind::Message), id(TokenKind::Reference));
    let (in_reply_to, references) = ancestry(tx, keys, words.answers, &reference)?;
    let inbox = inbox_of(scene, conversation)?;
    let signed = match inbox.subaddress {
        true => keys.sign_address(conversation.number, message, &inbox.address),
        false => None,
    };
    let reply_to = signed.clone().map(|address| Mailbox { name: inbox.title.clone(), address });
    // A bounce comes to where its address says what bounced (R131, R153).
    let envelope = words.envelope.map(|address| signed.as_ref().unwrap_or(address));
    let letter = Letter {
        from: words.from,
        sender: words.sender,
        reply_to,
        to: words.to,
        cc: words.cc,
        subject: subject::bounded(words.subject),
        text: words.text,
        date: tx.now(),
        message_id,
        in_reply_to,
        references,
        nature: if words.kind.is_automatic() { Nature::Automatic } else { Nature::Personal },
    };
    let raw = compose::compose(&letter)
        .map_err(|bad| Failure::new(Kind::Data, format!("{bad}; nothing was sent")))?;
    let outbox = record(tx, scene, conversation, act, words.kind, envelope, &letter, &raw)?;
    Ok(Queued { outbox, raw })
}

/// An address that not every mail program carries is named, before it stops the whole mail.
fn check_recipients<'a>(mut all: impl Iterator<Item = &'a Mailbox>) -> Result<(), Failure> {
    match all.find(|mailbox| !mailbox.address.local().is_ascii()) {
        None => Ok(()),
        Some(mailbox) => Err(Failure::new(
            Kind::Data,
            format!(
                "{}: letters that are not ASCII stand before the @, and mail to such an address \
                 cannot be written (RFC 6531); nothing was sent",
                mailbox.address
            ),
        )),
    }
}

/// One of our ids: it proves where an answer belongs.
fn signed_id(
    keys: &Keys,
    kind: TokenKind,
    conversation: &Conversation,
    message: MessageId,
    from: &Address,
) -> String {
    let signed = Signed { kind, conversation: conversation.number, message };
    let domain = crate::domain::address::domain_key(from.domain());
    format!("{}@{domain}", keys.sign(&signed))
}

/// In-Reply-To and References (R154): our own reference in front, once.
fn ancestry(
    tx: &Snapshot<'_>,
    keys: &Keys,
    answers: Option<MessageId>,
    reference: &str,
) -> Result<(Option<String>, Vec<String>)> {
    let Some(answers) = answers else { return Ok((None, vec![reference.to_owned()])) };
    let parsed = raw::parse(tx, answers)?;
    let is_ours =
        |id: &String| keys.verify(id).is_some_and(|signed| signed.kind == TokenKind::Reference);
    let older: Vec<String> = parsed.references.into_iter().filter(|id| !is_ours(id)).collect();
    Ok(compose::ancestry(
        Some(reference),
        parsed.message_id.as_deref(),
        &parsed.in_reply_to,
        &older,
    ))
}

#[allow(clippy::too_many_arguments)]
fn record(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    conversation: &mut Conversation,
    act: &Act<'_>,
    kind: MailKind,
    envelope: Option<&Address>,
    letter: &Letter,
    raw: &[u8],
) -> Result<OutboxId> {
    let recipients: Vec<Mailbox> = letter.to.iter().chain(&letter.cc).cloned().collect();
    let addresses = header::addresses(
        scene.config,
        [
            (AddressRole::From, std::slice::from_ref(&letter.from)),
            (AddressRole::Sender, letter.sender.as_slice()),
            (AddressRole::ReplyTo, letter.reply_to.as_slice()),
            (AddressRole::To, &letter.to),
            (AddressRole::Cc, &letter.cc),
        ],
    );
    let (class, signal) = if kind.is_automatic() {
        (Class::Automatic, Some(Signal::AutoSubmitted.as_str()))
    } else {
        (Class::Person, None)
    };
    let message = NewMessage {
        identity: identity(raw).0,
        identity_version: identity::VERSION,
        raw: RawBytes::of(raw),
        direction: Direction::Out,
        received: tx.now(),
        date: Some(letter.date),
        message_id: Some(&letter.message_id),
        other_ids: &[],
        subject: &letter.subject,
        class,
        signal,
        attachments: 0,
        addresses: &addresses,
        outcomes: &[],
        references: &letter.references,
        defects: &[],
    };
    let mail = NewMail { kind, message: &message, sender: envelope, recipients: &recipients };
    let (outbox, _) = tx.queue(conversation, act, &mail)?;
    Ok(outbox)
}

/// The inbox of a conversation, which the configuration must know to write in its name.
pub(super) fn inbox_of<'a>(scene: &Scene<'a>, conversation: &Conversation) -> Result<&'a Inbox> {
    let inbox = &conversation.inbox;
    Ok(scene.config.inbox(inbox).ok_or_else(|| {
        Failure::new(
            Kind::Config,
            format!(
                "inbox {inbox} of conversation {} is no longer in the configuration: add \
                 [inbox.{inbox}]",
                conversation.number
            ),
        )
    })?)
}
