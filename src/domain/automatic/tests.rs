//! The table T1 to T30 of the specification, the order of the reasons, and the cannon.
//!
//! What a header field means (T7 to T19) is tested where fields are read; here stand the signals
//! that they become.

use proptest::prelude::*;

use super::*;
use crate::domain::Duration;

/// Everything [`decide`] asks for, owned, so that a test changes one thing.
struct World {
    envelope: EnvelopeSender,
    from: Option<Address>,
    addressed: Vec<Address>,
    signals: Vec<Signal>,
    class: Class,
    status: Status,
    dmarc: Verdict,
    spf: Verdict,
    place: Place,
    hours: Hours,
    receipt: Option<&'static str>,
    closed: Option<&'static str>,
    limits: Limits,
    memory: Memory,
}

const NOW: Time = Time(1_780_000_000_000);

fn address(word: &str) -> Address {
    word.parse().unwrap()
}

fn patterns(words: &[&str]) -> Vec<Pattern> {
    words.iter().map(|w| w.parse().unwrap()).collect()
}

/// A person begins a conversation in opening hours; both texts are configured.
fn world() -> World {
    World {
        envelope: EnvelopeSender::Address(address("a@x.example")),
        from: Some(address("a@x.example")),
        addressed: vec![address("support@ours.example")],
        signals: vec![],
        class: Class::Person,
        status: Status::Open,
        dmarc: Verdict::Unknown,
        spf: Verdict::Unknown,
        place: Place::First,
        hours: Hours::Open,
        receipt: Some("receipt"),
        closed: Some("closed-hours"),
        limits: Limits::default(),
        memory: Memory::default(),
    }
}

#[test]
fn an_archive_is_never_answered() {
    let mut world = world();
    world.place = Place::Archive;
    for hours in [Hours::Open, Hours::Closed] {
        world.hours = hours;
        assert_eq!(world.decide(NOW), Err(Silence::Archived));
    }
}

impl World {
    fn sender(&mut self, word: &str) {
        self.envelope = EnvelopeSender::read(word);
        self.from = word.parse().ok();
    }

    /// The inbox was closed, and the sender last got the closed text so long ago.
    fn had_closed_text(&mut self, ago: Duration) {
        self.hours = Hours::Closed;
        self.place = Place::FollowUp;
        self.memory.texts.insert("closed-hours".into(), NOW - ago);
    }

    fn decide(&self, now: Time) -> Result<Answer, Silence> {
        let inbox = patterns(&["support@ours.example", "help@ours.example"]);
        let ours = patterns(&["sales@ours.example", "*@desk.example", "anna@ours.example"]);
        let mail = Mail {
            envelope: self.envelope.clone(),
            from: self.from.as_ref(),
            addressed: &self.addressed,
            signals: &self.signals,
            class: self.class,
            status: self.status,
            dmarc: self.dmarc,
            spf: self.spf,
            place: self.place,
            hours: self.hours,
            received: NOW,
            written: None,
        };
        let policy = Policy {
            receipt: self.receipt,
            closed: self.closed,
            pause: Pause::default(),
            limits: self.limits,
            inbox: &inbox,
            ours: &ours,
            system: &[],
        };
        decide(&mail, Some(&self.memory), &policy, now)
    }
}

/// One row: the id in the specification, what differs from [`world`], the code or the answer's text.
type Row = (&'static str, fn(&mut World), &'static str);

fn check(rows: &[Row]) {
    for (id, change, wanted) in rows {
        let mut world = world();
        change(&mut world);
        let got = world.decide(NOW);
        let got = got.as_ref().map_or_else(|silence| silence.code(), |answer| &answer.text);
        assert_eq!(got, *wanted, "{id}");
    }
}

