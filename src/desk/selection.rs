//! Which conversations a command is about.

use anyhow::Result;

use super::raw::Raw;
use super::{Desk, Failure, Kind, facts, index, select};
use crate::domain::query::{Bound, Needs, Term};
use crate::domain::{Number, Query};
use crate::store::Page;

impl Desk {
    /// The conversations that a query means, lowest number first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn select(&mut self, query: &Query) -> Result<Vec<Number>> {
        let bound = self.bind(query)?;
        self.read(|snapshot| select::matching(snapshot, &bound, Page::ALL))
    }

    /// The conversations that show a message that came in before, by its identity; none where a rule
    /// dropped it, so that the step of a wiring behind `ingest` is done with it.
    ///
    /// # Errors
    /// When it did not come in yet; and those of the store.
    pub fn select_message(&mut self, raw: &Raw) -> Result<Vec<Number>> {
        let identity = raw.identity();
        self.read(|snapshot| match snapshot.message_by_identity(&identity.0)? {
            Some(message) => {
                facts::message(snapshot, message)?;
                let homes = snapshot.homes(message)?.into_iter();
                let mut shown =
                    homes.map(|home| facts::root(snapshot, home)).collect::<Result<Vec<_>>>()?;
                shown.dedup();
                Ok(shown)
            }
            None if snapshot.was_dropped(&identity.0)? => Ok(Vec::new()),
            None => Err(Failure::new(
                Kind::Unknown,
                "this message has not come in yet; give it to 'postroom ingest' first",
            )
            .into()),
        })
    }

    /// That there are these conversations: whoever names one that is not there has mistyped.
    pub(super) fn must_exist(&self, numbers: &[Number]) -> Result<()> {
        self.shown_at(numbers).map(|_| ())
    }

    /// Where these conversations are shown, each in its place. Likewise.
    pub(super) fn shown_at(&self, numbers: &[Number]) -> Result<Vec<Number>> {
        let missing = |number: &Number| {
            let words = format!("there is no conversation {number}; nothing was done");
            Failure::new(Kind::Unknown, words)
        };
        self.read(|snapshot| {
            let root =
                |number: &Number| Ok(snapshot.root(*number)?.ok_or_else(|| missing(number))?);
            numbers.iter().map(root).collect()
        })
    }

    /// Fixes what is relative in a query. One that asks of messages has the index catch up first.
    ///
    /// # Errors
    /// When a name in it is in neither the configuration nor the store: no query would tell a slip
    /// from an inbox in which all is done.
    pub(super) fn bind(&mut self, query: &Query) -> Result<Bound> {
        query.terms().into_iter().try_for_each(|term| self.must_know(term))?;
        let directory = self.config.directory();
        let bound = self.scene().bind(self.now, &directory, |cx| query.bind(cx));
        if bound.needs() >= Needs::Messages {
            index::before_search(self);
        }
        Ok(bound)
    }

    fn must_know(&self, term: &Term) -> Result<()> {
        let Err(wrong) = self.config.know(term) else { return Ok(()) };
        let was = self.read(|snapshot| match (term, term.assignee()) {
            (Term::Inbox(name), _) => snapshot.has_inbox(name),
            (_, Some(assignee)) => snapshot.has_assignee(&assignee),
            _ => Ok(true),
        })?;
        if was { Ok(()) } else { Err(Failure::new(Kind::Unknown, wrong).into()) }
    }
}
