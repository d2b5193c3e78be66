//! The event log, and the one writer of events and projection.

use anyhow::{Context, Result};
use rusqlite::{OptionalExtension, Row};

use super::column::{unreadable, word};
use super::{Snapshot, Tx};
use crate::domain::{
    Actor, BatchId, By, Change, ConfigId, Conversation, Event, EventId, MessageId, Number, Reason,
    Seq, Time,
};

/// Who does something and why: what the events of one act have in common.
#[derive(Debug, Clone)]
pub struct Act<'a> {
    /// The one who acts.
    pub actor: &'a Actor,
    /// Why.
    pub reason: &'a Reason,
    /// The event that led to it.
    pub cause: Option<EventId>,
    /// When it happened.
    pub effective: Time,
}

impl Tx<'_> {
    /// Appends changes to the log of a conversation and folds them into its projection: the only
    /// way in which a conversation changes.
    ///
    /// # Errors
    /// Those of the database.
    pub fn record(
        &self,
        conversation: &mut Conversation,
        act: &Act<'_>,
        changes: &[Change],
    ) -> Result<Vec<Event>> {
        let is_new = !conversation.has_begun();
        let mut events = Vec::with_capacity(changes.len());
        for change in changes {
            let event = self.event_of(conversation, act, change)?;
            conversation.apply(&event);
            events.push(event);
        }
        if events.is_empty() {
            return Ok(events);
        }
        // The row first, for all others name it.
        match is_new {
            true => self.insert(conversation)?,
            false => self.save(conversation)?,
        }
        for event in &events {
            self.append(event)?;
            self.project(conversation, event)?;
            if let Change::Arrived { message, .. } | Change::Queued { message, .. } = event.change {
                // What it repeats is said in its first home, maybe not in this one.
                self.index_anew(message)?;
            }
        }
        Ok(events)
    }

    /// Folds an event of a conversation into the tables beside its row, and into no other: a check
    /// folds into copies of them.
    pub(super) fn project(&self, conversation: &Conversation, event: &Event) -> Result<()> {
        let change = &event.change;
        self.save_sides(conversation.number, change)?;
        self.save_entry(event)?;
        self.save_copy(change)?;
        self.save_related(conversation.number, change)?;
        self.save_key(conversation.number, &conversation.inbox, change)?;
        self.clear_purged(conversation.number, change)?;
        self.fold_participants(conversation, change)
    }

    /// Writes a note, and the event that says so.
    ///
    /// # Errors
    /// Those of the database.
    pub fn record_note(
        &self,
        conversation: &mut Conversation,
        act: &Act<'_>,
        text: &str,
    ) -> Result<Vec<Event>> {
        let note = self.add_note(conversation.number, act.actor, text)?;
        self.record(conversation, act, &[Change::Noted { note }])
    }

    /// The event that makes this change of a conversation, the next one of the log.
    fn event_of(
        &self,
        conversation: &Conversation,
        act: &Act<'_>,
        change: &Change,
    ) -> Result<Event> {
        let id = self.next_event()?;
        let batch = self.batch.get().unwrap_or(BatchId(id.0));
        self.batch.set(Some(batch));
        Ok(Event {
            id,
            conversation: conversation.number,
            seq: conversation.seq.next(),
            at: self.now(),
            effective: act.effective,
            by: By {
                actor: act.actor.clone(),
                via: self.via.to_owned(),
                reason: act.reason.clone(),
                cause: act.cause,
                batch,
                config: self.config()?,
            },
            change: change.clone(),
        })
    }

    /// Nobody else writes meanwhile, so the number is asked for once.
    fn next_event(&self) -> Result<EventId> {
        let id = match self.next_event.get() {
            Some(id) => id,
            None => EventId(self.next_id("event")?),
        };
        self.next_event.set(Some(EventId(id.0 + 1)));
        Ok(id)
    }

    fn append(&self, event: &Event) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO event (id, conversation, seq, at, effective, actor, via, reason, cause,
                                    batch, config, kind, v, data)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute(rusqlite::params![
                event.id.0,
                event.conversation.0,
                event.seq.0,
                event.at.0,
                event.effective.0,
                event.by.actor.to_string(),
                event.by.via,
                serde_json::to_string(&event.by.reason)?,
                event.by.cause.map(|cause| cause.0),
                event.by.batch.0,
                event.by.config.0,
                event.change.kind(),
                Change::VERSION,
                event.change.data()?.to_string(),
            ])?;
        Ok(())
    }
}

