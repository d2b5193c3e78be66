//! An mbox, read under its lock from where it was read to the last time.

use std::fs::File;
use std::io::{self, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::prefix::Prefix;
use super::{Begin, Flow, Notice, Origin, Reader, mark_of, no_file, no_input, unread, written};
use crate::desk::raw::Collector;
use crate::desk::{Failure, Kind};
use crate::host::mailbox_lock::{MailboxLock, MailboxLockError};
use crate::mail::mbox::{self, Mbox, Variant};
use crate::store::{FileMark, Position};

/// Bytes that are read at once.
const PIECE: usize = 1 << 18;

impl Reader<'_> {
    /// The messages of an mbox, one at a time however large the file is.
    pub(super) fn mbox(&mut self, path: &Path, variant: Variant) -> Flow {
        match self.locked_mbox(path, variant) {
            Ok(flow) => flow,
            Err(why) => self.refuse(why),
        }
    }

    fn locked_mbox(&mut self, path: &Path, variant: Variant) -> Result<Flow, Failure> {
        let wrong = |error: io::Error| no_input(path, &error);
        let mut lock = match MailboxLock::wait(path, self.patience, self.stop) {
            Ok(lock) => lock,
            Err(MailboxLockError::Interrupted) => return Ok(self.interrupted()),
            Err(error @ MailboxLockError::Busy(_)) => {
                return Err(Failure::new(Kind::TryAgain, format!("{}: {error}", path.display())));
            }
            Err(MailboxLockError::Io(error)) => return Err(wrong(error)),
        };
        let file = lock.file.try_clone().map_err(wrong)?;
        let meta = file.metadata().map_err(wrong)?;
        if !meta.is_file() {
            return Err(no_file(path));
        }
        let mark = mark_of(&meta);
        let (mut prefix, offset, notice) = self.begin(path, &file, mark, variant).map_err(wrong)?;
        if let Some(notice) = notice
            && self.notice(notice).is_break()
        {
            return Ok(Flow::Break(()));
        }
        let reader = BufReader::with_capacity(PIECE, &file);
        let mut mbox = Mbox::new(reader, variant, offset).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => {
                Failure::new(Kind::Data, format!("{}: {error}", path.display()))
            }
            _ => wrong(error),
        })?;
        let name = path.canonicalize().map_err(wrong)?.as_os_str().as_bytes().to_owned();
        let unreadable = |error| {
            let changed = must_be_unchanged(path, &file, mark).err();
            changed.unwrap_or_else(|| unread(path, error))
        };
        let mut bad_lengths = 0;
        loop {
            let mut raw = Collector::new(self.dir);
            let Some(place) = mbox.next_into(&mut raw).map_err(unreadable)? else { break };
            prefix.extend(&file, place.end).map_err(unreadable)?;
            // What is read last is whole only if nobody writes on.
            if place.end >= mark.size {
                must_be_unchanged(path, &file, mark)?;
            }
            bad_lengths += usize::from(place.bad_length);
            let position = Position {
                path: name.clone(),
                manner: self.words.clone(),
                file: mark,
                offset: place.end,
                prefix: prefix.state(),
            };
            let delivered = mbox::delivered(&place.from_line).or_else(|| written(&meta));
            let origin = Origin::Mbox { sender: mbox::sender(&place.from_line), position };
            let within = place.end as f64 / mark.size.max(1) as f64;
            if self.found(raw.finish(), origin, delivered, within).is_break() {
                return Ok(Flow::Break(()));
            }
            lock.keep().map_err(wrong)?;
        }
        must_be_unchanged(path, &file, mark)?;
        if bad_lengths > 0 {
            return Ok(self.notice(Notice::BadLengths(path.to_owned(), bad_lengths)));
        }
        Ok(Flow::Continue(()))
    }

    /// Where to begin: at the end of what was read before, if that stands there still.
    fn begin(
        &self,
        path: &Path,
        file: &File,
        mark: FileMark,
        variant: Variant,
    ) -> io::Result<(Prefix, u64, Option<Notice>)> {
        let name = path.canonicalize()?;
        let known = self.positions.iter().find(|position| {
            position.path == name.as_os_str().as_bytes() && position.manner == self.words
        });
        let Some(known) = known.filter(|_| self.manner.begin == Begin::WhereItEnded) else {
            return Ok((Prefix::default(), 0, None));
        };
        let offset = known.offset;
        let prefix = match Prefix::restore(&known.prefix, offset) {
            Some(prefix) if known.file == mark => Some(prefix),
            // It was written to. The beginning may be the same: mail was added.
            Some(_) if offset <= mark.size => {
                Some(Prefix::of(file, offset)?).filter(|prefix| prefix.state() == known.prefix)
            }
            _ => None,
        };
        Ok(match prefix {
            Some(prefix) if offset == mark.size => (prefix, offset, Some(Notice::ReadBefore)),
            // Where no message begins, the last one was not whole when it was read.
            Some(prefix) if begins_message(file, variant, offset)? => {
                (prefix, offset, Some(Notice::GoesOn(path.to_owned(), offset)))
            }
            Some(_) => (Prefix::default(), 0, Some(Notice::WasCut(path.to_owned()))),
            None => (Prefix::default(), 0, Some(Notice::Changed(path.to_owned()))),
        })
    }
}

fn begins_message(file: &File, variant: Variant, offset: u64) -> io::Result<bool> {
    match Mbox::new(BufReader::new(file), variant, offset) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(false),
        Err(error) => Err(error),
    }
}

/// Nobody may have written to it meanwhile (R45): then the last message may be a part of one.
fn must_be_unchanged(path: &Path, file: &File, mark: FileMark) -> Result<(), Failure> {
    let meta = file.metadata().map_err(|error| no_input(path, &error))?;
    if mark_of(&meta) == mark {
        return Ok(());
    }
    let why = "written to while it was read, by a program that does not lock it; try again";
    Err(Failure::new(Kind::TryAgain, format!("{}: {why}", path.display())))
}
