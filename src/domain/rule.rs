//! Rules: what to do with a message that came in, in order.

use std::fmt;

use super::query::Query;
use super::{Action, Reason};

/// A query, and the actions for what it matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What makes it this rule, in history too; unique on a desk.
    pub name: String,
    /// Where it is written.
    pub at: Location,
    /// The condition.
    pub when: Query,
    /// What to do, in this order.
    pub then: Vec<Action>,
}

/// A line of a file of the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file within the desk, such as `rules/20-route.toml`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// `rules/20-route.toml:7`
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Rule {
    /// Whether no rule after this one can run: it matches everything, and stops.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.when == Query::all() && self.then.contains(&Action::Stop)
    }

    /// Why something was done when this rule did it.
    #[must_use]
    pub fn reason(&self) -> Reason {
        let (file, line) = (self.at.file.clone(), self.at.line);
        Reason::Rule { rule: self.name.clone(), file, line }
    }
}
