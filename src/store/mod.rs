//! All SQL. One file per noun; full statements that a person can paste into `sqlite3`.
//!
//! A [`Snapshot`] reads; a [`Tx`] is the one open writing transaction, and reads too.

mod address;
mod arrival;
mod autoreply;
mod bounce;
mod check;
mod column;
mod condition;
mod config;
mod conversation;
mod copy;
mod dropped;
mod entry;
mod event;
mod frame;
mod key;
mod line;
mod message;
mod note;
mod open;
mod outbox;
mod pack;
mod participant;
#[cfg(test)]
mod plan;
mod position;
mod purge;
mod raw;
mod rebuild;
mod related;
mod search;
mod select;
#[cfg(test)]
mod tests;
mod vacuum;

use std::cell::Cell;
use std::fs::File;
use std::ops::Deref;
use std::path::PathBuf;

use anyhow::{Context, Result};
use rusqlite::{Connection, Transaction, TransactionBehavior, ffi};

use crate::domain::{BatchId, ConfigId, EventId, Time};
use pack::Unpacked;

pub use address::{AddressRole, HeaderAddress, Side};
pub use arrival::{NewArrival, StoredArrival, Wiring};
pub use autoreply::{Answered, Asked};
pub use bounce::Unreachable;
pub use check::{Counts, Finding};
pub use conversation::Row;
pub use dropped::{NewDrop, StoredDrop};
pub use event::Act;
pub use frame::compress;
pub use line::Line;
pub use message::{NewMessage, StoredMessage};
pub use note::Note;
pub use open::{Clock, OpenError, SCHEMA_VERSION};
pub use outbox::{Attempt, NewMail, Outgoing, State};
pub use pack::{Bundle, Waiting};
pub use position::{FileMark, Position};
pub use purge::MergeStep;
pub use raw::{Digests, RawBytes, RawContent};
pub use related::Related;
pub use search::IndexRow;
pub use select::{Candidate, Order, Page};
pub use vacuum::Extent;

/// What SQLite says when it refuses something.
pub type SqlError = rusqlite::Error;

/// What there is no room on for what is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoRoom {
    /// On the disk.
    Disk,
    /// In the file: under a limit on the size of files, else the disk is broken.
    File,
}

impl NoRoom {
    /// What there is no room on, if an error says so.
    #[must_use]
    pub fn of(error: &anyhow::Error) -> Option<NoRoom> {
        NoRoom::told_by(error.chain().find_map(|cause| cause.downcast_ref::<SqlError>())?)
    }

    fn told_by(error: &SqlError) -> Option<NoRoom> {
        match error.sqlite_error()?.extended_code {
            ffi::SQLITE_FULL => Some(NoRoom::Disk),
            ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE => Some(NoRoom::File),
            _ => None,
        }
    }
}

/// Pages of 4 KiB after which a commit makes a checkpoint itself: 256 MiB.
const MOST_PAGES_IN_LOG: i64 = 1 << 16;

/// What a long run keeps of the database in memory: the inner pages of its indexes.
const CACHE_KIB: i64 = 8 << 10;

/// A desk's database file, open.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    clock: Clock,
}

/// The configuration in force, as every event names it.
#[derive(Debug, Clone)]
pub struct ConfigText {
    /// SHA-256 of the text.
    pub hash: [u8; 32],
    /// All files of the configuration, joined.
    pub text: String,
}

/// One command run that writes: what all its events share.
#[derive(Debug, Clone)]
pub struct Run {
    /// The one clock reading of the command (R190).
    pub now: Time,
    /// The verb: `ingest`, `route`, `reply`.
    pub via: &'static str,
    /// The configuration in force.
    pub config: ConfigText,
}

/// What becomes of a writing transaction that went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It counts.
    Commit,
    /// A rehearsal: everything is taken back.
    Rollback,
}

