//! What `list` prints of a conversation: little, of many, in one statement for each.

use anyhow::Result;
use rusqlite::{OptionalExtension, Row};

use super::Snapshot;
use super::column::{time_or_none, word, word_or_none};
use super::conversation::{priority, status};
use crate::domain::{Assignee, InboxName, Mailbox, Number, Priority, Status, Time};

/// One line: a conversation with what stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub number: Number,
    /// Its inbox.
    pub inbox: InboxName,
    /// Whose turn it is.
    pub status: Status,
    /// Who must act.
    pub assignee: Option<Assignee>,
    /// How urgent it is.
    pub priority: Priority,
    /// Since when the contact has been waiting.
    pub waiting_since: Option<Time>,
    /// Subject of its first message.
    pub subject: String,
    /// The contact.
    pub from: Option<Mailbox>,
    /// How many messages look like the one before: alerts that repeat.
    pub repeats: i64,
    /// Whether the sender of a mail in it is not verified: DMARC failed (R76).
    pub is_doubtful: bool,
}

pub(super) const LINE: &str =
    "SELECT shown.number, shown.inbox, shown.status, shown.snoozed_until, shown.keep_on_reply,
            shown.assignee, shown.priority, shown.waiting_since,
            coalesce(message.subject, ''), author.name, author.address,
            EXISTS (SELECT 1 FROM correlation WHERE correlation.conversation = shown.number)
            OR EXISTS (SELECT 1 FROM conversation AS merged
                       JOIN correlation ON correlation.conversation = merged.number
                       WHERE merged.root = shown.number AND merged.root <> merged.number),
            EXISTS (SELECT 1 FROM member
                    CROSS JOIN entry ON entry.conversation = member.conversation
                    CROSS JOIN arrival ON arrival.message = entry.message AND arrival.dmarc = 'fail'
                    WHERE member.root = shown.number)
     FROM conversation AS shown
     LEFT JOIN message ON message.id = shown.first_message
     LEFT JOIN participant AS author
            ON author.conversation = shown.number AND author.role = 'contact'
     WHERE shown.number = ?1";

impl Snapshot<'_> {
    /// The lines of conversations, in their order; of those that are there.
    ///
    /// # Errors
    /// Those of the database.
    pub fn lines(&self, numbers: &[Number]) -> Result<Vec<Line>> {
        let mut select = self.connection.prepare_cached(LINE)?;
        let mut lines = Vec::with_capacity(numbers.len());
        for &number in numbers {
            let Some((line, has_keys)) = select.query_row([number.0], read).optional()? else {
                continue;
            };
            let repeats = if has_keys { self.repeats_in(number)? } else { 0 };
            lines.push(Line { repeats, ..line });
        }
        Ok(lines)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<(Line, bool)> {
    let author: Option<String> = row.get(9)?;
    let from = match author {
        Some(name) => Some(Mailbox { name, address: word(row, 10)? }),
        None => None,
    };
    let line = Line {
        number: Number(row.get(0)?),
        inbox: word(row, 1)?,
        status: status(row, 2)?,
        assignee: word_or_none(row, 5)?,
        priority: priority(row, 6)?,
        waiting_since: time_or_none(row, 7)?,
        subject: row.get(8)?,
        from,
        repeats: 0,
        is_doubtful: row.get(12)?,
    };
    Ok((line, row.get(11)?))
}
