//! Child processes: no shell, a time limit, and no way to hang us (R145, R150).

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::time::{Duration, Instant};
use std::{io, thread};

use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::env;

/// Most bytes of a child's complaints that are kept.
const MOST_WORDS: usize = 4096;

/// How long to listen to what a child left behind, after it has ended itself.
const PATIENCE: Duration = Duration::from_secs(1);

/// How a child ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this status, having said this on stderr.
    Status(i32, String),
    /// By a signal, having said this.
    Signal(i32, String),
    /// It took longer than allowed and was killed, or could not be waited for.
    Lost,
}

/// Runs a program with `input` on its stdin and nothing to read from it but its complaints. It gets
/// our environment, and a PATH where an MTA gave us none.
///
/// The input is a file in memory, whole before the program starts: were it a pipe, our own death
/// would look like its end, and half a mail would be sent.
///
/// # Errors
/// When the program cannot be started: then it did nothing.
pub fn run(program: &Path, args: &[String], input: &[u8], limit: Duration) -> io::Result<Ended> {
    let stdin = memory_file(input)?;
    // Whatever may fail comes before the start: what cannot be waited for must not run.
    let (hear, say) = io::pipe()?;
    let words = complaints(hear)?;
    let (give, ended) = waiter()?;
    let child = Command::new(program)
        .args(args)
        .env("PATH", env::text("PATH").unwrap_or_else(|| "/usr/sbin:/usr/bin:/sbin:/bin".into()))
        .current_dir("/")
        .process_group(0)
        .stdin(stdin)
        .stdout(Stdio::null())
        .stderr(say)
        .spawn()?;
    let group = i32::try_from(child.id()).map(Pid::from_raw).map_err(io::Error::other)?;
    let _ = give.send(child);
    match ended.recv_timeout(limit) {
        Ok(Ok(status)) => Ok(told(status, heard(&words))),
        _ => {
            let _ = killpg(group, Signal::SIGKILL);
            Ok(Ended::Lost)
        }
    }
}

/// A file without a name, with this content, read from its beginning.
fn memory_file(content: &[u8]) -> io::Result<File> {
    let mut file = File::from(memfd_create("stdin", MFdFlags::MFD_CLOEXEC)?);
    file.write_all(content)?;
    file.rewind()?;
    Ok(file)
}

/// A thread that waits for the child that it is given.
fn waiter() -> io::Result<(SyncSender<Child>, Receiver<io::Result<ExitStatus>>)> {
    let (give, given) = mpsc::sync_channel::<Child>(1);
    let (tell, ended) = mpsc::channel();
    thread::Builder::new().name("wait".to_owned()).spawn(move || {
        if let Ok(mut child) = given.recv() {
            let _ = tell.send(child.wait());
        }
    })?;
    Ok((give, ended))
}

fn told(status: ExitStatus, words: String) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Status(code, words),
        (None, signal) => Ended::Signal(signal.unwrap_or_default(), words),
    }
}

/// Reads what a child complains of, in a thread that nobody waits for: a program may leave a
/// process behind that holds the pipe for as long as it likes.
fn complaints(mut pipe: impl Read + Send + 'static) -> io::Result<Receiver<Vec<u8>>> {
    let (say, said) = mpsc::channel();
    thread::Builder::new().name("complaints".to_owned()).spawn(move || {
        let (mut piece, mut room) = ([0; 1024], MOST_WORDS);
        // The rest is read, so that the child does not block on a full pipe, and dropped.
        while let Ok(n @ 1..) = pipe.read(&mut piece) {
            let kept = piece.get(..n.min(room)).unwrap_or_default();
            room -= kept.len();
            if !kept.is_empty() {
                let _ = say.send(kept.to_vec());
            }
        }
    })?;
    Ok(said)
}

/// What a child that has ended complained of: all until the pipe is closed, or what comes soon.
fn heard(words: &Receiver<Vec<u8>>) -> String {
    let end = Instant::now() + PATIENCE;
    let next = || words.recv_timeout(end.saturating_duration_since(Instant::now())).ok();
    let text: Vec<u8> = std::iter::from_fn(next).flatten().collect();
    String::from_utf8_lossy(&text).trim().to_owned()
}

/// Runs the editor of the person at the terminal on a file, and waits. The editor may be a command
/// line of its own, such as `code --wait`; it comes from the person's environment, never from mail.
///
/// # Errors
/// When it cannot be started, or ends badly.
pub fn edit(editor: &str, file: &Path) -> io::Result<()> {
    let status = Command::new("/bin/sh")
        .args(["-c", &format!("{editor} \"$1\""), "sh"])
        .arg(file)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("the editor '{editor}' ended with {status}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, input: &[u8], limit: Duration) -> Ended {
        let args = ["-c".to_owned(), script.to_owned()];
        run(Path::new("/bin/sh"), &args, input, limit).unwrap()
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn every_ending_is_told() {
        let big = vec![b'x'; 1 << 20];
        assert_eq!(sh("cat >/dev/null", &big, LONG), Ended::Status(0, String::new()));
        assert_eq!(sh("exit 75", &big, LONG), Ended::Status(75, String::new()));
        assert_eq!(sh("echo no >&2; exit 67", b"", LONG), Ended::Status(67, "no".to_owned()));
        assert_eq!(sh("kill -9 $$", b"", LONG), Ended::Signal(9, String::new()));
        assert_eq!(
            sh("cat; cat; exec tail -f /dev/null", b"", Duration::from_millis(50)),
            Ended::Lost
        );
        assert!(run(Path::new("/nonexistent"), &[], b"", LONG).is_err());
    }

    #[test]
    fn what_it_leaves_behind_is_not_waited_for() {
        let left = sh("echo later >&2; sleep 20 & exit 75", b"", Duration::from_secs(10));
        assert_eq!(left, Ended::Status(75, "later".to_owned()));
    }

    #[test]
    fn a_flood_of_complaints_is_cut() {
        let Ended::Status(0, words) = sh("yes | head -c 1000000 >&2", b"", LONG) else { panic!() };
        assert!(words.len() <= 4096);
    }
}
