//! The keys that correlations find in a message that comes in.

use anyhow::Result;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::Ready;
use super::ours::only_author;
use crate::desk::Scene;
use crate::desk::incoming::Target;
use crate::domain::arrival::Occasion;
use crate::domain::correlate::{self, Correlation, Key, Says};
use crate::domain::query::Needs;
use crate::domain::threading::Keyed;
use crate::domain::{
    Actor, Change, Class, Conversation, EventId, InboxName, MessageId, Signal, Status, Time,
};
use crate::mail::parse;
use crate::store::{Act, Snapshot, Tx};

/// Longest key that is kept as it is, in bytes.
const LONGEST: usize = 300;

/// The key of a message in an inbox, and the correlation that found it.
pub(super) struct Found<'s> {
    inbox: InboxName,
    correlation: &'s Correlation,
    key: Key,
    written: Option<Time>,
}

/// The keys of a message in the inboxes that it came for; in each the first correlation that finds
/// one counts. Mail that is forged, of several authors, spam or a report has none.
pub(super) fn find<'s>(
    scene: &Scene<'s>,
    ready: &Ready<'_>,
    targets: &[Target],
) -> Result<Vec<Found<'s>>> {
    let correlations = &scene.arrival_rules()?.correlations;
    let parsed = &ready.parsed;
    let class = Signal::classify(&parsed.signals);
    let is_plain = matches!(class, Class::Person | Class::Automatic | Class::List | Class::Bulk);
    // A rule names one sender.
    let has_author = only_author(parsed).is_some();
    if correlations.is_empty() || !is_plain || ready.is_forged() || !has_author {
        return Ok(Vec::new());
    }
    let header = |name: &str| parse::field(ready.raw.beginning(), name);
    let written = correlate::believed(parsed.date, ready.received);
    let mail = ready.facts(class, targets, correlations.iter().any(needs_text));
    let mut found = Vec::new();
    for target in targets {
        let keys = correlations.iter().filter_map(|correlation| {
            let key = correlation.read(&target.inbox, &mail, header)?;
            Some(Found { inbox: target.inbox.clone(), correlation, key: bounded(key), written })
        });
        found.extend(keys.take(1));
    }
    Ok(found)
}

fn needs_text(correlation: &Correlation) -> bool {
    let Correlation { when, close_when, reopen_when, key, .. } = correlation;
    let queries = [Some(when), close_when.as_ref(), reopen_when.as_ref()];
    key.body.is_some() || queries.into_iter().flatten().any(|q| q.needs() == Needs::Texts)
}

/// What a regex catches can be as long as the mail; its digest is as good.
fn bounded(key: Key) -> Key {
    if key.text.len() <= LONGEST {
        return key;
    }
    let digest = HEXLOWER.encode(&Sha256::digest(&key.text));
    Key { text: format!("sha256:{digest}"), ..key }
}

impl<'s> Found<'s> {
    /// The key in this inbox, if there is one.
    pub(super) fn within<'f>(all: &'f [Found<'s>], inbox: &InboxName) -> Option<&'f Found<'s>> {
        all.iter().find(|found| found.inbox == *inbox)
    }

    /// What came before it. Old mail that is read in has nothing to say any more.
    pub(super) fn evidence(
        &self,
        tx: &Snapshot<'_>,
        sender: &str,
        occasion: Occasion,
    ) -> Result<Keyed<'s>> {
        let Correlation { name, reopen_within, .. } = self.correlation;
        let key = &self.key.text;
        let last_written = tx.last_written(&self.inbox, name, key)?;
        Ok(Keyed {
            rule: name,
            says: match occasion {
                Occasion::Now => self.key.says.after(self.written, last_written),
                Occasion::Archive => Says::Neither,
            },
            reopen_within: *reopen_within,
            last: tx.home_by_key(&self.inbox, name, key, sender)?,
        })
    }

    /// The event that keeps the key of the message.
    pub(super) fn keyed(&self, message: MessageId) -> Change {
        Change::Keyed {
            message,
            rule: self.correlation.name.clone(),
            key: self.key.text.clone(),
            written: self.written,
        }
    }

    /// Closes or opens the conversation, as the message says; where a person waits for an answer, a
    /// machine closes nothing. An agent who answered an alert by mail waits for none.
    pub(super) fn obey(
        &self,
        tx: &Tx<'_>,
        conversation: &mut Conversation,
        says: Says,
        cause: Option<EventId>,
        effective: Time,
    ) -> Result<()> {
        let old = conversation.status;
        let Some(new) = says.status(old) else { return Ok(()) };
        let is_waited_for = conversation.waiting_since.is_some();
        if new == Status::Closed && is_waited_for && tx.has_outsider(conversation.number)? {
            return Ok(());
        }
        let reason = self.correlation.reason();
        let act = Act { actor: &Actor::Postroom, reason: &reason, cause, effective };
        tx.record(conversation, &act, &[Change::StatusSet { old, new }])?;
        Ok(())
    }
}
