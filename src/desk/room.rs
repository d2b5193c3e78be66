//! Room on the disk: a mail that would take the last of it waits with the MTA (R185).

use std::io;

use anyhow::{Context, Error, Result};

use super::{Desk, Failure, Kind};
use crate::host::{file, limit};
use crate::store::NoRoom;

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
        let free = self.free()?;
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

    /// An error of the store, with what to do where there was no room for what it wrote. It is none
    /// of a conversation: what comes next would fail as well.
    pub(super) fn without_room(&self, error: Error) -> Error {
        let (kind, words) = match (NoRoom::of(&error), limit::file_size()) {
            (Some(NoRoom::Disk), _) => (
                io::ErrorKind::StorageFull,
                "the disk of the desk is full: make room, also for what goes into the log beside the \
                 database before it goes into its place"
                    .to_owned(),
            ),
            (Some(NoRoom::File), Some(most)) => (
                io::ErrorKind::FileTooLarge,
                format!(
                    "the log beside the database would be larger than the {most} bytes that a file \
                     may have here (RLIMIT_FSIZE); in Postfix set 'mailbox_size_limit = 0'"
                ),
            ),
            _ => return error,
        };
        io::Error::new(kind, words).into()
    }

    /// Bytes that are free on the disk of the desk.
    fn free(&self) -> Result<u64> {
        file::free(&self.dir).with_context(|| self.dir.display().to_string())
    }

    /// Refuses to write the database anew if there is no room for what that takes: a copy of all the
    /// bytes that it holds, and the log from which they come back.
    pub(super) fn must_have_room_for_copies(&self, bytes: u64) -> Result<()> {
        let (needed, free) = (bytes.saturating_mul(2), self.free()?);
        let full = |words: String| Err(Failure::new(Kind::TryAgain, words).into());
        if free < needed.saturating_add(self.config.settings().keep_free) {
            return full(format!(
                "--vacuum writes {} MB for a moment, and {} MB are free on the disk of the desk: \
                 make room, or see keep-free-mb in postroom.toml(5)",
                needed / 1_000_000,
                free / 1_000_000
            ));
        }
        // In the log each page has a few bytes of its own.
        if limit::file_size().is_some_and(|most| most < bytes + bytes / 100) {
            let words =
                "--vacuum writes a file that is larger than a file may be here (RLIMIT_FSIZE)";
            return full(words.to_owned());
        }
        Ok(())
    }
}
