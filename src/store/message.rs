//! Messages: what was understood of a mail when it came.

use anyhow::Result;
use rusqlite::{OptionalExtension, Row};

use super::address::HeaderAddress;
use super::column::{unreadable, word};
use super::{RawBytes, Snapshot, Tx};
use crate::domain::bounce::Outcome;
use crate::domain::{Class, Direction, EventId, MessageId, Time};

/// A message that is about to be stored.
#[derive(Debug, Clone)]
pub struct NewMessage<'a> {
    /// What makes it the same message by however many paths it comes.
    pub identity: [u8; 32],
    /// The version of that digest.
    pub identity_version: i64,
    /// The bytes as they came.
    pub raw: RawBytes<'a>,
    /// Which way it went.
    pub direction: Direction,
    /// When it came in, or was queued.
    pub received: Time,
    /// Its Date field.
    pub date: Option<Time>,
    /// Its Message-ID, without angle brackets.
    pub message_id: Option<&'a str>,
    /// Further ones that it claims (R52).
    pub other_ids: &'a [String],
    /// Its subject.
    pub subject: &'a str,
    /// Who or what wrote it.
    pub class: Class,
    /// What decided that.
    pub signal: Option<&'a str>,
    /// How many attachments it has.
    pub attachments: usize,
    /// Who stands in its header.
    pub addresses: &'a [HeaderAddress],
    /// The ids it refers to, nearest first.
    pub references: &'a [String],
    /// What it says became of a mail, when it is a report.
    pub outcomes: &'a [Outcome],
    /// What could not be understood.
    pub defects: &'a [&'a str],
}

/// A message as the store knows it; addresses and bytes are asked for apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// Our id.
    pub id: MessageId,
    /// Which way it went.
    pub direction: Direction,
    /// When it came in, or was queued.
    pub received: Time,
    /// Its Date field.
    pub date: Option<Time>,
    /// Its Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// Its subject.
    pub subject: String,
    /// Who or what wrote it.
    pub class: Class,
    /// What decided that.
    pub signal: Option<String>,
    /// Size of the raw bytes.
    pub size: i64,
    /// How many attachments it has.
    pub attachments: i64,
    /// The event by which it was forgotten, but for its identity.
    pub purged: Option<EventId>,
}

impl Tx<'_> {
    /// Stores a message that is new by its identity.
    ///
    /// # Errors
    /// Those of the database.
    pub fn add_message(&self, new: &NewMessage<'_>) -> Result<MessageId> {
        self.connection
            .prepare_cached(
                "INSERT INTO message (identity, identity_version, raw_hash, size, direction,
                                      received, date, message_id, subject, class, signal, attachments)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute((
                new.identity,
                new.identity_version,
                new.raw.hash,
                i64::try_from(new.raw.size())?,
                new.direction.as_str(),
                new.received.0,
                new.date.map(|date| date.0),
                new.message_id,
                new.subject,
                new.class.as_str(),
                new.signal,
                i64::try_from(new.attachments)?,
            ))?;
        let id = MessageId(self.connection.last_insert_rowid());
        self.put_raw(id, &new.raw)?;
        self.put_addresses(id, new.addresses)?;
        self.put_references(id, new.references)?;
        self.put_aliases(id, new.other_ids)?;
        self.put_outcomes(id, new.outcomes)?;
        self.put_defects(id, new.defects)?;
        Ok(id)
    }

    /// The id that the next message will get: our own Message-IDs name it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn next_message_id(&self) -> Result<MessageId> {
        self.next_id("message").map(MessageId)
    }

    fn put_references(&self, message: MessageId, references: &[String]) -> Result<()> {
        if references.is_empty() {
            return Ok(());
        }
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO reference (message, position, message_id) VALUES (?1, ?2, ?3)",
        )?;
        for (position, id) in (0_i64..).zip(references) {
            insert.execute((message.0, position, id))?;
        }
        Ok(())
    }

    fn put_aliases(&self, message: MessageId, ids: &[String]) -> Result<()> {
        for id in ids {
            self.connection
                .prepare_cached(
                    "INSERT OR IGNORE INTO message_alias (message, message_id) VALUES (?1, ?2)",
                )?
                .execute((message.0, id))?;
        }
        Ok(())
    }

    fn put_defects(&self, message: MessageId, defects: &[&str]) -> Result<()> {
        if defects.is_empty() {
            return Ok(());
        }
        let mut insert = self.connection.prepare_cached(
            "INSERT OR IGNORE INTO message_defect (message, defect) VALUES (?1, ?2)",
        )?;
        for defect in defects {
            insert.execute((message.0, defect))?;
        }
        Ok(())
    }
}

