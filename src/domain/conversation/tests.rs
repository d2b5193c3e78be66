use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::domain::Step;
use crate::domain::access::{Directory, Level};
use crate::domain::action::{Action, Origin};
use crate::domain::decide::{Context, Outcome, decide};
use crate::domain::{BatchId, By, Class, ConfigId, EventId, NoteId, OutboxId, Reason};

fn event(n: i64, effective: i64, actor: Actor, change: Change) -> Event {
    Event {
        id: EventId(n),
        conversation: Number(1),
        seq: Seq(n),
        at: Time(effective.saturating_add(1)),
        effective: Time(effective),
        by: By {
            actor,
            via: "test".into(),
            reason: Reason::Asked,
            cause: None,
            batch: BatchId(1),
            config: ConfigId(1),
        },
        change,
    }
}

fn fold(events: &[Event]) -> Conversation {
    let mut c = Conversation::new(Number(1), "support".parse().unwrap(), Time(0));
    events.iter().for_each(|event| c.apply(event));
    c
}

fn anna() -> Actor {
    Actor::Agent("anna".parse().unwrap())
}

fn mail(n: i64, class: Class, step: Step) -> Change {
    Change::Arrived { message: MessageId(n), class, step }
}

fn queued(mail: MailKind) -> Change {
    Change::Queued { outbox: OutboxId(1), message: MessageId(50), mail }
}

fn status(new: Status) -> Change {
    Change::StatusSet { old: Status::Open, new }
}

#[test]
fn nobody_waits_for_an_answer_to_old_mail() {
    let mut old = event(1, 1, Actor::Contact, mail(1, Class::Person, Step::New));
    old.by.reason = Reason::Archive;
    let c = fold(&[old.clone()]);
    assert_eq!((c.waiting_since, c.last_person), (None, Time(1)));
    let new = event(2, 2, Actor::Contact, mail(2, Class::Person, Step::New));
    assert_eq!(fold(&[old, new]).waiting_since, Some(Time(2)));
}

/// `reopen-within` counts from it.
#[test]
fn an_archived_conversation_is_closed_since_its_last_mail() {
    let archived = |n, at, change| {
        let mut event = event(n, at, Actor::Contact, change);
        event.by.reason = Reason::Archive;
        event
    };
    let begun = [
        archived(1, 5, mail(1, Class::Person, Step::New)),
        archived(2, 5, status(Status::Closed)),
        archived(3, 9, mail(2, Class::Person, Step::New)),
        archived(4, 7, mail(3, Class::Automatic, Step::New)),
    ];
    assert_eq!(fold(&begun).closed, Some(Time(9)));
    // What came in now, such as a bounce, leaves it as it is; and what is open is not closed.
    let bounce = event(5, 20, Actor::Postroom, mail(4, Class::Bounce, Step::New));
    assert_eq!(fold(&[&begun[..], &[bounce]].concat()).closed, Some(Time(9)));
    assert_eq!(fold(&begun[..1]).closed, None);
}

/// Folds changes at times 1, 2, 3 ...
fn clocks(changes: Vec<(Actor, Change)>) -> (Option<i64>, i64, Option<i64>) {
    let events: Vec<Event> =
        (1..).zip(changes).map(|(n, (actor, change))| event(n, n, actor, change)).collect();
    let c = fold(&events);
    (c.waiting_since.map(|at| at.0), c.last_person.0, c.closed.map(|at| at.0))
}

#[test]
fn who_waits_and_who_spoke_last() {
    let open = || (Actor::Contact, Change::Opened { inbox: "support".parse().unwrap() });
    let from = |class, step| (Actor::Contact, mail(2, class, step));
    let person = || from(Class::Person, Step::New);
    let noted = |actor| (actor, Change::Noted { note: NoteId(1) });
    let answer =
        |kind| (if kind == MailKind::Reply { anna() } else { Actor::Postroom }, queued(kind));
    let set = |new| (anna(), status(new));
    let came_back = || (Actor::Postroom, Change::CameBack { message: MessageId(50) });
    for (name, changes, wanted) in [
        ("a mail", vec![open(), person()], (Some(2), 2, None)),
        ("two mails", vec![open(), person(), person()], (Some(2), 3, None)),
        ("a machine's mail", vec![open(), from(Class::Automatic, Step::New)], (None, 1, None)),
        ("answered", vec![open(), person(), answer(MailKind::Reply)], (None, 3, None)),
        ("receipt", vec![open(), person(), answer(MailKind::Receipt)], (Some(2), 2, None)),
        ("closed hours", vec![open(), person(), answer(MailKind::Closed)], (Some(2), 2, None)),
        ("noted", vec![open(), person(), noted(anna())], (Some(2), 3, None)),
        ("noted by a rule", vec![open(), person(), noted(Actor::Postroom)], (Some(2), 2, None)),
        ("closed", vec![open(), person(), set(Status::Closed)], (None, 3, Some(3))),
        ("spam", vec![open(), person(), set(Status::Spam)], (None, 3, None)),
        ("more of a spammer", vec![open(), set(Status::Spam), person()], (None, 3, None)),
        (
            "answered, and the answer came back",
            vec![open(), person(), answer(MailKind::Reply), came_back()],
            (Some(4), 3, None),
        ),
        (
            "an answer to spam came back",
            vec![open(), set(Status::Spam), came_back()],
            (None, 2, None),
        ),
        (
            "reopened",
            vec![open(), set(Status::Closed), person(), (Actor::Contact, status(Status::Open))],
            (Some(3), 3, None),
        ),
        (
            "handed over to sendmail by cron of the owner",
            vec![
                open(),
                person(),
                (Actor::Login("desk".into()), Change::Sent { outbox: OutboxId(1) }),
            ],
            (Some(2), 2, None),
        ),
    ] {
        assert_eq!(clocks(changes), wanted, "{name}");
    }
}

