//! Proving the store: what SQLite can prove, and what must fit together.

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::Snapshot;
use super::column::word;
use crate::domain::address::domain_key;
use crate::domain::{Address, Assignee, InboxName};

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where: `conversation 142, column status`.
    pub place: String,
    /// What is wrong.
    pub words: String,
}

impl Finding {
    /// A finding at a place.
    pub fn new(place: impl Into<String>, words: impl Into<String>) -> Self {
        Finding { place: place.into(), words: words.into() }
    }
}

/// How much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages.
    pub messages: i64,
    /// Conversations.
    pub conversations: i64,
    /// Events.
    pub events: i64,
}

/// What stands before each of [`QUERIES`]: events as `said`, so that one that holds no JSON is a
/// finding of its own and not the end of the others.
const SAID: &str = "WITH said AS (
    SELECT id, conversation, at, actor, kind,
           CASE WHEN json_valid(data) THEN data ELSE '{}' END AS data
    FROM event)";

/// Statements that find nothing in a sound store: the place, and what is wrong there.
const QUERIES: [(&str, &str); 17] = [
    (
        "SELECT 'conversation ' || conversation FROM event GROUP BY conversation
         HAVING min(seq) <> 1 OR max(seq) <> count(*)",
        "its events are not numbered from 1 without gaps: one is missing or has a wrong sequence",
    ),
    (
        "SELECT 'conversation ' || number FROM conversation
         WHERE seq <> (SELECT coalesce(max(event.seq), 0) FROM event
                       WHERE event.conversation = conversation.number)",
        "its last event is not the last one of its log: an event is missing",
    ),
    (
        "SELECT 'conversation ' || other.number FROM conversation AS other
         LEFT JOIN conversation AS shown ON shown.number = other.root
         WHERE shown.root IS NOT shown.number OR shown.number IS NULL
            OR shown.inbox <> other.inbox",
        "where it is shown is no root, or not there, or in another inbox",
    ),
    (
        "SELECT 'message m' || id FROM message
         WHERE purged IS NULL AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.message = message.id)",
        "it has no entry: no conversation shows it",
    ),
    (
        "SELECT 'message m' || message.id FROM message
         WHERE purged IS NOT NULL
           AND (subject <> '' OR message_id IS NOT NULL OR date IS NOT NULL OR raw_hash <> x''
                OR NOT EXISTS (SELECT 1 FROM said
                               WHERE said.id = message.purged AND said.kind = 'purged')
                OR EXISTS (SELECT 1 FROM raw WHERE raw.message = message.id)
                OR EXISTS (SELECT 1 FROM packed WHERE packed.message = message.id)
                OR EXISTS (SELECT 1 FROM entry WHERE entry.message = message.id)
                OR EXISTS (SELECT 1 FROM message_address AS a WHERE a.message = message.id)
                OR EXISTS (SELECT 1 FROM reference WHERE reference.message = message.id)
                OR EXISTS (SELECT 1 FROM search_docsize WHERE search_docsize.id = message.id))",
        "it was purged, but something of it is left, or no event says so",
    ),
    (
        "SELECT 'message m' || packed.message FROM packed
         WHERE EXISTS (SELECT 1 FROM raw WHERE raw.message = packed.message)",
        "its bytes are kept twice: plain, and in a pack",
    ),
    (
        "SELECT 'pack ' || pack.id FROM pack
         WHERE NOT EXISTS (SELECT 1 FROM packed WHERE packed.pack = pack.id)",
        "no message lies in it",
    ),
    (
        "SELECT 'message m' || id FROM message
         WHERE direction = 'in'
           AND NOT EXISTS (SELECT 1 FROM arrival WHERE arrival.message = message.id)",
        "it came in but has no arrival",
    ),
    (
        "SELECT 'outbox o' || outbox.id FROM outbox
         WHERE NOT EXISTS (SELECT 1 FROM said
                           WHERE said.conversation = outbox.conversation
                             AND said.kind = 'queued'
                             AND json_extract(said.data, '$.outbox') = outbox.id)",
        "no event says that it was queued",
    ),
    (
        "SELECT 'outbox o' || outbox.id FROM outbox
         WHERE (outbox.state = 'accepted')
            <> EXISTS (SELECT 1 FROM said
                       WHERE said.conversation = outbox.conversation AND said.kind = 'sent'
                         AND json_extract(said.data, '$.outbox') = outbox.id)",
        "its state and its events disagree on whether it was sent",
    ),
    (
        "SELECT 'outbox o' || outbox.id FROM outbox
         WHERE (outbox.state = 'failed')
            <> EXISTS (SELECT 1 FROM said
                       WHERE said.conversation = outbox.conversation
                         AND said.kind = 'send-failed'
                         AND json_extract(said.data, '$.outbox') = outbox.id)",
        "its state and its events disagree on whether it was given up",
    ),
    (
        "SELECT 'note n' || note.id FROM note
         WHERE NOT EXISTS (SELECT 1 FROM said
                           WHERE said.conversation = note.conversation AND said.kind = 'noted'
                             AND said.at = note.at AND said.actor = note.author
                             AND json_extract(said.data, '$.note') = note.id)",
        "no event says that it was written then, there and by its author",
    ),
    (
        "SELECT 'event e' || said.id FROM said
         WHERE said.kind = 'noted'
           AND NOT EXISTS (SELECT 1 FROM note
                           WHERE note.id = json_extract(said.data, '$.note'))",
        "the note that it names is gone",
    ),
    (
        "SELECT 'event e' || said.id FROM said
         WHERE said.kind = 'queued'
           AND NOT EXISTS (SELECT 1 FROM outbox
                           WHERE outbox.id = json_extract(said.data, '$.outbox')
                             AND outbox.message = json_extract(said.data, '$.message')
                             AND outbox.kind = json_extract(said.data, '$.mail')
                             AND outbox.conversation = said.conversation)",
        "the mail that it queued is not in the outbox, or is another one there",
    ),
    (
        "SELECT 'outbox o' || outbox.id FROM outbox
         JOIN message ON message.id = outbox.message
         WHERE message.purged IS NULL
           AND NOT EXISTS (SELECT 1 FROM outbox_recipient
                           WHERE outbox_recipient.outbox = outbox.id)",
        "it is for nobody: its recipients are gone",
    ),
    (
        "SELECT 'event e' || event.id FROM event
         WHERE NOT EXISTS (SELECT 1 FROM event AS first
                           WHERE first.id = event.batch AND first.batch = first.id
                             AND first.id <= event.id AND first.at = event.at)",
        "its batch does not begin with an event of the same time before it",
    ),
    (
        "SELECT 'event e' || id FROM event WHERE effective > at OR cause >= id",
        "it comes before what happened, or before its cause",
    ),
];

