//! The finished figures, with names that stay: they stand in JSON (R221).

use std::fmt;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::{Period, Spread};
use crate::domain::{Actor, AgentName, Assignee, InboxName, TeamName, Zone};

/// What came, went and stayed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Conversations that began.
    pub opened: u64,
    /// Closed conversations that were opened again.
    pub reopened: u64,
    /// Closings.
    pub closed: u64,
    /// Messages that came from outside, of whatever class.
    pub arrived: u64,
    /// Replies of persons that were put into the outbox.
    pub replies: u64,
    /// Conversations with status `open` at the end.
    pub open: u64,
    /// Conversations with status `pending` at the end.
    pub pending: u64,
    /// Conversations with status `snoozed` at the end.
    pub snoozed: u64,
}

impl Counts {
    /// What is not done at the end: open, pending and snoozed.
    #[must_use]
    pub fn backlog(&self) -> u64 {
        self.open + self.pending + self.snoozed
    }
}

/// All figures of one inbox, or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Flow {
    /// What came, went and stayed.
    #[serde(flatten)]
    pub counts: Counts,
    /// From the contact's first message to the first reply of a person (R204, R205).
    pub first_response: Spread,
    /// From the beginning to the first close (R206).
    pub first_resolution: Spread,
    /// From the beginning to the last close (R206).
    pub full_resolution: Spread,
}

/// The figures of one inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InboxFlow {
    /// Which inbox.
    pub inbox: InboxName,
    /// Its figures.
    #[serde(flatten)]
    pub flow: Flow,
}

/// What happened on one day of the desk's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Day {
    /// The day.
    #[serde(serialize_with = "as_text")]
    pub date: NaiveDate,
    /// Conversations that began.
    pub opened: u64,
    /// Closings.
    pub closed: u64,
    /// Messages that came from outside.
    pub arrived: u64,
    /// Replies of persons.
    pub replies: u64,
}

impl Day {
    /// A day on which nothing happened.
    pub(super) fn empty(date: NaiveDate) -> Self {
        Day { date, opened: 0, closed: 0, arrived: 0, replies: 0 }
    }
}

/// One who has work. Ordered: agents, teams, logins, nobody; each by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub enum Who {
    /// An agent.
    Agent(AgentName),
    /// A team; teams have conversations but write no replies.
    Team(TeamName),
    /// A Unix login that no agent has.
    Login(String),
    /// Nobody: what is not assigned.
    Nobody,
}

impl Who {
    /// Who has to act.
    pub(super) fn must_act(assignee: Option<&Assignee>) -> Self {
        match assignee {
            Some(Assignee::Agent(name)) => Who::Agent(name.clone()),
            Some(Assignee::Team(name)) => Who::Team(name.clone()),
            None => Who::Nobody,
        }
    }

    /// Who wrote a reply. Only agents and logins are persons of ours.
    pub(super) fn wrote(actor: &Actor) -> Self {
        match actor {
            Actor::Agent(name) => Who::Agent(name.clone()),
            Actor::Login(login) => Who::Login(login.clone()),
            Actor::Contact | Actor::Postroom => Who::Nobody,
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Agent(name) => f.pad(name.as_str()),
            Who::Team(name) => f.pad(&format!("team:{name}")),
            Who::Login(login) => f.pad(&format!("login:{login}")),
            Who::Nobody => f.pad("none"),
        }
    }
}

impl From<Who> for String {
    fn from(who: Who) -> String {
        who.to_string()
    }
}

/// What one has to do and has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Load {
    /// Who.
    pub who: Who,
    /// Conversations with status `open`, assigned to them at the end of the period.
    pub open: u64,
    /// Replies they wrote in the period.
    pub replies: u64,
}

/// What the figures do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Conversations that are spam at the end and in which something happened in the period.
    pub spam: u64,
    /// Conversations that are merged into another at the end and in which something happened.
    pub merged: u64,
    /// Conversations whose first event is missing; `check` names them.
    pub damaged: u64,
}

/// The finished report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measures {
    /// Which period.
    #[serde(flatten)]
    pub period: Period,
    /// The zone in which days begin.
    #[serde(serialize_with = "as_text")]
    pub zone: Zone,
    /// All inboxes together.
    pub total: Flow,
    /// Each inbox in which anything is to be counted, by name.
    pub inboxes: Vec<InboxFlow>,
    /// Each day, oldest first. Up to a year has every day of the period; a longer one reaches from
    /// the first day on which anything happened to the last.
    pub days: Vec<Day>,
    /// Each who has anything, agents first.
    pub load: Vec<Load>,
    /// What is not in these figures.
    pub left_out: LeftOut,
}

/// Writes a value as people read it.
pub(super) fn as_text<T: fmt::Display, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}
