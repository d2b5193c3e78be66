//! Fixtures by R-number. A course is a line: `0m open; 0m in; 1h reply anna; 2h close`, each act with
//! its time since Monday 2026-05-04 00:00 UTC. A figure that is zero is not named.

use proptest::prelude::*;

use super::*;
use crate::domain::event::MailKind;
use crate::domain::{
    Actor, BatchId, By, Class, ConfigId, EventId, MessageId, Number, OutboxId, Reason, Seq, Step,
};

fn monday() -> Time {
    "2026-05-04T00:00:00Z".parse().unwrap()
}

fn after(span: &str) -> Time {
    monday() + span.parse().unwrap()
}

/// The status that an act leads to.
fn status(word: &str) -> Option<Status> {
    let until = Time(0);
    Some(match word {
        "close" | "arrive-closed" | "rule-close" | "old-closed" => Status::Closed,
        "reopen" => Status::Open,
        "pending" => Status::Pending,
        "snooze" => Status::Snoozed { until, keep_on_reply: false },
        "spam" => Status::Spam,
        _ => return None,
    })
}

fn change(act: &str, who: &str) -> Change {
    let arrived = |class, step| Change::Arrived { message: MessageId(1), class, step };
    let queued = |mail| Change::Queued { outbox: OutboxId(1), message: MessageId(2), mail };
    match act {
        "open" => Change::Opened { inbox: "support".parse().unwrap() },
        "open-sales" => Change::Opened { inbox: "sales".parse().unwrap() },
        "in" | "old-in" => arrived(Class::Person, Step::New),
        "robot" => arrived(Class::Automatic, Step::New),
        "receipt" => queued(MailKind::Receipt),
        "reply" | "rule-reply" => queued(MailKind::Reply),
        "assign" => Change::Assigned { old: None, new: Some(who.parse().unwrap()) },
        "merge" => Change::RootSet { old: Number(1), new: Number(2) },
        "take-in" => Change::TookIn {
            other: Number(2),
            status: Status::Open,
            waiting_since: None,
            last_person: monday(),
        },
        "note" => Change::Noted { note: crate::domain::NoteId(1) },
        _ => Change::StatusSet { old: Status::Open, new: status(act).expect("a known act") },
    }
}

fn course(line: &str) -> Vec<Event> {
    let acts = line.split(';').map(str::trim).filter(|act| !act.is_empty());
    let event = |(seq, act): (i64, &str)| {
        let mut words = act.split(' ');
        let at = after(words.next().unwrap());
        let (act, who) = (words.next().unwrap(), words.next().unwrap_or("anna"));
        let rule = || Reason::Rule { rule: "r".into(), file: "rules/1.toml".into(), line: 1 };
        let (actor, reason) = match act {
            "in" | "robot" => (Actor::Contact, Reason::Arrival),
            "old-in" => (Actor::Contact, Reason::Archive),
            "old-closed" => (Actor::Postroom, Reason::Archive),
            "receipt" => (Actor::Postroom, Reason::Autoreply { text: "receipt".into() }),
            // A rule run by hand has the login of the person at the keyboard.
            "rule-reply" => (Actor::Login("root".into()), rule()),
            "assign" | "rule-close" => (Actor::Postroom, rule()),
            "arrive-closed" => (Actor::Postroom, Reason::Arrival),
            _ => (who.parse().unwrap(), Reason::Asked),
        };
        let (batch, config) = (BatchId(1), ConfigId(1));
        // Rules run on the first message, which is the second event.
        let cause = (act == "rule-close").then_some(EventId(2));
        let by = By { actor, via: "test".into(), reason, cause, batch, config };
        let (id, conversation, change) = (EventId(seq), Number(1), change(act, who));
        Event { id, conversation, seq: Seq(seq), at, effective: at, by, change }
    };
    (1..).zip(acts).map(event).collect()
}

fn measure(from: Time, to: Time, lines: &[&str]) -> Measures {
    let mut report = Report::new(Period::new(from, to).unwrap(), Zone::UTC);
    lines.iter().for_each(|line| report.take(&course(line)));
    report.finish()
}

