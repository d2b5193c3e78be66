//! What becomes of files whose messages are in: nothing, unless it is asked for (R41-R43).

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::folder::{self, Whereabouts};
use super::{Afterwards, Notice, Origin, mark_of};
use crate::desk::{Failure, Kind};
use crate::host::file::rename_new;
use crate::mail::maildir;
use crate::store::FileMark;

/// Marks or removes files, after the commit.
#[derive(Debug)]
pub(in crate::desk) struct Finisher {
    afterwards: Afterwards,
    whereabouts: Whereabouts,
    /// Maildirs of which it was told that nothing in them can be marked.
    without_cur: HashSet<PathBuf>,
}

impl Finisher {
    pub(in crate::desk) fn new(afterwards: Afterwards) -> Self {
        let (whereabouts, without_cur) = (Whereabouts::default(), HashSet::new());
        Finisher { afterwards, whereabouts, without_cur }
    }

    /// Does to the file of a message what was asked for; gives what there is to tell.
    pub(in crate::desk) fn finish(&mut self, origin: &Origin) -> Option<Notice> {
        match (self.afterwards, origin) {
            (Afterwards::Leave, _) | (_, Origin::Mbox { .. }) => None,
            (Afterwards::Mark, Origin::File(..)) => None,
            (Afterwards::Mark, Origin::Maildir(path, was)) => match maildir_of(path) {
                Some(dir) if !folder::has_cur(dir) => {
                    let is_first = self.without_cur.insert(dir.to_owned());
                    is_first.then(|| Notice::NoCur(dir.to_owned()))
                }
                _ => self.maildir(path, *was, mark, "marked"),
            },
            (Afterwards::Delete, Origin::Maildir(path, was)) => {
                self.maildir(path, *was, |p| fs::remove_file(p), "removed")
            }
            (Afterwards::Delete, Origin::File(path, mark)) => remove_unchanged(path, *mark),
        }
    }

    /// Does it to the file that was read, wherever it lies now. Under its name may lie another mail,
    /// which need not be in.
    fn maildir(
        &mut self,
        path: &Path,
        was: FileMark,
        act: fn(&Path) -> io::Result<()>,
        done: &str,
    ) -> Option<Notice> {
        let act_on_it = |path: &Path| {
            let is_it = mark_of(&path.symlink_metadata()?) == was;
            if is_it { act(path).map(|()| None) } else { Ok(Some(Notice::Kept(path.to_owned()))) }
        };
        match self.whereabouts.at(path.to_owned(), act_on_it) {
            Ok(told) => told.flatten(),
            Err((path, error)) => Some(stays(&path, done, &error)),
        }
    }
}

/// The message is in; only its file could not be treated as asked for.
fn stays(path: &Path, done: &str, error: &io::Error) -> Notice {
    let why = format!("{}: is in, but cannot be {done}: {error}", path.display());
    Notice::Refused(Failure::new(Kind::NoInput, why))
}

/// The Maildir that a message lies in.
fn maildir_of(message: &Path) -> Option<&Path> {
    message.parent()?.parent()
}

/// `new/x` becomes `cur/x:2,S`; in `cur` the flag is added to the others.
fn mark(path: &Path) -> io::Result<()> {
    let parts = || Some((path.file_name()?, maildir_of(path)?));
    let Some((name, dir)) = parts() else { return Ok(()) };
    let Some(name) = name.to_str() else {
        return Err(io::Error::other("its name is no text, so that no flag can be added"));
    };
    let marked: PathBuf = dir.join("cur").join(maildir::with_flag(name, 'S'));
    if marked == path { path.symlink_metadata().map(|_| ()) } else { rename_new(path, &marked) }
}

/// A file that somebody wrote to since it was read holds more than what is in.
fn remove_unchanged(path: &Path, was: FileMark) -> Option<Notice> {
    let removed = path.metadata().and_then(|meta| {
        let same = mark_of(&meta) == was;
        if same { fs::remove_file(path).map(|()| true) } else { Ok(false) }
    });
    match removed {
        Ok(true) => None,
        Ok(false) => Some(Notice::Kept(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(stays(path, "removed", &error)),
    }
}
