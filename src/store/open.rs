//! Making and opening the database file: modes, pragmas, versions (R166-R184).

use std::fmt::{self, Write as _};
use std::fs::OpenOptions;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::statvfs::{FsFlags, statvfs};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{NoRoom, Store};
use crate::domain::Time;

/// Version of the schema, in `PRAGMA user_version`.
pub const SCHEMA_VERSION: i64 = 2;

/// "Post" in `PRAGMA application_id`, so that file(1) and we know the file.
const APPLICATION_ID: i64 = 0x506f_7374;

/// The last resort behind the lock file, which serialises writers fairly: how long SQLite itself
/// waits for somebody who came without it, such as a person with `sqlite3`.
const BUSY: Duration = Duration::from_secs(10);

/// Which clock a desk runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The system's.
    System,
    /// The one that `POSTROOM_NOW` sets: a desk for tests.
    Test,
}

/// Why a store cannot be used.
#[derive(Debug)]
pub enum OpenError {
    /// There is no file.
    Missing(PathBuf),
    /// The caller lacks a right.
    Right {
        /// The file.
        path: PathBuf,
        /// Who has the rights, and which it takes.
        missing: String,
    },
    /// It is not a database of ours.
    Foreign(PathBuf),
    /// It was written by another version of postroom.
    Version {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
    },
    /// Its file system is mounted for reading alone.
    ReadOnlyDisk(PathBuf),
    /// There is no room for the files that lie beside it while it is in use.
    NoRoom(PathBuf),
    /// SQLite refuses it.
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Its words.
        error: rusqlite::Error,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Missing(path) => {
                write!(
                    f,
                    "{}: the store is missing: restore it from a backup, or make a new desk with \
                     'postroom init'",
                    path.display()
                )
            }
            OpenError::Right { path, missing } => write!(f, "{}: {missing}", path.display()),
            OpenError::Foreign(path) => {
                write!(f, "{}: not a store of postroom", path.display())
            }
            OpenError::Version { path, found } if *found < SCHEMA_VERSION => write!(
                f,
                "{}: schema {found} is older than {SCHEMA_VERSION}, which this postroom needs; \
                 use the postroom that made it, or a backup",
                path.display()
            ),
            OpenError::Version { path, found } => write!(
                f,
                "{}: schema {found} is newer than {SCHEMA_VERSION}, which this postroom knows; \
                 install the newer postroom",
                path.display()
            ),
            OpenError::ReadOnlyDisk(path) => write!(
                f,
                "{}: its file system is mounted read-only; a desk needs to write beside its database \
                 even to read: copy its directory to another disk for that",
                path.display()
            ),
            OpenError::NoRoom(path) => write!(
                f,
                "{}: there is no room for the files beside it: the disk is full, or files may not \
                 be that large here (RLIMIT_FSIZE); make room",
                path.display()
            ),
            OpenError::Sqlite { path, error } => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for OpenError {}

impl Store {
    /// Makes the database file with its final mode 0660 in one step, because SQLite copies that
    /// mode to the files beside it (R174), and the tables in it.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn create(path: &Path, clock: Clock, now: Time) -> Result<Store> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o660)
            .open(path)
            .with_context(|| format!("{}: cannot be made", path.display()))?;
        file.set_permissions(std::fs::Permissions::from_mode(0o660))?;
        drop(file);
        let mut connection = Connection::open(path)?;
        set_up(&connection)?;
        let tx = connection.transaction()?;
        tx.execute_batch(include_str!("schema.sql"))?;
        let word = match clock {
            Clock::System => "system",
            Clock::Test => "test",
        };
        tx.execute("INSERT INTO desk (id, made, clock) VALUES (1, ?1, ?2)", (now.0, word))?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        tx.commit()?;
        // Last, so that the file itself holds all of it, not a log beside it.
        connection.pragma_update(None, "journal_mode", "wal")?;
        Ok(Store { connection, clock })
    }

    /// Closes the store, and tells when that fails.
    ///
    /// # Errors
    /// Those of the database.
    pub fn close(self) -> Result<()> {
        self.connection.close().map_err(|(_, error)| error.into())
    }

    /// Whether there is a store at all, before anything else is looked at.
    ///
    /// # Errors
    /// [`OpenError::Missing`], and [`OpenError::Right`] where that cannot be seen.
    pub fn find(path: &Path) -> Result<(), OpenError> {
        match path.try_exists() {
            Ok(true) => Ok(()),
            Ok(false) => Err(OpenError::Missing(path.to_owned())),
            Err(error) => Err(barred(path, &error)),
        }
    }

