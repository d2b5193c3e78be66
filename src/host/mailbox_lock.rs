//! The lock of an mbox (R45): fcntl(2) on the file, and a lock file `NAME.lock` beside it, as
//! delivery programs take them. If both cannot be had, neither is held while waiting.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};
use std::{fmt, process, thread};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use super::file::rename_new;
use super::{clock, random};

/// How long a lock file may lie untouched before it is taken for forgotten. Its owner touches it.
const STALE: Duration = Duration::from_secs(300);

/// How often the owner touches it.
const TOUCH: Duration = Duration::from_secs(30);

/// How often somebody who waits looks again.
const LOOK: Duration = Duration::from_millis(200);

/// An mbox that nobody who locks as we do writes to, until this is dropped.
#[derive(Debug)]
pub struct MailboxLock {
    /// The file, open for reading; the lock on it goes with it.
    pub file: File,
    /// None where we may not make one.
    beside: Option<LockFile>,
}

/// Why an mbox cannot be locked.
#[derive(Debug)]
pub enum MailboxLockError {
    /// Somebody else held it all the time: through this file, or by fcntl.
    Busy(Option<PathBuf>),
    /// A signal ended the waiting.
    Interrupted,
    /// The file cannot be opened or locked.
    Io(io::Error),
}

impl fmt::Display for MailboxLockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MailboxLockError::Busy(Some(path)) => write!(
                f,
                "locked by another program through {}; try again, or remove that file if nobody \
                 writes to the mbox",
                path.display()
            ),
            MailboxLockError::Busy(None) => f.write_str("locked by another program; try again"),
            MailboxLockError::Interrupted => f.write_str("interrupted"),
            MailboxLockError::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for MailboxLockError {}

impl From<io::Error> for MailboxLockError {
    fn from(error: io::Error) -> Self {
        MailboxLockError::Io(error)
    }
}

impl MailboxLock {
    /// Opens and locks an mbox for reading; waits for others, at most so long, or until `stop` is set
    /// by a signal. Where no lock file
    /// can be made, for want of a right or of a writable disk, fcntl alone has to do.
    ///
    /// # Errors
    /// [`MailboxLockError`].
    pub fn wait(
        path: &Path,
        limit: Duration,
        stop: &AtomicBool,
    ) -> Result<MailboxLock, MailboxLockError> {
        let begun = Instant::now();
        loop {
            let busy = match Self::try_take(path)? {
                Ok(lock) => return Ok(lock),
                Err(busy) => busy,
            };
            if stop.load(Ordering::Relaxed) {
                return Err(MailboxLockError::Interrupted);
            }
            if begun.elapsed() >= limit {
                return Err(MailboxLockError::Busy(busy));
            }
            thread::sleep(LOOK.min(limit.saturating_sub(begun.elapsed())));
        }
    }

    /// The lock, or through which file somebody else has it. The mbox is opened each time: it may
    /// be another one when its lock is free.
    fn try_take(path: &Path) -> io::Result<Result<MailboxLock, Option<PathBuf>>> {
        let file = File::open(path)?;
        if !lock_for_reading(&file)? {
            return Ok(Err(None));
        }
        Ok(match LockFile::try_make(path)? {
            Made::Yes(beside) => Ok(MailboxLock { file, beside: Some(beside) }),
            Made::Forbidden => Ok(MailboxLock { file, beside: None }),
            Made::Held(by) => Err(Some(by)),
        })
    }

    /// Tells the others that the lock is alive; to be called now and then.
    ///
    /// # Errors
    /// When the lock file is gone: somebody took it for forgotten.
    pub fn keep(&mut self) -> io::Result<()> {
        self.beside.as_mut().map_or(Ok(()), LockFile::keep)
    }
}

