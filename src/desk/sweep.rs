//! What time brings: the search index catches up, mail that rests is packed, room that is free goes
//! back. All of it in small transactions: whoever delivers writes in between.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

use super::{Desk, Failure, Kind, index, layout};
use crate::domain::pack::{Group, Packer};
use crate::domain::{Duration, MessageId, Time};
use crate::host::lock;
use crate::host::log::Level;
use crate::mail::parse::MOST_BYTES;
use crate::store::{self, Bundle, Ending, Extent, Waiting};

/// What is to be swept.
#[derive(Debug, Clone, Copy)]
pub struct Sweep<'a> {
    /// How long a conversation has to rest before its mail is packed.
    pub rest: Duration,
    /// Ends it when it is set, behind what is under way.
    pub stop: &'a AtomicBool,
}

/// What there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Messages to be indexed.
    pub index: usize,
    /// Messages to be packed.
    pub pack: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Messages that were indexed.
    pub indexed: usize,
    /// Messages that were plain, and are packed.
    pub packed: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Messages that stay as they are: their bytes are not those that came in.
    pub damaged: Vec<MessageId>,
    /// Whether it was ended before it was done.
    pub interrupted: bool,
}

impl Desk {
    /// What there is to do.
    ///
    /// # Errors
    /// Those of the store.
    pub fn plan_sweep(&self, sweep: &Sweep<'_>) -> Result<Plan> {
        let index = self.read(|snapshot| Ok(snapshot.unindexed(usize::MAX)?.len()))?;
        let waiting = self.waiting_for_pack(sweep)?;
        Ok(Plan {
            index,
            pack: waiting.iter().map(|one| one.messages).sum(),
            bytes: waiting.iter().map(|one| one.bytes).sum(),
        })
    }

    /// Indexes and packs. `tell` gets how many messages are packed, and how much of all is done, from
    /// 0 to 1.
    ///
    /// # Errors
    /// Those of the store; what was done before stays.
    pub fn sweep(&mut self, sweep: &Sweep<'_>, mut tell: impl FnMut(usize, f64)) -> Result<Swept> {
        let mut swept = Swept::default();
        self.clear_offers()
            .unwrap_or_else(|error| self.log(Level::Warning, &format!("sweep: {error:#}")));
        // Free pages would keep the text of mail that is purged later.
        self.store.overwrite_what_is_deleted()?;
        self.index_all(sweep, &mut swept)?;
        let waiting = self.waiting_for_pack(sweep)?;
        let all: u64 = waiting.iter().map(|one| one.bytes).sum();
        let mut packer = Packer::new(self.read(|snapshot| snapshot.newest_pack())?);
        for conversation in waiting {
            if sweep.is_stopped(&mut swept) {
                break;
            }
            let most = MOST_BYTES as u64;
            let resting = self.read(|snapshot| snapshot.resting(conversation.number, most))?;
            for group in packer.add(&resting) {
                self.pack(&group, &mut swept)?;
            }
            tell(swept.packed, swept.bytes as f64 / all.max(1) as f64);
        }
        if let Some(group) = packer.finish().filter(|_| !swept.interrupted) {
            self.pack(&group, &mut swept)?;
        }
        Ok(swept)
    }

    /// Removes the mail of deliveries that were killed while they waited.
    ///
    /// # Errors
    /// Those of the system.
    pub(super) fn clear_offers(&self) -> Result<()> {
        lock::clear_offers(&self.dir.join(layout::LOCK)).with_context(|| {
            format!("{}: what killed deliveries left beside the lock", self.dir.display())
        })
    }

    fn index_all(&mut self, sweep: &Sweep<'_>, swept: &mut Swept) -> Result<()> {
        while !sweep.is_stopped(swept)
            && self.read(|snapshot| Ok(!snapshot.unindexed(1)?.is_empty()))?
        {
            swept.indexed += self.write("sweep", Ending::Commit, |tx, _| index::catch_up(tx))?;
        }
        Ok(())
    }

    fn waiting_for_pack(&self, sweep: &Sweep<'_>) -> Result<Vec<Waiting>> {
        let since = Time(self.now.0.saturating_sub(sweep.rest.0));
        self.read(|snapshot| snapshot.waiting_for_pack(since, MOST_BYTES as u64))
    }

    /// Makes one pack. It is compressed while others may write; what they changed meanwhile is
    /// seen when it is put in place, and then the next sweep packs these.
    fn pack(&mut self, group: &Group, swept: &mut Swept) -> Result<()> {
        self.must_have_room(group.bytes())?;
        let Bundle { messages, bytes, damaged } = self.read(|snapshot| snapshot.bundle(group))?;
        for message in &damaged {
            let words = "its bytes are not those that came in; it is not packed; see 'check'";
            self.log(Level::Error, &format!("sweep: {message}: {words}"));
        }
        swept.damaged.extend(&damaged);
        if messages.is_empty() {
            return Ok(());
        }
        let (frame, size) = (store::compress(&bytes)?, bytes.len() as u64);
        drop(bytes);
        if self.write("sweep", Ending::Commit, |tx, _| tx.put_pack(&messages, &frame, size))? {
            let put: BTreeSet<&MessageId> = messages.iter().collect();
            let plain = || group.messages.iter().filter(|(message, _)| put.contains(message));
            swept.packed += plain().count();
            swept.bytes += plain().map(|(_, bytes)| bytes).sum::<u64>();
        }
        Ok(())
    }

    /// How large the database is, and how much of it is free.
    ///
    /// # Errors
    /// Those of the store.
    pub fn extent(&self) -> Result<Extent> {
        self.read(|snapshot| snapshot.extent())
    }

    /// Merges the search index and writes the database anew: what is free goes back to the file
    /// system, and of what was deleted nothing is left, nor of what was moved from page to page as the
    /// file grew. How large it was before, and is now. Nobody else writes meanwhile.
    ///
    /// # Errors
    /// [`Kind::NotAllowed`] for anybody but root and the database's owner; too little room on the
    /// disk, or under a limit on the size of files; and those of the store.
    pub fn vacuum(&mut self) -> Result<(Extent, Extent)> {
        self.may_vacuum()?;
        index::merge(self, "sweep")?;
        let _lock = self.lock()?;
        let before = self.extent()?;
        self.must_have_room_for_copies(before.file - before.free)?;
        self.store.vacuum(&self.dir).map_err(|error| self.without_room(error))?;
        Ok((before, self.extent()?))
    }

    /// Refuses [`Desk::vacuum`] to anybody but root and the database's owner.
    ///
    /// # Errors
    /// [`Kind::NotAllowed`].
    pub fn may_vacuum(&self) -> Result<()> {
        if self.scene().steward.is_some() {
            return Ok(());
        }
        let words = format!(
            "--vacuum keeps all mail waiting: it is for root and {}, who owns the database",
            self.owner()
        );
        Err(Failure::new(Kind::NotAllowed, words).into())
    }
}

impl Sweep<'_> {
    fn is_stopped(&self, swept: &mut Swept) -> bool {
        swept.interrupted |= self.stop.load(Ordering::Relaxed);
        swept.interrupted
    }
}
