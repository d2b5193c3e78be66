//! The log: syslog (facility mail) or a file. A failing log changes nothing (R12).

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::OnceLock;

use nix::libc;
use nix::unistd::Uid;

use super::clock;

/// Where log lines go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Log {
    /// `/dev/log`, facility mail.
    Syslog,
    /// A file; made with mode 0660 when it is missing.
    File {
        /// The file.
        path: PathBuf,
        /// What it is made like: when root makes it, it gets the owner and the group of this file
        /// or folder, where that is there, or the lines of the others would have no place.
        like: PathBuf,
    },
}

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Something failed.
    Error,
    /// Something is not as it should be.
    Warning,
    /// What was done.
    Info,
}

/// Facility mail (RFC 5424 section 6.2.1).
const MAIL: u8 = 2;

/// Longest line, in bytes; datagrams are bounded, and so is what a mail may put into a log.
const LONGEST: usize = 2000;

/// Who wants to know where this process logs, once its configuration says it.
static LISTENER: OnceLock<fn(&Log)> = OnceLock::new();

/// Has `tell` told where this process logs, once its configuration says it.
pub fn when_known(tell: fn(&Log)) {
    // One listener is enough; there is one delivery.
    let _ = LISTENER.set(tell);
}

impl Log {
    /// Tells whoever wants to know that this is where the process logs.
    pub fn announce(&self) {
        if let Some(tell) = LISTENER.get() {
            tell(self);
        }
    }

    /// Writes one line. Control characters have no place in a log (R82).
    pub fn write(&self, level: Level, line: &str) {
        let written = self.line(level, line);
        // Nobody is there to be told of a failing log.
        let _ = match self {
            Log::Syslog => to_syslog(&written),
            // What cannot be written there is for whoever reads the system's log.
            Log::File { path, like } => append(path, like)
                .and_then(|mut file| file.write_all(written.as_bytes()))
                .or_else(|_| to_syslog(&Log::Syslog.line(level, line))),
        };
    }

    /// A line as it is written: with time and process, and all else that the log wants.
    #[must_use]
    pub fn line(&self, level: Level, line: &str) -> String {
        let (line, process) = (one_line(line), process::id());
        match self {
            Log::Syslog => {
                let severity = match level {
                    Level::Error => 3,
                    Level::Warning => 4,
                    Level::Info => 6,
                };
                let priority = MAIL * 8 + severity;
                let at = clock::now().utc().format("%b %e %H:%M:%S");
                format!("<{priority}>{at} postroom[{process}]: {line}")
            }
            Log::File { .. } => {
                let word = match level {
                    Level::Error => "error: ",
                    Level::Warning => "warning: ",
                    Level::Info => "",
                };
                format!("{} postroom[{process}]: {word}{line}\n", clock::now())
            }
        }
    }

    /// The log as a descriptor to write whole lines to, for when nothing can be allocated or waited
    /// for any more; none when it cannot be opened.
    #[must_use]
    pub fn open(&self) -> Option<OwnedFd> {
        match self {
            Log::Syslog => {
                let socket = UnixDatagram::unbound().ok()?;
                socket.set_nonblocking(true).ok()?;
                socket.connect("/dev/log").ok()?;
                Some(socket.into())
            }
            Log::File { path, like } => append(path, like).ok().map(OwnedFd::from),
        }
    }
}

fn to_syslog(packet: &str) -> io::Result<()> {
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    socket.send_to(packet.as_bytes(), "/dev/log")?;
    Ok(())
}

/// Opens a log file to append; one that is made gets its mode whatever the umask, or the first
/// delivery would lock the agents out.
fn append(path: &Path, like: &Path) -> io::Result<File> {
    // What is no file may have no reader, which would have to be waited for.
    let open = |create| {
        let mut options = OpenOptions::new();
        options.append(true).create_new(create).mode(0o660).custom_flags(libc::O_NONBLOCK);
        options.open(path)
    };
    match open(false) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    match open(true) {
        Ok(file) => {
            file.set_permissions(Permissions::from_mode(0o660))?;
            if Uid::effective().is_root()
                && let Ok(like) = like.metadata()
            {
                fchown(&file, Some(like.uid()), Some(like.gid()))?;
            }
            Ok(file)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open(false),
        failed => failed,
    }
}

fn one_line(line: &str) -> String {
    let mut clean = String::with_capacity(line.len().min(LONGEST));
    for c in line.chars() {
        if clean.len() >= LONGEST {
            clean.push_str(" [cut]");
            break;
        }
        if c.is_control()
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
        {
            clean.extend(c.escape_default());
        } else {
            clean.push(c);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_lines() {
        assert_eq!(one_line("a\nb\u{1b}[2Jc"), "a\\nb\\u{1b}[2Jc");
        assert!(one_line(&"x".repeat(9000)).len() < 2100);
    }

    fn log(path: &str) -> Log {
        Log::File { path: PathBuf::from(path), like: PathBuf::from("/") }
    }

    #[test]
    fn a_failing_log_changes_nothing() {
        log("/dev/full").write(Level::Info, "x");
        log("/nonexistent/x").write(Level::Info, "x");
    }

    #[test]
    fn a_log_that_root_makes_is_of_those_who_use_it() {
        let dir = tempfile::tempdir().unwrap();
        let (like, path) = (dir.path().join("store"), dir.path().join("log"));
        File::create(&like).unwrap();
        if Uid::effective().is_root() {
            std::os::unix::fs::chown(&like, Some(65534), Some(65533)).unwrap();
        }
        Log::File { path: path.clone(), like: like.clone() }.write(Level::Info, "x");
        let (made, like) = (path.metadata().unwrap(), like.metadata().unwrap());
        assert_eq!((made.uid(), made.gid()), (like.uid(), like.gid()));
        assert_eq!(made.permissions().mode() & 0o777, 0o660);
        let gone = Log::File { path: dir.path().join("log2"), like: dir.path().join("gone") };
        assert!(gone.open().is_some());
    }
}
