//! What those who wait for a lock offer to whoever has it: that one does it along with its own work,
//! and who waited has nothing left to do.
//!
//! An offer lies in a file beside the lock, named after the place in the line and its kind. It has
//! that name once it is whole, and loses it when somebody takes it on, so that nobody else does. That
//! it is done stands in the file itself, which is open on both sides: no other offer can be meant.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::libc;
use nix::unistd::Uid;

/// The name of an offer that is not whole yet, in place of its kind.
const UNFINISHED: &str = "new";

/// How an offer begins, and what becomes of that.
const OPEN: u8 = b'?';
const DONE: u8 = b'!';

/// Bytes of the largest offer: what waits is kept in memory by the one who takes it on.
pub const LARGEST: usize = 1 << 16;

/// An offer of our own.
#[derive(Debug)]
pub struct Offer {
    path: PathBuf,
    file: File,
}

impl Offer {
    /// Offers something of a kind from a place in the line for a lock.
    pub(super) fn make(
        lock: &Path,
        place: libc::off_t,
        kind: &str,
        what: &[u8],
    ) -> io::Result<Offer> {
        let (unfinished, path) = (path_at(lock, place, UNFINISHED), path_at(lock, place, kind));
        // Who stood here before us may have been killed.
        remove(&unfinished)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&unfinished)?;
        let made =
            file.write_all(&[&[OPEN], what].concat()).and_then(|()| fs::rename(&unfinished, &path));
        if let Err(error) = made {
            let _ = remove(&unfinished);
            return Err(error);
        }
        Ok(Offer { path, file })
    }

    /// The answer, if it is done. If not, it may still be, for as long as somebody else has the lock.
    pub(super) fn answer(&self) -> io::Result<Option<Vec<u8>>> {
        let mut state = [OPEN];
        self.file.read_exact_at(&mut state, 0)?;
        if state != [DONE] {
            return Ok(None);
        }
        let length = self.file.metadata()?.len().saturating_sub(1);
        let mut answer = vec![0; usize::try_from(length).unwrap_or(usize::MAX).min(LARGEST)];
        self.file.read_exact_at(&mut answer, 1)?;
        Ok(Some(answer))
    }

    /// Takes it back: nobody takes it on any more.
    pub(super) fn withdraw(&self) -> io::Result<()> {
        remove(&self.path)
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        let _ = self.withdraw();
    }
}

/// An offer of somebody else.
#[derive(Debug)]
pub struct Offered {
    path: PathBuf,
    file: File,
    what: Vec<u8>,
}

impl Offered {
    /// What of a kind lies at a place, from somebody with our rights; none where nothing does yet.
    pub(super) fn look(lock: &Path, place: libc::off_t, kind: &str) -> io::Result<Option<Offered>> {
        let path = path_at(lock, place, kind);
        let opened =
            OpenOptions::new().read(true).write(true).custom_flags(libc::O_NOFOLLOW).open(&path);
        let mut file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let meta = file.metadata()?;
        if !meta.is_file() || meta.uid() != Uid::effective().as_raw() {
            return Ok(None);
        }
        let mut what = Vec::new();
        (&mut file).take(LARGEST as u64 + 1).read_to_end(&mut what)?;
        let is_open = what.first() == Some(&OPEN) && meta.len() == what.len() as u64;
        Ok(is_open.then_some(Offered { path, file, what }))
    }

    /// What is offered.
    #[must_use]
    pub fn what(&self) -> &[u8] {
        self.what.get(1..).unwrap_or_default()
    }

    /// Takes it on. Whoever offered it goes on waiting, and does it itself if it is not done then.
    ///
    /// # Errors
    /// Those of the system; the offer is not ours then.
    pub fn take_on(self) -> io::Result<TakenOn> {
        fs::remove_file(&self.path)?;
        Ok(TakenOn(self.file))
    }
}

/// An offer that we took on.
#[derive(Debug)]
pub struct TakenOn(File);

impl TakenOn {
    /// Tells whoever offered it that it is done, for ever, and what came of it.
    ///
    /// # Errors
    /// Those of the system; it is done once more then.
    pub fn is_done(&self, answer: &[u8]) -> io::Result<()> {
        self.0.set_len(1)?;
        self.0.write_all_at(answer, 1)?;
        self.0.write_all_at(&[DONE], 0)
    }
}

