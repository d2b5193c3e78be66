//! Notes: internal text. Nothing that composes mail to a participant calls this.

use anyhow::Result;

use super::column::word;
use super::{Snapshot, Tx};
use crate::domain::{Actor, NoteId, Number, Time};

/// A note as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// When it was written.
    pub at: Time,
    /// Who wrote it.
    pub author: Actor,
    /// The text.
    pub text: String,
}

impl Tx<'_> {
    /// Keeps the text of a note; the event is the caller's to record.
    pub(super) fn add_note(
        &self,
        conversation: Number,
        author: &Actor,
        text: &str,
    ) -> Result<NoteId> {
        self.connection
            .prepare_cached(
                "INSERT INTO note (conversation, at, author, text) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((conversation.0, self.now().0, author.to_string(), text))?;
        Ok(NoteId(self.connection.last_insert_rowid()))
    }
}

impl Snapshot<'_> {
    /// How many notes were written in a conversation itself.
    ///
    /// # Errors
    /// Those of the database.
    pub fn note_count(&self, conversation: Number) -> Result<usize> {
        let count: i64 = self
            .connection
            .prepare_cached("SELECT count(*) FROM note WHERE conversation = ?1")?
            .query_row([conversation.0], |row| row.get(0))?;
        Ok(usize::try_from(count)?)
    }

    /// The notes of a conversation that nobody took back, first one first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn notes(&self, conversation: Number) -> Result<Vec<Note>> {
        let mut select = self.connection.prepare_cached(
            "SELECT id, at, author, text FROM note
             WHERE conversation IN (SELECT conversation FROM member WHERE root = ?1)
               AND id NOT IN (SELECT json_extract(data, '$.of.note') FROM event
                              WHERE conversation IN (SELECT conversation FROM member
                                                     WHERE root = ?1)
                                AND kind = 'undid'
                                AND json_extract(data, '$.of.note') IS NOT NULL)
             ORDER BY id",
        )?;
        let rows = select.query_map([conversation.0], |row| {
            Ok(Note {
                id: NoteId(row.get(0)?),
                at: Time(row.get(1)?),
                author: word(row, 2)?,
                text: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
