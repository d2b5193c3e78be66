//! The conversations that a query means: what SQL decides, and the rest by the definition.

use anyhow::{Context, Result};

use super::facts;
use crate::domain::Number;
use crate::domain::query::{Bound, Facts};
use crate::store::{Candidate, Page, Snapshot};

#[cfg(test)]
mod tests;

/// The numbers of the conversations that the query means: exactly those for which
/// [`Bound::matches`] holds with all their messages in view.
pub(crate) fn matching(snapshot: &Snapshot<'_>, query: &Bound, page: Page) -> Result<Vec<Number>> {
    let limit = page.limit.unwrap_or(usize::MAX);
    let mut numbers = Vec::new();
    for candidate in snapshot.select(query, page)? {
        if numbers.len() == limit {
            break;
        }
        match candidate {
            Candidate::Sure(number) => numbers.push(number),
            Candidate::Maybe(number) if is_meant(snapshot, query, number)? => numbers.push(number),
            Candidate::Maybe(_) => {}
        }
    }
    Ok(numbers)
}

/// How many conversations the query means.
pub(crate) fn count(snapshot: &Snapshot<'_>, query: &Bound) -> Result<usize> {
    match snapshot.count(query)? {
        Some(count) => Ok(count),
        None => Ok(matching(snapshot, query, Page::ALL)?.len()),
    }
}

fn is_meant(snapshot: &Snapshot<'_>, query: &Bound, number: Number) -> Result<bool> {
    let conversation = snapshot.conversation(number)?;
    let conversation = conversation.with_context(|| format!("conversation {number} is gone"))?;
    let in_view = facts::of_conversation(snapshot, number, query.needs())?;
    Ok(query.matches(&Facts { conversation: &conversation, in_view: &in_view }).is_yes())
}
