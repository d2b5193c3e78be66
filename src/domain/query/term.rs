//! The terms, as people write them: one test each, with its canonical text.

use std::fmt;

use super::party::Party;
use super::pattern::Pattern;
use super::range::{Day, Range};
use super::text::{Text, quoted};
use crate::domain::{
    AgentName, Assignee, Duration, FieldName, InboxName, MessageId, Number, Priority, Status, Tag,
    TeamName,
};

/// One test of a conversation or of its messages in view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// `is:open`
    Is(Is),
    /// `inbox:support`
    Inbox(InboxName),
    /// `assignee:anna`
    Assignee(Who),
    /// `team:finance`: the team has it, or an agent who is in the team.
    Team(TeamName),
    /// `tag:billing`; none stands for `tag:none`.
    Tag(Option<Tag>),
    /// `from:erika@example.org`
    From(Party),
    /// `to:@example.org`
    To(Party),
    /// `subject:invoice`
    Subject(Text),
    /// `text:invoice`: the visible text.
    Body(Text),
    /// `invoice`: subject, visible text or author.
    Anywhere(Text),
    /// `id:142`
    Id(Id),
    /// `priority:high..`
    Priority(Range<Priority>),
    /// `field.order:A-77`
    Field(FieldName, FieldTest),
    /// `date:2026-05`: when a message came in or was queued.
    Date(Range<Day>),
    /// `age:2d..`: since the conversation was opened.
    Age(Range<Duration>),
    /// `idle:2d..`: since the last act of a person.
    Idle(Range<Duration>),
    /// `has:attachment`
    Attachment,
}

impl Term {
    /// The name of every term, as written before the colon.
    pub const NAMES: [&str; 16] = [
        "age",
        "assignee",
        "date",
        "field.NAME",
        "from",
        "has",
        "id",
        "idle",
        "inbox",
        "is",
        "priority",
        "subject",
        "tag",
        "team",
        "text",
        "to",
    ];

    /// The agent or team that it names.
    #[must_use]
    pub fn assignee(&self) -> Option<Assignee> {
        match self {
            Term::Assignee(Who::Agent(name)) => Some(Assignee::Agent(name.clone())),
            Term::Team(name) => Some(Assignee::Team(name.clone())),
            _ => None,
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Is(is) => write!(f, "is:{is}"),
            Term::Inbox(inbox) => write!(f, "inbox:{inbox}"),
            Term::Assignee(who) => write!(f, "assignee:{who}"),
            Term::Team(team) => write!(f, "team:{team}"),
            Term::Tag(Some(tag)) => write!(f, "tag:{tag}"),
            Term::Tag(None) => f.write_str("tag:none"),
            Term::From(party) => write!(f, "from:{party}"),
            Term::To(party) => write!(f, "to:{party}"),
            Term::Subject(text) => write!(f, "subject:{text}"),
            Term::Body(text) => write!(f, "text:{text}"),
            Term::Anywhere(text) => text.fmt(f),
            Term::Id(id) => write!(f, "id:{id}"),
            Term::Priority(range) => write!(f, "priority:{}", OneOrRange(range)),
            Term::Field(name, test) => write!(f, "field.{name}:{test}"),
            Term::Date(range) => write!(f, "date:{}", OneOrRange(range)),
            Term::Age(range) => write!(f, "age:{range}"),
            Term::Idle(range) => write!(f, "idle:{range}"),
            Term::Attachment => f.write_str("has:attachment"),
        }
    }
}

/// A range whose ends are the same is written as that one value.
struct OneOrRange<'a, T>(&'a Range<T>);

impl<T: fmt::Display + PartialEq> fmt::Display for OneOrRange<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Range::Between(start, end) if start == end => start.fmt(f),
            range => range.fmt(f),
        }
    }
}

/// What a conversation can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Is {
    /// Of this status.
    Of(StatusKind),
    /// Nobody must act.
    Unassigned,
    /// The contact spoke last and waits.
    Unanswered,
    /// A message in view came in, and no person wrote it.
    Automatic,
    /// Something of a message in view could not be understood.
    Defective,
    /// A message in view came in, and our own mail server found that DMARC passed.
    Verified,
    /// A message in view says that a mail could not be delivered.
    Bounce,
}

impl Is {
    /// Every value of `is:`.
    pub const ALL: [Is; 11] = [
        Is::Of(StatusKind::Open),
        Is::Of(StatusKind::Pending),
        Is::Of(StatusKind::Snoozed),
        Is::Of(StatusKind::Closed),
        Is::Of(StatusKind::Spam),
        Is::Unassigned,
        Is::Unanswered,
        Is::Automatic,
        Is::Defective,
        Is::Verified,
        Is::Bounce,
    ];

    /// The word in queries.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Is::Of(kind) => kind.as_str(),
            Is::Unassigned => "unassigned",
            Is::Unanswered => "unanswered",
            Is::Automatic => "automatic",
            Is::Defective => "defective",
            Is::Verified => "verified",
            Is::Bounce => "bounce",
        }
    }
}

impl fmt::Display for Is {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A status without what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatusKind {
    /// Our turn.
    Open,
    /// The contact's turn.
    Pending,
    /// Put aside, until whenever.
    Snoozed,
    /// Done.
    Closed,
    /// Not for us.
    Spam,
}

impl StatusKind {
    /// The word in the store and in queries: that of [`Status::as_str`].
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            StatusKind::Open => "open",
            StatusKind::Pending => "pending",
            StatusKind::Snoozed => "snoozed",
            StatusKind::Closed => "closed",
            StatusKind::Spam => "spam",
        }
    }
}

impl From<Status> for StatusKind {
    fn from(status: Status) -> Self {
        match status {
            Status::Open => StatusKind::Open,
            Status::Pending => StatusKind::Pending,
            Status::Snoozed { .. } => StatusKind::Snoozed,
            Status::Closed => StatusKind::Closed,
            Status::Spam => StatusKind::Spam,
        }
    }
}

/// Whom a conversation is assigned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// This agent, not a team that the agent is in.
    Agent(AgentName),
    /// The agent who asks.
    Me,
    /// Nobody.
    None,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Agent(agent) => agent.fmt(f),
            Who::Me => f.write_str("me"),
            Who::None => f.write_str("none"),
        }
    }
}

/// One conversation or message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Id {
    /// `142`
    Conversation(Number),
    /// `m881`
    Message(MessageId),
    /// `abc@example.org`: a Message-ID without angle brackets, compared byte by byte.
    Header(String),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Id::Conversation(number) => number.fmt(f),
            Id::Message(id) => id.fmt(f),
            Id::Header(id) => quoted(f, id),
        }
    }
}

/// What a field must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldTest {
    /// Some value.
    Any,
    /// No value.
    None,
    /// This text as a whole, without regard to case.
    Exactly(String),
    /// A regular expression.
    Pattern(Pattern),
}

impl FieldTest {
    /// Whether the value, or its absence, passes.
    #[must_use]
    pub fn passes(&self, value: Option<&str>) -> bool {
        match (self, value) {
            (FieldTest::Any, value) => value.is_some(),
            (FieldTest::None, value) => value.is_none(),
            (_, None) => false,
            (FieldTest::Exactly(text), Some(value)) => text.to_lowercase() == value.to_lowercase(),
            (FieldTest::Pattern(pattern), Some(value)) => pattern.is_in(value),
        }
    }
}

impl fmt::Display for FieldTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldTest::Any => f.write_str("any"),
            FieldTest::None => f.write_str("none"),
            FieldTest::Exactly(text) => quoted(f, text),
            FieldTest::Pattern(pattern) => pattern.fmt(f),
        }
    }
}