impl Store {
    /// Whether this desk runs on the system's clock or on a clock that tests set.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// From now on what is deleted is overwritten too, so that the file does not keep it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn overwrite_what_is_deleted(&self) -> Result<()> {
        self.connection.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
        Ok(())
    }

    /// Copies what was committed from the log beside the database into the database, as far as
    /// nobody reads it there; commits go on meanwhile.
    ///
    /// # Errors
    /// Those of the database.
    pub fn checkpoint(&self) -> Result<()> {
        self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Brings what was committed to the disk: the log beside the database.
    ///
    /// # Errors
    /// Those of the file.
    pub fn sync_log(&self) -> Result<()> {
        let path = PathBuf::from(format!("{}-wal", self.connection.path().unwrap_or_default()));
        // SQLite locks the database and its index, not the log: another descriptor of it does no harm.
        let synced = File::open(&path).and_then(|log| log.sync_data());
        synced.with_context(|| path.display().to_string())
    }

    /// For a long run of large transactions: a commit leaves it to somebody else to bring it to the disk
    /// ([`sync_log`](Self::sync_log)) and to make the checkpoint, unless the log has become very long,
    /// and more of the database is kept in memory.
    ///
    /// # Errors
    /// Those of the database.
    pub fn expect_much(&self) -> Result<()> {
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        self.connection.pragma_update(None, "wal_autocheckpoint", MOST_PAGES_IN_LOG)?;
        self.connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        Ok(())
    }

    /// The run is over: from now on a commit is on the disk when it returns.
    ///
    /// # Errors
    /// Those of the database.
    pub fn expect_little(&self) -> Result<()> {
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        Ok(())
    }

    /// Reads with one consistent view.
    ///
    /// # Errors
    /// Those of the closure, and those of the database.
    pub fn read<T>(&self, f: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> Result<T> {
        self.read_plainly(f).map_err(|error| open::advised(&self.connection, error))
    }

    fn read_plainly<T>(&self, f: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> Result<T> {
        let transaction = self.connection.unchecked_transaction()?;
        let unpacked = Unpacked::default();
        let result = f(&Snapshot { connection: &transaction, unpacked: &unpacked })?;
        transaction.finish()?;
        Ok(result)
    }

    /// Writes in one `BEGIN IMMEDIATE` transaction (R167, R170); an error takes everything back
    /// (R169). The caller holds the desk's lock file, so that writers queue fairly.
    ///
    /// # Errors
    /// Those of the closure, and those of the database.
    pub fn write<T>(
        &mut self,
        run: &Run,
        ending: Ending,
        f: impl FnOnce(&Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        let written = self.write_plainly(run, ending, f);
        written.map_err(|error| open::advised(&self.connection, error))
    }

    fn write_plainly<T>(
        &mut self,
        run: &Run,
        ending: Ending,
        f: impl FnOnce(&Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let unpacked = Unpacked::default();
        let tx = Tx::begin(&transaction, run, &unpacked)?;
        let result = f(&tx)?;
        match ending {
            Ending::Commit => transaction.commit()?,
            Ending::Rollback => transaction.rollback()?,
        }
        Ok(result)
    }
}

/// A consistent view of the store.
#[derive(Debug)]
pub struct Snapshot<'a> {
    connection: &'a Connection,
    unpacked: &'a Unpacked,
}

impl Snapshot<'_> {
    /// How large the database file is, or becomes by what this transaction wrote, in bytes.
    ///
    /// # Errors
    /// Those of the database.
    pub fn file_size(&self) -> Result<u64> {
        let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        let bytes: i64 = self.connection.query_row(sql, [], |row| row.get(0))?;
        Ok(bytes.unsigned_abs())
    }
}

/// The open writing transaction of one command.
#[derive(Debug)]
pub struct Tx<'a> {
    snapshot: Snapshot<'a>,
    now: Time,
    via: &'static str,
    config_text: &'a ConfigText,
    config: Cell<Option<ConfigId>>,
    batch: Cell<Option<BatchId>>,
    next_event: Cell<Option<EventId>>,
}

impl<'a> Tx<'a> {
    fn begin(
        transaction: &'a Transaction<'_>,
        run: &'a Run,
        unpacked: &'a Unpacked,
    ) -> Result<Self> {
        Ok(Tx {
            snapshot: Snapshot { connection: transaction, unpacked },
            now: run.now,
            via: run.via,
            config_text: &run.config,
            config: Cell::new(None),
            batch: Cell::new(None),
            next_event: Cell::new(None),
        })
    }

    /// The one clock reading of this command.
    #[must_use]
    pub fn now(&self) -> Time {
        self.now
    }

    /// Whatever follows is a batch of its own: for commands that act on many conversations, each
    /// in its own right, in one transaction.
    pub fn next_batch(&self) {
        self.batch.set(None);
    }

    /// Whatever follows belongs to a batch that began in an earlier transaction of this command.
    pub fn go_on(&self, batch: Option<BatchId>) {
        self.batch.set(batch);
    }

    /// Tries something that may fail without taking the rest of the transaction with it. The error
    /// comes back inside; an error outside means that the transaction is gone (R169).
    ///
    /// # Errors
    /// When SQLite rolled the whole transaction back.
    pub fn attempt<T>(&self, f: impl FnOnce() -> Result<T>) -> Result<Result<T>> {
        let (config, batch, next) = (self.config.get(), self.batch.get(), self.next_event.get());
        self.connection.execute_batch("SAVEPOINT attempt")?;
        let result = f();
        if let Err(error) = result {
            if self.connection.is_autocommit() {
                return Err(error);
            }
            self.connection.execute_batch("ROLLBACK TO attempt; RELEASE attempt")?;
            self.config.set(config);
            self.batch.set(batch);
            self.next_event.set(next);
            return Ok(Err(error));
        }
        self.connection.execute_batch("RELEASE attempt")?;
        Ok(result)
    }

    /// The next id that an AUTOINCREMENT table will give.
    fn next_id(&self, table: &str) -> Result<i64> {
        let last: i64 = self
            .connection
            .prepare_cached("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?1")?
            .query_row([table], |row| row.get(0))?;
        Ok(last + 1)
    }
}

impl<'a> Deref for Tx<'a> {
    type Target = Snapshot<'a>;

    fn deref(&self) -> &Snapshot<'a> {
        &self.snapshot
    }
}
