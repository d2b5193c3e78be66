//! Room on the disk: a mail that would take the last of it waits with the MTA (R185).

use anyhow::{Context, Result};

use super::{Desk, Failure, Kind};
use crate::host::file;

/// What a message takes for a moment: its place in the database, in the journal beside it, and, for
/// what is derived of it, as much again.
const TIMES: u64 = 3;

impl Desk {
    /// Refuses messages of so many bytes if less than `keep-free-mb` would be left.
    pub(super) fn must_have_room(&self, bytes: u64) -> Result<()> {
        let keep = self.config.settings().keep_free;
        if keep == 0 {
            return Ok(());
        }
        let free = file::free(&self.dir).with_context(|| self.dir.display().to_string())?;
        if free >= bytes.saturating_mul(TIMES).saturating_add(keep) {
            return Ok(());
        }
        let words = format!(
            "{} MB are free on the disk of the desk, too few for {bytes} bytes of mail: make room, \
             or see keep-free-mb in postroom.toml(5)",
            free / 1_000_000
        );
        Err(Failure::new(Kind::TryAgain, words).into())
    }
}
