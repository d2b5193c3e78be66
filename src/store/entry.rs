//! Entries: where messages have their homes, and the evidence that leads there.

use anyhow::Result;
use rusqlite::{OptionalExtension, Params, Row};

use super::column::word;
use super::{Snapshot, Tx};
use crate::domain::threading::Candidate;
use crate::domain::{Change, Event, InboxName, MessageId, Number, Time};

impl Tx<'_> {
    /// Gives a message its home, as the event says.
    pub(super) fn save_entry(&self, event: &Event) -> Result<()> {
        let (Change::Arrived { message, .. } | Change::Queued { message, .. }) = &event.change
        else {
            return Ok(());
        };
        self.connection
            .prepare_cached("INSERT INTO entry (message, conversation, event) VALUES (?1, ?2, ?3)")?
            .execute((message.0, event.conversation.0, event.id.0))?;
        Ok(())
    }

    /// Notes that no rule has seen this arrival yet.
    ///
    /// # Errors
    /// Those of the database.
    pub fn mark_unrouted(&self, message: MessageId, number: Number) -> Result<()> {
        self.connection
            .prepare_cached("INSERT INTO unrouted (conversation, message) VALUES (?1, ?2)")?
            .execute((number.0, message.0))?;
        Ok(())
    }

    /// Notes that the rules have seen it. Gives whether it was still to be seen: an arrival is
    /// routed exactly once.
    ///
    /// # Errors
    /// Those of the database.
    pub fn mark_routed(&self, message: MessageId, number: Number) -> Result<bool> {
        let removed = self
            .connection
            .prepare_cached("DELETE FROM unrouted WHERE conversation = ?1 AND message = ?2")?
            .execute((number.0, message.0))?;
        Ok(removed == 1)
    }
}

pub(super) const UNROUTED: &str =
    "SELECT message, conversation FROM unrouted ORDER BY message, conversation";
pub(super) const UNROUTED_OF: &str = "SELECT message, conversation FROM unrouted
     WHERE conversation IN (SELECT conversation FROM member WHERE root = ?1) ORDER BY message";

/// Asked for each conversation that a search looks at: sorted, or as a set of members, it would take
/// ten times as long.
pub(super) const MESSAGES_OF: &str = "SELECT message FROM entry WHERE conversation = ?1
     UNION ALL
     SELECT entry.message FROM conversation AS merged
     CROSS JOIN entry ON entry.conversation = merged.number
     WHERE merged.root = ?1 AND merged.root <> merged.number";