/// The columns that [`read`] expects.
const COLUMNS: &str =
    "id, conversation, seq, at, effective, actor, via, reason, cause, batch, config, kind, v, data";

impl Snapshot<'_> {
    /// The events of a conversation in their order.
    ///
    /// # Errors
    /// Those of the database, and of an event that this version cannot read.
    pub fn events(&self, conversation: Number) -> Result<Vec<Event>> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM event WHERE conversation = ?1 ORDER BY seq"
        ))?;
        let rows = select.query_map([conversation.0], read)?;
        rows.collect::<Result<_, _>>()
            .with_context(|| format!("events of conversation {conversation}"))
    }

    /// One event.
    ///
    /// # Errors
    /// Those of the database, and of an event that this version cannot read.
    pub fn event(&self, id: EventId) -> Result<Option<Event>> {
        Ok(self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM event WHERE id = ?1"))?
            .query_row([id.0], read)
            .optional()?)
    }

    /// The events of one command, in order of recording.
    ///
    /// # Errors
    /// Those of the database, and of an event that this version cannot read.
    pub fn batch(&self, batch: BatchId) -> Result<Vec<Event>> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM event WHERE id IN (?1, ?1 + 1) AND batch = ?1
             UNION ALL
             SELECT {COLUMNS} FROM event WHERE batch = ?1 AND batch < id - 1
             ORDER BY id"
        ))?;
        let rows = select.query_map([batch.0], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The event by which a message came to its home or was queued there.
    ///
    /// # Errors
    /// Those of the database.
    pub fn event_of_message(
        &self,
        message: MessageId,
        conversation: Number,
    ) -> Result<Option<Event>> {
        Ok(self
            .connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM event
                 WHERE id = (SELECT event FROM entry WHERE message = ?1 AND conversation = ?2)"
            ))?
            .query_row((message.0, conversation.0), read)
            .optional()?)
    }

    /// Hands out the events of the whole desk, conversation by conversation.
    ///
    /// # Errors
    /// Those of the database and of the taker.
    pub fn each_log(&self, mut take: impl FnMut(Number, &[Event]) -> Result<()>) -> Result<()> {
        let mut select = self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM event ORDER BY conversation, seq"))?;
        let mut rows = select.query([])?;
        let mut log: Vec<Event> = Vec::new();
        while let Some(row) = rows.next()? {
            let event = read(row)?;
            if let Some(first) = log.first()
                && first.conversation != event.conversation
            {
                take(first.conversation, &log)?;
                log.clear();
            }
            log.push(event);
        }
        if let Some(first) = log.first() {
            take(first.conversation, &log)?;
        }
        Ok(())
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Event> {
    let reason: String = row.get(7)?;
    let reason: Reason = serde_json::from_str(&reason).map_err(|e| unreadable(7, &e))?;
    let (kind, version, data): (String, i64, String) = (row.get(11)?, row.get(12)?, row.get(13)?);
    Ok(Event {
        id: EventId(row.get(0)?),
        conversation: Number(row.get(1)?),
        seq: Seq(row.get(2)?),
        at: Time(row.get(3)?),
        effective: Time(row.get(4)?),
        by: By {
            actor: word(row, 5)?,
            via: row.get(6)?,
            reason,
            cause: row.get::<_, Option<i64>>(8)?.map(EventId),
            batch: BatchId(row.get(9)?),
            config: ConfigId(row.get(10)?),
        },
        change: Change::from_parts(&kind, version, &data).map_err(|e| unreadable(13, &e))?,
    })
}
