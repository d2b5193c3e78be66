//! Real mail, and what may become of it on its way: each is taken by a program of its own, which
//! gets 256 MB of memory and a second of a processor, of a debug build four. Prints the seed; `SEED=n`
//! makes the same mutants again. `make mutations` makes 10,000.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

mod common;
mod mutate;

use common::{Desk, Done, POSTROOM, Random, corpus, finish, say};
use mutate::Mutant;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Kilobytes of memory, and seconds of a processor, that a program gets for one mail: one, where it is
/// built as it is used.
const LIMITED: &str = if cfg!(debug_assertions) {
    "ulimit -v 262144 && ulimit -t 4 && exec \"$0\" \"$@\""
} else {
    "ulimit -v 262144 && ulimit -t 1 && exec \"$0\" \"$@\""
};

/// Percent of the mutants with another body whose subject and author must be as they were.
const LEAST_RIGHT: usize = 95;

#[test]
fn real_mail_is_defective_only_where_that_is_listed() {
    let Some(corpus) = corpus() else {
        return common::skip("the corpus", "../shared/corpus is not there");
    };
    let paths = common::mails(&corpus);
    let found = Mutex::new(BTreeSet::new());
    // What does for five at once does for each; an mbox holds many already.
    let is_mail = |path: &PathBuf| path.extension().is_none_or(|ending| ending != "mbox");
    let runs = paths.chunk_by(|one, next| is_mail(one) && is_mail(next));
    let batches: Vec<&[PathBuf]> = runs.flat_map(|run| run.chunks(5)).collect();
    in_parallel(batches.len(), |n| {
        let mut inspect = limited(&["inspect", "--json"]);
        inspect.args(batches[n]);
        for seen in seen(inspect, b"", "the corpus") {
            let path = Path::new(seen["path"].as_str().unwrap()).strip_prefix(&corpus).unwrap();
            // The messages of an mbox have a number.
            let name = path.to_str().unwrap().split('#').next().unwrap().to_owned();
            let pairs = defects(&seen).into_iter().map(|defect| (defect, name.clone()));
            found.lock().unwrap().extend(pairs);
        }
    });
    let (found, listed) = (found.into_inner().unwrap(), listed());
    let new: Vec<_> = found.difference(&listed).collect();
    assert!(new.is_empty(), "not in tests/defective: {new:#?}");
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(gone.is_empty(), "understood by now, but still in tests/defective: {gone:#?}");
}

#[test]
fn mutants_are_understood() {
    let (right, of) = (AtomicUsize::new(0), AtomicUsize::new(0));
    each_mutant("mutants, inspect", |mail, mutant, what| {
        let inspect = |bytes: &[u8]| {
            let mut seen = seen(limited(&["inspect", "--json"]), bytes, what);
            assert_eq!(seen.len(), 1, "{what}");
            seen.remove(0)
        };
        let seen = inspect(&mutant.bytes);
        assert!(!defects(&seen).contains(&"parser-fault".to_owned()), "{what}");
        if mutant.is_body_alone {
            let before = inspect(mail);
            let is_same = ["subject", "from"].iter().all(|field| seen[field] == before[field]);
            right.fetch_add(usize::from(is_same), Ordering::Relaxed);
            of.fetch_add(1, Ordering::Relaxed);
        }
    });
    let (right, of) = (right.into_inner(), of.into_inner());
    say(&format!("mutants: {right} of {of} with another body have their subject and author"));
    assert!(of > 0 && 100 * right >= LEAST_RIGHT * of);
}

