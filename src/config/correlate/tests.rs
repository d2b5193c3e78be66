//! `[[correlate]]` as people write it, and what becomes of it with one slip at a time.

use super::super::rules::{
    load,
    tests::{desk, errors},
};

const GOOD: &str = r#"# monitoring
[[correlate]]
name          = "nagios"
when          = 'inbox:support from:nagios@mon.example.org'
subject       = '/alert: (\S+) is/'
header.X-Site = '/\w+/'
close-when    = 'subject:/recovery/'
reopen-when   = 'subject:/problem/'
reopen-within = "30m"
"#;

#[test]
fn a_good_one() {
    let (_desk, config) = desk(&[("10.toml", GOOD)]);
    let (book, warnings) = load(&config).unwrap();
    assert_eq!((warnings.as_slice(), book.correlations.len()), (&[][..], 1));
    let nagios = &book.correlations[0];
    assert_eq!((nagios.name.as_str(), nagios.at.line), ("nagios", 2));
    assert_eq!(nagios.when.to_string(), "inbox:support from:nagios@mon.example.org");
    assert_eq!(nagios.key.headers[0].0, "X-Site");
    assert_eq!(nagios.reopen_within.to_string(), "30m");
    let (_desk, config) = desk(&[("10.toml", &GOOD.replace("reopen-within = \"30m\"", ""))]);
    assert_eq!(load(&config).unwrap().0.correlations[0].reopen_within.to_string(), "1h");
}

#[test]
fn one_slip_at_a_time() {
    let nobody = "a correlation names whose mail it is about";
    for (from, to, wanted) in [
        ("from:nagios@mon.example.org", "subject:x", format!("4:17: {nobody}")),
        ("from:nagios", "-from:nagios", format!("4:17: {nobody}")),
        ("from:nagios@mon.example.org", "(from:a@b.test or to:x)", format!("4:17: {nobody}")),
        (
            "when          = 'inbox:support from:nagios@mon.example.org'",
            "",
            format!("2:1: {nobody}"),
        ),
        ("inbox:support", "tag:x", "4:18: a correlation looks at the mail alone".to_owned()),
        ("inbox:support", "inbox:suport", "4:18: unknown inbox 'suport'".to_owned()),
        ("'subject:/problem/'", "'is:open'", "8:18: a correlation looks at the mail".to_owned()),
        ("'subject:/recovery/'", "'subject:/(/'", "7:".to_owned()),
        ("/alert: (", "/alert: ((", "5:26: this is no regex: ".to_owned()),
        ("'/alert: (\\S+) is/'", "'alert'", "5:17: a regex stands between slashes".to_owned()),
        ("header.X-Site", "header.\"X Site\"", "6:8: this is no name of a field".to_owned()),
        ("\"30m\"", "\"30\"", "9:17: ".to_owned()),
        ("\"nagios\"", "\"\"", "3:17: the name of a rule is one line".to_owned()),
        (
            "close-when ",
            "close_when ",
            "unknown key 'close_when', did you mean 'close-when'?".to_owned(),
        ),
        (
            "# monitoring",
            "[[rule]]\nname = 'nagios'\nthen = ['close']",
            "5:17: there is another rule of this name".to_owned(),
        ),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let errors = errors(&GOOD.replacen(from, to, 1));
        assert!(errors.contains(&wanted), "{from} -> {to}:\n{errors}\nwanted {wanted}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }
    let keyless = GOOD
        .replace("subject       = '/alert: (\\S+) is/'", "")
        .replace("header.X-Site = '/\\w+/'", "");
    assert_eq!(
        errors(&keyless),
        "2:1: a correlation needs a key: subject, header.NAME or body = '/regex/'"
    );
}