/// Whether something of a kind lies at a place.
pub(super) fn is_there(lock: &Path, place: libc::off_t, kind: &str) -> bool {
    path_at(lock, place, kind).symlink_metadata().is_ok()
}

/// The files that are offers, begun ones too, with their places.
pub(super) fn all(lock: &Path) -> io::Result<Vec<(PathBuf, libc::off_t)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(lock.parent().unwrap_or(Path::new(".")))? {
        let path = entry?.path();
        let (place, kind) = (path.with_extension(""), path.extension());
        let place = place.extension().and_then(|place| place.to_str()?.parse().ok());
        if let (Some(place), Some(kind)) = (place, kind.and_then(|kind| kind.to_str()))
            && path_at(lock, place, kind) == path
        {
            found.push((path, place));
        }
    }
    Ok(found)
}

/// Removes a file, if it is there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn path_at(lock: &Path, place: libc::off_t, kind: &str) -> PathBuf {
    lock.with_added_extension(format!("{place}.{kind}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let lock = dir.path().join("lock");
        (dir, lock)
    }

    fn names(dir: &tempfile::TempDir) -> usize {
        fs::read_dir(dir.path()).unwrap().count()
    }

    #[test]
    fn an_offer_is_taken_on_once_and_told_to_be_done() {
        let (dir, lock) = lock();
        let offer = Offer::make(&lock, 3, "k", b"a mail").unwrap();
        assert!(Offered::look(&lock, 2, "k").unwrap().is_none());
        assert!(Offered::look(&lock, 3, "other").unwrap().is_none());
        let [one, other] = [(); 2].map(|()| Offered::look(&lock, 3, "k").unwrap().unwrap());
        assert_eq!(one.what(), b"a mail");
        let taken = one.take_on().unwrap();
        assert!(other.take_on().is_err());
        assert!(Offered::look(&lock, 3, "k").unwrap().is_none());
        assert_eq!(offer.answer().unwrap(), None);
        taken.is_done(b"so").unwrap();
        assert_eq!(offer.answer().unwrap().unwrap(), b"so");
        offer.withdraw().unwrap();
        assert_eq!(names(&dir), 0);
    }

    #[test]
    fn what_is_withdrawn_is_gone() {
        let (dir, lock) = lock();
        let offer = Offer::make(&lock, 1, "k", b"").unwrap();
        let seen = Offered::look(&lock, 1, "k").unwrap().unwrap();
        offer.withdraw().unwrap();
        assert!(seen.take_on().is_err());
        assert_eq!(names(&dir), 0);
    }

    /// Whoever stood in a place and was killed has left an offer there, which somebody may have taken
    /// on: that it is done is no news to the one who stands there now.
    #[test]
    fn who_takes_a_place_has_nothing_of_the_one_before() {
        let (dir, lock) = lock();
        std::mem::forget(Offer::make(&lock, 1, "k", b"old").unwrap());
        let old = Offered::look(&lock, 1, "k").unwrap().unwrap().take_on().unwrap();
        fs::write(dir.path().join("lock.1.new"), "half an offer").unwrap();
        let offer = Offer::make(&lock, 1, "k", b"new").unwrap();
        old.is_done(b"").unwrap();
        assert_eq!(offer.answer().unwrap(), None);
        assert_eq!(Offered::look(&lock, 1, "k").unwrap().unwrap().what(), b"new");
        assert_eq!(names(&dir), 1);
    }

    #[test]
    fn what_is_no_offer_is_not_seen() {
        let (dir, lock) = lock();
        let path = dir.path().join("lock.1.k");
        for content in [&b""[..], b"!", b"half", &[OPEN; LARGEST + 2]] {
            fs::write(&path, content).unwrap();
            assert!(Offered::look(&lock, 1, "k").unwrap().is_none(), "{}", content.len());
        }
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &path).unwrap();
        assert!(Offered::look(&lock, 1, "k").is_err());
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(Offered::look(&lock, 1, "k").is_err());
    }
}
