//! Reading that a signal ends, also while nothing comes: a read that waits goes on behind a handler.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::errno::Errno;
use nix::libc::{O_NOCTTY, O_NONBLOCK};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// How often somebody who waits looks whether to go on, in milliseconds.
const LOOK: u16 = 100;

/// A source that is read until `stop` is set by a signal. That is an error then.
#[derive(Debug)]
pub struct Interruptible<'a, S> {
    source: S,
    stop: &'a AtomicBool,
}

impl<'a, S> Interruptible<'a, S> {
    /// From where it is read to.
    pub fn new(source: S, stop: &'a AtomicBool) -> Self {
        Interruptible { source, stop }
    }
}

/// Opens a file to be read so. A FIFO is not waited for until somebody writes to it.
///
/// # Errors
/// Those of the system.
pub fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(O_NONBLOCK | O_NOCTTY).open(path)
}

impl<S: Read + AsFd> Read for Interruptible<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.stop.load(Ordering::Relaxed) {
            let mut watched = [PollFd::new(self.source.as_fd(), PollFlags::POLLIN)];
            match poll(&mut watched, PollTimeout::from(LOOK)) {
                Ok(0) | Err(Errno::EINTR) => continue,
                ready => ready?,
            };
            match self.source.read(buffer) {
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                read => return read,
            }
        }
        Err(io::Error::other("interrupted"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_flag_ends_the_reading() {
        let (hear, mut say) = io::pipe().unwrap();
        let stop = AtomicBool::new(false);
        let mut source = Interruptible::new(hear, &stop);
        say.write_all(b"half").unwrap();
        let mut buffer = [0; 64];
        assert_eq!(source.read(&mut buffer).unwrap(), 4);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| source.read(&mut [0; 64]).unwrap_err().to_string());
            stop.store(true, Ordering::Relaxed);
            assert_eq!(waiting.join().unwrap(), "interrupted");
        });
    }

    #[test]
    fn a_fifo_is_opened_without_a_writer_and_read_when_there_is_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("fifo");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let never = AtomicBool::new(false);
        let mut source = Interruptible::new(open(&path).unwrap(), &never);
        std::thread::scope(|scope| {
            scope.spawn(|| std::fs::write(&path, "all").unwrap());
            let mut text = String::new();
            source.read_to_string(&mut text).unwrap();
            assert_eq!(text, "all");
        });
    }
}
