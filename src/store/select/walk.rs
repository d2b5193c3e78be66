//! A page of conversations that have common words: the newest are looked at first, and no more of
//! them than it takes.
//!
//! The set of all conversations that have a word grows with the desk. Of a rare word it is small,
//! and leads the shortest way; a word that many mails have is asked for one conversation after the
//! other, and a page is full long before the set would be.

use anyhow::Result;
use rusqlite::{CachedStatement, Connection, Rows};

use super::{Candidate, Order, statement};
use crate::domain::query::{BoundTerm, Test, Tree};
use crate::domain::{MessageId, Number};
use crate::store::Snapshot;
use crate::store::condition::{Asked, Index, full_text};

/// So many of the newest messages tell whether a word is common. In tests a few are enough.
const NEWEST: i64 = if cfg!(test) { 2 } else { 1_024 };

/// A word is common that at least one of so many of the newest messages has.
const COMMON: i64 = 20;

/// What a page may cost, in rows that are read of the index. Words that are common and rarely meet
/// would have all conversations looked at: then the sets are the shorter way after all.
const BUDGET: u32 = if cfg!(test) { 125 } else { 40_000 };

/// What it costs to look at a conversation.
const LOOK: u32 = 20;

type Part = Tree<BoundTerm>;

/// The page; none where the sets are the shorter way: no word is common, or the page would cost
/// too much. The index must be complete.
pub(super) fn newest_first(
    snapshot: &Snapshot<'_>,
    tree: &Part,
    limit: usize,
) -> Result<Option<Vec<Candidate>>> {
    let connection = snapshot.connection;
    let newest = newest(connection)?;
    let (asked, mut rest) = full_text_apart(tree);
    let mut statements = Vec::new();
    for _ in &asked {
        statements.push(connection.prepare_cached(HAVING)?);
    }
    let (mut words, mut budget) = (Vec::new(), BUDGET);
    for ((part, asked), statement) in asked.iter().zip(&mut statements) {
        let mut word = Word::asked(asked, statement)?;
        match word.is_common(newest, &mut budget)? {
            true => words.push(word),
            false => rest.push((*part).clone()),
        }
    }
    if words.is_empty() {
        return Ok(None);
    }
    let statement = statement(&Tree::And(rest), Order::Changed, Index::Complete);
    let found = snapshot.candidates(&statement, Some(limit), |number| {
        budget = budget.saturating_sub(LOOK);
        let have_all = have_all(snapshot, number, &mut words, &mut budget)?;
        Ok((budget > 0).then_some(have_all))
    })?;
    Ok((budget > 0).then_some(found))
}

/// The parts of a query of which all must hold that the index can be asked for, each with the words
/// to ask, and the rest.
fn full_text_apart(tree: &Part) -> (Vec<(&Part, String)>, Vec<Part>) {
    let parts = match tree {
        Tree::And(parts) => parts.as_slice(),
        only => std::slice::from_ref(only),
    };
    let (mut asked, mut rest) = (Vec::new(), Vec::new());
    for part in parts {
        match part {
            Tree::Term(BoundTerm { test: Test::Message(test), .. })
                if let Some(Asked { words, exactly: true }) = full_text(test) =>
            {
                asked.push((part, words));
            }
            _ => rest.push(part.clone()),
        }
    }
    (asked, rest)
}

/// Whether each of the words is in one of the messages of the conversation.
fn have_all(
    snapshot: &Snapshot<'_>,
    number: Number,
    words: &mut [Word<'_>],
    budget: &mut u32,
) -> Result<bool> {
    let messages = snapshot.messages_of(number)?;
    for word in words {
        if !word.is_in_one_of(&messages, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn newest(connection: &Connection) -> Result<i64> {
    let sql = "SELECT ifnull(max(id), 0) FROM message";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

const HAVING: &str = "SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid DESC";

/// The messages that have a word, the newest first, as far as they were read.
struct Word<'s> {
    rows: Rows<'s>,
    read: Vec<i64>,
    has_more: bool,
}

impl<'s> Word<'s> {
    fn asked(words: &str, statement: &'s mut CachedStatement<'_>) -> Result<Self> {
        Ok(Word { rows: statement.query([words])?, read: Vec::new(), has_more: true })
    }

    /// Judged by the newest messages.
    fn is_common(&mut self, newest: i64, budget: &mut u32) -> Result<bool> {
        let last = newest - NEWEST;
        self.read_down_to(last, budget)?;
        let found = self.read.partition_point(|message| *message > last);
        let found = i64::try_from(found).unwrap_or(i64::MAX);
        Ok(found.saturating_mul(COMMON) >= newest.min(NEWEST))
    }

    fn is_in_one_of(&mut self, messages: &[MessageId], budget: &mut u32) -> Result<bool> {
        for MessageId(message) in messages.iter().rev() {
            self.read_down_to(*message, budget)?;
            if self.read.binary_search_by(|read| message.cmp(read)).is_ok() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads until no newer message than this one is left.
    fn read_down_to(&mut self, message: i64, budget: &mut u32) -> Result<()> {
        while *budget > 0 && self.has_more && self.read.last().is_none_or(|last| *last > message) {
            *budget -= 1;
            match self.rows.next()? {
                Some(row) => self.read.push(row.get(0)?),
                None => self.has_more = false,
            }
        }
        Ok(())
    }
}
