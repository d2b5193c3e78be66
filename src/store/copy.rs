//! Copies: mail that came twice, by a list and straight; a projection of the arrivals that say so.

use std::collections::BTreeMap;

use anyhow::Result;

use super::entry::candidate;
use super::{Snapshot, Tx};
use crate::domain::threading::Candidate;
use crate::domain::{Address, Change, InboxName, MessageId, Number, Step, Time};

impl Tx<'_> {
    /// Keeps what a message is a copy of, as the change says.
    pub(super) fn save_copy(&self, change: &Change) -> Result<()> {
        let Change::Arrived { message, step, .. } = change else { return Ok(()) };
        let (Step::Copy { message: original } | Step::Direct { message: original }) = step else {
            return Ok(());
        };
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO copy (message, original) VALUES (?1, ?2)")?
            .execute((message.0, original.0))?;
        Ok(())
    }
}

pub(super) const ORIGINALS: &str =
    "SELECT entry.message, shown.number, shown.inbox, shown.closed, 1
     FROM message
     CROSS JOIN entry ON entry.message = message.id
     CROSS JOIN conversation AS home ON home.number = entry.conversation
     CROSS JOIN conversation AS shown ON shown.number = home.root
     CROSS JOIN message_address AS author
             ON author.message = message.id AND author.role = 'from' AND author.position = 0
     WHERE message.message_id = ?1 AND message.date = ?2 AND author.key = ?3
       AND (?4 IS NULL OR shown.inbox = ?4) AND message.direction = 'in' AND message.id IS NOT ?5
       AND NOT EXISTS (SELECT 1 FROM copy WHERE copy.message = message.id)
     ORDER BY message.id, shown.number LIMIT 3";

impl Snapshot<'_> {
    /// Messages of an inbox, or of all, other than this one if it is recorded, with the same Message-ID,
    /// Date and author.
    ///
    /// # Errors
    /// Those of the database.
    pub fn originals(
        &self,
        message: Option<MessageId>,
        message_id: &str,
        date: Time,
        author: &Address,
        inbox: Option<&InboxName>,
    ) -> Result<Vec<Candidate>> {
        let mut select = self.connection.prepare_cached(ORIGINALS)?;
        let inbox = inbox.map(InboxName::as_str);
        let values = (message_id, date.0, author.key(), inbox, message.map(|message| message.0));
        let rows = select.query_map(values, candidate)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Of each copy in a conversation, what it is a copy of.
    ///
    /// # Errors
    /// Those of the database.
    pub fn copies_in(&self, number: Number) -> Result<BTreeMap<MessageId, MessageId>> {
        let mut select = self.connection.prepare_cached(
            "SELECT copy.message, copy.original
             FROM entry JOIN copy ON copy.message = entry.message
             WHERE entry.conversation IN (SELECT conversation FROM member WHERE root = ?1)",
        )?;
        let rows = select
            .query_map([number.0], |row| Ok((MessageId(row.get(0)?), MessageId(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
