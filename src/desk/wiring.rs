//! Whether mail can come in the way this process was started (R33): who runs it, what it may do with
//! each file of the desk, what it would take a message for, and what the caller makes of its exit.
//! Nothing is written, and nothing is an error: what fails is a [`Line`].

use std::path::Path;

use anyhow::Result;

use super::incoming::{self, Envelope};
use super::{Desk, Failure, Purpose, Wanted, config_path, early_log, layout, log_of};
use crate::config;
use crate::domain::EnvelopeSender;
use crate::domain::surroundings::{Disk, Line};
use crate::host::lock::{Lock, LockError};
use crate::host::log::Log;
use crate::host::place::{self, Need};
use crate::host::{file, process, user};
use crate::mail;

/// The delivery that is tried.
#[derive(Debug)]
pub struct Trial<'a> {
    /// The desk, as the command line names it.
    pub wanted: &'a Wanted,
    /// What the wiring tells of the message; or what is wrong with its words.
    pub envelope: Result<Envelope, Failure>,
    /// Whether rules are to run.
    pub route: bool,
    /// Whether machines are to answer.
    pub autoreply: bool,
    /// The message, or its beginning; empty where there is none.
    pub message: &'a [u8],
}

/// What is to be said of a delivery here and now.
#[must_use]
pub fn examine(trial: &Trial<'_>) -> Vec<Line> {
    let mut lines = process::surroundings().lines();
    let path = match config_path(trial.wanted.config.as_deref()) {
        Ok(path) => path,
        Err(error) => {
            lines.push(Line::wrong("configuration", "none", format!("{error:#}")));
            return lines;
        }
    };
    lines.push(place::file(&path, Need::Read).file("configuration"));
    let loaded = config::load(&path).map(|(config, _)| config).map_err(Failure::config);
    let dir = path.parent().unwrap_or(Path::new("")).to_owned();
    let log = loaded.as_ref().map_or_else(|_| early_log(Some(&path)), log_of);
    match dir.join(layout::STORE).try_exists() {
        // Whatever lies there is not ours to have opinions on.
        Ok(false) => lines.push(Line::wrong(
            "desk directory",
            dir.display().to_string(),
            "there is no database in it: name the configuration of a desk, or 'postroom init' one",
        )),
        _ => lines.extend(places(&dir, &log)),
    }
    match &loaded {
        Ok(config) => lines.extend(disk(&dir, config.settings().keep_free)),
        Err(error) => lines.push(Line::wrong("desk", "", first_line(error))),
    }
    if loaded.is_ok() {
        match Desk::open(trial.wanted, Purpose::Write) {
            Ok(desk) => lines.extend(desk.would_take(trial)),
            Err(error) => lines.push(Line::wrong("desk", "", first_line(&format!("{error:#}")))),
        }
    }
    lines
}

/// The files of the desk.
fn places(dir: &Path, log: &Log) -> Vec<Line> {
    let store = dir.join(layout::STORE);
    let mut lines = vec![
        place::folder(dir).folder("desk directory"),
        place::file(&store, Need::Write).file("database"),
        place::file(&dir.join(layout::KEYS), Need::Read).file("keys"),
        lock(&dir.join(layout::LOCK)),
        place::file(&dir.join(layout::SEND_LOCK), Need::Write).file("send lock"),
    ];
    lines.push(match log {
        Log::File { path, .. } => place::file(path, Need::Append).file("log"),
        Log::Syslog if log.open().is_some() => Line::fine("log", "syslog"),
        Log::Syslog => Line::note("log", "syslog", "nobody listens at /dev/log"),
    });
    lines.extend(owner(&store));
    lines
}

/// Who the process is to the database.
fn owner(store: &Path) -> Option<Line> {
    let owner = user::owner_of(store)?;
    let caller = user::Caller::current();
    if caller.owns(store) {
        return None;
    }
    let words = if caller.is_root() {
        format!("run it as {owner}: what root makes beside the database is not theirs to write")
    } else {
        format!("mail goes in, but only {owner} hands mail to sendmail, from cron")
    };
    Some(if caller.is_root() {
        Line::wrong("owner", owner, words)
    } else {
        Line::note("owner", owner, words)
    })
}

fn lock(path: &Path) -> Line {
    let line = place::file(path, Need::Write).file("lock");
    match Lock::try_take(path) {
        Err(LockError::Busy(_)) => Line::note("lock", line.value, "another process is writing now"),
        _ => line,
    }
}

fn disk(dir: &Path, keep: u64) -> Vec<Line> {
    match (file::free(dir), place::remote(dir)) {
        (Ok(free), Ok(remote)) => Disk { free, keep, remote }.lines().to_vec(),
        (Err(error), _) | (_, Err(error)) => {
            vec![Line::wrong("free space", "unknown", error.to_string())]
        }
    }
}

impl Desk {
    /// What a message would be taken for.
    fn would_take(&self, trial: &Trial<'_>) -> Vec<Line> {
        let mut lines = Vec::new();
        if trial.route {
            lines.push(match self.rules() {
                Ok((book, _)) => Line::fine("rules", book.rules.len().to_string()),
                Err(error) => Line::wrong("rules", "", first_line(&format!("{error:#}"))),
            });
        } else if let Err(error) = self.scene().arrival_rules() {
            lines.push(Line::wrong("rules", "", first_line(&format!("{error:#}"))));
        }
        if trial.autoreply {
            lines.push(match self.texts() {
                Ok(_) => Line::fine("texts", "readable"),
                Err(error) => Line::wrong("texts", "", first_line(&format!("{error:#}"))),
            });
        }
        match &trial.envelope {
            Ok(envelope) => lines.extend(self.envelope(envelope, trial)),
            Err(error) => lines.push(Line::wrong("inbox", "", first_line(error))),
        }
        lines
    }

    fn envelope(&self, envelope: &Envelope, trial: &Trial<'_>) -> Vec<Line> {
        let parsed = mail::parse(trial.message);
        let sender = incoming::sender(envelope, &parsed);
        let mut lines = vec![match (&sender, trial.autoreply) {
            (EnvelopeSender::Unknown, true) => {
                Line::note("sender", "unknown", "nobody is answered by machine")
            }
            (EnvelopeSender::Unknown, false) => Line::fine("sender", "unknown"),
            (EnvelopeSender::Null, _) => Line::fine("sender", "<>"),
            (EnvelopeSender::Address(address), _) => Line::fine("sender", address.to_string()),
        }];
        let extension = envelope.extension.as_deref().unwrap_or("none");
        lines.push(Line::fine("extension", extension));
        match incoming::targets(&self.config, envelope, &parsed) {
            Err(error) => lines.push(Line::wrong("inbox", "", first_line(&format!("{error:#}")))),
            Ok(targets) => lines.extend(targets.iter().flat_map(|target| {
                let recipient = target.recipient.as_ref();
                let value = recipient.map_or_else(|| "unknown".to_owned(), ToString::to_string);
                let inbox = target.inbox.to_string();
                let inbox = if target.is_fallback {
                    let words = "the fallback: nobody told of an address of an inbox";
                    Line::note("inbox", inbox, words)
                } else {
                    Line::fine("inbox", inbox)
                };
                [Line::fine("recipient", value), inbox]
            })),
        }
        lines
    }
}

fn first_line(error: &impl ToString) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
