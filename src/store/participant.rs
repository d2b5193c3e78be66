//! Participants: a projection of the arrivals and the mail that we wrote.

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::OptionalExtension;

use super::address::AddressRole;
use super::column::{unreadable, word};
use super::{Snapshot, Tx};
use crate::domain::{
    Change, Conversation, Mailbox, MessageId, Number, OutboxId, Participant, Participants, Role,
};

impl Tx<'_> {
    /// Folds one change into the participants of a conversation.
    pub(super) fn fold_participants(
        &self,
        conversation: &Conversation,
        change: &Change,
    ) -> Result<()> {
        let (Change::Arrived { message, .. } | Change::Queued { message, .. }) = change else {
            return Ok(());
        };
        let number = conversation.number;
        let before = match conversation.first_message == Some(*message) {
            true => Participants::default(),
            false => self.own_participants(number)?,
        };
        let mut after = before.clone();
        self.apply_to_participants(&mut after, change)?;
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO participant (conversation, person, role, name, address)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for (person, Participant { role, mailbox }) in &after.0 {
            if !before.0.contains_key(person) {
                insert.execute((
                    number.0,
                    person,
                    role.as_str(),
                    &mailbox.name,
                    mailbox.address.as_str(),
                ))?;
            }
        }
        Ok(())
    }
}

impl Snapshot<'_> {
    /// The participants of a conversation, with those of what is merged into it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn participants(&self, number: Number) -> Result<Participants> {
        let mut all = self.own_participants(number)?;
        for other in self.merged_into(number)? {
            all.joined_by(self.own_participants(other)?);
        }
        Ok(all)
    }

    fn own_participants(&self, number: Number) -> Result<Participants> {
        let mut select = self.connection.prepare_cached(
            "SELECT person, role, name, address FROM participant WHERE conversation = ?1",
        )?;
        let rows = select.query_map([number.0], |row| {
            let role: String = row.get(1)?;
            let role = match role.as_str() {
                "contact" => Role::Contact,
                "third-party" => Role::ThirdParty,
                other => return Err(unreadable(1, &format!("'{other}' is no role"))),
            };
            let mailbox = Mailbox { name: row.get(2)?, address: word(row, 3)? };
            Ok((row.get(0)?, Participant { role, mailbox }))
        })?;
        Ok(Participants(rows.collect::<Result<BTreeMap<_, _>, _>>()?))
    }

    /// The fold itself, from what was recorded of messages and mail.
    pub(super) fn apply_to_participants(
        &self,
        participants: &mut Participants,
        change: &Change,
    ) -> Result<()> {
        match change {
            Change::Arrived { message, class, .. } => {
                let mut people = self.people_of(*message)?;
                // A forged mail brings in nobody (R71, R79).
                if self.is_forged(*message)? {
                    people.outside.clear();
                }
                participants.arrived(*class, &people);
            }
            Change::Queued { outbox, .. } => {
                participants.written_to(&self.outbox_recipients(*outbox)?);
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether DMARC failed when a message first came in: later arrivals do not change what was folded.
    fn is_forged(&self, message: MessageId) -> Result<bool> {
        let mut select = self.connection.prepare_cached(
            "SELECT ifnull(dmarc = 'fail', 0) FROM arrival WHERE message = ?1 ORDER BY id LIMIT 1",
        )?;
        Ok(select.query_row([message.0], |row| row.get(0)).optional()?.unwrap_or(false))
    }

    /// Whom a mail of ours is for.
    ///
    /// # Errors
    /// Those of the database.
    pub fn outbox_recipients(&self, outbox: OutboxId) -> Result<Vec<Mailbox>> {
        let mut select = self.connection.prepare_cached(
            "SELECT name, address FROM outbox_recipient WHERE outbox = ?1 ORDER BY position",
        )?;
        let rows = select.query_map([outbox.0], |row| {
            Ok(Mailbox { name: row.get(0)?, address: word(row, 1)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The author of a message.
    ///
    /// # Errors
    /// Those of the database.
    pub fn author(&self, message: MessageId) -> Result<Option<Mailbox>> {
        Ok(self.addresses(message, AddressRole::From)?.into_iter().next())
    }
}
