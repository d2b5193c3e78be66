//! Why a command could not do what was asked: the kinds that scripts can tell apart.

use std::fmt;
use std::path::Path;

use super::{config_path, early_log, log_of};
use crate::config::{self, ConfigError};
use crate::domain::Refusal;
use crate::host::log::Log;

/// What kind of failure. The executable gives each its exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The answer is no.
    No,
    /// The command line is wrong.
    Usage,
    /// What was given is not what was asked for.
    Data,
    /// What was named is not there.
    NoInput,
    /// No such inbox, agent or conversation.
    Unknown,
    /// sendmail gave up on a mail.
    Sendmail,
    /// Something may work later.
    TryAgain,
    /// It is not allowed.
    NotAllowed,
    /// The configuration is wrong.
    Config,
}

/// Where to tell of a failure when no desk is open: its own log if the configuration can be read,
/// else as [`early_log`].
#[must_use]
pub fn log(named: Option<&Path>) -> Log {
    let path = config_path(named).ok();
    let config = path.and_then(|path| config::load(&path).ok());
    config.map_or_else(|| early_log(named), |(config, _)| log_of(&config))
}

/// A failure with its kind, and a sentence for people.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What kind.
    pub kind: Kind,
    message: String,
}

impl Failure {
    /// A failure of this kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Failure { kind, message: message.into() }
    }

    /// A wrong command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Failure::new(Kind::Usage, message)
    }

    /// A wrong word on the command line.
    #[allow(clippy::needless_pass_by_value)]
    pub fn usage_of(error: impl fmt::Display) -> Self {
        Failure::new(Kind::Usage, error.to_string())
    }

    /// Everything that is wrong in the configuration, a line each.
    #[must_use]
    #[allow(clippy::needless_pass_by_value)]
    pub fn config(errors: Vec<ConfigError>) -> Self {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::new(Kind::Config, lines.join("\n"))
    }

    /// Something wrong with a file of the desk.
    pub fn config_at(path: &Path, message: impl fmt::Display) -> Self {
        Failure::new(Kind::Config, format!("{}: {message}", path.display()))
    }
}

/// Somebody named what is not there: `conversation 142`, `message m881`.
pub(super) fn no_such(what: &str) -> Failure {
    Failure::new(Kind::Unknown, format!("there is no {what}"))
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let kind = match refusal {
            Refusal::No(_) => Kind::No,
            Refusal::NotAllowed(_) => Kind::NotAllowed,
            Refusal::NotFound(_) => Kind::Unknown,
        };
        Failure::new(kind, refusal.to_string())
    }
}
