//! A page of conversations that have common words: the newest are looked at first, and no more of
//! them than it takes.
//!
//! The set of all conversations that have a word grows with the desk. Of a rare word it is small,
//! and leads the shortest way; a word that many mails have is asked for one conversation after the
//! other, and a page is full long before the set would be.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use anyhow::Result;
use rusqlite::{Connection, Row, params_from_iter};

use super::{Candidate, Order, Rows, statement};
use crate::domain::MessageId;
use crate::domain::query::{BoundTerm, Test, Tree};
use crate::store::Snapshot;
use crate::store::condition::{Asked, Index, full_text};

/// How often a word comes is judged by so many of the newest messages that have it. In tests a few
/// messages are several blocks.
const LATEST: usize = if cfg!(test) { 2 } else { 128 };

/// Messages that have the word, in a block of them: fewer take as long to find as to read.
const IN_BLOCK: i64 = if cfg!(test) { 2 } else { 512 };

/// What it costs to read a block, measured in conversations looked at.
const BLOCK: u64 = if cfg!(test) { 1 } else { 300 };

/// What it costs to have a message in the set of those that have a word, likewise.
const IN_SET: u64 = if cfg!(test) { 1 } else { 4 };

/// The page; none where the query is not about words, or where the set of those that have the only
/// one is the shorter way. The index must be complete.
pub(super) fn newest_first(
    snapshot: &Snapshot<'_>,
    tree: &Tree<BoundTerm>,
    limit: usize,
) -> Result<Option<Vec<Candidate>>> {
    let (mut words, mut rest) = words_apart(snapshot.connection, tree)?;
    words.sort_by_key(|word| Reverse(word.cost_of_set()));
    let Some(rarest) = words.last() else { return Ok(None) };
    let set = rarest.cost_of_set();
    if cost_of_page(&words, limit) < set {
        let walk = Walk { snapshot, words: &mut words, budget: set };
        if let Some(page) = walk.page(&rest, limit)? {
            return Ok(Some(page));
        }
    }
    // Of words that rarely meet the set of one leads, and whether the others are there is looked at.
    rest.extend(words.pop().map(|rarest| rarest.term));
    if words.is_empty() {
        return Ok(None);
    }
    Walk { snapshot, words: &mut words, budget: u64::MAX }.page(&rest, limit)
}

/// The words that all must be there, and the rest of the query.
fn words_apart(
    connection: &Connection,
    tree: &Tree<BoundTerm>,
) -> Result<(Vec<Word>, Vec<Tree<BoundTerm>>)> {
    let parts = match tree {
        Tree::And(parts) => parts.as_slice(),
        only => std::slice::from_ref(only),
    };
    let newest = newest(connection)?;
    let (mut words, mut rest) = (Vec::new(), Vec::new());
    for part in parts {
        match Word::asked_by(part) {
            Some(asked) => words.push(Word::read(connection, part.clone(), asked, newest)?),
            None => rest.push(part.clone()),
        }
    }
    Ok((words, rest))
}

fn newest(connection: &Connection) -> Result<i64> {
    let sql = "SELECT ifnull(max(id), 0) FROM message";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Conversations that are looked at until a page is full, if words meet by chance.
fn cost_of_page(words: &[Word], limit: usize) -> u64 {
    words.iter().fold(u64::try_from(limit).unwrap_or(u64::MAX), |cost, word| {
        cost.saturating_mul(word.span()).checked_div(word.latest()).unwrap_or(u64::MAX)
    })
}

/// Conversations one after the other, the newest first.
struct Walk<'a> {
    snapshot: &'a Snapshot<'a>,
    words: &'a mut [Word],
    /// What it may cost yet, in conversations looked at.
    budget: u64,
}

