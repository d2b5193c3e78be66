//! The same comes of it in however many threads, and one by one.

use super::*;
use crate::desk::ingest::{How, Incoming};
use crate::desk::raw::Raw;
use crate::desk::source::{Afterwards, Begin, Reach};
use crate::desk::{Purpose, Wanted, init};
use crate::domain::{Event, MessageId, Number, Time};
use crate::store::{Clock, Wiring};

const NOW: Time = Time(1_780_000_000_000);

fn desk(dir: &std::path::Path) -> Desk {
    let plan = init::Plan {
        inboxes: [("support".parse().unwrap(), "support@example.test".parse().unwrap())].into(),
        zone: "UTC".to_owned(),
        group: None,
        clock: Clock::Test,
        ground: init::Ground::Local,
    };
    init::init(dir, &plan, NOW).unwrap();
    let config = Some(dir.join("postroom.toml"));
    Desk::open(&Wanted { config, agent: None, now: Some(NOW) }, Purpose::Write).unwrap()
}

static NEVER: AtomicBool = AtomicBool::new(false);

fn bulk<'a>(threads: usize, envelope: &'a Envelope, chain: &'a Chain) -> Bulk<'a> {
    let manner = Manner {
        format: Format::Message,
        reach: Reach::Folder,
        begin: Begin::WhereItEnded,
        afterwards: Afterwards::Leave,
    };
    let threads = NonZeroUsize::new(threads).unwrap();
    Bulk { manner, occasion: Occasion::Now, threads, envelope, chain, stop: &NEVER }
}

/// Mails of all sizes, many of them answers, some before what they answer, some twice.
fn mails() -> Vec<String> {
    let mail = |n: usize| {
        let parent = if n.is_multiple_of(5) { n + 1 } else { n / 3 };
        let answers =
            if n % 4 == 1 { String::new() } else { format!("References: <{parent}@x>\n") };
        let body = "Some words.\n".repeat(n * 37 % 400);
        format!(
            "From: p{}@x.test\nTo: support@example.test\nSubject: {n}\nMessage-ID: <{n}@x>\n\
             Date: Mon, 1 Jun 2026 08:00:00 +0000\n{answers}\n{body}",
            if n.is_multiple_of(11) { 1 } else { 0 }
        )
    };
    (0..400).map(|n| mail(if n % 50 == 49 { n - 40 } else { n })).collect()
}

/// All that a desk holds of its conversations.
type Contents = Vec<(Number, Vec<Event>, Vec<MessageId>)>;

fn contents(desk: &Desk) -> Contents {
    let mut all = Vec::new();
    let read = desk.read(|snapshot| {
        snapshot.each_log(|number, events| {
            all.push((number, events.to_vec(), snapshot.messages_of(number)?));
            Ok(())
        })
    });
    read.unwrap();
    all
}

fn one_by_one(mails: &[String]) -> (Contents, [usize; 3]) {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(&dir.path().join("desk"));
    let mut hows = [0; 3];
    for mail in mails {
        let raw = &Raw::from(mail.clone().into_bytes());
        let (envelope, wiring) = (&Envelope::default(), Wiring::File);
        let occasion = Occasion::Now;
        let incoming = Incoming { raw, envelope, wiring, occasion, delivered: Some(NOW) };
        let landed = desk.ingest(&incoming, &Chain::default(), None).unwrap().landed;
        hows[[How::New, How::Joined, How::Duplicate]
            .iter()
            .position(|h| *h == landed[0].how)
            .unwrap()] += 1;
    }
    (contents(&desk), hows)
}

#[test]
fn the_same_in_any_number_of_threads_and_one_by_one() {
    let mails = mails();
    let (wanted, [new, joined, duplicate]) = one_by_one(&mails);
    assert!(new > 50 && joined > 100 && duplicate > 5, "{new} {joined} {duplicate}");
    let files = tempfile::tempdir().unwrap();
    for (n, mail) in mails.iter().enumerate() {
        std::fs::write(files.path().join(format!("{n:04}.eml")), mail).unwrap();
    }
    for threads in [1, 2, 7] {
        let dir = tempfile::tempdir().unwrap();
        let mut desk = desk(&dir.path().join("desk"));
        let paths = [Ok(files.path().to_owned())].into_iter();
        let (envelope, chain) = (Envelope::default(), Chain::default());
        let tell = |_: Told<'_>| Ok(());
        let tally = desk.ingest_paths(paths, Some(1), &bulk(threads, &envelope, &chain), tell);
        let tally = tally.unwrap();
        assert!(tally.adds_up());
        assert_eq!([tally.new, tally.joined, tally.duplicate], [new, joined, duplicate]);
        assert_eq!(contents(&desk), wanted, "{threads} threads");
    }
}

/// More than fits under way, so that the reader waits when nobody takes any more.
#[test]
fn an_error_in_the_middle_ends_all_threads() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.eml");
    std::fs::write(&file, format!("Subject: a\n\n{}", "x\n".repeat(1 << 19))).unwrap();
    let mut desk = desk(&dir.path().join("desk"));
    let (envelope, chain) = (Envelope::default(), Chain::default());
    let paths = std::iter::repeat_with(|| Ok(file.clone()));
    let tell = |told: Told<'_>| match told {
        Told::Taken(_) => anyhow::bail!("stdout is full"),
        _ => Ok(()),
    };
    let done = desk.ingest_paths(paths, None, &bulk(2, &envelope, &chain), tell);
    assert_eq!(done.unwrap_err().to_string(), "stdout is full");
}
