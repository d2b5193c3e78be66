//! Where messages lie that are to come in: files, trees of them, Maildirs, mbox files.
//!
//! A [`Reader`] runs in a thread of its own and knows nothing of the store. It alters no source
//! (R43): what is asked for that, [`Finisher`] does, once the messages are in.

mod finish;
mod folder;
mod mbox;
mod prefix;
#[cfg(test)]
mod tests;
mod walk;

use std::ffi::OsStr;
use std::fmt::Display;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::Error;

use super::raw::Raw;
use super::{Failure, Kind};
use crate::domain::{EnvelopeSender, Time};
use crate::host::interruptible::{self, Interruptible};
use crate::mail::mbox::{Mbox, Variant};
use crate::store::{FileMark, Position, Wiring};

pub(super) use finish::Finisher;
use folder::Folder;
use walk::{Entry, Walk};

/// What a named file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One message.
    Message,
    /// An mbox of this variant.
    Mbox(Variant),
}

/// What becomes of the file of a message that is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Afterwards {
    /// It stays as it is.
    Leave,
    /// In a Maildir it gets the flag of a message that was seen. Others stay as they are.
    Mark,
    /// It is removed.
    Delete,
}

/// How far a Maildir that was named reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It alone.
    Folder,
    /// Its subfolders too.
    Subfolders,
}

/// Where in an mbox the reading begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// Where it ended the last time.
    WhereItEnded,
    /// At the beginning.
    Anew,
}

/// How sources are read.
#[derive(Debug, Clone)]
pub struct Manner {
    /// What a named file is.
    pub format: Format,
    /// How far a Maildir reaches.
    pub reach: Reach,
    /// Where an mbox begins.
    pub begin: Begin,
    /// What becomes of files.
    pub afterwards: Afterwards,
}

/// Something that people should know of a source.
#[derive(Debug)]
pub enum Notice {
    /// Nothing is in the file, or nothing but white space.
    Empty(PathBuf),
    /// The file looks like an mbox of several messages, and is taken in as the one that it is.
    LooksLikeMbox(PathBuf),
    /// A file of a tree is not named as a message, or is no mbox; only their number is of interest.
    PassedOver,
    /// A symbolic link in a tree is not followed; only their number is of interest.
    Link,
    /// So many names where the messages of a Maildir lie are those of no files.
    NoFiles(PathBuf, usize),
    /// So many subfolders of a Maildir are not read.
    LeftOut(PathBuf, usize),
    /// A Maildir has no `cur` of its own, so that nothing in it is marked.
    NoCur(PathBuf),
    /// Nothing was added to an mbox since it was read; only their number is of interest.
    ReadBefore,
    /// The mbox was read to here before, and is read on.
    GoesOn(PathBuf, u64),
    /// The mbox was read before, but what was read then stands there no more: it is read anew.
    Changed(PathBuf),
    /// An mbox was read before its last message was whole, so it is read anew.
    WasCut(PathBuf),
    /// So many messages of an mbox have a wrong Content-Length.
    BadLengths(PathBuf, usize),
    /// A file is not the one that was read, or was written to since, and so is not marked or removed.
    Kept(PathBuf),
    /// A source cannot be read, or its file not be marked; it was passed over.
    Refused(Failure),
    /// A signal ended the reading.
    Interrupted,
}

/// A message that was read.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) raw: Raw,
    pub(super) origin: Origin,
    /// When it was delivered there, as far as the place tells.
    pub(super) delivered: Option<Time>,
    /// How much of all that is to be read was read with it, from 0 to 1.
    pub(super) part: f64,
}

/// Where a message was found.
#[derive(Debug)]
pub(super) enum Origin {
    /// In a file of its own.
    File(PathBuf, FileMark),
    /// In a Maildir.
    Maildir(PathBuf, FileMark),
    /// In an mbox.
    Mbox {
        /// As its `From ` line says.
        sender: EnvelopeSender,
        /// How far the mbox is read with it.
        position: Position,
    },
}

