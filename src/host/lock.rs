//! The desk's lock file: writers stand in line for it, until a deadline.
//!
//! SQLite's own busy handler polls, and at 32 writers its slowest waits a second; a blocking
//! flock(2) before `BEGIN IMMEDIATE` waits a tenth of that (DESIGN section 8), if each waits for its
//! turn.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::mpsc::{self, SyncSender};
use std::time::Duration;
use std::{fmt, io, thread};

use super::turn::{self, Turn};

/// How long somebody waits for its turn, before it asks out of turn.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 0 } else { 5 });

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
        let (tell, told) = mpsc::sync_channel(1);
        let in_turn = move || turn.wait(&file).and_then(|()| file.lock()).map(|()| file);
        wait_in_thread(in_turn, tell.clone())?;
        let patience = PATIENCE.min(limit);
        let locked = match told.recv_timeout(patience) {
            Ok(locked) => Ok(locked),
            // Whoever is before us may have been stopped.
            Err(_) => {
                let file = open(path)?;
                wait_in_thread(move || file.lock().map(|()| file), tell)?;
                told.recv_timeout(limit.saturating_sub(patience))
            }
        };
        match locked {
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

/// A thread waits in the kernel, so that the wait has a deadline. Past that the thread stays behind:
/// its command ends, or gives the lock up with it.
fn wait_in_thread(
    wait: impl FnOnce() -> io::Result<File> + Send + 'static,
    tell: SyncSender<io::Result<File>>,
) -> Result<(), LockError> {
    let told = move || {
        let _ = tell.send(wait());
    };
    thread::Builder::new().name("lock".to_owned()).spawn(told).map_err(LockError::Io)?;
    Ok(())
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

    /// With Ctrl-Z, or in a container that was paused.
    #[test]
    fn who_was_stopped_in_the_line_keeps_others_waiting_for_a_while_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let stopped = File::create(&path).unwrap();
        Turn::take(&stopped).unwrap();
        assert!(matches!(Lock::try_take(&path), Err(LockError::Busy(_))));
        Lock::wait(&path, Duration::from_secs(10)).unwrap();
        drop(stopped);
        Lock::wait(&path, Duration::from_secs(10)).unwrap();
    }
}
