//! Each step, and which comes first.

use super::*;

/// A candidate in the inbox support, of message `n` in conversation `n * 10`.
fn at(n: i64, participant: bool) -> Candidate {
    Candidate {
        message: MessageId(n),
        conversation: Number(n * 10),
        inbox: "support".parse().unwrap(),
        participant,
        closed: None,
    }
}

fn elsewhere(mut c: Candidate) -> Candidate {
    c.inbox = "sales".parse().unwrap();
    c
}

fn closed(c: Candidate, days: i64) -> Candidate {
    Candidate { closed: Some(Time(0) + Duration::days(100 - days)), ..c }
}

fn join(conversation: i64, step: Step) -> Home {
    Home::Join { conversation: Number(conversation), step }
}

fn token(n: i64) -> Home {
    join(n * 10, Step::Token { message: MessageId(n), stood: Stood::InReplyTo })
}

fn reference(n: i64) -> Home {
    join(n * 10, Step::Reference { message: MessageId(n), stood: Stood::InReplyTo })
}

fn referenced(n: i64) -> Home {
    join(n * 10, Step::Referenced { message: MessageId(n) })
}

fn stranger(n: i64) -> Home {
    let (related, message) = (Number(n * 10), MessageId(n));
    Home::Begin {
        step: Step::Stranger { related, message, stood: Stood::InReplyTo, forged: false },
    }
}

fn lead(to: Candidate) -> Lead {
    Lead { to, stood: Stood::InReplyTo }
}

const NEW: Home = Home::Begin { step: Step::New };

type Lists = (Vec<Candidate>, Vec<Candidate>, Vec<Candidate>);

/// Of a person to support, on day 100, with 14 days to reopen.
fn found(lists: Lists, class: Class) -> Home {
    let inbox = "support".parse().unwrap();
    home(&evidence(lists, class, &inbox))
}

fn evidence(
    (signed, references, referenced_by): Lists,
    class: Class,
    inbox: &InboxName,
) -> Evidence<'_> {
    Evidence {
        signed: signed.into_iter().map(lead).collect(),
        original: None,
        references: references.into_iter().map(lead).collect(),
        reported: Vec::new(),
        referenced_by,
        siblings: Vec::new(),
        key: None,
        subject: None,
        inbox,
        effective: Time(0) + Duration::days(100),
        reopen_within: Some(Duration::days(14)),
        class,
        forged: false,
    }
}

#[test]
fn weaker_evidence_in_its_turn() {
    let inbox = "support".parse().unwrap();
    let sibling = |n: i64| join(n * 10, Step::Sibling { message: MessageId(n) });
    let subject = |n: i64| join(n * 10, Step::Subject);
    let foreign = |n: i64| Home::Begin {
        step: Step::ForeignToken { related: Number(n * 10), forged: false },
    };
    for (name, references, siblings, named, wanted) in [
        ("sibling", vec![], vec![at(1, true)], None, sibling(1)),
        ("sibling of a stranger", vec![], vec![at(1, false)], None, NEW),
        ("sibling before subject", vec![], vec![at(1, true)], Some(at(2, true)), sibling(1)),
        ("reference before sibling", vec![at(1, true)], vec![at(2, true)], None, reference(1)),
        ("subject of a participant", vec![], vec![], Some(at(1, true)), subject(1)),
        ("subject of a stranger", vec![], vec![], Some(at(1, false)), foreign(1)),
        ("subject does not cross", vec![], vec![], Some(elsewhere(at(1, true))), NEW),
        ("reference names the link", vec![at(1, false)], vec![], Some(at(2, false)), stranger(1)),
        ("stranger there, named here", vec![at(1, false)], vec![], Some(at(2, true)), subject(2)),
    ] {
        let lists = (vec![], references, vec![]);
        let evidence = evidence(lists, Class::Person, &inbox);
        assert_eq!(home(&Evidence { siblings, subject: named, ..evidence }), wanted, "{name}");
    }
}

/// Who the sender is was not known: that is why nothing let it in.
#[test]
fn what_failed_dmarc_is_no_stranger() {
    let inbox = "support".parse().unwrap();
    let (related, message, stood) = (Number(10), MessageId(1), Stood::InReplyTo);
    for (references, named, step) in [
        (vec![at(1, false)], None, Step::Stranger { related, message, stood, forged: true }),
        (vec![], Some(at(1, false)), Step::ForeignToken { related, forged: true }),
    ] {
        let evidence = evidence((vec![], references, vec![]), Class::Person, &inbox);
        let home = home(&Evidence { subject: named, forged: true, ..evidence });
        assert_eq!(home, Home::Begin { step });
    }
}

