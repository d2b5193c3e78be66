//! The query language: which conversations are meant, for `list`, views, rules, reports and verbs.
//!
//! A [`Query`] is what somebody wrote. [`Query::bind`] fixes what depends on the moment and on who
//! asks; [`Bound::matches`] says whether a conversation is meant, and if not, which term failed.
//! The store may select by other means, but never anything else. The manual page
//! `postroom-query(7)` describes the language.

mod bind;
mod lex;
mod mail;
mod matches;
mod parse;
mod party;
mod pattern;
mod range;
mod read;
mod term;
mod text;
mod tree;

#[cfg(test)]
pub(crate) mod arbitrary;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

pub use bind::{BindContext, Bound, BoundTerm, OfConversation, OfMessage, Test, Window};
pub use matches::{Facts, Failed, Needs, Verdict};
pub use party::{Domain, Party};
pub use pattern::Pattern;
pub use range::{Day, Range};
pub use term::{FieldTest, Id, Is, StatusKind, Term, Who};
pub use text::{Phrase, Text};
pub use tree::Tree;

use super::Located;

/// Longest query, in bytes.
const LONGEST: usize = 16 * 1024;

/// A query as written. Prints as canonical text, which reads back as the same value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query(Tree<Term>);

impl Query {
    /// The query that matches every conversation; written as nothing.
    #[must_use]
    pub fn all() -> Self {
        Query(Tree::And(Vec::new()))
    }

    /// What this query and the other both match.
    #[must_use]
    pub fn and(self, other: Query) -> Self {
        Query(Tree::and(vec![self.0, other.0]))
    }

    /// The terms and how they are joined.
    #[must_use]
    pub fn tree(&self) -> &Tree<Term> {
        &self.0
    }

    /// Every term, negated or not: to check its names against a configuration.
    #[must_use]
    pub fn terms(&self) -> Vec<&Term> {
        self.0.terms()
    }
}

impl FromStr for Query {
    type Err = Located;

    /// Reads the query language; a text without terms matches all.
    ///
    /// # Errors
    /// With the place of the first mistake, and what to write instead.
    fn from_str(text: &str) -> Result<Self, Located> {
        let too_long = || {
            let what = format!("a query has at most {LONGEST} bytes; use a tag or two queries");
            Located::new(text.floor_char_boundary(LONGEST), what)
        };
        if text.len() > LONGEST {
            return Err(too_long());
        }
        let query = Query(parse::parse(text)?);
        // Canonical text has quotes that were left out; it must be readable too.
        if query.to_string().len() > LONGEST {
            return Err(too_long());
        }
        Ok(query)
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
