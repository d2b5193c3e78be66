//! What a query asks, as a condition on the table `conversation`.
//!
//! Not every term can be decided in SQL: a regex, words while messages wait to be indexed. So a
//! query has two conditions. The outer one holds wherever the query does, the inner one only where
//! it does; between them only `Bound::matches` can tell. A term that SQL decides is the same in
//! both, and `not` takes the one for the other.

use rusqlite::types::Value;

use super::search::of_recipient;
use crate::domain::Address;
use crate::domain::address::domain_key;
use crate::domain::query::{
    BoundTerm, Domain, FieldTest, OfConversation, OfMessage, Party, Test, Text, Tree, Window,
};
use crate::domain::repeat::RUN;

/// The side from which a condition comes near to what the query means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// It holds for all that is meant, and maybe for more.
    Outer,
    /// It holds for nothing but what is meant, and maybe for less.
    Inner,
}

/// Whether the full-text index has all messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Index {
    /// It has.
    Complete,
    /// Some messages wait to be indexed.
    Behind,
}

/// A piece of SQL with the values of its `?`, in their order. Never NULL where it is a condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sql {
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

/// The condition of a query.
pub(super) fn condition(tree: &Tree<BoundTerm>, edge: Edge, index: Index) -> Sql {
    let all = |parts: &[Tree<BoundTerm>]| -> Vec<Sql> {
        parts.iter().map(|part| condition(part, edge, index)).collect()
    };
    match tree {
        Tree::And(parts) => joined(&all(parts), "AND").unwrap_or_else(|| Sql::plain("1")),
        Tree::Or(parts) => joined(&all(parts), "OR").unwrap_or_else(|| Sql::plain("0")),
        Tree::Not(inner) => condition(inner, edge.other(), index).within("NOT (", ")"),
        Tree::Term(term) => match &term.test {
            Test::Conversation(test) => of_conversation(test, edge),
            Test::Message(test) => of_message(test, edge, index),
        },
    }
}

/// Halves first: SQLite takes no expression of more than 1,000 levels.
fn joined(parts: &[Sql], word: &str) -> Option<Sql> {
    match parts {
        [] => None,
        [only] => Some(only.clone()),
        _ => {
            let (left, right) = parts.split_at(parts.len() / 2);
            let right = joined(right, word)?;
            Some(joined(left, word)?.then(&format!(" {word} "), right).within("(", ")"))
        }
    }
}

impl Edge {
    fn other(self) -> Self {
        match self {
            Edge::Outer => Edge::Inner,
            Edge::Inner => Edge::Outer,
        }
    }

    /// What to say where SQL cannot tell.
    fn unknown(self) -> Sql {
        match self {
            Edge::Outer => Sql::plain("1"),
            Edge::Inner => Sql::plain("0"),
        }
    }
}

impl Sql {
    fn plain(text: &str) -> Self {
        Sql { text: text.to_owned(), values: Vec::new() }
    }

    fn new<const N: usize>(text: &str, values: [Value; N]) -> Self {
        Sql { text: text.to_owned(), values: values.into() }
    }

    /// `before` followed by a list in parentheses; an empty one holds for nothing.
    fn among(before: &str, values: Vec<Value>) -> Self {
        let marks = vec!["?"; values.len()].join(", ");
        Sql { text: format!("{before} ({marks})"), values }
    }

    fn within(self, before: &str, after: &str) -> Self {
        Sql { text: format!("{before}{}{after}", self.text), ..self }
    }

    fn and(self, plain: &str) -> Self {
        self.within("", &format!(" AND {plain}"))
    }

    fn then(mut self, between: &str, next: Sql) -> Self {
        self.text.push_str(between);
        self.text.push_str(&next.text);
        self.values.extend(next.values);
        self
    }
}

fn text(value: &str) -> Value {
    Value::from(value.to_owned())
}

