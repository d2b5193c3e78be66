//! `postroom.toml`, `rules/*.toml` and `replies/` become checked values.
//!
//! [`load`] reads one file and no more, since it stands before every delivery. What a delivery
//! may not need (opening hours, files that are named) is read when asked for;
//! [`Config::check_all`] proves all of it.

mod barrier;
mod correlate;
mod document;
pub mod error;
mod history;
mod hours;
mod inbox;
mod known;
mod literal;
mod nearest;
mod pattern;
mod people;
mod reach;
pub mod replies;
pub mod rules;
mod section;
mod settings;
mod source;

use std::path::{Path, PathBuf};

use crate::domain::calendar::Calendar;
use crate::domain::{Address, AgentName, CalendarName, Directory, InboxName, TeamName};

pub use error::{ConfigError, Place, Warning};
pub use history::{rules_in, text_of};
pub use inbox::{Autoreply, Inbox};
pub use people::{Agent, Team};
pub use replies::ReplyName;
pub use rules::Rulebook;
pub use settings::{Limits, Log, SENDMAIL, Settings};

use document::Document;
use section::{Report, Section};
use source::Source;

/// The configuration of a desk: every name in it stands for something that is there.
#[derive(Debug, Clone)]
pub struct Config {
    source: Source,
    dir: PathBuf,
    document: Document,
}

/// Reads and checks `postroom.toml`.
///
/// # Errors
/// Everything that is wrong in it, in the order of the file.
pub fn load(path: &Path) -> Result<(Config, Vec<Warning>), Vec<ConfigError>> {
    check(Source::read(path).map_err(|error| vec![error])?, path)
}

/// Checks a text that is to become the `postroom.toml` at this path.
///
/// # Errors
/// Everything that is wrong in it, as [`load`] would tell it.
pub fn parse(path: &Path, text: String) -> Result<(Config, Vec<Warning>), Vec<ConfigError>> {
    check(Source { name: path.display().to_string(), text }, path)
}

fn check(source: Source, path: &Path) -> Result<(Config, Vec<Warning>), Vec<ConfigError>> {
    let dir = path.parent().unwrap_or(Path::new("")).to_owned();
    let mut report = Report::new(&source);
    let root = Section::document(&mut report);
    let document = root.and_then(|root| Document::read(root, &dir, &mut report));
    let warnings = report.finish()?;
    match document {
        Some(document) => Ok((Config { source, dir, document }, warnings)),
        // Nothing is missing without an error; were it so, this would be the error.
        None => {
            let at = Place::whole(source.name);
            Err(vec![ConfigError { at, message: "is not complete".to_owned() }])
        }
    }
}

impl Config {
    /// The directory of the desk: where the file lies, and where relative paths start.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What holds for the whole desk.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.document.settings
    }

    /// The inbox for mail that is for no other.
    #[must_use]
    pub fn fallback(&self) -> &InboxName {
        &self.document.fallback
    }

    /// All inboxes, by name.
    pub fn inboxes(&self) -> impl Iterator<Item = &Inbox> {
        self.document.inboxes.values()
    }

    /// An inbox.
    #[must_use]
    pub fn inbox(&self, name: &InboxName) -> Option<&Inbox> {
        self.document.inboxes.get(name)
    }

    /// The inbox that mail to this address is for. An address as written comes before the one
    /// without its extension, and that before a whole domain.
    #[must_use]
    pub fn inbox_for(&self, address: &Address) -> Option<&Inbox> {
        self.document.reach.find(address).and_then(|name| self.inbox(name))
    }

    /// Whether mail to this address comes to an inbox of this desk.
    #[must_use]
    pub fn is_ours(&self, address: &Address) -> bool {
        self.document.reach.find(address).is_some()
    }

    /// All agents, by name.
    pub fn agents(&self) -> impl Iterator<Item = &Agent> {
        self.document.agents.values()
    }

    /// An agent.
    #[must_use]
    pub fn agent(&self, name: &AgentName) -> Option<&Agent> {
        self.document.agents.get(name)
    }

    /// The agent that a Unix login acts as.
    #[must_use]
    pub fn agent_by_login(&self, login: &str) -> Option<&Agent> {
        self.agents().find(|agent| agent.login.as_deref() == Some(login))
    }

    /// The agent that an address belongs to.
    #[must_use]
    pub fn agent_by_address(&self, address: &Address) -> Option<&Agent> {
        let key = address.key();
        self.agents().find(|agent| agent.email.iter().any(|own| own.key() == key))
    }

    /// All teams, by name.
    pub fn teams(&self) -> impl Iterator<Item = &Team> {
        self.document.teams.values()
    }

    /// A team.
    #[must_use]
    pub fn team(&self, name: &TeamName) -> Option<&Team> {
        self.document.teams.get(name)
    }

    /// The agents with their levels, and the teams with their agents: what decisions need. No
    /// file says who the steward is.
    #[must_use]
    pub fn directory(&self) -> Directory {
        let agents = self.agents().map(|agent| (agent.name.clone(), agent.inboxes.clone()));
        let teams = self.teams().map(|team| (team.name.clone(), team.agents.clone()));
        Directory { agents: agents.collect(), teams: teams.collect(), steward: None }
    }

    /// The names of all calendars.
    pub fn calendars(&self) -> impl Iterator<Item = &CalendarName> {
        self.document.calendars.keys()
    }

    /// A calendar, read now; `None` if there is none of this name.
    ///
    /// # Errors
    /// Hours that cannot be read or are never open, and a bad file of holidays.
    pub fn calendar(&self, name: &CalendarName) -> Result<Option<Calendar>, Vec<ConfigError>> {
        let hours = self.document.calendars.get(name);
        let zone = self.settings().zone;
        hours.map(|hours| hours.calendar(&self.source, &self.dir, zone)).transpose()
    }

    /// Proves what [`load`] leaves for later: calendars, their holidays, texts, rules.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check_all(&self) -> Result<Vec<Warning>, Vec<ConfigError>> {
        let mut report = Report::new(&self.source);
        for (name, at) in &self.document.replies {
            if let Err(error) = replies::load(&self.dir, name) {
                report.error(*at, error.to_string());
            }
        }
        let mut errors = report.finish().err().unwrap_or_default();
        for name in self.calendars() {
            errors.extend(self.calendar(name).err().into_iter().flatten());
        }
        errors.sort();
        let hours = self.document.calendars.values();
        let mut warnings: Vec<_> = hours.filter_map(|h| h.warning(&self.source)).collect();
        match rules::load(self) {
            Ok((_, found)) => warnings.extend(found),
            Err(found) => errors.extend(found),
        }
        if errors.is_empty() { Ok(warnings) } else { Err(errors) }
    }

    fn holiday_files(&self) -> impl Iterator<Item = &str> {
        self.document.calendars.values().filter_map(hours::Hours::file)
    }
}

#[cfg(test)]
mod tests;
