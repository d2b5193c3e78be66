//! Replies of persons: composed, checked for what came in meanwhile, queued; handed over by `send`.

use anyhow::Result;

use super::autoreply::line_and_column;
use super::letter::{self, Words};
use super::{Desk, Failure, Kind, Scene, facts, raw, recipients};
use crate::config::Inbox;
use crate::config::replies::{self, ReplyName};
use crate::domain::event::MailKind;
use crate::domain::placeholders::{Text, Values, unresolved};
use crate::domain::{
    Address, Change, Class, Conversation, Duration, Event, InboxName, Level, Mailbox, MessageId,
    Number, OutboxId, Reason, Seq, Status, Time, undo,
};
use crate::mail::subject::reply_subject;
use crate::store::{Act, Ending, Snapshot, Tx};

/// The same text within this span is a slip of the finger (R164).
const TWICE: Duration = Duration::minutes(5);

/// A reply as the agent wants it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The conversation.
    pub number: Number,
    /// The text.
    pub text: String,
    /// Whom to write to instead of the one who wrote last.
    pub to: Vec<Mailbox>,
    /// Who gets a copy.
    pub cc: Vec<Mailbox>,
    /// Another subject.
    pub subject: Option<String>,
    /// The last event that the agent has seen (R194).
    pub seen: Seq,
    /// What to do when something came in since, or the same was sent a moment ago.
    pub caution: Caution,
    /// Whose turn it is afterwards.
    pub then: Status,
}

/// What to do when something speaks against sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caution {
    /// Refuse, and say what it is.
    Refuse,
    /// Send anyway.
    Anyway,
}

/// A reply in the outbox.
#[derive(Debug, Clone)]
pub struct Replied {
    /// The conversation.
    pub number: Number,
    /// The mail.
    pub outbox: OutboxId,
    /// Its author as the contact sees it.
    pub from: Mailbox,
    /// Whom it is for.
    pub to: Vec<Mailbox>,
    /// Who gets a copy.
    pub cc: Vec<Mailbox>,
    /// Its subject.
    pub subject: String,
    /// Its bytes.
    pub raw: Vec<u8>,
    /// Conversations that hold the same mail and were answered there.
    pub answered_elsewhere: Vec<(Number, InboxName, Time)>,
}

impl Desk {
    /// The number of the last event of a conversation: what somebody who looks now has seen.
    ///
    /// # Errors
    /// When there is no such conversation.
    pub fn seen(&self, number: Number) -> Result<Seq> {
        self.read(|snapshot| Ok(facts::conversation(snapshot, number)?.seq))
    }

    /// A prepared text, filled for a conversation.
    ///
    /// # Errors
    /// When there is no such text, it has an unknown placeholder, or a value is missing.
    pub fn canned(&self, number: Number, name: &str) -> Result<String> {
        let name: ReplyName = name.parse().map_err(Failure::usage_of)?;
        let path = replies::path(&self.dir, &name);
        let text = replies::load(&self.dir, &name).map_err(|e| Failure::config(vec![e]))?;
        let template = Text::parse(&text).map_err(|e| {
            let (line, column) = line_and_column(&text, e.offset);
            Failure::config_at(&path, format!("{line}:{column}: {e}"))
        })?;
        let values = self.read(|snapshot| values(snapshot, &self.scene(), number, self.now))?;
        let filled = template.body.fill(&values);
        Ok(filled.map_err(|missing| Failure::config_at(&path, missing))?)
    }

    /// Queues a reply, or says what speaks against it. With [`Ending::Rollback`] nothing happens,
    /// and the bytes are those that would be sent (R163).
    ///
    /// # Errors
    /// [`Kind::No`] when something came in since; [`Kind::Data`] for a text that cannot be sent;
    /// [`Kind::NotAllowed`]; and those of the store.
    pub fn reply(&mut self, draft: &Draft, ending: Ending) -> Result<Replied> {
        self.write("reply", ending, |tx, scene| reply(tx, scene, draft))
    }
}

