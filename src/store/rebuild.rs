//! Proving the projection: folded anew from the events, and compared with what is there.

use std::cell::Cell;
use std::collections::BTreeMap;

use anyhow::{Context, Result};
use rusqlite::{Connection, Row};

use super::pack::Unpacked;
use super::{ConfigText, Finding, Snapshot, Store, Tx};
use crate::domain::{Change, Conversation, Event, EventId, Number, Time};

/// The projection: what events make, and nothing else.
const PROJECTION: [(&str, &[&str]); 8] = [
    ("conversation", &["number"]),
    ("conversation_tag", &["conversation", "tag"]),
    ("conversation_field", &["conversation", "name"]),
    ("entry", &["conversation", "message"]),
    ("copy", &["message", "original"]),
    ("related", &["conversation", "other", "how"]),
    ("correlation", &["conversation", "message"]),
    ("participant", &["conversation", "person"]),
];

impl Store {
    /// Folds all events into an empty copy, by the statements that write the projection, and
    /// compares every column of every row. The copy are temporary tables, which hide the real ones
    /// of the same names from unqualified statements; the store itself is only read.
    ///
    /// # Errors
    /// Those of the database.
    pub fn rebuild(&self) -> Result<Vec<Finding>> {
        // The copy refers to messages, which have no copy.
        self.connection.execute_batch("PRAGMA foreign_keys = OFF")?;
        let transaction = self.connection.unchecked_transaction()?;
        for (table, _) in PROJECTION {
            let sql: String = transaction.query_row(
                "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1",
                [table],
                |row| row.get(0),
            )?;
            transaction.execute_batch(&sql.replacen("CREATE TABLE", "CREATE TEMP TABLE", 1))?;
        }
        let text = ConfigText { hash: [0; 32], text: String::new() };
        let unpacked = Unpacked::default();
        let tx = Tx::reading(&transaction, &text, &unpacked);
        let mut found = Vec::new();
        for (number, ids) in tx.logs()? {
            let (events, unreadable) = tx.readable(&ids);
            if unreadable.is_empty() {
                if let Err(error) = refold(&tx, number, &events) {
                    let place = format!("conversation {number}");
                    found.push(Finding::new(place, format!("{error:#}")));
                }
            } else {
                tx.take_over(number)?;
            }
            found.extend(unreadable);
        }
        for (table, key) in PROJECTION {
            found.extend(tx.compare(table, key)?);
        }
        transaction.rollback()?;
        self.connection.execute_batch("PRAGMA foreign_keys = ON")?;
        Ok(found)
    }
}

/// One conversation, from its events into the copy.
fn refold(tx: &Tx<'_>, number: Number, events: &[Event]) -> Result<()> {
    let first = events.first().context("no event")?;
    let Change::Opened { inbox } = &first.change else {
        anyhow::bail!("its first event does not open it");
    };
    let mut conversation = Conversation::new(number, inbox.clone(), first.effective);
    events.iter().for_each(|event| conversation.apply(event));
    tx.insert(&conversation)?;
    events.iter().try_for_each(|event| tx.project(&conversation, event))
}

impl<'a> Tx<'a> {
    /// A transaction over a copy; nothing that it records would count.
    fn reading(connection: &'a Connection, config: &'a ConfigText, unpacked: &'a Unpacked) -> Self {
        Tx {
            snapshot: Snapshot { connection, unpacked },
            now: Time(0),
            via: "check",
            config_text: config,
            config: Cell::new(None),
            batch: Cell::new(None),
            next_event: Cell::new(None),
        }
    }

    /// The ids of the events of each conversation, in their order.
    fn logs(&self) -> Result<BTreeMap<Number, Vec<EventId>>> {
        let mut logs: BTreeMap<Number, Vec<EventId>> = BTreeMap::new();
        let mut select = self
            .connection
            .prepare("SELECT conversation, id FROM event ORDER BY conversation, seq")?;
        for row in select.query_map([], |row| Ok((Number(row.get(0)?), EventId(row.get(1)?))))? {
            let (number, id) = row?;
            logs.entry(number).or_default().push(id);
        }
        Ok(logs)
    }

    /// The events that can be read, and a finding for each that cannot.
    fn readable(&self, ids: &[EventId]) -> (Vec<Event>, Vec<Finding>) {
        let (mut events, mut found) = (Vec::new(), Vec::new());
        for &id in ids {
            match self.event(id) {
                Ok(event) => events.extend(event),
                Err(error) => {
                    let words = format!("it cannot be read: {error}");
                    found.push(Finding::new(format!("event {id}"), words));
                }
            }
        }
        (events, found)
    }

    /// What the events of a conversation make cannot be told: its rows are taken as they are.
    fn take_over(&self, number: Number) -> Result<()> {
        for (table, _) in PROJECTION {
            let its = match table {
                "conversation" => "number = ?1",
                // A copy may stand in two conversations.
                "copy" => "message IN (SELECT message FROM main.entry WHERE conversation = ?1)",
                _ => "conversation = ?1",
            };
            self.connection.execute(
                &format!(
                    "INSERT OR IGNORE INTO temp.{table} SELECT * FROM main.{table} WHERE {its}"
                ),
                [number.0],
            )?;
        }
        Ok(())
    }

    /// Rows that only one side has, and columns that differ. The names come from our own schema.
    fn compare(&self, table: &str, key: &[&str]) -> Result<Vec<Finding>> {
        let same_key =
            key.iter().map(|k| format!("a.{k} = b.{k}")).collect::<Vec<_>>().join(" AND ");
        let place = key.iter().map(|k| format!("'{k} ' || a.{k}")).collect::<Vec<_>>();
        let place = format!("'{table} ' || {}", place.join(" || ' ' || "));
        let mut found = Vec::new();
        for (a, b, words) in [
            ("main", "temp", "no event made this row"),
            ("temp", "main", "the events make this row, but it is missing"),
        ] {
            let sql = format!(
                "SELECT {place} FROM {a}.{table} AS a
                 WHERE NOT EXISTS (SELECT 1 FROM {b}.{table} AS b WHERE {same_key})"
            );
            let mut select = self.connection.prepare(&sql)?;
            for place in select.query_map([], |row| row.get::<_, String>(0))? {
                found.push(Finding::new(place?, words));
            }
        }
        let mut columns =
            self.connection.prepare("SELECT name FROM pragma_table_info(?1, 'main')")?;
        let columns = columns
            .query_map([table], |row| row.get::<_, String>(0))?
            .collect::<Result<Vec<_>, _>>()?;
        for column in columns.iter().filter(|column| !key.contains(&column.as_str())) {
            let sql = format!(
                "SELECT {place}, quote(a.{column}), quote(b.{column})
                 FROM main.{table} AS a JOIN temp.{table} AS b ON {same_key}
                 WHERE a.{column} IS NOT b.{column}"
            );
            let mut select = self.connection.prepare(&sql)?;
            for finding in select.query_map([], |row| differs(row, column))? {
                found.push(finding?);
            }
        }
        Ok(found)
    }
}

fn differs(row: &Row<'_>, column: &str) -> rusqlite::Result<Finding> {
    let (place, is, made): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(Finding::new(
        format!("{place}, column {column}"),
        format!("is {is}, its events make {made}"),
    ))
}
