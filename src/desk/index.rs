//! The full-text index catches up: off the path of delivery, before a search, in a sweep.

use std::collections::{HashMap, VecDeque};

use anyhow::Result;

use super::facts::{self, TextOf};
use super::{Desk, raw};
use crate::domain::query::Needs;
use crate::domain::repeat::Runs;
use crate::domain::{Mailbox, MessageId, words};
use crate::host::log::Level;
use crate::mail::Parsed;
use crate::store::{Ending, IndexRow, MergeStep, Tx};

/// What is indexed in one transaction, while which nobody else writes: so many messages, and so many
/// bytes. A megabyte of text takes some tenths of a second.
const AT_ONCE: usize = 500;
const BYTES_AT_ONCE: u64 = 1 << 20;

/// Indexes the first of the messages that wait for it, as many as hold up nobody for long, and gives how
/// many it did.
///
/// What is indexed are the facts that `Bound::matches` sees, so that both find the same. What an answer
/// repeats is found where it was said: in the same conversation.
///
/// # Errors
/// Those of the store.
pub fn catch_up(tx: &Tx<'_>) -> Result<usize> {
    let waiting = tx.unindexed_within(AT_ONCE, BYTES_AT_ONCE)?;
    these(tx, &waiting)?;
    Ok(waiting.len())
}

/// Indexes these messages.
///
/// # Errors
/// Those of the store.
pub(super) fn these(tx: &Tx<'_>, waiting: &[MessageId]) -> Result<()> {
    let mut lately = Lately::default();
    for id in waiting {
        let facts = facts::of_message(tx, *id, TextOf::Raw, Needs::Texts)?;
        let body = Body::of(facts.text.as_deref().unwrap_or_default());
        put(tx, *id, &facts.subject, facts.from.as_ref(), &facts.to, body, &mut lately)?;
    }
    Ok(())
}

/// Indexes a message that came in for the first time a moment ago.
///
/// # Errors
/// Those of the store.
pub(super) fn at_once(
    tx: &Tx<'_>,
    id: MessageId,
    parsed: &Parsed,
    body: Body,
    lately: &mut Lately,
) -> Result<()> {
    let mut to: Vec<Mailbox> = parsed.to.iter().chain(&parsed.cc).cloned().collect();
    facts::add_recipients(&mut to, tx.arrived_for(id)?);
    put(tx, id, &parsed.subject, parsed.from.as_ref(), &to, body, lately)
}

fn put(
    tx: &Tx<'_>,
    id: MessageId,
    subject: &str,
    from: Option<&Mailbox>,
    to: &[Mailbox],
    body: Body,
    lately: &mut Lately,
) -> Result<()> {
    let said = tx.answered(id)?.map(|answered| lately.said(tx, answered)).transpose()?;
    let row = IndexRow {
        subject: words::line(subject),
        author: from.map(|from| words::line(&from.to_string())).unwrap_or_default(),
        recipients: to.iter().map(|to| words::line(&to.to_string())).collect(),
        body: match said {
            Some(said) => body.runs.beyond(said, &body.line),
            None => vec![body.line.as_str()],
        },
    };
    tx.index(id, &row)?;
    lately.keep(id, body.runs);
    Ok(())
}

/// The words of a text, and what another text could repeat of them.
#[derive(Debug)]
pub(super) struct Body {
    line: String,
    runs: Runs,
}

impl Body {
    pub(super) fn of(text: &str) -> Self {
        let line = words::line(text);
        Body { runs: Runs::of(&line), line }
    }
}

/// What was said in the messages that were indexed last: what answers them often comes soon.
#[derive(Debug, Default)]
pub(super) struct Lately {
    runs: HashMap<MessageId, Runs>,
    order: VecDeque<MessageId>,
    held: usize,
}

impl Lately {
    /// So many runs are held, of 8 bytes.
    const MOST: usize = 1 << 19;

    fn said(&mut self, tx: &Tx<'_>, id: MessageId) -> Result<&Runs> {
        if !self.runs.contains_key(&id) {
            self.keep(id, Body::of(&raw::parse(tx, id)?.text).runs);
        }
        Ok(self.runs.entry(id).or_default())
    }

    fn keep(&mut self, id: MessageId, runs: Runs) {
        self.held += runs.count();
        if let Some(before) = self.runs.insert(id, runs) {
            self.held -= before.count();
        } else {
            self.order.push_back(id);
        }
        while self.held > Self::MOST
            && let Some(first) = self.order.pop_front_if(|first| *first != id)
        {
            self.held -= self.runs.remove(&first).map_or(0, |runs| runs.count());
        }
    }
}

/// How many transactions a search indexes in on its way: more would keep a person waiting, and what is
/// left is found all the same.
const ON_THE_WAY: usize = 10;

/// Lets the index catch up before a search, while nobody wants to write and if we may. What
/// goes wrong here is for the log: a message that is not indexed is looked at itself.
pub(super) fn before_search(desk: &mut Desk) {
    for _ in 0..ON_THE_WAY {
        let waiting = desk.read(|snapshot| Ok(!snapshot.unindexed(1)?.is_empty()));
        if !waiting.unwrap_or(false) {
            return;
        }
        match desk.write_if_free("index", catch_up) {
            Ok(Some(_)) => {}
            Ok(None) => return,
            Err(error) => return desk.log(Level::Warning, &format!("index: {error:#}")),
        }
    }
}

/// Merges the parts of the index into one, in many transactions: then it is smaller, and holds no
/// word of what was deleted.
pub(super) fn merge(desk: &mut Desk, via: &'static str) -> Result<()> {
    let mut step = MergeStep::First;
    while desk.write(via, Ending::Commit, |tx, _| tx.merge_index(step))? {
        step = MergeStep::Next;
    }
    Ok(())
}
