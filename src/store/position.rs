//! How far files of many messages were read, so that an import that was ended goes on.

use anyhow::Result;
use rusqlite::Row;

use super::{Snapshot, Tx};

/// A file as it stood at an instant: what changes when it is written to or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileMark {
    /// The device that it lies on.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// When it was written last, in nanoseconds since 1970.
    pub modified: i64,
}

/// How far a file was read in one manner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Its path from the root, as bytes.
    pub path: Vec<u8>,
    /// The options that say what becomes of its messages.
    pub manner: String,
    /// The file as it stood.
    pub file: FileMark,
    /// All messages that begin before it are in.
    pub offset: u64,
    /// The state of a SHA-256 over the whole blocks before it: it holds no bytes of mail.
    pub prefix: Vec<u8>,
}

impl Tx<'_> {
    /// Remembers how far a file was read, in the transaction that takes its messages in.
    ///
    /// # Errors
    /// Those of the database.
    pub fn put_position(&self, position: &Position) -> Result<()> {
        let Position { path, manner, file, offset, prefix } = position;
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO position (path, manner, device, inode, size, modified,
                                                  offset, prefix)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((
                path,
                manner,
                signed(file.device),
                signed(file.inode),
                signed(file.size),
                file.modified,
                signed(*offset),
                prefix,
            ))?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// How far each file was read, in each manner.
    ///
    /// # Errors
    /// Those of the database.
    pub fn positions(&self) -> Result<Vec<Position>> {
        let mut select = self.connection.prepare_cached(
            "SELECT path, manner, device, inode, size, modified, offset, prefix FROM position",
        )?;
        let rows = select.query_map([], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Position> {
    let unsigned = |column| row.get(column).map(i64::cast_unsigned);
    Ok(Position {
        path: row.get(0)?,
        manner: row.get(1)?,
        file: FileMark {
            device: unsigned(2)?,
            inode: unsigned(3)?,
            size: unsigned(4)?,
            modified: row.get(5)?,
        },
        offset: unsigned(6)?,
        prefix: row.get(7)?,
    })
}

/// SQLite has no unsigned numbers; the bits are kept.
fn signed(number: u64) -> i64 {
    number.cast_signed()
}
