//! Mail made to take a reader down (R89): whatever the shape, it is understood as far as it goes and
//! stored as it came, within bounds of time and memory. `--nocapture` prints what each took.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]

mod common;

use common::{Desk, Done, POSTROOM, finish};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

/// Kilobytes of memory, and seconds of a processor. Two seconds are the aim; debug builds take some
/// times as long as others, and what is not linear takes minutes.
const LIMITED: &str = "ulimit -v 262144 && ulimit -t 10 && exec \"$0\" \"$@\"";

/// Looks at each mail, takes it in, and gives it back.
fn survive(bombs: &[(&str, String)]) {
    let desk = Desk::new();
    for (n, (what, mail)) in bombs.iter().enumerate() {
        // No two of them are one message.
        let mail = mail.replacen("<x@customer.test>", &format!("<{n}@customer.test>"), 1);
        let (seen, inspect) = run(&desk, what, &["inspect", "--json"], mail.as_bytes());
        assert!(!seen.text().contains("parser-fault"), "{what}");
        let (taken, ingest) = run(&desk, what, &["ingest", "-p"], mail.as_bytes());
        let (raw, show) = run(&desk, what, &["show", "--raw", &taken.message()], b"");
        assert!(raw.stdout == mail.as_bytes(), "{what}: not what came");
        let kilobytes = mail.len() >> 10;
        println!(
            "{what:32} {kilobytes:6} KB  inspect {inspect:.1?}, ingest {ingest:.1?}, show {show:.1?}"
        );
    }
}

fn run(desk: &Desk, what: &str, words: &[&str], input: &[u8]) -> (Done, Duration) {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", LIMITED, POSTROOM]).args(words);
    desk.environment(&mut command);
    let begun = Instant::now();
    let done = finish(command, input);
    assert!(done.status.success(), "{what}, {words:?}: {}\n{}", done.status, done.stderr);
    (done, begun.elapsed())
}

/// A mail with these lines above its usual header.
fn mail(lines: &str, body: &str) -> String {
    let header = "From: erika@customer.test\nSubject: x\nMessage-ID: <x@customer.test>";
    format!("{lines}\n{header}\n\n{body}")
}

/// A mail with a body of this type: so many times a text.
fn body(kind: &str, text: &str, times: usize) -> String {
    mail(&format!("Content-Type: {kind}"), &text.repeat(times))
}

fn encoded(encoding: &str, text: &str, times: usize) -> String {
    mail(&format!("Content-Transfer-Encoding: {encoding}"), &text.repeat(times))
}

/// As many pieces as are asked for, all different.
fn each(times: usize, piece: impl Fn(usize) -> String) -> String {
    (0..times).map(piece).collect()
}

const MIXED: &str = "multipart/mixed; boundary=B";

#[test]
fn parts() {
    let multipart = |n: usize| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n");
    let never = |n: usize| format!("--B\nContent-Type: multipart/mixed; boundary=never{n}\n\nx\n");
    let in_turn = |n: usize| format!("{}Content-Type: message/rfc822\n\n", multipart(n));
    let numbered = each(20_000, |n| format!("; name*{n}=b"));
    let long = "b".repeat(200_000);
    let status = "Final-Recipient: rfc822; a@x\nAction: failed\nStatus: 5.1.1\n\n";
    let report = format!("--B\nContent-Type: message/delivery-status\n\n{}", status.repeat(10_000));
    survive(&[
        ("multiparts in multiparts", each(50_000, multipart)),
        ("a multipart in itself", multipart(0).repeat(50_000)),
        ("boundaries that never come", body(MIXED, &each(20_000, never), 1)),
        ("messages in messages", "Content-Type: message/rfc822\n\n".repeat(200_000)),
        ("messages and multiparts in turn", each(50_000, in_turn)),
        ("parts", body(MIXED, "--B\n\nx\n", 100_000)),
        ("fields of parts", body(MIXED, &format!("--B\n{}\n", "A: b\n".repeat(200)), 1_000)),
        ("near boundaries", body(MIXED, "--Bx\n--\n", 100_000)),
        (
            "a long boundary",
            body(&format!("multipart/mixed; boundary={long}"), &format!("--{long}\n"), 5),
        ),
        (
            "continuations in each part",
            body(MIXED, &format!("--B\nContent-Type: x/y{numbered}\n\n\n"), 10),
        ),
        ("reports", body("multipart/report; boundary=B", &report, 3)),
    ]);
}

