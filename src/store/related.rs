//! Conversations that have to do with each other: a projection of the events that say so. One
//! event stands in the conversation of the message that says it; both conversations tell it, so
//! that whoever names a foreign conversation changes nothing in it.

use std::iter;

use anyhow::Result;

use super::column::unreadable;
use super::{Snapshot, Tx};
use crate::domain::step::Link;
use crate::domain::{Change, MessageId, Number};

/// Most that are told of one conversation: strangers can make many.
const MOST: usize = 100;

const TOLD_HERE: &str = "SELECT other.root, how, message, EXISTS (
         SELECT 1 FROM arrival WHERE arrival.message = related.message AND dmarc = 'fail')
     FROM related JOIN conversation AS other ON other.number = related.other
     WHERE related.conversation = ?1 AND other.root <> ?2 ORDER BY related.other LIMIT ?3";
const TOLD_THERE: &str = "SELECT teller.root, how, message, EXISTS (
         SELECT 1 FROM arrival WHERE arrival.message = related.message AND dmarc = 'fail')
     FROM related JOIN conversation AS teller ON teller.number = related.conversation
     WHERE related.other = ?1 AND teller.root <> ?2 ORDER BY related.conversation LIMIT ?3";

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
    /// Whether DMARC failed for that message.
    pub is_forged: bool,
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
    /// Whether two conversations, or what is merged into them, have to do with each other,
    /// whichever says so.
    ///
    /// # Errors
    /// Those of the database.
    pub fn are_related(&self, one: Number, other: Number) -> Result<bool> {
        let mut select = self.connection.prepare_cached(
            "SELECT EXISTS (
                 SELECT 1 FROM member AS one
                 JOIN related ON related.conversation = one.conversation
                 JOIN conversation AS two ON two.number = related.other
                 WHERE one.root = ?1 AND two.root = ?2)
             OR EXISTS (
                 SELECT 1 FROM member AS one
                 JOIN related ON related.other = one.conversation
                 JOIN conversation AS two ON two.number = related.conversation
                 WHERE one.root = ?1 AND two.root = ?2)",
        )?;
        Ok(select.query_row((one.0, other.0), |row| row.get(0))?)
    }

    /// The conversations that one, or what is merged into it, `merged`, has to do with, each where
    /// it is shown, lowest number first; the first 100. What has become one has nothing to do with
    /// itself: an offer to merge is gone when it was taken.
    ///
    /// # Errors
    /// Those of the database.
    pub fn related(&self, number: Number, merged: &[Number]) -> Result<Vec<Related>> {
        let mut related = Vec::new();
        for member in iter::once(&number).chain(merged) {
            let here = self.links(TOLD_HERE, *member, number)?;
            related.extend(here.into_iter().map(|link| Related { told_by: number, ..link }));
            related.extend(self.links(TOLD_THERE, *member, number)?);
        }
        related.sort_by_key(|related| (related.number, related.how.as_str()));
        related.truncate(MOST);
        Ok(related)
    }

    /// The other conversations that a member of one has to do with, each where it is shown, as if that
    /// one told of it.
    fn links(&self, sql: &str, member: Number, root: Number) -> Result<Vec<Related>> {
        let mut select = self.connection.prepare_cached(sql)?;
        let rows = select.query_map((member.0, root.0, i64::try_from(MOST)?), |row| {
            let how: String = row.get(1)?;
            let known = Link::ALL.into_iter().find(|link| link.as_str() == how);
            let known = known.ok_or_else(|| unreadable(1, &format!("'{how}' is no link")))?;
            let number = Number(row.get(0)?);
            let (message, is_forged) = (MessageId(row.get(2)?), row.get(3)?);
            Ok(Related { number, how: known, message, told_by: number, is_forged })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
