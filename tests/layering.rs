//! The layers of the house hold: every path in `src/` points downward in
//! `bin -> desk -> {mail, store, config, render, host} -> domain`, and what
//! has one home (SQL, the mail crates) stays there. Comments may name anything.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::Path;

/// The rooms and their floors; rooms on one floor do not know each other.
const ROOMS: [(&str, u8); 8] = [
    ("bin", 3),
    ("desk", 2),
    ("mail", 1),
    ("store", 1),
    ("config", 1),
    ("render", 1),
    ("host", 1),
    ("domain", 0),
];

/// Crates with one home.
const HOMES: [(&str, &str); 4] = [
    ("rusqlite", "src/store/"),
    ("zstd", "src/store/frame.rs"),
    ("mail_parser", "src/mail/decode.rs"),
    ("mail_builder", "src/mail/compose.rs"),
];

#[test]
fn every_path_points_downward() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    assert!(files.len() > 10, "the sources are not where they were");
    let faults: Vec<String> = files
        .iter()
        .flat_map(|path| {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            faults(&name, &fs::read_to_string(path).unwrap())
        })
        .collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// What is wrong in one file, as `path:line: what`.
fn faults(file: &str, text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let mut faults = Vec::new();
    let here = module(file);
    let mut fault = |line: usize, what: String| faults.push(format!("{file}:{line}: {what}"));
    for (line, path) in paths(&tokens, file) {
        if let Some(what) = path.first().and_then(|room| arrow(&here[0], room)) {
            fault(line, format!("{what} ({})", path.join("::")));
        }
    }
    for (i, (line, token)) in tokens.iter().enumerate() {
        match token {
            Token::Word(word) => {
                let inside_path = continues(&tokens, i);
                let home =
                    HOMES.iter().find(|(name, home)| name == word && !file.starts_with(home));
                if let Some((name, home)) = home.filter(|_| !inside_path) {
                    fault(*line, format!("{name} is only for {home}"));
                }
            }
            Token::Text(text) if is_sql(text) && !file.starts_with("src/store/") => {
                fault(
                    *line,
                    format!(
                        "SQL is only for src/store/: {}",
                        text.chars().take(40).collect::<String>()
                    ),
                );
            }
            _ => {}
        }
    }
    faults
}

