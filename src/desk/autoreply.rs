//! Automatic answers: asked once per message and conversation, remembered in the transaction that
//! queues (R118), off unless the inbox says so (R127).

use std::collections::BTreeMap;

use anyhow::Result;

use super::land::only_author;
use super::letter::{self, Words};
use super::{Desk, Failure, Scene, facts, raw};
use crate::config::{Inbox, replies};
use crate::domain::address::Pattern;
use crate::domain::automatic::{
    self, Answer, Hours, Limits, Mail, Place, Policy, Silence, Verdict, registered_domain,
};
use crate::domain::calendar::Calendar;
use crate::domain::placeholders::{Text, Values};
use crate::domain::{
    Actor, CalendarName, Conversation, Direction, EnvelopeSender, Mailbox, MessageId, Number,
    OutboxId, Reason, Signal,
};
use crate::host::log::Level;
use crate::mail::Parsed;
use crate::store::{Act, Answered, Asked, Ending, StoredArrival, Tx};

/// The texts and calendars that automatic answers need, read once.
#[derive(Debug, Default)]
pub struct Texts {
    texts: BTreeMap<String, Text>,
    calendars: BTreeMap<CalendarName, Calendar>,
}

/// What came of asking for one message.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The conversation.
    pub number: Number,
    /// The message.
    pub message: MessageId,
    /// What came of it.
    pub outcome: Outcome,
}

/// Whether a machine answered.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It did.
    Answered {
        /// The mail.
        outbox: OutboxId,
        /// The name of the text.
        text: String,
        /// The mail as it will be sent.
        raw: Vec<u8>,
    },
    /// It did not.
    Silent(Silence),
    /// It was asked before, and this came of it.
    AskedBefore(Asked),
}

impl Outcome {
    /// The mail that was queued, if one was.
    #[must_use]
    pub fn queued(&self) -> Option<OutboxId> {
        match self {
            Outcome::Answered { outbox, .. } => Some(*outbox),
            Outcome::Silent(_) | Outcome::AskedBefore(_) => None,
        }
    }
}

impl Desk {
    /// Reads the texts and calendars of the inboxes that answer by machine.
    ///
    /// # Errors
    /// A text or a calendar that cannot be used.
    pub fn texts(&self) -> Result<Texts> {
        let mut all = Texts::default();
        for inbox in self.config.inboxes() {
            for name in inbox.autoreply.receipt.iter().chain(&inbox.autoreply.closed) {
                let path = replies::path(&self.dir, name);
                let text =
                    replies::load(&self.dir, name).map_err(|error| Failure::config(vec![error]))?;
                let text = Text::parse(&text).map_err(|e| {
                    let (line, column) = line_and_column(&text, e.offset);
                    Failure::config_at(&path, format!("{line}:{column}: {e}"))
                })?;
                all.texts.insert(name.as_str().to_owned(), text);
            }
            if inbox.autoreply.closed.is_some()
                && let Some(name) = &inbox.calendar
                && let Some(calendar) = self.config.calendar(name).map_err(Failure::config)?
            {
                all.calendars.insert(name.clone(), calendar);
            }
        }
        Ok(all)
    }

    /// Asks for the messages of these conversations that nobody asked for yet.
    ///
    /// # Errors
    /// When one of these is no conversation, before anything is done; those of the store, and of a
    /// text that lacks a value.
    pub fn autoreply(
        &mut self,
        numbers: &[Number],
        texts: &Texts,
        ending: Ending,
    ) -> Result<Vec<Decided>> {
        self.must_exist(numbers)?;
        let mut asked = Vec::new();
        for number in numbers {
            let entries =
                self.read(|snapshot| snapshot.entries_of(facts::root(snapshot, *number)?))?;
            for (message, home) in entries {
                // Parsed before the lock is taken, and only where it is needed.
                let parsed = self.read(|snapshot| {
                    Ok(match snapshot.autoreply_of(message, home)? {
                        Some(before) => Err(before),
                        None => Ok(raw::parse(snapshot, message)?),
                    })
                })?;
                let outcome = match parsed {
                    Err(before) => Some(Outcome::AskedBefore(before)),
                    Ok(parsed) => self.write("autoreply", ending, |tx, scene| {
                        answer(tx, scene, message, &parsed, home, texts)
                    })?,
                };
                if let Some(outcome) = outcome {
                    if ending == Ending::Commit {
                        self.log_outcome(message, home, &outcome);
                    }
                    asked.push(Decided { number: home, message, outcome });
                }
            }
        }
        Ok(asked)
    }

