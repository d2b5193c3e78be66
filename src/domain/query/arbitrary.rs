//! Generators for property tests: random queries, and random conversations with their messages.
//!
//! They fit together: every query of [`MATCHED`] holds for a fifth to four fifths of the cases, so
//! that joined ones hold for some. The store's property test, that `select` equals filtering by
//! `matches`, uses them too; it sets numbers and message ids to those that the store gave.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::{BindContext, Facts, FieldTest, Id, Pattern, Phrase, Query, Term, Text, Tree};
use crate::domain::{
    AgentName, Class, Conversation, Direction, Duration, Mailbox, MessageFacts, MessageId, Number,
    Priority, Status, TeamName, Time, Zone,
};

/// The instant of asking: Wednesday 2026-05-13, noon in the zone of the desk.
pub(crate) const NOW: Time = Time(1_778_666_400_000);

/// The zone of the desk.
pub(crate) fn zone() -> Zone {
    "Europe/Amsterdam".parse().unwrap()
}

/// Queries of which each holds for 20 to 80 % of the generated cases.
pub(crate) const MATCHED: [&str; 49] = [
    "is:open",
    "is:closed",
    "-is:open",
    "is:pending or is:snoozed or is:spam",
    "is:unassigned",
    "is:unanswered",
    "is:automatic",
    "is:verified",
    "inbox:support",
    "inbox:sales",
    "assignee:anna",
    "assignee:me",
    "assignee:none",
    "team:support",
    "team:finance",
    "tag:billing",
    "tag:none",
    "-tag:vip",
    "priority:high..",
    "priority:..low",
    "priority:normal..high",
    "field.order:a-77",
    "field.order:none",
    "field.order:/^b/",
    "age:2d..",
    "age:..2h",
    "age:2h..2d",
    "idle:1d..",
    "idle:..1d",
    "idle:2h..7d",
    "date:today",
    "date:yesterday..",
    "date:2026-05-01..2026-05-11",
    "date:2026-05-12",
    "date:..2026-05-11",
    "has:attachment",
    "is:defective",
    "is:bounce",
    "from:erika@example.org",
    "from:@example.org",
    "from:muller",
    "from:/łuczak/",
    "to:help@desk.example",
    "subject:invoice",
    "subject:\"open invoice\"",
    "subject:/rechnung|東京/",
    "text:lodz",
    "text:\"東京\"",
    "rechnung or printer",
];

/// The teams of the desk.
pub(crate) fn teams() -> BTreeMap<TeamName, Vec<AgentName>> {
    [("support", vec!["anna", "bram"]), ("finance", vec!["bram", "carla"])]
        .map(|(team, agents)| {
            let agents = agents.into_iter().map(|agent| agent.parse().unwrap()).collect();
            (team.parse().unwrap(), agents)
        })
        .into()
}

/// Anna asks, now.
pub(crate) fn context(teams: &BTreeMap<TeamName, Vec<AgentName>>) -> BindContext<'_> {
    BindContext { now: NOW, zone: zone(), me: Some("anna".parse().unwrap()), teams }
}

/// Queries joined of those in [`MATCHED`].
pub(crate) fn query() -> impl Strategy<Value = Query> {
    let leaf = select(&MATCHED[..]).prop_map(|written| written.parse::<Query>().unwrap().0);
    joined(leaf)
}

/// Queries of any words, values and regexes: for reading and printing, not for matching.
pub(crate) fn wild_query() -> impl Strategy<Value = Query> {
    joined(wild_term().prop_map(Tree::Term))
}

fn joined(leaf: impl Strategy<Value = Tree<Term>> + 'static) -> impl Strategy<Value = Query> {
    let tree = leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Tree::and),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Tree::or),
            inner.prop_map(Tree::not),
        ]
    });
    tree.prop_map(Query)
}

fn wild_text() -> impl Strategy<Value = Text> {
    let regex = "[a-zA-Z(|)\\\\/\\[\\]\" .*+-]{1,12}";
    prop_oneof![
        "\\PC{1,20}".prop_filter_map("no words", |s| Phrase::new(&s).ok().map(Text::Phrase)),
        select(&["and", "OR", "not", "-a", "/a/", "a:b", "(a)", "a\\", "\\\"a", "a*", "\na\t"][..])
            .prop_map(|s| Text::Phrase(Phrase::new(s).unwrap())),
        regex.prop_filter_map("no regex", |s| Pattern::new(&s).ok().map(Text::Pattern)),
    ]
}

fn wild_term() -> impl Strategy<Value = Term> {
    prop_oneof![
        wild_text().prop_map(Term::Anywhere),
        wild_text().prop_map(Term::Subject),
        wild_text().prop_map(Term::Body),
        "\\PC{0,12}".prop_map(|s| Term::Field("f".parse().unwrap(), FieldTest::Exactly(s))),
        "[!-;=?-~]{1,8}@[!-;=?-~]{1,8}".prop_map(|s| Term::Id(Id::Header(s))),
        select(&MATCHED[..]).prop_map(|written| {
            written.parse::<Query>().unwrap().terms().into_iter().next().unwrap().clone()
        }),
    ]
}