#[test]
fn copies() {
    let inbox = "support".parse().unwrap();
    let message = MessageId(1);
    let too_long = Home::Begin { step: Step::ClosedTooLong { related: Number(10) } };
    for (signed, to, is_direct, wanted) in [
        (vec![], at(1, true), false, join(10, Step::Copy { message })),
        (vec![], closed(at(1, true), 99), false, join(10, Step::Copy { message })),
        (vec![], at(1, true), true, join(10, Step::Direct { message })),
        (vec![], closed(at(1, true), 99), true, too_long),
        (vec![], elsewhere(at(1, true)), false, reference(2)),
        (vec![at(3, true)], at(1, true), false, token(3)),
        (vec![at(1, true)], at(1, true), false, join(10, Step::Copy { message })),
    ] {
        let evidence = evidence((signed, vec![at(2, true)], vec![]), Class::Person, &inbox);
        let original = Some(Original { to, is_direct });
        assert_eq!(home(&Evidence { original, ..evidence }), wanted);
    }
}

#[test]
fn keys() {
    let inbox = "support".parse().unwrap();
    let key = |n: i64| join(n * 10, Step::Key { rule: "r".into(), message: MessageId(n) });
    let too_long = Home::Begin { step: Step::ClosedTooLong { related: Number(10) } };
    let none = Vec::new;
    for (name, last, says, references, subject, wanted) in [
        ("first", None, Says::There, none(), None, NEW),
        ("again, by whomever", Some(at(1, false)), Says::There, none(), None, key(1)),
        ("reference first", Some(at(1, false)), Says::There, vec![at(2, true)], None, reference(2)),
        ("before subject", Some(at(1, false)), Says::There, none(), Some(at(2, true)), key(1)),
        ("elsewhere", Some(elsewhere(at(1, true))), Says::There, none(), None, NEW),
        ("soon again", Some(closed(at(1, true), 1)), Says::There, none(), None, key(1)),
        ("again, late", Some(closed(at(1, true), 2)), Says::There, none(), None, too_long.clone()),
        ("again, by another", Some(closed(at(1, false), 1)), Says::There, none(), None, NEW),
        ("over, by another", Some(closed(at(1, false), 1)), Says::Over, none(), None, key(1)),
        ("over, late", Some(closed(at(1, true), 2)), Says::Over, none(), None, key(1)),
        ("noted, late", Some(closed(at(1, true), 2)), Says::Neither, none(), None, key(1)),
        ("by reference", None, Says::There, vec![closed(at(1, true), 2)], None, too_long),
    ] {
        let evidence = evidence((vec![], references, vec![]), Class::Automatic, &inbox);
        let keyed = Keyed { rule: "r", says, reopen_within: Duration::days(1), last };
        let evidence = Evidence { key: Some(keyed), subject, ..evidence };
        assert_eq!(home(&evidence), wanted, "{name}");
    }
}

#[test]
fn what_is_one_matter() {
    let inbox = "support".parse().unwrap();
    for (name, lists, wanted) in [
        ("one", (vec![], vec![at(1, true)], vec![]), &[][..]),
        ("two", (vec![], vec![at(1, true), at(3, true)], vec![]), &[30]),
        ("late bridge", (vec![], vec![at(1, true)], vec![at(3, true)]), &[30]),
        ("stranger there", (vec![], vec![at(1, true), at(3, false)], vec![]), &[]),
        ("another inbox", (vec![], vec![at(1, true), elsewhere(at(3, true))], vec![]), &[]),
        ("signed, of a stranger", (vec![at(1, false), at(3, false)], vec![], vec![]), &[30]),
        ("closed", (vec![], vec![at(1, true), closed(at(3, true), 14)], vec![]), &[30]),
        ("closed too long", (vec![], vec![at(1, true), closed(at(3, true), 15)], vec![]), &[]),
    ] {
        let found = same(&evidence(lists, Class::Person, &inbox), Number(10));
        assert_eq!(found.iter().map(|n| n.0).collect::<Vec<_>>(), wanted, "{name}");
    }
}

