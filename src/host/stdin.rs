//! The message on stdin. Nobody waits for ever for a writer that has stopped (R13).

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::os::fd::AsFd;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::{SFlag, fstat};

/// How long nothing may come. An MTA that has a limit of its own bounces the mail when it passes;
/// the shortest known is five minutes for all of a delivery, OpenSMTPD's.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long to listen to a writer whose message is not taken.
const COURTESY: Duration = Duration::from_secs(2);

/// A source that may keep its reader waiting for so long.
#[derive(Debug)]
pub struct Patient<S> {
    source: S,
    limit: PollTimeout,
}

/// Stdin, to be read to its end. A person who types may take any time.
///
/// # Errors
/// When it is closed.
pub fn open() -> io::Result<Patient<File>> {
    let stdin = io::stdin();
    let limit = if stdin.is_terminal() { PollTimeout::NONE } else { timeout(PATIENCE) };
    // Without a buffer between: what is polled is what is read.
    Ok(Patient { source: stdin.as_fd().try_clone_to_owned()?.into(), limit })
}

/// Reads what is left on stdin, so that the writer sees no broken pipe (R6); not from a person.
pub fn drain() {
    if let Ok(rest) = open()
        && !io::stdin().is_terminal()
    {
        let mut rest = Patient { limit: timeout(COURTESY), ..rest };
        let mut buffer = vec![0; 1 << 16];
        while matches!(rest.read(&mut buffer), Ok(n) if n > 0) {}
    }
}

/// Whether stdin is a pipe or a socket with bytes that nobody has read yet.
#[must_use]
pub fn is_fed() -> bool {
    let stdin = io::stdin();
    let is_pipe = fstat(&stdin).is_ok_and(|stat| {
        let kind = SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT;
        kind == SFlag::S_IFIFO || kind == SFlag::S_IFSOCK
    });
    let mut watched = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
    let is_ready = is_pipe && poll(&mut watched, PollTimeout::ZERO).is_ok_and(|ready| ready > 0);
    is_ready && watched.iter().filter_map(PollFd::revents).any(|is| is.contains(PollFlags::POLLIN))
}

fn timeout(limit: Duration) -> PollTimeout {
    limit.try_into().unwrap_or(PollTimeout::MAX)
}

impl<S: Read + AsFd> Read for Patient<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut watched = [PollFd::new(self.source.as_fd(), PollFlags::POLLIN)];
        if poll(&mut watched, self.limit)? == 0 {
            let seconds = self.limit.as_millis().unwrap_or_default() / 1000;
            let words = format!("nothing came for {seconds} s, and the end did not come either");
            return Err(io::Error::new(io::ErrorKind::TimedOut, words));
        }
        self.source.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_writer_that_has_stopped_is_not_waited_for() {
        let (hear, mut say) = io::pipe().unwrap();
        let mut source = Patient { source: hear, limit: timeout(Duration::from_millis(20)) };
        say.write_all(b"half a m").unwrap();
        let mut buffer = [0; 64];
        assert_eq!(source.read(&mut buffer).unwrap(), 8);
        assert_eq!(source.read(&mut buffer).unwrap_err().kind(), io::ErrorKind::TimedOut);
        say.write_all(b"ail").unwrap();
        assert_eq!(source.read(&mut buffer).unwrap(), 3);
        drop(say);
        assert_eq!(source.read(&mut buffer).unwrap(), 0);
    }
}