#[test]
fn t1_to_t6_who_is_answered() {
    check(&[
        ("T1", |w| w.envelope = EnvelopeSender::read("<>"), "null-sender"),
        ("T1", |w| w.envelope = EnvelopeSender::read(""), "null-sender"),
        ("T2", |w| w.envelope = EnvelopeSender::read("MAILER-DAEMON"), "null-sender"),
        ("T3", |w| w.envelope = EnvelopeSender::Null, "null-sender"),
        // T4: Reply-To is no input at all.
        ("T4", |_| (), "receipt"),
        ("T5", |w| w.envelope = EnvelopeSender::Unknown, "no-envelope"),
        ("T6", |w| w.from = Some(address("b@y.example")), "sender-mismatch"),
        (
            "T6 dmarc",
            |w| (w.from, w.dmarc) = (Some(address("b@y.example")), Verdict::Pass),
            "receipt",
        ),
        (
            "T6 a forger's own domain passes, the bystander's envelope does not",
            |w| {
                w.from = Some(address("b@y.example"));
                (w.dmarc, w.spf) = (Verdict::Pass, Verdict::Fail);
            },
            "spf",
        ),
        ("T6 no From", |w| w.from = None, "sender-mismatch"),
        ("R104", |w| w.from = Some(address("b@news.x.example")), "receipt"),
    ]);
}

#[test]
fn t7_to_t19_what_the_header_says() {
    check(&[
        ("T7", |w| w.signals = vec![Signal::AutoSubmitted], "auto-submitted"),
        ("T8 T9 T15 T17 T18", |w| w.signals = vec![], "receipt"),
        ("T10", |w| w.signals = vec![Signal::AutoSubmitted], "auto-submitted"),
        ("T11 T12 T13", |w| w.signals = vec![Signal::List], "list"),
        ("T14", |w| w.signals = vec![Signal::PrecedenceBulk], "precedence"),
        ("T14 list", |w| w.signals = vec![Signal::PrecedenceList], "precedence"),
        ("T16", |w| w.signals = vec![Signal::SuppressAnswer], "xars"),
        ("T19", |w| w.signals = vec![Signal::LoopMark], "loop"),
        ("T19 a guard", |w| w.signals = vec![Signal::LoopGuard], "loop"),
        ("T19 ours", |w| w.signals = vec![Signal::OwnMark], "loop"),
        ("class", |w| w.class = Class::Automatic, "auto-submitted"),
    ]);
}

#[test]
fn t20_to_t25_addresses_reports_and_forgeries() {
    check(&[
        ("T20", |w| w.sender("owner-list@x.example"), "system-address"),
        ("T20", |w| w.sender("list-request@x.example"), "system-address"),
        ("T20", |w| w.sender("noreply@x.example"), "system-address"),
        ("T20 From", |w| w.from = Some(address("noreply@x.example")), "system-address"),
        ("T20b", |w| w.sender("groot@x.example"), "receipt"),
        ("T20b", |w| w.sender("requester@x.example"), "receipt"),
        ("T20b", |w| w.sender("northreply@x.example"), "receipt"),
        ("T21", |w| w.sender("support@ours.example"), "own-address"),
        ("T21", |w| w.sender("sales+tok@ours.example"), "own-address"),
        ("T21 domain", |w| w.sender("whoever@desk.example"), "own-address"),
        ("T21 agent", |w| w.sender("Anna@Ours.example"), "own-address"),
        ("T22", |w| w.addressed = vec![], "not-addressed"),
        ("T22 other inbox", |w| w.addressed = vec![address("sales@ours.example")], "not-addressed"),
        ("T22b", |w| w.addressed.insert(0, address("other@z.example")), "receipt"),
        ("T22b", |w| w.addressed = vec![address("Help+x@OURS.example")], "receipt"),
        ("T23", |w| w.signals = vec![Signal::Bounce], "report"),
        ("T23 calendar", |w| w.signals = vec![Signal::CalendarReply], "report"),
        ("T24", |w| w.signals = vec![Signal::Spam], "spam"),
        ("T24 rule", |w| w.status = Status::Spam, "spam"),
        ("T25", |w| w.dmarc = Verdict::Fail, "dmarc"),
        ("T25 spf", |w| w.spf = Verdict::Fail, "spf"),
        // T25b: an untrusted verdict is none.
        ("T25b", |w| w.dmarc = Verdict::Unknown, "receipt"),
    ]);
}