    pub(super) fn log_outcome(&self, message: MessageId, number: Number, outcome: &Outcome) {
        match outcome {
            Outcome::Answered { outbox, text, .. } => {
                let line = format!("{message} conversation={number} autoreply={text} {outbox}");
                self.log(Level::Info, &line);
            }
            Outcome::Silent(silence) => {
                // A limit that was reached is a sign of abuse: somebody should look (R96).
                let level = if silence.is_limit() { Level::Warning } else { Level::Info };
                let code = silence.code();
                self.log(level, &format!("{message} conversation={number} autoreply=no {code}"));
            }
            Outcome::AskedBefore(_) => {}
        }
    }
}

/// Asks whether a machine may answer a message, parsed by the caller, and answers; none for mail of
/// ours.
pub(super) fn answer(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    message: MessageId,
    parsed: &Parsed,
    number: Number,
    texts: &Texts,
) -> Result<Option<Outcome>> {
    let (Some(stored), Some(home)) = (tx.message(message)?, tx.conversation(number)?) else {
        return Ok(None);
    };
    let conversation = facts::conversation(tx, number)?;
    let Some(arrival) = tx.arrivals(message)?.into_iter().next() else { return Ok(None) };
    if stored.direction == Direction::Out {
        return Ok(None);
    }
    if let Some(before) = tx.autoreply_of(message, number)? {
        return Ok(Some(Outcome::AskedBefore(before)));
    }
    let arrival = tx.arrival_in(message, &conversation.inbox)?.unwrap_or(arrival);
    let inbox = letter::inbox_of(scene, &conversation)?;
    let asked = Question { message, home: &home, inbox, arrival: &arrival, parsed, texts };
    match asked.decide(tx, scene, &conversation)? {
        Ok(answer) => asked.send(tx, scene, conversation, &answer).map(Some),
        Err(silence) => {
            tx.remember_silence(message, number, &inbox.name, silence.code())?;
            Ok(Some(Outcome::Silent(silence)))
        }
    }
}

/// A message that is asked for.
struct Question<'a> {
    message: MessageId,
    home: &'a Conversation,
    inbox: &'a Inbox,
    arrival: &'a StoredArrival,
    parsed: &'a Parsed,
    texts: &'a Texts,
}

