//! What a long run of large commits leaves to a thread beside it: each commit is brought to the disk,
//! and copied into the database, while the next batch is written behind it.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Scope;

use anyhow::{Context, Result};

use crate::host::parallel;
use crate::store::Store;

/// Commits whose checkpoints may be under way. The log beside the database begins anew only when
/// all of it is copied and nobody has written on: so often somebody has to wait for that.
const UNDER_WAY: usize = 8;

/// What was done with a commit.
enum Done {
    /// It is on the disk.
    Synced,
    /// It stands in the database.
    Copied,
}

/// Whoever commits asks here.
pub(super) struct Checkpoints {
    ask: SyncSender<()>,
    done: Receiver<Result<Done>>,
    under_way: usize,
}

impl Checkpoints {
    /// Through a connection of their own, until this is dropped.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(super) fn beside<'scope>(
        scope: &'scope Scope<'scope, '_>,
        store: Store,
    ) -> io::Result<Self> {
        let (ask, asked) = sync_channel(UNDER_WAY);
        let (did, done) = sync_channel(2 * UNDER_WAY);
        parallel::start(scope, move || {
            // Nobody who listens any more is the end, not a fault.
            asked.into_iter().try_for_each(|()| {
                did.send(store.sync_log().map(|()| Done::Synced))?;
                did.send(store.checkpoint().map(|()| Done::Copied))
            })
        })?;
        Ok(Checkpoints { ask, done, under_way: 0 })
    }

    /// There was a commit. Gives how many of those before it came to the disk since this was asked
    /// last, oldest first.
    ///
    /// # Errors
    /// Those of earlier commits, which may not be on the disk then.
    pub(super) fn after_commit(&mut self) -> Result<usize> {
        let synced = if self.under_way == UNDER_WAY { self.finish()? } else { self.so_far()? };
        self.ask.send(()).context(DIED)?;
        self.under_way += 1;
        Ok(synced)
    }

    /// What is done by now.
    fn so_far(&mut self) -> Result<usize> {
        let done: Vec<_> = self.done.try_iter().collect();
        self.count(done)
    }

    /// Waits for all of them. Gives how many came to the disk meanwhile.
    ///
    /// # Errors
    /// As [`after_commit`](Self::after_commit).
    pub(super) fn finish(&mut self) -> Result<usize> {
        let mut synced = 0;
        while self.under_way > 0 {
            let done = self.done.recv().context(DIED)?;
            synced += self.count([done])?;
        }
        Ok(synced)
    }

    /// How many commits came to the disk, of what was done.
    fn count(&mut self, done: impl IntoIterator<Item = Result<Done>>) -> Result<usize> {
        let mut synced = 0;
        for done in done {
            match done? {
                Done::Synced => synced += 1,
                Done::Copied => self.under_way -= 1,
            }
        }
        Ok(synced)
    }
}

const DIED: &str = "the thread that brings what was committed to the disk has ended";
