//! A Maildir, read while others move its files (R40, R42).

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::host::clock;
use crate::mail::maildir;

/// Where in a Maildir messages lie; what is in `tmp` is not there yet.
const PLACES: [&str; 2] = ["cur", "new"];

/// The coarsest time of a change that a file system has.
const TICK: Duration = Duration::from_secs(2);

/// How often a file is looked for that moves again and again.
const TRIES: usize = 10;

/// Whether messages lie in a directory as in a Maildir: it has one of the two places, whatever else.
pub(super) fn is_maildir(path: &Path) -> bool {
    PLACES.iter().any(|place| path.join(place).is_dir())
}

/// Whether a Maildir has the place for messages that were seen, in itself.
pub(super) fn has_cur(dir: &Path) -> bool {
    dir.join("cur").symlink_metadata().is_ok_and(|meta| meta.is_dir())
}

/// Whether a directory is a Maildir and nothing else. One that has only one of the two may as well
/// be a tree with a folder called `new`.
pub(super) fn is_surely_maildir(path: &Path) -> bool {
    PLACES.iter().all(|place| path.join(place).is_dir())
}

/// Whether a name in a Maildir is that of one of its own folders.
pub(super) fn is_own(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name == "tmp" || PLACES.iter().any(|place| name == *place)
}

/// The messages of a Maildir.
#[derive(Debug)]
pub(super) struct Folder {
    dir: PathBuf,
    names: Vec<Name>,
    /// How many names there are not those of files.
    others: usize,
    whereabouts: Whereabouts,
}

/// A message as it was listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    name: OsString,
    place: &'static str,
}

impl Folder {
    /// Lists them, in the order of their names.
    pub(super) fn list(dir: &Path) -> io::Result<Folder> {
        let (mut names, mut others) = (Vec::new(), 0);
        for place in PLACES {
            others += each_message(&dir.join(place), |name| names.push(Name { name, place }))?;
        }
        names.sort();
        Ok(Folder { dir: dir.to_owned(), names, others, whereabouts: Whereabouts::default() })
    }

    /// How many names where messages lie, or in place of where they lie, are those of no files: what a
    /// symbolic link leads to need not be mail of whoever made it.
    pub(super) fn others(&self) -> usize {
        self.others
    }

    /// Where they lay when they were listed.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        self.names.iter().map(|name| self.dir.join(name.place).join(&name.name)).collect()
    }

    pub(super) fn take_names(&mut self) -> Vec<Name> {
        std::mem::take(&mut self.names)
    }

    /// Opens a message where it lies now; none when it is gone.
    pub(super) fn open(
        &mut self,
        name: &Name,
    ) -> Result<Option<(PathBuf, File)>, (PathBuf, io::Error)> {
        let path = self.dir.join(name.place).join(&name.name);
        self.whereabouts.at(path, |path| match File::open(path) {
            Ok(file) => Ok((path.to_owned(), file)),
            Err(error) => Err(error),
        })
    }
}

/// Gives the names of the messages in one of the two places, and how many other names it has. A place
/// that is a symbolic link is itself such a name.
fn each_message(dir: &Path, mut take: impl FnMut(OsString)) -> io::Result<usize> {
    if dir.is_symlink() {
        return Ok(1);
    }
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut others = 0;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        if !maildir::is_message(&name.to_string_lossy()) {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_file() => take(name),
            _ => others += 1,
        }
    }
    Ok(others)
}

/// Where messages went that are not where they were: others mark them and give them flags, and only
/// the part of the name before the flags stays.
#[derive(Debug, Default)]
pub(super) struct Whereabouts {
    dir: PathBuf,
    known: HashMap<Vec<u8>, PathBuf>,
    /// When the places were changed last, as the listing found them; none where they may have been
    /// changed behind it at what is told as the same time.
    listed: Option<Changed>,
}

/// When each of [`PLACES`] was changed last; none of one that is not there.
type Changed = [Option<SystemTime>; 2];

impl Whereabouts {
    /// Does something to a message where it lies now; none when it is in the folder no more. The
    /// error comes with the path.
    pub(super) fn at<T>(
        &mut self,
        path: PathBuf,
        mut act: impl FnMut(&Path) -> io::Result<T>,
    ) -> Result<Option<T>, (PathBuf, io::Error)> {
        let mut path = path;
        for _ in 0..TRIES {
            match act(&path) {
                Ok(done) => return Ok(Some(done)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err((path, error)),
            }
            match self.find(&path) {
                Ok(Some(now)) => path = now,
                Ok(None) => return Ok(None),
                Err(error) => return Err((path, error)),
            }
        }
        let why = "it is moved again and again; try again when nobody moves it";
        Err((path, io::Error::other(why)))
    }

    /// Where a message lies that lay there. The folder is listed anew when that is known wrongly, or not
    /// known and the folder was changed: once for all messages that were moved or removed before.
    fn find(&mut self, was: &Path) -> io::Result<Option<PathBuf>> {
        let Some(dir) = was.parent().and_then(Path::parent) else { return Ok(None) };
        let name = was.file_name().unwrap_or_default();
        let name = maildir::unique(name.as_bytes()).to_owned();
        if self.dir == dir
            && let Some(path) = self.known.get(&name).filter(|path| *path != was && path.exists())
        {
            return Ok(Some(path.clone()));
        }
        let changed =
            PLACES.map(|place| dir.join(place).metadata().and_then(|m| m.modified()).ok());
        if self.dir == dir && self.listed == Some(changed) && !self.known.contains_key(&name) {
            return Ok(None);
        }
        let is_settled = is_settled(&changed);
        self.dir = dir.to_owned();
        self.known.clear();
        self.listed = None;
        for place in PLACES {
            let place = dir.join(place);
            each_message(&place, |name| {
                let unique = maildir::unique(name.as_bytes()).to_owned();
                self.known.insert(unique, place.join(&name));
            })?;
        }
        self.listed = is_settled.then_some(changed);
        Ok(self.known.get(&name).cloned())
    }
}

/// Whether a change from now on has another time, as file systems tell it.
fn is_settled(changed: &Changed) -> bool {
    let now: SystemTime = clock::now().utc().into();
    changed.iter().flatten().all(|at| now.duration_since(*at).is_ok_and(|age| age > TICK))
}
