//! From a query to the numbers of the conversations that it means.

use anyhow::Result;
use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::Snapshot;
use super::condition::{Edge, Index, condition};
use crate::domain::Number;
use crate::domain::query::Bound;

#[cfg(test)]
mod tests;

/// A conversation that a query may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Candidate {
    /// It is meant.
    Sure(Number),
    /// SQL cannot tell; `Bound::matches` can.
    Maybe(Number),
}

/// Which of the conversations first, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Which first.
    pub order: Order,
    /// At most so many; none for all.
    pub limit: Option<usize>,
}

impl Page {
    /// All of them, the lowest number first.
    pub const ALL: Page = Page { order: Order::Number, limit: None };
}

/// Which conversation comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The one with the lowest number.
    Number,
    /// The one that changed last; of several, the one with the highest number.
    Changed,
}

impl Order {
    fn as_sql(self) -> &'static str {
        match self {
            Order::Number => "number",
            Order::Changed => "changed DESC, number DESC",
        }
    }
}

impl Snapshot<'_> {
    /// Every conversation that the query means is among the candidates, in the order asked for.
    /// The limit counts the sure ones: where one is in doubt, as many as it takes may follow.
    ///
    /// # Errors
    /// Those of the database.
    pub fn select(&self, query: &Bound, page: Page) -> Result<Vec<Candidate>> {
        let (sql, values) = self.statement(query, page)?;
        let mut select = self.connection.prepare(&sql)?;
        let rows = select.query_map(params_from_iter(values), |row| {
            let number = Number(row.get(0)?);
            let is_sure: bool = row.get(1)?;
            Ok(if is_sure { Candidate::Sure(number) } else { Candidate::Maybe(number) })
        })?;
        let mut candidates = Vec::new();
        let mut sure = 0;
        for candidate in rows {
            if page.limit.is_some_and(|limit| sure >= limit) {
                break;
            }
            let candidate = candidate?;
            sure += usize::from(matches!(candidate, Candidate::Sure(_)));
            candidates.push(candidate);
        }
        Ok(candidates)
    }

    fn statement(&self, query: &Bound, page: Page) -> Result<(String, Vec<Value>)> {
        let index = self.index()?;
        let outer = condition(query.tree(), Edge::Outer, index);
        let inner = condition(query.tree(), Edge::Inner, index);
        let order = page.order.as_sql();
        let (sure, mut values) = match inner == outer {
            true => ("1", Vec::new()),
            false => (inner.text.as_str(), inner.values),
        };
        values.extend(outer.values);
        let outer = outer.text;
        Ok((
            // What is merged into another is meant by it, not by itself; what was purged is gone.
            format!(
                "SELECT number, {sure} FROM conversation
                 WHERE root = number AND purged IS NULL AND {outer} ORDER BY {order}"
            ),
            values,
        ))
    }

    fn index(&self) -> Result<Index> {
        Ok(match self.unindexed(1)?.is_empty() {
            true => Index::Complete,
            false => Index::Behind,
        })
    }
}
