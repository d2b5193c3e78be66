//! What a report says became of a mail, recorded with the report when it came (R130).

use anyhow::Result;
use rusqlite::{OptionalExtension, Row};

use super::column::word;
use super::{Snapshot, Tx};
use crate::domain::address::domain_key;
use crate::domain::bounce::{Code, Outcome, Status};
use crate::domain::{Address, MessageId, Time};

impl Tx<'_> {
    /// Records the outcomes that a message tells of.
    pub(super) fn put_outcomes(&self, message: MessageId, outcomes: &[Outcome]) -> Result<()> {
        if outcomes.is_empty() {
            return Ok(());
        }
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO message_bounce (message, position, recipient, original, person, action,
                                         status, derived, diagnostic)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        for (position, one) in (0_i64..).zip(outcomes) {
            insert.execute((
                message.0,
                position,
                one.recipient.as_str(),
                one.original.as_ref().map(Address::as_str),
                one.sent_to().person_key(),
                one.action.as_str(),
                one.status.map(|status| status.code().to_string()),
                one.status.is_some_and(Status::is_derived),
                one.diagnostic.as_deref(),
            ))?;
        }
        Ok(())
    }
}

impl Snapshot<'_> {
    /// What a message says became of a mail, in the order of its report; nothing when it is none.
    ///
    /// # Errors
    /// Those of the database.
    pub fn outcomes(&self, id: MessageId) -> Result<Vec<Outcome>> {
        let mut select = self.connection.prepare_cached(
            "SELECT recipient, original, action, status, derived, diagnostic
             FROM message_bounce WHERE message = ?1 ORDER BY position",
        )?;
        let rows = select.query_map([id.0], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A report that an address takes no mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable {
    /// The report.
    pub report: MessageId,
    /// When it came.
    pub since: Time,
    /// What it says.
    pub outcome: Outcome,
}

pub(super) const UNREACHABLE: &str =
    "SELECT recipient, original, action, status, derived, diagnostic,
            message.id, message.received
     FROM message_bounce JOIN message ON message.id = message_bounce.message
     WHERE person = ?1 AND action = 'failed' AND (status GLOB '5.1.*' OR status = '5.2.1')
       AND status NOT IN ('5.1.7', '5.1.8')
       AND EXISTS (
           SELECT 1 FROM entry
           JOIN event ON event.id = entry.event
           JOIN outbox ON outbox.message = json_extract(event.data, '$.step.message')
           JOIN outbox_recipient ON outbox_recipient.outbox = outbox.id
           WHERE entry.message = message.id
             AND json_extract(event.data, '$.step.how') = 'token'
             AND outbox_recipient.person = ?1)
       AND NOT EXISTS (
           SELECT 1 FROM message_address
           JOIN message AS later ON later.id = message_address.message
           WHERE message_address.domain = ?2 AND message_address.person = ?1
             AND role = 'from'
             AND later.direction = 'in' AND later.received > message.received)
     ORDER BY message.received DESC LIMIT 1";

impl Snapshot<'_> {
    /// The last report that blames an address for good: it carries our signature on a mail that we
    /// sent to it, so that nobody can block an address by a forgery (R133), and the address has not
    /// written since (R136). The codes 5.1.7 and 5.1.8 blame the sender's address (RFC 3463).
    ///
    /// # Errors
    /// Those of the database.
    pub fn unreachable(&self, address: &Address) -> Result<Option<Unreachable>> {
        let mut select = self.connection.prepare_cached(UNREACHABLE)?;
        let who = (address.person_key(), domain_key(address.domain()));
        let found = select.query_row(who, |row| {
            Ok(Unreachable {
                report: MessageId(row.get(6)?),
                since: Time(row.get(7)?),
                outcome: read(row)?,
            })
        });
        Ok(found.optional()?)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Outcome> {
    let has = |column| row.get_ref(column).map(|value| value != rusqlite::types::ValueRef::Null);
    let code: Option<Code> = if has(3)? { Some(word(row, 3)?) } else { None };
    let status = if row.get(4)? { Status::Derived } else { Status::Stated };
    Ok(Outcome {
        recipient: word(row, 0)?,
        original: if has(1)? { Some(word(row, 1)?) } else { None },
        action: word(row, 2)?,
        status: code.map(status),
        diagnostic: row.get(5)?,
    })
}
