//! Who runs the command: the real uid, never a variable that anybody can set (R188).

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::{Group, Uid, User};

use super::env;

/// The caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The login name; the number where the uid has none.
    pub login: String,
    /// The uid that the process runs under.
    uid: u32,
}

impl Caller {
    /// The caller of this process; under sudo the one who called sudo.
    #[must_use]
    pub fn current() -> Self {
        let uid = Uid::current();
        let behind = if uid.is_root() {
            env::text("SUDO_UID").and_then(|uid| uid.parse().ok()).map_or(uid, Uid::from_raw)
        } else {
            uid
        };
        let login = match User::from_uid(behind) {
            Ok(Some(user)) => user.name,
            _ => behind.to_string(),
        };
        Caller { login, uid: uid.as_raw() }
    }

    /// Whether the process runs as root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.uid == 0
    }

    /// Whether the process runs as the owner of this file.
    #[must_use]
    pub fn owns(&self, path: &Path) -> bool {
        path.metadata().is_ok_and(|meta| meta.uid() == self.uid)
    }
}

/// The login of the owner of a file, for messages.
#[must_use]
pub fn owner_of(path: &Path) -> Option<String> {
    let uid = path.metadata().ok()?.uid();
    match User::from_uid(Uid::from_raw(uid)) {
        Ok(Some(user)) => Some(user.name),
        _ => Some(uid.to_string()),
    }
}

/// The number of a Unix group; none when there is no such group.
///
/// # Errors
/// When the group database cannot be read.
pub fn group(name: &str) -> io::Result<Option<u32>> {
    Ok(Group::from_name(name)?.map(|group| group.gid.as_raw()))
}