fn floor(room: &str) -> Option<u8> {
    ROOMS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// Why a room may not use another; `None` when it may.
fn arrow(from: &str, to: &str) -> Option<String> {
    match (floor(from), floor(to)) {
        _ if from == to => None,
        (_, None) => Some(format!("{to} is no room of this house")),
        (Some(from_floor), Some(to_floor)) if to_floor < from_floor => None,
        (None, _) => None, // lib.rs declares the rooms
        _ => Some(format!("{from} may not use {to}")),
    }
}

/// `src/desk/ingest.rs` is `[desk, ingest]`, `src/desk/mod.rs` is `[desk]`,
/// anything under `src/bin` begins with `bin`.
fn module(file: &str) -> Vec<String> {
    let inner = file.trim_start_matches("src/").trim_end_matches(".rs");
    let mut parts: Vec<String> = inner.split('/').map(str::to_owned).collect();
    if parts.len() > 1 && parts.last().is_some_and(|last| last == "mod" || last == "main") {
        parts.pop();
    }
    parts
}

/// All paths of a file that lead to a room, each resolved from the root of the
/// library. The crate of an executable is its own root, called `bin` here.
fn paths(tokens: &[(usize, Token)], file: &str) -> Vec<(usize, Vec<String>)> {
    let in_bin = file.starts_with("src/bin/");
    let here = module(file);
    let mut inline: Vec<(usize, String)> = Vec::new(); // `mod x {`: its depth and name
    let mut depth = 0;
    let mut found = Vec::new();
    for (i, (line, token)) in tokens.iter().enumerate() {
        match token {
            Token::Mark('{') => depth += 1,
            Token::Mark('}') => {
                depth -= 1;
                inline.retain(|(at, _)| *at <= depth);
            }
            Token::Word(word) => {
                if word == "mod" && is_mark(tokens, i + 2, '{') {
                    inline.extend(word_at(tokens, i + 1).map(|name| (depth + 1, name.to_owned())));
                } else if continues(tokens, i) {
                } else if word == "postroom" && in_bin {
                    follow(tokens, i + 1, Vec::new(), *line, &mut found);
                } else if word == "crate" {
                    let root = if in_bin { vec!["bin".to_owned()] } else { Vec::new() };
                    follow(tokens, i + 1, root, *line, &mut found);
                } else if word == "super" {
                    let mut base = here.clone();
                    base.extend(inline.iter().map(|(_, name)| name.clone()));
                    base.pop();
                    follow(tokens, i + 1, base, *line, &mut found);
                }
            }
            _ => {}
        }
    }
    found
}

/// Follows a path or a tree of `use` from the token after its first word.
fn follow(
    tokens: &[(usize, Token)],
    at: usize,
    base: Vec<String>,
    line: usize,
    found: &mut Vec<(usize, Vec<String>)>,
) {
    if !(is_mark(tokens, at, ':') && is_mark(tokens, at + 1, ':')) {
        let whole = word_at(tokens, at) == Some("as"); // `use postroom as p` would hide what follows
        found.push((line, if whole { vec!["everything".into(), "as".into()] } else { base }));
        return;
    }
    let mut base = base;
    match tokens.get(at + 2).map(|(_, token)| token) {
        Some(Token::Word(word)) if word == "super" => {
            base.pop();
            follow(tokens, at + 3, base, line, found);
        }
        Some(Token::Word(word)) => {
            base.push(word.clone());
            follow(tokens, at + 3, base, line, found);
        }
        Some(Token::Mark('*')) => {
            base.push("*".into());
            found.push((line, base));
        }
        Some(Token::Mark('{')) => branches(tokens, at + 3, &base, found),
        _ => found.push((line, base)),
    }
}

/// The branches of `{a::b, c::{d, e}}`, from the token after the brace.
fn branches(
    tokens: &[(usize, Token)],
    start: usize,
    base: &[String],
    found: &mut Vec<(usize, Vec<String>)>,
) {
    let (mut depth, mut fresh) = (1, true);
    for (i, (line, token)) in tokens.iter().enumerate().skip(start) {
        match token {
            Token::Mark('{') => depth += 1,
            Token::Mark('}') => depth -= 1,
            Token::Mark(',') if depth == 1 => fresh = true,
            Token::Word(word) if fresh && depth == 1 => {
                let mut branch = base.to_vec();
                branch.push(word.clone());
                follow(tokens, i + 1, branch, *line, found);
                fresh = false;
            }
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

/// SQL, told by its capital keywords: prose for people has none.
fn is_sql(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let after = |first: &str, second: &str| {
        words.iter().position(|word| *word == first).is_some_and(|at| words[at..].contains(&second))
    };
    after("SELECT", "FROM")
        || after("INSERT", "INTO")
        || after("UPDATE", "SET")
        || after("DELETE", "FROM")
}

/// A piece of Rust, as far as this test needs to tell them apart.
#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Mark(char),
}

fn is_mark(tokens: &[(usize, Token)], at: usize, mark: char) -> bool {
    tokens.get(at).is_some_and(|(_, token)| *token == Token::Mark(mark))
}

/// Whether the token continues a path, `::` before it.
fn continues(tokens: &[(usize, Token)], at: usize) -> bool {
    at >= 2 && is_mark(tokens, at - 1, ':') && is_mark(tokens, at - 2, ':')
}

fn word_at(tokens: &[(usize, Token)], at: usize) -> Option<&str> {
    match tokens.get(at) {
        Some((_, Token::Word(word))) => Some(word),
        _ => None,
    }
}

/// The tokens with their lines, comments left out.
fn tokens(text: &str) -> Vec<(usize, Token)> {
    let piece = regex::Regex::new(
        r##"(?sx)
          (?<comment> //[^\n]* | /\*.*?\*/ )
        | b?c?r\#\#"(?<raw2>.*?)"\#\# | b?c?r\#"(?<raw1>.*?)"\# | b?c?r"(?<raw0>.*?)"
        | [bc]?"(?<text>(?:\\.|[^"\\])*)"
        | b?'(?<char>\\[^u].{0,2}?|\\u\{[^}]*\}|[^\\'])'
        | (?<word>[A-Za-z_][A-Za-z0-9_]*)
        | (?<mark>[^\s\w])"##,
    )
    .unwrap();
    let mut tokens = Vec::new();
    let (mut line, mut seen) = (1, 0);
    for found in piece.captures_iter(text) {
        let start = found.get_match().start();
        line += text[seen..start].matches('\n').count();
        seen = start;
        let literal = ["text", "raw0", "raw1", "raw2"].iter().find_map(|name| found.name(name));
        if let Some(literal) = literal {
            tokens.push((line, Token::Text(literal.as_str().to_owned())));
        } else if let Some(word) = found.name("word") {
            tokens.push((line, Token::Word(word.as_str().to_owned())));
        } else if let Some(mark) = found.name("mark") {
            tokens.extend(mark.as_str().chars().map(|mark| (line, Token::Mark(mark))));
        }
    }
    tokens
}

