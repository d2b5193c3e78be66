//! The line of those who want a lock: first come, first served.
//!
//! flock(2) is no line: whoever comes between the moment that a lock is free and the one in which the
//! next in the kernel's list has woken takes it, and the one that woke goes to the end. So each locks
//! a byte of the file, its place, behind the last one that is locked, and waits for the byte before
//! its own. The kernel gives back the places of a process that ends, however it ends.

use std::fs::File;
use std::io;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;

/// A place in the line, until the file is closed.
#[derive(Debug)]
pub(super) struct Turn {
    place: libc::off_t,
}

impl Turn {
    /// Stands behind the last one; first where somebody who knows of no line has locked the file as a
    /// whole.
    pub(super) fn take(file: &File) -> io::Result<Turn> {
        loop {
            let Some(place) = free_place(file)? else { return Ok(Turn { place: 0 }) };
            if try_byte(file, place)? {
                return Ok(Turn { place });
            }
        }
    }

    /// Whether nobody is before it any more.
    pub(super) fn has_come(&self, file: &File) -> io::Result<bool> {
        match self.before() {
            None => Ok(true),
            Some(before) => try_byte(file, before),
        }
    }

    /// Waits until nobody is before it.
    pub(super) fn wait(&self, file: &File) -> io::Result<()> {
        let Some(before) = self.before() else { return Ok(()) };
        loop {
            match fcntl(file, FcntlArg::F_OFD_SETLKW(&bytes(before, 1))) {
                Ok(_) => return Ok(()),
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Its place.
    pub(super) fn place(&self) -> libc::off_t {
        self.place
    }

    fn before(&self) -> Option<libc::off_t> {
        (self.place > 0).then(|| self.place - 1)
    }
}

/// Whether somebody stands in the line.
pub(super) fn is_wanted(file: &File) -> io::Result<bool> {
    Ok(free_place(file)? != Some(0))
}

/// Whether somebody else stands at a place.
pub(super) fn is_taken(file: &File, place: libc::off_t) -> io::Result<bool> {
    let mut taken = bytes(place, 1);
    fcntl(file, FcntlArg::F_OFD_GETLK(&mut taken))?;
    Ok(i32::from(taken.l_type) != libc::F_UNLCK)
}

/// The place behind the last one that is taken; none where all bytes are locked, however many there
/// will be. The kernel tells of one lock at a time, in no order.
fn free_place(file: &File) -> io::Result<Option<libc::off_t>> {
    let mut place = 0;
    loop {
        let mut taken = bytes(place, 0);
        fcntl(file, FcntlArg::F_OFD_GETLK(&mut taken))?;
        if i32::from(taken.l_type) == libc::F_UNLCK {
            return Ok(Some(place));
        }
        if taken.l_len == 0 {
            return Ok(None);
        }
        place = taken.l_start + taken.l_len;
    }
}

fn try_byte(file: &File, place: libc::off_t) -> io::Result<bool> {
    match fcntl(file, FcntlArg::F_OFD_SETLK(&bytes(place, 1))) {
        Ok(_) => Ok(true),
        Err(Errno::EAGAIN | Errno::EACCES) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// So many bytes from there on, all of them for 0.
fn bytes(start: libc::off_t, len: libc::off_t) -> libc::flock {
    libc::flock {
        l_type: libc::F_WRLCK as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: start,
        l_len: len,
        l_pid: 0,
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    fn lock() -> (tempfile::TempDir, impl Fn() -> File) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        File::create(&path).unwrap();
        (dir, move || OpenOptions::new().read(true).write(true).open(&path).unwrap())
    }

    #[test]
    fn who_comes_first_has_its_turn_first() {
        let (_dir, open) = lock();
        assert!(!is_wanted(&open()).unwrap());
        let first = open();
        assert!(Turn::take(&first).unwrap().has_come(&first).unwrap());
        let (say, heard) = mpsc::channel();
        let line: Vec<(File, Turn)> = (0..5)
            .map(|_| {
                let file = open();
                let turn = Turn::take(&file).unwrap();
                assert!(!turn.has_come(&file).unwrap());
                (file, turn)
            })
            .collect();
        // The last one begins to wait first.
        let waiting: Vec<_> = (0..5)
            .zip(line)
            .rev()
            .map(|(n, (file, turn))| {
                let say = say.clone();
                thread::spawn(move || {
                    turn.wait(&file).unwrap();
                    say.send(n).unwrap();
                })
            })
            .collect();
        assert!(is_wanted(&open()).unwrap());
        assert_eq!(heard.try_iter().next(), None);
        drop(first);
        waiting.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(heard.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert!(!is_wanted(&open()).unwrap());
    }

    #[test]
    fn who_leaves_the_line_holds_nobody_up() {
        let (_dir, open) = lock();
        let files = [open(), open(), open()];
        let turns = files.each_ref().map(|file| Turn::take(file).unwrap());
        let [first, second, third] = files;
        drop(second);
        assert!(turns[2].has_come(&third).unwrap(), "the lock itself keeps it from the first");
        drop(third);
        let fourth = open();
        let turn = Turn::take(&fourth).unwrap();
        assert!(!turn.has_come(&fourth).unwrap());
        drop(first);
        assert!(turn.has_come(&fourth).unwrap());
    }

    /// As `fcntl.lockf` of a script, or a backup program.
    #[test]
    fn a_file_that_is_locked_as_a_whole_has_no_line() {
        let (_dir, open) = lock();
        let (whole, file) = (open(), open());
        fcntl(&whole, FcntlArg::F_OFD_SETLK(&bytes(0, 0))).unwrap();
        assert!(is_wanted(&file).unwrap());
        assert!(Turn::take(&file).unwrap().has_come(&file).unwrap());
    }
}
