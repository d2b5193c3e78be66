//! What rules dropped: that it came, and nothing of what it said (R34).

use anyhow::Result;
use rusqlite::Row;

use super::column::{of_sender, recipient, sender, word};
use super::{Snapshot, Tx};
use crate::domain::{Address, EnvelopeSender, InboxName, Time};

/// A mail that is about to be dropped.
#[derive(Debug, Clone)]
pub struct NewDrop<'a> {
    /// Its identity.
    pub identity: &'a [u8; 32],
    /// Its Message-ID, without angle brackets.
    pub message_id: Option<&'a str>,
    /// The inbox that it came for.
    pub inbox: &'a InboxName,
    /// The recipient, where one is known.
    pub recipient: Option<&'a Address>,
    /// Envelope sender.
    pub sender: &'a EnvelopeSender,
    /// The name of the rule.
    pub rule: &'a str,
    /// Its place, `rules/20-route.toml:7`.
    pub at: &'a str,
}

/// A mail that was dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDrop {
    /// The row.
    pub id: i64,
    /// When it came first.
    pub dropped: Time,
    /// Its identity.
    pub identity: Vec<u8>,
    /// Its Message-ID; none also where it was purged, as is what follows.
    pub message_id: Option<String>,
    /// The inbox that it came for.
    pub inbox: InboxName,
    /// The recipient, where one was known.
    pub recipient: Option<Address>,
    /// Envelope sender.
    pub sender: EnvelopeSender,
    /// The name of the rule.
    pub rule: String,
    /// Its place then.
    pub at: String,
}

impl Tx<'_> {
    /// Records that a mail was dropped; nothing where the same was, out of the same inbox. Whether it
    /// is the first time.
    ///
    /// # Errors
    /// Those of the database.
    pub fn add_drop(&self, new: &NewDrop<'_>) -> Result<bool> {
        let config = self.config()?;
        let added = self
            .connection
            .prepare_cached(
                "INSERT INTO dropped (at, identity, message_id, inbox, recipient, sender, rule,
                                      place, config)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (identity, inbox) DO NOTHING",
            )?
            .execute((
                self.now().0,
                new.identity,
                new.message_id,
                new.inbox.as_str(),
                new.recipient.map_or("", Address::as_str),
                of_sender(new.sender),
                new.rule,
                new.at,
                config.0,
            ))?;
        Ok(added > 0)
    }

    /// Forgets whose a mail was that was dropped, but for its identity.
    ///
    /// # Errors
    /// Those of the database.
    pub fn forget_drop(&self, id: i64) -> Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE dropped SET message_id = NULL, recipient = '', sender = NULL WHERE id = ?1",
            )?
            .execute([id])?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// What was dropped, first one first.
    ///
    /// # Errors
    /// Those of the database and of `take`.
    pub fn each_drop(&self, mut take: impl FnMut(StoredDrop) -> Result<()>) -> Result<()> {
        let mut select = self.connection.prepare_cached(
            "SELECT id, at, identity, message_id, inbox, recipient, sender, rule, place
             FROM dropped ORDER BY id",
        )?;
        for row in select.query_map([], read)? {
            take(row?)?;
        }
        Ok(())
    }

    /// Whether a message was dropped, out of whatever inbox.
    ///
    /// # Errors
    /// Those of the database.
    pub fn was_dropped(&self, identity: &[u8; 32]) -> Result<bool> {
        let mut select = self
            .connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM dropped WHERE identity = ?1)")?;
        Ok(select.query_row([identity], |row| row.get(0))?)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredDrop> {
    Ok(StoredDrop {
        id: row.get(0)?,
        dropped: Time(row.get(1)?),
        identity: row.get(2)?,
        message_id: row.get(3)?,
        inbox: word(row, 4)?,
        recipient: recipient(row, 5)?,
        sender: sender(row, 6)?,
        rule: row.get(7)?,
        at: row.get(8)?,
    })
}