/// The test can be seen to work: each of these is an arrow upward, sideways or
/// out of its home, and is found; each of those is not.
#[test]
fn arrows_turned_upward_are_found() {
    for (file, text) in [
        ("src/domain/event.rs", "use crate::store::Store;"),
        ("src/domain/event.rs", "fn f() { crate::desk::ingest::run() }"),
        ("src/domain/event.rs", "use crate::{domain::Time, mail::parse};"),
        ("src/domain/event.rs", "use crate::{domain::{Time, Tag}, config};"),
        ("src/domain/event.rs", "use super::super::host::clock;"),
        ("src/domain/mod.rs", "use super::store;"),
        (
            "src/domain/query/parse.rs",
            "mod tests { use super::super::super::super::store::Store; }",
        ),
        ("src/mail/parse.rs", "let x: crate::store::Tx = y;"),
        ("src/store/open.rs", "pub(crate) use crate::config::Config;"),
        ("src/desk/ingest.rs", "use crate::bin::main;"),
        ("src/desk/mod.rs", "use crate::*;"),
        ("src/desk/mod.rs", "use crate as house;"),
        ("src/domain/event.rs", "#[cfg(test)] mod tests { use crate::store::Store; }"),
        ("src/desk/ingest.rs", "use rusqlite::Connection;"),
        ("src/bin/postroom/list.rs", "fn f(c: &rusqlite::Connection) {}"),
        ("src/mail/classify.rs", "use mail_parser::MessageParser;"),
        ("src/desk/reply.rs", "use mail_builder as builder;"),
        ("src/desk/list.rs", "let q = \"SELECT number FROM conversation\";"),
        ("src/desk/list.rs", "let q = r#\"DELETE\n FROM conversation\"#;"),
    ] {
        assert_eq!(faults(file, text).len(), 1, "{file}: {text}: {:?}", faults(file, text));
    }
    for (file, text) in [
        (
            "src/domain/event.rs",
            "//! Written by [`crate::store`].\n/// See [`crate::desk`].\nuse super::time::Time;",
        ),
        ("src/domain/event.rs", "/* crate::store */ // crate::desk\nuse crate::domain::Time;"),
        (
            "src/domain/event.rs",
            "let x = \"crate::store::x\"; let y = ('\"', '\\'', \"\\\"crate::desk\");",
        ),
        ("src/domain/event.rs", "#[cfg(test)] mod tests { use super::*; use super::super::Time; }"),
        (
            "src/desk/ingest.rs",
            "use crate::{config::Config, domain::{Time, Tag}, mail, store::Store};",
        ),
        (
            "src/bin/postroom/list.rs",
            "use crate::args::Select; use postroom::desk::Desk; use postroom::domain::Time;",
        ),
        (
            "src/bin/postroom/main.rs",
            "mod list; use self::list::run; pub(crate) fn f<'a>(x: &'a str) {}",
        ),
        ("src/store/open.rs", "use rusqlite::Connection; const Q: &str = \"SELECT 1 FROM x\";"),
        ("src/mail/decode.rs", "use mail_parser::MessageParser; use super::address;"),
        ("src/desk/list.rs", "let help = \"Select conversations from the desk and update them\";"),
        ("src/lib.rs", "pub mod domain; pub mod desk;"),
    ] {
        assert_eq!(faults(file, text), Vec::<String>::new(), "{file}: {text}");
    }
}
