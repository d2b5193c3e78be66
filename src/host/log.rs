//! The log: syslog (facility mail) or a file. A failing log changes nothing (R12).

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process;

use super::clock;

/// Where log lines go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Log {
    /// `/dev/log`, facility mail.
    Syslog,
    /// A file; made with mode 0660 when it is missing.
    File(PathBuf),
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

impl Log {
    /// Writes one line. Control characters have no place in a log (R82).
    pub fn write(&self, level: Level, line: &str) {
        let line = one_line(line);
        // Nobody is there to be told of a failing log.
        let _ = match self {
            Log::Syslog => to_syslog(level, &line),
            Log::File(path) => to_file(path, level, &line),
        };
    }
}

impl Log {
    /// The log as a descriptor to write whole lines to, for when nothing can be allocated any
    /// more; none when it cannot be opened.
    #[must_use]
    pub fn open(&self) -> Option<OwnedFd> {
        match self {
            Log::Syslog => {
                let socket = UnixDatagram::unbound().ok()?;
                socket.connect("/dev/log").ok()?;
                Some(socket.into())
            }
            Log::File(path) => append(path).ok().map(OwnedFd::from),
        }
    }
}

/// Opens a log file to append; one that is made gets its mode whatever the umask, or the first
/// delivery would lock the agents out.
fn append(path: &Path) -> io::Result<File> {
    let open = |create| OpenOptions::new().append(true).create_new(create).mode(0o660).open(path);
    match open(false) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    match open(true) {
        Ok(file) => {
            file.set_permissions(Permissions::from_mode(0o660))?;
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

fn to_syslog(level: Level, line: &str) -> io::Result<()> {
    let severity = match level {
        Level::Error => 3,
        Level::Warning => 4,
        Level::Info => 6,
    };
    let priority = MAIL * 8 + severity;
    let at = clock::now().utc().format("%b %e %H:%M:%S");
    let packet = format!("<{priority}>{at} postroom[{}]: {line}", process::id());
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    socket.send_to(packet.as_bytes(), "/dev/log")?;
    Ok(())
}

fn to_file(path: &Path, level: Level, line: &str) -> io::Result<()> {
    let word = match level {
        Level::Error => "error: ",
        Level::Warning => "warning: ",
        Level::Info => "",
    };
    let text = format!("{} postroom[{}]: {word}{line}\n", clock::now(), process::id());
    append(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_lines() {
        assert_eq!(one_line("a\nb\u{1b}[2Jc"), "a\\nb\\u{1b}[2Jc");
        assert!(one_line(&"x".repeat(9000)).len() < 2100);
    }

    #[test]
    fn a_failing_log_changes_nothing() {
        Log::File(PathBuf::from("/dev/full")).write(Level::Info, "x");
        Log::File(PathBuf::from("/nonexistent/x")).write(Level::Info, "x");
    }
}
