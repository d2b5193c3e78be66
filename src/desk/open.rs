//! A desk is found and opened: which configuration names it, who asks, and where it logs.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use anyhow::Result;
use sha2::{Digest, Sha256};

use super::{Desk, Failure, Fault, Kind, layout, steward};
use crate::config::{self, Config};
use crate::domain::{Actor, AgentName, Time};
use crate::host::log::Log;
use crate::host::user::Caller;
use crate::host::{clock, env};
use crate::store::{Clock, ConfigText, Store};

/// Whether a command writes: then a clock from outside is for test desks only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It only reads.
    Read,
    /// It may write.
    Write,
}

/// What the caller says about the desk to open.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The configuration that was named, if one was.
    pub config: Option<PathBuf>,
    /// The agent to act as.
    pub agent: Option<AgentName>,
    /// The time to take for now.
    pub now: Option<Time>,
}

/// The file that names the desk: the one asked for, else the system's, else the user's. One that
/// is named but missing, or there but unreadable, is an error, never a reason to look further.
///
/// # Errors
/// When there is none.
pub fn config_path(named: Option<&Path>) -> Result<PathBuf> {
    if let Some(path) = named.map(Path::to_owned).or_else(|| env::path("POSTROOM_CONFIG")) {
        return Ok(path);
    }
    let system = PathBuf::from("/etc/postroom").join(layout::CONFIG);
    let own = env::path("HOME").map(|home| home.join(".config/postroom").join(layout::CONFIG));
    let candidates = std::iter::once(system).chain(own);
    let exists = |path: &PathBuf| path.symlink_metadata().is_ok() || path.try_exists().is_err();
    candidates.into_iter().find(exists).ok_or_else(|| {
        Failure::new(
            Kind::Config,
            "no configuration: name one with --config or POSTROOM_CONFIG, or make a desk with \
             'postroom init'",
        )
        .into()
    })
}

/// The folder of the desk, before it is opened.
///
/// # Errors
/// When no file names it.
pub fn folder(named: Option<&Path>) -> Result<PathBuf> {
    let config = config_path(named)?;
    Ok(config.parent().unwrap_or(Path::new("")).to_owned())
}

/// A desk that is not opened yet: what is known of it without its store, and who asks.
#[derive(Debug)]
pub(super) struct Closed {
    pub(super) dir: PathBuf,
    pub(super) config: Config,
    pub(super) text: ConfigText,
    pub(super) caller: Caller,
    pub(super) me: Actor,
    /// The clock reading.
    pub(super) now: Time,
    /// The same, where it was set from outside.
    pub(super) set_now: Option<Time>,
}

impl Closed {
    pub(super) fn find(wanted: &Wanted) -> Result<Closed> {
        let path = config_path(wanted.config.as_deref())?;
        let (config, _) = config::load(&path).map_err(Failure::config)?;
        log_of(&config).announce();
        let dir = config.dir().to_owned();
        // First: where there is no store there is no desk, whatever else is missing.
        Store::find(&dir.join(layout::STORE))?;
        let text = config::text_of(&config).map_err(|error| Failure::config(vec![error]))?;
        let text = ConfigText { hash: Sha256::digest(&text).into(), text };
        let caller = Caller::current();
        let me = who(&config, &caller, wanted.agent.as_ref(), &dir)?;
        let (now, set_now) = (wanted.now.unwrap_or_else(clock::now), wanted.now);
        Ok(Closed { dir, config, text, caller, me, now, set_now })
    }

    pub(super) fn open(self, purpose: Purpose) -> Result<Desk> {
        let store = Store::open(&self.dir.join(layout::STORE))?;
        if self.set_now.is_some() && purpose == Purpose::Write && store.clock() != Clock::Test {
            return Err(Failure::usage(
                "the time can be set for a command that writes only on a desk made by \
                 'postroom init --test-clock'",
            )
            .into());
        }
        Ok(Desk {
            now: self.now,
            set_now: self.set_now,
            log: log_of(&self.config),
            fault: Fault::of(&store),
            keys: OnceCell::new(),
            arrival_rules: OnceCell::new(),
            dir: self.dir,
            store,
            config: self.config,
            text: self.text,
            me: self.me,
            caller: self.caller,
        })
    }
}

impl Desk {
    /// Opens the desk for a command.
    ///
    /// # Errors
    /// A configuration or a store that cannot be used, an agent that one may not act as, a clock
    /// that may not be set.
    pub fn open(wanted: &Wanted, purpose: Purpose) -> Result<Desk> {
        Closed::find(wanted)?.open(purpose)
    }
}

/// Where this desk logs: what the environment says comes first, for a broken configuration has
/// nothing to say.
#[must_use]
pub fn early_log(named: Option<&Path>) -> Log {
    let Some(path) = env::path("POSTROOM_LOG") else { return Log::Syslog };
    let config = config_path(named).unwrap_or_default();
    log_file(path, config.parent().unwrap_or(Path::new("")))
}

pub(super) fn log_of(config: &Config) -> Log {
    if let Some(path) = env::path("POSTROOM_LOG") {
        return log_file(path, config.dir());
    }
    match &config.settings().log {
        config::Log::Syslog => Log::Syslog,
        config::Log::File(path) => log_file(path.clone(), config.dir()),
    }
}

/// A log is of those who own the store, wherever it lies.
fn log_file(path: PathBuf, desk: &Path) -> Log {
    let store = desk.join(layout::STORE);
    Log::File { path, like: if store.exists() { store } else { desk.to_owned() } }
}

/// The Unix login mapped to an agent; another agent only for root, the database's owner, or an
/// agent with `admin` (DESIGN section 5).
fn who(config: &Config, caller: &Caller, wanted: Option<&AgentName>, dir: &Path) -> Result<Actor> {
    let own = config.agent_by_login(&caller.login);
    let Some(wanted) = wanted else {
        return Ok(match own {
            Some(agent) => Actor::Agent(agent.name.clone()),
            None => Actor::Login(caller.login.clone()),
        });
    };
    let agent = config.agent(wanted).ok_or_else(|| {
        Failure::new(Kind::Unknown, format!("there is no agent {wanted}: add [agent.{wanted}]"))
    })?;
    let may = steward(caller, dir).is_some()
        || own.is_some_and(|own| own.admin || own.name == agent.name);
    if !may {
        return Err(Failure::new(
            Kind::NotAllowed,
            format!(
                "{} may not act as {wanted}: that is for admins and the desk's owner",
                caller.login
            ),
        )
        .into());
    }
    Ok(Actor::Agent(agent.name.clone()))
}
