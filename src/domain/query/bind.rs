//! Binding: whatever depends on who asks, and when, becomes an absolute value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone};

use super::Query;
use super::matches::Needs;
use super::party::Party;
use super::range::{Day, Range};
use super::term::{FieldTest, Id, Is, StatusKind, Term, Who};
use super::text::Text;
use super::tree::Tree;
use crate::domain::{
    AgentName, Assignee, Duration, FieldName, InboxName, MessageId, Number, Priority, Tag,
    TeamName, Time, Zone,
};

/// Who asks, and when.
#[derive(Debug, Clone)]
pub struct BindContext<'a> {
    /// The instant that ages, idle times and days are counted from.
    pub now: Time,
    /// The zone of the desk, for days.
    pub zone: Zone,
    /// The agent who is `me`; without one `assignee:me` holds for no conversation.
    pub me: Option<AgentName>,
    /// The agents of each team.
    pub teams: &'a BTreeMap<TeamName, Vec<AgentName>>,
}

/// A query with nothing relative left: it means the same wherever and whenever it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound(Tree<BoundTerm>);

impl Bound {
    /// The terms and how they are joined.
    #[must_use]
    pub fn tree(&self) -> &Tree<BoundTerm> {
        &self.0
    }

    /// What must be loaded to decide it.
    #[must_use]
    pub fn needs(&self) -> Needs {
        let needs = self.0.terms().into_iter().map(|term| term.test.needs());
        needs.max().unwrap_or(Needs::Conversation)
    }
}

/// The canonical text of the query that was bound.
impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A test in absolute values, with the canonical text of the term that it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundTerm {
    /// The test.
    pub test: Test,
    written: String,
}

impl fmt::Display for BoundTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// What is tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Something of the conversation.
    Conversation(OfConversation),
    /// Something of a message: it holds if any message in view has it.
    Message(OfMessage),
}

/// A test of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfConversation {
    /// It has this number.
    Number(Number),
    /// It is in this inbox.
    Inbox(InboxName),
    /// It has this status.
    Status(StatusKind),
    /// One of these must act; of an empty set, nobody does.
    AssignedTo(BTreeSet<Assignee>),
    /// Nobody must act.
    Unassigned,
    /// The contact waits: `waiting_since` is set.
    Unanswered,
    /// Its priority is one of these.
    Priority(BTreeSet<Priority>),
    /// It has this tag.
    Tagged(Tag),
    /// It has no tag.
    Untagged,
    /// Its field of this name passes.
    Field(FieldName, FieldTest),
    /// It was opened then.
    Opened(Window),
    /// A person last acted then.
    LastPerson(Window),
}

/// A test of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfMessage {
    /// It has this id.
    Id(MessageId),
    /// It has this Message-ID, without angle brackets.
    Header(String),
    /// It came in and its class is not person.
    Automatic,
    /// Something of it could not be understood.
    Defective,
    /// It came in and DMARC passed.
    Verified,
    /// It says that a mail could not be delivered.
    Bounce,
    /// It has an attachment.
    Attachment,
    /// It came in or was queued then.
    Received(Window),
    /// Its author is this party.
    From(Party),
    /// One of its recipients is this party.
    To(Party),
    /// Its subject has this.
    Subject(Text),
    /// Its visible text has this.
    Body(Text),
    /// Its subject, visible text or author has this.
    Anywhere(Text),
}

/// The instants of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant in it; none for all before.
    pub from: Option<Time>,
    /// The first instant after it; none for all after.
    pub before: Option<Time>,
}

impl Window {
    /// Whether the instant lies in it.
    #[must_use]
    pub fn contains(&self, at: Time) -> bool {
        self.from.is_none_or(|from| from <= at) && self.before.is_none_or(|before| at < before)
    }

    /// The instants whose distance to `now` lies in the range, both ends included.
    fn ago(range: &Range<Duration>, now: Time) -> Self {
        Window {
            from: range.end().map(|longest| now - *longest),
            before: range.start().map(|shortest| now - *shortest + Duration(1)),
        }
    }