#[test]
fn header() {
    let ids = each(50_000, |n| format!("<{n}@x> "));
    let numbered = each(50_000, |n| format!("; name*{n}=b"));
    let backwards = each(50_000, |n| format!("; name*{}*=%41", 50_000 - n));
    let up = "../".repeat(100_000);
    let repeated =
        |name: &str, value: &str| mail(&format!("{name}: {value}\n").repeat(20_000), "x");
    survive(&[
        ("fields", "X: y\n".repeat(200_000)),
        ("a field of 10 MB", mail(&format!("Subject: {}", "0123456789".repeat(1 << 20)), "x")),
        (
            "a folded field of 2 MB",
            mail(&format!("Subject: {}", "012345678\n ".repeat(200_000)), "x"),
        ),
        ("a name of 1 MB", mail(&format!("{}: x", "X".repeat(1 << 20)), "x")),
        ("ids", mail(&format!("References: {ids}\nIn-Reply-To: {ids}"), "x")),
        ("continuations", mail(&format!("Content-Type: x/y{numbered}"), "x")),
        ("continuations backwards", mail(&format!("Content-Type: x/y{backwards}"), "x")),
        ("a name of directories", mail(&format!("Content-Disposition: x; filename=\"{up}\""), "x")),
        ("Received", repeated("Received", "from a by b; Mon, 1 Jun 2026 09:00:00 +0000")),
        ("Message-ID", repeated("Message-ID", "<a@x>")),
        ("To", repeated("To", "a@x.org")),
        ("From", repeated("From", "nobody")),
        ("List-Id", repeated("List-Id", "<a.x>")),
        ("Authentication-Results", repeated("Authentication-Results", "x; spf=pass")),
    ]);
}

/// What opens something that is never closed, and what closes nothing, in each field that is read.
#[test]
fn values() {
    const NAMES: [&str; 18] = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "References",
        "Content-Type",
        "Content-Disposition",
        "Content-Transfer-Encoding",
        "Auto-Submitted",
        "Precedence",
        "X-Auto-Response-Suppress",
        "Return-Path",
        "Received",
        "Delivered-To",
        "Authentication-Results",
        "X-Failed-Recipients",
        "X-Spam-Flag",
    ];
    let values = [
        "(",
        "()",
        "(\\",
        ")",
        "\"",
        "\"\\",
        "<",
        "<>",
        "<a@x>(",
        "a@x.org,",
        "g:;",
        ",",
        ";",
        "; a=",
        "=?",
        "=?aa?q?x",
        "=?aa?x?",
        "=?utf-8?q?x?= ",
        "=?iso-2022-jp?b?GyRC?= ",
        "Re: ",
        "[#",
        "[a]",
        "@",
        "9",
        "a.",
    ];
    let bombs: Vec<(&str, String)> = values
        .iter()
        .map(|value| {
            let long = value.repeat(60_000 / value.len());
            // An end, far away, for whoever looks for one.
            (
                *value,
                mail(&each(NAMES.len(), |n| format!("{}: {long}?=\n", NAMES.get(n).unwrap())), "x"),
            )
        })
        .collect();
    survive(&bombs);
}

/// Many that differ, in one field and in as many fields: what is compared with all before it takes
/// minutes.
#[test]
fn many_that_differ() {
    let fields = [
        ("From", "<u{}@x.org>"),
        ("Sender", "<u{}@x.org>"),
        ("Reply-To", "<u{}@x.org>"),
        ("To", "<u{}@x.org>"),
        ("Cc", "u{} <u{}@x.org>"),
        ("Delivered-To", "u{}@x.org"),
        ("X-Original-To", "u{}@x.org"),
        ("Envelope-To", "u{}@x.org"),
        ("Return-Path", "<u{}@x.org>"),
        ("X-Failed-Recipients", "u{}@x.org"),
        ("Message-ID", "<{}@x.org>"),
        ("In-Reply-To", "<{}@x.org>"),
        ("References", "<{}@x.org>"),
        ("Subject", "[a{}] Re:"),
        ("Authentication-Results", "mx{}; dmarc=pass"),
        ("Content-Type", "x{}/y; a{}=b"),
        ("X-Spam-Status", "Yes{}"),
    ];
    let value = |form: &str, n: usize| form.replace("{}", &n.to_string());
    let bombs = fields.iter().flat_map(|(name, form)| {
        let lines = each(10_000, |n| format!("{name}: {}\n", value(form, n)));
        let list = each(10_000, |n| format!("{},\n ", value(form, n)));
        [(*name, mail(&lines, "x")), (*name, mail(&format!("{name}: {list}"), "x"))]
    });
    survive(&bombs.collect::<Vec<_>>());
}

