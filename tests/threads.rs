//! Labelled pairs of mails: which belong together and which do not, made here in
//! many languages, and real threads where the corpus is there (T3.2a, T3.2e).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

mod common;

use common::{Desk, skip};
use postroom::desk::{Desk as Library, Purpose, Wanted};
use postroom::domain::groups::Groups;
use postroom::domain::{Change, MessageId, Step};
use postroom::mail;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What mail programs write before the subject of a reply, and of a forward.
const PREFIXES: [(&str, &str); 15] = [
    ("Re", "Fwd"),
    ("AW", "WG"),
    ("Antw", "Doorst"),
    ("RE", "TR"),
    ("R", "I"),
    ("RE", "RV"),
    ("Odp", "PD"),
    ("SV", "VB"),
    ("Sv", "VS"),
    ("VS", "VL"),
    ("RES", "ENC"),
    ("YNT", "İLT"),
    ("Отв", "Пересл"),
    ("ΑΠ", "ΠΡΘ"),
    ("回复", "转发"),
];

/// What becomes of the second mail of a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Label {
    Joins,
    /// A conversation of its own.
    Apart,
    /// The same, with a link to that of the first mail.
    Linked,
}

/// Who writes the second mail.
#[derive(Debug, Clone, Copy, PartialEq)]
enum By {
    TheSame,
    Another,
}

/// A way to answer, or not: a name, the header fields with `{1}` for the id of the first mail, who
/// writes, and what is right.
const SHAPES: [(&str, &str, By, Label); 17] = [
    ("in-reply-to", "In-Reply-To: <{1}>\n", By::TheSame, Label::Joins),
    ("references", "References: <{1}>\n", By::TheSame, Label::Joins),
    ("both", "In-Reply-To: <{1}>\nReferences: <{1}>\n", By::TheSame, Label::Joins),
    ("among others", "References: <x@{n}>\n <{1}>\n\t<y@{n}>\n", By::TheSame, Label::Joins),
    ("words around", "In-Reply-To: Your mail of \"Mon, 1 Jun\" <{1}>\n", By::TheSame, Label::Joins),
    ("no end", "In-Reply-To: <{1}\n", By::TheSame, Label::Joins),
    ("no space between", "References: <x@{n}><{1}>\n", By::TheSame, Label::Joins),
    ("commas", "References: <x@{n}>, <{1}>,\n", By::TheSame, Label::Joins),
    ("comment", "References: (was <z@{n}>) <{1}>\n", By::TheSame, Label::Joins),
    ("two ids", "In-Reply-To: <x@{n}> <{1}>\n", By::TheSame, Label::Joins),
    ("wrong parent", "In-Reply-To: <x@{n}>\nReferences: <{1}>\n", By::TheSame, Label::Joins),
    ("what came late", "", By::TheSame, Label::Joins),
    ("the subject alone", "", By::TheSame, Label::Apart),
    ("the subject of another", "", By::Another, Label::Apart),
    ("a true id of another", "References: <{1}>\n", By::Another, Label::Linked),
    ("another case", "References: <{U}>\n", By::TheSame, Label::Apart),
    ("its own id", "References: <b-{1}>\n", By::TheSame, Label::Apart),
];

struct Pair {
    name: String,
    mails: [String; 2],
    label: Label,
}

fn pairs() -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (reply, forward) in PREFIXES {
        for prefix in [reply, forward] {
            for (shape, fields, by, label) in SHAPES {
                let n = pairs.len();
                let one = format!("a-{n}@customer-{n}.test");
                let other = match by {
                    By::TheSame => one.clone(),
                    By::Another => format!("b-{n}@customer.test"),
                };
                let id = format!("Mail-{n}@mx.customer-{n}.test");
                let late = shape == "what came late";
                let answers = if late { format!("In-Reply-To: <b-{id}>\n") } else { String::new() };
                let fields = fields
                    .replace("{1}", &id)
                    .replace("{U}", &id.to_uppercase())
                    .replace("{n}", &n.to_string());
                let first = mail(&one, &id, "Invoice", &answers);
                let subject = format!("{prefix}: Invoice");
                let second = mail(&other, &format!("b-{id}"), &subject, &fields);
                pairs.push(Pair {
                    name: format!("{prefix}: {shape}"),
                    mails: [first, second],
                    label,
                });
            }
        }
    }
    pairs
}

fn mail(from: &str, id: &str, subject: &str, fields: &str) -> String {
    format!(
        "From: {from}\nTo: support@example.test\nSubject: {subject}\nMessage-ID: <{id}>\n{fields}\
         \nHello from {id}.\n"
    )
}

/// Takes files in, in this order: of each, its conversation and its message.
fn take_in<'a>(desk: &Desk, paths: impl Iterator<Item = &'a PathBuf>) -> Vec<(i64, MessageId)> {
    let mut command = desk.postroom(["ingest", "-p", "--inbox", "support"]);
    command.args(paths);
    let text = common::finish(command, b"").expect_success().text();
    let landed = text.lines().map(|line| {
        let words: Vec<&str> = line.split('\t').collect();
        (words[0].parse().unwrap(), words[1].parse().unwrap())
    });
    landed.collect()
}

