//! Conversations that a query means, a line each.

use anyhow::Result;

use super::{Desk, select};
use crate::domain::{Number, Query};
use crate::store::{Line, Order, Page, Row, Snapshot};

impl Desk {
    /// The lines of the conversations, most recently changed first, at most `limit`.
    ///
    /// # Errors
    /// Those of the store.
    pub fn list(&mut self, query: &Query, limit: Option<usize>) -> Result<Vec<Line>> {
        self.each(query, limit, |snapshot, number| snapshot.line(number))
    }

    /// As [`Desk::list`], with all that is known of each.
    ///
    /// # Errors
    /// Those of the store.
    pub fn list_whole(&mut self, query: &Query, limit: Option<usize>) -> Result<Vec<Row>> {
        self.each(query, limit, |snapshot, number| snapshot.row(number))
    }

    /// As [`Desk::list`], the numbers alone.
    ///
    /// # Errors
    /// Those of the store.
    pub fn list_numbers(&mut self, query: &Query, limit: Option<usize>) -> Result<Vec<Number>> {
        self.each(query, limit, |_, number| Ok(Some(number)))
    }

    fn each<T>(
        &mut self,
        query: &Query,
        limit: Option<usize>,
        read: impl Fn(&Snapshot<'_>, Number) -> Result<Option<T>>,
    ) -> Result<Vec<T>> {
        let bound = self.bind(query)?;
        let page = Page { order: Order::Changed, limit };
        self.read(|snapshot| {
            let numbers = select::matching(snapshot, &bound, page)?;
            numbers.into_iter().filter_map(|number| read(snapshot, number).transpose()).collect()
        })
    }
}
