//! Rule files on disk, and what becomes of them with one slip at a time.

use std::path::Path;

use super::super::history::names;
use super::*;

const DESK: &str = r#"
desk = { timezone = "UTC" }
inbox.support = { address = ["support@example.org"] }
agent.anna = { inbox = { support = "full" } }
team.finance = { agents = ["anna"] }
"#;

const GOOD: &str = r#"# who gets what
[[rule]]
name = "invoices"
when = 'inbox:support subject:/invoice|rechnung/'
then = ["tag +billing", "assign team:finance; set priority=high", "stop"]

[[rule]]
name = "the rest"
on = "arrival"
then = ["assign anna"]
"#;

pub(in crate::config) fn desk(files: &[(&str, &str)]) -> (tempfile::TempDir, Config) {
    let desk = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(desk.path().join(name), text).unwrap();
    std::fs::create_dir(desk.path().join("rules")).unwrap();
    write("postroom.toml", DESK);
    for (name, text) in files {
        write(&format!("rules/{name}"), text);
    }
    let (config, _) = crate::config::load(&desk.path().join("postroom.toml")).unwrap();
    (desk, config)
}

/// The errors as `line:column: message`, one a line.
/// What is wrong in a file of rules, a line each.
pub(in crate::config) fn errors(text: &str) -> String {
    let (_desk, config) = desk(&[("10.toml", text)]);
    let Err(errors) = load(&config) else { return format!("no error in {text}") };
    let line = |e: &ConfigError| format!("{}:{}: {}", e.at.line, e.at.column, e.message);
    errors.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn rules_come_in_the_order_of_files_and_lines() {
    let second = "[[rule]]\nname = 'z'\nthen = ['close']\n";
    let (_desk, config) = desk(&[("20.toml", second), ("10.toml", GOOD), (".x.toml", "bad")]);
    let (Rulebook { rules, .. }, warnings) = load(&config).unwrap();
    assert_eq!(warnings, []);
    let brief = |rule: &Rule| format!("{} {}:{}", rule.name, rule.at.file, rule.at.line);
    let brief: Vec<String> = rules.iter().map(brief).collect();
    let wanted = ["invoices rules/10.toml:2", "the rest rules/10.toml:7", "z rules/20.toml:1"];
    assert_eq!(brief, wanted);
    assert_eq!(rules[0].when.to_string(), "inbox:support subject:/invoice|rechnung/");
    assert_eq!(rules[0].then.len(), 4);
    assert_eq!(rules[1].when, Query::all());
    assert!(!rules[1].is_last());
    assert_eq!(config.check_all(), Ok(vec![]));
}

#[test]
fn no_rules_are_no_error_but_a_lost_directory_is() {
    let (desk, config) = desk(&[]);
    assert!(load(&config).unwrap().0.rules.is_empty());
    std::fs::remove_dir(desk.path().join("rules")).unwrap();
    let errors = load(&config).unwrap_err();
    assert!(errors[0].to_string().contains("rules: is not there"), "{errors:?}");
}

#[test]
fn one_slip_at_a_time() {
    for (from, to, wanted) in [
        ("inbox:support", "inbox:suport", "4:9: unknown inbox 'suport', did you mean 'support'?"),
        ("inbox:support", "tag:x assignee:ann", "4:15: unknown agent 'ann', did you mean 'anna'?"),
        ("inbox:support", "team:sales", "4:9: unknown team 'sales'"),
        ("inbox:support", "assignee:me", "4:9: in a rule there is no 'me'"),
        ("inbox:support", "inbxo:support", "4:9: "),
        (
            "'inbox:support subject:/invoice|rechnung/'",
            "'''\nis:open\n inbox:suport'''",
            "6:2: unknown inbox",
        ),
        ("/'", "/ (is:open'", "4:"),
        ("invoice|rechnung", "(", "4:"),
        ("invoice|rechnung", "(a{1000}){1000}", "4:"),
        ("team:finance", "team:sales", "5:33: unknown team 'sales'"),
        ("\"stop\"", "\"assign bob\"", "5:75: unknown agent 'bob'"),
        ("+billing", "+42", "5:14: "),
        ("tag +", "tagg +", "5:10: "),
        ("priority=high", "\\u0070riority=hihg", "5:51: "),
        ("= \"the rest\"", "= \"invoices\"", "8:8: there is another rule of this name at "),
        ("= \"the rest\"", "= \"\"", "8:8: the name of a rule is one line"),
        ("name = \"the rest\"", "", "7:1: a rule needs a name"),
        (
            "\"arrival\"",
            "\"sweep\"",
            "9:6: rules on \"sweep\" come with postroom sweep, not in this release",
        ),
        ("\"arrival\"", "\"monday\"", "9:6: a rule runs on"),
        ("then = [\"assign anna\"]", "", "7:1: a rule needs something to do"),
        ("on =", "one =", "9:1: unknown key 'one', did you mean 'on'?"),
        ("[[rule]]", "[[rules]]", "unknown key 'rules', did you mean 'rule'?"),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let text = match from {
            "[[rule]]" => GOOD.replace(from, to),
            _ => GOOD.replacen(from, to, 1),
        };
        let errors = errors(&text);
        assert!(errors.contains(wanted), "{from} -> {to}:\n{errors}\nwanted {wanted}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }
}

#[test]
fn errors_of_all_files_are_told() {
    let again = "[[rule]]\nname = 'invoices'\nthen = ['close']\n";
    let bad = GOOD.replace("anna", "bob").replace("support", "sales");
    let (_desk, config) = desk(&[("10.toml", &bad), ("20.toml", again), ("30.toml", "[")]);
    assert_eq!(load(&config).unwrap_err().len(), 4);
    assert_eq!(config.check_all().unwrap_err().len(), 4);
}

#[test]
fn what_is_never_reached_is_a_warning() {
    let all = "[[rule]]\nname = 'all'\nwhen = ''\nthen = ['close; stop', 'tag +x']\n";
    let (_desk, config) = desk(&[("10.toml", all), ("20.toml", GOOD)]);
    let (Rulebook { rules, .. }, warnings) = load(&config).unwrap();
    assert_eq!(rules.len(), 3);
    let wanted = [
        "10.toml:4:24: warning: this is never done, since 'stop' stands before it",
        "20.toml:2:1: warning: this rule and all after it are never reached: 'all' (rules/10.toml:1)",
    ];
    assert_eq!(warnings.len(), wanted.len());
    for (warning, wanted) in warnings.iter().zip(wanted) {
        assert!(warning.to_string().contains(wanted), "{warning}");
    }
}

#[test]
fn the_shipped_rules_are_good() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let files = names(&shipped, ".toml").unwrap();
    let read = |name: &String| (name.clone(), std::fs::read_to_string(shipped.join(name)).unwrap());
    let files: Vec<(String, String)> = files.iter().map(read).collect();
    assert_eq!(files.len(), 10);
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    let (_desk, config) = desk(&files);
    let (Rulebook { rules, correlations, barriers }, warnings) = load(&config).unwrap();
    assert_eq!(warnings, []);
    assert_eq!((rules.len(), correlations.len(), barriers.len()), (4, 10, 0));
}
