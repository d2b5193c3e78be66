//! The definition of what a query means: whatever else selects must agree with it.

use std::fmt;

use super::bind::{Bound, BoundTerm, OfConversation, OfMessage, Test};
use super::term::StatusKind;
use super::text::Text;
use super::tree::Tree;
use crate::domain::{Class, Conversation, Direction, MessageFacts};

/// A conversation and those of its messages that are looked at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The conversation.
    pub conversation: &'a Conversation,
    /// The messages in view: all of the conversation for `list`, the one that arrived for a rule.
    pub in_view: &'a [MessageFacts],
}

/// How much of a conversation must be loaded; each includes the ones before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Needs {
    /// Its own columns, tags and fields.
    Conversation,
    /// Its messages in view, without their texts.
    Messages,
    /// Their visible texts too.
    Texts,
}

/// Whether a query holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// It does.
    Yes,
    /// It does not.
    No(Failed<'a>),
}

impl Verdict<'_> {
    /// Whether the query holds.
    #[must_use]
    pub fn is_yes(self) -> bool {
        self == Verdict::Yes
    }
}

/// The first part, in the order of writing, for which the query does not hold: a term, a negation,
/// or an `or` of which no part holds. Prints as canonical text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed<'a>(&'a Tree<BoundTerm>);

impl fmt::Display for Failed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Bound {
    /// Whether the query holds for a conversation. The facts must have what [`Bound::needs`] says;
    /// a text that is not there has no words.
    #[must_use]
    pub fn matches(&self, facts: &Facts<'_>) -> Verdict<'_> {
        judge(self.tree(), facts)
    }
}

fn judge<'a>(tree: &'a Tree<BoundTerm>, facts: &Facts<'_>) -> Verdict<'a> {
    let holds = match tree {
        Tree::And(parts) => {
            let verdicts = parts.iter().map(|part| judge(part, facts));
            return verdicts.into_iter().find(|v| !v.is_yes()).unwrap_or(Verdict::Yes);
        }
        Tree::Or(parts) => parts.iter().any(|part| judge(part, facts).is_yes()),
        Tree::Not(inner) => !judge(inner, facts).is_yes(),
        Tree::Term(term) => term.test.holds(facts),
    };
    if holds { Verdict::Yes } else { Verdict::No(Failed(tree)) }
}

impl Test {
    /// Whether it holds.
    #[must_use]
    pub fn holds(&self, facts: &Facts<'_>) -> bool {
        match self {
            Test::Conversation(test) => test.holds(facts.conversation),
            Test::Message(test) => facts.in_view.iter().any(|message| test.holds(message)),
        }
    }

    /// What must be loaded to decide it.
    #[must_use]
    pub fn needs(&self) -> Needs {
        match self {
            Test::Conversation(_) => Needs::Conversation,
            Test::Message(OfMessage::Body(_) | OfMessage::Anywhere(_)) => Needs::Texts,
            Test::Message(_) => Needs::Messages,
        }
    }
}

impl OfConversation {
    /// Whether it holds for the conversation.
    #[must_use]
    pub fn holds(&self, c: &Conversation) -> bool {
        match self {
            OfConversation::Number(number) => c.number == *number,
            OfConversation::Inbox(inbox) => c.inbox == *inbox,
            OfConversation::Status(kind) => StatusKind::from(c.status) == *kind,
            OfConversation::AssignedTo(those) => {
                c.assignee.as_ref().is_some_and(|assignee| those.contains(assignee))
            }
            OfConversation::Unassigned => c.assignee.is_none(),
            OfConversation::Unanswered => c.waiting_since.is_some(),
            OfConversation::Priority(those) => those.contains(&c.priority),
            OfConversation::Tagged(tag) => c.tags.contains(tag),
            OfConversation::Untagged => c.tags.is_empty(),
            OfConversation::Field(name, test) => {
                test.passes(c.fields.get(name).map(String::as_str))
            }
            OfConversation::Opened(window) => window.contains(c.opened),
            OfConversation::LastPerson(window) => window.contains(c.last_person),
        }
    }
}

impl OfMessage {
    /// Whether it holds for the message.
    #[must_use]
    pub fn holds(&self, m: &MessageFacts) -> bool {
        let has = |text: &Text| m.text.as_ref().is_some_and(|visible| text.is_in(visible));
        let by = |text: &Text| m.from.as_ref().is_some_and(|from| text.is_in(&from.to_string()));
        match self {
            OfMessage::Id(id) => m.id == *id,
            OfMessage::Header(id) => m.message_id.as_ref() == Some(id),
            OfMessage::Automatic => m.direction == Direction::In && !m.class.is_person(),
            OfMessage::Defective => m.defective,
            OfMessage::Verified => m.verified,
            OfMessage::Bounce => m.class == Class::Bounce,
            OfMessage::Attachment => m.attachment,
            OfMessage::Received(window) => window.contains(m.received),
            OfMessage::From(party) => m.from.as_ref().is_some_and(|from| party.is(from)),
            OfMessage::To(party) => m.to.iter().any(|to| party.is(to)),
            OfMessage::Subject(text) => text.is_in(&m.subject),
            OfMessage::Body(text) => has(text),
            OfMessage::Anywhere(text) => text.is_in(&m.subject) || by(text) || has(text),
        }
    }
}