#[test]
fn labelled_pairs() {
    let (desk, pairs) = (Desk::new(), pairs());
    assert!(pairs.len() >= 500, "{}", pairs.len());
    let folder = desk.beside("pairs");
    fs::create_dir_all(&folder).unwrap();
    let mut paths = Vec::new();
    for (n, pair) in pairs.iter().enumerate() {
        for (m, mail) in pair.mails.iter().enumerate() {
            let path = folder.join(format!("{n:04}-{m}.eml"));
            fs::write(&path, mail).unwrap();
            paths.push(path);
        }
    }
    let landed = take_in(&desk, paths.iter());
    assert_eq!(landed.len(), paths.len());

    let config = Some(desk.dir().join("postroom.toml"));
    let library = Library::open(&Wanted { config, ..Wanted::default() }, Purpose::Read).unwrap();
    for (pair, landed) in pairs.iter().zip(landed.chunks(2)) {
        let [(first, _), (second, message)] = landed else { panic!("{}", pair.name) };
        assert_eq!(pair.label == Label::Joins, first == second, "{}", pair.name);
        let why = library.why_message(*message).unwrap();
        let [home] = why.homes.as_slice() else { panic!("{}: {why:?}", pair.name) };
        let step = match &home.event.as_ref().unwrap().change {
            Change::Arrived { step, .. } => step,
            other => panic!("{}: {other:?}", pair.name),
        };
        let told = match step {
            Step::Reference { .. } | Step::Referenced { .. } => Label::Joins,
            Step::Stranger { related, .. } if related.0 == *first => Label::Linked,
            Step::New => Label::Apart,
            other => panic!("{}: {other:?}", pair.name),
        };
        assert_eq!(
            (pair.label, told == Label::Apart),
            (told, home.value.is_none()),
            "{}",
            pair.name
        );
        if let Some(value) = &home.value {
            assert!(pair.mails.iter().any(|mail| mail.contains(value)), "{}: {value}", pair.name);
        }
    }
    desk.run(["check", "--rebuild"]).expect_success();
}

/// The groups of the corpus: of each mailbox, the files with the group of each.
fn corpus() -> Option<BTreeMap<String, BTreeMap<PathBuf, String>>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["../shared/corpus", "../../shared/corpus"].map(|p| root.join(p));
    let folder = folders.into_iter().find(|p| p.is_dir())?;
    let manifest = fs::read_to_string(folder.join("manifest.jsonl")).unwrap();
    let mut sets: BTreeMap<String, BTreeMap<PathBuf, String>> = BTreeMap::new();
    for line in manifest.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let thread = &entry["expect"]["thread"];
        let (Some(set), Some(group)) = (thread["set"].as_str(), thread["group"].as_str()) else {
            continue;
        };
        let path = folder.join(entry["path"].as_str().unwrap());
        sets.entry(set.to_owned()).or_default().insert(path, group.to_owned());
    }
    Some(sets)
}

/// Which of the files are together, whatever their groups are called.
fn partition<G: Ord>(files: impl Iterator<Item = (PathBuf, G)>) -> BTreeSet<Vec<PathBuf>> {
    let mut groups: BTreeMap<G, Vec<PathBuf>> = BTreeMap::new();
    for (path, group) in files {
        groups.entry(group).or_default().push(path);
    }
    groups.into_values().collect()
}

#[test]
fn threads_of_real_mailboxes() {
    let Some(sets) = corpus() else { return skip("the corpus", "../shared/corpus is not there") };
    assert!(sets.len() > 5, "{}", sets.len());
    for (set, files) in sets {
        let expected = partition(files.clone().into_iter());

        // By the ids alone, every group is exact.
        let mut groups = Groups::default();
        for path in files.keys() {
            let parsed = mail::parse(&fs::read(path).unwrap());
            let own = parsed.message_id.iter().chain(&parsed.other_ids);
            let ids = own.chain(&parsed.in_reply_to).chain(&parsed.references);
            groups.add(ids.map(String::as_str));
        }
        let by_ids = partition(files.keys().cloned().zip(groups.numbers()));
        assert_eq!(by_ids, expected, "{set}");

        // The desk asks who writes, too: it never puts two groups into one conversation.
        let desk = Desk::new();
        let landed = take_in(&desk, files.keys());
        assert_eq!(landed.len(), files.len(), "{set}");
        let mut group_of: BTreeMap<i64, &String> = BTreeMap::new();
        for ((number, message), (path, group)) in landed.iter().zip(&files) {
            let of = group_of.entry(*number).or_insert(group);
            assert_eq!(*of, group, "{set}: {} is {message} in {number}", path.display());
        }
        desk.run(["check", "--rebuild"]).expect_success();
    }
}
