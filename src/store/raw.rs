//! The bytes as they came, in rows of at most 1 MiB.

use anyhow::Result;

use super::{Snapshot, Tx};
use crate::domain::MessageId;

/// Bytes in one row.
const CHUNK: usize = 1 << 20;

impl Tx<'_> {
    /// Keeps the bytes of a message.
    pub(super) fn put_raw(&self, message: MessageId, raw: &[u8]) -> Result<()> {
        let mut insert = self
            .connection
            .prepare_cached("INSERT INTO raw (message, chunk, bytes) VALUES (?1, ?2, ?3)")?;
        for (chunk, bytes) in (0_i64..).zip(raw.chunks(CHUNK)) {
            insert.execute((message.0, chunk, bytes))?;
        }
        Ok(())
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
        let mut select = self
            .connection
            .prepare_cached("SELECT bytes FROM raw WHERE message = ?1 ORDER BY chunk")?;
        let mut rows = select.query([message.0])?;
        while let Some(row) = rows.next()? {
            take(row.get_ref(0)?.as_blob()?)?;
        }
        Ok(())
    }

    /// The bytes of a message, as they came.
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