fn of_conversation(test: &OfConversation, edge: Edge) -> Sql {
    match test {
        OfConversation::Number(number) => Sql::new("number = ?", [number.0.into()]),
        OfConversation::Inbox(inbox) => Sql::new("inbox = ?", [text(inbox.as_str())]),
        OfConversation::Status(kind) => Sql::new("status = ?", [text(kind.as_str())]),
        OfConversation::AssignedTo(those) => {
            let those = those.iter().map(|assignee| assignee.to_string().into()).collect();
            Sql::among("assignee IN", those).within("(assignee IS NOT NULL AND ", ")")
        }
        OfConversation::Unassigned => Sql::plain("assignee IS NULL"),
        // From the index of the few that wait, which SQLite would not come to by itself.
        OfConversation::Unanswered => Sql::plain(
            "number IN (SELECT number FROM conversation WHERE waiting_since IS NOT NULL)",
        ),
        OfConversation::Priority(those) => {
            let those = those.iter().map(|priority| (*priority as i64).into()).collect();
            Sql::among("priority IN", those)
        }
        OfConversation::Tagged(tag) => Sql::new(
            "number IN (SELECT conversation FROM conversation_tag WHERE tag = ?)",
            [text(tag.as_str())],
        ),
        OfConversation::Untagged => Sql::plain(
            "NOT EXISTS (SELECT 1 FROM conversation_tag
                         WHERE conversation_tag.conversation = conversation.number)",
        ),
        OfConversation::Field(name, test) => field(name.as_str(), test, edge),
        OfConversation::Opened(window) => within("opened", window),
        OfConversation::LastPerson(window) => within("last_person", window),
    }
}

fn within(column: &str, window: &Window) -> Sql {
    let from = window.from.map(|from| Sql::new(&format!("{column} >= ?"), [from.0.into()]));
    let before = window.before.map(|before| Sql::new(&format!("{column} < ?"), [before.0.into()]));
    let ends: Vec<Sql> = from.into_iter().chain(before).collect();
    joined(&ends, "AND").unwrap_or_else(|| Sql::plain("1"))
}

fn field(name: &str, test: &FieldTest, edge: Edge) -> Sql {
    let set = "SELECT conversation FROM conversation_field WHERE name = ?";
    let set = Sql::new(set, [text(name)]);
    let fit = match (test, edge) {
        (FieldTest::None, _) => return set.within("number NOT IN (", ")"),
        (FieldTest::Pattern(_), Edge::Inner) => return edge.unknown(),
        (FieldTest::Any, _) | (FieldTest::Pattern(_), Edge::Outer) => set,
        (FieldTest::Exactly(value), _) => set.then(" AND ", is_value(value, edge)),
    };
    fit.within("number IN (", ")")
}

/// SQL folds the case of ASCII only: which other values are meant it cannot tell.
fn is_value(value: &str, edge: Edge) -> Sql {
    let same = Sql::new("lower(value) = ?", [value.to_lowercase().into()]);
    match edge {
        Edge::Outer => same.within("(", " OR length(value) < octet_length(value))"),
        Edge::Inner => same,
    }
}

fn of_message(test: &OfMessage, edge: Edge, index: Index) -> Sql {
    match test {
        OfMessage::Id(id) => homes(MESSAGE, Sql::new("message.id = ?", [id.0.into()])),
        OfMessage::Header(id) => homes(MESSAGE, Sql::new("message.message_id = ?", [text(id)])),
        OfMessage::Automatic => some("message.direction = 'in' AND message.class <> 'person'"),
        OfMessage::Bounce => homes(MESSAGE, Sql::plain("message.class = 'bounce'")),
        OfMessage::Defective => homes(DEFECT, Sql::plain("1")),
        OfMessage::Verified => some(
            "EXISTS (SELECT 1 FROM arrival
                     WHERE arrival.message = message.id AND arrival.dmarc = 'pass')",
        ),
        OfMessage::Attachment => some("message.attachments > 0"),
        OfMessage::Received(window) => homes(MESSAGE, within("message.received", window)),
        OfMessage::From(Party::Text(_))
        | OfMessage::To(Party::Text(_))
        | OfMessage::Subject(_)
        | OfMessage::Body(_)
        | OfMessage::Anywhere(_) => words(test, edge, index),
        OfMessage::From(Party::Address(address)) => homes(ADDRESS, is(address).and(AUTHOR)),
        OfMessage::From(Party::Domain(domain)) => homes(ADDRESS, of_domain(domain).and(AUTHOR)),
        OfMessage::To(Party::Address(address)) => homes(ADDRESS, is(address).and(RECIPIENT)),
        OfMessage::To(Party::Domain(domain)) => homes(ADDRESS, of_domain(domain).and(RECIPIENT)),
    }
}

