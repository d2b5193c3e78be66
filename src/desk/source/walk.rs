//! What lies below a directory, in the order of names.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::vec;

use super::{folder, is_hidden};
use crate::mail::mbox;

/// What was come upon.
#[derive(Debug)]
pub(super) enum Entry {
    /// A file.
    File(PathBuf),
    /// A Maildir. What lies in it besides comes behind it, its messages are left to the caller.
    Maildir(PathBuf),
    /// A symbolic link, which is not followed.
    Link,
    /// Something that cannot be looked at.
    Trouble(PathBuf, io::Error),
}

/// A walk through a tree; hidden names left out, but for the subfolders of a Maildir. Only the path
/// that was named may be a symbolic link: others lead to what nobody named, or in a circle.
#[derive(Debug)]
pub(super) struct Walk {
    stack: Vec<vec::IntoIter<PathBuf>>,
}

impl Walk {
    /// From this directory on, itself included.
    pub(super) fn below(path: &Path) -> Self {
        Walk { stack: vec![vec![path.to_owned()].into_iter()] }
    }

    /// Goes into a directory; gives what is to be told of it.
    fn enter(&mut self, path: PathBuf) -> Option<Entry> {
        let is_maildir = folder::is_maildir(&path);
        let below = if is_maildir { beside_messages(&path) } else { names(&path) };
        match below {
            Ok(below) => {
                self.stack.push(below.into_iter());
                is_maildir.then_some(Entry::Maildir(path))
            }
            Err(error) => Some(Entry::Trouble(path, error)),
        }
    }
}

impl Iterator for Walk {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        loop {
            let Some(path) = self.stack.last_mut()?.next() else {
                self.stack.pop();
                continue;
            };
            let is_named = self.stack.len() == 1;
            let meta = match if is_named { path.metadata() } else { path.symlink_metadata() } {
                Ok(meta) => meta,
                Err(error) => return Some(Entry::Trouble(path, error)),
            };
            if meta.is_file() {
                return Some(Entry::File(path));
            }
            if meta.is_symlink() {
                return Some(Entry::Link);
            }
            if meta.is_dir()
                && let Some(entry) = self.enter(path)
            {
                return Some(entry);
            }
        }
    }
}

fn names(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = paths(dir)?;
    paths.retain(|path| !is_hidden(path));
    Ok(paths)
}

/// What lies within a Maildir besides its messages: its subfolders, `.Sent` as Maildir++ has them or
/// plain ones; and trees, mbox files and files that are named as messages, since a tree with a folder
/// called `new` looks like a Maildir. Other files are those of a mail program.
fn beside_messages(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let is_mail = |path: &Path| is_named_as_message(path) || path.is_file() && is_mbox(path);
    let is_below = |path: &Path| path.is_symlink() || path.is_dir() || is_mail(path);
    let is_other = |path: &Path| !is_hidden(path) && is_below(path);
    let mut paths = paths(dir)?;
    paths.retain(|path| !folder::is_own(path) && (folder::is_maildir(path) || is_other(path)));
    Ok(paths)
}

/// How many subfolders a Maildir has.
pub(super) fn subfolders(dir: &Path) -> io::Result<usize> {
    let mut paths = paths(dir)?;
    paths.retain(|path| !folder::is_own(path) && !path.is_symlink() && folder::is_maildir(path));
    Ok(paths.len())
}

fn paths(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths =
        fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    Ok(paths)
}

/// Whether a file of a tree is a message by its name: `x.eml`, or the number of an MH folder.
pub(super) fn is_named_as_message(path: &Path) -> bool {
    let is_eml = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("eml"));
    let is_number = |name: &std::ffi::OsStr| name.as_bytes().iter().all(u8::is_ascii_digit);
    is_eml || path.file_name().is_some_and(is_number)
}

/// Whether a file of a tree begins like an mbox.
pub(super) fn is_mbox(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(8 << 10).read_to_end(&mut head));
    read.is_ok() && mbox::is_mbox(&head)
}
