//! Addresses in the header of a stored message.

use anyhow::Result;

use super::column::word;
use super::{Snapshot, Tx};
use crate::domain::address::domain_key;
use crate::domain::{Address, Mailbox, MessageId, People};

/// The header field that an address stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressRole {
    /// The author.
    From,
    /// The one who sent it for the author.
    Sender,
    /// Where the author wants answers.
    ReplyTo,
    /// Addressed.
    To,
    /// Addressed, beside others.
    Cc,
}

/// Whether an address was one of the desk when the message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// An inbox or an agent has it.
    Ours,
    /// Somebody outside.
    Outside,
}

/// One address of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderAddress {
    /// Where it stands.
    pub role: AddressRole,
    /// Name and address.
    pub mailbox: Mailbox,
    /// Whose it was.
    pub side: Side,
}

impl AddressRole {
    fn as_str(self) -> &'static str {
        match self {
            AddressRole::From => "from",
            AddressRole::Sender => "sender",
            AddressRole::ReplyTo => "reply-to",
            AddressRole::To => "to",
            AddressRole::Cc => "cc",
        }
    }
}

impl Tx<'_> {
    /// Records who stands in the header.
    pub(super) fn put_addresses(
        &self,
        message: MessageId,
        addresses: &[HeaderAddress],
    ) -> Result<()> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO message_address (message, role, position, name, address, key, person, domain,
                                          ours)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        for (position, HeaderAddress { role, mailbox, side }) in (0_i64..).zip(addresses) {
            insert.execute((
                message.0,
                role.as_str(),
                position,
                &mailbox.name,
                mailbox.address.as_str(),
                mailbox.address.key(),
                mailbox.address.person_key(),
                domain_key(mailbox.address.domain()),
                *side == Side::Ours,
            ))?;
        }
        Ok(())
    }

    /// Records whom a message arrived for that its header does not name, and has it indexed anew:
    /// `to:` means recipients of arrivals too. `arrival` is the row of the arrival.
    ///
    /// # Errors
    /// Those of the database.
    pub fn put_recipient(
        &self,
        message: MessageId,
        arrival: i64,
        recipient: &Address,
    ) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO message_address (message, role, position, name, address, key, person,
                                              domain, ours)
                 VALUES (?1, 'recipient', ?2, '', ?3, ?4, ?5, ?6, 1)",
            )?
            .execute((
                message.0,
                arrival,
                recipient.as_str(),
                recipient.key(),
                recipient.person_key(),
                domain_key(recipient.domain()),
            ))?;
        self.index_anew(message)
    }
}

impl Snapshot<'_> {
    /// Who stands in one field of a message, in the order of the field.
    ///
    /// # Errors
    /// Those of the database.
    pub fn addresses(&self, message: MessageId, role: AddressRole) -> Result<Vec<Mailbox>> {
        let mut select = self.connection.prepare_cached(
            "SELECT name, address FROM message_address WHERE message = ?1 AND role = ?2
             ORDER BY position",
        )?;
        let rows = select.query_map((message.0, role.as_str()), mailbox)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The author of a message, and whom outside it was addressed to, in To and Cc.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn people_of(&self, message: MessageId) -> Result<People> {
        let mut select = self.connection.prepare_cached(
            "SELECT name, address, role, ours, position FROM message_address
             WHERE message = ?1 ORDER BY role DESC, position",
        )?;
        let mut people = People::default();
        let mut rows = select.query([message.0])?;
        while let Some(row) = rows.next()? {
            let ours: bool = row.get(3)?;
            match row.get_ref(2)?.as_str()? {
                "from" if people.author.is_none() => {
                    people.author = Some(mailbox(row)?);
                    people.is_by_us = ours;
                }
                "to" | "cc" if !ours => people.outside.push(mailbox(row)?),
                _ => {}
            }
        }
        Ok(people)
    }
}

fn mailbox(row: &rusqlite::Row<'_>) -> rusqlite::Result<Mailbox> {
    Ok(Mailbox { name: row.get(0)?, address: word(row, 1)? })
}