impl Snapshot<'_> {
    /// The id of the message that was stored last; 0 when there is none.
    ///
    /// # Errors
    /// Those of the database.
    pub fn last_message(&self) -> Result<MessageId> {
        let sql = "SELECT coalesce(max(id), 0) FROM message";
        Ok(self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0).map(MessageId))?)
    }

    /// How many messages came in that were stored after this one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn came_in_after(&self, message: MessageId) -> Result<usize> {
        let sql = "SELECT count(*) FROM message WHERE id > ?1 AND direction = 'in'";
        let count: i64 =
            self.connection.prepare_cached(sql)?.query_row([message.0], |row| row.get(0))?;
        Ok(usize::try_from(count)?)
    }

    /// The message of this identity, if it came before.
    ///
    /// # Errors
    /// Those of the database.
    pub fn message_by_identity(&self, identity: &[u8; 32]) -> Result<Option<MessageId>> {
        Ok(self
            .connection
            .prepare_cached("SELECT id FROM message WHERE identity = ?1")?
            .query_row([identity], |row| row.get(0).map(MessageId))
            .optional()?)
    }

    /// Whether another message carries this Message-ID: a flag, never a reason to hide one (R47).
    ///
    /// # Errors
    /// Those of the database.
    pub fn message_id_is_taken(&self, message_id: &str) -> Result<bool> {
        Ok(self
            .connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM message WHERE message_id = ?1)")?
            .query_row([message_id], |row| row.get(0))?)
    }

    /// A message by its id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn message(&self, id: MessageId) -> Result<Option<StoredMessage>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT id, direction, received, date, message_id, subject, class, signal, size,
                        attachments, purged
                 FROM message WHERE id = ?1",
            )?
            .query_row([id.0], read)
            .optional()?)
    }

    /// What could not be understood of a message.
    ///
    /// # Errors
    /// Those of the database.
    pub fn defects(&self, id: MessageId) -> Result<Vec<String>> {
        let mut select = self.connection.prepare_cached(
            "SELECT defect FROM message_defect WHERE message = ?1 ORDER BY defect",
        )?;
        let rows = select.query_map([id.0], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The ids that a message refers to, nearest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn references(&self, id: MessageId) -> Result<Vec<String>> {
        let mut select = self.connection.prepare_cached(
            "SELECT message_id FROM reference WHERE message = ?1 ORDER BY position",
        )?;
        let rows = select.query_map([id.0], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredMessage> {
    let direction: String = row.get(1)?;
    Ok(StoredMessage {
        id: MessageId(row.get(0)?),
        direction: match direction.as_str() {
            "in" => Direction::In,
            "out" => Direction::Out,
            other => return Err(unreadable(1, &format!("'{other}' is no direction"))),
        },
        received: Time(row.get(2)?),
        date: row.get::<_, Option<i64>>(3)?.map(Time),
        message_id: row.get(4)?,
        subject: row.get(5)?,
        class: word::<Class>(row, 6)?,
        signal: row.get(7)?,
        size: row.get(8)?,
        attachments: row.get(9)?,
        purged: row.get::<_, Option<i64>>(10)?.map(EventId),
    })
}