fn reply(tx: &Tx<'_>, scene: &Scene<'_>, draft: &Draft) -> Result<Replied> {
    let mut conversation = facts::conversation(tx, draft.number)?;
    let number = conversation.number;
    let inbox = letter::inbox_of(scene, &conversation)?;
    check_text(draft)?;
    if draft.seen > conversation.seq {
        let words = format!("conversation {number} has only {} events", conversation.seq);
        return Err(Failure::usage(words).into());
    }
    let events = tx.events(number)?;
    if draft.caution == Caution::Refuse {
        check_nothing_came_in(scene, number, draft.seen, &events)?;
        check_not_twice(tx, draft, &events)?;
    }
    let participants = tx.participants(number)?;
    let answers = recipients::answered_message(tx, number, &participants)?;
    let to = match draft.to.as_slice() {
        [] => recipients::of_answer(tx, scene, &conversation, answers, &participants)?,
        named => named.to_vec(),
    };
    if draft.caution == Caution::Refuse {
        check_reachable(tx, scene, to.iter().chain(&draft.cc))?;
    }
    let (from, sender) = author(scene, inbox)?;
    let subject = match &draft.subject {
        Some(subject) => subject.clone(),
        None => subject_of(tx, &conversation, answers)?,
    };
    let words = Words {
        kind: MailKind::Reply,
        from: from.clone(),
        sender,
        to: to.clone(),
        cc: draft.cc.clone(),
        subject: subject.clone(),
        text: draft.text.clone(),
        answers,
        envelope: Some(&inbox.address),
    };
    let act = Act { actor: scene.me, reason: &Reason::Asked, cause: None, effective: tx.now() };
    let queued = letter::queue(tx, scene, &mut conversation, &act, words)?;
    if conversation.status != draft.then {
        let change = Change::StatusSet { old: conversation.status, new: draft.then };
        tx.record(&mut conversation, &act, &[change])?;
    }
    Ok(Replied {
        number,
        outbox: queued.outbox,
        from,
        to,
        cc: draft.cc.clone(),
        subject,
        raw: queued.raw,
        answered_elsewhere: answered_elsewhere(tx, number)?,
    })
}

/// R164: a text that says nothing, or has places left to fill.
fn check_text(draft: &Draft) -> Result<(), Failure> {
    let text = &draft.text;
    if text.trim().is_empty() {
        return Err(Failure::new(Kind::Data, "the reply is empty; nothing was sent"));
    }
    if draft.caution == Caution::Refuse
        && let Some(open) = unresolved(text)
    {
        let (line, column) = line_and_column(text, open.offset);
        return Err(Failure::new(
            Kind::Data,
            format!(
                "line {line}, column {column} of the reply: {open}; nothing was sent; --anyway \
                 sends the braces as they are"
            ),
        ));
    }
    Ok(())
}

/// R136: an address that took no mail the last time, and has not written since.
fn check_reachable<'a>(
    tx: &Snapshot<'_>,
    scene: &Scene<'_>,
    recipients: impl Iterator<Item = &'a Mailbox>,
) -> Result<()> {
    for mailbox in recipients {
        if let Some(found) = tx.unreachable(&mailbox.address)? {
            let said = found.outcome.diagnostic.unwrap_or_else(|| "without a reason".to_owned());
            let words = format!(
                "{} took no mail on {} ({}: {said}); nothing was sent; --to names another address, \
                 --anyway tries again",
                mailbox.address,
                found.since.local(&scene.config.settings().zone),
                found.report,
            );
            return Err(Failure::new(Kind::No, words).into());
        }
    }
    Ok(())
}

/// R194: mail of the contact, a reply or a note of somebody else since the agent looked.
fn check_nothing_came_in(
    scene: &Scene<'_>,
    number: Number,
    seen: Seq,
    events: &[Event],
) -> Result<(), Failure> {
    let news = undo::standing(events).filter(|event| event.seq > seen).find_map(|event| {
        let who = &event.by.actor;
        match &event.change {
            Change::Arrived { message, class: Class::Person, .. } => {
                Some(format!("{message} came in"))
            }
            Change::Queued { mail: MailKind::Reply, outbox, .. } if who != scene.me => {
                Some(format!("{who} replied ({outbox})"))
            }
            Change::Noted { .. } if who != scene.me => Some(format!("{who} wrote a note")),
            Change::TookIn { other, .. } if who != scene.me => {
                Some(format!("{who} merged {other} into it"))
            }
            _ => None,
        }
    });
    match news {
        None => Ok(()),
        Some(news) => Err(Failure::new(
            Kind::No,
            format!(
                "conversation {number} changed since you looked: {news}; look again with \
                 'postroom show {number}', or send with --anyway"
            ),
        )),
    }
}

