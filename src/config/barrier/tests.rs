//! `[[refuse]]` and `[[drop]]` as people write them, and what becomes of them with one slip at a time.

use super::super::error::Place;
use super::super::rules::{
    load,
    tests::{desk, errors},
};
use super::*;

const GOOD: &str = r#"# the door
[[refuse]]
name = "no executables"
when = 'inbox:support subject:/\.exe$/'
code = 67
text = "We take no programs by mail."

[[drop]]
name = "monitoring noise"
when = 'from:probe@example.org subject:heartbeat'

[[refuse]]
name = "the rest"
when = 'is:bounce'
"#;

fn warnings(text: &str) -> Vec<String> {
    let (_desk, config) = desk(&[("10.toml", text)]);
    let (_, warnings) = load(&config).unwrap();
    let at = |at: &Place| format!("{}:{}", at.line, at.column);
    warnings.iter().map(|w| format!("{}: {}", at(&w.at), w.message)).collect()
}

#[test]
fn they_come_in_the_order_of_files_and_lines() {
    let second = "[[drop]]\nname = 'z'\nwhen = 'x'\n";
    let (_desk, config) = desk(&[("20.toml", second), ("10.toml", GOOD)]);
    let (book, warnings) = load(&config).unwrap();
    assert_eq!(warnings, []);
    let brief = |b: &Barrier| format!("{} {}:{} {}", b.name, b.at.file, b.at.line, b.when);
    let brief: Vec<String> = book.barriers.iter().map(brief).collect();
    assert_eq!(
        brief,
        [
            "no executables rules/10.toml:2 inbox:support subject:/\\.exe$/",
            "monitoring noise rules/10.toml:8 from:probe@example.org subject:heartbeat",
            "the rest rules/10.toml:12 is:bounce",
            "z rules/20.toml:1 x",
        ]
    );
    let answers = book.barriers.iter().map(|b| b.answer().map(|a| (a.code, a.text.as_str())));
    let answers: Vec<_> = answers.collect();
    let first = (Code::NoUser, "We take no programs by mail.");
    let third = (Code::NotAllowed, "this mail is not taken here");
    assert_eq!(answers, [Some(first), None, Some(third), None]);
    assert_eq!(config.check_all(), Ok(vec![]));
}

#[test]
fn one_slip_at_a_time() {
    let more = "asks for more than the mail and its inbox";
    let codes = "a mail is refused with code 77 (not wanted), 67";
    let text = "the text stands in an SMTP reply: one line of plain ASCII";
    let long = format!("text = \"{}\"", "x".repeat(201));
    for (from, to, wanted) in [
        ("inbox:support", "is:open", format!("4:9: 'is:open' {more}")),
        ("inbox:support", "-tag:x", format!("4:10: 'tag:x' {more}")),
        ("subject:heartbeat", "assignee:anna", format!("10:32: 'assignee:anna' {more}")),
        ("subject:heartbeat", "field.order:7", format!("10:32: 'field.order:7' {more}")),
        ("inbox:support", "inbox:suport", "4:9: unknown inbox 'suport'".to_owned()),
        ("'is:bounce'", "''", "14:8: without a query this would keep out all mail".to_owned()),
        ("when = 'is:bounce'", "", "12:1: without a query this would keep".to_owned()),
        ("/\\.exe$/", "/(/", "4:".to_owned()),
        ("name = \"the rest\"", "", "12:1: this rule needs a name".to_owned()),
        ("the rest", "monitoring noise", "13:8: there is another rule of this name".to_owned()),
        ("code = 67", "code = 75", format!("5:8: {codes}")),
        ("code = 67", "code = 0", format!("5:8: {codes}")),
        ("code = 67", "code = \"67\"", "5:8: code must be a whole number".to_owned()),
        ("We take no programs by mail.", " ", format!("6:8: {text}")),
        ("programs by", "programs\\nby", format!("6:8: {text}")),
        ("programs by", "programs\\u001bby", format!("6:8: {text}")),
        ("programs", "pr\u{f3}grams", format!("6:8: {text}")),
        ("text = \"We take no programs by mail.\"", &long, format!("6:8: {text}")),
        ("text = ", "txt = ", "6:1: unknown key 'txt', did you mean 'text'?".to_owned()),
        ("[[drop]]", "[[drop]]\ncode = 77", "9:1: unknown key 'code'".to_owned()),
        ("[[drop]]", "[[dropp]]", "8:3: unknown key 'dropp', did you mean 'drop'?".to_owned()),
        (
            "# the door",
            "[[rule]]\nname = 'the rest'\nthen = ['close']",
            "there is another rule of this name".to_owned(),
        ),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let errors = errors(&GOOD.replacen(from, to, 1));
        assert!(errors.contains(&wanted), "{from} -> {to}:\n{errors}\nwanted {wanted}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }
}

#[test]
fn what_is_never_reached() {
    let again = "\n[[refuse]]\nname = 'again'\nwhen = 'from:probe@example.org subject:heartbeat'\n";
    let wanted = "16:1: this rule is never reached: 'monitoring noise' (rules/10.toml:8) asks the \
                  same before it";
    assert_eq!(warnings(&format!("{GOOD}{again}")), [wanted]);
    let files_too = "\n[[drop]]\nname = 'from files too'\nwhen = 'is:bounce'\n";
    assert_eq!(warnings(&format!("{GOOD}{files_too}")), [""; 0]);
}