#[test]
fn t26_to_t30_memory() {
    check(&[
        ("T26", |w| w.had_closed_text("6d23h".parse().unwrap()), "rate"),
        ("T26 clock went back", |w| w.had_closed_text(Duration(-5)), "rate"),
        ("T27", |w| w.had_closed_text(Duration::days(7)), "closed-hours"),
        ("T28", |w| w.place = Place::FollowUp, "follow-up"),
        ("T29", |w| w.memory.desk_hour = w.limits.desk_hour, "global-limit"),
        ("R96 inbox", |w| w.memory.inbox_hour = 100, "inbox-limit"),
        ("R96 domain", |w| w.memory.domain_hour = 50, "domain-limit"),
        ("R116", |w| w.memory.sender_day = 3, "sender-limit"),
        ("one a message", |w| w.memory.answered = true, "answered-elsewhere"),
    ]);
    // T30: the memory is asked by the person's key, in which the extension has no part.
    assert_eq!(address("A+tag@x.example").person_key(), address("a@x.example").person_key());
}

#[test]
fn which_text() {
    check(&[
        ("open, new", |_| (), "receipt"),
        ("closed, new: one mail for both", |w| w.hours = Hours::Closed, "closed-hours"),
        (
            "closed, follow-up",
            |w| (w.hours, w.place) = (Hours::Closed, Place::FollowUp),
            "closed-hours",
        ),
        (
            "closed text had, new conversation",
            |w| {
                w.had_closed_text(Duration::days(1));
                w.place = Place::First;
            },
            "receipt",
        ),
        ("only closed, open", |w| w.receipt = None, "off"),
        ("only receipt, closed", |w| (w.closed, w.hours) = (None, Hours::Closed), "receipt"),
        ("R127", |w| (w.receipt, w.closed) = (None, None), "off"),
    ]);
}

#[test]
fn the_answer_goes_to_the_envelope_sender() {
    let mut world = world();
    world.from = Some(address("b@news.x.example"));
    let answer = world.decide(NOW).unwrap();
    let wanted = (address("a@x.example"), MailKind::Receipt);
    assert_eq!((answer.to, answer.kind), wanted);
}

#[test]
fn no_memory_no_answer() {
    let inbox = patterns(&["support@ours.example"]);
    let (from, to) = (address("a@x.example"), [address("support@ours.example")]);
    let mail = Mail {
        envelope: EnvelopeSender::Address(from.clone()),
        from: Some(&from),
        addressed: &to,
        signals: &[],
        class: Class::Person,
        status: Status::Open,
        dmarc: Verdict::Pass,
        spf: Verdict::Pass,
        place: Place::First,
        hours: Hours::Open,
        received: NOW,
        written: None,
    };
    let policy = Policy {
        receipt: Some("receipt"),
        closed: None,
        pause: Pause::default(),
        limits: Limits::default(),
        inbox: &inbox,
        ours: &[],
        system: &[],
    };
    assert_eq!(decide(&mail, None, &policy, NOW), Err(Silence::NoMemory));
}

#[test]
fn subjects() {
    use MailKind::{Closed, Receipt};
    use Verdict::{Pass, Unknown};
    let long = "ü".repeat(70);
    let cut = format!("Auto: {}…", "ü".repeat(60));
    for (kind, configured, original, dmarc, wanted) in [
        (Receipt, Some("We have it"), "Buy", Pass, "We have it"),
        (Receipt, Some("We\r\nBcc: b@y"), "", Pass, "We Bcc: b@y"),
        (Receipt, None, "My order", Pass, "Auto: My order"),
        (Receipt, None, "x\r\nBcc: y", Pass, "Auto: x Bcc: y"),
        (Receipt, None, long.as_str(), Pass, cut.as_str()),
        (Receipt, None, "Buy", Unknown, "Automatic answer: we have your mail"),
        (Receipt, None, " ", Pass, "Automatic answer: we have your mail"),
        (Closed, Some(" "), "Buy", Verdict::Fail, "Automatic answer: we are closed at the moment"),
    ] {
        assert_eq!(subject(kind, configured, original, dmarc), wanted);
    }
}

