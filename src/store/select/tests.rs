//! What SQL decides alone, in which order, and by which indexes.

use super::*;
use crate::domain::query::Query;
use crate::domain::query::arbitrary::{NOW, context, teams};
use crate::domain::words::line;
use crate::domain::{Actor, Change, Class, Direction, MessageId, Reason, Step, Time};
use crate::store::{
    Act, Clock, ConfigText, Ending, IndexRow, NewMessage, RawBytes, Run, Store, Tx,
};

fn bound(query: &str) -> Bound {
    query.parse::<Query>().unwrap().bind(&context(&teams()))
}

const ACT: Act<'static> =
    Act { actor: &Actor::Postroom, reason: &Reason::Asked, cause: None, effective: NOW };

fn with<T>(f: impl FnOnce(&Tx<'_>) -> T) -> T {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create(&dir.path().join("postroom.db"), Clock::Test, NOW).unwrap();
    let config = ConfigText { hash: [0; 32], text: String::new() };
    let run = Run { now: NOW, via: "test", config };
    store.write(&run, Ending::Rollback, |tx| Ok(f(tx))).unwrap()
}

fn add_message(tx: &Tx<'_>, subject: &str) -> MessageId {
    let id = tx.next_message_id().unwrap();
    let message = NewMessage {
        identity: [u8::try_from(id.0).unwrap(); 32],
        identity_version: 1,
        raw: RawBytes::of(b""),
        direction: Direction::In,
        received: NOW,
        date: None,
        message_id: None,
        other_ids: &[],
        subject,
        class: Class::Person,
        signal: None,
        attachments: 0,
        addresses: &[],
        outcomes: &[],
        references: &[],
        defects: &[],
    };
    tx.add_message(&message).unwrap()
}

fn index(tx: &Tx<'_>, id: MessageId, subject: &str) {
    let recipients = vec![line("Help <help@desk.example>"), line("sales@desk.example")];
    let (author, body) = (String::new(), Vec::new());
    let row = IndexRow { subject: line(subject), author, recipients, body };
    tx.index(id, &row).unwrap();
}

/// How SQLite goes about it: a line for each table.
fn plan(tx: &Tx<'_>, query: &str, rows: Rows, order: Order) -> Vec<String> {
    let snapshot: &Snapshot<'_> = tx;
    let index = snapshot.index().unwrap();
    let Sql { text, values } = statement(bound(query).tree(), rows, order, index);
    let mut explain = tx.connection.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
    let rows = explain.query_map(params_from_iter(values), |row| row.get(3)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Queries that an index answers from the first table to the last.
const BY_INDEX: [&str; 21] = [
    "id:142",
    "is:open inbox:support",
    "is:open",
    "assignee:anna",
    "team:support is:open",
    "tag:billing",
    "tag:billing is:open idle:2d..",
    "field.order:a-77",
    "id:m7",
    "id:abc@example.org",
    "from:erika@example.org",
    "from:erika+shop@example.org is:closed",
    "from:@example.org",
    "from:erika to:sales",
    "subject:invoice",
    "text:\"open invoice\"",
    "invoice printer",
    "date:today is:open",
    "is:unanswered",
    "is:defective",
    "is:bounce",
];

/// Queries that look at each conversation, and then at no more than its own rows.
const BY_CONVERSATION: [&str; 9] = [
    "",
    "inbox:support",
    "age:2d..",
    "idle:..1d",
    "is:unassigned tag:none",
    "is:automatic has:attachment",
    "is:verified",
    "-from:erika@example.org -subject:invoice",
    "subject:/invoice/",
];

#[test]
fn nothing_large_is_scanned() {
    with(|tx| {
        let waiting = add_message(tx, "");
        for behind in [true, false] {
            if !behind {
                index(tx, waiting, "");
            }
            for (rows, order) in [
                (Rows::Conversations, Order::Number),
                (Rows::Conversations, Order::Changed),
                (Rows::Messages, Order::Changed),
            ] {
                let queries = BY_INDEX.iter().map(|query| (query, true));
                let queries = queries.chain(BY_CONVERSATION.iter().map(|query| (query, false)));
                for (query, by_index) in queries {
                    let plan = plan(tx, query, rows, order);
                    let scans = plan.iter().filter_map(|line| line.strip_prefix("SCAN "));
                    let bad: Vec<&str> = scans.filter(|scan| !is_fit(scan, by_index)).collect();
                    assert!(bad.is_empty(), "{query}: {plan:#?}");
                }
            }
        }
    });
}

/// The page that agents look at all day: it reads no more than it prints, however many are open.
#[test]
fn a_page_of_what_is_open_is_not_sorted() {
    with(|tx| {
        for query in ["is:open", "is:open inbox:support", "is:closed"] {
            let wanted = "SEARCH conversation USING INDEX conversation_status (status=?)";
            assert_eq!(plan(tx, query, Rows::Conversations, Order::Changed), [wanted], "{query}");
        }
    });
}

/// What a search looks at, one after the other: some words of an index for each.
#[test]
fn conversations_are_walked_by_indexes_alone() {
    with(|tx| {
        let plan = plan(tx, "", Rows::Messages, Order::Changed);
        assert_eq!(
            plan,
            [
                "SCAN conversation USING INDEX conversation_changed",
                "SEARCH entry USING COVERING INDEX entry_conversation (conversation=?) LEFT-JOIN",
                "CORRELATED SCALAR SUBQUERY 1",
                "SEARCH merged USING COVERING INDEX conversation_root (root=?)",
            ]
        );
    });
}

/// The few messages that wait to be indexed, the few defects and the few conversations that wait are a
/// scan of something small; so is a virtual table.
fn is_fit(scan: &str, by_index: bool) -> bool {
    scan.starts_with("search VIRTUAL TABLE INDEX 0:M")
        || scan.ends_with("INDEX message_unindexed")
        || scan == "message_defect"
        || scan == "conversation USING COVERING INDEX conversation_waiting"
        || scan == "CONSTANT ROW"
        || !by_index && scan.starts_with("conversation")
}

#[test]
fn what_sql_decides_is_sure() {
    with(|tx| {
        let mut c = tx.begin_conversation(&"support".parse().unwrap(), NOW).unwrap();
        let changes = [("plain", "A-77"), ("other", "Ä-77")].map(|(name, value)| {
            let (name, new) = (name.parse().unwrap(), Some(value.to_owned()));
            Change::FieldSet { name, old: None, new }
        });
        tx.record(&mut c, &ACT, &changes).unwrap();
        let (sure, maybe) = (Some(Candidate::Sure(c.number)), Some(Candidate::Maybe(c.number)));
        for (query, wanted) in [
            ("inbox:support -tag:vip", sure),
            ("inbox:sales subject:/a/", None),
            ("inbox:support subject:/a/", maybe),
            ("inbox:support -subject:/a/", maybe),
            ("inbox:support or subject:/a/", sure),
            ("-(inbox:support or subject:/a/)", None),
            ("-(inbox:sales subject:/a/)", sure),
            ("field.plain:a-77", sure),
            ("-field.plain:b", sure),
            // SQL folds ASCII only.
            ("field.other:ä-77", maybe),
            ("field.other:/77/", maybe),
            ("field.third:/77/", None),
        ] {
            let found = tx.select(&bound(query), Page::ALL).unwrap();
            assert_eq!(found, Vec::from_iter(wanted), "{query}");
            let count = tx.count(&bound(query)).unwrap();
            let sure = !query.contains('/') && !query.contains("field.");
            assert_eq!(count, sure.then_some(found.len()), "{query}");
        }
    });
}

#[test]
fn pages() {
    with(|tx| {
        let inbox = "support".parse().unwrap();
        for changed in [3, 1, 3, 2] {
            tx.insert(&tx.begin_conversation(&inbox, Time(changed)).unwrap()).unwrap();
        }
        for (query, order, limit, wanted) in [
            ("", Order::Number, None, vec![1, 2, 3, 4]),
            ("", Order::Changed, None, vec![3, 1, 4, 2]),
            ("is:open", Order::Changed, Some(2), vec![3, 1]),
            ("is:open", Order::Number, Some(0), vec![]),
        ] {
            let found = tx.select(&bound(query), Page { order, limit }).unwrap();
            let wanted: Vec<_> = wanted.into_iter().map(|n| Candidate::Sure(Number(n))).collect();
            assert_eq!(found, wanted, "{query} {order:?} {limit:?}");
        }
        // In doubt, all of them may be needed to fill the page.
        let page = Page { order: Order::Number, limit: Some(1) };
        assert_eq!(tx.select(&bound("/a/"), page).unwrap().len(), 4);
    });
}

/// SQLite takes no expression deeper than 1,000 levels; a query is longer.
#[test]
fn long_queries_are_taken() {
    with(|tx| {
        let waiting = add_message(tx, "");
        for behind in [true, false] {
            if !behind {
                index(tx, waiting, "");
            }
            let deep = "-(a (b or ".repeat(20) + "c" + &"))".repeat(20);
            for query in ["a ".repeat(1200), "id:9 or ".repeat(1200) + "id:1", deep] {
                tx.select(&bound(&query), Page::ALL).unwrap();
            }
        }
    });
}

#[test]
fn the_index_knows_what_it_lacks() {
    with(|tx| {
        let ids: Vec<MessageId> = ["a", "b", "c"].map(|subject| add_message(tx, subject)).into();
        tx.connection.execute("UPDATE message SET size = 10", ()).unwrap();
        for (limit, bytes, count) in [(9, 5, 1), (9, 20, 2), (9, 29, 2), (2, 99, 2), (9, 99, 3)] {
            assert_eq!(tx.unindexed_within(limit, bytes).unwrap(), ids[..count], "{limit} {bytes}");
        }
        assert_eq!(tx.unindexed(2).unwrap(), ids[..2]);
        index(tx, ids[1], "b");
        index(tx, ids[1], "b");
        assert_eq!(tx.unindexed(9).unwrap(), [ids[0], ids[2]]);
        index(tx, ids[0], "a");
        assert_eq!(tx.lost_from_index().unwrap(), []);
        tx.connection.execute("DELETE FROM search WHERE rowid = ?1", [ids[1].0]).unwrap();
        assert_eq!(tx.lost_from_index().unwrap(), [ids[1]]);
    });
}

/// The set leads of what is rare, or meets so rarely that a page costs too much.
#[test]
fn common_words_are_walked() {
    with(|tx| {
        let inbox = "support".parse().unwrap();
        for n in 0..8_i64 {
            let mut c = tx.begin_conversation(&inbox, Time(n)).unwrap();
            let subject = match n {
                2 => "rare word",
                0 | 4 | 6 | 7 => "printer word",
                _ => "invoice word",
            };
            let message = add_message(tx, subject);
            index(tx, message, subject);
            let arrived = Change::Arrived { message, step: Step::New, class: Class::Person };
            let opened = Change::Opened { inbox: inbox.clone() };
            tx.record(&mut c, &ACT, &[opened, arrived]).unwrap();
        }
        let walk = |query: &str, limit| walk::newest_first(tx, bound(query).tree(), limit).unwrap();
        let sure = |numbers: &[i64]| numbers.iter().map(|n| Candidate::Sure(Number(*n))).collect();
        for (query, limit, wanted) in [
            ("printer word", 3, vec![8, 7, 5]),
            ("word rare", 3, vec![3]),
            ("word is:closed", 3, vec![]),
            ("word subject:printer -id:8", 3, vec![7, 5, 1]),
            ("word printer", 9, vec![8, 7, 5, 1]),
        ] {
            assert_eq!(walk(query, limit), Some(sure(&wanted)), "{query}");
        }
        for query in ["rare", "invoice", "printer or word", "-printer", "is:open", ""] {
            assert_eq!(walk(query, 3), None, "{query}");
        }
        assert_eq!(walk("word", 3), Some(sure(&[8, 7, 6])));
        assert_eq!(walk("word", 9), None);
    });
}
