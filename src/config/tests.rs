//! One good file, and what becomes of it with one slip at a time.

use super::*;
use crate::domain::automatic;

const GOOD: &str = r#"[desk]
timezone = "Europe/Amsterdam"
sendmail = "/usr/sbin/sendmail"
fallback = "unsorted"
authserv-id = "mx.example.org"
log = "postroom.log"
autoreply-per-hour = 20

[inbox.unsorted]
address = ["info@example.org"]

[inbox.support]
name = "Example Support"
address = ["support@example.org", "help@example.org", "*@help.example.org"]
team = "support"
calendar = "office"
autoreply = { receipt = "receipt", closed = "closed-hours" }
reopen-within = "14d"

[inbox.vip]
address = ["support+vip@example.org", "boss@help.example.org"]

[agent.anna]
name = "Anna de Vries"
email = ["anna@example.org"]
login = "anna"
admin = true
inbox = { support = "full", vip = "send-on-behalf" }

[agent.bram]
email = ["bram@example.org"]
login = "bram"

[team.support]
agents = ["anna", "bram"]

[calendar.office]
open = "Mo-Fr 09:00-17:30; PH off"
country = "NL"
holidays = "holidays.txt"
"#;

/// A desk on disk with this configuration, and the texts and dates that it names.
fn desk(text: &str) -> tempfile::TempDir {
    let desk = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(desk.path().join(name), text).unwrap();
    std::fs::create_dir(desk.path().join("rules")).unwrap();
    std::fs::create_dir(desk.path().join("replies")).unwrap();
    write("postroom.toml", text);
    write("replies/receipt.txt", "Thank you.\n");
    write("replies/closed-hours.txt", "We are closed.\n");
    write("holidays.txt", "# ours\n\n2026-12-24  Christmas Eve\n");
    desk
}

fn load_text(text: &str) -> Result<(Config, Vec<Warning>), Vec<ConfigError>> {
    load(&desk(text).path().join("postroom.toml"))
}

