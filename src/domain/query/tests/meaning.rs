//! Which conversations a query means.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::super::arbitrary::{Case, MATCHED, case, context, query, teams};
use super::super::*;
use super::read;
use crate::domain::{
    Class, Conversation, Direction, Mailbox, MessageFacts, MessageId, Status, Time, Zone,
};

fn at(instant: &str) -> Time {
    instant.parse().unwrap()
}

/// Noon of 2026-05-13 in Amsterdam, opened two days ago, idle for two hours.
fn sample() -> Case {
    let mut c = Conversation::new(
        "142".parse().unwrap(),
        "support".parse().unwrap(),
        at("2026-05-11T10:00:00Z"),
    );
    c.last_person = at("2026-05-13T08:00:00Z");
    c.waiting_since = Some(at("2026-05-13T08:00:00Z"));
    c.assignee = Some("bram".parse().unwrap());
    c.priority = "high".parse().unwrap();
    c.tags = ["billing".parse().unwrap()].into();
    c.fields = [("order".parse().unwrap(), "Ä-77 x".to_owned())].into();
    let message = MessageFacts {
        id: MessageId(881),
        direction: Direction::In,
        message_id: Some("abc@mail.example.org".to_owned()),
        from: Some(Mailbox {
            name: "Erika Müller".to_owned(),
            address: "Erika+shop@Example.ORG".parse().unwrap(),
        }),
        to: vec![Mailbox { name: String::new(), address: "support@desk.example".parse().unwrap() }],
        subject: "Your open Invoice, no. 7".to_owned(),
        received: at("2026-05-10T22:00:00Z"),
        class: Class::Person,
        verified: true,
        attachment: true,
        defective: false,
        text: Some("Straße in Łódź\n東京都".to_owned()),
    };
    let answer = MessageFacts {
        id: MessageId(882),
        direction: Direction::Out,
        message_id: None,
        from: None,
        subject: "Re: delivery".to_owned(),
        received: at("2026-05-13T09:59:59.999Z"),
        class: Class::Automatic,
        verified: false,
        attachment: false,
        defective: true,
        text: None,
        ..message.clone()
    };
    Case { conversation: c, messages: vec![message, answer] }
}

#[test]
fn what_holds() {
    let (sample, teams) = (sample(), teams());
    for (text, holds) in [
        ("", true),
        ("is:open", true),
        ("is:closed", false),
        ("is:unassigned", false),
        ("is:unanswered", true),
        // The automatic message went out.
        ("is:automatic", false),
        ("is:verified", true),
        ("inbox:support", true),
        ("inbox:Support", false),
        ("assignee:bram", true),
        ("assignee:me", false),
        ("assignee:none", false),
        ("team:support", true),
        ("team:finance", true),
        ("team:unknown", false),
        ("tag:billing", true),
        ("tag:none", false),
        ("-tag:vip", true),
        ("from:erika@example.org", true),
        ("from:ERIKA+Shop@example.org", true),
        ("from:erika+other@example.org", false),
        ("from:@example.org", true),
        ("from:@org", false),
        ("from:muller", true),
        ("from:\"erika muller\"", true),
        ("from:\"erika example\"", false),
        ("from:shop", true),
        ("from:/müller <erika/", true),
        ("to:support@desk.example", true),
        ("to:erika", false),
        ("subject:INVOICE", true),
        ("subject:invoices", false),
        ("subject:\"open invoice no 7\"", true),
        ("subject:\"invoice open\"", false),
        ("subject:/inv.*7$/", true),
        ("subject:/(?-i)INVOICE/", false),
        ("text:lodz", true),
        ("text:strasse", true),
        ("text:京都", true),
        ("text:invoice", false),
        ("invoice", true),
        ("lodz", true),
        ("erika", true),
        ("desk", false),
        ("/łódź/", true),
        // Each term looks for a message of its own.
        ("subject:delivery has:attachment", true),
        ("-subject:delivery", false),
        ("id:142", true),
        ("id:143", false),
        ("id:m882", true),
        ("id:<abc@mail.example.org>", true),
        ("id:ABC@mail.example.org", false),
        ("priority:high", true),
        ("priority:urgent..", false),
        ("priority:..high", true),
        ("field.order:\"ä-77 X\"", true),
        ("field.order:77", false),
        ("field.order:/77/", true),
        ("field.order:any", true),
        ("field.other:none", true),
        ("field.other:/.*/", false),
        ("has:attachment", true),
        ("is:defective subject:invoice", true),
        ("-is:defective", false),
        ("is:bounce", false),
        ("age:2d..", true),
        ("age:..2d", true),
        ("age:2d..2d", true),
        ("age:2d1s..", false),
        ("age:..47h59m59s", false),
        ("idle:2h..2d", true),
        ("idle:..1h59m59s", false),
        ("date:today", true),
        ("date:yesterday", false),
        // 2026-05-10T22:00Z is midnight of the eleventh in Amsterdam.
        ("date:2026-05-11", true),
        ("date:2026-05-10", false),
        ("date:2026", true),
        ("date:2025", false),
        ("date:2027..", false),
        ("date:2026-05-12..2026-05-12", false),
        ("date:..2026-05-11", true),
        ("date:2026-05", true),
        ("date:2026-06..", false),
        ("is:closed or tag:billing", true),
        ("is:closed or tag:vip", false),
        ("-(is:closed or tag:vip)", true),
        ("is:open -is:open", false),
    ] {
        let bound = read(text).bind(&context(&teams));
        assert_eq!(bound.matches(&sample.facts()).is_yes(), holds, "{text}");
    }
}

