//! A page of conversations that have common words: the newest are looked at first, and no more of
//! them than it takes.
//!
//! The set of all conversations that have a word grows with the desk. Of a rare word it is small,
//! and leads the shortest way; a word that many mails have is asked for one conversation after the
//! other, and a page is full long before the set would be.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use anyhow::Result;
use rusqlite::Connection;

use super::{Candidate, Order, statement};
use crate::domain::query::{BoundTerm, Test, Tree};
use crate::domain::{MessageId, Number};
use crate::store::Snapshot;
use crate::store::condition::{Asked, Index, full_text};

/// So many messages in a row are asked for a word at once. In tests a few messages are several
/// blocks, and a few conversations too many.
const BLOCK: i64 = if cfg!(test) { 2 } else { 1_024 };

/// A word is common that at least one of so many of the newest messages has.
const COMMON: i64 = 20;

/// What a page may cost, in conversations looked at. Words that are common and rarely meet would
/// have all of them looked at: then the sets are the shorter way after all.
const BUDGET: u32 = if cfg!(test) { 45 } else { 2_000 };

/// What it costs to read a block, measured in conversations.
const READ: u32 = 20;

/// The page; none where the sets are the shorter way: no word is common, or the page would cost
/// too much. The index must be complete.
pub(super) fn newest_first(
    snapshot: &Snapshot<'_>,
    tree: &Tree<BoundTerm>,
    limit: usize,
) -> Result<Option<Vec<Candidate>>> {
    let (mut words, rest) = common_apart(snapshot.connection, tree)?;
    if words.is_empty() {
        return Ok(None);
    }
    let mut budget = BUDGET;
    let statement = statement(&rest, Order::Changed, Index::Complete);
    let found = snapshot.candidates(&statement, Some(limit), |number| {
        budget = budget.saturating_sub(1);
        let have_all = have_all(snapshot, number, &mut words, &mut budget)?;
        Ok((budget > 0).then_some(have_all))
    })?;
    Ok((budget > 0).then_some(found))
}

/// The common words, where they all must be there, and the rest of the query.
fn common_apart(
    connection: &Connection,
    tree: &Tree<BoundTerm>,
) -> Result<(Vec<Word>, Tree<BoundTerm>)> {
    let parts = match tree {
        Tree::And(parts) => parts.as_slice(),
        only => std::slice::from_ref(only),
    };
    let (mut words, mut rest) = (Vec::new(), Vec::new());
    for part in parts {
        match common(connection, part)? {
            Some(word) => words.push(word),
            None => rest.push(part.clone()),
        }
    }
    Ok((words, Tree::And(rest)))
}

fn common(connection: &Connection, part: &Tree<BoundTerm>) -> Result<Option<Word>> {
    let Tree::Term(BoundTerm { test: Test::Message(test), .. }) = part else { return Ok(None) };
    let Some(Asked { words: asked, exactly: true }) = full_text(test) else { return Ok(None) };
    let mut word = Word { asked, newest: newest(connection)?, blocks: HashMap::new() };
    Ok(word.is_common(connection)?.then_some(word))
}

/// Whether each of the words is in one of the messages of the conversation.
fn have_all(
    snapshot: &Snapshot<'_>,
    number: Number,
    words: &mut [Word],
    budget: &mut u32,
) -> Result<bool> {
    let messages = snapshot.messages_of(number)?;
    for word in words {
        if !word.is_in_one_of(snapshot.connection, &messages, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// FTS5 comes to a block by way of all that lies before it.
const FROM_THE_FIRST: &str = "SELECT rowid FROM search
     WHERE search MATCH ?1 AND rowid > ?2 AND rowid <= ?3 ORDER BY rowid";
const FROM_THE_LAST: &str = "SELECT rowid FROM search
     WHERE search MATCH ?1 AND rowid > ?2 AND rowid <= ?3 ORDER BY rowid DESC";

fn newest(connection: &Connection) -> Result<i64> {
    let sql = "SELECT ifnull(max(id), 0) FROM message";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// The messages that have a word, as far as they were read.
struct Word {
    asked: String,
    newest: i64,
    /// By the number of the block, counted back from the newest message; in order.
    blocks: HashMap<i64, Vec<i64>>,
}

impl Word {
    /// Judged by the newest block.
    fn is_common(&mut self, connection: &Connection) -> Result<bool> {
        let found = self.block(connection, 0, &mut 0)?.len();
        let found = i64::try_from(found).unwrap_or(i64::MAX);
        Ok(found.saturating_mul(COMMON) >= self.newest.min(BLOCK))
    }

    fn is_in_one_of(
        &mut self,
        connection: &Connection,
        messages: &[MessageId],
        budget: &mut u32,
    ) -> Result<bool> {
        for MessageId(message) in messages.iter().rev() {
            let block = (self.newest - message) / BLOCK;
            if self.block(connection, block, budget)?.binary_search(message).is_ok() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn block(&mut self, connection: &Connection, block: i64, budget: &mut u32) -> Result<&[i64]> {
        let place = match self.blocks.entry(block) {
            Entry::Occupied(read) => return Ok(read.into_mut()),
            Entry::Vacant(place) => place,
        };
        *budget = budget.saturating_sub(READ);
        let last = self.newest - block * BLOCK;
        let nearer_end = if last > self.newest / 2 { FROM_THE_LAST } else { FROM_THE_FIRST };
        let mut select = connection.prepare_cached(nearer_end)?;
        let found = select.query_map((&self.asked, last - BLOCK, last), |row| row.get(0))?;
        let mut found: Vec<i64> = found.collect::<Result<_, _>>()?;
        found.sort_unstable();
        Ok(place.insert(found))
    }
}