impl Origin {
    pub(super) fn path(&self) -> &Path {
        match self {
            Origin::File(path, _) | Origin::Maildir(path, _) => path,
            Origin::Mbox { position, .. } => Path::new(OsStr::from_bytes(&position.path)),
        }
    }

    pub(super) fn wiring(&self) -> Wiring {
        match self {
            Origin::File(..) => Wiring::File,
            Origin::Maildir(..) => Wiring::Maildir,
            Origin::Mbox { .. } => Wiring::Mbox,
        }
    }
}

/// What a reader gives.
#[derive(Debug)]
pub(super) enum Piece {
    Message(Box<Found>),
    Notice(Notice),
}

impl Piece {
    /// Bytes that it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Piece::Message(found) => found.raw.beginning().len(),
            Piece::Notice(_) => 0,
        }
    }
}

/// Whether the reading goes on.
type Flow = ControlFlow<()>;

/// Reads sources, and gives what it finds.
pub(super) struct Reader<'a> {
    pub(super) manner: &'a Manner,
    /// Where large messages wait.
    pub(super) dir: &'a Path,
    /// How long to wait for an mbox that somebody else writes.
    pub(super) patience: std::time::Duration,
    /// All that says what becomes of messages, in words: a position counts for the same words only.
    pub(super) words: String,
    /// How far mbox files were read, in this manner.
    pub(super) positions: Vec<Position>,
    /// Set by a signal.
    pub(super) stop: &'a AtomicBool,
    /// How many messages were given.
    pub(super) given: &'a AtomicUsize,
    /// Takes what was found; false when no more is wanted.
    pub(super) give: &'a mut dyn FnMut(Piece) -> bool,
    /// Of all that is to be read, what is read at the moment: from, to.
    pub(super) span: (f64, f64),
}

