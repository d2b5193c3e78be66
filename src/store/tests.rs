//! What a writing transaction promises.

use anyhow::bail;

use super::*;
use crate::domain::{Actor, Change, Conversation, Reason};

fn desk() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(&dir.path().join("postroom.db"), Clock::Test, Time(0)).unwrap();
    (dir, store)
}

fn run() -> Run {
    let config = ConfigText { hash: [7; 32], text: "config".to_owned() };
    Run { now: Time(1_000), via: "test", config }
}

const ACT: Act<'static> =
    Act { actor: &Actor::Postroom, reason: &Reason::Asked, cause: None, effective: Time(1_000) };

fn open_one(tx: &Tx<'_>) -> Result<Conversation> {
    let inbox = "support".parse()?;
    let mut conversation = tx.begin_conversation(&inbox, Time(1_000))?;
    tx.record(&mut conversation, &ACT, &[Change::Opened { inbox }])?;
    Ok(conversation)
}

fn counts(store: &Store) -> Counts {
    store.read(|snapshot| snapshot.counts()).unwrap()
}

#[test]
fn an_error_takes_everything_back() {
    let (_dir, mut store) = desk();
    let failed: Result<()> = store.write(&run(), Ending::Commit, |tx| {
        open_one(tx)?;
        bail!("no")
    });
    assert!(failed.is_err());
    assert_eq!(counts(&store), Counts::default());
}

#[test]
fn a_rehearsal_leaves_nothing() {
    let (_dir, mut store) = desk();
    store.write(&run(), Ending::Rollback, open_one).unwrap();
    assert_eq!(counts(&store), Counts::default());
}

#[test]
fn a_failed_attempt_leaves_what_came_before_and_what_comes_after() {
    let (_dir, mut store) = desk();
    store
        .write(&run(), Ending::Commit, |tx| {
            let lost = tx.attempt(|| -> Result<()> {
                open_one(tx)?;
                bail!("no")
            })?;
            assert!(lost.is_err());
            let mut kept = open_one(tx)?;
            tx.record_note(&mut kept, &ACT, "after")?;
            Ok(())
        })
        .unwrap();
    let events = store.read(|snapshot| snapshot.events(snapshot.numbers()?[0])).unwrap();
    assert_eq!(events.len(), 2);
    // The configuration that the attempt wrote was taken back with it, and written again.
    let text = store.read(|snapshot| snapshot.config_text(events[0].by.config)).unwrap();
    assert_eq!(text.as_deref(), Some("config"));
    assert_eq!(events[0].by.batch, events[1].by.batch);
    assert!(store.rebuild().unwrap().is_empty());
    assert!(store.read(|snapshot| snapshot.check_file()).unwrap().is_empty());
}

#[test]
fn numbers_are_never_used_again() {
    let (_dir, mut store) = desk();
    let first = store.write(&run(), Ending::Commit, open_one).unwrap().number;
    store.connection.execute_batch("DELETE FROM event; DELETE FROM conversation").unwrap();
    let second = store.write(&run(), Ending::Commit, open_one).unwrap().number;
    assert!(second > first);
}
