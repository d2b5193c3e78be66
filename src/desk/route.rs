//! Rules on arrivals: each arrival is routed exactly once, in order, each rule seeing what the one
//! before changed.

use anyhow::Result;

use super::act::{Doer, perform};
use super::facts::{self, TextOf};
use super::{Desk, Failure, Scene};
use crate::config::{self, Rulebook, Warning};
use crate::domain::query::{BindContext, Facts, Verdict};
use crate::domain::rule::Rule;
use crate::domain::{Actor, Change, Conversation, Directory, EventId, MessageId, Number, Reason};
use crate::host::log::Level;
use crate::store::{Ending, Snapshot, Tx};

/// What the rules made of one arrival.
#[derive(Debug, Clone)]
pub struct Routed {
    /// The conversation.
    pub number: Number,
    /// The message that arrived.
    pub message: MessageId,
    /// Every rule that was asked, in order.
    pub rules: Vec<Asked>,
}

impl Routed {
    /// All changes, in order.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.rules.iter().flat_map(|asked| match &asked.answer {
            Answer::Matched { changes, .. } => changes.as_slice(),
            Answer::Failed { .. } => &[],
        })
    }
}

impl Routed {
    /// Actions that were refused: the rule, and why.
    pub fn refused(&self) -> impl Iterator<Item = (&Asked, &str)> {
        self.rules.iter().flat_map(|asked| {
            let refused = match &asked.answer {
                Answer::Matched { refused, .. } => refused.as_slice(),
                Answer::Failed { .. } => &[],
            };
            refused.iter().map(move |why| (asked, why.as_str()))
        })
    }
}

/// One rule that was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its name.
    pub rule: String,
    /// Its place, `rules/20-route.toml:7`.
    pub at: String,
    /// What it said.
    pub answer: Answer,
}

/// What a rule said to an arrival.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Its query held.
    Matched {
        /// What it changed.
        changes: Vec<Change>,
        /// Actions that were refused, and why.
        refused: Vec<String>,
        /// Whether it ended the run.
        stop: bool,
    },
    /// The query failed, first at this term.
    Failed {
        /// The term.
        term: String,
    },
}

/// Whether a run counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It does.
    ForReal,
    /// It shows what would be: also for arrivals that were routed already.
    DryRun,
}

impl Desk {
    /// The rules of the desk, and what is odd about them.
    ///
    /// # Errors
    /// Everything that is wrong in `rules/`.
    pub fn rules(&self) -> Result<(Rulebook, Vec<Warning>)> {
        Ok(config::rules::load(&self.config).map_err(Failure::config)?)
    }

    /// Routes what no rule has seen yet: in these conversations, or everywhere.
    ///
    /// # Errors
    /// When one of these is no conversation, before anything is done; and those of the store.
    pub fn route(
        &mut self,
        numbers: Option<&[Number]>,
        rules: &[Rule],
        mode: Mode,
    ) -> Result<Vec<Routed>> {
        self.must_exist(numbers.unwrap_or_default())?;
        let arrivals = self.read(|snapshot| arrivals(snapshot, numbers, mode))?;
        let ending = match mode {
            Mode::ForReal => Ending::Commit,
            Mode::DryRun => Ending::Rollback,
        };
        let mut all = Vec::new();
        for (message, number) in arrivals {
            let routed = self.write("route", ending, |tx, scene| match mode {
                Mode::ForReal => route_arrival(tx, scene, message, number, TextOf::Raw, rules),
                Mode::DryRun => run(tx, scene, message, number, TextOf::Raw, rules).map(Some),
            })?;
            if let (Mode::ForReal, Some(routed)) = (mode, &routed) {
                self.log_refused(routed);
            }
            all.extend(routed);
        }
        Ok(all)
    }
}

