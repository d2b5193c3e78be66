//! Files and Maildirs as sources of messages. Nothing here alters a source (R43).

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Failure, Kind};
use crate::domain::Time;
use crate::host::file;
use crate::mail::maildir;
use crate::store::Wiring;

/// One message that lies somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) wiring: Wiring,
}

/// The messages that a path stands for: itself, or those of a Maildir, in the order of names.
pub(super) fn sources(path: &Path) -> Result<Vec<Source>> {
    let meta = path.metadata().map_err(|error| no_input(path, &error))?;
    if !meta.is_dir() {
        return Ok(vec![Source { path: path.to_owned(), wiring: Wiring::File }]);
    }
    let (new, cur) = (path.join("new"), path.join("cur"));
    if !new.is_dir() && !cur.is_dir() {
        return Err(Failure::new(
            Kind::NoInput,
            format!("{}: neither a file nor a Maildir (it has no new/ or cur/)", path.display()),
        )
        .into());
    }
    let mut found = Vec::new();
    for dir in [cur, new] {
        if !dir.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&dir).map_err(|error| no_input(&dir, &error))? {
            let entry = entry.with_context(|| dir.display().to_string())?;
            let is_message = entry.file_name().to_str().is_some_and(maildir::is_message);
            if is_message && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                found.push(Source { path: entry.path(), wiring: Wiring::Maildir });
            }
        }
    }
    found.sort_by(|a, b| a.path.file_name().cmp(&b.path.file_name()));
    Ok(found)
}

impl Source {
    /// The bytes, and when the file was written: for a Maildir that is the delivery. None when
    /// another reader took the file away (R40).
    pub(super) fn read(&self) -> Result<Option<(Vec<u8>, Option<Time>)>> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error)
                if error.kind() == std::io::ErrorKind::NotFound
                    && self.wiring == Wiring::Maildir =>
            {
                return Ok(None);
            }
            Err(error) => return Err(no_input(&self.path, &error)),
        };
        let written = file.metadata().and_then(|meta| meta.modified()).ok();
        let raw = file::read_to_end(file).with_context(|| self.path.display().to_string())?;
        let written = written.map(|at| Time::from_utc(at.into()));
        Ok(Some((raw, written)))
    }
}

fn no_input(path: &Path, error: &std::io::Error) -> anyhow::Error {
    Failure::new(Kind::NoInput, format!("{}: {error}", path.display())).into()
}
