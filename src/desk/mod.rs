//! What the desk does, one file per use case. Here mail, store, config and host meet.
//!
//! A [`Desk`] is a store, a configuration, one clock reading and somebody who acts.

pub mod act;
pub mod autoreply;
pub mod bulk;
pub mod check;
mod checkpoint;
mod facts;
pub mod failure;
pub mod filter;
mod header;
pub mod history;
pub mod incoming;
pub mod index;
pub mod ingest;
pub mod init;
pub mod inspect;
mod land;
mod letter;
pub mod list;
pub mod merge;
mod open;
pub mod purge;
pub mod raw;
mod recipients;
pub mod reply;
pub mod report;
mod room;
pub mod route;
pub mod select;
pub mod selection;
pub mod send;
pub mod show;
pub mod source;
pub mod sweep;
pub mod tally;
pub mod together;
pub mod undo;
pub mod wiring;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::config::{self, Config, Rulebook};
use crate::domain::query::BindContext;
use crate::domain::{Actor, Directory, Time};
use crate::host::lock::{Lock, LockError};
use crate::host::log::{Level, Log};
use crate::host::user::{self, Caller};
use crate::host::{env, limit};
use crate::mail::token::Keys;
use crate::store::{Clock, ConfigText, Ending, Run, Snapshot, Store, Tx};

pub use failure::{Failure, Kind};
use open::log_of;
pub use open::{Purpose, Wanted, config_path, early_log, folder};

/// Where things lie in the directory of a desk.
pub(crate) mod layout {
    pub(crate) const CONFIG: &str = "postroom.toml";
    pub(crate) const STORE: &str = "postroom.db";
    pub(crate) const KEYS: &str = "keys";
    pub(crate) const LOCK: &str = "lock";
    pub(crate) const SEND_LOCK: &str = "send.lock";
    pub(crate) const RULES: &str = "rules";
    pub(crate) const REPLIES: &str = "replies";
}

/// A desk, open.
#[derive(Debug)]
pub struct Desk {
    dir: PathBuf,
    store: Store,
    config: Config,
    text: ConfigText,
    now: Time,
    /// The same, where it was set from outside.
    set_now: Option<Time>,
    me: Actor,
    caller: Caller,
    log: Log,
    fault: Fault,
    keys: OnceCell<Keys>,
    arrival_rules: OnceCell<Rulebook>,
}

impl Desk {
    /// The configuration in force.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The one clock reading of this command.
    #[must_use]
    pub fn now(&self) -> Time {
        self.now
    }

    /// Who acts.
    #[must_use]
    pub fn me(&self) -> &Actor {
        &self.me
    }