/// The errors of a text as `line:column: message`, one a line.
fn errors(text: &str) -> String {
    let errors = load_text(text).map(|_| ()).unwrap_err();
    let line = |e: &ConfigError| format!("{}:{}: {}", e.at.line, e.at.column, e.message);
    errors.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

#[test]
fn a_good_file_says_what_it_says() {
    let desk = desk(GOOD);
    let (config, warnings) = load(&desk.path().join("postroom.toml")).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(config.settings().zone, "Europe/Amsterdam".parse().unwrap());
    assert_eq!(config.settings().log, Log::File(desk.path().join("postroom.log")));
    assert_eq!(config.settings().authserv_id.as_deref(), Some("mx.example.org"));
    assert_eq!(config.settings().limits, Limits { per_inbox: 20, ..Limits::default() });
    assert_eq!(config.fallback().as_str(), "unsorted");

    let support = config.inbox(&"support".parse().unwrap()).unwrap();
    assert_eq!(support.title, "Example Support");
    assert_eq!(support.address, address("support@example.org"));
    assert_eq!(support.team, Some("support".parse().unwrap()));
    assert_eq!(support.autoreply.closed.as_ref().map(ReplyName::as_str), Some("closed-hours"));
    assert_eq!(support.reopen_within, Some(crate::domain::Duration::days(14)));
    let unsorted = config.inbox(config.fallback()).unwrap();
    assert_eq!((unsorted.title.as_str(), &unsorted.calendar), ("unsorted", &None));
    assert_eq!(unsorted.autoreply, Autoreply::default());

    let anna = config.agent_by_login("anna").unwrap();
    assert!(anna.admin);
    let directory = config.directory();
    assert_eq!(directory.level(&anna.name, &support.name), Some(crate::domain::Level::Full));
    assert_eq!(directory.level(&anna.name, config.fallback()), None);
    assert_eq!(directory.teams.len(), 1);
    assert_eq!(config.agent_by_login("root"), None);
    assert_eq!(config.agent_by_address(&address("Anna@Example.org")), Some(anna));
    assert_eq!(config.team(&"support".parse().unwrap()).unwrap().agents.len(), 2);

    let office = config.calendar(support.calendar.as_ref().unwrap()).unwrap().unwrap();
    assert!(office.is_open("2026-12-23T12:00:00+01:00".parse().unwrap()));
    assert!(!office.is_open("2026-12-24T12:00:00+01:00".parse().unwrap()));
    assert_eq!(config.check_all(), Ok(vec![]));
}

#[test]
fn the_pause_and_the_unanswered_of_automatic_mail() {
    let with = |lines: &str| GOOD.replace("autoreply-per-hour = 20", lines);
    let text = with("autoreply-pause = \"14d\"\nautoreply-never = [\"scanner\", \"*-robot\"]");
    let (config, _) = load_text(&text).unwrap();
    let settings = config.settings();
    let fortnight = crate::domain::Duration::days(14);
    assert_eq!(settings.autoreply_pause, automatic::Pause::new(fortnight).unwrap());
    let never: [automatic::LocalPart; 2] = ["scanner", "*-robot"].map(|word| word.parse().unwrap());
    assert_eq!(settings.autoreply_never, never);
    for (line, wanted) in [
        ("autoreply-pause = \"61d\"", "7:19: an automatic answer is repeated after 1d to 60d"),
        ("autoreply-pause = \"soon\"", "7:19: "),
        ("autoreply-never = [\"a@b\"]", "7:20: 'a@b' is not a local part"),
    ] {
        let errors = errors(&with(line));
        assert!(errors.starts_with(wanted), "{errors}");
    }
}

#[test]
fn what_the_filter_of_the_site_writes_on_spam() {
    let with = |line: &str| GOOD.replace("autoreply-per-hour = 20", line);
    let (config, _) = load_text(&with("spam-header.X-Verdict = '/^junk\\b/'")).unwrap();
    let [(field, junk)] = &config.settings().spam_header[..] else { panic!("one field") };
    assert_eq!(field, "X-Verdict");
    assert!(junk.is_in("Junk; 12 points") && !junk.is_in("junkyard"));
    for (line, wanted) in [
        ("spam-header.X-Verdict = 'junk'", "7:25: a regex stands between slashes"),
        ("spam-header.X-Verdict = '/^(junk/'", "7:28: "),
        ("spam-header.'X Verdict' = '/junk/'", "7:13: this is no name of a field"),
    ] {
        let errors = errors(&with(line));
        assert!(errors.starts_with(wanted), "{errors}");
    }
}

#[test]
fn an_address_finds_its_inbox() {
    let (config, _) = load_text(GOOD).unwrap();
    for (to, inbox) in [
        ("support@example.org", Some("support")),
        ("SUPPORT+142@Example.Org", Some("support")),
        ("support+vip@example.org", Some("vip")),
        ("anything@help.example.org", Some("support")),
        ("boss@help.example.org", Some("vip")),
        ("boss+x@help.example.org", Some("vip")),
        ("nobody@example.org", None),
    ] {
        let found = config.inbox_for(&address(to)).map(|inbox| inbox.name.as_str());
        assert_eq!(found, inbox, "{to}");
        assert_eq!(config.is_ours(&address(to)), inbox.is_some(), "{to}");
    }
}

#[test]
fn a_text_is_proved_before_it_is_a_file() {
    let path = Path::new("desk/postroom.toml");
    assert!(parse(path, GOOD.to_owned()).is_ok());
    let errors = parse(path, GOOD.replace("Amsterdam", "Bar")).unwrap_err();
    assert!(errors[0].to_string().starts_with("desk/postroom.toml:2:12: unknown time zone"));
}

#[test]
fn a_small_file_is_enough() {
    let text = "[desk]\ntimezone = 'UTC'\n[inbox.help]\naddress = ['help@example.org']\n";
    let (config, warnings) = load_text(text).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(config.fallback().as_str(), "help");
    assert_eq!(config.settings().sendmail, Path::new("/usr/sbin/sendmail"));
    assert_eq!(config.settings().log, Log::Syslog);
}

#[test]
fn one_slip_at_a_time() {
    for (from, to, wanted) in [
        ("sendmail =", "sendmial =", "3:1: unknown key 'sendmial', did you mean 'sendmail'?"),
        ("[team.", "[taem.", "34:2: unknown key 'taem', did you mean 'team'?"),
        ("log =", "colour =", "6:1: unknown key 'colour'"),
        (
            "Amsterdam",
            "Amsterdm",
            "2:12: unknown time zone 'Europe/Amsterdm', did you mean 'Europe/Amsterdam'?",
        ),
        ("\"/usr", "\"usr", "3:12: sendmail must be an absolute path"),
        ("fallback = \"unsorted\"", "", "1:1: fallback is missing"),
        (
            "= \"unsorted\"",
            "= \"unsortd\"",
            "4:12: unknown inbox 'unsortd', did you mean 'unsorted'?",
        ),
        ("= 20", "= -1", "7:22: autoreply-per-hour must be a whole number"),
        ("= 20", "= \"20\"", "7:22: autoreply-per-hour must be a whole number"),
        ("mx.example.org", "mx example", "5:15: authserv-id is one word"),
        ("info@example.org", "Help@Example.org", "is an address of inbox 'support' already"),
        ("[\"info@example.org\"]", "[]", "9:8: an inbox needs an address of its own"),
        ("[\"info@example.org\"]", "[\"*@example.org\"]", "9:8: an inbox needs an address"),
        ("[\"info@example.org\"]", "\"info@example.org\"", "10:11: address must be a list"),
        ("[\"info@example.org\"]", "[7]", "10:12: address takes text in quotes, not a number"),
        ("\"info@", "\"info", "10:12: 'infoexample.org' is not a mail address"),
        ("inbox.unsorted", "inbox.42", "9:8: '42' is not a name"),
        (
            "team = \"support\"",
            "team = \"suport\"",
            "15:8: unknown team 'suport', did you mean 'support'?",
        ),
        ("= \"office\"", "= \"home\"", "16:12: unknown calendar 'home'"),
        ("calendar = \"office\"", "", "a text for closed hours needs a calendar"),
        ("\"receipt\"", "\"../keys\"", "17:25: '../keys' cannot name a text"),
        ("receipt =", "reciept =", "17:15: unknown key 'reciept', did you mean 'receipt'?"),
        ("\"14d\"", "\"14 days\"", "18:17: '14 days' is not a span of time"),
        (
            "team = \"support\"",
            "team = \"support\"\nsubaddress = \"+\"",
            "16:14: subaddress must be true or false",
        ),
        ("Example Support", "Example\\r\\nBcc: x", "13:8: a name is not empty and has no control"),
        (
            "anna@example.org",
            "vip@help.example.org",
            "25:10: 'vip@help.example.org' is an address of inbox 'support'",
        ),
        (
            "login = \"anna\"",
            "login = \"bram\"",
            "32:9: login 'bram' is that of agent 'anna' already",
        ),
        (
            "bram@example",
            "anna@example",
            "31:10: 'anna@example.org' is an address of agent 'anna' already",
        ),
        ("login = \"anna\"", "login = \"a b\"", "26:9: login is the name of a Unix user"),
        ("= true", "= \"yes\"", "27:9: admin must be true or false"),
        ("\"full\"", "\"all\"", "28:21: 'all' is not a level"),
        (
            "{ support = \"full\"",
            "{ suport = \"full\"",
            "28:11: unknown inbox 'suport', did you mean 'support'?",
        ),
        ("\"bram\"]", "\"bran\"]", "35:19: unknown agent 'bran', did you mean 'bram'?"),
        ("\"NL\"", "\"nl\"", "39:11: 'nl' is no country code"),
        ("open =", "opens =", "37:11: a calendar needs its hours"),
        ("[desk]", "[dusk]", "1:1: the section [desk] is missing"),
        ("fallback = ", "fallback ", "4:"),
        ("agents = [\"anna\", ", "agents = [\"anna\" ", "35:18:"),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let errors = errors(&GOOD.replacen(from, to, 1));
        assert!(errors.contains(wanted), "{from} -> {to}:\n{errors}\nwanted {wanted}");
    }
}

#[test]
fn all_errors_are_told_in_the_order_of_the_file() {
    let text = GOOD.replace("sendmail =", "x =").replace("14d", "soon").replace("\"NL\"", "1");
    let errors = errors(&text);
    let lines: Vec<&str> = errors.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(lines, ["3", "18", "39"], "{errors}");
}

#[test]
fn what_is_read_later_is_proved_by_check_all() {
    for (from, to, wanted) in [
        ("09:00-17:30", "9-17:30", "postroom.toml:38:15: opening hours are not written so"),
        (
            "open = \"Mo-Fr 09:00-17:30",
            "open = '''\nMo-Fr off'''#",
            "39:1: these hours are never open",
        ),
        ("\"closed-hours\"", "\"closd\"", "17:45: "),
        ("\"holidays.txt\"", "\"missing.txt\"", "40:12: "),
        (
            "\"holidays.txt\"",
            "\"replies/receipt.txt\"",
            "receipt.txt:1:1: a line begins with a date",
        ),
    ] {
        let desk = desk(&GOOD.replacen(from, to, 1));
        let (config, _) = load(&desk.path().join("postroom.toml")).unwrap();
        let errors = config.check_all().unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].to_string().contains(wanted), "{} wanted {wanted}", errors[0]);
    }
    let (config, _) = load_text(&GOOD.replace("country", "#").replace("holidays", "#")).unwrap();
    let office = config.calendar(config.calendars().next().unwrap());
    assert!(office.unwrap().is_some());
}