    /// The instants of the days of the range.
    fn days(range: &Range<Day>, cx: &BindContext<'_>) -> Self {
        let today = cx.now.utc().with_timezone(&cx.zone).date_naive();
        Window {
            from: range.start().map(|day| midnight(day.first(today), cx.zone)),
            before: range.end().map(|day| midnight(day.next(today), cx.zone)),
        }
    }
}

/// The first instant of a day. Where a change of the clock skips midnight, the first one after it.
fn midnight(date: NaiveDate, zone: Zone) -> Time {
    let midnight = date.and_time(NaiveTime::MIN);
    // Samoa once skipped a whole day: look through two, minute by minute.
    let minutes = (0..=2 * 24 * 60).map(TimeDelta::minutes);
    let mut local = minutes.filter_map(|later| midnight.checked_add_signed(later));
    let first = local.find_map(|local| zone.from_local_datetime(&local).earliest());
    first.map_or(Time(midnight.and_utc().timestamp_millis()), |at| Time(at.timestamp_millis()))
}

impl Query {
    /// Fixes what is relative: times to instants, `me` and teams to sets of assignees.
    #[must_use]
    pub fn bind(&self, cx: &BindContext<'_>) -> Bound {
        Bound(
            self.tree()
                .map(&|term: &Term| BoundTerm { test: test(term, cx), written: term.to_string() }),
        )
    }
}

fn test(term: &Term, cx: &BindContext<'_>) -> Test {
    use OfConversation as C;
    use OfMessage as M;
    use Test::{Conversation, Message};
    match term.clone() {
        Term::Is(Is::Of(kind)) => Conversation(C::Status(kind)),
        Term::Is(Is::Unassigned) | Term::Assignee(Who::None) => Conversation(C::Unassigned),
        Term::Is(Is::Unanswered) => Conversation(C::Unanswered),
        Term::Is(Is::Automatic) => Message(M::Automatic),
        Term::Is(Is::Defective) => Message(M::Defective),
        Term::Is(Is::Verified) => Message(M::Verified),
        Term::Is(Is::Bounce) => Message(M::Bounce),
        Term::Inbox(inbox) => Conversation(C::Inbox(inbox)),
        Term::Assignee(Who::Agent(agent)) => {
            Conversation(C::AssignedTo([Assignee::Agent(agent)].into()))
        }
        Term::Assignee(Who::Me) => {
            Conversation(C::AssignedTo(cx.me.iter().cloned().map(Assignee::Agent).collect()))
        }
        Term::Team(team) => Conversation(C::AssignedTo(members(team, cx))),
        Term::Tag(Some(tag)) => Conversation(C::Tagged(tag)),
        Term::Tag(None) => Conversation(C::Untagged),
        Term::Priority(range) => {
            let among = Priority::ALL.into_iter().filter(|priority| range.contains(priority));
            Conversation(C::Priority(among.collect()))
        }
        Term::Field(name, test) => Conversation(C::Field(name, test)),
        Term::Age(range) => Conversation(C::Opened(Window::ago(&range, cx.now))),
        Term::Idle(range) => Conversation(C::LastPerson(Window::ago(&range, cx.now))),
        Term::Id(Id::Conversation(number)) => Conversation(C::Number(number)),
        Term::Id(Id::Message(id)) => Message(M::Id(id)),
        Term::Id(Id::Header(id)) => Message(M::Header(id)),
        Term::From(party) => Message(M::From(party)),
        Term::To(party) => Message(M::To(party)),
        Term::Subject(text) => Message(M::Subject(text)),
        Term::Body(text) => Message(M::Body(text)),
        Term::Anywhere(text) => Message(M::Anywhere(text)),
        Term::Date(range) => Message(M::Received(Window::days(&range, cx))),
        Term::Attachment => Message(M::Attachment),
    }
}

/// The team itself and everybody in it.
fn members(team: TeamName, cx: &BindContext<'_>) -> BTreeSet<Assignee> {
    let agents = cx.teams.get(&team).into_iter().flatten().cloned().map(Assignee::Agent);
    agents.chain([Assignee::Team(team)]).collect()
}
