//! The outbox: mail recorded before it is sent, with its bytes and its Message-ID (R140-R144).

use anyhow::Result;
use rusqlite::{OptionalExtension, Row};

use super::column::{unreadable, word};
use super::event::Act;
use super::message::NewMessage;
use super::{Snapshot, Tx};
use crate::domain::event::MailKind;
use crate::domain::{
    Address, Change, Conversation, Event, Mailbox, MessageId, Number, OutboxId, Time,
};

/// The state of a mail (R141).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Recorded; to be handed over when due.
    Queued,
    /// sendmail is running, or was when its caller died.
    Sending,
    /// sendmail took it.
    Accepted,
    /// Given up.
    Failed,
    /// Nobody knows whether sendmail took it.
    Uncertain,
}

impl State {
    /// Every state.
    pub const ALL: [State; 5] =
        [State::Queued, State::Sending, State::Accepted, State::Failed, State::Uncertain];

    /// Whether nothing more is to happen to the mail.
    #[must_use]
    pub fn is_settled(self) -> bool {
        matches!(self, State::Accepted | State::Failed)
    }

    /// The word in the store and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Sending => "sending",
            State::Accepted => "accepted",
            State::Failed => "failed",
            State::Uncertain => "uncertain",
        }
    }
}

/// A mail that is about to be queued.
#[derive(Debug, Clone)]
pub struct NewMail<'a> {
    /// What kind of mail.
    pub kind: MailKind,
    /// The message, composed.
    pub message: &'a NewMessage<'a>,
    /// Envelope sender; none is the null sender `<>`.
    pub sender: Option<&'a Address>,
    /// Whom it is for.
    pub recipients: &'a [Mailbox],
}

/// A mail of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its row.
    pub id: OutboxId,
    /// The conversation it belongs to.
    pub conversation: Number,
    /// The message; its raw bytes are what is sent.
    pub message: MessageId,
    /// What kind of mail.
    pub kind: MailKind,
    /// Envelope sender; none is the null sender `<>`.
    pub sender: Option<Address>,
    /// Its state.
    pub state: State,
    /// How often sendmail was started for it.
    pub attempts: i64,
    /// How often sendmail's answer was lost.
    pub doubts: i64,
    /// When the next attempt is due.
    pub due: Time,
    /// Since when it is in this state.
    pub since: Time,
    /// Exit status of the last attempt.
    pub code: Option<i32>,
    /// What sendmail said of it.
    pub error: Option<String>,
}

/// What an attempt came to.
#[derive(Debug, Clone)]
pub struct Attempt<'a> {
    /// The new state.
    pub state: State,
    /// When the next attempt is due.
    pub due: Time,
    /// Exit status of sendmail.
    pub code: Option<i32>,
    /// What it said.
    pub error: Option<&'a str>,
}

impl Tx<'_> {
    /// Records a mail with its home in the conversation; `send` hands it over later.
    ///
    /// # Errors
    /// Those of the database.
    pub fn queue(
        &self,
        conversation: &mut Conversation,
        act: &Act<'_>,
        mail: &NewMail<'_>,
    ) -> Result<(OutboxId, Vec<Event>)> {
        let message = self.add_message(mail.message)?;
        self.connection
            .prepare_cached(
                "INSERT INTO outbox (conversation, message, kind, sender, state, attempts, due, since)
                 VALUES (?1, ?2, ?3, ?4, 'queued', 0, ?5, ?5)",
            )?
            .execute((
                conversation.number.0,
                message.0,
                mail.kind.as_str(),
                mail.sender.map_or("", Address::as_str),
                self.now().0,
            ))?;
        let outbox = OutboxId(self.connection.last_insert_rowid());
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO outbox_recipient (outbox, position, name, address, person)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for (position, mailbox) in (0_i64..).zip(mail.recipients) {
            insert.execute((
                outbox.0,
                position,
                &mailbox.name,
                mailbox.address.as_str(),
                mailbox.address.person_key(),
            ))?;
        }
        let change = Change::Queued { outbox, message, mail: mail.kind };
        let events = self.record(conversation, act, &[change])?;
        Ok((outbox, events))
    }

    /// Marks a mail as being handed over; committed before sendmail is started (R141).
    ///
    /// # Errors
    /// Those of the database.
    pub fn mark_sending(&self, id: OutboxId) -> Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE outbox SET state = 'sending', attempts = attempts + 1, since = ?2
                 WHERE id = ?1",
            )?
            .execute((id.0, self.now().0))?;
        Ok(())
    }

    /// Writes down what an attempt came to.
    ///
    /// # Errors
    /// Those of the database.
    pub fn mark_attempt(&self, id: OutboxId, outcome: &Attempt<'_>) -> Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE outbox
                 SET state = ?2, due = ?3, since = ?4, code = ?5, error = ?6,
                     doubts = doubts + (?2 = 'uncertain')
                 WHERE id = ?1",
            )?
            .execute((
                id.0,
                outcome.state.as_str(),
                outcome.due.0,
                self.now().0,
                outcome.code,
                outcome.error,
            ))?;
        Ok(())
    }
}

/// The columns that [`read`] expects.
const COLUMNS: &str =
    "id, conversation, message, kind, sender, state, attempts, doubts, due, since, code, error";

impl Snapshot<'_> {
    /// A mail of the outbox.
    ///
    /// # Errors
    /// Those of the database.
    pub fn outgoing(&self, id: OutboxId) -> Result<Option<Outgoing>> {
        Ok(self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE id = ?1"))?
            .query_row([id.0], read)
            .optional()?)
    }

    /// What kind of mail of ours a message is; none when it is none.
    ///
    /// # Errors
    /// Those of the database.
    pub fn kind_of_mail(&self, message: MessageId) -> Result<Option<MailKind>> {
        let found = self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE message = ?1"))?
            .query_row([message.0], read)
            .optional()?;
        Ok(found.map(|mail| mail.kind))
    }

    /// Mail that is not settled: queued, sending or uncertain, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn unsettled_mail(&self) -> Result<Vec<Outgoing>> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM outbox WHERE state IN ('queued', 'sending', 'uncertain')
             ORDER BY id"
        ))?;
        let rows = select.query_map([], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The mail of a conversation, first one first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn mail_of(&self, conversation: Number) -> Result<Vec<Outgoing>> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM outbox
             WHERE conversation IN (SELECT conversation FROM member WHERE root = ?1) ORDER BY id"
        ))?;
        let rows = select.query_map([conversation.0], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Outgoing> {
    let kind: String = row.get(3)?;
    let kind = match kind.as_str() {
        "reply" => MailKind::Reply,
        "receipt" => MailKind::Receipt,
        "closed" => MailKind::Closed,
        other => return Err(unreadable(3, &format!("'{other}' is no kind of mail"))),
    };
    let sender: String = row.get(4)?;
    let state: String = row.get(5)?;
    Ok(Outgoing {
        id: OutboxId(row.get(0)?),
        conversation: Number(row.get(1)?),
        message: MessageId(row.get(2)?),
        kind,
        sender: if sender.is_empty() { None } else { Some(word(row, 4)?) },
        state: State::ALL
            .into_iter()
            .find(|s| s.as_str() == state)
            .ok_or_else(|| unreadable(5, &format!("'{state}' is no state of a mail")))?,
        attempts: row.get(6)?,
        doubts: row.get(7)?,
        due: Time(row.get(8)?),
        since: Time(row.get(9)?),
        code: row.get(10)?,
        error: row.get(11)?,
    })
}
