//! Arrivals: each coming-in of a message.

use anyhow::Result;
use rusqlite::{OptionalExtension, Row};

use super::column::{of_sender, recipient, sender, word};
use super::{Snapshot, Tx};
use crate::domain::{Address, EnvelopeSender, InboxName, MessageId, Time};

/// The way a message came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wiring {
    /// On stdin: from an MTA, a filter, a fetcher.
    Stdin,
    /// A file that was named.
    File,
    /// A file of a Maildir.
    Maildir,
    /// One of the messages of an mbox.
    Mbox,
}

impl Wiring {
    /// The word in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Wiring::Stdin => "stdin",
            Wiring::File => "file",
            Wiring::Maildir => "maildir",
            Wiring::Mbox => "mbox",
        }
    }
}

/// An arrival that is about to be recorded.
#[derive(Debug, Clone)]
pub struct NewArrival<'a> {
    /// The message.
    pub message: MessageId,
    /// The inbox that it came for.
    pub inbox: &'a InboxName,
    /// The recipient, where one is known.
    pub recipient: Option<&'a Address>,
    /// When.
    pub received: Time,
    /// Envelope sender.
    pub sender: &'a EnvelopeSender,
    /// Extension of the recipient.
    pub extension: Option<&'a str>,
    /// The way.
    pub wiring: Wiring,
    /// What machines on the way put on top; nothing where the bytes that are kept have it.
    pub trace: &'a str,
    /// What a trusted Authentication-Results says of DMARC: `pass`, `fail`.
    pub dmarc: Option<&'a str>,
    /// And of SPF.
    pub spf: Option<&'a str>,
}

/// An arrival as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredArrival {
    /// The row.
    pub id: i64,
    /// The inbox that it came for.
    pub inbox: InboxName,
    /// The recipient, where one was known.
    pub recipient: Option<Address>,
    /// When.
    pub received: Time,
    /// Envelope sender.
    pub sender: EnvelopeSender,
    /// The way.
    pub wiring: String,
    /// What a trusted Authentication-Results said of DMARC.
    pub dmarc: Option<String>,
    /// And of SPF.
    pub spf: Option<String>,
}

impl StoredArrival {
    /// Whether DMARC holds: the author is who the From line says.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.dmarc.as_deref() == Some("pass")
    }

    /// Whether DMARC found the From line forged.
    #[must_use]
    pub fn is_forged(&self) -> bool {
        self.dmarc.as_deref() == Some("fail")
    }
}

impl Tx<'_> {
    /// Records an arrival. Gives its row, or none when the same was recorded before.
    ///
    /// # Errors
    /// Those of the database.
    pub fn add_arrival(&self, new: &NewArrival<'_>) -> Result<Option<i64>> {
        let added = self
            .connection
            .prepare_cached(
                "INSERT OR IGNORE INTO arrival (message, inbox, recipient, received, sender,
                                                extension, wiring, trace, dmarc, spf)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute((
                new.message.0,
                new.inbox.as_str(),
                new.recipient.map_or("", Address::as_str),
                new.received.0,
                of_sender(new.sender),
                new.extension,
                new.wiring.as_str(),
                new.trace,
                new.dmarc,
                new.spf,
            ))?;
        Ok((added == 1).then(|| self.connection.last_insert_rowid()))
    }
}

impl Snapshot<'_> {
    /// Whom a message arrived for, first one first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn arrived_for(&self, message: MessageId) -> Result<Vec<Address>> {
        let mut select = self.connection.prepare_cached(
            "SELECT recipient FROM arrival WHERE message = ?1 AND recipient <> '' ORDER BY id",
        )?;
        let rows = select.query_map([message.0], |row| word(row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The envelope sender of a message when it first arrived.
    ///
    /// # Errors
    /// Those of the database.
    pub fn envelope_sender(&self, message: MessageId) -> Result<EnvelopeSender> {
        let first = self
            .connection
            .prepare_cached("SELECT sender FROM arrival WHERE message = ?1 ORDER BY id LIMIT 1")?
            .query_row([message.0], |row| sender(row, 0))
            .optional()?;
        Ok(first.unwrap_or(EnvelopeSender::Unknown))
    }

    /// How often a message arrived.
    ///
    /// # Errors
    /// Those of the database.
    pub fn count_arrivals(&self, message: MessageId) -> Result<usize> {
        let sql = "SELECT count(*) FROM arrival WHERE message = ?1";
        let count: i64 =
            self.connection.prepare_cached(sql)?.query_row([message.0], |row| row.get(0))?;
        Ok(usize::try_from(count)?)
    }

    /// All arrivals of a message, first one first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn arrivals(&self, message: MessageId) -> Result<Vec<StoredArrival>> {
        let mut select = self.connection.prepare_cached(
            "SELECT id, inbox, recipient, received, sender, wiring, dmarc, spf
             FROM arrival WHERE message = ?1 ORDER BY id",
        )?;
        let rows = select.query_map([message.0], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The first arrival of a message in an inbox.
    ///
    /// # Errors
    /// Those of the database.
    pub fn arrival_in(
        &self,
        message: MessageId,
        inbox: &InboxName,
    ) -> Result<Option<StoredArrival>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT id, inbox, recipient, received, sender, wiring, dmarc, spf
                 FROM arrival WHERE message = ?1 AND inbox = ?2 ORDER BY id LIMIT 1",
            )?
            .query_row((message.0, inbox.as_str()), read)
            .optional()?)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredArrival> {
    Ok(StoredArrival {
        id: row.get(0)?,
        inbox: word(row, 1)?,
        recipient: recipient(row, 2)?,
        received: Time(row.get(3)?),
        sender: sender(row, 4)?,
        wiring: row.get(5)?,
        dmarc: row.get(6)?,
        spf: row.get(7)?,
    })
}
