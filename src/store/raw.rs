//! The bytes as they came, in rows of at most 1 MiB; or, of what rests, in a pack.

use std::fs::File;
use std::os::unix::fs::FileExt;

use anyhow::Result;
use sha2::{Digest, Sha256};

use super::{Snapshot, Tx};
use crate::domain::MessageId;

/// Bytes in one row.
const CHUNK: usize = 1 << 20;

/// The bytes of a message that are to be kept.
#[derive(Debug, Clone, Copy)]
pub struct RawBytes<'a> {
    /// SHA-256 of them.
    pub hash: [u8; 32],
    /// Where they are.
    pub content: RawContent<'a>,
}

/// Where bytes are that are to be kept.
#[derive(Debug, Clone, Copy)]
pub enum RawContent<'a> {
    /// In memory.
    Memory(&'a [u8]),
    /// In a file, from its beginning on.
    File {
        /// The file; nobody else writes to it.
        file: &'a File,
        /// How many there are.
        size: u64,
    },
}

impl<'a> RawBytes<'a> {
    /// Those in memory.
    #[must_use]
    pub fn of(bytes: &'a [u8]) -> Self {
        RawBytes { hash: Sha256::digest(bytes).into(), content: RawContent::Memory(bytes) }
    }

    pub(super) fn size(&self) -> u64 {
        match self.content {
            RawContent::Memory(bytes) => bytes.len() as u64,
            RawContent::File { size, .. } => size,
        }
    }

    /// Hands out the bytes in pieces that fit in a row.
    fn chunks(&self, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let (file, size) = match self.content {
            RawContent::Memory(bytes) => return bytes.chunks(CHUNK).try_for_each(take),
            RawContent::File { file, size } => (file, size),
        };
        let mut buffer = vec![0; CHUNK];
        let mut at = 0;
        while at < size {
            let left = usize::try_from(size - at).unwrap_or(CHUNK);
            let chunk = buffer.get_mut(..left.min(CHUNK)).unwrap_or_default();
            file.read_exact_at(chunk, at)?;
            take(chunk)?;
            at += chunk.len() as u64;
        }
        Ok(())
    }
}

impl Tx<'_> {
    /// Keeps the bytes of a message.
    pub(super) fn put_raw(&self, message: MessageId, raw: &RawBytes<'_>) -> Result<()> {
        let mut insert = self
            .connection
            .prepare_cached("INSERT INTO raw (message, chunk, bytes) VALUES (?1, ?2, ?3)")?;
        let mut chunk = 0_i64;
        raw.chunks(|bytes| {
            insert.execute((message.0, chunk, bytes))?;
            chunk += 1;
            Ok(())
        })
    }
}

impl Snapshot<'_> {
    /// Hands out the bytes of a message, chunk by chunk.
    ///
    /// # Errors
    /// Those of the database and of the taker.
    pub fn raw_chunks(
        &self,
        message: MessageId,
        mut take: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        if let Some(place) = self.place_in_pack(message)? {
            return self.unpack(&place, |bytes| bytes.chunks(CHUNK).try_for_each(take));
        }
        let mut select = self
            .connection
            .prepare_cached("SELECT bytes FROM raw WHERE message = ?1 ORDER BY chunk")?;
        let mut rows = select.query([message.0])?;
        while let Some(row) = rows.next()? {
            take(row.get_ref(0)?.as_blob()?)?;
        }
        Ok(())
    }

    /// The first bytes of a message, at most so many.
    ///
    /// # Errors
    /// Those of the database.
    pub fn raw_beginning(&self, message: MessageId, most: usize) -> Result<Vec<u8>> {
        if let Some(place) = self.place_in_pack(message)? {
            return self.unpack(&place, |bytes| Ok(bytes.get(..most).unwrap_or(bytes).to_vec()));
        }
        let mut select = self.connection.prepare_cached(
            "SELECT bytes FROM raw WHERE message = ?1 AND chunk < ?2 ORDER BY chunk",
        )?;
        let mut rows = select.query((message.0, i64::try_from(most.div_ceil(CHUNK))?))?;
        let mut raw = Vec::new();
        while let Some(row) = rows.next()? {
            raw.extend_from_slice(row.get_ref(0)?.as_blob()?);
        }
        raw.truncate(most);
        Ok(raw)
    }

    /// All bytes of a message at once: only for one that we wrote, for what comes in has any size.
    ///
    /// # Errors
    /// Those of the database.
    pub fn raw(&self, message: MessageId) -> Result<Vec<u8>> {
        let mut raw = Vec::new();
        self.raw_chunks(message, |bytes| {
            raw.extend_from_slice(bytes);
            Ok(())
        })?;
        Ok(raw)
    }
}

/// What was recorded of the bytes of a message.
#[derive(Debug, Clone)]
pub struct Digests {
    /// The message.
    pub id: MessageId,
    /// Its identity.
    pub identity: [u8; 32],
    /// The version of that digest.
    pub identity_version: i64,
    /// SHA-256 of its bytes.
    pub raw_hash: [u8; 32],
    /// Their number.
    pub size: i64,
}

impl Snapshot<'_> {
    /// The digests of every message that was not purged: those of a pack next to each other.
    ///
    /// # Errors
    /// Those of the database.
    pub fn digests(&self) -> Result<Vec<Digests>> {
        let mut select = self.connection.prepare(
            "SELECT message.id, identity, identity_version, raw_hash, size
             FROM message LEFT JOIN packed ON packed.message = message.id
             WHERE purged IS NULL ORDER BY packed.pack, message.id",
        )?;
        let rows = select.query_map([], |row| {
            Ok(Digests {
                id: MessageId(row.get(0)?),
                identity: row.get(1)?,
                identity_version: row.get(2)?,
                raw_hash: row.get(3)?,
                size: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
