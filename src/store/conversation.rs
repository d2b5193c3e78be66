//! Conversations: the projection that events make.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use rusqlite::{OptionalExtension, Row as SqlRow};

use super::column::{time_or_none, unreadable, word, word_or_none};
use super::line::Line;
use super::related::Related;
use super::{Snapshot, Tx};
use crate::domain::{
    Assignee, Change, Conversation, InboxName, Mailbox, MessageId, Number, Priority, Seq, Status,
    Tag, Time,
};

/// A conversation with what stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The conversation.
    pub conversation: Conversation,
    /// Subject of its first message.
    pub subject: String,
    /// The contact.
    pub from: Option<Mailbox>,
    /// How many messages are shown in it.
    pub messages: i64,
    /// The conversations that are merged into it.
    pub merged: Vec<Number>,
    /// How many messages look like the one before: alerts that repeat.
    pub repeats: i64,
    /// Whether the sender of a mail in it is not verified: DMARC failed (R76).
    pub is_doubtful: bool,
    /// Other conversations that it has to do with.
    pub related: Vec<Related>,
}

const COLUMNS: &str = "number, inbox, status, snoozed_until, keep_on_reply, assignee, priority, \
                       root, first_message, opened, closed, purged, waiting_since, last_person, \
                       changed, seq";

impl Tx<'_> {
    /// A conversation with the next number; its first events, which are the caller's to record at
    /// once, bring it into the store.
    ///
    /// # Errors
    /// Those of the database.
    pub fn begin_conversation(&self, inbox: &InboxName, opened: Time) -> Result<Conversation> {
        let number = Number(self.next_id("conversation")?);
        Ok(Conversation::new(number, inbox.clone(), opened))
    }

    /// Writes the row of a new conversation as its events made it.
    pub(super) fn insert(&self, c: &Conversation) -> Result<()> {
        self.write_row(
            "INSERT INTO conversation (number, inbox, status, snoozed_until, keep_on_reply,
                                       assignee, priority, root, first_message, opened, closed,
                                       purged, waiting_since, last_person, changed, seq)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            c,
        )
    }

    /// Writes the row of a conversation as its events made it.
    pub(super) fn save(&self, c: &Conversation) -> Result<()> {
        self.write_row(
            "UPDATE conversation
             SET inbox = ?2, status = ?3, snoozed_until = ?4, keep_on_reply = ?5, assignee = ?6,
                 priority = ?7, root = ?8, first_message = ?9, opened = ?10, closed = ?11,
                 purged = ?12, waiting_since = ?13, last_person = ?14, changed = ?15, seq = ?16
             WHERE number = ?1",
            c,
        )
    }

    fn write_row(&self, sql: &str, c: &Conversation) -> Result<()> {
        let (until, keep) = match c.status {
            Status::Snoozed { until, keep_on_reply } => (Some(until.0), keep_on_reply),
            _ => (None, false),
        };
        self.connection.prepare_cached(sql)?.execute(rusqlite::params![
            c.number.0,
            c.inbox.as_str(),
            c.status.as_str(),
            until,
            keep,
            c.assignee.as_ref().map(ToString::to_string),
            c.priority as i64,
            c.root.0,
            c.first_message.map(|m| m.0),
            c.opened.0,
            c.closed.map(|t| t.0),
            c.purged.map(|t| t.0),
            c.waiting_since.map(|t| t.0),
            c.last_person.0,
            c.changed.0,
            c.seq.0,
        ])?;
        Ok(())
    }

    /// Writes the side rows of one change: tags and fields.
    pub(super) fn save_sides(&self, number: Number, change: &Change) -> Result<()> {
        match change {
            Change::Undid { of, .. } => {
                return of.inverse().map_or(Ok(()), |change| self.save_sides(number, &change));
            }
            Change::TagSet { tag, on: true } => self
                .connection
                .prepare_cached("INSERT OR IGNORE INTO conversation_tag VALUES (?1, ?2)")?
                .execute((number.0, tag.as_str()))?,
            Change::TagSet { tag, on: false } => self
                .connection
                .prepare_cached(
                    "DELETE FROM conversation_tag WHERE conversation = ?1 AND tag = ?2",
                )?
                .execute((number.0, tag.as_str()))?,
            Change::FieldSet { name, new: Some(value), .. } => self
                .connection
                .prepare_cached("INSERT OR REPLACE INTO conversation_field VALUES (?1, ?2, ?3)")?
                .execute((number.0, name.as_str(), value))?,
            Change::FieldSet { name, new: None, .. } => self
                .connection
                .prepare_cached(
                    "DELETE FROM conversation_field WHERE conversation = ?1 AND name = ?2",
                )?
                .execute((number.0, name.as_str()))?,
            _ => 0,
        };
        Ok(())
    }
}