fn check_not_twice(tx: &Tx<'_>, draft: &Draft, events: &[Event]) -> Result<()> {
    let last = events.iter().rev().find_map(|event| match event.change {
        Change::Queued { mail: MailKind::Reply, message, .. } => Some((message, event.at)),
        _ => None,
    });
    let Some((message, _)) = last.filter(|(_, at)| tx.now() - *at <= TWICE) else { return Ok(()) };
    let sent = raw::parse(tx, message)?;
    // Who names somebody else has seen where it went.
    let knows = |one: &Mailbox| sent.to.iter().any(|to| to.address.key() == one.address.key());
    if sent.text.trim() != draft.text.trim() || !draft.to.iter().all(knows) {
        return Ok(());
    }
    let words =
        format!("the same reply was sent a moment ago ({message}); --anyway sends it again");
    Err(Failure::new(Kind::No, words).into())
}

/// From, and Sender where the agent writes on behalf of the inbox (R152).
fn author(scene: &Scene<'_>, inbox: &Inbox) -> Result<(Mailbox, Option<Mailbox>)> {
    let level = scene.level_in(&scene.directory(), &inbox.name)?;
    let agent = scene.me.agent().and_then(|name| scene.config.agent(name));
    let name = |agent: Option<&crate::config::Agent>| {
        agent.map_or(&inbox.title, |agent| &agent.title).clone()
    };
    let principal = |name| Mailbox { name, address: inbox.address.clone() };
    if level >= Level::SendAs {
        return Ok((principal(name(agent)), None));
    }
    let address: Option<&Address> = agent.and_then(|agent| agent.email.first());
    match (level, agent, address) {
        (Level::SendOnBehalf, Some(agent), Some(address)) => Ok((
            principal(inbox.title.clone()),
            Some(Mailbox { name: agent.title.clone(), address: address.clone() }),
        )),
        (Level::SendOnBehalf, Some(agent), None) => Err(Failure::new(
            Kind::Config,
            format!(
                "[agent.{}] has no email: it stands in Sender when writing on behalf",
                agent.name
            ),
        )
        .into()),
        _ => Err(Failure::new(
            Kind::NotAllowed,
            format!(
                "'reply' needs level '{}' in inbox {}, and {} has '{level}'",
                Level::SendOnBehalf,
                inbox.name,
                scene.me
            ),
        )
        .into()),
    }
}

fn subject_of(
    tx: &Snapshot<'_>,
    conversation: &Conversation,
    answers: Option<MessageId>,
) -> Result<String> {
    let message = answers.or(conversation.first_message);
    let stored = match message {
        Some(message) => tx.message(message)?,
        None => None,
    };
    Ok(reply_subject(&stored.map(|m| m.subject).unwrap_or_default()))
}

/// The same mail came for another inbox too, and was answered there.
fn answered_elsewhere(tx: &Snapshot<'_>, number: Number) -> Result<Vec<(Number, InboxName, Time)>> {
    let mut found = Vec::new();
    for (other, inbox) in tx.also_in(number)? {
        let replied = tx
            .events(other)?
            .into_iter()
            .rev()
            .find(|event| matches!(event.change, Change::Queued { mail: MailKind::Reply, .. }));
        found.extend(replied.map(|event| (other, inbox, event.at)));
    }
    Ok(found)
}

/// What a prepared text can be filled with.
fn values(snapshot: &Snapshot<'_>, scene: &Scene<'_>, number: Number, now: Time) -> Result<Values> {
    let conversation = facts::conversation(snapshot, number)?;
    let number = conversation.number;
    let inbox = letter::inbox_of(scene, &conversation)?;
    let participants = snapshot.participants(number)?;
    let contact = participants.contact();
    let agent = scene.me.agent().and_then(|name| scene.config.agent(name));
    let first = match conversation.first_message {
        Some(first) => snapshot.message(first)?,
        None => None,
    };
    Ok(Values {
        number: Some(number),
        subject: first.map(|m| m.subject),
        contact_name: contact.map(|c| c.name.clone()),
        contact_address: contact.map(|c| c.address.to_string()),
        agent_name: agent.map(|a| a.title.clone()),
        inbox_name: Some(inbox.title.clone()),
        inbox_address: Some(inbox.address.to_string()),
        date: Some(now.day(&scene.config.settings().zone)),
    })
}

impl Replied {
    /// One line of recipients.
    #[must_use]
    pub fn recipients(&self) -> String {
        let all = self.to.iter().chain(&self.cc);
        all.map(|mailbox| mailbox.address.to_string()).collect::<Vec<_>>().join(",")
    }
}
