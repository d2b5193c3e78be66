//! The desk's lock file: writers stand in line for it, until a deadline.
//!
//! SQLite's own busy handler polls, and at 32 writers its slowest waits a second; a blocking
//! flock(2) before `BEGIN IMMEDIATE` waits a tenth of that (DESIGN section 8), if each waits for its
//! turn.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};
use std::time::Duration;
use std::{fmt, io, thread};

use super::offer::{self, Offer, Offered};
use super::turn::{self, Turn};

/// How long somebody waits for its turn, before it asks out of turn.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 0 } else { 5 });

/// A place in the line for a lock.
#[derive(Debug)]
pub struct Line {
    path: PathBuf,
    file: File,
    turn: Turn,
}

/// A lock that is held until it is dropped, or the process ends.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
    /// None for who took it out of turn.
    turn: Option<Turn>,
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

impl Line {
    /// Stands in the line, behind whoever came before.
    ///
    /// # Errors
    /// [`LockError::Io`].
    pub fn enter(path: &Path) -> Result<Line, LockError> {
        let file = open(path)?;
        let turn = Turn::take(&file).map_err(LockError::Io)?;
        Ok(Line { path: path.to_owned(), file, turn })
    }

    /// The lock, if it is free and nobody is before us.
    ///
    /// # Errors
    /// [`LockError::Io`].
    pub fn lock_at_once(self) -> Result<Result<Lock, Line>, LockError> {
        if !(self.turn.has_come(&self.file).map_err(LockError::Io)? && try_lock(&self.file)?) {
            return Ok(Err(self));
        }
        let Line { path, file, turn } = self;
        Ok(Ok(Lock { path, file, turn: Some(turn) }))
    }

    /// Offers what we want the lock for to whoever has it before us, to be waited for. Who does it
    /// is to know the kind.
    ///
    /// # Errors
    /// Those of the system.
    pub fn offer(&self, kind: &str, what: &[u8]) -> io::Result<Offer> {
        Offer::make(&self.path, self.turn.place(), kind, what)
    }

    /// Whether somebody before us waits with an offer of this kind.
    #[must_use]
    pub fn is_offered_before(&self, kind: &str) -> bool {
        (0..self.turn.place()).rev().any(|place| offer::is_there(&self.path, place, kind))
    }

    /// Waits for the lock, at most so long, or for the answer to what we offered.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn wait(self, limit: Duration, offer: Option<Offer>) -> Result<Waited, LockError> {
        let Line { path, file, turn } = self;
        let offer = offer.map(Arc::new);
        let (tell, told) = mpsc::sync_channel(1);
        let lock = Lock { path: path.clone(), file, turn: None };
        let offered = offer.clone();
        let in_turn = move || {
            turn.wait(&lock.file)?;
            // Whoever is behind us waits for nobody who has nothing left to do.
            match answer(offered.as_deref())? {
                Some(answer) => Ok(Waited::Answer(answer)),
                None => locked(Lock { turn: Some(turn), ..lock }, offered.as_deref()),
            }
        };
        wait_in_thread(in_turn, tell.clone())?;
        let patience = PATIENCE.min(limit);
        let waited = match told.recv_timeout(patience) {
            Ok(waited) => Ok(waited),
            // Whoever is before us may have been stopped.
            Err(_) => {
                let (lock, offered) =
                    (Lock { file: open(&path)?, path, turn: None }, offer.clone());
                wait_in_thread(move || locked(lock, offered.as_deref()), tell)?;
                told.recv_timeout(limit.saturating_sub(patience))
            }
        };
        // The thread may keep it for ever. Who takes on what lies there still does what we do as well.
        let _ = offer.as_deref().map(Offer::withdraw);
        match waited {
            Ok(waited) => waited.map_err(LockError::Io),
            Err(_) => match answer(offer.as_deref()) {
                Ok(Some(answer)) => Ok(Waited::Answer(answer)),
                _ => Err(LockError::Busy(limit)),
            },
        }
    }
}

/// What came of waiting.
#[derive(Debug)]
pub enum Waited {
    /// The lock is ours.
    Lock(Lock),
    /// What we offered is done: what came of it.
    Answer(Vec<u8>),
}

impl Lock {
    /// Whether nobody has the lock or waits for it, as far as the line tells.
    ///
    /// # Errors
    /// [`LockError::Io`].
    pub fn is_free(path: &Path) -> Result<bool, LockError> {
        Ok(!turn::is_wanted(&open(path)?).map_err(LockError::Io)?)
    }

    /// Waits for the lock, at most so long.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn wait(path: &Path, limit: Duration) -> Result<Lock, LockError> {
        match Line::enter(path)?.lock_at_once()? {
            Ok(lock) => Ok(lock),
            Err(line) => match line.wait(limit, None)? {
                Waited::Lock(lock) => Ok(lock),
                // Nothing was offered.
                Waited::Answer(_) => Err(LockError::Busy(limit)),
            },
        }
    }

    /// Takes the lock if it is free and nobody waits for it.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn try_take(path: &Path) -> Result<Lock, LockError> {
        let file = open(path)?;
        match !turn::is_wanted(&file).map_err(LockError::Io)? && try_lock(&file)? {
            true => Ok(Lock { path: path.to_owned(), file, turn: None }),
            false => Err(LockError::Busy(Duration::ZERO)),
        }
    }

    /// What those behind us in the line offer of a kind, in its order.
    pub fn offers<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Offered> + 'a {
        let behind = self.turn.as_ref().into_iter().flat_map(|turn| turn.place() + 1..);
        // What cannot be seen is done by whoever offers it.
        behind
            .take_while(|place| turn::is_taken(&self.file, *place).unwrap_or(false))
            .filter_map(move |place| Offered::look(&self.path, place, kind).ok().flatten())
    }
}