#[test]
fn bodies() {
    let charset = |label: &str| format!("text/plain; charset={label}");
    survive(&[
        ("a line of 50 MB", body("text/plain", "x", 50_000_000)),
        ("empty lines", body("text/plain", "\n", 1_000_000)),
        ("carriage returns", body("text/plain", "\r", 300_000)),
        ("NUL", body("text/plain", "\0", 300_000)),
        ("base64: =", encoded("base64", "====", 300_000)),
        ("quoted-printable: =", encoded("quoted-printable", "=", 1_000_000)),
        ("quoted-printable: soft breaks", encoded("quoted-printable", "=\n", 300_000)),
        ("quoted-printable: blanks", encoded("quoted-printable", "= ", 300_000)),
        ("uuencode", encoded("x-uuencode", "begin 644 a\n", 50_000)),
        ("ISO-2022-JP", body(&charset("iso-2022-jp"), "\u{1b}$B", 200_000)),
        ("UTF-7", body(&charset("utf-7"), "+", 300_000)),
        ("UTF-16", body(&charset("utf-16"), "\u{7f}", 300_001)),
        ("GB18030", body(&charset("gb18030"), "\u{7f}0", 200_000)),
        ("marks on one letter", body(&charset("utf-8"), "\u{301}\u{327}", 100_000)),
    ]);
}

#[test]
fn hypertext() {
    let tags = [
        "<div>",
        "<div><p>x",
        "<table><tr><td>",
        "<blockquote>x\n",
        "<ul><li>x",
        "</b>",
        "<a href=x>",
        "<a href=\"",
        "<a b=c ",
        "<",
        "<!",
        "<!--",
        "<style>",
        "<script>",
        "<title>",
        "<pre>\n",
        "<br>",
        "&",
        "&#",
        "&amp;",
        "&#9999999999;",
        "<a href=http://x/>y</a>",
        " ",
    ];
    let page = |tag: &str| body("text/html", tag, 300_000 / tag.len());
    survive(&tags.map(|tag| (tag, page(tag))));
}

/// What quotes, signatures and mail that is passed on are told by.
#[test]
fn quotes() {
    let lines = [
        ">",
        "> x\n",
        "> x\ny\n",
        "> x\n\n",
        "On Mon, 1 Jun 2026 at 09:00, Erika <erika@x> wrote:\n",
        "On Mon, 1 Jun 2026\n",
        "On Mon 1 ",
        "> On a, b wrote:\n> ",
        "wrote:\n",
        "a@",
        "-----Original Message-----\n",
        "From: a\nSent: b\nTo: c\nSubject: d\n\n",
        "From: a\n",
        "*From:* a\n",
        "-- \nx\n",
        "--\n\n",
        "________________________________\n",
        "-",
        "Sent from my phone\n",
        "```\n",
    ];
    let text = |line: &str| body("text/plain", line, 300_000 / line.len());
    let deep = each(800, |n| format!("{} x\n", ">".repeat(n)));
    survive(&lines.map(|line| (line, text(line))));
    survive(&[("ever deeper quotes", body("text/plain", &deep, 1))]);
}

/// T3.1f: a pattern that other engines never get done with is decided at once, by rule and query.
#[test]
fn a_star_on_a_star() {
    let desk = Desk::new();
    let rule = "[[rule]]\nname = \"stars\"\nwhen = 'text:/(a+)+$/'\nthen = [\"tag +stars\"]\n";
    fs::write(desk.dir().join("rules/10-stars.toml"), rule).unwrap();
    let run = |words: &[&str], input: &str| run(&desk, "stars", words, input.as_bytes());
    let end = |end: &str| body("text/plain", "a", 1_000_000) + end;
    let (_, plain) = run(&["ingest"], &end("!\n"));
    let (_, ruled) = run(&["ingest", "--route"], &end("?\n"));
    run(&["list", "x"], ""); // so that the time of the index is not that of the pattern
    let (missed, queried) = run(&["list", "text:/(a+)+$/"], "");
    println!("ingest {plain:.1?}, with the rule {ruled:.1?}, the query {queried:.1?}");
    assert_eq!(missed.text(), "");
    run(&["ingest", "--route"], &end("\n"));
    for query in ["text:/(a+)+$/", "tag:stars"] {
        assert_eq!(run(&["list", query], "").0.text().lines().count(), 1, "{query}");
    }
}