    /// Opens a store that is there; never makes one.
    ///
    /// # Errors
    /// [`OpenError`], naming the file and what to do.
    pub fn open(path: &Path) -> Result<Store, OpenError> {
        let sqlite = |error: rusqlite::Error| match error.sqlite_error_code() {
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                let disk = statvfs(path).map(|disk| disk.flags());
                match disk.is_ok_and(|flags| flags.contains(FsFlags::ST_RDONLY)) {
                    true => OpenError::ReadOnlyDisk(path.to_owned()),
                    false => barred(path, &error),
                }
            }
            _ if NoRoom::told_by(&error).is_some() => OpenError::NoRoom(path.to_owned()),
            _ => OpenError::Sqlite { path: path.to_owned(), error },
        };
        Store::find(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_EXRESCODE;
        let connection = Connection::open_with_flags(path, flags).map_err(sqlite)?;
        connection.busy_timeout(BUSY).map_err(sqlite)?;
        let number = |pragma: &str| -> Result<i64, OpenError> {
            connection.pragma_query_value(None, pragma, |row| row.get(0)).map_err(|error| {
                match error.sqlite_error_code() {
                    Some(ErrorCode::NotADatabase) => OpenError::Foreign(path.to_owned()),
                    _ => sqlite(error),
                }
            })
        };
        if number("application_id")? != APPLICATION_ID {
            return Err(OpenError::Foreign(path.to_owned()));
        }
        let found = number("user_version")?;
        if found != SCHEMA_VERSION {
            return Err(OpenError::Version { path: path.to_owned(), found });
        }
        set_up(&connection).map_err(sqlite)?;
        let clock: String = connection
            .query_row("SELECT clock FROM desk WHERE id = 1", [], |row| row.get(0))
            .map_err(sqlite)?;
        let clock = if clock == "test" { Clock::Test } else { Clock::System };
        Ok(Store { connection, clock })
    }
}

/// Who may not use the file: names the owner, group and mode of what may be in the way (R173).
fn barred(path: &Path, error: &dyn fmt::Display) -> OpenError {
    let mut missing = error.to_string();
    for one in [path.parent(), Some(path)].into_iter().flatten() {
        if let Ok(meta) = one.metadata() {
            let mode = meta.mode() & 0o7777;
            let (owner, group, one) = (meta.uid(), meta.gid(), one.display());
            let _ = write!(missing, "; {one} has owner {owner}, group {group}, mode {mode:04o}");
        }
    }
    missing.push_str("; it takes rwx on the directory and rw on the file: join the group");
    OpenError::Right { path: path.to_owned(), missing }
}

/// An error of a store that is open, with its file and what to do, where SQLite says neither.
pub(super) fn advised(connection: &Connection, error: anyhow::Error) -> anyhow::Error {
    let sqlite = error.chain().find_map(|cause| cause.downcast_ref::<rusqlite::Error>());
    let path = connection.path().unwrap_or_default();
    let advice = match sqlite.and_then(rusqlite::Error::sqlite_error_code) {
        Some(ErrorCode::DatabaseCorrupt) => {
            "the file is damaged: keep a copy of it and of what lies beside it, and go back to a \
             backup, or see postroom-check(1), DIAGNOSTICS; mail waits with the mail system meanwhile"
        }
        Some(ErrorCode::ReadOnly) => {
            "it cannot be written: it, and the files -wal and -shm beside it, need one owner and \
             group, and mode 0660"
        }
        _ => return error,
    };
    error.context(format!("{path}: {advice}"))
}

/// What each connection needs (R166, R168, R184).
fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // A plan that looks at the bound values is made anew at each use of its statement.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("postroom.db");
        drop(Store::create(&path, Clock::Test, Time(0)).unwrap());
        (dir, path)
    }

    #[test]
    fn a_new_store_opens_with_the_mode_and_the_clock_it_was_made_with() {
        let (_dir, path) = made();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o660);
        let store = Store::open(&path).unwrap();
        assert_eq!(store.clock(), Clock::Test);
        for (pragma, value) in [
            ("synchronous", "2"),
            ("foreign_keys", "1"),
            ("trusted_schema", "0"),
            ("journal_mode", "wal"),
        ] {
            let set: String = store
                .connection
                .pragma_query_value(None, pragma, |row| {
                    row.get::<_, rusqlite::types::Value>(0).map(|value| match value {
                        rusqlite::types::Value::Integer(n) => n.to_string(),
                        rusqlite::types::Value::Text(text) => text,
                        other => format!("{other:?}"),
                    })
                })
                .unwrap();
            assert_eq!(set, value, "{pragma}");
        }
        assert!(Store::create(&path, Clock::Test, Time(0)).is_err(), "made twice");
    }

    #[test]
    fn what_is_no_store_of_this_version_is_told_apart() {
        let (dir, path) = made();
        assert!(matches!(Store::open(&dir.path().join("none")), Err(OpenError::Missing(_))));
        let text = dir.path().join("text");
        std::fs::write(&text, "this is no database, however long it may be".repeat(100)).unwrap();
        assert!(matches!(Store::open(&text), Err(OpenError::Foreign(_))));
        let other = dir.path().join("other.db");
        Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        assert!(matches!(Store::open(&other), Err(OpenError::Foreign(_))));
        for (version, word) in [(0, "older"), (SCHEMA_VERSION + 1, "newer")] {
            let connection = Connection::open(&path).unwrap();
            connection.pragma_update(None, "user_version", version).unwrap();
            drop(connection);
            let error = Store::open(&path).unwrap_err();
            assert!(error.to_string().contains(word), "{error}");
        }
    }
}