impl Reader<'_> {
    /// Reads what these paths stand for, in their order. `count` is how many they are, where that is
    /// known.
    pub(super) fn read(
        &mut self,
        paths: impl Iterator<Item = io::Result<PathBuf>>,
        count: Option<usize>,
    ) -> Flow {
        let share = |n: usize| count.map_or(0.0, |count| n as f64 / count as f64);
        for (n, path) in paths.enumerate() {
            self.span = (share(n), share(n + 1));
            match path {
                Ok(path) => self.path(&path)?,
                Err(error) => {
                    self.not_read(Failure::new(Kind::TryAgain, format!("stdin: {error}")))?;
                }
            }
        }
        Flow::Continue(())
    }

    fn path(&mut self, path: &Path) -> Flow {
        let meta = match path.metadata() {
            Ok(meta) => meta,
            Err(error) => return self.refuse(no_input(path, &error)),
        };
        let kind = meta.file_type();
        if kind.is_char_device() || kind.is_block_device() {
            let why = format!("{}: a device, no file", path.display());
            return self.refuse(Failure::new(Kind::Data, why));
        }
        match self.manner.format {
            Format::Message if !meta.is_dir() => self.message(path),
            Format::Mbox(_) if kind.is_fifo() => self.refuse(no_file(path)),
            Format::Mbox(variant) if !meta.is_dir() => self.mbox(path, variant),
            Format::Message
                if folder::is_surely_maildir(path) && self.manner.reach == Reach::Folder =>
            {
                self.maildir(path)?;
                match walk::subfolders(path) {
                    Ok(0) => Flow::Continue(()),
                    Ok(count) => self.notice(Notice::LeftOut(path.to_owned(), count)),
                    Err(error) => self.refuse(no_input(path, &error)),
                }
            }
            Format::Message => self.walk(path),
            Format::Mbox(_) if folder::is_surely_maildir(path) => {
                let why = format!("{}: a Maildir, not an mbox", path.display());
                self.refuse(Failure::new(Kind::Data, why))
            }
            Format::Mbox(_) => self.walk(path),
        }
    }

    /// All that lies below a directory.
    fn walk(&mut self, path: &Path) -> Flow {
        for entry in Walk::below(path) {
            match (entry, self.manner.format) {
                (Entry::Trouble(path, error), _) => self.refuse(no_input(&path, &error))?,
                (Entry::Link, _) => self.notice(Notice::Link)?,
                (Entry::Maildir(path), Format::Message) => self.maildir(&path)?,
                (Entry::File(path), Format::Message) if walk::is_named_as_message(&path) => {
                    self.message(&path)?;
                }
                (Entry::File(path), Format::Mbox(variant)) if walk::is_mbox(&path) => {
                    self.mbox(&path, variant)?;
                }
                (Entry::Maildir(_), Format::Mbox(_)) | (Entry::File(_), _) => {
                    self.notice(Notice::PassedOver)?;
                }
            }
        }
        Flow::Continue(())
    }

    /// A file that is one message.
    fn message(&mut self, path: &Path) -> Flow {
        let opened = interruptible::open(path).and_then(|file| Ok((file.metadata()?, file)));
        let (meta, file) = match opened {
            Ok(opened) => opened,
            Err(error) => return self.refuse(no_input(path, &error)),
        };
        let raw = match self.raw(path, file) {
            Ok(raw) => raw,
            Err(why) => return self.not_read(why),
        };
        if raw.size() > 0 && holds_several(raw.beginning()) {
            if self.manner.afterwards == Afterwards::Delete {
                let why = "looks like an mbox, and is not removed as one message: name --mbox, or \
                           take it in without --delete";
                let why = format!("{}: {why}", path.display());
                return self.refuse(Failure::new(Kind::NoInput, why));
            }
            self.notice(Notice::LooksLikeMbox(path.to_owned()))?;
        }
        let origin = Origin::File(path.to_owned(), mark_of(&meta));
        self.found(raw, origin, written(&meta), 1.0)
    }

    /// The messages of a Maildir, in the order of their names.
    fn maildir(&mut self, path: &Path) -> Flow {
        let mut folder = match Folder::list(path) {
            Ok(folder) => folder,
            Err(error) => return self.refuse(no_input(path, &error)),
        };
        if folder.others() > 0 {
            self.notice(Notice::NoFiles(path.to_owned(), folder.others()))?;
        }
        let names = folder.take_names();
        let count = names.len() as f64;
        for (n, name) in names.into_iter().enumerate() {
            let (path, file) = match folder.open(&name) {
                Ok(Some(opened)) => opened,
                // Another reader took it (R40).
                Ok(None) => continue,
                Err((path, error)) => {
                    self.refuse(no_input(&path, &error))?;
                    continue;
                }
            };
            let meta = file.metadata().map_err(|error| no_input(&path, &error));
            match meta.and_then(|meta| Ok((self.raw(&path, file)?, meta))) {
                Ok((raw, meta)) => {
                    let origin = Origin::Maildir(path, mark_of(&meta));
                    self.found(raw, origin, written(&meta), (n + 1) as f64 / count)?;
                }
                Err(why) => self.not_read(why)?,
            }
        }
        Flow::Continue(())
    }

    fn raw(&self, path: &Path, file: File) -> Result<Raw, Failure> {
        let file = Interruptible::new(file, self.stop);
        Raw::read(file, || Ok(self.dir.to_owned())).map_err(|error| unread(path, error))
    }

    /// Gives a message; `within` says how much of the present path is read with it.
    fn found(&mut self, raw: Raw, origin: Origin, delivered: Option<Time>, within: f64) -> Flow {
        if let (true, Origin::File(path, _) | Origin::Maildir(path, _)) = (raw.is_empty(), &origin)
        {
            return self.notice(Notice::Empty(path.clone()));
        }
        if self.stop.load(Ordering::Relaxed) {
            return self.interrupted();
        }
        let (from, to) = self.span;
        let part = from + (to - from) * within;
        self.given.fetch_add(1, Ordering::Relaxed);
        self.hand_over(Piece::Message(Box::new(Found { raw, origin, delivered, part })))
    }

    fn interrupted(&mut self) -> Flow {
        self.notice(Notice::Interrupted)?;
        Flow::Break(())
    }

    /// A source was not read to its end: what a signal ended is no refusal.
    fn not_read(&mut self, why: Failure) -> Flow {
        if self.stop.load(Ordering::Relaxed) { self.interrupted() } else { self.refuse(why) }
    }

    fn refuse(&mut self, why: Failure) -> Flow {
        self.notice(Notice::Refused(why))
    }

    fn notice(&mut self, notice: Notice) -> Flow {
        self.hand_over(Piece::Notice(notice))
    }

    fn hand_over(&mut self, piece: Piece) -> Flow {
        if (self.give)(piece) { Flow::Continue(()) } else { Flow::Break(()) }
    }
}

