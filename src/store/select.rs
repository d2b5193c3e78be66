//! From a query to the numbers of the conversations that it means.

use anyhow::Result;
use rusqlite::{Row, params_from_iter};

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

impl Candidate {
    /// From a row of [`statement`].
    fn read(row: &Row<'_>) -> rusqlite::Result<Candidate> {
        let number = Number(row.get(0)?);
        Ok(if row.get(1)? { Candidate::Sure(number) } else { Candidate::Maybe(number) })
    }

    fn number(self) -> Number {
        let (Candidate::Sure(number) | Candidate::Maybe(number)) = self;
        number
    }

    fn is_sure(self) -> bool {
        matches!(self, Candidate::Sure(_))
    }
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
        let statement = statement(query.tree(), Rows::Conversations, page.order, index);
        let mut select = self.connection.prepare(&statement.text)?;
        let mut rows = select.query_map(params_from_iter(&statement.values), Candidate::read)?;
        let (mut candidates, mut sure) = (Vec::new(), 0);
        while page.limit.is_none_or(|limit| sure < limit)
            && let Some(candidate) = rows.next().transpose()?
        {
            sure += usize::from(candidate.is_sure());
            candidates.push(candidate);
        }
        Ok(candidates)
    }

    /// How many conversations the query means; none where SQL cannot tell of each.
    ///
    /// # Errors
    /// Those of the database.
    pub fn count(&self, query: &Bound) -> Result<Option<usize>> {
        let index = self.index()?;
        let outer = condition(query.tree(), Edge::Outer, index);
        if outer != condition(query.tree(), Edge::Inner, index) {
            return Ok(None);
        }
        let text = format!("SELECT count(*) FROM conversation WHERE {SHOWN} AND {}", outer.text);
        let count: i64 =
            self.connection.query_row(&text, params_from_iter(outer.values), |row| row.get(0))?;
        Ok(Some(usize::try_from(count)?))
    }

    fn index(&self) -> Result<Index> {
        Ok(match self.unindexed(1)?.is_empty() {
            true => Index::Complete,
            false => Index::Behind,
        })
    }
}

/// What one row of the result stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// For each candidate: its number, and whether it is sure.
    Conversations,
    /// For each message that has its home in a candidate, and for a candidate without one: also the
    /// message, and whether others are merged into the candidate.
    Messages,
}

impl Rows {
    /// The further columns, and where they come from.
    fn as_sql(self) -> (&'static str, &'static str) {
        match self {
            Rows::Conversations => ("", ""),
            Rows::Messages => (
                ", entry.message,
                 EXISTS (SELECT 1 FROM conversation AS merged
                         WHERE merged.root = conversation.number AND merged.root <> merged.number)",
                " LEFT JOIN entry ON entry.conversation = conversation.number",
            ),
        }
    }
}

/// What is merged into another is meant by it, not by itself; what was purged is gone.
const SHOWN: &str = "root = number AND purged IS NULL";

fn statement(tree: &Tree<BoundTerm>, rows: Rows, order: Order, index: Index) -> Sql {
    let outer = condition(tree, Edge::Outer, index);
    let inner = condition(tree, Edge::Inner, index);
    let (sure, mut values) = match inner == outer {
        true => ("1", Vec::new()),
        false => (inner.text.as_str(), inner.values),
    };
    values.extend(outer.values);
    let (outer, order) = (outer.text, order.as_sql());
    let (columns, join) = rows.as_sql();
    let text = format!(
        "SELECT number, {sure}{columns} FROM conversation{join}
         WHERE {SHOWN} AND {outer} ORDER BY {order}"
    );
    Sql { text, values }
}