/// The figures of one inbox on a line, without zeros.
fn summary(flow: &Flow) -> String {
    let c = &flow.counts;
    let counts = [
        ("opened", c.opened),
        ("reopened", c.reopened),
        ("closed", c.closed),
        ("arrived", c.arrived),
        ("replies", c.replies),
        ("open", c.open),
        ("pending", c.pending),
        ("snoozed", c.snoozed),
    ];
    let spans = [
        ("response", &flow.first_response),
        ("first", &flow.first_resolution),
        ("full", &flow.full_resolution),
    ];
    let counts = counts.into_iter().filter(|(_, n)| *n > 0).map(|(w, n)| format!("{w} {n}"));
    let spans = spans.into_iter().filter_map(|(w, s)| Some(format!("{w} {}", s.median?)));
    counts.chain(spans).collect::<Vec<_>>().join(", ")
}

fn check(rows: &[(&str, &str, &str)]) {
    for (name, line, wanted) in rows {
        let measures = measure(monday(), after("1w"), &[line]);
        assert_eq!(summary(&measures.total), *wanted, "{name}: {line}");
    }
}

#[test]
fn r204_first_response() {
    check(&[
        (
            "plain",
            "0m open; 0m in; 1h reply",
            "opened 1, arrived 1, replies 1, open 1, response 1h",
        ),
        (
            "automatic mail and notes do not count",
            "0m open; 0m in; 1m receipt; 5m note; 2h reply; 3h reply",
            "opened 1, arrived 1, replies 2, open 1, response 2h",
        ),
        (
            "a reply by rule does not count",
            "0m open; 0m in; 1m rule-reply; 3h reply login:root",
            "opened 1, arrived 1, replies 1, open 1, response 3h",
        ),
        (
            "further messages of the contact do not restart it",
            "0m open; 0m in; 1h in; 2h reply",
            "opened 1, arrived 2, replies 1, open 1, response 2h",
        ),
        ("no answer yet", "0m open; 0m in; 1m receipt", "opened 1, arrived 1, open 1"),
        (
            "a machine asks nothing",
            "0m open; 0m robot; 1h reply",
            "opened 1, arrived 1, replies 1, open 1",
        ),
        (
            "the clock begins with the person",
            "0m open; 0m robot; 1h in; 3h reply",
            "opened 1, arrived 2, replies 1, open 1, response 2h",
        ),
        ("R220", "0m open; 2h in; 1h reply", "opened 1, arrived 1, replies 1, open 1, response 0s"),
    ]);
}

#[test]
fn r205_an_agent_began() {
    check(&[
        (
            "the second message of ours ends it",
            "0m open; 0m reply; 1h in; 4h reply",
            "opened 1, arrived 1, replies 2, open 1, response 3h",
        ),
        ("nobody asked", "0m open; 0m reply; 1h reply", "opened 1, replies 2, open 1"),
    ]);
}

#[test]
fn r206_resolution() {
    check(&[
        ("once", "0m open; 2h close", "opened 1, closed 1, first 2h, full 2h"),
        (
            "an archive counts in its time, and nobody resolved anything",
            "0m open; 0m old-in; 0m old-closed; 1d old-in",
            "opened 1, closed 1, arrived 2",
        ),
        (
            "who writes again waits since then",
            "0m open; 0m old-in; 0m old-closed; 3d in; 3d reopen; 4d reply",
            "opened 1, reopened 1, closed 1, arrived 2, replies 1, open 1, response 1d",
        ),
        (
            "reopened: the full value is gone",
            "0m open; 2h close; 3h reopen",
            "opened 1, reopened 1, closed 1, open 1, first 2h",
        ),
        (
            "closed again",
            "0m open; 2h close; 3h reopen; 1d close",
            "opened 1, reopened 1, closed 2, first 2h, full 1d",
        ),
        (
            "closing what is closed is nothing",
            "0m open; 2h close; 3h close",
            "opened 1, closed 1, first 2h, full 2h",
        ),
        ("pending is not closed", "0m open; 2h pending", "opened 1, pending 1"),
        ("put aside", "0m open; 2h snooze", "opened 1, snoozed 1"),
        (
            "a bounce begins closed",
            "0m open; 0m robot; 0m arrive-closed",
            "opened 1, closed 1, arrived 1",
        ),
        (
            "a rule puts it away, also when it runs later",
            "0m open; 0m in; 1h rule-close",
            "opened 1, closed 1, arrived 1",
        ),
        (
            "then somebody works on it",
            "0m open; 0m robot; 0m arrive-closed; 1h in; 1h reopen; 3h close",
            "opened 1, reopened 1, closed 2, arrived 2, first 3h, full 3h",
        ),
    ]);
}

