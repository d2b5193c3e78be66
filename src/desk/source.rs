//! Files and Maildirs as sources of messages. Nothing here alters a source (R43).

use std::fmt::Display;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::raw::Raw;
use super::{Failure, Kind};
use crate::domain::Time;
use crate::mail::maildir;
use crate::mail::mbox::{Mbox, Variant};
use crate::store::Wiring;

/// One message that lies somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) wiring: Wiring,
}

/// The messages that a path stands for: itself, or those of a Maildir, in the order of names.
pub(super) fn sources(path: &Path) -> Result<Vec<Source>, Failure> {
    let meta = path.metadata().map_err(|error| no_input(path, &error))?;
    if !meta.is_dir() {
        return Ok(vec![Source { path: path.to_owned(), wiring: Wiring::File }]);
    }
    let (new, cur) = (path.join("new"), path.join("cur"));
    if !new.is_dir() && !cur.is_dir() {
        return Err(Failure::new(
            Kind::NoInput,
            format!("{}: neither a file nor a Maildir (it has no new/ or cur/)", path.display()),
        ));
    }
    let mut found = Vec::new();
    for dir in [cur, new] {
        if !dir.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&dir).map_err(|error| no_input(&dir, &error))? {
            let entry = entry.map_err(|error| no_input(&dir, &error))?;
            let is_message = entry.file_name().to_str().is_some_and(maildir::is_message);
            if is_message && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                found.push(Source { path: entry.path(), wiring: Wiring::Maildir });
            }
        }
    }
    found.sort_by(|a, b| a.path.file_name().cmp(&b.path.file_name()));
    Ok(found)
}

/// What lies in a source.
#[derive(Debug)]
pub(super) enum Content {
    /// A message, and when the file was written: for a Maildir that is the delivery.
    Message(Raw, Option<Time>),
    /// Nothing.
    Empty,
    /// Another reader took the file away (R40).
    Gone,
}

impl Source {
    /// Reads it; a large one by way of a file in `dir`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn read(&self, dir: &Path) -> Result<Content, Failure> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error)
                if error.kind() == io::ErrorKind::NotFound && self.wiring == Wiring::Maildir =>
            {
                return Ok(Content::Gone);
            }
            Err(error) => return Err(no_input(&self.path, &error)),
        };
        let written = file.metadata().and_then(|meta| meta.modified()).ok();
        let raw =
            Raw::read(file, || Ok(dir.to_owned())).map_err(|error| no_input(&self.path, &error))?;
        if raw.size() == 0 {
            return Ok(Content::Empty);
        }
        Ok(Content::Message(raw, written.map(|at| Time::from_utc(at.into()))))
    }
}

/// Whether it holds several messages, as an mbox does.
pub(super) fn is_mbox(raw: &[u8]) -> bool {
    let Ok(mut mbox) = Mbox::new(io::Cursor::new(raw), Variant::default(), 0) else { return false };
    let mut is_there = || matches!(mbox.next_into(&mut io::sink()), Ok(Some(_)));
    is_there() && is_there()
}

fn no_input(path: &Path, error: &impl Display) -> Failure {
    Failure::new(Kind::NoInput, format!("{}: {error:#}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_mbox() {
        const ONE: &str = "From a@x Sat Jan  3 01:05:34 1996\nSubject: a\n\na\n";
        let crlf = ONE.replace('\n', "\r\n");
        for (text, wanted) in [
            (format!("{ONE}\n{ONE}"), true),
            (format!("{crlf}\r\n{crlf}"), true),
            (format!("{ONE}\nFrom here on it is text.\n"), false),
            (format!("{ONE}{ONE}"), true),
            (format!("{ONE}\n>{ONE}"), false),
            (format!("Subject: forwarded\n\n{ONE}\n{ONE}"), false),
            (ONE.to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(is_mbox(text.as_bytes()), wanted, "{text:?}");
        }
    }
}
