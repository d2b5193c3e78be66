//! Who runs the command: the real uid, never a variable that anybody can set (R188).

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::Uid;
use serde::{Deserialize, Serialize};

use super::{accounts, env};

/// The caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
            env::text("SUDO_UID").and_then(|uid| uid.parse().ok()).unwrap_or(uid.as_raw())
        } else {
            uid.as_raw()
        };
        Caller { login: login(behind), uid: uid.as_raw() }
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

/// The login of a uid; the number where it has none.
#[must_use]
pub fn login(uid: u32) -> String {
    accounts::user_name(uid).ok().flatten().unwrap_or_else(|| uid.to_string())
}

/// The login of the owner of a file, for messages.
#[must_use]
pub fn owner_of(path: &Path) -> Option<String> {
    Some(login(path.metadata().ok()?.uid()))
}