#[test]
fn r218_half_open_periods() {
    let line = "0m open; 0m in; 1d reply; 2d close; 3d reopen; 4d close";
    for (from, to, wanted) in [
        ("0s", "1d", "opened 1, arrived 1, open 1"),
        ("1d", "2d", "replies 1, open 1, response 1d"),
        ("2d", "3d", "closed 1, first 2d, full 2d"),
        ("3d", "4d", "reopened 1, open 1"),
        ("4d", "5d", "closed 1, full 4d"),
        ("5d", "6d", ""),
        ("0s", "1s", "opened 1, arrived 1, open 1"),
    ] {
        let measures = measure(after(from), after(to), &[line]);
        assert_eq!(summary(&measures.total), wanted, "[{from}, {to})");
    }
    let before = measure(monday() - Duration::days(2), monday(), &[line]);
    assert_eq!(summary(&before.total), "");
    assert!(Period::new(monday(), monday()).is_err());
}

#[test]
fn r218_days_begin_in_the_zone() {
    let zone: Zone = "Europe/Amsterdam".parse().unwrap();
    // 22:00 UTC is midnight there; the period is Monday to Wednesday, there.
    let from: Time = "2026-05-03T22:00:00Z".parse().unwrap();
    let mut report = Report::new(Period::new(from, from + Duration::days(3)).unwrap(), zone);
    report.take(&course("21h open; 21h in"));
    report.take(&course("22h open; 22h in; 2d reply"));
    let days = report.finish().days;
    let rows: Vec<_> =
        days.iter().map(|d| (d.date.to_string(), d.opened, d.arrived, d.replies)).collect();
    let wanted = [("2026-05-04", 1, 1, 0), ("2026-05-05", 1, 1, 0), ("2026-05-06", 0, 0, 1)];
    assert_eq!(rows, wanted.map(|(date, o, a, r)| (date.to_owned(), o, a, r)));
}

#[test]
fn a_long_period_shows_only_the_days_in_between() {
    let measures =
        measure(monday() - Duration::days(9000), after("1w"), &["1d open", "3d open; 3d in"]);
    let dates: Vec<_> = measures.days.iter().map(|d| (d.date.to_string(), d.opened)).collect();
    let wanted = [("2026-05-05", 1), ("2026-05-06", 0), ("2026-05-07", 1)];
    assert_eq!(dates, wanted.map(|(date, n)| (date.to_owned(), n)));
    assert!(measure(monday() - Duration::days(9000), monday(), &[]).days.is_empty());
}

#[test]
fn r219_spam_is_left_out_and_counted() {
    let lines = [
        "0m open; 0m in; 1h spam",
        "0m open; 0m in; 1h reply; 2h spam; 3h reopen",
        "1w open; 1w spam",
    ];
    let measures = measure(monday(), after("1w"), &lines);
    let wanted = "opened 1, arrived 1, replies 1, open 1, response 1h";
    assert_eq!(summary(&measures.total), wanted);
    assert_eq!(measures.left_out, LeftOut { spam: 1, ..LeftOut::default() });
    let later = measure(after("1d"), after("2d"), &lines);
    assert_eq!(later.left_out.spam, 0, "old spam is no news");
}

#[test]
fn r219_what_is_merged_is_left_out_and_counted() {
    let lines =
        ["0m open; 0m in; 1h close; 2h take-in", "1h open; 1h in; 2h merge", "1w open; 1w merge"];
    let measures = measure(monday(), after("1w"), &lines);
    let wanted = "opened 1, reopened 1, closed 1, arrived 1, open 1, first 1h";
    assert_eq!(summary(&measures.total), wanted);
    assert_eq!(measures.left_out, LeftOut { merged: 1, ..LeftOut::default() });
    let before = measure(monday(), after("90m"), &lines);
    assert_eq!((before.total.counts.opened, before.left_out.merged), (2, 0), "a past period");
}

#[test]
fn damage_is_counted_and_no_events_are_nothing() {
    let measures = measure(monday(), after("1w"), &["0m in; 1h reply", ""]);
    assert_eq!(summary(&measures.total), "");
    assert_eq!(measures.left_out, LeftOut { damaged: 1, ..LeftOut::default() });
}

