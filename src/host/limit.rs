//! Limits that whoever started us put on this process (setrlimit(2)).

use crate::domain::surroundings::Limits;
use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};

/// The largest file that we may write, in bytes (`RLIMIT_FSIZE`); none when there is no limit.
/// Postfix's local(8) sets one for all that it runs.
#[must_use]
pub fn file_size() -> Option<u64> {
    of(Resource::RLIMIT_FSIZE)
}

/// The most address space that we may have, in bytes (`RLIMIT_AS`); none when there is no limit.
#[must_use]
pub fn memory() -> Option<u64> {
    of(Resource::RLIMIT_AS)
}

/// All that count for a delivery.
#[must_use]
pub fn all() -> Limits {
    Limits {
        file_size: file_size(),
        memory: memory(),
        processor: of(Resource::RLIMIT_CPU),
        files: of(Resource::RLIMIT_NOFILE),
    }
}

fn of(resource: Resource) -> Option<u64> {
    getrlimit(resource).ok().map(|(soft, _)| soft).filter(|soft| *soft != RLIM_INFINITY)
}
