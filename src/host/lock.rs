//! The desk's lock file: writers stand in line for it, until a deadline.
//!
//! SQLite's own busy handler polls, and at 32 writers its slowest waits a second; a blocking
//! flock(2) before `BEGIN IMMEDIATE` waits a tenth of that (DESIGN section 8), if each waits for its
//! turn.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;
use std::{fmt, io, thread};

use super::turn::{self, Turn};

/// A lock that is held until it is dropped, or the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug)]
pub enum LockError {
    /// Somebody else held it all the time.
    Busy(Duration),
    /// The file cannot be opened or locked.
    Io(io::Error),
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LockError::Busy(waited) => write!(
                f,
                "another postroom process has been writing for {:.0} s; try again",
                waited.as_secs_f64()
            ),
            LockError::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for LockError {}

impl Lock {
    /// Waits for the lock, at most so long.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn wait(path: &Path, limit: Duration) -> Result<Lock, LockError> {
        let file = open(path)?;
        let turn = Turn::take(&file).map_err(LockError::Io)?;
        if turn.has_come(&file).map_err(LockError::Io)? && try_lock(&file)? {
            return Ok(Lock { _file: file });
        }
        // A thread waits in the kernel, so that the wait has a deadline. Past the deadline the thread
        // stays behind: its command ends, or gives the lock up with it.
        let (tell, told) = mpsc::sync_channel(1);
        thread::Builder::new()
            .name("lock".to_owned())
            .spawn(move || {
                let locked = turn.wait(&file).and_then(|()| file.lock()).map(|()| file);
                let _ = tell.send(locked);
            })
            .map_err(LockError::Io)?;
        match told.recv_timeout(limit) {
            Ok(Ok(file)) => Ok(Lock { _file: file }),
            Ok(Err(error)) => Err(LockError::Io(error)),
            Err(_) => Err(LockError::Busy(limit)),
        }
    }

    /// Takes the lock if it is free and nobody waits for it.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn try_take(path: &Path) -> Result<Lock, LockError> {
        let file = open(path)?;
        match !turn::is_wanted(&file).map_err(LockError::Io)? && try_lock(&file)? {
            true => Ok(Lock { _file: file }),
            false => Err(LockError::Busy(Duration::ZERO)),
        }
    }
}

fn try_lock(file: &File) -> Result<bool, LockError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(LockError::Io(error)),
    }
}

fn open(path: &Path) -> Result<File, LockError> {
    OpenOptions::new().read(true).write(true).open(path).map_err(LockError::Io)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_lock_is_waited_for_until_the_deadline() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        File::create(&path).unwrap();
        let held = Lock::try_take(&path).unwrap();
        assert!(matches!(Lock::try_take(&path), Err(LockError::Busy(_))));
        assert!(matches!(Lock::wait(&path, Duration::from_millis(20)), Err(LockError::Busy(_))));
        drop(held);
        Lock::wait(&path, Duration::from_secs(10)).unwrap();
        assert!(matches!(Lock::try_take(&dir.path().join("none")), Err(LockError::Io(_))));
    }
}