#[test]
fn the_livelier_of_two_that_become_one() {
    let snoozed = |until| Status::Snoozed { until: Time(until), keep_on_reply: false };
    for (root, other, wanted) in [
        (Status::Open, Status::Closed, Status::Open),
        (Status::Closed, Status::Open, Status::Open),
        (Status::Pending, Status::Open, Status::Open),
        (Status::Closed, Status::Pending, Status::Pending),
        (Status::Closed, snoozed(7), snoozed(7)),
        (snoozed(9), snoozed(7), snoozed(7)),
        (snoozed(9), Status::Pending, snoozed(9)),
        (Status::Pending, Status::Spam, Status::Pending),
        (Status::Spam, Status::Open, Status::Spam),
    ] {
        assert_eq!(root.joined_by(other), wanted, "{root} {other}");
    }
}

#[test]
fn what_was_taken_in_is_asked_for_here() {
    let opened = || (Actor::Contact, Change::Opened { inbox: "support".parse().unwrap() });
    let took = |status, waiting_since| {
        let (other, last_person) = (Number(2), Time(1));
        (Actor::Postroom, Change::TookIn { other, status, waiting_since, last_person })
    };
    let closed = || (anna(), status(Status::Closed));
    for (changes, wanted) in [
        (vec![opened(), closed(), took(Status::Closed, None)], (None, 2, Some(2))),
        (vec![opened(), closed(), took(Status::Open, Some(Time(1)))], (Some(1), 2, None)),
        (vec![opened(), took(Status::Pending, None)], (None, 1, None)),
    ] {
        assert_eq!(clocks(changes.clone()), wanted, "{changes:?}");
    }
}

#[test]
fn mail_out_of_order_waits_since_the_earliest() {
    let c = fold(&[
        event(1, 20, Actor::Contact, mail(1, Class::Person, Step::New)),
        event(2, 10, Actor::Contact, mail(2, Class::Person, Step::New)),
    ]);
    assert_eq!((c.waiting_since, c.last_person), (Some(Time(10)), Time(20)));
    assert_eq!(c.first_message, Some(MessageId(1)));
}

fn statuses() -> impl Strategy<Value = Status> {
    prop_oneof![
        Just(Status::Open),
        Just(Status::Pending),
        Just(Status::Closed),
        Just(Status::Spam),
        (any::<i64>(), any::<bool>()).prop_map(|(until, keep_on_reply)| Status::Snoozed {
            until: Time(until),
            keep_on_reply
        }),
    ]
}