/// T3.1a: exit 0 for each, a row for each that is a message of its own, and its bytes as they came.
#[test]
fn mutants_are_stored() {
    let desk = Desk::new();
    let folder = desk.beside("mutants");
    fs::create_dir(&folder).unwrap();
    let messages = Mutex::new(BTreeSet::new());
    let (taken, shown) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let run = |words: &[&str], input: &[u8], what: &str| {
        let mut command = limited(words);
        desk.environment(&mut command);
        success(finish(command, input), what)
    };
    each_mutant("mutants, ingest", |_, mutant, what| {
        // Nothing is left of it: an empty mail is a broken pipe (R19).
        if mutant.bytes.trim_ascii().is_empty() {
            return;
        }
        let n = taken.fetch_add(1, Ordering::Relaxed);
        fs::write(folder.join(format!("{n:05}")), &mutant.bytes).unwrap();
        let text = run(&["ingest", "-p"], &mutant.bytes, what).text();
        let words: Vec<&str> = text.split('\t').collect();
        messages.lock().unwrap().insert(words[1].to_owned());
        // Of two that are the same message the first one is kept.
        if words[2] != "duplicate" {
            shown.fetch_add(1, Ordering::Relaxed);
            let raw = run(&["show", "--raw", words[1]], b"", what).stdout;
            assert!(raw == mutant.bytes, "not what came: {what}");
        }
    });
    let (taken, shown) = (taken.into_inner(), shown.into_inner());
    let messages = messages.into_inner().unwrap().len();
    assert_eq!(messages, count(&folder), "messages named");
    assert_eq!(i64::try_from(messages), Ok(desk.number("SELECT count(*) FROM message")), "stored");
    assert_eq!(shown, messages, "compared");
    desk.run(["check", "--rebuild"]).expect_success();
    say(&format!("mutants: {taken} are {messages} messages, stored byte for byte"));
}

/// Makes mutants of all mails in turn; `work` gets the mail, its mutant, and what was done to it.
fn each_mutant(test: &str, work: impl Fn(&[u8], &Mutant, &str) + Sync) {
    let number = std::env::var("MUTATIONS").map_or(300, |word| word.parse().unwrap());
    let (paths, seed) = (mails(), Random::new(test));
    in_parallel(number, |n| {
        let mut random = seed.numbered(n);
        // Fewer mutants than mails: any of them. More: all of them.
        let at = if number < paths.len() { random.below(paths.len()) } else { n % paths.len() };
        let mail = fs::read(&paths[at]).unwrap();
        let mutant = Mutant::of(&mail, &mut random);
        let done = mutant.done.join(", ");
        work(&mail, &mutant, &format!("mutant {n} of {}: {done}", paths[at].display()));
    });
}

/// Real mail, or where that is not there the one of the demo.
fn mails() -> Vec<PathBuf> {
    let demo = || Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demo/mail");
    let mails = common::mails(&corpus().unwrap_or_else(demo));
    assert!(!mails.is_empty());
    mails
}

/// Does the work for each number below a limit, on all cores.
fn in_parallel(limit: usize, work: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let numbers = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
                numbers.take_while(|n| *n < limit).for_each(&work);
            });
        }
    });
}

/// The program, with limits on what it may take for one mail.
fn limited(words: &[&str]) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", LIMITED, POSTROOM]).args(words).env_clear().env("PATH", "/usr/bin:/bin");
    command
}

fn success(done: Done, what: &str) -> Done {
    assert!(done.status.success(), "{what}: {}\n{}", done.status, done.stderr);
    done
}

/// What is seen in the messages of an argument, or of stdin.
fn seen(inspect: Command, input: &[u8], what: &str) -> Vec<Value> {
    let text = success(finish(inspect, input), what).text();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    // An mbox has a line of its own.
    lines.filter(|line| line.get("defects").is_some()).collect()
}

fn defects(seen: &Value) -> Vec<String> {
    let words = seen["defects"].as_array().unwrap().iter();
    words.map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// The defects and names of files in tests/defective.
fn listed() -> BTreeSet<(String, String)> {
    let mut defect = "";
    let mut pairs = BTreeSet::new();
    for line in include_str!("defective").lines() {
        match line.strip_prefix("  ") {
            Some(name) => drop(pairs.insert((defect.to_owned(), name.to_owned()))),
            None => defect = line.split_once(':').map_or("", |(defect, _)| defect),
        }
    }
    pairs
}

/// How many messages the files of a folder are, told by a script that shares no code with us.
fn count(folder: &Path) -> usize {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/identity.py");
    let done = Command::new("python3").arg(script).arg("--count").arg(folder).output().unwrap();
    String::from_utf8(done.stdout).unwrap().trim().parse().unwrap()
}
