//! Verbs on conversations: one parser of actions, one decision, one record.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{Desk, Failure, Scene, facts};
use crate::domain::action::{Action, Resolved};
use crate::domain::decide::{Context, Outcome, decide};
use crate::domain::{
    Actor, BatchId, Conversation, Directory, Event, EventId, Number, Reason, Refusal, Time,
};
use crate::store::{Act, Ending, Tx};

/// What became of a verb on one conversation.
#[derive(Debug)]
pub struct Acted {
    /// The conversation.
    pub number: Number,
    /// The one that was named, where that is merged into this one.
    pub named: Option<Number>,
    /// The events, none when everything was so already; or why not.
    pub result: Result<Vec<Event>, Failure>,
}

/// Who acts, and why.
#[derive(Debug, Clone)]
pub(super) struct Doer<'a> {
    pub(super) actor: &'a Actor,
    pub(super) reason: Reason,
    pub(super) cause: Option<EventId>,
}

/// What one action did to a conversation.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) events: Vec<Event>,
    pub(super) stop: bool,
}

impl Desk {
    /// Does the actions to each of the conversations, each in a transaction of its own, and goes on
    /// after a refusal (R201). What is merged into another stands for that one, and is done once.
    ///
    /// # Errors
    /// When one of them is not there: whoever named it has mistyped, and nothing is done. Those of
    /// the store. Refusals stand in the results.
    pub fn act(
        &mut self,
        via: &'static str,
        numbers: &[Number],
        actions: &[Action],
    ) -> Result<Vec<Acted>> {
        let me = self.me.agent().cloned();
        let actions: Vec<Resolved> = actions
            .iter()
            .map(|action| action.resolve(me.as_ref()))
            .collect::<Result<_, Refusal>>()
            .map_err(Failure::from)?;
        let roots = self.shown_at(numbers)?;
        let mut batch = None;
        let mut seen = BTreeSet::new();
        let mut acted = Vec::new();
        for (named, root) in numbers.iter().zip(roots) {
            if seen.insert(root) || root == *named {
                let one = self.act_on(via, root, &actions, batch)?;
                let events = one.result.as_deref().unwrap_or_default();
                batch = batch.or(events.first().map(|event| event.by.batch));
                acted.push(Acted { named: (root != *named).then_some(*named), ..one });
            }
        }
        Ok(acted)
    }

    fn act_on(
        &mut self,
        via: &'static str,
        number: Number,
        actions: &[Resolved],
        batch: Option<BatchId>,
    ) -> Result<Acted> {
        let result = self.write(via, Ending::Commit, |tx, scene| {
            tx.go_on(batch);
            let mut conversation = facts::conversation(tx, number)?;
            let directory = scene.directory();
            let doer = Doer { actor: scene.me, reason: Reason::Asked, cause: None };
            let mut events = Vec::new();
            for action in actions {
                events.extend(perform(tx, &mut conversation, action, &doer, &directory)?.events);
            }
            Ok(events)
        });
        match result {
            Ok(events) => Ok(Acted { number, named: None, result: Ok(events) }),
            Err(error) => match error.downcast::<Failure>() {
                Ok(failure) => Ok(Acted { number, named: None, result: Err(failure) }),
                Err(error) => Err(error),
            },
        }
    }
}

/// Decides one action on a conversation as it stands, and records what was decided.
pub(super) fn perform(
    tx: &Tx<'_>,
    conversation: &mut Conversation,
    action: &Resolved,
    doer: &Doer<'_>,
    directory: &Directory,
) -> Result<Done> {
    let decision = {
        let level = directory.level_of(doer.actor, &conversation.inbox).map_err(Failure::from)?;
        let context = Context { now: tx.now(), actor: doer.actor, level, directory };
        decide(conversation, action, &context).map_err(Failure::from)?
    };
    let act = act_of(doer, tx.now());
    let mut done = Done::default();
    for outcome in decision.outcomes {
        match outcome {
            Outcome::Change(change) => {
                done.events.extend(tx.record(conversation, &act, &[change])?);
            }
            Outcome::Note(text) => {
                done.events.extend(tx.record_note(conversation, &act, text.as_str())?);
            }
            Outcome::Stop => done.stop = true,
        }
    }
    Ok(done)
}

fn act_of<'a>(doer: &'a Doer<'_>, effective: Time) -> Act<'a> {
    Act { actor: doer.actor, reason: &doer.reason, cause: doer.cause, effective }
}

impl Scene<'_> {
    /// Refuses somebody who may not even read an inbox.
    pub(super) fn level_in(
        &self,
        directory: &Directory,
        inbox: &crate::domain::InboxName,
    ) -> Result<crate::domain::Level, Failure> {
        directory.level_of(self.me, inbox).map_err(Failure::from)
    }
}