impl Desk {
    /// A rule that may not do what it says is for an administrator to mend.
    pub(super) fn log_refused(&self, routed: &Routed) {
        for (asked, why) in routed.refused() {
            let (message, number) = (routed.message, routed.number);
            let line = format!(
                "{message} conversation={number} rule '{}' ({}) refused: {why}",
                asked.rule, asked.at
            );
            self.log(Level::Warning, &line);
        }
    }
}

/// The arrivals to route: those that no rule has seen, or for a rehearsal in named conversations
/// the last one of each, seen or not.
fn arrivals(
    snapshot: &Snapshot<'_>,
    numbers: Option<&[Number]>,
    mode: Mode,
) -> Result<Vec<(MessageId, Number)>> {
    let Some(numbers) = numbers else { return snapshot.unrouted(None) };
    let mut found = Vec::new();
    for number in numbers {
        match mode {
            Mode::ForReal => found.extend(snapshot.unrouted(Some(*number))?),
            Mode::DryRun => {
                let last = snapshot.last_arrival_of(*number)?;
                found.extend(last.map(|message| (message, *number)));
            }
        }
    }
    Ok(found)
}

/// Routes one arrival, unless that was done before.
pub(super) fn route_arrival(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    message: MessageId,
    number: Number,
    text: TextOf<'_>,
    rules: &[Rule],
) -> Result<Option<Routed>> {
    if !tx.mark_routed(message, number)? {
        return Ok(None);
    }
    run(tx, scene, message, number, text, rules).map(Some)
}

fn run(
    tx: &Tx<'_>,
    scene: &Scene<'_>,
    message: MessageId,
    number: Number,
    text: TextOf<'_>,
    rules: &[Rule],
) -> Result<Routed> {
    let directory = scene.directory();
    let mut routed = Routed { number, message, rules: Vec::new() };
    // What was merged away since is routed where it is shown.
    let root = tx.root(number)?.unwrap_or(number);
    let Some(mut conversation) = tx.conversation(root)? else { return Ok(routed) };
    let cause = tx.event_of_message(message, number)?.map(|event| event.id);
    for rule in rules {
        let answer = scene.bind(tx.now(), &directory, |cx| {
            ask(tx, &mut conversation, message, text, rule, cause, &directory, cx)
        })?;
        let stop = matches!(answer, Answer::Matched { stop: true, .. });
        let at = rule.at.to_string();
        routed.rules.push(Asked { rule: rule.name.clone(), at, answer });
        if stop {
            break;
        }
    }
    Ok(routed)
}

#[allow(clippy::too_many_arguments)]
fn ask(
    tx: &Tx<'_>,
    conversation: &mut Conversation,
    message: MessageId,
    text: TextOf<'_>,
    rule: &Rule,
    cause: Option<EventId>,
    directory: &Directory,
    cx: &BindContext<'_>,
) -> Result<Answer> {
    let bound = rule.when.bind(cx);
    let view = [facts::of_message(tx, message, text, bound.needs())?];
    if let Verdict::No(term) = bound.matches(&Facts { conversation, in_view: &view }) {
        return Ok(Answer::Failed { term: term.to_string() });
    }
    let reason =
        Reason::Rule { rule: rule.name.clone(), file: rule.at.file.clone(), line: rule.at.line };
    let doer = Doer { actor: &Actor::Postroom, reason, cause };
    let (mut changes, mut refused, mut stop) = (Vec::new(), Vec::new(), false);
    for action in &rule.then {
        let resolved = match action.resolve(None) {
            Ok(resolved) => resolved,
            Err(refusal) => {
                refused.push(format!("{action}: {refusal}"));
                continue;
            }
        };
        match perform(tx, conversation, &resolved, &doer, directory) {
            Ok(done) => {
                changes.extend(done.events.into_iter().map(|event| event.change));
                stop |= done.stop;
            }
            Err(error) => match error.downcast::<Failure>() {
                Ok(failure) => refused.push(format!("{action}: {failure}")),
                Err(error) => return Err(error),
            },
        }
        if stop {
            break;
        }
    }
    Ok(Answer::Matched { changes, refused, stop })
}
