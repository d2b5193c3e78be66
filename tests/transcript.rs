//! Runs the pages of `tests/transcript/`: prose with fenced blocks that a user
//! could have typed, and what the terminal then shows.
//!
//! A block whose first line begins with `$ ` is run; all blocks of a page share
//! one `sh` in a temporary directory, which is also HOME.
//!
//! ```text
//! $ command            run by sh; `> ` lines straight after it continue it
//! output               stdout and stderr in the order in which they come
//! a [..] b             `[..]` stands for anything within a line
//! ...                  alone on a line: any number of lines
//! ? 75                 the exit status; without such a line it must be 0
//! ```
//!
//! Output that itself begins like one of these is written with `[..]` in front.
//! `BLESS=1` rewrites what differs, `PAGE=name` runs the pages with that in
//! their name.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, thread};

/// One command of a page with what is expected of it.
#[derive(Debug, PartialEq)]
struct Step {
    /// Line of the `$ `, from 1.
    line: usize,
    /// What sh gets; here-documents make it several lines.
    command: String,
    /// The expected lines: `lines[from..to]` of the page, status line included.
    from: usize,
    to: usize,
    expected: Vec<String>,
    status: i32,
}

/// What a step gave.
struct Outcome {
    lines: Vec<String>,
    status: i32,
}

#[test]
fn pages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcript");
    let wanted = env::var("PAGE").unwrap_or_default();
    let mut pages: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .filter(|path| path.file_name().unwrap().to_string_lossy().contains(&wanted))
        .collect();
    pages.sort();
    let runs: Vec<_> =
        pages.into_iter().map(|page| thread::spawn(move || run_page(&page))).collect();
    let failures: String = runs.into_iter().map(|run| run.join().unwrap()).collect();
    assert!(failures.is_empty(), "\n{failures}\nBLESS=1 accepts what is seen.\n");
}

/// Runs one page; the failures as text, empty when all is as expected.
fn run_page(page: &Path) -> String {
    let text = fs::read_to_string(page).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let steps = parse(&lines);
    let outcomes = run(&steps);
    let mut failures = String::new();
    for (i, step) in steps.iter().enumerate() {
        match outcomes.get(i) {
            Some(seen) if agrees(step, seen) => {}
            Some(seen) => failures += &difference(page, step, seen),
            None => {
                let _ =
                    writeln!(failures, "{}:{}: sh ended before this", page.display(), step.line);
            }
        }
    }
    if !failures.is_empty()
        && env::var("BLESS").is_ok_and(|v| v == "1")
        && outcomes.len() == steps.len()
    {
        fs::write(page, bless(&lines, &steps, &outcomes)).unwrap();
        return String::new();
    }
    failures
}

/// Finds the steps in the fenced blocks of a page.
fn parse(lines: &[&str]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let (mut fenced, mut running, mut in_command) = (false, false, false);
    for (i, line) in lines.iter().enumerate() {
        if line.starts_with("```") {
            fenced = !fenced;
            running = fenced && lines.get(i + 1).is_some_and(|next| next.starts_with("$ "));
            in_command = false;
        } else if !running {
        } else if let Some(command) = line.strip_prefix("$ ") {
            let (line, from) = (i + 1, i + 1);
            steps.push(Step {
                line,
                command: command.into(),
                from,
                to: from,
                expected: vec![],
                status: 0,
            });
            in_command = true;
        } else if let Some(step) = steps.last_mut() {
            step.to = i + 1;
            let status = line.strip_prefix("? ").and_then(|status| status.trim().parse().ok());
            if let Some(more) = line.strip_prefix('>').filter(|_| in_command) {
                step.command += "\n";
                step.command += more.strip_prefix(' ').unwrap_or(more);
                step.from = i + 1;
            } else if let Some(status) = status {
                step.status = status;
                in_command = false;
            } else {
                step.expected.push((*line).into());
                in_command = false;
            }
        }
    }
    steps
}

/// Runs the steps in one shell. Fewer outcomes than steps: the shell ended.
fn run(steps: &[Step]) -> Vec<Outcome> {
    let home = tempfile::tempdir().unwrap();
    let (work, script) = (home.path().join("work"), home.path().join("page.sh"));
    fs::create_dir(&work).unwrap();
    let mut text = String::from("exec 2>&1\n");
    for step in steps {
        let _ = write!(text, "{}\nprintf '\\001%s\\n' \"$?\"\n", step.command);
    }
    fs::write(&script, text).unwrap();
    let bin = Path::new(env!("CARGO_BIN_EXE_postroom")).parent().unwrap();
    let done = Command::new("sh")
        .arg(&script)
        .current_dir(&work)
        .env_clear()
        .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()))
        .env("HOME", &work)
        .env("TZ", "UTC")
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let seen = String::from_utf8_lossy(&done.stdout).into_owned();
    let mut outcomes = Vec::new();
    let mut rest = seen.as_str();
    while let Some((output, after)) = rest.split_once('\u{1}') {
        let (status, after) = after.split_once('\n').unwrap_or((after, ""));
        let lines = output.lines().map(str::to_owned).collect();
        outcomes.push(Outcome { lines, status: status.parse().unwrap_or(-1) });
        rest = after;
    }
    outcomes
}

