//! Forgetting: texts, bytes and people go; identities, ids and the log stay.

use std::collections::BTreeSet;

use anyhow::Result;
use rusqlite::OptionalExtension;

use super::{Snapshot, Tx};
use crate::domain::{Change, EventId, InboxName, MessageId, Number, OutboxId};

/// What holds something of a message, each statement with its id as `?1`.
const OF_MESSAGE: [&str; 12] = [
    "DELETE FROM raw WHERE message = ?1",
    "DELETE FROM packed WHERE message = ?1",
    "DELETE FROM message_address WHERE message = ?1",
    "DELETE FROM reference WHERE message = ?1",
    "DELETE FROM message_alias WHERE message = ?1",
    "DELETE FROM message_defect WHERE message = ?1",
    "DELETE FROM message_bounce WHERE message = ?1",
    "DELETE FROM search WHERE rowid = ?1",
    "DELETE FROM autoreply WHERE message = ?1",
    "UPDATE arrival SET sender = NULL, extension = NULL, trace = '' WHERE message = ?1",
    "DELETE FROM outbox_recipient
     WHERE outbox IN (SELECT id FROM outbox WHERE outbox.message = ?1)",
    "UPDATE outbox SET error = NULL WHERE message = ?1",
];

/// Pages of the search index that are merged in one transaction: others write in between.
const MERGED_AT_ONCE: i64 = 1000;

/// Where a merge of the search index stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeStep {
    /// It begins: all of the index is to become one.
    First,
    /// It goes on.
    Next,
}

impl Tx<'_> {
    /// Forgets messages but for their identity. Packs that they lay in are made anew without them.
    ///
    /// # Errors
    /// Those of the database; a pack that cannot be read.
    pub fn forget_messages(&self, messages: &BTreeSet<MessageId>, by: EventId) -> Result<()> {
        let mut packs = BTreeSet::new();
        for message in messages {
            packs.extend(self.pack_of(*message)?);
            self.forget_message(*message, by)?;
        }
        packs.into_iter().try_for_each(|pack| self.pack_anew(pack))
    }

    fn forget_message(&self, message: MessageId, by: EventId) -> Result<()> {
        for sql in OF_MESSAGE {
            self.connection.prepare_cached(sql)?.execute([message.0])?;
        }
        self.connection
            .prepare_cached(
                "UPDATE message
                 SET raw_hash = x'', date = NULL, message_id = NULL, subject = '', attachments = 0,
                     indexed = 1, purged = ?2
                 WHERE id = ?1",
            )?
            .execute((message.0, by.0))?;
        Ok(())
    }

    /// Forgets the texts of the notes of a conversation, the keys that were found in its mail, and
    /// what waits to be routed there.
    ///
    /// # Errors
    /// Those of the database.
    pub fn forget_texts(&self, number: Number) -> Result<()> {
        for sql in [
            "UPDATE note SET text = '' WHERE conversation = ?1",
            "UPDATE event SET data = json_set(data, '$.key', '')
             WHERE conversation = ?1 AND kind = 'keyed'",
            "DELETE FROM unrouted WHERE conversation = ?1",
        ] {
            self.connection.prepare_cached(sql)?.execute([number.0])?;
        }
        Ok(())
    }

    /// Merges a part of the search index into one, as FTS5 does with `optimize`, so that it drops the
    /// words of what was deleted. Gives whether there is more to merge.
    ///
    /// # Errors
    /// Those of the database.
    pub fn merge_index(&self, step: MergeStep) -> Result<bool> {
        let pages = match step {
            MergeStep::First => -MERGED_AT_ONCE,
            MergeStep::Next => MERGED_AT_ONCE,
        };
        let before = self.connection.total_changes();
        self.connection
            .prepare_cached("INSERT INTO search (search, rank) VALUES ('merge', ?1)")?
            .execute([pages])?;
        // One change is the statement itself.
        Ok(self.connection.total_changes() - before > 1)
    }

    /// Folds a purge: nothing is shown in the conversation, and nobody has a part in it.
    pub(super) fn clear_purged(&self, number: Number, change: &Change) -> Result<()> {
        if !matches!(change, Change::Purged { .. }) {
            return Ok(());
        }
        for sql in [
            "DELETE FROM entry WHERE conversation = ?1",
            "DELETE FROM related WHERE conversation = ?1",
            "DELETE FROM correlation WHERE conversation = ?1",
            "DELETE FROM participant WHERE conversation = ?1",
        ] {
            self.connection.prepare_cached(sql)?.execute([number.0])?;
        }
        Ok(())
    }
}

impl Snapshot<'_> {
    /// The conversation of an inbox in which a message had its home until that was purged.
    ///
    /// # Errors
    /// Those of the database.
    pub fn purged_home(&self, message: MessageId, inbox: &InboxName) -> Result<Option<Number>> {
        let mut select = self.connection.prepare_cached(
            "SELECT conversation.number
             FROM conversation CROSS JOIN event ON event.conversation = conversation.number
             WHERE conversation.inbox = ?1 AND conversation.purged IS NOT NULL
               AND event.kind IN ('arrived', 'queued')
               AND json_extract(event.data, '$.message') = ?2
             ORDER BY conversation.number LIMIT 1",
        )?;
        let found = select.query_row((inbox.as_str(), message.0), |row| row.get(0).map(Number));
        Ok(found.optional()?)
    }

    /// A mail of a conversation, or of what is merged into it, that has not left and was not given
    /// up.
    ///
    /// # Errors
    /// Those of the database.
    pub fn unsent_of(&self, number: Number) -> Result<Option<OutboxId>> {
        let mail = self.mail_of(number)?;
        let unsent = mail.into_iter().find(|mail| !mail.state.is_settled());
        Ok(unsent.map(|mail| mail.id))
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    /// These hold ids and nothing that a mail said, or are cleared apart.
    const NO_TEXT: [&str; 8] = [
        "arrival",
        "conversation",
        "copy",
        "correlation",
        "entry",
        "outbox",
        "related",
        "unrouted",
    ];

    #[test]
    fn no_table_that_tells_of_a_message_is_forgotten() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(include_str!("schema.sql")).unwrap();
        let mut select = connection
            .prepare(
                "SELECT DISTINCT t.name FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS f
                 WHERE t.type = 'table' AND f.\"table\" = 'message' ORDER BY 1",
            )
            .unwrap();
        let tables = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let tables: Vec<String> = tables.collect::<Result<_, _>>().unwrap();
        assert!(tables.len() > NO_TEXT.len(), "{tables:?}");
        for table in tables {
            let delete = format!("DELETE FROM {table} WHERE message = ?1");
            let known = NO_TEXT.contains(&table.as_str()) || OF_MESSAGE.contains(&delete.as_str());
            assert!(known, "purge leaves what {table} holds of a message");
        }
    }
}
