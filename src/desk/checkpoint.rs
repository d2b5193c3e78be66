//! Checkpoints beside a long run of large commits, in a thread of their own: what was committed is
//! copied into the database while the next batch is written behind it.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Scope;

use anyhow::Result;

use crate::host::parallel;
use crate::store::Store;

/// Commits whose checkpoints may be under way. The log beside the database begins anew only when
/// all of it is copied and nobody has written on: so often somebody has to wait for that.
const UNDER_WAY: usize = 4;

/// Whoever commits asks here.
pub(super) struct Checkpoints {
    ask: SyncSender<()>,
    done: Receiver<Result<()>>,
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
        let (did, done) = sync_channel(UNDER_WAY);
        parallel::start(scope, move || {
            // Nobody who asks any more is the end, not a fault.
            asked.into_iter().map(|()| store.checkpoint()).try_for_each(|result| did.send(result))
        })?;
        Ok(Checkpoints { ask, done, under_way: 0 })
    }

    /// There was a commit.
    ///
    /// # Errors
    /// Those of earlier checkpoints.
    pub(super) fn after_commit(&mut self) -> Result<()> {
        if self.under_way == UNDER_WAY {
            self.done.iter().take(UNDER_WAY).collect::<Result<()>>()?;
            self.under_way = 0;
        }
        // Where the thread died, commits make their checkpoints in the end themselves.
        self.under_way += usize::from(self.ask.send(()).is_ok());
        Ok(())
    }
}