fn agrees(step: &Step, seen: &Outcome) -> bool {
    step.status == seen.status && lines_match(trimmed(&step.expected), trimmed(&seen.lines))
}

/// Without the empty lines at the end, which only set blocks apart.
fn trimmed(lines: &[String]) -> &[String] {
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    &lines[..end]
}

fn lines_match(expected: &[String], seen: &[String]) -> bool {
    match expected.split_first() {
        None => seen.is_empty(),
        Some((first, rest)) if first == "..." => {
            (0..=seen.len()).any(|skip| lines_match(rest, &seen[skip..]))
        }
        Some((first, rest)) => seen
            .split_first()
            .is_some_and(|(line, after)| line_matches(first, line) && lines_match(rest, after)),
    }
}

/// Whether the line is the pattern, each `[..]` of which stands for anything.
fn line_matches(pattern: &str, line: &str) -> bool {
    let Some((head, tail)) = pattern.split_once("[..]") else { return pattern == line };
    let Some(mut rest) = line.strip_prefix(head) else { return false };
    let mut parts = tail.split("[..]").collect::<Vec<_>>();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

fn difference(page: &Path, step: &Step, seen: &Outcome) -> String {
    let mut text =
        format!("{}:{}: $ {}\n", page.display(), step.line, step.command.replace('\n', "\n    > "));
    let (expected, lines) = (trimmed(&step.expected), trimmed(&seen.lines));
    let same =
        expected.iter().zip(lines).take_while(|(e, l)| *e != "..." && line_matches(e, l)).count();
    expected[..same].iter().for_each(|line| text += &format!("      {line}\n"));
    expected[same..].iter().for_each(|line| text += &format!("    - {line}\n"));
    lines[same..].iter().for_each(|line| text += &format!("    + {line}\n"));
    if step.status != seen.status {
        let _ = writeln!(text, "    - ? {}\n    + ? {}", step.status, seen.status);
    }
    text
}

/// The page with the outcomes in place of what differed; lines with wildcards
/// that still fit stay.
fn bless(lines: &[&str], steps: &[Step], outcomes: &[Outcome]) -> String {
    let mut page: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    for (step, seen) in steps.iter().zip(outcomes).rev().filter(|(step, seen)| !agrees(step, seen))
    {
        let gap = step.expected.len() - trimmed(&step.expected).len();
        let mut new: Vec<String> = Vec::new();
        for line in trimmed(&seen.lines) {
            let kept =
                step.expected.iter().find(|old| old.contains("[..]") && line_matches(old, line));
            let marked = line.starts_with("$ ")
                || line.starts_with("? ")
                || line == "..."
                || (new.is_empty() && line.starts_with('>'));
            new.push(
                kept.cloned()
                    .unwrap_or_else(|| if marked { format!("[..]{line}") } else { line.clone() }),
            );
        }
        new.extend((seen.status != 0).then(|| format!("? {}", seen.status)));
        new.extend(std::iter::repeat_n(String::new(), gap));
        page.splice(step.from..step.to, new);
    }
    page.join("\n") + "\n"
}

#[test]
fn wildcards_stand_for_what_they_say() {
    for (pattern, line, fits) in [
        ("142\topen", "142\topen", true),
        ("[..]", "", true),
        ("a [..] b [..]", "a x b y", true),
        ("a[..]b[..]c", "abbc", true),
        ("a[..]b", "ab c", false),
        ("[..]ab", "aab", true),
    ] {
        assert_eq!(line_matches(pattern, line), fits, "{pattern} / {line}");
    }
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(lines_match(&lines("a\n...\nd"), &lines("a\nb\nc\nd")));
    assert!(lines_match(&lines("...\nd"), &lines("d")));
    assert!(!lines_match(&lines("a\n...\nd"), &lines("a\nb\nc")));
}

#[test]
fn a_page_is_run_and_blessed() {
    let page = "Prose.\n\n```\n$ echo one; echo two >&2\none\ntwo\n$ cat <<E\n> x\n> E\nold\n\n$ exit_with() { return $1; }; exit_with 3\n? 4\n```\n\n```toml\n$ no\n```\n";
    let lines: Vec<&str> = page.lines().filter(|line| *line != "$ no").collect();
    let steps = parse(&lines);
    assert_eq!(steps.iter().map(|s| s.line).collect::<Vec<_>>(), [4, 7, 12]);
    let outcomes = run(&steps);
    assert!(agrees(&steps[0], &outcomes[0]));
    assert!(!agrees(&steps[1], &outcomes[1]) && !agrees(&steps[2], &outcomes[2]));
    assert!(difference(Path::new("p"), &steps[1], &outcomes[1]).contains("- old\n    + x\n"));
    let blessed = bless(&lines, &steps, &outcomes);
    assert!(blessed.contains("> E\nx\n\n$ exit_with") && blessed.contains("? 3\n```"), "{blessed}");
    let lines: Vec<&str> = blessed.lines().collect();
    let steps = parse(&lines);
    assert!(run(&steps).iter().zip(&steps).all(|(seen, step)| agrees(step, seen)));
}