#[test]
fn each_path() {
    let none = Vec::new;
    for (name, lists, wanted) in [
        ("nothing", (none(), none(), none()), NEW),
        ("signature, of a stranger too", (vec![at(1, false)], none(), none()), token(1)),
        ("nearest signature", (vec![at(2, true), at(1, true)], none(), none()), token(2)),
        ("signature crosses", (vec![elsewhere(at(1, false))], none(), none()), token(1)),
        (
            "signature of this inbox before a nearer one of another",
            (vec![elsewhere(at(2, true)), at(1, true)], none(), none()),
            token(1),
        ),
        ("signature before reference", (vec![at(1, false)], vec![at(2, true)], none()), token(1)),
        ("reference of a participant", (none(), vec![at(1, true)], none()), reference(1)),
        ("nearest reference", (none(), vec![at(2, true), at(1, true)], none()), reference(2)),
        ("reference does not cross", (none(), vec![elsewhere(at(1, true))], none()), NEW),
        ("stranger", (none(), vec![at(1, false)], none()), stranger(1)),
        (
            "stranger there, participant further off",
            (none(), vec![at(2, false), at(1, true)], none()),
            reference(1),
        ),
        ("stranger elsewhere", (none(), vec![elsewhere(at(1, false))], none()), NEW),
        ("out of order", (none(), none(), vec![at(1, true)]), referenced(1)),
        ("out of order, no participant", (none(), none(), vec![at(1, false)]), NEW),
        ("out of order, elsewhere", (none(), none(), vec![elsewhere(at(1, true))]), NEW),
        (
            "both ways: what it refers to decides",
            (none(), vec![at(1, true)], vec![at(2, true)]),
            reference(1),
        ),
        (
            "stranger there, but awaited here",
            (none(), vec![at(1, false)], vec![at(2, true)]),
            referenced(2),
        ),
    ] {
        assert_eq!(found(lists, Class::Person), wanted, "{name}");
    }
}

#[test]
fn closed_too_long_ago() {
    let too_long = Home::Begin { step: Step::ClosedTooLong { related: Number(10) } };
    let none = Vec::new;
    for (lists, class, wanted) in [
        ((vec![closed(at(1, true), 14)], none(), none()), Class::Person, token(1)),
        ((vec![closed(at(1, true), 15)], none(), none()), Class::Person, too_long.clone()),
        ((none(), vec![closed(at(1, true), 15)], none()), Class::Person, too_long.clone()),
        ((none(), none(), vec![closed(at(1, true), 15)]), Class::Person, too_long),
        ((none(), vec![closed(at(1, false), 15)], none()), Class::Person, stranger(1)),
        ((none(), vec![closed(at(1, true), 15)], none()), Class::Automatic, reference(1)),
        ((vec![closed(at(1, false), 15)], none(), none()), Class::Bounce, token(1)),
        ((vec![closed(at(1, false), 15)], none(), none()), Class::Delay, token(1)),
    ] {
        assert_eq!(found(lists.clone(), class), wanted, "{class} {lists:?}");
    }
}

#[test]
fn no_limit_reopens_for_ever() {
    let inbox = "support".parse().unwrap();
    let evidence = Evidence {
        effective: Time(i64::MAX),
        reopen_within: None,
        ..evidence((vec![], vec![closed(at(1, true), 99)], vec![]), Class::Person, &inbox)
    };
    assert_eq!(home(&evidence), reference(1));
}

#[test]
fn a_report_counts_as_of_whom_it_speaks_for() {
    let inbox = "support".parse().unwrap();
    let reported = |n: i64| {
        let (message, stood) = (MessageId(n), Stood::InReplyTo);
        join(n * 10, Step::Reported { message, stood })
    };
    for (references, about, wanted) in [
        (vec![at(1, false)], vec![], stranger(1)),
        (vec![at(1, false)], vec![at(1, false)], stranger(1)),
        (vec![at(1, false)], vec![at(1, true)], reported(1)),
        (vec![at(2, true)], vec![at(1, true)], reference(2)),
        (vec![], vec![at(3, false), at(2, true), at(1, true)], reported(2)),
        (vec![], vec![elsewhere(at(1, true))], NEW),
    ] {
        let evidence = evidence((vec![], references, vec![]), Class::Bounce, &inbox);
        let reported = about.into_iter().map(lead).collect();
        let evidence = Evidence { reported, ..evidence };
        assert_eq!(home(&evidence), wanted);
        // That somebody says so is no proof that two conversations are one.
        assert!(same(&evidence, Number(20)).iter().all(|n| *n != Number(10)));
    }
}