/// One mail of the cannon: who is forged, how long after the one before, what it claims to be.
#[derive(Debug, Clone)]
struct Shot {
    sender: usize,
    extension: bool,
    wait: i64,
    first: bool,
    closed: bool,
}

fn shots() -> impl Strategy<Value = Vec<Shot>> {
    let shot = (0..12_usize, any::<bool>(), 0..20 * 60_000_i64, any::<bool>(), any::<bool>())
        .prop_map(|(sender, extension, wait, first, closed)| Shot {
            sender,
            extension,
            wait,
            first,
            closed,
        });
    proptest::collection::vec(shot, 1..400)
}

/// What was sent, as the store would keep it.
struct Sent {
    key: String,
    domain: String,
    text: String,
    at: Time,
}

fn recall(log: &[Sent], to: &Address, now: Time) -> Memory {
    let (key, domain) = (to.person_key(), registered_domain(to.domain()));
    let count = |span: Duration, wanted: &dyn Fn(&Sent) -> bool| {
        u32::try_from(log.iter().filter(|s| s.at > now - span && wanted(s)).count()).unwrap()
    };
    Memory {
        texts: log.iter().filter(|s| s.key == key).map(|s| (s.text.clone(), s.at)).collect(),
        sender_day: count(DAY, &|s| s.key == key),
        domain_hour: count(HOUR, &|s| s.domain == domain),
        inbox_hour: count(HOUR, &|_| true),
        desk_hour: count(HOUR, &|_| true),
        answered: false,
        complained: false,
    }
}

/// The most entries of the log within any span.
fn most(log: &[&Sent], span: Duration) -> usize {
    let within = |first: Time| log.iter().filter(|s| s.at >= first && s.at < first + span).count();
    log.iter().map(|first| within(first.at)).max().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is fired at it under at most twelve forged names of three domains, no name, no
    /// domain and no inbox gives more than its limit in any window.
    #[test]
    fn it_is_no_cannon(shots in shots()) {
        let limits = Limits { sender_day: 3, domain_hour: 5, inbox_hour: 7, desk_hour: 9 };
        let (mut log, mut now) = (Vec::<Sent>::new(), NOW);
        for shot in &shots {
            now = now + Duration(shot.wait);
            let extension = if shot.extension { format!("+{}", shot.wait) } else { String::new() };
            let (person, domain) = (shot.sender, shot.sender % 3);
            let to = address(&format!("P{person}{extension}@host{person}.d{domain}.example"));
            let mut world = world();
            world.sender(to.as_str());
            world.place = if shot.first { Place::First } else { Place::FollowUp };
            world.hours = if shot.closed { Hours::Closed } else { Hours::Open };
            world.limits = limits;
            world.memory = recall(&log, &to, now);
            if let Ok(Answer { to, text, .. }) = world.decide(now) {
                let (key, domain) = (to.person_key(), registered_domain(to.domain()));
                log.push(Sent { key, domain, text, at: now });
            }
        }
        let of = |wanted: &dyn Fn(&Sent) -> bool| log.iter().filter(|s| wanted(s)).collect::<Vec<_>>();
        prop_assert!(most(&of(&|_| true), HOUR) <= 7);
        for one in &log {
            prop_assert!(most(&of(&|s| s.domain == one.domain), HOUR) <= 5);
            prop_assert!(most(&of(&|s| s.key == one.key), DAY) <= 3);
            let closed = of(&|s| s.key == one.key && s.text == "closed-hours");
            prop_assert!(most(&closed, Duration::days(7)) <= 1);
        }
    }
}
