//! What keeps a mail out, as tables.

use super::*;
use crate::domain::{Class, Direction, Mailbox, MessageId, Query, Time};

/// `refuse: QUERY` or `drop: QUERY`, named by its place.
fn barriers(lines: &[&str]) -> Vec<Barrier> {
    let answer = |n| Answer { code: Code::NotAllowed, text: format!("No, by {n}.") };
    let barrier = |(n, line): (usize, &&str)| {
        let (how, query) = line.split_once(": ").unwrap();
        Barrier {
            name: n.to_string(),
            at: Location { file: "rules/10.toml".to_owned(), line: n + 1 },
            when: query.parse::<Query>().unwrap().of_mail().unwrap(),
            how: if how == "refuse" { How::Refuse(answer(n)) } else { How::Drop },
        }
    };
    lines.iter().enumerate().map(barrier).collect()
}

fn mail() -> MessageFacts {
    MessageFacts {
        id: MessageId(0),
        direction: Direction::In,
        message_id: Some("1@customer.test".to_owned()),
        from: Some(Mailbox {
            name: "Erika".to_owned(),
            address: "erika@customer.test".parse().unwrap(),
        }),
        to: Vec::new(),
        subject: "setup.exe".to_owned(),
        received: Time(0),
        class: Class::Person,
        defective: false,
        verified: false,
        attachment: true,
        text: Some("heartbeat of the probe".to_owned()),
    }
}

/// `refused by 0`, or for each inbox `in` or `not, by 0`.
fn judged(lines: &[&str], inboxes: &[(&str, bool)], way: Way) -> String {
    let barriers = barriers(lines);
    let inboxes: Vec<(InboxName, bool)> =
        inboxes.iter().map(|(name, known)| (name.parse().unwrap(), *known)).collect();
    let gates: Vec<Gate<'_>> =
        inboxes.iter().map(|(inbox, known)| Gate { inbox, came_before: *known }).collect();
    match judge(&barriers, &mail(), &gates, way) {
        Verdict::Refused(barrier, answer) => {
            assert_eq!(Some(answer), barrier.answer());
            format!("refused by {}", barrier.name)
        }
        Verdict::Sorted(found) => {
            let word = |barrier: &Option<&Barrier>| {
                barrier.map_or("in".to_owned(), |barrier| format!("not, by {}", barrier.name))
            };
            found.iter().map(word).collect::<Vec<_>>().join("; ")
        }
    }
}

#[test]
fn the_first_rule_that_holds_counts() {
    let support = [("support", false)];
    for (lines, wanted) in [
        (&[][..], "in"),
        (&["refuse: subject:/[.]exe$/"], "refused by 0"),
        (&["refuse: subject:/[.]zip$/"], "in"),
        (&["drop: heartbeat"], "not, by 0"),
        (&["drop: from:erika@customer.test has:attachment", "refuse: subject:exe"], "not, by 0"),
        (&["refuse: subject:exe", "drop: from:erika@customer.test"], "refused by 0"),
        (&["refuse: inbox:sales", "drop: inbox:support"], "not, by 1"),
        (&["drop: id:2@customer.test", "drop: id:1@customer.test"], "not, by 1"),
        (&["drop: is:automatic or is:bounce or is:verified"], "in"),
        (&["refuse: -is:verified"], "refused by 0"),
    ] {
        assert_eq!(judged(lines, &support, Way::Delivery), wanted, "{lines:?}");
    }
}

#[test]
fn in_a_file_there_is_nobody_to_refuse_to() {
    let support = [("support", false)];
    for (lines, wanted) in [
        (&["refuse: subject:exe"][..], "in"),
        (&["drop: subject:exe"], "not, by 0"),
        (&["refuse: subject:exe", "drop: subject:exe"], "not, by 1"),
    ] {
        assert_eq!(judged(lines, &support, Way::File), wanted, "{lines:?}");
    }
}

#[test]
fn a_mail_for_several_inboxes_is_refused_if_each_refuses() {
    let both = [("support", false), ("sales", false)];
    for (lines, wanted) in [
        (&["refuse: exe"][..], "refused by 0"),
        (&["refuse: inbox:sales", "refuse: exe"], "refused by 1"),
        (&["refuse: inbox:sales"], "in; not, by 0"),
        (&["drop: inbox:support"], "not, by 0; in"),
        (&["drop: inbox:support", "refuse: exe"], "not, by 0; not, by 1"),
    ] {
        assert_eq!(judged(lines, &both, Way::Delivery), wanted, "{lines:?}");
    }
}

#[test]
fn what_came_before_stays() {
    for (lines, known, wanted) in [
        (&["refuse: exe"][..], [true, true], "in; in"),
        (&["refuse: exe"], [false, true], "not, by 0; in"),
        (&["drop: exe"], [true, false], "in; not, by 0"),
    ] {
        let inboxes = [("support", known[0]), ("sales", known[1])];
        assert_eq!(judged(lines, &inboxes, Way::Delivery), wanted, "{lines:?}");
    }
}

#[test]
fn what_is_never_reached() {
    for (first, later, hidden) in [
        ("drop: exe", "drop: exe", true),
        ("drop: exe", "refuse: exe", true),
        ("refuse: exe", "refuse: exe", true),
        ("refuse: exe", "drop: exe", false),
        ("drop: exe", "drop: inbox:support exe", false),
    ] {
        let both = barriers(&[first, later]);
        assert_eq!(both[0].hides(&both[1]), hidden, "{first}, {later}");
    }
}

#[test]
fn texts_for_a_sender() {
    let longest = "x".repeat(LONGEST_TEXT);
    for (text, fit) in [
        ("We take no programs by mail.", true),
        (longest.as_str(), true),
        (&format!("{longest}x"), false),
        ("", false),
        ("  ", false),
        ("two\nlines", false),
        ("a\tb", false),
        ("\u{1b}[2J", false),
        ("Keine Anh\u{e4}nge", false),
    ] {
        assert_eq!(is_fit(text), fit, "{text:?}");
    }
    let codes = Code::ALL.map(|code| (code.number(), code.status()));
    assert_eq!(codes, [(67, "5.1.1"), (69, "5.3.0"), (77, "5.7.1")]);
}
