//! What this process may do with a file or folder, without changing anything.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::fcntl::AtFlags;
use nix::sys::statfs::statfs;
use nix::unistd::{AccessFlags, faccessat};

use super::{process, user};
use crate::domain::surroundings::{Owned, Place, remote_file_system};

/// What has to be possible with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// To read it.
    Read,
    /// To read and write it.
    Write,
    /// To add to it; or to make it, where it is not.
    Append,
}

/// A file, tried by opening it.
#[must_use]
pub fn file(path: &Path, need: Need) -> Place {
    let mut options = OpenOptions::new();
    match need {
        Need::Read => options.read(true),
        Need::Write => options.read(true).write(true),
        Need::Append => options.append(true),
    };
    let tried = match options.open(path) {
        Err(error) if need == Need::Append && error.kind() == io::ErrorKind::NotFound => {
            may_use(path.parent().unwrap_or(Path::new("/")))
        }
        tried => tried.map(|_| ()),
    };
    place(path, tried)
}

/// A folder in which files are made.
#[must_use]
pub fn folder(path: &Path) -> Place {
    place(path, may_use(path))
}

/// The file system of a file or folder, where it is one of another machine or of a program.
///
/// # Errors
/// Those of the system.
pub fn remote(path: &Path) -> io::Result<Option<&'static str>> {
    Ok(remote_file_system(statfs(path)?.filesystem_type().0))
}

/// Whether the process may run a program, or why not.
///
/// # Errors
/// Those of the system; a directory is none.
pub fn may_run(program: &Path) -> io::Result<()> {
    faccessat(nix::fcntl::AT_FDCWD, program, AccessFlags::X_OK, AtFlags::AT_EACCESS)?;
    match program.metadata()?.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => Ok(()),
    }
}

fn may_use(folder: &Path) -> io::Result<()> {
    let all = AccessFlags::R_OK | AccessFlags::W_OK | AccessFlags::X_OK;
    Ok(faccessat(nix::fcntl::AT_FDCWD, folder, all, AtFlags::AT_EACCESS)?)
}

fn place(path: &Path, tried: io::Result<()>) -> Place {
    let owned = path.metadata().ok().map(|meta| Owned {
        owner: user::login(meta.uid()),
        group: process::group_name(meta.gid()),
        mode: meta.mode() & 0o7777,
    });
    let barred = tried.err().map(|error| error.to_string());
    Place { path: path.display().to_string(), owned, barred }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_done() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        assert!(file(&path, Need::Read).barred.is_some());
        assert!(file(&path, Need::Append).barred.is_none(), "it would be made");
        assert!(!path.exists(), "it was made");
        std::fs::write(&path, "").unwrap();
        for need in [Need::Read, Need::Write, Need::Append] {
            assert_eq!(file(&path, need).barred, None, "{need:?}");
        }
        assert_eq!(folder(dir.path()).barred, None);
        assert!(folder(&dir.path().join("none")).barred.is_some());
        assert_eq!(file(Path::new("/nonexistent/x"), Need::Append).owned, None);
        assert!(file(Path::new("/nonexistent/x"), Need::Append).barred.is_some());
        assert!(remote(dir.path()).is_ok());
    }
}
