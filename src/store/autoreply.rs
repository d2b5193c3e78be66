//! What was decided about automatic answers, and the memory that the next decision reads (R115-R118).

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::OptionalExtension;

use super::{Snapshot, Tx};
use crate::domain::automatic::{DAY, HOUR, Memory};
use crate::domain::{InboxName, MessageId, Number, OutboxId, Time};

/// What came of asking whether a machine may answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It did.
    Answered {
        /// The name of the text.
        text: String,
        /// The mail.
        outbox: OutboxId,
    },
    /// It did not, for the reason with this code.
    Silent(String),
}

/// An automatic answer, as the memory keeps it.
#[derive(Debug, Clone)]
pub struct Answered<'a> {
    /// Who got it, as a person key (R117).
    pub person: &'a str,
    /// Their registered domain.
    pub domain: &'a str,
    /// The name of the text.
    pub text: &'a str,
    /// The mail.
    pub outbox: OutboxId,
}

impl Tx<'_> {
    /// Remembers an automatic answer, in the transaction that queues it (R118).
    ///
    /// # Errors
    /// Those of the database.
    pub fn remember_answer(
        &self,
        message: MessageId,
        conversation: Number,
        inbox: &InboxName,
        answered: &Answered<'_>,
    ) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO autoreply (message, conversation, at, inbox, person, domain, text, outbox)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((
                message.0,
                conversation.0,
                self.now().0,
                inbox.as_str(),
                answered.person,
                answered.domain,
                answered.text,
                answered.outbox.0,
            ))?;
        Ok(())
    }

    /// Remembers why there was none.
    ///
    /// # Errors
    /// Those of the database.
    pub fn remember_silence(
        &self,
        message: MessageId,
        conversation: Number,
        inbox: &InboxName,
        code: &str,
    ) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO autoreply (message, conversation, at, inbox, refused)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((message.0, conversation.0, self.now().0, inbox.as_str(), code))?;
        Ok(())
    }
}

/// When each text went to a person last; three rows a day and person at most (R116).
pub(super) const TEXTS: &str =
    "SELECT text, max(at) FROM autoreply WHERE person = ?1 AND inbox = ?2 GROUP BY text";
pub(super) const SENDER_DAY: &str = "SELECT count(*) FROM autoreply WHERE person = ?1 AND at > ?2";
pub(super) const DOMAIN_HOUR: &str =
    "SELECT count(*) FROM autoreply WHERE domain = ?1 AND at > ?2 AND person IS NOT NULL";
pub(super) const INBOX_HOUR: &str =
    "SELECT count(*) FROM autoreply WHERE inbox = ?1 AND at > ?2 AND person IS NOT NULL";
pub(super) const DESK_HOUR: &str =
    "SELECT count(*) FROM autoreply WHERE at > ?1 AND person IS NOT NULL";
/// The report names our mail by our signature, and whoever got that mail has complained.
pub(super) const COMPLAINED: &str = "SELECT count(*) FROM message AS report
     JOIN entry ON entry.message = report.id
     JOIN event ON event.id = entry.event
     JOIN outbox ON outbox.message = json_extract(event.data, '$.step.message')
     JOIN outbox_recipient ON outbox_recipient.outbox = outbox.id
     WHERE report.class = 'abuse-report' AND json_extract(event.data, '$.step.how') = 'token'
       AND outbox_recipient.person = ?1";
pub(super) const ANSWERED: &str =
    "SELECT count(*) FROM autoreply WHERE message = ?1 AND person IS NOT NULL";

impl Snapshot<'_> {
    /// What came of asking for this message in this conversation; none when nobody asked yet.
    ///
    /// # Errors
    /// Those of the database.
    pub fn autoreply_of(&self, message: MessageId, conversation: Number) -> Result<Option<Asked>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT text, outbox, refused FROM autoreply
                 WHERE message = ?1 AND conversation = ?2",
            )?
            .query_row((message.0, conversation.0), |row| {
                Ok(match row.get::<_, Option<String>>(2)? {
                    Some(code) => Asked::Silent(code),
                    None => Asked::Answered { text: row.get(0)?, outbox: OutboxId(row.get(1)?) },
                })
            })
            .optional()?)
    }

    /// What is remembered of automatic answers to a sender, and how many there were lately.
    ///
    /// # Errors
    /// Those of the database.
    pub fn autoreply_memory(
        &self,
        message: MessageId,
        inbox: &InboxName,
        person: &str,
        domain: &str,
        now: Time,
    ) -> Result<Memory> {
        let count = |sql: &str, params: &[&dyn rusqlite::ToSql]| -> Result<u32> {
            Ok(self.connection.prepare_cached(sql)?.query_row(params, |row| row.get(0))?)
        };
        let (day, hour) = ((now - DAY).0, (now - HOUR).0);
        let mut texts = self.connection.prepare_cached(TEXTS)?;
        let texts = texts
            .query_map((person, inbox.as_str()), |row| Ok((row.get(0)?, Time(row.get(1)?))))?
            .collect::<Result<BTreeMap<String, Time>, _>>()?;
        Ok(Memory {
            texts,
            sender_day: count(SENDER_DAY, &[&person, &day])?,
            domain_hour: count(DOMAIN_HOUR, &[&domain, &hour])?,
            inbox_hour: count(INBOX_HOUR, &[&inbox.as_str(), &hour])?,
            desk_hour: count(DESK_HOUR, &[&hour])?,
            answered: count(ANSWERED, &[&message.0])? > 0,
            complained: count(COMPLAINED, &[&person])? > 0,
        })
    }
}