/// The homes in an inbox of messages that a statement names, as a person sees them, each with the first
/// of these: first those in which the person has a part, so that forged ids in front of the true one hide
/// nothing.
macro_rules! homes_among {
    ($messages:literal) => {
        concat!(
            "SELECT message, number, inbox, closed,
                    EXISTS (SELECT 1 FROM member JOIN participant USING (conversation)
                            WHERE member.root = number AND participant.person = ?2) AS has_part
             FROM (SELECT min(entry.message) AS message, shown.number, shown.inbox, shown.closed
                   FROM (",
            $messages,
            ") AS named
                   CROSS JOIN entry ON entry.message = named.message
                   CROSS JOIN conversation AS home ON home.number = entry.conversation
                   CROSS JOIN conversation AS shown ON shown.number = home.root
                   WHERE shown.inbox = ?3
                   GROUP BY shown.number) AS found
             ORDER BY has_part DESC, message, number LIMIT 8"
        )
    };
}

/// Who floods the desk with one id costs each mail so much and no more; the first ones are looked at,
/// for whoever forges an id has seen it.
pub(super) const WITH_MESSAGE_ID: &str = homes_among!(
    "SELECT id AS message FROM message WHERE message_id = ?1
     UNION ALL SELECT message FROM message_alias WHERE message_id = ?1 LIMIT 500"
);
pub(super) const REFERRERS: &str =
    homes_among!("SELECT message FROM reference WHERE message_id = ?1 ORDER BY message LIMIT 500");
/// A mail that ten thousand answer has as many siblings: the last ones are enough.
pub(super) const SIBLINGS: &str = homes_among!(
    "SELECT message FROM reference
     WHERE message_id = ?1 AND message < ?4 ORDER BY message DESC LIMIT 500"
);
/// Of the messages that one refers to those that came before it, nearest first; many may claim an id.
pub(super) const ANSWERED: &str = "SELECT older.id
     FROM reference CROSS JOIN message AS older ON older.message_id = reference.message_id
     WHERE reference.message = ?1 AND older.id < ?1
     ORDER BY reference.position LIMIT 100";

/// Of many that claim an id the first ones are looked at, for whoever forges one has seen it.
pub(super) const SENT_TO: &str = "SELECT sent.id, shown.number, shown.inbox, shown.closed,
            EXISTS (SELECT 1 FROM member JOIN participant USING (conversation)
                    WHERE member.root = shown.number AND participant.person = ?2)
     FROM message AS sent
     CROSS JOIN message_address AS author
             ON author.message = sent.id AND author.role = 'from' AND author.position = 0
            AND author.ours = 1
     CROSS JOIN entry ON entry.message = sent.id
     CROSS JOIN conversation AS home ON home.number = entry.conversation
     CROSS JOIN conversation AS shown ON shown.number = home.root
     WHERE sent.id IN (SELECT id FROM message WHERE message_id = ?1 ORDER BY id LIMIT 50)
       AND shown.inbox = ?3
       AND EXISTS (SELECT 1 FROM message_address AS addressed
                   WHERE addressed.message = sent.id AND addressed.role IN ('to', 'cc')
                     AND addressed.person = ?2)
     ORDER BY sent.id, shown.number LIMIT 8";

impl Snapshot<'_> {
    /// The message that one answers, or one further back, if it came before and is shown in each
    /// conversation where this one is.
    ///
    /// # Errors
    /// Those of the database.
    pub fn answered(&self, message: MessageId) -> Result<Option<MessageId>> {
        let before = self.messages(ANSWERED, [message.0])?;
        if before.is_empty() {
            return Ok(None);
        }
        let own = self.homes(message)?;
        for older in before {
            let its = self.homes(older)?;
            if own.iter().all(|home| its.contains(home)) {
                return Ok(Some(older));
            }
        }
        Ok(None)
    }

    /// The conversations in which a message has a home, merged or not.
    ///
    /// # Errors
    /// Those of the database.
    pub fn homes(&self, message: MessageId) -> Result<Vec<Number>> {
        let mut select = self.connection.prepare_cached(
            "SELECT conversation FROM entry WHERE message = ?1 ORDER BY conversation",
        )?;
        let rows = select.query_map([message.0], |row| row.get(0).map(Number))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The home of a message in an inbox.
    ///
    /// # Errors
    /// Those of the database.
    pub fn home_in(&self, message: MessageId, inbox: &InboxName) -> Result<Option<Number>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT entry.conversation
                 FROM entry JOIN conversation ON conversation.number = entry.conversation
                 WHERE entry.message = ?1 AND conversation.inbox = ?2 ORDER BY 1 LIMIT 1",
            )?
            .query_row((message.0, inbox.as_str()), |row| row.get(0).map(Number))
            .optional()?)
    }

    /// The messages that are shown at a conversation, first one first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn messages_of(&self, number: Number) -> Result<Vec<MessageId>> {
        let mut messages = self.messages(MESSAGES_OF, [number.0])?;
        messages.sort_unstable();
        messages.dedup();
        Ok(messages)
    }

    /// The messages that are shown at a conversation, each with its home.
    ///
    /// # Errors
    /// Those of the database.
    pub fn entries_of(&self, number: Number) -> Result<Vec<(MessageId, Number)>> {
        let mut select = self.connection.prepare_cached(
            "SELECT message, conversation FROM entry
             WHERE conversation IN (SELECT conversation FROM member WHERE root = ?1)
             ORDER BY message, conversation",
        )?;
        let rows = select
            .query_map([number.0], |row| Ok((MessageId(row.get(0)?), Number(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Other conversations that hold a message of this one: "also 143 in sales".
    ///
    /// # Errors
    /// Those of the database.
    pub fn also_in(&self, number: Number) -> Result<Vec<(Number, InboxName)>> {
        let mut select = self.connection.prepare_cached(
            "SELECT DISTINCT shown.number, shown.inbox
             FROM member
             JOIN entry AS own ON own.conversation = member.conversation
             JOIN entry AS other ON other.message = own.message
             JOIN conversation AS home ON home.number = other.conversation
             JOIN conversation AS shown ON shown.number = home.root
             WHERE member.root = ?1 AND shown.number <> ?1 ORDER BY 1",
        )?;
        let rows = select.query_map([number.0], |row| Ok((Number(row.get(0)?), word(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Where a message has its homes today, as its sender sees them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn homes_of(&self, message: MessageId, sender: &str) -> Result<Vec<Candidate>> {
        self.candidates(
            "SELECT entry.message, shown.number, shown.inbox, shown.closed,
                    EXISTS (SELECT 1 FROM member JOIN participant USING (conversation)
                            WHERE member.root = shown.number AND participant.person = ?2)
             FROM entry
             JOIN conversation AS home ON home.number = entry.conversation
             JOIN conversation AS shown ON shown.number = home.root
             WHERE entry.message = ?1 ORDER BY shown.number",
            (message.0, sender),
        )
    }

    /// Where messages with this Message-ID have their homes in an inbox: of many a few, first those
    /// in which the sender is a participant, so that forged ids in front of the true one hide
    /// nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub fn homes_by_message_id(
        &self,
        message_id: &str,
        sender: &str,
        inbox: &InboxName,
    ) -> Result<Vec<Candidate>> {
        self.candidates(WITH_MESSAGE_ID, (message_id, sender, inbox.as_str()))
    }

    /// Where messages that refer to this Message-ID have their homes in an inbox, chosen likewise:
    /// replies that came before what they answer.
    ///
    /// # Errors
    /// Those of the database.
    pub fn homes_of_referrers(
        &self,
        message_id: &str,
        sender: &str,
        inbox: &InboxName,
    ) -> Result<Vec<Candidate>> {
        self.candidates(REFERRERS, (message_id, sender, inbox.as_str()))
    }

    /// Where messages that came before `message` and refer to this Message-ID have their homes,
    /// chosen likewise among the last of them: siblings of it, if what they answer never came.
    ///
    /// # Errors
    /// Those of the database.
    pub fn homes_of_siblings(
        &self,
        message_id: &str,
        message: MessageId,
        sender: &str,
        inbox: &InboxName,
    ) -> Result<Vec<Candidate>> {
        self.candidates(SIBLINGS, (message_id, sender, inbox.as_str(), message.0))
    }

    /// Where messages with this Message-ID have their homes in an inbox that an agent or an inbox sent
    /// to a person, as that person sees them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn homes_of_sent(
        &self,
        message_id: &str,
        person: &str,
        inbox: &InboxName,
    ) -> Result<Vec<Candidate>> {
        self.candidates(SENT_TO, (message_id, person, inbox.as_str()))
    }

    fn messages(&self, sql: &str, values: impl Params) -> Result<Vec<MessageId>> {
        let mut select = self.connection.prepare_cached(sql)?;
        let rows = select.query_map(values, |row| row.get(0).map(MessageId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn candidates(&self, sql: &str, values: impl Params) -> Result<Vec<Candidate>> {
        let mut select = self.connection.prepare_cached(sql)?;
        let rows = select.query_map(values, candidate)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A conversation of an inbox by its number, with its first message.
    ///
    /// # Errors
    /// Those of the database.
    pub fn home_by_number(
        &self,
        number: Number,
        sender: &str,
        inbox: &InboxName,
    ) -> Result<Option<Candidate>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT home.first_message, shown.number, shown.inbox, shown.closed,
                        EXISTS (SELECT 1 FROM member JOIN participant USING (conversation)
                                WHERE member.root = shown.number AND participant.person = ?2)
                 FROM conversation AS home
                 JOIN conversation AS shown ON shown.number = home.root
                 WHERE home.number = ?1 AND shown.inbox = ?3 AND home.first_message IS NOT NULL",
            )?
            .query_row((number.0, sender, inbox.as_str()), candidate)
            .optional()?)
    }

    /// The message that came into a conversation last.
    ///
    /// # Errors
    /// Those of the database.
    pub fn last_arrival_of(&self, number: Number) -> Result<Option<MessageId>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT entry.message FROM entry JOIN message ON message.id = entry.message
                 WHERE entry.conversation IN (SELECT conversation FROM member WHERE root = ?1)
                   AND message.direction = 'in'
                 ORDER BY entry.message DESC LIMIT 1",
            )?
            .query_row([number.0], |row| row.get(0).map(MessageId))
            .optional()?)
    }

    /// Whether no person wrote in a conversation after this message of it, on either side. Old mail
    /// that was read in later came before it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn is_last_word(&self, number: Number, message: MessageId) -> Result<bool> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT NOT EXISTS (
                     SELECT 1 FROM message AS this, member
                     JOIN entry ON entry.conversation = member.conversation
                     JOIN message AS other ON other.id = entry.message
                     WHERE this.id = ?2 AND member.root = ?1 AND other.class = 'person'
                       AND (other.received, other.id) > (this.received, this.id))",
            )?
            .query_row((number.0, message.0), |row| row.get(0))?)
    }

    /// Whether a person outside wrote in a conversation, not only agents.
    ///
    /// # Errors
    /// Those of the database.
    pub fn has_outsider(&self, number: Number) -> Result<bool> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT EXISTS (
                     SELECT 1 FROM member
                     JOIN entry ON entry.conversation = member.conversation
                     JOIN message ON message.id = entry.message
                     LEFT JOIN message_address AS author
                            ON author.message = message.id AND author.role = 'from'
                     WHERE member.root = ?1 AND message.direction = 'in'
                       AND message.class = 'person' AND ifnull(author.ours, 0) = 0)",
            )?
            .query_row([number.0], |row| row.get(0))?)
    }

    /// Arrivals that no rule has seen yet, first one first, in one conversation or in all.
    ///
    /// # Errors
    /// Those of the database.
    pub fn unrouted(&self, of: Option<Number>) -> Result<Vec<(MessageId, Number)>> {
        let connection = self.connection;
        let read = |row: &Row<'_>| Ok((MessageId(row.get(0)?), Number(row.get(1)?)));
        let rows = match of {
            Some(number) => connection
                .prepare_cached(UNROUTED_OF)?
                .query_map([number.0], read)?
                .collect::<Result<_, _>>()?,
            None => connection
                .prepare_cached(UNROUTED)?
                .query_map([], read)?
                .collect::<Result<_, _>>()?,
        };
        Ok(rows)
    }
}

pub(super) fn candidate(row: &Row<'_>) -> rusqlite::Result<Candidate> {
    Ok(Candidate {
        message: MessageId(row.get(0)?),
        conversation: Number(row.get(1)?),
        inbox: word(row, 2)?,
        closed: row.get::<_, Option<i64>>(3)?.map(Time),
        participant: row.get(4)?,
    })
}
