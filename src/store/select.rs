//! From a query to the numbers of the conversations that it means.

use anyhow::Result;
use rusqlite::params_from_iter;

use super::Snapshot;
use super::condition::{Edge, Index, Sql, condition};
use crate::domain::Number;
use crate::domain::query::{Bound, BoundTerm, Tree};

#[cfg(test)]
mod tests;
mod walk;

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
        let index = self.index()?;
        if let (Order::Changed, Some(limit), Index::Complete) = (page.order, page.limit, index)
            && let Some(found) = walk::newest_first(self, query.tree(), limit)?
        {
            return Ok(found);
        }
        let statement = statement(query.tree(), page.order, index);
        self.candidates(&statement, page.limit, |_| Ok(Some(true)))
    }

    /// Candidates of a statement that are `fit`, until the limit of sure ones is reached or `fit`
    /// gives up.
    fn candidates(
        &self,
        statement: &Sql,
        limit: Option<usize>,
        mut fit: impl FnMut(Number) -> Result<Option<bool>>,
    ) -> Result<Vec<Candidate>> {
        let mut select = self.connection.prepare(&statement.text)?;
        let mut rows = select.query(params_from_iter(&statement.values))?;
        let (mut candidates, mut sure) = (Vec::new(), 0);
        while limit.is_none_or(|limit| sure < limit) {
            let Some(row) = rows.next()? else { break };
            let (number, is_sure) = (Number(row.get(0)?), row.get(1)?);
            match fit(number)? {
                Some(true) => {}
                Some(false) => continue,
                None => break,
            }
            sure += usize::from(is_sure);
            candidates.push(match is_sure {
                true => Candidate::Sure(number),
                false => Candidate::Maybe(number),
            });
        }
        Ok(candidates)
    }

    fn index(&self) -> Result<Index> {
        Ok(match self.unindexed(1)?.is_empty() {
            true => Index::Complete,
            false => Index::Behind,
        })
    }
}

/// What is merged into another is meant by it, not by itself; what was purged is gone.
fn statement(tree: &Tree<BoundTerm>, order: Order, index: Index) -> Sql {
    let outer = condition(tree, Edge::Outer, index);
    let inner = condition(tree, Edge::Inner, index);
    let (sure, mut values) = match inner == outer {
        true => ("1", Vec::new()),
        false => (inner.text.as_str(), inner.values),
    };
    values.extend(outer.values);
    let (outer, order) = (outer.text, order.as_sql());
    let text = format!(
        "SELECT number, {sure} FROM conversation
         WHERE root = number AND purged IS NULL AND {outer} ORDER BY {order}"
    );
    Sql { text, values }
}
