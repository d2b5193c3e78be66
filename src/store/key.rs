//! Keys of correlations: a projection of the events that found them.

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::OptionalExtension;

use super::entry::candidate;
use super::{Snapshot, Tx};
use crate::domain::threading::Candidate;
use crate::domain::{Change, InboxName, MessageId, Number, Time};

impl Tx<'_> {
    /// Keeps the key of a message, as the change says.
    pub(super) fn save_key(
        &self,
        number: Number,
        inbox: &InboxName,
        change: &Change,
    ) -> Result<()> {
        let Change::Keyed { message, rule, key, written } = change else { return Ok(()) };
        self.connection
            .prepare_cached(
                "INSERT INTO correlation (conversation, message, inbox, rule, key, written)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((
                number.0,
                message.0,
                inbox.as_str(),
                rule,
                key,
                written.map(|written| written.0),
            ))?;
        Ok(())
    }
}

pub(super) const OF_KEY: &str =
    "SELECT correlation.message, shown.number, shown.inbox, shown.closed,
            EXISTS (SELECT 1 FROM member JOIN participant USING (conversation)
                    WHERE member.root = shown.number AND participant.person = ?4)
     FROM correlation
     CROSS JOIN entry ON entry.message = correlation.message
     CROSS JOIN conversation AS home ON home.number = entry.conversation
     CROSS JOIN conversation AS shown ON shown.number = home.root
     WHERE correlation.inbox = ?1 AND correlation.rule = ?2 AND correlation.key = ?3
       AND shown.inbox = ?1
     ORDER BY correlation.message DESC LIMIT 1";

pub(super) const LAST_WRITTEN: &str = "SELECT max(written) FROM correlation
     WHERE inbox = ?1 AND rule = ?2 AND key = ?3 AND written IS NOT NULL";

impl Snapshot<'_> {
    /// Where the last message with a key has its home.
    ///
    /// # Errors
    /// Those of the database.
    pub fn home_by_key(
        &self,
        inbox: &InboxName,
        rule: &str,
        key: &str,
        sender: &str,
    ) -> Result<Option<Candidate>> {
        let mut select = self.connection.prepare_cached(OF_KEY)?;
        Ok(select.query_row((inbox.as_str(), rule, key, sender), candidate).optional()?)
    }

    /// When the latest message with a key was written, as far as their Dates tell.
    ///
    /// # Errors
    /// Those of the database.
    pub fn last_written(&self, inbox: &InboxName, rule: &str, key: &str) -> Result<Option<Time>> {
        let mut select = self.connection.prepare_cached(LAST_WRITTEN)?;
        let last = select.query_row((inbox.as_str(), rule, key), |row| row.get(0))?;
        Ok(Option::map(last, Time))
    }

    /// The keys in a conversation: of each message that has one, the rule and the key.
    ///
    /// # Errors
    /// Those of the database.
    pub fn keys_in(&self, number: Number) -> Result<BTreeMap<MessageId, (String, String)>> {
        let mut select = self.connection.prepare_cached(
            "SELECT message, rule, key FROM correlation
             WHERE conversation IN (SELECT conversation FROM member WHERE root = ?1)",
        )?;
        let rows = select.query_map([number.0], |row| {
            Ok((MessageId(row.get(0)?), (row.get(1)?, row.get(2)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The key of a message in a conversation: the rule and the key.
    ///
    /// # Errors
    /// Those of the database.
    pub fn key_of(&self, message: MessageId, home: Number) -> Result<Option<(String, String)>> {
        let mut select = self.connection.prepare_cached(
            "SELECT rule, key FROM correlation WHERE conversation = ?1 AND message = ?2",
        )?;
        let row = select.query_row((home.0, message.0), |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(row.optional()?)
    }

    /// How many messages of a conversation look like the one before: the same key and subject.
    ///
    /// # Errors
    /// Those of the database.
    pub fn repeats_in(&self, number: Number) -> Result<i64> {
        let mut select = self.connection.prepare_cached(
            "SELECT count(*) FROM (
                 SELECT rule, key, subject,
                        lag(rule) OVER later AS rule_before,
                        lag(key) OVER later AS key_before,
                        lag(subject) OVER later AS subject_before
                 FROM entry
                 JOIN message ON message.id = entry.message
                 LEFT JOIN correlation ON correlation.conversation = entry.conversation
                                      AND correlation.message = entry.message
                 WHERE entry.conversation IN (SELECT conversation FROM member WHERE root = ?1)
                   AND EXISTS (SELECT 1 FROM correlation
                               WHERE conversation IN (SELECT conversation FROM member
                                                      WHERE root = ?1))
                 WINDOW later AS (ORDER BY entry.message))
             WHERE rule = rule_before AND key = key_before AND subject = subject_before",
        )?;
        Ok(select.query_row([number.0], |row| row.get(0))?)
    }
}
