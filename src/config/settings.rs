//! `[desk]`: what holds for the whole desk.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::nearest::hint;
use super::pattern;
use super::section::{Report, Section};
use crate::domain::automatic::{LocalPart, Pause};
use crate::domain::query::Pattern;
use crate::domain::{Duration, Zone};

/// How long a command waits for other writers, where nothing else is said.
const LOCK_TIMEOUT: Duration = Duration::minutes(1);

/// Room on the disk that is left for others, where nothing else is said.
const KEEP_FREE_MB: u32 = 100;

/// What holds for the whole desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The zone in which days, hours and reports are meant.
    pub zone: Zone,
    /// The program that takes our mail; an absolute path.
    pub sendmail: PathBuf,
    /// The name under which our own mail server writes Authentication-Results; none: believe no one.
    pub authserv_id: Option<String>,
    /// What the site's own filter writes on spam, besides the built-in marks: fields of the header,
    /// any of which is enough (R100).
    pub spam_header: Vec<(String, Pattern)>,
    /// Where the log goes.
    pub log: Log,
    /// Brakes on automatic mail.
    pub limits: Limits,
    /// For how long the closed text is not repeated to one sender.
    pub autoreply_pause: Pause,
    /// Senders that no machine answers, besides the built-in ones.
    pub autoreply_never: Vec<LocalPart>,
    /// How long a command waits for others to finish writing (R13: far below an MTA's own limit).
    pub lock_timeout: Duration,
    /// Bytes that a delivery leaves free on the disk of the store (R185).
    pub keep_free: u64,
}

/// Where the log goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Log {
    /// The system log, facility mail.
    Syslog,
    /// A file of its own.
    File(PathBuf),
}

/// How many automatic mails may leave within an hour (R96). Past a limit none leave; 0 means none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For each inbox.
    pub per_inbox: u32,
    /// For each domain of recipients.
    pub per_domain: u32,
    /// For the desk as a whole: the global brake.
    pub global: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { per_inbox: 100, per_domain: 50, global: 300 }
    }
}

impl Settings {
    /// Reads `[desk]`; `None` if what must be there is not. Relative paths start from `dir`.
    pub(super) fn read(
        section: &mut Section<'_>,
        dir: &Path,
        report: &mut Report<'_>,
    ) -> Option<Settings> {
        let zone = section.parse::<WrittenZone>("timezone", report);
        let sendmail = sendmail(section, report);
        let authserv_id = authserv_id(section, report);
        let spam_header = pattern::of_header(section, "spam-header", report);
        let log = match section.text("log", report) {
            Some(text) if text.value == "syslog" => Log::Syslog,
            Some(text) => Log::File(dir.join(text.value)),
            None => Log::Syslog,
        };
        let limits = Limits::read(section, report);
        let autoreply_pause = autoreply_pause(section, report);
        let never = section.texts("autoreply-never", report);
        let autoreply_never = never.iter().filter_map(|word| report.parse(word)).collect();
        let lock_timeout = section.parse("lock-timeout", report).unwrap_or(LOCK_TIMEOUT);
        let keep_free = section.count("keep-free-mb", report).unwrap_or(KEEP_FREE_MB);
        let (zone, sendmail, spam_header) = (zone?.0, sendmail?, spam_header?);
        Some(Settings {
            zone,
            sendmail,
            authserv_id,
            spam_header,
            log,
            limits,
            autoreply_pause,
            autoreply_never,
            lock_timeout,
            keep_free: u64::from(keep_free) * 1_000_000,
        })
    }
}

impl Limits {
    fn read(section: &mut Section<'_>, report: &mut Report<'_>) -> Limits {
        let usual = Limits::default();
        let mut limit = |key, usual| section.count(key, report).unwrap_or(usual);
        Limits {
            per_inbox: limit("autoreply-per-hour", usual.per_inbox),
            per_domain: limit("autoreply-per-domain-per-hour", usual.per_domain),
            global: limit("autoreply-global-per-hour", usual.global),
        }
    }
}

fn autoreply_pause(section: &mut Section<'_>, report: &mut Report<'_>) -> Pause {
    let Some(text) = section.text("autoreply-pause", report) else { return Pause::default() };
    let Some(span) = report.parse(&text) else { return Pause::default() };
    Pause::new(span).unwrap_or_else(|error| {
        report.error(text.span.start, error.to_string());
        Pause::default()
    })
}

/// Where a mail system has its sendmail, unless the configuration names another.
pub const SENDMAIL: &str = "/usr/sbin/sendmail";

fn sendmail(section: &mut Section<'_>, report: &mut Report<'_>) -> Option<PathBuf> {
    let Some(text) = section.text("sendmail", report) else {
        return Some(PathBuf::from(SENDMAIL));
    };
    let path = PathBuf::from(&text.value);
    if path.is_absolute() {
        return Some(path);
    }
    report.error(text.span.start, "sendmail must be an absolute path, without arguments");
    None
}

fn authserv_id(section: &mut Section<'_>, report: &mut Report<'_>) -> Option<String> {
    let text = section.text("authserv-id", report)?;
    let good = |c: char| !c.is_control() && !c.is_whitespace() && !"();\"".contains(c);
    if text.value.is_empty() || !text.value.chars().all(good) {
        let wrong = "authserv-id is one word, the first of the field Authentication-Results";
        report.error(text.span.start, wrong);
    }
    Some(text.value)
}

/// A time zone as written; an unknown one is never taken for UTC (R223).
pub(super) struct WrittenZone(pub(super) Zone);

impl FromStr for WrittenZone {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        word.parse().map(WrittenZone).map_err(|_| {
            let names = Zone::names();
            let hint = hint(word, names.iter().map(String::as_str));
            let word = word.escape_debug();
            if hint.is_empty() {
                format!("unknown time zone '{word}'; an example is \"Europe/Amsterdam\"")
            } else {
                format!("unknown time zone '{word}'{hint}")
            }
        })
    }
}