/// By the open file, not by the process: closing another descriptor of it does not give it up.
fn lock_for_reading(file: &File) -> io::Result<bool> {
    let whole = libc::flock {
        l_type: libc::F_RDLCK as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    match fcntl(file, FcntlArg::F_OFD_SETLK(&whole)) {
        Ok(_) => Ok(true),
        Err(Errno::EAGAIN | Errno::EACCES) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// `NAME.lock`, made by us.
#[derive(Debug)]
struct LockFile {
    path: PathBuf,
    mark: String,
    touched: Instant,
}

enum Made {
    Yes(LockFile),
    Forbidden,
    Held(PathBuf),
}

impl LockFile {
    fn try_make(mbox: &Path) -> io::Result<Made> {
        let mut name = mbox.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        // Twice: a forgotten one makes room.
        for _ in 0..2 {
            let mark = own_mark();
            let made = make_whole(&path, &mark);
            match made.as_ref().map_err(io::Error::kind) {
                Ok(()) => return Ok(Made::Yes(LockFile { path, mark, touched: Instant::now() })),
                Err(io::ErrorKind::AlreadyExists) => match forgotten(&path) {
                    Some(forgotten) if remove(&path, &forgotten).is_ok() => {}
                    _ => break,
                },
                Err(io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) => {
                    return Ok(Made::Forbidden);
                }
                Err(_) => made?,
            }
        }
        Ok(Made::Held(path))
    }

    fn is_ours(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|text| text == self.mark)
    }

    fn keep(&mut self) -> io::Result<()> {
        if self.touched.elapsed() < TOUCH {
            return Ok(());
        }
        if !self.is_ours() {
            let why = format!("{}: the lock was taken away", self.path.display());
            return Err(io::Error::other(why));
        }
        let now: SystemTime = clock::now().utc().into();
        OpenOptions::new().write(true).open(&self.path)?.set_modified(now)?;
        self.touched = Instant::now();
        Ok(())
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        if self.is_ours() {
            // Left behind, it is found to be forgotten.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Makes a file that is there with its content or not at all: whoever finds it half made, after a
/// crash, could not tell whose it is.
fn make_whole(path: &Path, text: &str) -> io::Result<()> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mode = Permissions::from_mode(0o644);
    let mut file =
        tempfile::Builder::new().prefix(".postroom-").permissions(mode).tempfile_in(dir)?;
    file.write_all(text.as_bytes())?;
    file.persist_noclobber(path)?;
    Ok(())
}

/// The number of the process on the first line, as others write and read it; the machine on the
/// second, where we look whether it lives.
fn own_mark() -> String {
    format!("{}\n{}\n", process::id(), machine())
}

fn machine() -> String {
    nix::unistd::gethostname().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A lock file whose owner is gone: it was a process of ours on this machine and lives no more, or
/// nobody has touched the file for minutes. None where the owner may live.
fn forgotten(path: &Path) -> Option<File> {
    // Open, without a right to read it, for as long as it has to be told from others.
    let file = OpenOptions::new().read(true).custom_flags(libc::O_PATH).open(path).ok()?;
    let text = fs::read_to_string(path).unwrap_or_default();
    let mut lines = text.lines();
    let process = lines.next().and_then(|line| line.trim().parse().ok()).filter(|id| *id > 0);
    let is_here = lines.next().is_some_and(|name| name == machine());
    let is_dead = |id| kill(Pid::from_raw(id), None) == Err(Errno::ESRCH);
    let touched = file.metadata().and_then(|meta| meta.modified());
    let now: SystemTime = clock::now().utc().into();
    let is_old = touched.is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > STALE));
    (is_old || is_here && process.is_some_and(is_dead)).then_some(file)
}

/// Removes a lock file if it is that one still: whoever found it forgotten, too, may have put its own
/// there. As long as the file is open no other can have its number.
fn remove(path: &Path, forgotten: &File) -> io::Result<()> {
    let aside = path.with_file_name(format!(".postroom-{}", random::reference()));
    match rename_new(path, &aside) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        renamed => renamed?,
    }
    let (was, is) = (forgotten.metadata()?, aside.symlink_metadata()?);
    if (was.dev(), was.ino()) != (is.dev(), is.ino()) {
        // Where a third one has made its own meanwhile, the second finds that it lost the lock.
        let _ = fs::hard_link(&aside, path);
    }
    fs::remove_file(&aside)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOT_LONG: Duration = Duration::ZERO;

    static NEVER: AtomicBool = AtomicBool::new(false);

    fn mbox() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let (path, beside) = (dir.path().join("inbox"), dir.path().join("inbox.lock"));
        fs::write(&path, "From a\n").unwrap();
        (dir, path, beside)
    }

    fn is_busy(path: &Path) -> bool {
        matches!(MailboxLock::wait(path, NOT_LONG, &NEVER), Err(MailboxLockError::Busy(_)))
    }

    #[test]
    fn a_lock_file_keeps_others_out_until_it_is_dropped() {
        let (_dir, path, beside) = mbox();
        let held = MailboxLock::wait(&path, NOT_LONG, &NEVER).unwrap();
        assert!(beside.exists());
        assert!(is_busy(&path));
        drop(held);
        assert!(!beside.exists());
        MailboxLock::wait(&path, NOT_LONG, &NEVER).unwrap();
    }

    #[test]
    fn a_signal_ends_the_waiting() {
        let (_dir, path, _) = mbox();
        let held = MailboxLock::wait(&path, NOT_LONG, &NEVER).unwrap();
        let stop = AtomicBool::new(true);
        let wait = || MailboxLock::wait(&path, Duration::from_secs(3600), &stop);
        assert!(matches!(wait(), Err(MailboxLockError::Interrupted)));
        drop(held);
        wait().unwrap();
    }

    #[test]
    fn a_writer_that_locks_by_fcntl_alone_keeps_us_out() {
        let (_dir, path, beside) = mbox();
        let writer = OpenOptions::new().write(true).open(&path).unwrap();
        let mut lock = libc::flock {
            l_type: libc::F_WRLCK as libc::c_short,
            l_whence: libc::SEEK_SET as libc::c_short,
            l_start: 0,
            l_len: 0,
            l_pid: 0,
        };
        fcntl(&writer, FcntlArg::F_OFD_SETLK(&lock)).unwrap();
        assert!(is_busy(&path) && !beside.exists());
        lock.l_type = libc::F_UNLCK as libc::c_short;
        fcntl(&writer, FcntlArg::F_OFD_SETLK(&lock)).unwrap();
        MailboxLock::wait(&path, NOT_LONG, &NEVER).unwrap();
    }

    #[test]
    fn what_is_forgotten_is_taken_over() {
        let (_dir, path, beside) = mbox();
        let dead = Pid::from_raw(i32::MAX - 1);
        let here = machine();
        for (text, old, forgotten) in [
            (format!("{dead}\n{here}\n"), false, true),
            (format!("{dead}\nelsewhere.test\n"), false, false),
            (format!("{dead}\n"), false, false),
            (format!("{}\n{here}\n", process::id()), false, false),
            ("0".to_owned(), false, false),
            (String::new(), false, false),
            ("0".to_owned(), true, true),
            (format!("{}\nelsewhere.test\n", process::id()), true, true),
        ] {
            fs::write(&beside, &text).unwrap();
            if old {
                let file = OpenOptions::new().write(true).open(&beside).unwrap();
                file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
            }
            assert_eq!(!is_busy(&path), forgotten, "{text:?}");
            let _ = fs::remove_file(&beside);
        }
    }

    #[test]
    fn what_somebody_else_has_made_since_is_put_back() {
        let (dir, _, beside) = mbox();
        fs::write(&beside, "").unwrap();
        let stale = File::open(&beside).unwrap();
        remove(&beside, &stale).unwrap();
        assert!(!beside.exists());
        remove(&beside, &stale).unwrap();
        fs::write(&beside, "another's").unwrap();
        remove(&beside, &stale).unwrap();
        assert_eq!(fs::read_to_string(&beside).unwrap(), "another's");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_lock_that_was_taken_away_is_not_kept() {
        let (_dir, path, beside) = mbox();
        let mut held = MailboxLock::wait(&path, NOT_LONG, &NEVER).unwrap();
        let lock = held.beside.as_mut().unwrap();
        let Some(long_ago) = Instant::now().checked_sub(2 * TOUCH) else { return };
        lock.touched = long_ago;
        lock.keep().unwrap();
        assert!(lock.touched > long_ago);
        lock.touched = long_ago;
        fs::write(&beside, "0").unwrap();
        assert!(held.keep().is_err());
        drop(held);
        assert!(beside.exists(), "it is another's");
    }
}
