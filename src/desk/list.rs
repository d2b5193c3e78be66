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
        self.page(query, limit, |snapshot, numbers| snapshot.lines(&numbers))
    }

    /// As [`Desk::list`], with all that is known of each.
    ///
    /// # Errors
    /// Those of the store.
    pub fn list_whole(&mut self, query: &Query, limit: Option<usize>) -> Result<Vec<Row>> {
        self.page(query, limit, |snapshot, numbers| {
            numbers.into_iter().filter_map(|number| snapshot.row(number).transpose()).collect()
        })
    }

    /// As [`Desk::list`], the numbers alone.
    ///
    /// # Errors
    /// Those of the store.
    pub fn list_numbers(&mut self, query: &Query, limit: Option<usize>) -> Result<Vec<Number>> {
        self.page(query, limit, |_, numbers| Ok(numbers))
    }

    /// How many conversations a query means.
    ///
    /// # Errors
    /// Those of the store.
    pub fn count(&mut self, query: &Query) -> Result<usize> {
        let bound = self.bind(query)?;
        self.read(|snapshot| select::count(snapshot, &bound))
    }

    fn page<T>(
        &mut self,
        query: &Query,
        limit: Option<usize>,
        read: impl Fn(&Snapshot<'_>, Vec<Number>) -> Result<Vec<T>>,
    ) -> Result<Vec<T>> {
        let bound = self.bind(query)?;
        let page = Page { order: Order::Changed, limit };
        self.read(|snapshot| read(snapshot, select::matching(snapshot, &bound, page)?))
    }
}