/// Any change, from few enough names that they meet.
fn changes() -> impl Strategy<Value = Change> {
    let who = || proptest::option::of("(anna|bram|team:crew)".prop_map(|w| w.parse().unwrap()));
    let value = || proptest::option::of("[78]");
    let kinds = [MailKind::Reply, MailKind::Receipt, MailKind::Closed];
    prop_oneof![
        Just(Change::Opened { inbox: "sales".parse().unwrap() }),
        (1..9i64, proptest::sample::select(Class::ALL.to_vec())).prop_map(|(n, class)| mail(
            n,
            class,
            Step::New
        )),
        (who(), who()).prop_map(|(old, new)| Change::Assigned { old, new }),
        (statuses(), statuses()).prop_map(|(old, new)| Change::StatusSet { old, new }),
        proptest::sample::select(Priority::ALL.to_vec())
            .prop_map(|new| Change::PrioritySet { old: Priority::Low, new }),
        ("[ab]", any::<bool>())
            .prop_map(|(tag, on)| Change::TagSet { tag: tag.parse().unwrap(), on }),
        ("[ab]", value(), value()).prop_map(|(name, old, new)| Change::FieldSet {
            name: name.parse().unwrap(),
            old,
            new
        }),
        Just(Change::Noted { note: NoteId(1) }),
        proptest::sample::select(kinds.to_vec()).prop_map(queued),
        Just(Change::Sent { outbox: OutboxId(1) }),
        Just(Change::SendFailed { outbox: OutboxId(1), mail: MailKind::Reply, code: None }),
        Just(Change::CameBack { message: MessageId(50) }),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let actors = [Actor::Contact, Actor::Postroom, Actor::Login("root".into()), anna()];
    let actor = proptest::sample::select(actors.to_vec());
    vec((any::<i64>(), actor, changes()), 0..30).prop_map(|all| {
        let numbered = (1..).zip(all);
        numbered.map(|(n, (at, actor, change))| event(n, at, actor, change)).collect()
    })
}

/// The last thing that `pick` finds in the events.
fn last<T>(events: &[Event], pick: impl Fn(&Event) -> Option<T>) -> Option<T> {
    events.iter().rev().find_map(pick)
}

proptest! {
    /// The fold takes anything in any order, and each column is what was last said of it.
    #[test]
    fn the_state_is_what_was_last_said(events in events()) {
        let c = fold(&events);
        let set = last(&events, |e| match e.change {
            Change::StatusSet { new, .. } => Some((new, e.effective)),
            _ => None,
        });
        prop_assert_eq!(c.status, set.map_or(Status::Open, |(new, _)| new));
        let closed = set.filter(|(new, _)| *new == Status::Closed).map(|(_, at)| at);
        prop_assert_eq!(c.closed, closed);
        let assignee = last(&events, |e| match &e.change {
            Change::Assigned { new, .. } => Some(new.clone()),
            _ => None,
        });
        prop_assert_eq!(&c.assignee, &assignee.flatten());
        let priority = last(&events, |e| match e.change {
            Change::PrioritySet { new, .. } => Some(new),
            _ => None,
        });
        prop_assert_eq!(c.priority, priority.unwrap_or_default());
        for word in ["a", "b"] {
            let tagged = last(&events, |e| match &e.change {
                Change::TagSet { tag, on } if tag.as_str() == word => Some(*on),
                _ => None,
            });
            prop_assert_eq!(c.tags.contains(&word.parse().unwrap()), tagged == Some(true));
            let value = last(&events, |e| match &e.change {
                Change::FieldSet { name, new, .. } if name.as_str() == word => Some(new.clone()),
                _ => None,
            });
            prop_assert_eq!(c.fields.get(&word.parse().unwrap()).cloned(), value.flatten());
        }
        prop_assert_eq!(c.seq, Seq(i64::try_from(events.len()).unwrap()));
        prop_assert_eq!(c.changed, events.last().map_or(Time(0), |e| e.at));
        prop_assert_eq!((c.number, c.root), (Number(1), Number(1)));
    }

    /// What the store keeps of the events folds to the same conversation.
    #[test]
    fn written_events_fold_the_same(events in events()) {
        let mut read = events.clone();
        for event in &mut read {
            let data = event.change.data().unwrap().to_string();
            let kind = event.change.kind();
            event.change = Change::from_parts(kind, Change::VERSION, &data).unwrap();
        }
        prop_assert_eq!(fold(&read), fold(&events));
    }

    /// A decision starts from what is there and gets what was asked: asked again, it is empty.
    #[test]
    fn deciding_again_changes_nothing(
        events in events(),
        text in "(assign none|assign bram|tag \\+a -b|tag a b|set a=7 b=|set priority=high|close|open)",
    ) {
        let mut c = fold(&events);
        let levels = |inbox: &str| (inbox.parse().unwrap(), Level::Note);
        let bram = [levels("support"), levels("sales")].into();
        let directory = Directory {
            agents: [("bram".parse().unwrap(), bram)].into(),
            ..Directory::default()
        };
        let actor = anna();
        let cx = Context { now: Time(9), actor: &actor, level: Level::Full, directory: &directory };
        let action = Action::parse(&text, Origin::CommandLine).unwrap().remove(0);
        let action = action.resolve(None).unwrap();
        for outcome in decide(&c, &action, &cx).unwrap().outcomes {
            let Outcome::Change(change) = outcome else { panic!("{outcome:?}") };
            let kept = match &change {
                Change::Assigned { old, .. } => *old == c.assignee,
                Change::StatusSet { old, .. } => *old == c.status,
                Change::PrioritySet { old, .. } => *old == c.priority,
                Change::FieldSet { name, old, .. } => *old == c.fields.get(name).cloned(),
                Change::TagSet { tag, on } => c.tags.contains(tag) != *on,
                _ => false,
            };
            prop_assert!(kept, "{:?}", change);
            c.apply(&event(c.seq.next().0, 9, actor.clone(), change));
        }
        prop_assert_eq!(decide(&c, &action, &cx).unwrap().outcomes, vec![]);
    }
}
