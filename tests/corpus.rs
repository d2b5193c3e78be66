//! Real mail of many programs, and hostile mail: all of it goes in, comes out
//! byte for byte, and goes in once. What must be there is said by
//! `tests/identity.py`, which shares no code with us.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

mod common;

use common::{Desk, POSTROOM, corpus, skip};
use postroom::mail;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folders of single messages; the other one holds mbox files.
const FOLDERS: [&str; 7] = ["auto", "bounces", "hostile", "human", "parse", "replies", "threads"];

#[test]
fn the_corpus_goes_in_once_and_comes_out_unaltered() {
    let Some(corpus) = corpus() else {
        return skip("the corpus", "../shared/corpus is not there");
    };
    let identities = identities(&corpus);
    let desk = Desk::new();
    let first = take_in(&desk, identities.keys());
    assert_eq!(first.len(), identities.len(), "one line for each file");
    let counts = counts(&desk);
    assert_eq!(counts[0], count(&corpus), "messages");
    assert_eq!(counts[1], counts[0], "arrivals");

    let mut came = BTreeSet::new();
    for ((path, identity), message) in identities.iter().zip(&first) {
        let stored =
            format!("SELECT identity = x'{identity}' FROM message WHERE id = {}", &message[1..]);
        assert_eq!(desk.number(&stored), 1, "{}: {message} has another identity", path.display());
        if came.insert(message) {
            let raw = desk.run(["show", "--raw", message]).expect_success().stdout;
            assert!(
                raw == fs::read(path).unwrap(),
                "{}: {message} is not what came",
                path.display()
            );
        }
    }
    assert_eq!(take_in(&desk, identities.keys()), first, "the second time");
    assert_eq!(self::counts(&desk), counts, "the second time adds nothing");
    desk.run(["check", "--rebuild"]).expect_success();
}

/// T3.7a: the spans of each text are the text, no byte missing.
#[test]
fn the_spans_of_each_text_are_the_text() {
    let Some(corpus) = corpus() else {
        return skip("the corpus", "../shared/corpus is not there");
    };
    let paths = identities(&corpus);
    assert!(!paths.is_empty());
    for path in paths.keys() {
        let mail::Parsed { text, subject, .. } = mail::parse(&fs::read(path).unwrap());
        let spans: String = mail::spans(&text, mail::Intent::of(&subject))
            .into_iter()
            .map(|s| &text[s.range])
            .collect();
        assert!(spans == text, "{}", path.display());
    }
}