#[test]
fn warnings_do_not_stop() {
    let twice = GOOD.replace("\"info@example.org\"", "\"info@example.org\", \"INFO@example.org\"");
    let (_, warnings) = load_text(&twice).unwrap();
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].to_string().contains("10:32: warning: 'INFO@example.org' stands here twice")
    );

    let desk = desk(&GOOD.replace("country", "#").replace("holidays", "#"));
    let (config, _) = load(&desk.path().join("postroom.toml")).unwrap();
    let warnings = config.check_all().unwrap();
    assert!(warnings[0].to_string().contains("38:28: warning: PH means nothing"), "{warnings:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let desk = tempfile::tempdir().unwrap();
    let path = desk.path().join("postroom.toml");
    let wrong = load(&path).map(|_| ()).unwrap_err();
    assert!(wrong[0].to_string().starts_with(&format!("{}: cannot be read", path.display())));
    std::fs::write(&path, b"\xff").unwrap();
    assert!(load(&path).is_err());
    std::fs::write(&path, "[".repeat(100_000)).unwrap();
    assert!(load(&path).is_err());
}

#[test]
fn the_text_of_all_files_is_the_history() {
    let desk = desk(GOOD);
    let at = |name: &str| desk.path().join(name);
    std::fs::write(at("rules/20.toml"), "# b\n").unwrap();
    std::fs::write(at("rules/10.toml"), b"# \xff\n").unwrap();
    std::fs::write(at("rules/10.toml~"), "").unwrap();
    let (config, _) = load(&at("postroom.toml")).unwrap();
    let text = text_of(&config).unwrap();
    let heads: Vec<&str> =
        text.lines().filter(|line| line.ends_with(".toml") || line.ends_with(".txt")).collect();
    assert_eq!(heads[1..3], ["34 holidays.txt", "6 rules/10.toml"]);
    assert_eq!(
        heads[3..],
        ["4 rules/20.toml", "15 replies/closed-hours.txt", "11 replies/receipt.txt"]
    );
    assert_eq!(text_of(&config).unwrap(), text);
    std::fs::write(at("replies/receipt.txt"), "Thanks.\n").unwrap();
    assert_ne!(text_of(&config).unwrap(), text);
}

#[test]
fn the_example_of_the_manual_is_good() {
    let page = include_str!("../../man/postroom.toml.5");
    let example = page.split("A desk with two inboxes:\n.Bd -literal -offset indent\n").nth(1);
    let example = example.unwrap().split(".Ed\n").next().unwrap();
    let desk = desk(example);
    let (config, warnings) = load(&desk.path().join("postroom.toml")).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(config.check_all(), Ok(vec![]));
}
