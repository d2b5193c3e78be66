//! Configurations that were used for writing: config is history too.

use anyhow::Result;
use rusqlite::OptionalExtension;

use super::{Snapshot, Tx};
use crate::domain::ConfigId;

impl Tx<'_> {
    /// The id of the configuration in force; its text is kept the first time it is used.
    pub(super) fn config(&self) -> Result<ConfigId> {
        if let Some(id) = self.config.get() {
            return Ok(id);
        }
        let known = self
            .connection
            .prepare_cached("SELECT id FROM config WHERE hash = ?1")?
            .query_row([self.config_text.hash], |row| row.get(0).map(ConfigId))
            .optional()?;
        let id = match known {
            Some(id) => id,
            None => {
                self.connection.execute(
                    "INSERT INTO config (hash, first_used, text) VALUES (?1, ?2, ?3)",
                    (self.config_text.hash, self.now.0, &self.config_text.text),
                )?;
                ConfigId(self.connection.last_insert_rowid())
            }
        };
        self.config.set(Some(id));
        Ok(id)
    }
}

impl Snapshot<'_> {
    /// The text of a configuration that was used.
    ///
    /// # Errors
    /// Those of the database.
    pub fn config_text(&self, id: ConfigId) -> Result<Option<String>> {
        Ok(self
            .connection
            .prepare_cached("SELECT text FROM config WHERE id = ?1")?
            .query_row([id.0], |row| row.get(0))
            .optional()?)
    }
}