/// Each figure has its floor in `tests/score`, which prints them.
#[test]
fn real_mail_is_understood() {
    let Some(corpus) = corpus() else {
        return skip("the corpus", "../shared/corpus is not there");
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/score");
    let done = Command::new("python3").arg(script).args([Path::new(POSTROOM), &corpus]).output();
    let done = done.unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{told}{}", String::from_utf8_lossy(&done.stderr));
}

/// The attachments that inspect lists are those that Python's email package finds, byte for byte.
#[test]
fn attachments_are_those_of_another_reader() {
    let Some(corpus) = corpus() else {
        return skip("the corpus", "../shared/corpus is not there");
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attachments.py");
    let done = Command::new("python3").arg(script).args([Path::new(POSTROOM), &corpus]).output();
    let done = done.unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{told}{}", String::from_utf8_lossy(&done.stderr));
}

/// What identity.py says of each file, in the order of the paths.
fn identities(corpus: &Path) -> BTreeMap<PathBuf, String> {
    let text = identity_py(&[], corpus);
    text.lines()
        .map(|line| line.split_once("  ").unwrap())
        .map(|(id, path)| (path.into(), id.into()))
        .collect()
}

/// How many messages there must be.
fn count(corpus: &Path) -> i64 {
    identity_py(&["--count"], corpus).trim().parse().unwrap()
}

fn identity_py(options: &[&str], corpus: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/identity.py");
    let folders =
        FOLDERS.map(|folder| corpus.join(folder)).into_iter().filter(|folder| folder.exists());
    let done = Command::new("python3").arg(script).args(options).args(folders).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// Takes files in; the message of each.
fn take_in<'a>(desk: &Desk, paths: impl Iterator<Item = &'a PathBuf>) -> Vec<String> {
    let mut command = desk.postroom(["ingest", "-p", "--inbox", "support"]);
    command.args(paths);
    let text = common::finish(command, b"").expect_success().text();
    text.lines().map(|line| line.split('\t').nth(1).unwrap().to_owned()).collect()
}

fn counts(desk: &Desk) -> [i64; 3] {
    ["message", "arrival", "event"]
        .map(|table| desk.number(&format!("SELECT count(*) FROM {table}")))
}

/// Shapes on which two readers of the definition might differ.
#[test]
fn odd_shapes_have_the_identity_that_the_definition_says() {
    let desk = Desk::new();
    let folder = desk.beside("odd/hostile");
    fs::create_dir_all(&folder).unwrap();
    let many = |last: &str| {
        let end = format!("From: a@x\nMessage-ID: <many@x>\nX-Last: {last}\n\nb");
        [b"X-Much: y\n".repeat(12_000), end.into_bytes()].concat()
    };
    let (one, other) = (many("one"), many("other"));
    // A field, the continuation of one, and an mbox line that end just within 4 MiB, and beyond.
    let long = |begin: &str, length: usize, end: &str| {
        let line = [begin.as_bytes(), &b"x".repeat(length - begin.len() - 1)].concat();
        [&line[..], b"\n", end.as_bytes()].concat()
    };
    let window = 4 << 20;
    let edges: Vec<Vec<u8>> = [window, window + 1]
        .into_iter()
        .flat_map(|length| {
            [
                long("Date: z\nTo: ", length, "From: a@x\n\nb\n"),
                long("Date: z\nTo: ", length, "\nb\n"),
                long("Date: z\nCc: c\nX: y\n\t", length, "\nb\n"),
                long("From ", length, "Date: z\n\nb\n"),
            ]
        })
        .collect();
    let shapes: [&[u8]; 24] = [
        &one,
        &other,
        b"From a@x Sat Jan  1\nFrom: a@x\nDate: today\n\nbody",
        b"From : a@x\nDate: today\n\nFrom b\n",
        b"From \nDate: x\n\nbody",
        b"From \t: a@x\nMessage-ID: <1@x>",
        b" folded from the start\nFrom: a@x\n\nbody",
        b"From: a@x\nnot a field\nDate: x\n\nbody",
        b"From: a@x\nDate: x",
        b"From: a@x\nDate: x\r",
        b"From: a@x\r\n\r\n\r\n",
        b"From: a@x\r\nDate: x\r\n\r\r\nbody\r\r\nb\rc\r\r",
        b"From:\tA  \t B <a@x> \r\n\t c\n \n\nbody",
        b"Subject: b\nsubject: a\nSUBJECT : c\nMessage-Id: <2@x>\n\nbody",
        b"Content-Type: x\nCONTENT-FOO: y\nX-A: z\nDate:\n\nbody",
        b"X-B: 1\nX-A: 2\n\nno date, no id\n\n\n",
        b"X-B: 1\nX-A: 3\n\nno date, no id\n\n\n",
        b"Na\xc3\xafve: x\nDate: y\n\nbody",
        b"Date: \xff\x00\nSubject: \xe4\n\n\x00\xff",
        b": no name\nDate: x\n\nbody",
        b"From: a@x\n\tDate: x\n\nbody",
        b"Date: x\n\n",
        b"\nDate: x\n",
        b"x",
    ];
    let all = shapes.into_iter().chain(edges.iter().map(Vec::as_slice));
    for (n, shape) in all.enumerate() {
        fs::write(folder.join(format!("{n:02}.eml")), shape).unwrap();
    }
    for (path, identity) in identities(&desk.beside("odd")) {
        let message = desk.ingest(&fs::read(&path).unwrap());
        let stored = format!(
            "SELECT lower(hex(identity)) = '{identity}' FROM message WHERE id = {}",
            &message[1..]
        );
        assert_eq!(desk.number(&stored), 1, "shape {}", path.display());
    }
}