impl Snapshot<'_> {
    /// A conversation by its number.
    ///
    /// # Errors
    /// Those of the database.
    pub fn conversation(&self, number: Number) -> Result<Option<Conversation>> {
        let found = self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM conversation WHERE number = ?1"))?
            .query_row([number.0], read)
            .optional()?;
        let Some(mut conversation) = found else { return Ok(None) };
        conversation.tags = self.tags(number)?;
        conversation.fields = self.fields(number)?;
        Ok(Some(conversation))
    }

    /// Where a conversation is shown; none when there is no such conversation.
    ///
    /// # Errors
    /// Those of the database.
    pub fn root(&self, number: Number) -> Result<Option<Number>> {
        Ok(self
            .connection
            .prepare_cached("SELECT root FROM conversation WHERE number = ?1")?
            .query_row([number.0], |row| row.get(0).map(Number))
            .optional()?)
    }

    /// The conversations that are merged into one, lowest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn merged_into(&self, number: Number) -> Result<Vec<Number>> {
        let mut select = self.connection.prepare_cached(
            "SELECT number FROM conversation WHERE root = ?1 AND root <> number ORDER BY number",
        )?;
        let rows = select.query_map([number.0], |row| row.get(0).map(Number))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether some conversation is in an inbox, as it is called or was.
    ///
    /// # Errors
    /// Those of the database.
    pub fn has_inbox(&self, inbox: &InboxName) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM conversation WHERE inbox = ?1)";
        Ok(self.connection.query_row(sql, [inbox.as_str()], |row| row.get(0))?)
    }

    /// Whether some conversation is assigned to an agent or team, as it is called or was.
    ///
    /// # Errors
    /// Those of the database.
    pub fn has_assignee(&self, assignee: &Assignee) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM conversation WHERE assignee = ?1)";
        Ok(self.connection.query_row(sql, [assignee.to_string()], |row| row.get(0))?)
    }

    /// Every number, lowest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn numbers(&self) -> Result<Vec<Number>> {
        let mut select =
            self.connection.prepare_cached("SELECT number FROM conversation ORDER BY number")?;
        let rows = select.query_map([], |row| row.get(0).map(Number))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A conversation with what stands for it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn row(&self, number: Number) -> Result<Option<Row>> {
        let Some(conversation) = self.conversation(number)? else { return Ok(None) };
        let Some(Line { subject, from, repeats, is_doubtful, .. }) = self.lines(&[number])?.pop()
        else {
            return Ok(None);
        };
        let messages = self
            .connection
            .prepare_cached(
                "SELECT count(DISTINCT message) FROM entry
                 WHERE conversation IN (SELECT conversation FROM member WHERE root = ?1)",
            )?
            .query_row([number.0], |row| row.get(0))?;
        let merged = self.merged_into(number)?;
        let related = self.related(number, &merged)?;
        Ok(Some(Row {
            conversation,
            subject,
            from,
            messages,
            merged,
            repeats,
            is_doubtful,
            related,
        }))
    }

    fn tags(&self, number: Number) -> Result<BTreeSet<Tag>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT tag FROM conversation_tag WHERE conversation = ?1")?;
        let rows = select.query_map([number.0], |row| word(row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn fields(&self, number: Number) -> Result<BTreeMap<crate::domain::FieldName, String>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT name, value FROM conversation_field WHERE conversation = ?1")?;
        let rows = select.query_map([number.0], |row| Ok((word(row, 0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// The status in a column, with the two behind it that say how long it is put aside.
pub(super) fn status(row: &SqlRow<'_>, column: usize) -> rusqlite::Result<Status> {
    Ok(match row.get_ref(column)?.as_str()? {
        "open" => Status::Open,
        "pending" => Status::Pending,
        "snoozed" => Status::Snoozed {
            until: Time(row.get(column + 1)?),
            keep_on_reply: row.get(column + 2)?,
        },
        "closed" => Status::Closed,
        "spam" => Status::Spam,
        other => return Err(unreadable(column, &format!("'{other}' is no status"))),
    })
}

pub(super) fn priority(row: &SqlRow<'_>, column: usize) -> rusqlite::Result<Priority> {
    let priority: i64 = row.get(column)?;
    let known = Priority::ALL.into_iter().find(|p| *p as i64 == priority);
    known.ok_or_else(|| unreadable(column, &format!("{priority} is no priority")))
}

fn read(row: &SqlRow<'_>) -> rusqlite::Result<Conversation> {
    let time = |column| row.get(column).map(Time);
    Ok(Conversation {
        number: Number(row.get(0)?),
        inbox: word(row, 1)?,
        status: status(row, 2)?,
        assignee: word_or_none(row, 5)?,
        priority: priority(row, 6)?,
        tags: BTreeSet::new(),
        fields: BTreeMap::new(),
        root: Number(row.get(7)?),
        first_message: row.get::<_, Option<i64>>(8)?.map(MessageId),
        opened: time(9)?,
        closed: time_or_none(row, 10)?,
        purged: time_or_none(row, 11)?,
        waiting_since: time_or_none(row, 12)?,
        last_person: time(13)?,
        changed: time(14)?,
        seq: Seq(row.get(15)?),
    })
}