#[test]
fn load_is_open_work_and_replies() {
    let lines = [
        "0m open; 1m assign bram",
        "0m open; 1m assign anna; 2m reply anna; 3m reply bram",
        "0m open; 1m assign team:finance; 2m reply login:root",
        "0m open; 1m assign anna; 2m reply anna; 3m close",
        "0m open",
    ];
    let measures = measure(monday(), after("1w"), &lines);
    let rows: Vec<_> =
        measures.load.iter().map(|l| (l.who.to_string(), l.open, l.replies)).collect();
    let wanted = [
        ("anna", 1, 2),
        ("bram", 1, 1),
        ("team:finance", 1, 0),
        ("login:root", 0, 1),
        ("none", 1, 0),
    ];
    assert_eq!(rows, wanted.map(|(who, open, replies)| (who.to_owned(), open, replies)));
}

#[test]
fn r221_json_is_stable() {
    let json = serde_json::to_string(&measure(monday(), after("1d"), &["0m open; 1h close"]));
    let spread = r#"{"n":1,"median_ms":3600000,"p90_ms":3600000,"mean_ms":3600000}"#;
    let none = r#"{"n":0,"median_ms":null,"p90_ms":null,"mean_ms":null}"#;
    let flow = format!(
        r#""opened":1,"reopened":0,"closed":1,"arrived":0,"replies":0,"open":0,"pending":0,"snoozed":0,"first_response":{none},"first_resolution":{spread},"full_resolution":{spread}"#
    );
    let wanted = format!(
        r#"{{"from":"2026-05-04T00:00:00Z","to":"2026-05-05T00:00:00Z","zone":"UTC","total":{{{flow}}},"inboxes":[{{"inbox":"support",{flow}}}],"days":[{{"date":"2026-05-04","opened":1,"closed":1,"arrived":0,"replies":0}}],"load":[],"left_out":{{"spam":0,"merged":0,"damaged":0}}}}"#
    );
    assert_eq!(json.unwrap(), wanted);
}

/// A random course: acts at random instants of ten days, in no order but for the beginning.
fn random_course() -> impl Strategy<Value = Vec<Event>> {
    let acts = "in|robot|receipt|reply|reply bram|note|assign bram|close|reopen|pending";
    let acts: Vec<_> = acts.split('|').collect();
    let steps = proptest::collection::vec((0..240_i64, proptest::sample::select(acts)), 0..12);
    (any::<bool>(), 0..24_i64, steps).prop_map(|(sales, begin, mut steps)| {
        steps.sort_by_key(|(hour, _)| *hour);
        let inbox = if sales { "open-sales" } else { "open" };
        let line = steps.iter().map(|(hour, act)| format!("; {}h {act}", begin + hour));
        course(&format!("{begin}h {inbox}{}", line.collect::<String>()))
    })
}

fn report(courses: &[Vec<Event>], from: &str, to: &str) -> Measures {
    let mut report = Report::new(Period::new(after(from), after(to)).unwrap(), Zone::UTC);
    courses.iter().for_each(|events| report.take(events));
    report.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn order_of_conversations_does_not_matter(
        mut courses in proptest::collection::vec(random_course(), 0..8),
    ) {
        let one = report(&courses, "1d", "5d");
        courses.reverse();
        prop_assert_eq!(one, report(&courses, "1d", "5d"));
    }

    /// What is there = what was there + what came + what came back - what was done; and the parts
    /// add up to the whole, in every table.
    #[test]
    fn the_books_balance(courses in proptest::collection::vec(random_course(), 0..8)) {
        let (early, late) = (report(&courses, "0s", "3d"), report(&courses, "3d", "9d"));
        let c = &late.total.counts;
        let came = early.total.counts.backlog() + c.opened + c.reopened;
        prop_assert_eq!(c.backlog() + c.closed, came);
        let sum = |f: fn(&InboxFlow) -> u64| late.inboxes.iter().map(f).sum::<u64>();
        prop_assert_eq!(sum(|i| i.flow.counts.replies), c.replies);
        prop_assert_eq!(sum(|i| i.flow.counts.open), c.open);
        prop_assert_eq!(late.load.iter().map(|l| l.open).sum::<u64>(), c.open);
        prop_assert_eq!(late.load.iter().map(|l| l.replies).sum::<u64>(), c.replies);
        prop_assert_eq!(late.days.iter().map(|d| d.opened).sum::<u64>(), c.opened);
        prop_assert_eq!(late.days.iter().map(|d| d.closed).sum::<u64>(), c.closed);
        prop_assert_eq!(late.days.iter().map(|d| d.arrived).sum::<u64>(), c.arrived);
    }
}
