//! The full-text index: folded words of each message, written after delivery (DESIGN section 8).
//!
//! A message with `indexed = 0` has no row, or one that lacks the recipients of its latest arrivals
//! or what it has to say in a further home. Whoever reads the index counts such messages as possible
//! hits.

use anyhow::Result;

use super::{Snapshot, Tx};
use crate::domain::MessageId;

/// Stands between recipients, and where words of a text are left out: no word of `domain::words`, but
/// one for the tokenizer.
const BETWEEN: &str = " \u{2022} ";

/// Stands before each word of a recipient: who asks for a word anywhere does not mean them, and that
/// is told by the word, not by looking at where in the message each of its hits is.
const OF_RECIPIENT: &str = "\u{203a}";

/// The words of one message, as `domain::words` puts them in a line.
#[derive(Debug, Clone)]
pub struct IndexRow<'a> {
    /// Of its subject.
    pub subject: String,
    /// Of the name and address of its author.
    pub author: String,
    /// Of the name and address of each recipient.
    pub recipients: Vec<String>,
    /// Of its text, but for what `domain::repeat` leaves out.
    pub body: Vec<&'a str>,
}

impl Tx<'_> {
    /// Puts a message into the index, in place of what was there of it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn index(&self, message: MessageId, row: &IndexRow<'_>) -> Result<()> {
        let recipients: Vec<String> =
            row.recipients.iter().map(|words| of_recipient(words)).collect();
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO search (rowid, subject, author, recipients, body)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((
                message.0,
                &row.subject,
                &row.author,
                recipients.join(BETWEEN),
                row.body.join(BETWEEN),
            ))?;
        self.connection
            .prepare_cached("UPDATE message SET indexed = 1 WHERE id = ?1")?
            .execute([message.0])?;
        Ok(())
    }

    /// Lets a message wait to be indexed: more belongs to it than when it was, if it was.
    pub(super) fn index_anew(&self, message: MessageId) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE message SET indexed = 0 WHERE id = ?1 AND indexed = 1")?
            .execute([message.0])?;
        Ok(())
    }
}

/// Words in a row, each marked as one of a recipient.
pub(super) fn of_recipient(words: &str) -> String {
    let marked: Vec<String> =
        words.split_whitespace().map(|word| format!("{OF_RECIPIENT}{word}")).collect();
    marked.join(" ")
}

impl Snapshot<'_> {
    /// Messages that wait to be indexed, first one first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn unindexed(&self, limit: usize) -> Result<Vec<MessageId>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT id FROM message WHERE indexed = 0 ORDER BY id LIMIT ?1")?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = select.query_map([limit], |row| row.get(0).map(MessageId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The first of them, of so many bytes together; one of more stands alone.
    ///
    /// # Errors
    /// Those of the database.
    pub fn unindexed_within(&self, limit: usize, bytes: u64) -> Result<Vec<MessageId>> {
        let mut select = self.connection.prepare_cached(
            "SELECT id
             FROM (SELECT id, sum(size) OVER (ORDER BY id) AS total,
                          row_number() OVER (ORDER BY id) AS place
                   FROM (SELECT id, size FROM message WHERE indexed = 0 ORDER BY id LIMIT ?1))
             WHERE total <= ?2 OR place = 1 ORDER BY id",
        )?;
        let (limit, bytes) = (i64::try_from(limit)?, i64::try_from(bytes)?);
        let rows = select.query_map([limit, bytes], |row| row.get(0).map(MessageId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Messages that are marked as indexed but have no row in the index: none in a sound desk.
    ///
    /// # Errors
    /// Those of the database.
    pub fn lost_from_index(&self) -> Result<Vec<MessageId>> {
        let mut select = self.connection.prepare_cached(
            "SELECT id FROM message
             WHERE indexed = 1 AND purged IS NULL
               AND NOT EXISTS (SELECT 1 FROM search_docsize WHERE search_docsize.id = message.id)
             ORDER BY id",
        )?;
        let rows = select.query_map([], |row| row.get(0).map(MessageId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
