//! The one place that reads the environment. What an MTA puts there is data: bounded, never a path
//! or a format (R25).

use std::ffi::OsString;
use std::path::PathBuf;

/// Longest value taken from an MTA.
const LONGEST: usize = 1024;

#[allow(clippy::disallowed_methods)]
fn get(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// A variable as text; too long or not UTF-8 counts as absent.
#[must_use]
pub fn text(name: &str) -> Option<String> {
    get(name)?.into_string().ok().filter(|value| value.len() <= LONGEST)
}

/// A variable that an administrator sets to a path.
#[must_use]
pub fn path(name: &str) -> Option<PathBuf> {
    get(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The recipient as the caller tells it, in each of the ways that it does, the most exact first:
/// Postfix and OpenSMTPD, Pigeonhole, Exim (R23).
#[must_use]
pub fn recipients() -> Vec<String> {
    let named = ["ORIGINAL_RECIPIENT", "ORIG_RECIPIENT", "RECIPIENT"].into_iter().filter_map(text);
    let parts = text("LOCAL_PART").zip(text("DOMAIN"));
    let joined = parts.map(|(local, domain)| format!("{local}@{domain}"));
    named.filter(|value| value.contains('@')).chain(joined).collect()
}

/// The envelope sender as the caller tells it; an empty one is the null sender, a missing one is
/// unknown (R26).
#[must_use]
pub fn sender() -> Option<String> {
    text("SENDER")
}

/// The extension of the recipient as the caller tells it (R27).
#[must_use]
pub fn extension() -> Option<String> {
    text("EXTENSION")
        .or_else(|| {
            let suffix = text("LOCAL_PART_SUFFIX")?;
            Some(suffix.trim_start_matches(['+', '-']).to_owned())
        })
        .filter(|extension| !extension.is_empty())
}

/// The editor of the person at the terminal.
#[must_use]
pub fn editor() -> String {
    let set = |name| text(name).filter(|value| !value.trim().is_empty());
    set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".to_owned())
}

/// Where a person's unfinished text is kept.
#[must_use]
pub fn scratch() -> PathBuf {
    path("TMPDIR").unwrap_or_else(|| PathBuf::from("/tmp"))
}
