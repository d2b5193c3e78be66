//! The ready rule files for monitoring programs, each with mail as that program
//! writes it: it opens, folds, closes and opens again, and strangers do none of that.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

mod common;

use common::{Desk, finish};
use std::fs;
use std::path::Path;

/// A desk with one of the ready files, and a clock that the test moves.
struct Watch {
    desk: Desk,
    program: &'static str,
    mails: u32,
}

/// What became of a mail: its conversation, and `new` or `joined`.
type Landed = (i64, String);

impl Watch {
    fn of(program: &'static str) -> Watch {
        let desk = Desk::new();
        let file = format!("50-{program}.toml");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::copy(root.join("rules").join(&file), desk.dir().join("rules").join(&file)).unwrap();
        Watch { desk, program, mails: 0 }
    }

    /// A sample of the program; none where it does not say that it is over.
    fn sample(&self, what: &str) -> Option<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/alerts");
        fs::read_to_string(root.join(format!("{}-{what}.eml", self.program))).ok()
    }

    /// A mail that is written and comes in at a time of its own.
    fn comes(&mut self, mail: &str, at: &str) -> Landed {
        self.comes_late(mail, at, at)
    }

    fn comes_late(&mut self, mail: &str, written: &str, at: &str) -> Landed {
        self.mails += 1;
        let date = format!("Date: {}\n", date(written));
        let mail = mail
            .replace("Date: Mon, 01 Jun 2026 09:00:00 +0000\n", &date)
            .replace("<1@monitor", &format!("<{}@monitor", self.mails));
        assert!(mail.contains(&date));
        let mut command = self.desk.postroom(["ingest", "-p"]);
        command.env("POSTROOM_NOW", at);
        let line = finish(command, mail.as_bytes()).expect_success().text();
        let words: Vec<&str> = line.trim_end().split('\t').collect();
        assert_eq!(words[4], "automatic", "{line}");
        (words[0].parse().unwrap(), words[2].to_owned())
    }

    fn status(&self, number: i64) -> String {
        let json = self.desk.run(["show", "--json", &number.to_string()]).expect_success().text();
        let (_, rest) = json.split_once("\"status\":\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }

    /// It is over: the program says so, or an agent closes it.
    fn is_over(&mut self, number: i64, at: &str) {
        if let Some(over) = self.sample("over") {
            assert_eq!(self.comes(&over, at), (number, "joined".to_owned()), "{}", self.program);
        } else {
            let mut close = self.desk.postroom(["close", &number.to_string()]);
            close.env("POSTROOM_NOW", at);
            finish(close, b"").expect_success();
        }
        assert_eq!(self.status(number), "closed", "{}", self.program);
    }
}

/// As RFC 5322 writes an instant.
fn date(at: &str) -> String {
    let at: postroom::domain::Time = at.parse().unwrap();
    at.utc().to_rfc2822()
}

const PROGRAMS: [&str; 8] =
    ["nagios", "icinga", "checkmk", "zabbix", "monit", "alertmanager", "smartd", "cron"];

#[test]
fn alerts_open_fold_close_and_open_again() {
    for program in PROGRAMS {
        let mut watch = Watch::of(program);
        let problem = watch.sample("problem").unwrap();
        let (one, how) = watch.comes(&problem, "2026-06-01T09:00:00Z");
        assert_eq!(how, "new", "{program}");
        let joined = (one, "joined".to_owned());
        for at in ["2026-06-01T09:02:00Z", "2026-06-01T09:04:00Z", "2026-06-01T09:06:00Z"] {
            assert_eq!(watch.comes(&problem, at), joined, "{program}");
        }
        let page = watch.desk.run(["show", &one.to_string()]).expect_success().text();
        // How it stands the last one tells.
        assert!(page.contains("\n  2 more of the same, the last m3  2026-06-01 09:04\n"), "{page}");
        assert!(page.contains("\n→ m4  2026-06-01 09:06"), "{page}");
        assert_eq!(page.matches("\n→ ").count(), 2, "{page}");
        let all = watch.desk.run(["show", "--full", &one.to_string()]).expect_success().text();
        assert_eq!(all.matches("\n→ ").count(), 4, "{all}");
        let list = watch.desk.run(["list"]).expect_success().text();
        assert!(list.contains("\t(3 more) "), "{list}");

        watch.is_over(one, "2026-06-01T09:10:00Z");
        assert_eq!(watch.comes(&problem, "2026-06-01T09:30:00Z"), joined, "{program}");
        assert_eq!(watch.status(one), "open", "{program}");
        watch.is_over(one, "2026-06-01T09:40:00Z");
        let (two, how) = watch.comes(&problem, "2026-09-01T09:00:00Z");
        assert_eq!(how, "new", "{program}");
        let page = watch.desk.run(["show", &two.to_string()]).expect_success().text();
        assert!(page.contains(&format!("\ncontinues: {one}\n")), "{page}");
        watch.desk.run(["check"]).expect_success();
    }
}

#[test]
fn a_machine_closes_nothing_where_a_person_waits() {
    let mut watch = Watch::of("nagios");
    let (problem, over) = (watch.sample("problem").unwrap(), watch.sample("over").unwrap());
    let (number, _) = watch.comes(&problem, "2026-06-01T09:00:00Z");
    let mail =
        "From: erika@example.org\nTo: support@example.org\nSubject: Is it down?\n\nAnd when?\n";
    let mut ingest = watch.desk.postroom(["ingest", "-p"]);
    ingest.env("POSTROOM_NOW", "2026-06-01T09:01:00Z");
    let line = finish(ingest, mail.as_bytes()).expect_success().text();
    let hers = line.split('\t').next().unwrap();
    watch.desk.run(["merge", &number.to_string(), hers]).expect_success();
    assert_eq!(watch.comes(&over, "2026-06-01T09:02:00Z").0, number);
    assert_eq!(watch.status(number), "open");
}

#[test]
fn an_agent_who_answers_an_alert_does_not_wait() {
    let mut watch = Watch::of("nagios");
    watch.desk.configure("agent.anna", "email = [\"anna@example.org\"]");
    let (problem, over) = (watch.sample("problem").unwrap(), watch.sample("over").unwrap());
    let (number, _) = watch.comes(&problem, "2026-06-01T09:00:00Z");
    let mail = "From: anna@example.org\nTo: support@example.org\nSubject: Re: alert\n\
                In-Reply-To: <1@monitor.example.org>\n\nI am on it.\n";
    let mut ingest = watch.desk.postroom(["ingest", "-p"]);
    ingest.env("POSTROOM_NOW", "2026-06-01T09:01:00Z");
    let line = finish(ingest, mail.as_bytes()).expect_success().text();
    assert!(line.starts_with(&format!("{number}\tm2\tjoined")), "{line}");
    assert_eq!(watch.comes(&over, "2026-06-01T09:02:00Z").0, number);
    assert_eq!(watch.status(number), "closed");
}

#[test]
fn another_host_is_another_matter_and_strangers_are_strangers() {
    for program in PROGRAMS {
        let mut watch = Watch::of(program);
        let problem = watch.sample("problem").unwrap();
        let (one, _) = watch.comes(&problem, "2026-06-01T09:00:00Z");
        // Of a group of alerts the labels that are no part of group_by are no part of the key.
        let other = match program {
            "alertmanager" => problem.replace("InstanceDown", "DiskFull"),
            _ => problem.replace("web01", "web02"),
        };
        assert_eq!(watch.comes(&other, "2026-06-01T09:01:00Z").1, "new", "{program}");

        let over = watch.sample("over").unwrap_or(problem);
        let (_, from) = over.split_once("From: ").unwrap();
        let (from, _) = from.split_once('\n').unwrap();
        for stranger in [format!("\"{from}\" <eve@evil.test>"), "eve@evil.test".to_owned()] {
            let forged = over.replace(from, &stranger).replace("<1@monitor", "<9@evil");
            let mut command = watch.desk.postroom(["ingest", "-p"]);
            command.env("POSTROOM_NOW", "2026-06-01T09:02:00Z");
            let line = finish(command, forged.as_bytes()).expect_success().text();
            assert!(!line.starts_with(&format!("{one}\t")), "{program}: {stranger}: {line}");
        }
        assert_eq!(watch.status(one), "open", "{program}");
    }
}

/// The sample of a program with another subject.
fn with_subject(sample: &str, subject: &str) -> String {
    let (before, rest) = sample.split_once("Subject: ").unwrap();
    let (_, behind) = rest.split_once('\n').unwrap();
    format!("{before}Subject: {subject}\n{behind}")
}

/// Each line: subjects of one matter, the last of which says that it is over. Each matter is another.
#[test]
fn what_else_these_programs_write() {
    for (program, matters) in [
        (
            "alertmanager",
            &[
                &[
                    "[FIRING:1] Disk full (root) web01 (ext4 critical)",
                    "[RESOLVED] Disk full (root) web01 (ext4 (x) ok)",
                ][..],
                &[
                    "[FIRING:1] Disk full (data) web01 (ext4 critical)",
                    "[RESOLVED] Disk full (data) web01",
                ],
                &["[FIRING:3]", "[FIRING:2]", "[RESOLVED]"],
            ][..],
        ),
        (
            "monit",
            &[
                &["monit alert -- Speed failed eth0", "monit alert -- Speed ok eth0"][..],
                &["monit alert -- Saturation exceeded eth0", "monit alert -- Saturation ok eth0"],
                &[
                    "monit alert -- Download bytes exceeded eth0",
                    "monit alert -- Download bytes ok eth0",
                ],
                &["monit alert -- Action done nginx"],
                &["monit alert -- Link down eth0", "monit alert -- Link up eth0"],
                &["monit alert -- Does not exist my app", "monit alert -- Exists my app"],
            ],
        ),
        (
            "nagios",
            &[
                &["Host DOWN alert for old01!", "Host UP alert for old01!"][..],
                &[
                    "** PROBLEM alert - old01/PING is CRITICAL **",
                    "** RECOVERY alert - old01/PING is OK **",
                ],
            ],
        ),
        (
            "icinga",
            &[
                &["PROBLEM - db01 - ssh is CRITICAL", "RECOVERY - db01 - ssh is OK"][..],
                &["PROBLEM - db01 is DOWN", "RECOVERY - db01 is UP"],
            ],
        ),
        ("zabbix", &[&["Updated problem in 5m 1s: High load"][..]]),
    ] {
        let mut watch = Watch::of(program);
        // An update of Zabbix names no host.
        let host = if program == "zabbix" { "Host: web01\n" } else { "" };
        let sample = watch.sample("problem").unwrap().replacen(host, "", 1);
        for matter in matters {
            let mut numbers = Vec::new();
            for subject in *matter {
                let at = format!("2026-06-01T09:{:02}:00Z", watch.mails + 1);
                numbers.push(watch.comes(&with_subject(&sample, subject), &at).0);
            }
            let first = numbers[0];
            assert!(numbers.iter().all(|number| *number == first), "{program}: {matter:?}");
            assert_eq!(watch.status(first), "closed", "{program}: {matter:?}");
        }
        assert_eq!(watch.desk.number("SELECT count(*) FROM conversation"), matters.len() as i64);
    }
    let mut watch = Watch::of("cron");
    let sample = watch.sample("problem").unwrap();
    let failed = with_subject(&sample, "Cron <root@web01> /usr/local/bin/backup --all (failed)");
    let (job, _) = watch.comes(&sample, "2026-06-01T08:58:00Z");
    assert_eq!(watch.comes(&failed, "2026-06-01T08:59:00Z").0, job);
    // A person who writes of it is no more of the same.
    let person = sample.replace("root@web01.example.org (Cron Daemon)", "john@example.org");
    assert_eq!(watch.comes(&person, "2026-06-01T08:59:30Z").1, "new");
    let mail = with_subject(&sample, "Anacron job 'cron.daily' on web01");
    let (one, _) = watch.comes(&mail, "2026-06-01T09:00:00Z");
    assert_eq!(watch.comes(&mail, "2026-06-02T09:00:00Z").0, one);
}

/// Zabbix and Alertmanager name a mail that never comes in all mail of a group, or of an event.
#[test]
fn a_key_says_more_than_a_mail_that_never_came() {
    let mut watch = Watch::of("alertmanager");
    let (problem, over) = (watch.sample("problem").unwrap(), watch.sample("over").unwrap());
    let threaded = |mail: &str| format!("In-Reply-To: <group@monitor.test>\n{mail}");
    let (one, _) = watch.comes(&threaded(&problem), "2026-06-01T09:00:00Z");
    assert_eq!(watch.comes(&threaded(&over), "2026-06-01T09:10:00Z").0, one);
    let (two, how) = watch.comes(&threaded(&problem), "2026-06-03T09:00:00Z");
    assert_eq!((how.as_str(), two == one), ("new", false));
    assert_eq!(watch.comes(&threaded(&over), "2026-06-03T09:10:00Z").0, two);
    assert_eq!(watch.status(two), "closed");
}

/// A rule names one sender; of several nobody knows who wrote.
#[test]
fn several_authors_have_no_key() {
    let mut watch = Watch::of("icinga");
    let (problem, over) = (watch.sample("problem").unwrap(), watch.sample("over").unwrap());
    let (one, _) = watch.comes(&problem, "2026-06-01T09:00:00Z");
    let (_, from) = over.split_once("From: ").unwrap();
    let (from, _) = from.split_once('\n').unwrap();
    watch.comes(&over.replace(from, &format!("{from}, eve@evil.test")), "2026-06-01T09:10:00Z");
    assert_eq!(watch.status(one), "open");
}

/// An alert of a mail server reads like a report on a mail, and is none.
#[test]
fn an_alert_on_mail_is_an_alert() {
    let mut watch = Watch::of("nagios");
    let rule = watch.desk.dir().join("rules/50-nagios.toml");
    let own = fs::read_to_string(&rule).unwrap();
    fs::write(&rule, own.replace("nagios@monitor.example.org", "postmaster@mx.example.org"))
        .unwrap();
    let alert = "From: postmaster@mx.example.org
To: support@example.test
Subject: ** PROBLEM Service Alert: mx/Queue is CRITICAL **
Date: Mon, 01 Jun 2026 09:00:00 +0000
Message-ID: <1@monitor.example.org>
Content-Type: multipart/report; boundary=b

--b

The message could not be delivered.
<ann@example.org>: 550 5.1.1 User unknown
--b--
";
    assert_eq!(watch.comes(alert, "2026-06-01T09:00:00Z"), (1, "new".to_owned()));
    assert_eq!(watch.comes(alert, "2026-06-01T09:10:00Z"), (1, "joined".to_owned()));
}

/// Mail does not come in the order in which it was written.
#[test]
fn old_news_neither_closes_nor_opens() {
    let mut watch = Watch::of("nagios");
    let (problem, over) = (watch.sample("problem").unwrap(), watch.sample("over").unwrap());
    let at = |minute: u32| format!("2026-06-01T09:{minute:02}:00Z");
    // That it is over comes before the problem: nobody is called for either.
    let (one, how) = watch.comes(&over, &at(5));
    assert_eq!((how.as_str(), watch.status(one).as_str()), ("new", "closed"));
    assert_eq!(watch.comes_late(&problem, &at(1), &at(6)).0, one);
    assert_eq!(watch.status(one), "closed");
    // The next one is real; and that the first was over comes again, late.
    assert_eq!(watch.comes(&problem, &at(10)).0, one);
    assert_eq!(watch.status(one), "open");
    assert_eq!(watch.comes_late(&over, &at(9), &at(11)).0, one);
    assert_eq!(watch.status(one), "open");
    // A machine without a clock is believed what it says, not when.
    assert_eq!(watch.comes(&over, &at(12)).0, one);
    assert_eq!(watch.status(one), "closed");
    let (again, _) = watch.comes_late(&problem, "1970-01-01T00:00:00Z", &at(13));
    assert_eq!((again, watch.status(one).as_str()), (one, "open"));
    watch.desk.run(["check", "--rebuild"]).expect_success();
}

/// A mail of 1 MB, and an expression that a backtracking engine never comes back from.
#[test]
fn a_cruel_expression_costs_no_more_than_the_mail() {
    let desk = Desk::new();
    let rule = "[[correlate]]\nname = 'cruel'\nwhen = 'from:a@b.test'\nbody = '/(a+)+$/'\n";
    fs::write(desk.dir().join("rules/cruel.toml"), rule).unwrap();
    let lines = format!("{}\n", "a".repeat(900)).repeat(1100);
    let mail = format!("From: a@b.test\nTo: support@example.test\nSubject: x\n\n{lines}b\n");
    let line = desk.feed(["ingest", "-p"], mail.as_bytes()).expect_success().text();
    assert_eq!(line, "1\tm1\tnew\tsupport\tperson\n");
}

/// A key is a piece of the mail that it was found in.
#[test]
fn what_was_purged_leaves_no_key() {
    let mut watch = Watch::of("nagios");
    let problem = watch.sample("problem").unwrap();
    let (number, _) = watch.comes(&problem, "2026-06-01T09:00:00Z");
    let keys = "SELECT count(*) FROM event WHERE json_extract(data, '$.key') <> ''";
    assert_eq!(watch.desk.number(keys), 1);
    watch.desk.run(["purge", "--yes", &number.to_string()]).expect_success();
    assert_eq!(watch.desk.number(keys), 0);
    watch.desk.run(["check", "--rebuild"]).expect_success();
}
