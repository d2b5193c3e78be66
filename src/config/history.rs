//! Config is history too: all of its text, for the hash that every event names.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::Config;
use super::error::{ConfigError, Place};

/// The text of `postroom.toml`, of the files of holidays that it names, of `rules/*.toml` and of
/// `replies/*.txt`, in this order, each group in byte order of names.
///
/// Before each file stands a line with its length in bytes and its name within the desk, so that
/// no two configurations give the same text. A file that is not UTF-8 has its bad bytes replaced.
///
/// # Errors
/// A directory of rules that is not there; a file or directory that is there but cannot be read.
pub fn text_of(config: &Config) -> Result<String, ConfigError> {
    let mut all = String::new();
    append(&mut all, "postroom.toml", &config.source.text);
    let holidays: BTreeSet<&str> = config.holiday_files().collect();
    let holidays = holidays.into_iter().map(str::to_owned);
    let replies = config.dir.join("replies");
    let replies = match names(&replies, ".txt") {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        read => read.map_err(|error| unreadable(&replies, &error))?,
    };
    let rules = rule_files(config)?.into_iter().map(|name| format!("rules/{name}"));
    let replies = replies.into_iter().map(|name| format!("replies/{name}"));
    for name in holidays.chain(rules).chain(replies) {
        match std::fs::read(config.dir.join(&name)) {
            Ok(bytes) => append(&mut all, &name, &String::from_utf8_lossy(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(ConfigError::unreadable(name, &error)),
        }
    }
    Ok(all)
}

/// The texts of the rule files in the text of a configuration, as [`text_of`] joins it.
pub fn rules_in(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let files = std::iter::from_fn(move || {
        let (line, behind) = rest.split_once('\n')?;
        let (length, name) = line.split_once(' ')?;
        let (file, others) = behind.split_at_checked(length.parse().ok()?)?;
        rest = others;
        Some((name, file))
    });
    files.filter_map(|(name, file)| name.starts_with("rules/").then_some(file))
}

fn append(all: &mut String, name: &str, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(all, "{} {name}", text.len());
    all.push_str(text);
}

/// The files of rules, in byte order. A directory that is lost, or not mounted, must not pass for one
/// without rules: mail that comes meanwhile would never meet them.
pub(super) fn rule_files(config: &Config) -> Result<Vec<String>, ConfigError> {
    let dir = config.dir.join("rules");
    names(&dir, ".toml").map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            let message = "is not there: bring it back, or make an empty one if there are no rules";
            let at = Place::whole(dir.display().to_string());
            ConfigError { at, message: message.to_owned() }
        }
        _ => unreadable(&dir, &error),
    })
}

fn unreadable(dir: &Path, error: &io::Error) -> ConfigError {
    ConfigError::unreadable(dir.display().to_string(), error)
}

/// The names of the files of a directory that end so, in byte order. Hidden ones, such as an
/// editor's, are left out.
pub(super) fn names(dir: &Path, ending: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name().into_string();
        let wanted = |name: &String| name.ends_with(ending) && !name.starts_with('.');
        names.extend(name.ok().filter(wanted));
    }
    names.sort();
    Ok(names)
}