    /// Whether the caller owns the database, and so hands mail to sendmail.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.caller.owns(&self.dir.join(layout::STORE))
    }

    /// The login of the database's owner.
    #[must_use]
    pub fn owner(&self) -> String {
        user::owner_of(&self.dir.join(layout::STORE)).unwrap_or_else(|| "its owner".to_owned())
    }

    /// Writes a line to the log.
    pub fn log(&self, level: Level, line: &str) {
        self.log.write(level, line);
    }

    pub(crate) fn read<T>(&self, f: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> Result<T> {
        self.store.read(f)
    }

    /// Writes under the desk's lock, with one clock reading and one configuration for all events.
    pub(crate) fn write<T>(
        &mut self,
        via: &'static str,
        ending: Ending,
        f: impl FnOnce(&Tx<'_>, &Scene<'_>) -> Result<T>,
    ) -> Result<T> {
        let lock = self.lock()?;
        self.write_locked(&lock, via, ending, f)
    }

    /// The same, for one who has the lock.
    fn write_locked<T>(
        &mut self,
        _: &Lock,
        via: &'static str,
        ending: Ending,
        f: impl FnOnce(&Tx<'_>, &Scene<'_>) -> Result<T>,
    ) -> Result<T> {
        let run = Run { now: self.now, via, config: self.text.clone() };
        let steward = steward(&self.caller, &self.dir);
        let scene = Scene {
            dir: &self.dir,
            config: &self.config,
            text: &self.text.text,
            me: &self.me,
            steward,
            keys: &self.keys,
            arrival_rules: &self.arrival_rules,
        };
        let written = self.store.write(&run, ending, |tx| {
            let done = f(tx, &scene)?;
            fits(tx, limit::file_size())?;
            Ok(done)
        });
        written.map_err(|error| self.without_room(error))
    }

    /// The desk's lock: nobody else writes while it is held.
    fn lock(&self) -> Result<Lock> {
        let path = self.dir.join(layout::LOCK);
        let limit = self.config.settings().lock_timeout.std();
        Lock::wait(&path, limit).with_context(|| path.display().to_string())
    }

    /// Writes what can wait: none if somebody else is writing, or wants to.
    pub(crate) fn write_if_free<T>(
        &mut self,
        via: &'static str,
        f: impl FnOnce(&Tx<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let run = Run { now: self.now, via, config: self.text.clone() };
        match Lock::try_take(&self.dir.join(layout::LOCK)) {
            Ok(_lock) => {
                let written = self.store.write(&run, Ending::Commit, f);
                written.map(Some).map_err(|error| self.without_room(error))
            }
            Err(LockError::Busy(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn scene(&self) -> Scene<'_> {
        let steward = steward(&self.caller, &self.dir);
        Scene {
            dir: &self.dir,
            config: &self.config,
            text: &self.text.text,
            me: &self.me,
            steward,
            keys: &self.keys,
            arrival_rules: &self.arrival_rules,
        }
    }
}

/// What a test asks for, so that it can be seen what comes of it. Only on a desk made by
/// `init --test-clock`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    Panic,
    /// A message of each batch is lost on its way, so that the books do not balance.
    Lose,
    /// Three mails to a transaction, so that there are several.
    SmallBatches,
}

impl Fault {
    fn of(store: &Store) -> Self {
        if store.clock() != Clock::Test {
            return Fault::None;
        }
        match env::text("POSTROOM_TEST").as_deref() {
            Some("panic") => Fault::Panic,
            Some("lose") => Fault::Lose,
            Some("small-batches") => Fault::SmallBatches,
            _ => Fault::None,
        }
    }

    #[allow(clippy::panic)]
    pub(crate) fn strike(self) {
        if self == Fault::Panic {
            panic!("a test asked for this");
        }
    }
}

/// What a use case may look at while it writes, besides the transaction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) dir: &'a Path,
    pub(crate) config: &'a Config,
    pub(crate) me: &'a Actor,
    pub(crate) steward: Option<&'a str>,
    /// All files of the configuration, joined.
    text: &'a str,
    keys: &'a OnceCell<Keys>,
    arrival_rules: &'a OnceCell<Rulebook>,
}

impl<'a> Scene<'a> {
    /// The rules that each arrival meets, whether it is routed or not: correlations, and what keeps
    /// mail out. They are read once for a command; most desks have none, and none are read there.
    pub(crate) fn arrival_rules(&self) -> Result<&'a Rulebook> {
        if let Some(known) = self.arrival_rules.get() {
            return Ok(known);
        }
        let names = |file: &str| ["correlate", "refuse", "drop"].iter().any(|t| file.contains(t));
        let read = match config::rules_in(self.text).any(names) {
            true => config::rules::load(self.config).map_err(Failure::config)?.0,
            false => Rulebook::default(),
        };
        Ok(self.arrival_rules.get_or_init(|| read))
    }

    /// The keys that sign our ids, read once for a command.
    pub(crate) fn keys(&self) -> Result<&Keys> {
        if let Some(keys) = self.keys.get() {
            return Ok(keys);
        }
        let path = self.dir.join(layout::KEYS);
        let text = std::fs::read_to_string(&path)
            .map_err(|e| format!("cannot be read: {e}; for a new one see postroom-init(1), FILES"))
            .map_err(|words| Failure::config_at(&path, words))?;
        let keys = Keys::parse(&text).map_err(|e| Failure::config_at(&path, e.to_string()))?;
        Ok(self.keys.get_or_init(|| keys))
    }

    /// The agents and teams, as the domain sees them.
    pub(crate) fn directory(&self) -> Directory {
        Directory { steward: self.steward.map(str::to_owned), ..self.config.directory() }
    }

    /// What fixes the relative terms of a query.
    pub(crate) fn bind<T>(
        &self,
        now: Time,
        directory: &Directory,
        f: impl FnOnce(&BindContext<'_>) -> T,
    ) -> T {
        f(&BindContext {
            now,
            zone: self.config.settings().zone,
            me: self.me.agent().cloned(),
            teams: &directory.teams,
        })
    }
}

/// Refuses to write what a limit on the size of files would keep from its place: SQLite would still
/// commit it beside the database, and each time fail to write it back, until nothing works.
fn fits(tx: &Snapshot<'_>, most: Option<u64>) -> Result<()> {
    let Some(most) = most else { return Ok(()) };
    let size = tx.file_size()?;
    if size <= most {
        return Ok(());
    }
    let words = format!(
        "{size} bytes of database are more than the {most} bytes that a file may have here \
         (RLIMIT_FSIZE); in Postfix set 'mailbox_size_limit = 0'"
    );
    Err(Failure::new(Kind::TryAgain, words).into())
}

/// The login of the caller, if it runs the desk: root, or the owner of the database.
fn steward<'a>(caller: &'a Caller, dir: &Path) -> Option<&'a str> {
    let runs = caller.is_root() || caller.owns(&dir.join(layout::STORE));
    runs.then_some(caller.login.as_str())
}