/// The tables whose ids are never given twice, each with its id.
const NUMBERED: [(&str, &str); 7] = [
    ("config", "id"),
    ("message", "id"),
    ("pack", "id"),
    ("conversation", "number"),
    ("event", "id"),
    ("note", "id"),
    ("outbox", "id"),
];

impl Snapshot<'_> {
    /// How much there is.
    ///
    /// # Errors
    /// Those of the database.
    pub fn counts(&self) -> Result<Counts> {
        Ok(self.connection.query_row(
            "SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM conversation),
                    (SELECT count(*) FROM event)",
            [],
            |row| {
                Ok(Counts {
                    messages: row.get(0)?,
                    conversations: row.get(1)?,
                    events: row.get(2)?,
                })
            },
        )?)
    }

    /// What SQLite can prove: pages, indexes, foreign keys.
    ///
    /// # Errors
    /// Those of the database.
    pub fn check_file(&self) -> Result<Vec<Finding>> {
        let mut found = Vec::new();
        let mut pages = self.connection.prepare("PRAGMA integrity_check(20)")?;
        for line in pages.query_map([], |row| row.get::<_, String>(0))? {
            let line = line?;
            if line != "ok" {
                found.push(Finding::new("file", line));
            }
        }
        let mut keys = self.connection.prepare("PRAGMA foreign_key_check")?;
        let dangling = keys.query_map([], |row| {
            let row_id = row.get::<_, Option<i64>>(1)?.map(|id| format!(" row {id}"));
            Ok((row.get::<_, String>(0)?, row_id.unwrap_or_default(), row.get::<_, String>(2)?))
        })?;
        for one in dangling {
            let (table, row, parent) = one?;
            let words = format!("it refers to a row of {parent} that is not there");
            found.push(Finding::new(format!("{table}{row}"), words));
        }
        Ok(found)
    }

    /// The inboxes and the assignees that conversations name on which there is work left.
    ///
    /// # Errors
    /// Those of the database.
    pub fn names_in_use(&self) -> Result<(Vec<InboxName>, Vec<Assignee>)> {
        let mut inboxes = self.connection.prepare(
            "SELECT DISTINCT inbox FROM conversation
             WHERE status NOT IN ('closed', 'spam') ORDER BY inbox",
        )?;
        let inboxes = inboxes.query_map([], |row| word(row, 0))?.collect::<Result<_, _>>()?;
        let mut assignees = self.connection.prepare(
            "SELECT DISTINCT assignee FROM conversation
             WHERE assignee IS NOT NULL AND status NOT IN ('closed', 'spam') ORDER BY assignee",
        )?;
        let assignees = assignees.query_map([], |row| word(row, 0))?.collect::<Result<_, _>>()?;
        Ok((inboxes, assignees))
    }

    /// What must fit together.
    ///
    /// # Errors
    /// Those of the database.
    pub fn check_records(&self) -> Result<Vec<Finding>> {
        let mut found = Vec::new();
        for (sql, words) in QUERIES {
            let mut select = self.connection.prepare(&format!("{SAID} {sql}"))?;
            for place in select.query_map([], |row| row.get::<_, String>(0))? {
                found.push(Finding::new(place?, words));
            }
        }
        for (table, id) in NUMBERED {
            let behind: bool = self.connection.query_row(
                &format!(
                    "SELECT coalesce((SELECT max({id}) FROM {table}), 0)
                          > coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = ?1), 0)"
                ),
                [table],
                |row| row.get(0),
            )?;
            if behind {
                let words = "sqlite_sequence is behind: an id would be given twice";
                found.push(Finding::new(format!("table {table}"), words));
            }
        }
        found.extend(self.check_configs()?);
        found.extend(self.check_keys()?);
        Ok(found)
    }

    /// Each configuration against its hash.
    fn check_configs(&self) -> Result<Vec<Finding>> {
        let mut found = Vec::new();
        let mut select = self.connection.prepare("SELECT id, hash, text FROM config")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (hash, text) = (row.get_ref(1)?.as_blob()?, row.get_ref(2)?.as_str()?);
            if Sha256::digest(text).as_slice() != hash {
                let place = format!("config {}", row.get::<_, i64>(0)?);
                found.push(Finding::new(place, "its text is not the one that was used"));
            }
        }
        Ok(found)
    }

    /// Each address against the columns that stand for it in comparisons.
    fn check_keys(&self) -> Result<Vec<Finding>> {
        let mut found = Vec::new();
        let mut select = self.connection.prepare(
            "SELECT 'message m' || message || ', address ' || role || ' ' || position,
                    address, person, key, domain FROM message_address
             UNION ALL
             SELECT 'message m' || message || ', bounce ' || position,
                    coalesce(original, recipient), person, NULL, NULL FROM message_bounce
             UNION ALL
             SELECT 'outbox o' || outbox || ', recipient ' || position,
                    address, person, NULL, NULL FROM outbox_recipient",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let text = row.get_ref(1)?.as_str()?;
            let column = |n| row.get::<_, Option<String>>(n);
            let (person, key, domain) = (column(2)?, column(3)?, column(4)?);
            let agrees = |address: Address| {
                let same = |stored: Option<String>, made: String| stored.is_none_or(|s| s == made);
                same(person, address.person_key())
                    && same(key, address.key())
                    && same(domain, domain_key(address.domain()))
            };
            if !text.parse().is_ok_and(agrees) {
                let words = "the address is none, or its key is another's";
                found.push(Finding::new(row.get::<_, String>(0)?, words));
            }
        }
        Ok(found)
    }

    /// Tables and indexes against those of this version. Without them nothing else can be proved.
    ///
    /// # Errors
    /// Those of the database.
    pub fn check_schema(&self) -> Result<Vec<Finding>> {
        let fresh = Connection::open_in_memory()?;
        fresh.execute_batch(include_str!("schema.sql"))?;
        let (is, must) = (objects(self.connection)?, objects(&fresh)?);
        let mut found = Vec::new();
        for (object, sql) in &must {
            match is.get(object) {
                None => found.push(Finding::new(object, "it is missing")),
                Some(other) if other != sql => {
                    found.push(Finding::new(object, "it is not the one of this version"));
                }
                Some(_) => {}
            }
        }
        let triggers = is.keys().filter(|object| object.starts_with("trigger "));
        found.extend(triggers.map(|object| Finding::new(object, "it is none of ours")));
        Ok(found)
    }
}

/// What a database consists of, as `index raw_message`, each with its statement. What SQLite makes
/// for itself is left out.
fn objects(connection: &Connection) -> Result<BTreeMap<String, Option<String>>> {
    let mut select = connection.prepare(
        "SELECT type || ' ' || name, sql FROM main.sqlite_schema WHERE name NOT GLOB 'sqlite_*'",
    )?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
