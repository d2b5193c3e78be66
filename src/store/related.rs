//! Conversations that have to do with each other: a projection of the events that say so. One
//! event stands in the conversation of the message that says it; both conversations tell it, so
//! that whoever names a foreign conversation changes nothing in it.

use anyhow::Result;

use super::column::unreadable;
use super::{Snapshot, Tx};
use crate::domain::event::Link;
use crate::domain::{Change, MessageId, Number};

/// Most that are told of one conversation: strangers can make many.
const MOST: usize = 100;

/// Another conversation, seen from one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The other one.
    pub number: Number,
    /// How they have to do with each other.
    pub how: Link,
    /// The message that says so.
    pub message: MessageId,
    /// Which of the two that message is in.
    pub told_by: Number,
}

impl Tx<'_> {
    /// Links two conversations, as the change says.
    pub(super) fn save_related(&self, number: Number, change: &Change) -> Result<()> {
        let Some((other, how, message)) = change.link() else { return Ok(()) };
        self.connection
            .prepare_cached(
                "INSERT OR IGNORE INTO related (conversation, other, how, message)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((number.0, other.0, how.as_str(), message.0))?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// Whether two conversations have to do with each other, whichever says so.
    ///
    /// # Errors
    /// Those of the database.
    pub fn are_related(&self, one: Number, other: Number) -> Result<bool> {
        let mut select = self.connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM related WHERE conversation = ?1 AND other = ?2)
                 OR EXISTS (SELECT 1 FROM related WHERE conversation = ?2 AND other = ?1)",
        )?;
        Ok(select.query_row((one.0, other.0), |row| row.get(0))?)
    }

    /// The conversations that one has to do with, lowest number first; the first 100.
    ///
    /// # Errors
    /// Those of the database.
    pub fn related(&self, number: Number) -> Result<Vec<Related>> {
        let mut select = self.connection.prepare_cached(
            "SELECT other AS number, how, message, conversation FROM related
             WHERE conversation = ?1
             UNION ALL
             SELECT conversation, how, message, conversation FROM related WHERE other = ?1
             ORDER BY number, how LIMIT ?2",
        )?;
        let rows = select.query_map((number.0, i64::try_from(MOST)?), |row| {
            let how: String = row.get(1)?;
            let known = Link::ALL.into_iter().find(|link| link.as_str() == how);
            Ok(Related {
                number: Number(row.get(0)?),
                how: known.ok_or_else(|| unreadable(1, &format!("'{how}' is no link")))?,
                message: MessageId(row.get(2)?),
                told_by: Number(row.get(3)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
