//! Packs: the bytes of messages that rest, several in one frame.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use anyhow::{Context, Result};
use rusqlite::{OptionalExtension, Row};
use sha2::{Digest, Sha256};

use super::{Snapshot, Tx, frame};
use crate::domain::pack::{Group, MOST, PackId, Resting, Sized};
use crate::domain::{MessageId, Number, Time};

/// The pack that was read last in a transaction: who reads one message of it often reads the next.
#[derive(Debug, Default)]
pub(super) struct Unpacked(RefCell<Option<(PackId, Rc<Vec<u8>>)>>);

/// Where the bytes of a message are.
#[derive(Debug)]
pub(super) struct Place {
    pack: Sized,
    offset: usize,
    size: usize,
}

/// A conversation whose mail can be packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Where it is shown.
    pub number: Number,
    /// How many messages.
    pub messages: usize,
    /// How many bytes.
    pub bytes: u64,
}

/// What goes into a pack.
#[derive(Debug, Default)]
pub struct Bundle {
    /// The messages, in their order.
    pub messages: Vec<MessageId>,
    /// Their bytes, one behind the other.
    pub bytes: Vec<u8>,
    /// Messages that stay as they are: their bytes are not those that came in.
    pub damaged: Vec<MessageId>,
}

impl Snapshot<'_> {
    /// Conversations that have not changed since, and have mail in plain rows of at most so many
    /// bytes; those that rest the longest first. Mail of two conversations counts in the older one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn waiting_for_pack(&self, since: Time, most: u64) -> Result<Vec<Waiting>> {
        let mut select = self.connection.prepare_cached(
            "SELECT home.root, count(*), sum(message.size)
             FROM raw
             JOIN message ON message.id = raw.message
             JOIN conversation AS home
               ON home.number = (SELECT min(entry.conversation) FROM entry
                                 WHERE entry.message = raw.message)
             JOIN conversation AS root ON root.number = home.root
             WHERE raw.chunk = 0 AND message.size <= ?2 AND root.changed <= ?1
             GROUP BY home.root ORDER BY root.changed, home.root",
        )?;
        let rows = select.query_map((since.0, i64::try_from(most)?), |row| {
            let (messages, bytes): (i64, i64) = (row.get(1)?, row.get(2)?);
            let messages = usize::try_from(messages).unwrap_or_default();
            Ok(Waiting { number: Number(row.get(0)?), messages, bytes: bytes.unsigned_abs() })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What of a conversation is to be packed.
    ///
    /// # Errors
    /// Those of the database.
    pub fn resting(&self, number: Number, most: u64) -> Result<Resting> {
        let mut select = self.connection.prepare_cached(
            "SELECT message.id, message.size
             FROM member
             JOIN entry ON entry.conversation = member.conversation
             JOIN message ON message.id = entry.message
             WHERE member.root = ?1 AND message.size <= ?2
               AND EXISTS (SELECT 1 FROM raw WHERE raw.message = message.id)
               AND entry.conversation = (SELECT min(other.conversation) FROM entry AS other
                                         WHERE other.message = message.id)
             ORDER BY message.id",
        )?;
        let plain = select.query_map((number.0, i64::try_from(most)?), with_size)?;
        let plain = plain.collect::<Result<_, _>>()?;
        let mut select = self.connection.prepare_cached(
            "SELECT pack.id, pack.size
             FROM member
             JOIN entry ON entry.conversation = member.conversation
             JOIN packed ON packed.message = entry.message
             JOIN pack ON pack.id = packed.pack
             WHERE member.root = ?1 ORDER BY pack.id DESC LIMIT 1",
        )?;
        let last = select.query_row([number.0], sized).optional()?;
        Ok(Resting { plain, last })
    }

    /// The pack that was made last.
    ///
    /// # Errors
    /// Those of the database.
    pub fn newest_pack(&self) -> Result<Option<Sized>> {
        let mut select =
            self.connection.prepare_cached("SELECT id, size FROM pack ORDER BY id DESC LIMIT 1")?;
        Ok(select.query_row([], sized).optional()?)
    }

    /// All that goes into a pack, each message compared with its digest. What was purged since the
    /// group was made is left out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn bundle(&self, group: &Group) -> Result<Bundle> {
        let mut messages = Vec::new();
        for pack in &group.packs {
            messages.extend(self.in_pack(*pack)?.into_iter().map(|(message, _)| message));
        }
        messages.extend(group.messages.iter().map(|(message, _)| *message));
        let room = usize::try_from(group.bytes()).unwrap_or_default();
        let mut bundle = Bundle { bytes: Vec::with_capacity(room), ..Bundle::default() };
        for message in messages {
            if self.is_purged(message)? {
                continue;
            }
            let begin = bundle.bytes.len();
            let read = self.raw_chunks(message, |bytes| {
                bundle.bytes.extend_from_slice(bytes);
                Ok(())
            });
            let came_in = bundle.bytes.get(begin..).unwrap_or_default();
            if read.is_ok() && self.is_what_came_in(message, came_in)? {
                bundle.messages.push(message);
            } else {
                bundle.bytes.truncate(begin);
                bundle.damaged.push(message);
            }
        }
        Ok(bundle)
    }

    /// Where the bytes of a message are, if they are in a pack.
    pub(super) fn place_in_pack(&self, message: MessageId) -> Result<Option<Place>> {
        let mut select = self.connection.prepare_cached(
            "SELECT pack.id, pack.size, packed.offset, message.size
             FROM packed
             JOIN pack ON pack.id = packed.pack
             JOIN message ON message.id = packed.message
             WHERE packed.message = ?1",
        )?;
        let place = select.query_row([message.0], |row| {
            let (offset, size): (i64, i64) = (row.get(2)?, row.get(3)?);
            let [offset, size] = [offset, size].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
            Ok(Place { pack: sized(row)?, offset, size })
        });
        Ok(place.optional()?)
    }

    /// Hands out the bytes at a place in a pack.
    pub(super) fn unpack<T>(
        &self,
        place: &Place,
        take: impl FnOnce(&[u8]) -> Result<T>,
    ) -> Result<T> {
        let all = self.unpacked(place.pack)?;
        let end = place.offset.saturating_add(place.size);
        let bytes = all.get(place.offset..end);
        take(bytes.with_context(|| format!("pack {} ends before that", place.pack.id.0))?)
    }

    fn unpacked(&self, pack: Sized) -> Result<Rc<Vec<u8>>> {
        if let Some((last, bytes)) = &*self.unpacked.0.borrow()
            && *last == pack.id
        {
            return Ok(Rc::clone(bytes));
        }
        let mut select = self.connection.prepare_cached("SELECT bytes FROM pack WHERE id = ?1")?;
        let mut rows = select.query([pack.id.0])?;
        let row = rows.next()?.context("a pack is gone")?;
        let bytes = frame::decompress(row.get_ref(0)?.as_blob()?, pack.bytes)
            .with_context(|| format!("pack {}", pack.id.0))?;
        let bytes = Rc::new(bytes);
        if pack.bytes <= MOST {
            *self.unpacked.0.borrow_mut() = Some((pack.id, Rc::clone(&bytes)));
        }
        Ok(bytes)
    }

    fn in_pack(&self, pack: PackId) -> Result<Vec<(MessageId, u64)>> {
        let mut select = self.connection.prepare_cached(
            "SELECT message.id, message.size
             FROM packed JOIN message ON message.id = packed.message
             WHERE packed.pack = ?1 ORDER BY packed.offset",
        )?;
        let rows = select.query_map([pack.0], with_size)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The pack in which a message is.
    pub(super) fn pack_of(&self, message: MessageId) -> Result<Option<PackId>> {
        let mut select =
            self.connection.prepare_cached("SELECT pack FROM packed WHERE message = ?1")?;
        Ok(select.query_row([message.0], |row| row.get(0).map(PackId)).optional()?)
    }

    fn is_purged(&self, message: MessageId) -> Result<bool> {
        let mut select = self
            .connection
            .prepare_cached("SELECT 1 FROM message WHERE id = ?1 AND purged IS NOT NULL")?;
        Ok(select.exists([message.0])?)
    }

    /// Whether these are the bytes that came in as a message that is not purged.
    fn is_what_came_in(&self, message: MessageId, bytes: &[u8]) -> Result<bool> {
        let mut select = self.connection.prepare_cached(
            "SELECT 1 FROM message
             WHERE id = ?1 AND raw_hash = ?2 AND size = ?3 AND purged IS NULL",
        )?;
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        Ok(select.exists((message.0, hash, i64::try_from(bytes.len())?))?)
    }
}

impl Tx<'_> {
    /// Puts messages into a new pack, in place of where they are. First the frame is unpacked and
    /// each message compared with its digest: if one is another, as after a purge a moment ago,
    /// nothing is done, and gives false.
    ///
    /// # Errors
    /// Those of the database.
    pub fn put_pack(&self, messages: &[MessageId], frame: &[u8], size: u64) -> Result<bool> {
        let Some(places) = self.proved(messages, frame, size)? else { return Ok(false) };
        self.move_into_pack(&places, frame, size)?;
        Ok(true)
    }

    /// Where each message begins in what is in the frame, if it holds each as it came in, and
    /// nothing else.
    fn proved(
        &self,
        messages: &[MessageId],
        frame: &[u8],
        size: u64,
    ) -> Result<Option<Vec<(MessageId, usize)>>> {
        let plain = frame::decompress(frame, size)?;
        let mut rest = plain.as_slice();
        let mut places = Vec::new();
        for message in messages {
            let size = self.size_of(*message)?.unwrap_or(usize::MAX);
            let Some((bytes, behind)) = rest.split_at_checked(size) else { return Ok(None) };
            if !self.is_what_came_in(*message, bytes)? {
                return Ok(None);
            }
            places.push((*message, plain.len() - rest.len()));
            rest = behind;
        }
        Ok(rest.is_empty().then_some(places))
    }

    fn move_into_pack(&self, places: &[(MessageId, usize)], frame: &[u8], size: u64) -> Result<()> {
        self.connection
            .prepare_cached("INSERT INTO pack (size, bytes) VALUES (?1, ?2)")?
            .execute((i64::try_from(size)?, frame))?;
        let pack = self.connection.last_insert_rowid();
        let mut before = BTreeSet::new();
        for (message, offset) in places {
            before.extend(self.pack_of(*message)?);
            self.connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO packed (message, pack, offset) VALUES (?1, ?2, ?3)",
                )?
                .execute((message.0, pack, i64::try_from(*offset)?))?;
            self.connection
                .prepare_cached("DELETE FROM raw WHERE message = ?1")?
                .execute([message.0])?;
        }
        before.into_iter().try_for_each(|pack| self.drop_if_empty(pack))
    }

    /// Makes a pack anew with what is still in it, and nothing of what was.
    pub(super) fn pack_anew(&self, old: PackId) -> Result<()> {
        let rest = self.in_pack(old)?;
        if rest.is_empty() {
            return self.drop_if_empty(old);
        }
        let (mut plain, mut places) = (Vec::new(), Vec::new());
        for (message, _) in rest {
            places.push((message, plain.len()));
            // Damaged or not: these others are not to be lost by a purge.
            self.raw_chunks(message, |bytes| {
                plain.extend_from_slice(bytes);
                Ok(())
            })?;
        }
        self.move_into_pack(&places, &frame::compress(&plain)?, plain.len() as u64)
    }

    fn drop_if_empty(&self, pack: PackId) -> Result<()> {
        self.connection
            .prepare_cached(
                "DELETE FROM pack
                 WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM packed WHERE packed.pack = pack.id)",
            )?
            .execute([pack.0])?;
        Ok(())
    }

    fn size_of(&self, message: MessageId) -> Result<Option<usize>> {
        let mut select =
            self.connection.prepare_cached("SELECT size FROM message WHERE id = ?1")?;
        let size = select.query_row([message.0], |row| row.get::<_, i64>(0)).optional()?;
        Ok(size.and_then(|size| usize::try_from(size).ok()))
    }
}

fn sized(row: &Row<'_>) -> rusqlite::Result<Sized> {
    let bytes: i64 = row.get(1)?;
    Ok(Sized { id: PackId(row.get(0)?), bytes: bytes.unsigned_abs() })
}

fn with_size(row: &Row<'_>) -> rusqlite::Result<(MessageId, u64)> {
    let bytes: i64 = row.get(1)?;
    Ok((MessageId(row.get(0)?), bytes.unsigned_abs()))
}