/// A table whose rows lead to messages, and its column that names them.
type Lead = (&'static str, &'static str);

const MESSAGE: Lead = ("message", "message.id");
const ADDRESS: Lead = ("message_address", "message_address.message");
const DEFECT: Lead = ("message_defect", "message_defect.message");
const SEARCH: Lead = ("search", "search.rowid");

/// From the few messages that fit to where their homes are shown.
fn homes((table, id): Lead, fit: Sql) -> Sql {
    let lead = format!(
        "number IN (SELECT home.root FROM {table} CROSS JOIN entry ON entry.message = {id}
                    CROSS JOIN conversation AS home ON home.number = entry.conversation
                    WHERE "
    );
    fit.within(&lead, ")")
}

/// From a conversation to its messages: where so many messages fit that a list of them is no help.
fn some(fit: &str) -> Sql {
    Sql::plain(fit).within(
        "EXISTS (SELECT 1 FROM entry CROSS JOIN message ON message.id = entry.message
                 WHERE entry.conversation IN (SELECT member.conversation FROM member
                                              WHERE member.root = conversation.number)
                   AND ",
        ")",
    )
}

/// The first address of From.
const AUTHOR: &str = "role = 'from' AND NOT EXISTS (
                        SELECT 1 FROM message_address AS earlier
                        WHERE earlier.message = message_address.message AND earlier.role = 'from'
                          AND earlier.position < message_address.position)";

const RECIPIENT: &str = "role IN ('to', 'cc', 'recipient')";

/// One written with an extension means only that; one without, the same person with any.
fn is(address: &Address) -> Sql {
    let domain = domain_key(address.domain()).into();
    let (person, key) = (address.person_key().into(), address.key().into());
    Sql::new("domain = ? AND person = ? AND ? IN (key, person)", [domain, person, key])
}

fn of_domain(domain: &Domain) -> Sql {
    Sql::new("domain = ?", [text(domain.as_str())])
}

/// Words in a row in one of the columns of the full-text index.
fn words(test: &OfMessage, edge: Edge, index: Index) -> Sql {
    let Some(Asked { words, exactly }) = full_text(test) else { return edge.unknown() };
    let found = homes(SEARCH, Sql::new("search MATCH ?", [words.into()]));
    match (edge, index) {
        (Edge::Inner, _) if !exactly => edge.unknown(),
        (Edge::Outer, Index::Behind) => {
            let waiting = homes(MESSAGE, Sql::plain("message.indexed = 0"));
            found.then(" OR ", waiting).within("(", ")")
        }
        _ => found,
    }
}

/// What the full-text index is asked for a test.
pub(super) struct Asked {
    /// In the language of FTS5.
    pub(super) words: String,
    /// Whether all that has them is meant.
    pub(super) exactly: bool,
}

/// Nothing where the index cannot tell. Of a long phrase only the beginning is sure to stand in it in
/// a row. Words have letters and digits only, so nothing in them ends the quotes.
pub(super) fn full_text(test: &OfMessage) -> Option<Asked> {
    let (column, of) = match test {
        OfMessage::From(Party::Text(of)) => ("author : ", of),
        OfMessage::Subject(of) => ("subject : ", of),
        OfMessage::Body(of) => ("body : ", of),
        OfMessage::To(Party::Text(of)) | OfMessage::Anywhere(of) => ("", of),
        _ => return None,
    };
    match of {
        Text::Phrase(phrase) => {
            let words = phrase.words();
            let beginning = words.get(..RUN).unwrap_or(words);
            let in_a_row = match test {
                OfMessage::To(_) => of_recipient(&beginning.join(" ")),
                _ => beginning.join(" "),
            };
            Some(Asked {
                words: format!("{column}\"{in_a_row}\""),
                exactly: beginning.len() == words.len(),
            })
        }
        Text::Pattern(_) => None,
    }
}