/// The files that a path stands for: itself; of a Maildir its messages; of a tree the Maildirs in
/// it, and the files that are named as messages or begin like an mbox.
///
/// # Errors
/// When something there cannot be read.
pub(super) fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let wrong = |path: &Path, error: io::Error| no_input(path, &error);
    if !path.metadata().map_err(|error| wrong(path, error))?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    if folder::is_surely_maildir(path) {
        return Folder::list(path).map(|folder| folder.paths()).map_err(|e| wrong(path, e));
    }
    let mut files = Vec::new();
    for entry in Walk::below(path) {
        match entry {
            Entry::Trouble(path, error) => return Err(wrong(&path, error)),
            Entry::Maildir(path) => {
                let folder = Folder::list(&path).map_err(|error| wrong(&path, error))?;
                files.extend(folder.paths());
            }
            Entry::File(path) if walk::is_named_as_message(&path) || walk::is_mbox(&path) => {
                files.push(path);
            }
            Entry::File(_) | Entry::Link => {}
        }
    }
    Ok(files)
}

/// Whether a file holds several messages, as an mbox does.
fn holds_several(raw: &[u8]) -> bool {
    let Ok(mut mbox) = Mbox::new(io::Cursor::new(raw), Variant::default(), 0) else { return false };
    let mut is_there = || matches!(mbox.next_into(&mut io::sink()), Ok(Some(_)));
    is_there() && is_there()
}

fn written(meta: &Metadata) -> Option<Time> {
    meta.modified().ok().map(|at| Time::from_utc(at.into()))
}

fn mark_of(meta: &Metadata) -> FileMark {
    FileMark {
        device: meta.dev(),
        inode: meta.ino(),
        size: meta.size(),
        modified: meta.mtime().saturating_mul(1_000_000_000).saturating_add(meta.mtime_nsec()),
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_bytes().starts_with(b"."))
}

fn no_file(mbox: &Path) -> Failure {
    let why = format!("{}: an mbox has to be a file, to be read on in", mbox.display());
    Failure::new(Kind::Data, why)
}

/// A source that was opened, and could not be read to its end. Where that is for want of memory or of
/// room for a large message, it may be read later.
fn unread(path: &Path, error: impl Into<Error>) -> Failure {
    let error = error.into();
    let is_for_want = |cause: &io::Error| {
        matches!(cause.kind(), ErrorKind::OutOfMemory | ErrorKind::StorageFull)
            || matches!(cause.kind(), ErrorKind::FileTooLarge | ErrorKind::QuotaExceeded)
    };
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref());
    let kind = if causes.any(is_for_want) { Kind::TryAgain } else { Kind::NoInput };
    Failure::new(kind, format!("{}: {error:#}", path.display()))
}

fn no_input(path: &Path, error: &impl Display) -> Failure {
    Failure::new(Kind::NoInput, format!("{}: {error:#}", path.display()))
}
