//! `matching` is filtering everything by `Bound::matches`: on random stores, for random queries.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::{count, matching};
use crate::desk::{facts, index};
use crate::domain::query::arbitrary::{MATCHED, case, context, teams};
use crate::domain::query::{Bound, Needs, Query};
use crate::store::{Order, Page};

mod world;

use world::{Desk, Story, World};

/// Beside [`MATCHED`], also holding for 20 to 80 % of the conversations of these stores.
const MORE: [&str; 18] = [
    "id:1 or id:4",
    "id:m2 or id:m9",
    "id:2@example.org or id:7@example.org",
    "to:@other.example",
    "to:sales+eu@desk.example",
    "to:eu",
    "to:printer",
    "printer",
    // Two recipients stand in a row, their words do not.
    "to:\"example sales\" or is:closed",
    "to:\"help desk\"",
    "to:/sales@/",
    "subject:open",
    "text:invoice",
    "from:erika",
    "from:jan@sub.example.org",
    "from:@sub.example.org or from:jan@example.org",
    "from:\"muller erika example\"",
    "field.order:b or field.order:b-12",
];

fn stories() -> impl Strategy<Value = Vec<Story>> {
    let flags = (prop::bool::weighted(0.2), prop::bool::weighted(0.3), prop::bool::weighted(0.1));
    let story = (case(), flags).prop_map(|(case, (is_shared, comes_again, is_merged))| Story {
        case,
        is_shared,
        comes_again,
        is_merged,
    });
    prop::collection::vec(story, 4..8)
}

fn leaves() -> Vec<&'static str> {
    MATCHED.into_iter().chain(MORE).collect()
}

fn query() -> impl Strategy<Value = String> {
    select(leaves()).prop_map(|leaf| format!("({leaf})")).prop_recursive(3, 12, 3, |inner| {
        let some = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            some.clone().prop_map(|parts| format!("({})", parts.join(" "))),
            some.prop_map(|parts| format!("({})", parts.join(" or "))),
            inner.prop_map(|part| format!("-{part}")),
        ]
    })
}

fn bound(query: &str) -> Bound {
    query.parse::<Query>().unwrap().bind(&context(&teams()))
}

fn deterministic(stores: usize) -> Vec<Vec<Story>> {
    let mut runner = TestRunner::deterministic();
    (0..stores).map(|_| stories().new_tree(&mut runner).unwrap().current()).collect()
}

/// Without this the property would say little: joined queries would hold for nothing or all.
#[test]
fn each_term_holds_for_a_fifth_to_four_fifths() {
    let mut desk = Desk::new();
    let mut hits = vec![0; leaves().len()];
    let mut all = 0;
    for stories in deterministic(80) {
        desk.with(&stories, |world| {
            world.arrive_again(&stories);
            all += world.roots().count();
            for (hits, leaf) in hits.iter_mut().zip(leaves()) {
                *hits += world.meant(&bound(leaf)).len();
            }
        });
    }
    let shares = leaves().into_iter().zip(hits).map(|(leaf, hits)| (leaf, hits * 100 / all));
    let outside: Vec<_> = shares.filter(|(_, share)| !(20..80).contains(share)).collect();
    assert!(outside.is_empty(), "in % of {all}: {outside:?}");
}

#[test]
fn facts_come_back_from_the_store() {
    let mut desk = Desk::new();
    for stories in deterministic(8) {
        desk.with(&stories, |world| {
            world.arrive_again(&stories);
            for case in &world.cases {
                let number = case.conversation.number;
                let stored = world.tx.conversation(number).unwrap().unwrap();
                assert_eq!(stored, case.conversation);
                let mut loaded = facts::of_conversation(world.tx, number, Needs::Texts).unwrap();
                loaded.sort_by_key(|m| m.id);
                let mut told = case.messages.clone();
                told.sort_by_key(|m| m.id);
                assert_eq!(loaded, told);
            }
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn matching_is_filtering_by_the_definition(
        stories in stories(),
        queries in prop::collection::vec(query(), 32),
        indexed in 0..12_usize,
        limit in prop::option::of(0..4_usize),
    ) {
        Desk::new().with(&stories, |world| {
            index::these(world.tx, &world.tx.unindexed(indexed).unwrap()).unwrap();
            world.arrive_again(&stories);
            queries.iter().try_for_each(|query| agrees(world, query, limit))?;
            index::catch_up(world.tx).unwrap();
            queries.iter().try_for_each(|query| agrees(world, query, limit))
        })?;
    }
}

fn agrees(world: &World<'_>, query: &str, limit: Option<usize>) -> Result<(), TestCaseError> {
    let bound = bound(query);
    let mut meant = world.meant(&bound);
    let all = matching(world.tx, &bound, Page::ALL).unwrap();
    prop_assert_eq!(count(world.tx, &bound).unwrap(), all.len());
    prop_assert_eq!(&all, &meant, "{}", query);
    // They all changed now.
    meant.reverse();
    meant.truncate(limit.unwrap_or(usize::MAX));
    let page = matching(world.tx, &bound, Page { order: Order::Changed, limit }).unwrap();
    prop_assert_eq!(page, meant, "{}", query);
    Ok(())
}
