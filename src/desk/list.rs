//! Conversations that a query means, a line each.

use anyhow::Result;

use super::{Desk, select};
use crate::domain::Query;
use crate::store::{Order, Page, Row};

impl Desk {
    /// The lines, most recently changed first, at most `limit`.
    ///
    /// # Errors
    /// Those of the store.
    pub fn list(&mut self, query: &Query, limit: Option<usize>) -> Result<Vec<Row>> {
        let bound = self.bind(query);
        let page = Page { order: Order::Changed, limit };
        self.read(|snapshot| {
            let mut rows = Vec::new();
            for number in select::matching(snapshot, &bound, page)? {
                rows.extend(snapshot.row(number)?);
            }
            Ok(rows)
        })
    }
}