impl Question<'_> {
    fn decide(
        &self,
        tx: &Tx<'_>,
        scene: &Scene<'_>,
        conversation: &Conversation,
    ) -> Result<Result<Answer, Silence>> {
        let inbox = self.inbox;
        let memory = match &self.arrival.sender {
            EnvelopeSender::Address(to) => Some(tx.autoreply_memory(
                self.message,
                &inbox.name,
                &to.person_key(),
                &registered_domain(to.domain()),
                tx.now(),
            )?),
            _ => None,
        };
        let signals = self.signals(tx, scene)?;
        let mail = Mail {
            envelope: self.arrival.sender.clone(),
            from: only_author(self.parsed),
            addressed: &self.parsed.addressed,
            signals: &signals,
            class: Signal::classify(&signals),
            status: conversation.status,
            dmarc: verdict(self.arrival.dmarc.as_deref()),
            spf: verdict(self.arrival.spf.as_deref()),
            place: self.place(tx)?,
            hours: self.hours(),
            received: self.arrival.received,
            written: self.parsed.date,
        };
        let settings = scene.config.settings();
        let limits = settings.limits;
        let policy = Policy {
            receipt: inbox.autoreply.receipt.as_ref().map(|name| name.as_str()),
            closed: inbox.autoreply.closed.as_ref().map(|name| name.as_str()),
            pause: settings.autoreply_pause,
            limits: Limits {
                inbox_hour: limits.per_inbox,
                domain_hour: limits.per_domain,
                desk_hour: limits.global,
                ..Limits::default()
            },
            inbox: &inbox.patterns,
            ours: &ours(scene),
            system: &settings.autoreply_never,
        };
        Ok(automatic::decide(&mail, memory.as_ref(), &policy, tx.now()))
    }

    /// What it is to its conversation.
    fn place(&self, tx: &Tx<'_>) -> Result<Place> {
        let event = tx.event_of_message(self.message, self.home.number)?;
        Ok(if event.is_some_and(|event| event.by.reason == Reason::Archive) {
            Place::Archive
        } else if self.home.first_message == Some(self.message) {
            Place::First
        } else {
            Place::FollowUp
        })
    }

    /// What the header says, what decided when the mail came in, as a correlation or a mark of spam that
    /// is configured, and our own signature on the Message-ID: a mail of ours that came back.
    fn signals(&self, tx: &Tx<'_>, scene: &Scene<'_>) -> Result<Vec<Signal>> {
        let mut signals = self.parsed.signals.clone();
        let stored = tx.message(self.message)?.and_then(|message| message.signal);
        let told = [Signal::Correlated, Signal::Spam].into_iter();
        signals.extend(told.filter(|told| stored.as_deref() == Some(told.as_str())));
        let keys = scene.keys()?;
        if self.parsed.message_id.as_deref().is_some_and(|id| keys.verify(id).is_some()) {
            signals.push(Signal::OwnMark);
        }
        Ok(signals)
    }

    /// Whether the inbox was open when the mail came, not when it was processed (R126).
    fn hours(&self) -> Hours {
        let calendar = self.inbox.calendar.as_ref().and_then(|name| self.texts.calendars.get(name));
        match calendar {
            Some(calendar) if !calendar.is_open(self.arrival.received) => Hours::Closed,
            _ => Hours::Open,
        }
    }

    fn send(
        &self,
        tx: &Tx<'_>,
        scene: &Scene<'_>,
        mut conversation: Conversation,
        answer: &Answer,
    ) -> Result<Outcome> {
        let words = self.words(tx, scene, &conversation, answer)?;
        let number = self.home.number;
        let cause = tx.event_of_message(self.message, number)?.map(|event| event.id);
        let reason = Reason::Autoreply { text: answer.text.clone() };
        let act = Act { actor: &Actor::Postroom, reason: &reason, cause, effective: tx.now() };
        let queued = letter::queue(tx, scene, &mut conversation, &act, words)?;
        tx.remember_answer(
            self.message,
            number,
            &self.inbox.name,
            &Answered {
                person: &answer.to.person_key(),
                domain: &registered_domain(answer.to.domain()),
                text: &answer.text,
                outbox: queued.outbox,
            },
        )?;
        Ok(Outcome::Answered { outbox: queued.outbox, text: answer.text.clone(), raw: queued.raw })
    }

    /// The text, filled. Words of a sender whom DMARC did not prove do not travel under our name,
    /// neither subject nor display name (R95).
    fn words(
        &self,
        tx: &Tx<'_>,
        scene: &Scene<'_>,
        conversation: &Conversation,
        answer: &Answer,
    ) -> Result<Words<'static>> {
        let inbox = self.inbox;
        let dmarc = verdict(self.arrival.dmarc.as_deref());
        let proven = dmarc == Verdict::Pass;
        let text = self.texts.texts.get(&answer.text).ok_or_else(|| {
            Failure::config_at(
                scene.dir,
                format!("the text replies/{}.txt was not read", answer.text),
            )
        })?;
        let contact = self.parsed.from.as_ref().filter(|_| proven);
        let values = Values {
            number: Some(conversation.number),
            subject: proven.then(|| self.parsed.subject.clone()),
            contact_name: contact.map(|from| from.name.clone()),
            contact_address: Some(answer.to.to_string()),
            agent_name: None,
            inbox_name: Some(inbox.title.clone()),
            inbox_address: Some(inbox.address.to_string()),
            date: Some(tx.now().day(&scene.config.settings().zone)),
        };
        let configured = text.subject.as_ref().map(|subject| subject.fill(&values)).transpose()?;
        let subject =
            automatic::subject(answer.kind, configured.as_deref(), &self.parsed.subject, dmarc);
        Ok(Words {
            kind: answer.kind,
            from: Mailbox { name: inbox.title.clone(), address: inbox.address.clone() },
            sender: None,
            to: vec![Mailbox { name: String::new(), address: answer.to.clone() }],
            cc: Vec::new(),
            subject,
            text: text.body.fill(&values)?,
            answers: Some(self.message),
            envelope: None,
        })
    }
}

fn verdict(word: Option<&str>) -> Verdict {
    match word {
        Some("pass") => Verdict::Pass,
        Some(_) => Verdict::Fail,
        None => Verdict::Unknown,
    }
}

/// Every address that is ours: of all inboxes and of the agents (R111).
fn ours(scene: &Scene<'_>) -> Vec<Pattern> {
    let inboxes = scene.config.inboxes().flat_map(|inbox| inbox.patterns.iter().cloned());
    let agents = scene.config.agents().flat_map(|agent| agent.email.iter().cloned());
    inboxes.chain(agents.map(Pattern::One)).collect()
}

/// Line and column of a place in a text, from 1.
pub(super) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
