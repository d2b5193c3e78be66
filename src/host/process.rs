//! This process as the system sees it: who runs it, under what, and who started it.

use std::fs;

use nix::unistd::{Gid, Uid, getgroups, getppid};

use super::{accounts, env, limit, user};
use crate::domain::caller::Process;
use crate::domain::surroundings::Surroundings;

/// How far back to look for who started us.
const GENERATIONS: usize = 8;

/// Longest value of a variable that is told.
const LONGEST: usize = 200;

/// The surroundings of this process.
#[must_use]
pub fn surroundings() -> Surroundings {
    let uid = Uid::effective().as_raw();
    let mut groups = vec![Gid::effective()];
    groups.extend(getgroups().unwrap_or_default().into_iter().filter(|g| *g != Gid::effective()));
    let folder = std::env::current_dir();
    Surroundings {
        user: (user::login(uid), uid),
        groups: groups.iter().map(|g| (group_name(g.as_raw()), g.as_raw())).collect(),
        umask: status_field("self", "Umask:").and_then(|m| u32::from_str_radix(&m, 8).ok()),
        folder: folder.map_or_else(|error| error.to_string(), |dir| dir.display().to_string()),
        limits: limit::all(),
        environment: environment(),
        ancestors: ancestors(),
    }
}

/// The name of a gid; the number where it has none.
#[must_use]
pub fn group_name(gid: u32) -> String {
    accounts::group_name(gid).ok().flatten().unwrap_or_else(|| gid.to_string())
}

/// The variables that a delivery looks at, and those by which a caller is known.
fn environment() -> Vec<(String, String)> {
    const NAMES: [&str; 14] = [
        "SENDER",
        "RECIPIENT",
        "ORIGINAL_RECIPIENT",
        "ORIG_RECIPIENT",
        "EXTENSION",
        "LOCAL_PART",
        "LOCAL_PART_SUFFIX",
        "DOMAIN",
        "CLIENT_ADDRESS",
        "PROCMAIL_VERSION",
        "HOME",
        "POSTROOM_CONFIG",
        "POSTROOM_LOG",
        "POSTROOM_NOW",
    ];
    let value = |name: &str| {
        let text = env::text(name)?;
        Some((name.to_owned(), text.chars().take(LONGEST).collect()))
    };
    NAMES.into_iter().filter_map(value).collect()
}

/// Who started us, nearest first; as many as can be seen.
fn ancestors() -> Vec<Process> {
    let mut found = Vec::new();
    let mut next = Some(getppid().to_string());
    while let Some(pid) = next.filter(|pid| pid != "0" && found.len() < GENERATIONS) {
        let Ok(name) = fs::read_to_string(format!("/proc/{pid}/comm")) else { break };
        let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words = words.split(|byte| *byte == 0).filter(|word| !word.is_empty());
        let words = words.map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        found.push(Process { name: name.trim_end().to_owned(), words });
        next = status_field(&pid, "PPid:");
    }
    found
}

/// A field of /proc/PID/status.
fn status_field(pid: &str, field: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let found = status.lines().find_map(|line| line.strip_prefix(field));
    found.map(|value| value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_runs_us() {
        let here = surroundings();
        assert_eq!(here.user.1, Uid::effective().as_raw());
        assert!(!here.groups.is_empty() && !here.ancestors.is_empty(), "{here:?}");
        assert!(here.umask.is_some_and(|umask| umask < 0o1000), "{here:?}");
        assert!(here.folder.starts_with('/'));
    }
}