/// A conversation and all its messages.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) conversation: Conversation,
    pub(crate) messages: Vec<MessageFacts>,
}

impl Case {
    /// Everything in view.
    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts { conversation: &self.conversation, in_view: &self.messages }
    }
}

/// Conversations of one to three messages, with times at the edges of what queries ask for.
pub(crate) fn case() -> impl Strategy<Value = Case> {
    let messages = prop::collection::vec(message(), 1..4);
    (conversation(), messages).prop_map(|(conversation, mut messages)| {
        for (id, message) in (1..).zip(&mut messages) {
            message.id = MessageId(id);
            message.message_id = Some(format!("{id}@example.org"));
        }
        Case { conversation, messages }
    })
}

fn status() -> impl Strategy<Value = Status> {
    let until = NOW + Duration::days(3);
    prop_oneof![
        4 => Just(Status::Open),
        3 => Just(Status::Closed),
        1 => Just(Status::Pending),
        1 => Just(Status::Snoozed { until, keep_on_reply: false }),
        1 => Just(Status::Spam),
    ]
}

fn conversation() -> impl Strategy<Value = Conversation> {
    let whose = ["", "", "anna", "anna", "bram", "team:support", "team:finance"];
    let order = [None, None, Some("A-77"), Some("a-77"), Some("B-12"), Some("b")];
    (
        (1..5i64, select(&["support", "support", "sales"][..]), status()),
        (select(whose.to_vec()), select(&Priority::ALL[..])),
        (prop::array::uniform3(prop::bool::weighted(0.35)), select(order.to_vec())),
        (instant(), instant(), prop::option::of(instant())),
    )
        .prop_map(|((number, inbox, status), (whose, priority), (tags, order), times)| {
            let (opened, last_person, waiting_since) = times;
            let mut c = Conversation::new(Number(number), inbox.parse().unwrap(), opened);
            c.status = status;
            c.assignee = (!whose.is_empty()).then(|| whose.parse().unwrap());
            c.priority = priority;
            let on = ["billing", "vip", "new"].into_iter().zip(tags).filter(|(_, on)| *on);
            c.tags = on.map(|(tag, _)| tag.parse().unwrap()).collect();
            c.fields.extend(order.map(|value| ("order".parse().unwrap(), value.to_owned())));
            c.last_person = last_person;
            c.waiting_since = waiting_since;
            c
        })
}

/// Instants around the ends of spans, of days in the zone of the desk, and of a month.
fn instant() -> impl Strategy<Value = Time> {
    let edges: Vec<Time> = ["0s", "1h", "2h", "1d", "2d", "7d", "12h", "36h", "12d12h", "43d12h"]
        .map(|span| NOW - span.parse::<Duration>().unwrap())
        .into();
    (select(edges), -1..=1i64).prop_map(|(edge, off)| Time(edge.0 + off))
}

fn mailbox() -> impl Strategy<Value = Mailbox> {
    let people = [
        ("Erika Müller", "erika@example.org"),
        ("", "Erika+shop@EXAMPLE.org"),
        ("Jan Łuczak", "jan@sub.example.org"),
        ("購買部", "buy@例え.example"),
    ];
    select(people.to_vec())
        .prop_map(|(name, at)| Mailbox { name: name.to_owned(), address: at.parse().unwrap() })
}

fn desk() -> impl Strategy<Value = Vec<Mailbox>> {
    let own = ["help@desk.example", "sales@desk.example", "sales+eu@desk.example"];
    let own = own.map(|at| Mailbox { name: String::new(), address: at.parse().unwrap() });
    subsequence(own.to_vec(), 1..3)
}

fn prose() -> impl Strategy<Value = String> {
    let words = ["open", "invoice", "Rechnung", "Łódź", "東京都", "printer"];
    prop::collection::vec(select(words.to_vec()), 0..4).prop_map(|words| words.join(" "))
}

fn subject() -> impl Strategy<Value = String> {
    prop_oneof![2 => prose(), 1 => Just("Re: your open Invoice, no. 7".to_owned())]
}

fn message() -> impl Strategy<Value = MessageFacts> {
    (
        (prop::bool::weighted(0.7), prop::option::weighted(0.9, mailbox()), desk()),
        (subject(), prose()),
        (instant(), prop::bool::weighted(0.6)),
        (prop::bool::weighted(0.3), prop::bool::weighted(0.3)),
    )
        .prop_map(
            |(
                (came_in, from, to),
                (subject, text),
                (received, by_person),
                (attachment, defective),
            )| {
                MessageFacts {
                    id: MessageId(1),
                    direction: if came_in { Direction::In } else { Direction::Out },
                    message_id: None,
                    from,
                    to,
                    subject,
                    received,
                    class: match (by_person, attachment || defective) {
                        (true, _) => Class::Person,
                        (false, true) => Class::Bounce,
                        (false, false) => Class::Automatic,
                    },
                    verified: came_in && attachment == by_person,
                    attachment,
                    defective,
                    text: Some(text),
                }
            },
        )
}
