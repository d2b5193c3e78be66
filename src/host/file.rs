//! Files that must be there after a crash, and with the modes they need whatever the umask (R28).

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
use nix::sys::statvfs::statvfs;
use nix::unistd::Uid;

/// Makes a directory with exactly this mode; its parents too, with the default one.
///
/// # Errors
/// When it is there already, or cannot be made.
pub fn make_dir(path: &Path, mode: u32) -> io::Result<()> {
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::create_dir_all(parent)?;
    }
    DirBuilder::new().mode(mode).create(path)?;
    fs::set_permissions(path, Permissions::from_mode(mode))
}

/// Makes a file with exactly this mode and content, synced.
///
/// # Errors
/// When it is there already, or cannot be written.
pub fn make_file(path: &Path, mode: u32, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.write_all(content)?;
    file.sync_all()?;
    sync_dir_of(path)
}

/// Syncs the directory that holds a file, so that its name survives a crash.
///
/// # Errors
/// Those of the system.
pub fn sync_dir_of(path: &Path) -> io::Result<()> {
    let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(dir)?.sync_all()
}

/// Gives a file another name; a file that has this name already is never lost.
///
/// # Errors
/// `AlreadyExists` when the name is taken by another file, and those of the system.
pub fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat2(AT_FDCWD, from, AT_FDCWD, to, RenameFlags::RENAME_NOREPLACE) {
        Err(Errno::EINVAL | Errno::ENOSYS) => link_new(from, to),
        Err(Errno::EEXIST) => give_up_second_name(from, to),
        done => done.map_err(io::Error::from),
    }
}

/// The same where the file system cannot do it in one step, in the two that delivery programs take.
fn link_new(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => give_up_second_name(from, to),
        Err(error) => Err(error),
    }
}

/// Between the two steps one file has both names: after a crash, or while somebody else takes them.
fn give_up_second_name(from: &Path, to: &Path) -> io::Result<()> {
    let (was, is) = (from.symlink_metadata()?, to.symlink_metadata()?);
    if (was.dev(), was.ino()) == (is.dev(), is.ino()) {
        return fs::remove_file(from);
    }
    let why = format!("{} is there already", to.display());
    Err(io::Error::new(io::ErrorKind::AlreadyExists, why))
}

/// Reads to the end; running out of memory is an error like any other.
///
/// # Errors
/// Those of the source.
pub fn read_to_end(source: impl Read) -> io::Result<Vec<u8>> {
    read_at_most(source, usize::MAX)
}

/// Reads to the end, or so many bytes; running out of memory is an error like any other.
///
/// # Errors
/// Those of the source.
pub fn read_at_most(mut source: impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    loop {
        let begun = all.len();
        // Most mails are small, and untouched memory costs nothing.
        let room = begun.clamp(1 << 13, 1 << 16).min(most - begun);
        reserve(&mut all, room, most)?;
        all.resize(begun + room, 0);
        let read = read_some(&mut source, all.get_mut(begun..).unwrap_or_default())?;
        all.truncate(begun + read);
        if read == 0 {
            // Up to half of it is room; a batch holds hundreds of these.
            all.shrink_to_fit();
            return Ok(all);
        }
    }
}

/// Makes room for so many bytes more. As a vector does it, by doubling it, but never for more than
/// `most` in all: room that is not used counts where the address space is limited.
///
/// # Errors
/// When the memory does not suffice.
pub fn reserve(all: &mut Vec<u8>, more: usize, most: usize) -> io::Result<()> {
    if all.capacity() - all.len() >= more {
        return Ok(());
    }
    let room = all.len().min(most.saturating_sub(all.len())).max(more);
    all.try_reserve_exact(room).map_err(|_| io::ErrorKind::OutOfMemory.into())
}

/// Bytes that are free for us on the disk of a file or folder. What is kept for root counts for root.
///
/// # Errors
/// Those of the system.
pub fn free(path: &Path) -> io::Result<u64> {
    let disk = statvfs(path)?;
    let blocks =
        if Uid::effective().is_root() { disk.blocks_free() } else { disk.blocks_available() };
    Ok(blocks.saturating_mul(disk.fragment_size()))
}

/// Reads what there is, whatever signals come.
fn read_some(mut source: impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// Keeps a text that would be lost otherwise, readable for its owner alone. Gives its path.
///
/// # Errors
/// When nothing can be written there.
pub fn keep(dir: &Path, stem: &str, text: &str) -> io::Result<PathBuf> {
    for n in 1.. {
        let path = dir.join(format!("{stem}-{n}.txt"));
        match make_file(&path, 0o600, text.as_bytes()) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && n < 1000 => {}
            Err(error) => return Err(error),
            Ok(()) => return Ok(path),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_name_takes_nothing_from_anybody() {
        for rename in [rename_new, link_new] {
            let dir = tempfile::tempdir().unwrap();
            let [a, b, c] = ["a", "b", "c"].map(|name| dir.path().join(name));
            fs::write(&a, "a").unwrap();
            fs::write(&b, "b").unwrap();
            let taken = rename(&a, &b).unwrap_err();
            assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
            assert!(taken.to_string().contains(b.to_str().unwrap()), "{taken}");
            assert_eq!((fs::read(&a).unwrap(), fs::read(&b).unwrap()), (b"a".into(), b"b".into()));
            rename(&a, &c).unwrap();
            assert!(!a.exists() && fs::read(&c).unwrap() == b"a");
            assert_eq!(rename(&a, &c).unwrap_err().kind(), io::ErrorKind::NotFound);
            // What was begun is brought to its end.
            fs::hard_link(&c, &a).unwrap();
            rename(&a, &c).unwrap();
            assert!(!a.exists() && fs::read(&c).unwrap() == b"a");
        }
    }

    #[test]
    fn modes_do_not_depend_on_the_umask() {
        let dir = tempfile::tempdir().unwrap();
        let desk = dir.path().join("a/desk");
        make_dir(&desk, 0o2770).unwrap();
        assert_eq!(desk.metadata().unwrap().permissions().mode() & 0o7777, 0o2770);
        let file = desk.join("keys");
        make_file(&file, 0o640, b"x").unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o7777, 0o640);
        assert!(make_file(&file, 0o640, b"y").is_err());
        assert_eq!(fs::read(&file).unwrap(), b"x");
    }

    #[test]
    fn what_is_kept_never_replaces_what_was_kept() {
        let dir = tempfile::tempdir().unwrap();
        let first = keep(dir.path(), "reply-142", "one").unwrap();
        let second = keep(dir.path(), "reply-142", "two").unwrap();
        assert_ne!(first, second);
        assert_eq!(fs::read_to_string(first).unwrap(), "one");
    }

    #[test]
    fn no_more_room_is_made_than_may_be_used() {
        let mut all = vec![0; 100];
        reserve(&mut all, 1, 150).unwrap();
        assert_eq!(all.capacity(), 150);
        reserve(&mut all, 60, 150).unwrap();
        assert_eq!(all.capacity(), 160);
        let none = reserve(&mut all, isize::MAX as usize, usize::MAX).unwrap_err();
        assert_eq!(none.kind(), io::ErrorKind::OutOfMemory);
    }

    #[test]
    fn reads_to_the_end() {
        let text = vec![7_u8; 200_000];
        assert_eq!(read_to_end(&text[..]).unwrap(), text);
        assert!(read_to_end(io::empty()).unwrap().is_empty());
    }
}