#[test]
fn spans_include_both_ends() {
    let teams = teams();
    for (text, opened_ms_ago, holds) in [
        ("age:1s..", 999, false),
        ("age:1s..", 1_000, true),
        ("age:..1s", 1_000, true),
        ("age:..1s", 1_001, false),
        ("age:..1s", -1, true),
        ("age:0s..", -1, false),
        ("age:1s..1s", 1_000, true),
    ] {
        let cx = context(&teams);
        let opened = Time(cx.now.0 - opened_ms_ago);
        let c = Conversation::new("1".parse().unwrap(), "support".parse().unwrap(), opened);
        let verdict =
            read(text).bind(&cx).matches(&Facts { conversation: &c, in_view: &[] }).is_yes();
        assert_eq!(verdict, holds, "{text} {opened_ms_ago}");
    }
}

#[test]
fn days_are_those_of_the_zone() {
    let teams = teams();
    for (zone, text, from, before) in [
        ("UTC", "date:2026-05-01", "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"),
        ("UTC", "date:2025-12", "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("UTC", "date:today", "2026-05-13T00:00:00Z", "2026-05-14T00:00:00Z"),
        ("Asia/Tokyo", "date:yesterday", "2026-05-11T15:00:00Z", "2026-05-12T15:00:00Z"),
        ("Europe/Amsterdam", "date:2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        // Midnight did not exist; the day began at one o'clock.
        ("America/Sao_Paulo", "date:2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
        // Midnight came twice; the day began with the first.
        ("America/Havana", "date:2025-11-02", "2025-11-02T04:00:00Z", "2025-11-03T05:00:00Z"),
        // The whole day was skipped.
        ("Pacific/Apia", "date:2011-12-30", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"),
    ] {
        let cx = BindContext { zone: zone.parse::<Zone>().unwrap(), ..context(&teams) };
        let bound = read(text).bind(&cx);
        let Tree::Term(BoundTerm { test: Test::Message(OfMessage::Received(window)), .. }) =
            bound.tree()
        else {
            panic!("{bound:?}");
        };
        assert_eq!(
            *window,
            Window { from: Some(at(from)), before: Some(at(before)) },
            "{zone} {text}"
        );
        assert!(!window.contains(at(before)) && !window.contains(Time(at(from).0 - 1)));
    }
}

#[test]
fn extreme_days_and_spans_bind() {
    let teams = teams();
    for text in ["date:0000-01-01..9999-12-31", "age:15250284452w..", "idle:..15250284452w"] {
        let bound = read(text).bind(&context(&teams));
        let _ = bound.matches(&sample().facts());
    }
}

#[test]
fn me_without_an_agent_is_nobody() {
    let teams = teams();
    let cx = BindContext { me: None, ..context(&teams) };
    let mut sample = sample();
    assert!(!read("assignee:me").bind(&cx).matches(&sample.facts()).is_yes());
    sample.conversation.assignee = None;
    assert!(!read("assignee:me").bind(&cx).matches(&sample.facts()).is_yes());
}

#[test]
fn the_first_failure_is_named() {
    let (sample, teams) = (sample(), teams());
    for (text, failed) in [
        ("is:open TAG:vip is:closed", "tag:vip"),
        ("is:open -tag:billing", "-tag:billing"),
        ("is:open (tag:vip or is:closed)", "tag:vip or is:closed"),
        ("not (is:open tag:billing)", "-(is:open tag:billing)"),
        ("subject:/X\\/Y/", "subject:/X\\/Y/"),
    ] {
        let bound = read(text).bind(&context(&teams));
        match bound.matches(&sample.facts()) {
            Verdict::Yes => panic!("{text}"),
            Verdict::No(part) => assert_eq!(part.to_string(), failed, "{text}"),
        }
    }
}

#[test]
fn needs() {
    let teams = teams();
    for (text, needs) in [
        ("", Needs::Conversation),
        ("is:open age:2d.. team:support id:142", Needs::Conversation),
        ("is:open subject:a", Needs::Messages),
        ("is:automatic or id:m1", Needs::Messages),
        ("subject:a -(is:open or text:b)", Needs::Texts),
        ("a", Needs::Texts),
    ] {
        assert_eq!(read(text).bind(&context(&teams)).needs(), needs, "{text}");
    }
}

#[test]
fn every_status_has_its_word() {
    let snoozed = Status::Snoozed { until: Time(0), keep_on_reply: true };
    for status in [Status::Open, Status::Pending, snoozed, Status::Closed, Status::Spam] {
        assert_eq!(StatusKind::from(status).as_str(), status.as_str());
    }
}

/// What the store's property test relies on.
#[test]
fn generated_queries_hold_for_some_cases_and_not_for_others() {
    let mut runner = TestRunner::deterministic();
    let cases: Vec<Case> =
        (0..600).map(|_| case().new_tree(&mut runner).unwrap().current()).collect();
    let teams = teams();
    for text in MATCHED {
        let bound = read(text).bind(&context(&teams));
        let hits = cases.iter().filter(|case| bound.matches(&case.facts()).is_yes()).count();
        assert!((120..=480).contains(&hits), "{text}: {hits} of 600");
    }
}

proptest! {
    #[test]
    fn joining_is_logic(a in query(), b in query(), case in case()) {
        let teams = teams();
        let holds = |query: &Query| query.bind(&context(&teams)).matches(&case.facts()).is_yes();
        prop_assert_eq!(holds(&a.clone().and(b.clone())), holds(&a) && holds(&b));
        let or = Query(Tree::or(vec![a.0.clone(), b.0.clone()]));
        prop_assert_eq!(holds(&or), holds(&a) || holds(&b));
        prop_assert_eq!(holds(&Query(Tree::not(a.0.clone()))), !holds(&a));
    }

    #[test]
    fn binding_keeps_the_text_and_needs_no_more_than_it_says(query in query(), case in case()) {
        let teams = teams();
        let bound = query.bind(&context(&teams));
        prop_assert_eq!(bound.to_string(), query.to_string());
        let mut less = case.clone();
        if bound.needs() < Needs::Texts {
            less.messages.iter_mut().for_each(|message| message.text = None);
        }
        if bound.needs() < Needs::Messages {
            less.messages.clear();
        }
        prop_assert_eq!(bound.matches(&less.facts()), bound.matches(&case.facts()));
    }
}
