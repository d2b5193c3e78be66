//! Pages that nobody uses go back to the file system.

use std::path::Path;

use anyhow::Result;

use super::{Snapshot, Store};

/// How large the database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Bytes of the file.
    pub file: u64,
    /// Bytes of its pages that hold nothing.
    pub free: u64,
}

impl Snapshot<'_> {
    /// How large the database is.
    ///
    /// # Errors
    /// Those of the database.
    pub fn extent(&self) -> Result<Extent> {
        let sql = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size";
        let free: i64 = self.connection.query_row(sql, [], |row| row.get(0))?;
        Ok(Extent { file: self.file_size()?, free: free.unsigned_abs() })
    }
}

impl Store {
    /// Writes the whole database anew without its free pages. The copy that it takes meanwhile lies
    /// in `dir`, then goes into the log beside the database, and from there into its place: whoever
    /// ends this in between ends it as if it had not begun. The caller holds the desk's lock file.
    ///
    /// # Errors
    /// Those of the database; a full disk.
    pub fn vacuum(&self, dir: &Path) -> Result<()> {
        let dir = dir.to_string_lossy();
        // Else it lies in /tmp, which may be small, or memory.
        self.connection.pragma_update(None, "temp_store_directory", dir.as_ref())?;
        self.connection.execute_batch("VACUUM")?;
        // The file becomes shorter when the log is back in it.
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}