impl Walk<'_> {
    /// The page of those that have all words and that the rest of the query means; none when the
    /// budget was spent before it was full.
    fn page(mut self, rest: &[Tree<BoundTerm>], limit: usize) -> Result<Option<Vec<Candidate>>> {
        let rest = Tree::And(rest.to_vec());
        let statement = statement(&rest, Rows::Messages, Order::Changed, Index::Complete);
        let mut select = self.snapshot.connection.prepare(&statement.text)?;
        let mut rows =
            select.query_map(params_from_iter(&statement.values), Shown::read)?.peekable();
        let (mut page, mut sure, mut messages) = (Vec::new(), 0, Vec::new());
        while sure < limit
            && let Some(first) = rows.next().transpose()?
        {
            messages.clear();
            messages.extend(first.message);
            while let Some(more) = rows.next_if(|next| first.is_followed_by(next)) {
                messages.extend(more?.message);
            }
            if first.is_root {
                messages = self.snapshot.messages_of(first.candidate.number())?;
            }
            let has_all = self.has_all(&messages)?;
            if self.budget == 0 {
                return Ok(None);
            }
            if has_all {
                sure += usize::from(first.candidate.is_sure());
                page.push(first.candidate);
            }
        }
        Ok(Some(page))
    }

    /// Whether each of the words is in one of the messages of a conversation.
    fn has_all(&mut self, messages: &[MessageId]) -> Result<bool> {
        self.budget = self.budget.saturating_sub(1);
        for word in &mut *self.words {
            if !word.is_in_one_of(self.snapshot.connection, messages, &mut self.budget)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A conversation that is looked at, with one of the messages that have their home there.
struct Shown {
    candidate: Candidate,
    message: Option<MessageId>,
    /// Whether others are merged into it, whose messages it shows too.
    is_root: bool,
}

impl Shown {
    fn read(row: &Row<'_>) -> rusqlite::Result<Shown> {
        let message: Option<i64> = row.get(2)?;
        let message = message.map(MessageId);
        Ok(Shown { candidate: Candidate::read(row)?, message, is_root: row.get(3)? })
    }

    fn is_followed_by(&self, next: &rusqlite::Result<Shown>) -> bool {
        next.as_ref().is_ok_and(|next| next.candidate == self.candidate)
    }
}

/// The messages that have a word, as far as they were read.
struct Word {
    term: Tree<BoundTerm>,
    asked: String,
    newest: i64,
    /// The newest ones, in order: all of them from `since` on.
    latest: Vec<i64>,
    since: i64,
    /// Those before, by the number of the block, counted back; in order.
    blocks: HashMap<i64, Vec<i64>>,
}

/// FTS5 reads a message backwards in five times the time; but to come to the newest ones forwards it
/// may have to read all others.
const FROM_THE_LAST: &str =
    "SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid DESC LIMIT ?2";
const BETWEEN: &str = "SELECT rowid FROM search
     WHERE search MATCH ?1 AND rowid >= ?2 AND rowid < ?3 ORDER BY rowid";

impl Word {
    /// What the index is asked for a part of a query that is a word.
    fn asked_by(part: &Tree<BoundTerm>) -> Option<String> {
        let Tree::Term(BoundTerm { test: Test::Message(test), .. }) = part else { return None };
        let Asked { words, exactly } = full_text(test)?;
        exactly.then_some(words)
    }

    fn read(
        connection: &Connection,
        term: Tree<BoundTerm>,
        asked: String,
        newest: i64,
    ) -> Result<Word> {
        let mut select = connection.prepare_cached(FROM_THE_LAST)?;
        let rows = select.query_map((&asked, i64::try_from(LATEST)?), |row| row.get(0))?;
        let mut latest: Vec<i64> = rows.collect::<Result<_, _>>()?;
        latest.reverse();
        let since = latest.first().copied().filter(|_| latest.len() == LATEST).unwrap_or(1);
        Ok(Word { term, asked, newest, latest, since, blocks: HashMap::new() })
    }

    /// So many of the newest messages have it.
    fn latest(&self) -> u64 {
        self.latest.len() as u64
    }

    /// Of so many.
    fn span(&self) -> u64 {
        (self.newest + 1 - self.since).unsigned_abs()
    }

    /// What it costs to have the set of all messages that have it, in conversations looked at.
    fn cost_of_set(&self) -> u64 {
        self.latest() * self.newest.unsigned_abs() / self.span().max(1) * IN_SET
    }

    fn is_in_one_of(
        &mut self,
        connection: &Connection,
        messages: &[MessageId],
        budget: &mut u64,
    ) -> Result<bool> {
        for MessageId(message) in messages.iter().rev() {
            let those = match *message >= self.since {
                true => &self.latest,
                false => self.block(connection, *message, budget)?,
            };
            if those.binary_search(message).is_ok() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The block where a message would be that came before the latest.
    fn block(
        &mut self,
        connection: &Connection,
        message: i64,
        budget: &mut u64,
    ) -> Result<&Vec<i64>> {
        let size = i64::try_from(self.span() / self.latest().max(1))? * IN_BLOCK;
        let number = (self.since - 1 - message) / size;
        match self.blocks.entry(number) {
            Entry::Occupied(read) => Ok(read.into_mut()),
            Entry::Vacant(place) => {
                *budget = budget.saturating_sub(BLOCK);
                let end = self.since - number * size;
                let mut select = connection.prepare_cached(BETWEEN)?;
                let rows = select.query_map((&self.asked, end - size, end), |row| row.get(0))?;
                Ok(place.insert(rows.collect::<Result<_, _>>()?))
            }
        }
    }
}