/// Removes what was offered by those who were killed since.
///
/// # Errors
/// Those of the system; what can be removed is gone.
pub fn clear_offers(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut done = Ok(());
    for (offer, place) in offer::all(path)? {
        // Whoever comes there just now only waits as if it had offered nothing.
        if !turn::is_taken(&file, place)? {
            done = done.and(offer::remove(&offer));
        }
    }
    done
}

/// Locks the file, unless somebody did meanwhile what it is wanted for.
fn locked(lock: Lock, offer: Option<&Offer>) -> io::Result<Waited> {
    lock.file.lock()?;
    Ok(answer(offer)?.map_or(Waited::Lock(lock), Waited::Answer))
}

fn answer(offer: Option<&Offer>) -> io::Result<Option<Vec<u8>>> {
    offer.map_or(Ok(None), Offer::answer)
}

/// A thread waits in the kernel, so that the wait has a deadline. Past that the thread stays behind:
/// its command ends, or gives the lock up with it.
fn wait_in_thread(
    wait: impl FnOnce() -> io::Result<Waited> + Send + 'static,
    tell: SyncSender<io::Result<Waited>>,
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

    fn made() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        File::create(&path).unwrap();
        (dir, path)
    }

    #[test]
    fn a_held_lock_is_waited_for_until_the_deadline() {
        let (dir, path) = made();
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

    #[test]
    fn offers_come_in_the_order_of_the_line_from_whoever_stands_there() {
        let (_dir, path) = made();
        let lock = Line::enter(&path).unwrap().lock_at_once().unwrap().unwrap();
        let line = [(); 4].map(|()| Line::enter(&path).unwrap());
        let offers: Vec<Offer> = [(2, "c"), (0, "a"), (3, "d")]
            .map(|(n, what)| line[n].offer("k", what.as_bytes()).unwrap())
            .into();
        assert!(line[3].is_offered_before("k") && !line[0].is_offered_before("k"));
        assert!(!line[3].is_offered_before("other") && lock.offers("other").next().is_none());
        let seen = |lock: &Lock| {
            lock.offers("k")
                .map(|o| String::from_utf8_lossy(o.what()).into_owned())
                .collect::<String>()
        };
        assert_eq!(seen(&lock), "acd");
        let [_a, _b, _c, d] = line;
        drop(d);
        assert_eq!(seen(&lock), "ac", "one that is not waited for any more does not count");
        assert_eq!(seen(&Lock { path, file: lock.file, turn: None }), "");
        drop(offers);
    }

    #[test]
    fn whose_offer_is_done_gets_no_lock() {
        for is_done in [true, false] {
            let (_dir, path) = made();
            let lock = Line::enter(&path).unwrap().lock_at_once().unwrap().unwrap();
            let line = Line::enter(&path).unwrap();
            let offer = line.offer("k", b"a mail").unwrap();
            let waiting = thread::spawn(move || line.wait(Duration::from_secs(10), Some(offer)));
            let taken = lock.offers("k").next().unwrap().take_on().unwrap();
            if is_done {
                taken.is_done(b"so").unwrap();
            }
            drop(lock);
            match waiting.join().unwrap().unwrap() {
                Waited::Answer(answer) => assert!(is_done && answer == b"so"),
                Waited::Lock(_) => assert!(!is_done),
            }
        }
    }

    /// It is asked for once more at the end.
    #[test]
    fn what_is_done_by_the_deadline_counts() {
        let (_dir, path) = made();
        let lock = Line::enter(&path).unwrap().lock_at_once().unwrap().unwrap();
        for is_done in [true, false] {
            let line = Line::enter(&path).unwrap();
            let offer = line.offer("k", b"a mail").unwrap();
            if is_done {
                lock.offers("k").next().unwrap().take_on().unwrap().is_done(b"").unwrap();
            }
            let waited = line.wait(Duration::from_millis(20), Some(offer));
            match is_done {
                true => assert!(matches!(waited, Ok(Waited::Answer(_)))),
                false => assert!(matches!(waited, Err(LockError::Busy(_)))),
            }
        }
    }

    #[test]
    fn what_the_killed_left_behind_is_removed() {
        let (dir, path) = made();
        let line = Line::enter(&path).unwrap();
        let _offer = line.offer("k", b"a mail").unwrap();
        for name in
            ["lock.1.k", "lock.2.k", "lock.3.new", "lock.x", "lock.new", "lock.1.2.k", "block.1.k"]
        {
            File::create(dir.path().join(name)).unwrap();
        }
        std::fs::create_dir(dir.path().join("lock.4.k")).unwrap();
        assert!(clear_offers(&path).is_err(), "a folder stays");
        let mut left: Vec<_> =
            dir.path().read_dir().unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(
            left,
            ["block.1.k", "lock", "lock.0.k", "lock.1.2.k", "lock.4.k", "lock.new", "lock.x"]
        );
    }
}
