//! Delivery position: whatever fails, the mail program is told to try again
//! and no outsider learns more than that; and a mail is stored exactly once
//! when the cause is gone.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod common;

use common::{CANARY, Desk, Done, POSTROOM, copy, finish, skip, wait};
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Stdio};

/// A mail with a canary in all that must not come out.
fn mail() -> Vec<u8> {
    format!(
        "From: {CANARY} <{CANARY}@customer.test>\nTo: support@example.test\nSubject: {CANARY}\n\
         Date: Mon, 01 Jun 2026 09:00:00 +0000\nMessage-ID: <{CANARY}@customer.test>\n\n{CANARY}\n"
    )
    .into_bytes()
}

/// Asserts the contract of a failed delivery.
fn expect_try_again(what: &str, desk: &Desk, done: &Done) {
    let line = regex::Regex::new(r"^4\.\d+\.\d+ [^\n]*\[(\S+)\]\n$").unwrap();
    assert_eq!(done.status.code(), Some(75), "{what}: {done:?}\n{}", desk.log());
    assert_eq!(done.text(), "", "{what}");
    let found = line
        .captures(&done.stderr)
        .unwrap_or_else(|| panic!("{what}: stderr is {:?}", done.stderr));
    assert!(!done.stderr.contains(CANARY), "{what}: {}", done.stderr);
    assert!(
        desk.log().contains(&found[1]),
        "{what}: {} is not in the log:\n{}",
        &found[1],
        desk.log()
    );
}

/// Asserts that the same mail goes in now, silently, and is there once.
fn expect_cured(what: &str, desk: &Desk) {
    let done = desk.feed(["ingest"], &mail());
    assert!(done.status.success(), "{what}: {done:?}\n{}", desk.log());
    assert_eq!((done.text().as_str(), done.stderr.as_str()), ("", ""), "{what}");
    for table in ["message", "arrival", "entry", "event WHERE kind = 'arrived'"] {
        assert_eq!(desk.number(&format!("SELECT count(*) FROM {table}")), 1, "{what}: {table}");
    }
}

#[test]
fn wrong_words_in_an_alias() {
    for words in [
        &["ingest", "--nope"][..],
        &["ingest", "--inbox"],
        &["ingst"],
        &["--nope", "ingest"],
        &["ingest", "--inbox", "canary-unknown"],
        &["--config", "/nonexistent/canary.toml", "ingest"],
    ] {
        let desk = Desk::new();
        let what = words.join(" ");
        expect_try_again(&what, &desk, &desk.feed(words, &mail()));
        expect_cured(&what, &desk);
    }
}

#[test]
fn help_in_an_alias() {
    for words in
        [&["ingest", "--help"][..], &["ingest", "--version"], &["close", "--message", "-h"]]
    {
        let desk = Desk::new();
        expect_try_again(&words.join(" "), &desk, &desk.feed(words, &mail()));
        expect_cured("help", &desk);
    }
    let done = Desk::new().run(["ingest", "--help"]).expect_success();
    assert!(done.text().contains("Usage:"), "nothing on stdin: {done:?}");
}

/// `check --delivery` in place of `ingest`: the mail waits, and the log has what it saw.
#[test]
fn a_check_in_an_alias() {
    for words in [
        &["check", "--delivery", "--inbox", "support", "--route"][..],
        &["check", "--json", "--delivery"],
        &["check", "--delivery", "--filter"],
        &["check", "--delivery", "--nope"],
        &["check", "--delivry", "--inbox", "support"],
        &["check", "--inbox", "support"],
        &["check", "--delivery", "--inbox", "canary-unknown"],
        &["check", "--delivery", "--config", "/nonexistent/canary.toml"],
    ] {
        let desk = Desk::new();
        let what = words.join(" ");
        expect_try_again(&what, &desk, &desk.feed(words, &mail()));
        assert_eq!(desk.number("SELECT count(*) FROM message"), 0, "{what}");
        let seen = ["--delivery: user: ", "--delivery: file size: "];
        let told = seen.iter().all(|words| desk.log().contains(words));
        let is_understood = words[1..].contains(&"--delivery") && !words.contains(&"--nope");
        assert_eq!(told, is_understood, "{what}: {}", desk.log());
        expect_cured(&what, &desk);
    }
}

/// It tells where a mail would go, and what stands in its way.
#[test]
fn what_a_check_in_an_alias_sees() {
    let desk = Desk::new();
    let said = |command: Command| {
        let _ = fs::remove_file(desk.beside("log"));
        expect_try_again("check", &desk, &finish(command, &common::mail("erika")));
        desk.log()
    };
    let words = ["check", "--delivery"];
    let log = said(desk.postroom(words));
    for line in [
        "sender: erika@customer.test\n",
        "recipient: support@example.test\n",
        "inbox: support\n",
        "database: [..] 0660\n",
    ] {
        let mut parts = line.split("[..]");
        assert!(parts.all(|part| log.contains(part)), "{line}: {log}");
    }
    let mut command = desk.postroom(words);
    command.env("SENDER", "").env("RECIPIENT", "sales+blue@example.test");
    let log = said(command);
    for line in ["sender: <>\n", "extension: blue\n", "inbox: sales\n"] {
        assert!(log.contains(line), "{line}: {log}");
    }
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -f 1000 && exec \"$0\" check --delivery", POSTROOM]);
    desk.environment(&mut limited);
    let log = said(limited);
    assert!(log.contains("error: check --delivery: file size: 512000 bytes: "), "{log}");
    let lock = File::options().read(true).write(true).open(desk.dir().join("lock")).unwrap();
    lock.lock().unwrap();
    assert!(said(desk.postroom(words)).contains("another process is writing now"));
    drop(lock);
    fs::remove_file(desk.dir().join("keys")).unwrap();
    assert!(said(desk.postroom(words)).contains("error: check --delivery: keys: "));
}

#[test]
fn a_verb_that_is_refused() {
    let desk = Desk::new();
    for words in [
        &["assign", "--message", "canary-nobody"][..],
        &["do", "--message", "tag +x", "assign canary-nobody"],
        &["assign", "--message", "--timing", "canary-nobody"],
        &["close", "--message", "--json", "--quiet"],
        &["close", "--message", "1"],
        &["route", "--message", "1"],
    ] {
        let what = words.join(" ");
        expect_try_again(&what, &desk, &desk.feed(words, &mail()));
        desk.feed(["ingest"], &mail()).expect_success();
        expect_try_again(&what, &desk, &desk.feed(words, &mail()));
    }
    desk.feed(["close", "--message"], &mail()).expect_success();
}

#[test]
fn timing_is_not_for_a_delivery() {
    let desk = Desk::new();
    let done = desk.feed(["ingest", "--timing"], &mail()).expect_success();
    assert_eq!((done.text().as_str(), done.stderr.as_str()), ("", ""));
    expect_try_again("timing", &desk, &desk.feed(["ingest", "--timing", "--nope"], &mail()));
}

#[test]
fn a_filter_with_nowhere_to_write_to() {
    let desk = Desk::new();
    for stdout in [">&-", ">/dev/null", ">/dev/full"] {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec \"$0\" ingest --filter {stdout}"), POSTROOM]);
        desk.environment(&mut command);
        expect_try_again(stdout, &desk, &finish(command, &mail()));
    }
    let done = desk.feed(["ingest", "--filter"], &mail()).expect_success();
    assert!(done.stdout.ends_with(&mail()), "{done:?}");
    expect_cured("filter", &desk);
}

#[test]
fn a_file_that_is_not_there_is_no_delivery() {
    let desk = Desk::new();
    let done = desk.run(["ingest", "/nonexistent/typo.eml"]);
    assert_eq!(done.status.code(), Some(66), "{done:?}");
    assert!(done.stderr.contains("typo.eml"), "{done:?}");
}

/// But one with a word too many is, for a mail is on stdin.
#[test]
fn a_stray_word_is_no_reason_to_bounce() {
    let desk = Desk::new();
    for words in [
        &["ingest", "support"][..],
        &["ingest", "--inbox", "support", "support@example.org"],
        &["ingest", "-", "support"],
    ] {
        // A file would not do: it may be the stdin of a script.
        let (hear, mut say) = std::io::pipe().unwrap();
        std::io::Write::write_all(&mut say, &mail()).unwrap();
        drop(say);
        let mut command = desk.postroom(words);
        command.stdin(hear).stdout(Stdio::piped()).stderr(Stdio::piped());
        let done = wait(command.spawn().unwrap());
        expect_try_again(&words.join(" "), &desk, &done);
        assert!(desk.log().contains("an inbox is named by --inbox"), "{}", desk.log());
    }
}

/// The reason is in the log that the configuration names, whatever fails behind it.
#[test]
fn the_log_of_the_configuration_gets_the_reason() {
    let desk = Desk::new();
    desk.configure("desk", "log = \"../log\"\nlock-timeout = \"1s\"");
    let config = desk.dir().join("postroom.toml");
    let named = ["--config", config.to_str().unwrap()];
    let feed = |words: &[&str]| {
        let mut command = desk.postroom(words);
        command.env_remove("POSTROOM_LOG");
        if words.contains(&"--config") {
            command.env_remove("POSTROOM_CONFIG");
        }
        finish(command, &mail())
    };
    expect_try_again("usage", &desk, &feed(&["ingest", "--nope", named[0], named[1]]));
    expect_try_again("verb", &desk, &feed(&["ingst"]));
    let lock = File::options().read(true).write(true).open(desk.dir().join("lock")).unwrap();
    lock.lock().unwrap();
    expect_try_again("lock", &desk, &feed(&["ingest", named[0], named[1]]));
    drop(lock);
    let away = desk.beside("away.db");
    fs::rename(desk.database(), &away).unwrap();
    expect_try_again("no store", &desk, &feed(&["ingest"]));
    fs::rename(&away, desk.database()).unwrap();
    expect_cured("log of the configuration", &desk);
}

#[test]
fn a_log_made_by_root_is_of_the_owner_of_the_store() {
    let desk = Desk::new();
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return skip("a log made by root", "not root");
    }
    std::os::unix::fs::chown(desk.database(), Some(65534), Some(65533)).unwrap();
    desk.configure("desk", "log = \"../made/log\"");
    fs::create_dir(desk.beside("made")).unwrap();
    for (by_variable, words) in
        [(true, "ingest"), (false, "ingest"), (true, "ingst"), (false, "ingst")]
    {
        let log = desk.beside("made/log");
        let mut command = desk.postroom([words]);
        match by_variable {
            true => command.env("POSTROOM_LOG", &log),
            false => command.env_remove("POSTROOM_LOG"),
        };
        finish(command, &mail());
        let made = fs::metadata(&log).unwrap();
        assert_eq!((made.uid(), made.gid()), (65534, 65533), "{words} {by_variable}");
        fs::remove_file(log).unwrap();
    }
}

#[test]
fn a_configuration_that_is_broken_or_gone() {
    let desk = Desk::new();
    let config = desk.dir().join("postroom.toml");
    let sound = fs::read(&config).unwrap();
    for broken in [
        "[desk\ncanary = 1\n",
        "[canary]\nx = 1\n",
        "\u{1}",
        "[desk]\ntimezone = \"Canary/Nowhere\"\n",
    ] {
        fs::write(&config, broken).unwrap();
        expect_try_again(broken, &desk, &desk.feed(["ingest"], &mail()));
    }
    fs::remove_file(&config).unwrap();
    expect_try_again("named but missing", &desk, &desk.feed(["ingest"], &mail()));
    fs::write(&config, sound).unwrap();
    expect_cured("configuration", &desk);
}

/// Where a file has a correlation, mail without it would go elsewhere.
#[test]
fn a_rule_file_that_is_wrong() {
    let desk = Desk::new();
    let rules = desk.dir().join("rules");
    let check = |desk: &Desk| desk.feed(["check", "--delivery"], b"").text();
    fs::write(rules.join("99-wrong.toml"), "[[rule]]\nname = 3\n").unwrap();
    expect_try_again("--route", &desk, &desk.feed(["ingest", "--route"], &mail()));
    assert!(!check(&desk).contains("wrong\trules"));
    let correlation = "[[correlate]]\nname = \"x\"\nwhen = \"from:x@x.test\"\nsubject = \"/x/\"\n";
    fs::write(rules.join("50-x.toml"), correlation).unwrap();
    expect_try_again("a correlation", &desk, &desk.feed(["ingest"], &mail()));
    assert!(check(&desk).contains("wrong\trules"));
    for keeps_out in
        ["[[refuse]]\nname = \"x\"\nwhen = 'x.test'\n", "drop = [{ name = 'x', when = 'x' }]\n"]
    {
        fs::write(rules.join("50-x.toml"), keeps_out).unwrap();
        expect_try_again(keeps_out, &desk, &desk.feed(["ingest"], &mail()));
        assert!(check(&desk).contains("wrong\trules"));
    }
    fs::remove_file(rules.join("50-x.toml")).unwrap();
    expect_cured("rules without --route", &desk);
}

/// Only a rule says no, with its own code; then nothing at all is stored, and nobody outside learns
/// more than the rule has for them.
#[test]
fn a_rule_that_refuses() {
    for (code, status) in [(67, "5.1.1"), (69, "5.3.0"), (77, "5.7.1")] {
        for words in [
            &["ingest"][..],
            &["ingest", "--filter"],
            &["ingest", "--route", "--autoreply", "-p"],
            &["ingest", "--archive", "--json", "--inbox", "support"],
            &["ingest", "-"],
        ] {
            let what = format!("{code} {}", words.join(" "));
            let desk = Desk::new();
            let rule = desk.dir().join("rules/10.toml");
            let text = format!(
                "[[refuse]]\nname = 'the door'\nwhen = 'subject:{CANARY} {CANARY}'\ncode = {code}\n\
                 text = 'No, thank you.'\n"
            );
            fs::write(&rule, text).unwrap();
            let done = desk.feed(words, &mail());
            assert_eq!((done.status.code(), done.text()), (Some(code), String::new()), "{what}");
            let line = format!(r"^{} No, thank you\. \[(\w+)\]\n$", status.replace('.', r"\."));
            let line = regex::Regex::new(&line).unwrap();
            let found = line.captures(&done.stderr).unwrap_or_else(|| panic!("{what}: {done:?}"));
            let reason = desk.log();
            for part in [
                format!("[{}] refused with {code} by rule 'the door' (rules/10.toml:1)", &found[1]),
                " inbox=support ".to_owned(),
                " identity=".to_owned(),
                format!("message-id=<{CANARY}@customer.test>"),
            ] {
                assert!(reason.contains(&part), "{what}: {part} is not in {reason}");
            }
            assert_eq!(reason.lines().count(), 1, "{what}: {reason}");
            for table in ["message", "arrival", "raw", "conversation", "event", "dropped", "config"]
            {
                let count = desk.number(&format!("SELECT count(*) FROM {table}"));
                assert_eq!(count, 0, "{what}: {table}");
            }
            fs::remove_file(rule).unwrap();
            expect_cured(&what, &desk);
        }
    }
}

/// Nobody who writes to a log line gets another line into it.
#[test]
fn a_refused_mail_that_lies() {
    let desk = Desk::new();
    let rule =
        "[[refuse]]\nname = 'x'\nwhen = 'from:@evil.test'\n[[drop]]\nname = 'y'\nwhen = 'x'\n";
    fs::write(desk.dir().join("rules/10.toml"), rule).unwrap();
    for (from, code) in [("eve@evil.test", 77), ("eve@customer.test", 0)] {
        let mail = format!(
            "From: {from}\nTo: support@example.test\nSubject: x\n\
             Message-ID: <a\u{1b}[2J\r forged\u{85}line@evil.test>\n\nx\n"
        );
        let done = desk.feed(["ingest"], mail.as_bytes());
        assert_eq!(done.status.code(), Some(code), "{done:?}");
    }
    let (log, told) = (desk.log(), desk.run(["log", "--dropped"]).expect_success().text());
    assert_eq!((log.lines().count(), told.lines().count()), (2, 1), "{log}{told}");
    let is_control = |c: char| c.is_control() && c != '\n' && c != '\t';
    assert!(!log.contains(is_control) && !told.contains(is_control), "{log:?} {told:?}");
}

/// A mail that is dropped is delivered, to every caller.
#[test]
fn a_rule_that_drops() {
    let desk = Desk::new();
    let rule = desk.dir().join("rules/10.toml");
    fs::write(&rule, format!("[[drop]]\nname = 'noise'\nwhen = 'subject:{CANARY}'\n")).unwrap();
    for words in [&["ingest"][..], &["ingest", "--route", "--autoreply", "-p"]] {
        let done = desk.feed(words, &mail()).expect_success();
        assert_eq!((done.text().as_str(), done.stderr.as_str()), ("", ""), "{words:?}");
        for table in ["message", "arrival", "raw", "conversation", "event"] {
            assert_eq!(desk.number(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
        }
        assert_eq!(desk.number("SELECT count(*) FROM dropped"), 1);
    }
    for step in [&["autoreply"][..], &["route", "--message"], &["close", "--message"]] {
        desk.feed(step, &mail()).expect_success();
    }
    let out = desk.feed(["ingest", "--filter"], &mail()).expect_success().text();
    let fields = "Postroom-Dropped: support\nPostroom-Class: person\n";
    assert_eq!(out, format!("{fields}{}", String::from_utf8(mail()).unwrap()));
    fs::remove_file(rule).unwrap();
    expect_cured("drop", &desk);
}

#[test]
fn a_store_that_is_gone_or_of_another_version() {
    let desk = Desk::new();
    let away = desk.beside("away.db");
    fs::rename(desk.database(), &away).unwrap();
    expect_try_again("no store", &desk, &desk.feed(["ingest"], &mail()));
    assert!(!desk.database().exists(), "a delivery made a store");
    fs::rename(&away, desk.database()).unwrap();

    let version = desk.number("PRAGMA user_version");
    for other in [version - 1, version + 1] {
        desk.damage(&format!("PRAGMA user_version = {other}"));
        expect_try_again("schema", &desk, &desk.feed(["ingest"], &mail()));
    }
    desk.damage(&format!("PRAGMA user_version = {version}"));
    expect_cured("store", &desk);
}

/// T3.1e: nothing is half written, and the same mail goes in when the lock is free.
#[test]
fn a_lock_held_beyond_the_limit() {
    let desk = Desk::new();
    desk.configure("desk", "lock-timeout = \"1s\"");
    let lock = File::options().read(true).write(true).open(desk.dir().join("lock")).unwrap();
    lock.lock().unwrap();
    expect_try_again("lock", &desk, &desk.feed(["ingest"], &mail()));
    drop(lock);
    expect_cured("lock", &desk);
}

#[test]
fn a_database_locked_by_a_stranger() {
    let desk = Desk::new();
    desk.configure("desk", "lock-timeout = \"1s\"");
    let stranger = rusqlite::Connection::open(desk.database()).unwrap();
    stranger.execute_batch("BEGIN IMMEDIATE").unwrap();
    expect_try_again("SQLite's lock", &desk, &desk.feed(["ingest"], &mail()));
    drop(stranger);
    expect_cured("SQLite's lock", &desk);
}

#[test]
fn a_panic() {
    let desk = Desk::new();
    let mut command = desk.postroom(["ingest"]);
    command.env("POSTROOM_TEST", "panic");
    expect_try_again("panic", &desk, &finish(command, &mail()));
    expect_cured("panic", &desk);
}

#[test]
fn an_empty_message() {
    let desk = Desk::new();
    // procmail makes a line of what a filter did not write.
    for mail in ["", "\n", " \r\n\n"] {
        expect_try_again("empty", &desk, &desk.feed(["ingest"], mail.as_bytes()));
    }
    expect_cured("empty", &desk);
}

#[test]
fn a_directory_that_is_read_only() {
    const NOBODY: &str = "65534";
    let desk = Desk::new();
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let root = desk.dir().parent().unwrap().to_owned();
    fs::write(desk.beside("log"), "").unwrap();
    set_mode(&desk.beside("log"), 0o666);
    let mut command = if is_root {
        let program = desk.beside("postroom");
        fs::hard_link(POSTROOM, &program)
            .or_else(|_| fs::copy(POSTROOM, &program).map(|_| ()))
            .unwrap();
        set_mode(&root, 0o755);
        let mut command = Command::new("setpriv");
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(POSTROOM)
    };
    desk.environment(&mut command);
    command.arg("ingest");
    let modes = read_only(&desk.dir());
    let done = finish(command, &mail());
    for (path, mode) in modes {
        set_mode(&path, mode);
    }
    expect_try_again("read-only", &desk, &done);
    expect_cured("read-only", &desk);
}

/// Takes the right to write from all in a folder, but not to read; what it was.
fn read_only(folder: &Path) -> Vec<(std::path::PathBuf, u32)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut modes = Vec::new();
    for path in entries.chain([folder.to_owned()]) {
        modes.push((path.clone(), fs::metadata(&path).unwrap().permissions().mode()));
        set_mode(&path, if path.is_dir() { 0o555 } else { 0o444 });
    }
    modes
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Below a limit of the administrator nothing is written, so that nothing has to be cleaned up.
#[test]
fn a_disk_that_is_nearly_full() {
    let desk = Desk::new();
    desk.configure("desk", "keep-free-mb = 4000000000");
    expect_try_again("nearly full", &desk, &desk.feed(["ingest"], &mail()));
    assert!(desk.log().contains("are free on the disk"), "{}", desk.log());
    let config = desk.dir().join("postroom.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(config, text.replace("4000000000", "0")).unwrap();
    expect_cured("nearly full", &desk);
}

/// T3.1e: likewise when there is room again.
#[test]
fn a_full_disk() {
    let unshare = ["-m", "sh", "-c", "mount -t tmpfs none /mnt"];
    if !Command::new("unshare").args(unshare).output().is_ok_and(|done| done.status.success()) {
        return skip("a full disk", "no right to mount a tmpfs of its own (root, unshare)");
    }
    let desk = Desk::new();
    desk.configure("desk", "keep-free-mb = 0");
    let script = r#"
        set -e
        cp -a "$1" "$1.kept"
        mount -t tmpfs -o size=4m none "$1"
        cp -a "$1.kept/." "$1"
        head -c 16m /dev/zero >"$1/filler" 2>/dev/null || :
        status=0
        "$2" ingest <"$3" || status=$?
        rm "$1/filler"
        rm -r "$1.kept"
        cp -a "$1" "$1.kept"
        exit $status"#;
    let letter = desk.beside("letter");
    fs::write(&letter, mail()).unwrap();
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", script, "sh"]).arg(desk.dir()).arg(POSTROOM).arg(letter);
    desk.environment(&mut command);
    let done = finish(command, b"");
    expect_try_again("full disk", &desk, &done);
    fs::remove_dir_all(desk.dir()).unwrap();
    copy(&desk.beside("desk.kept"), &desk.dir());
    expect_cured("full disk", &desk);
}

#[test]
fn a_full_disk_is_told_to_a_person() {
    let unshare = ["-m", "sh", "-c", "mount -t tmpfs none /mnt"];
    if !Command::new("unshare").args(unshare).output().is_ok_and(|done| done.status.success()) {
        return skip("a full disk", "no right to mount a tmpfs of its own (root, unshare)");
    }
    let script = r#"
        cp -a "$1" "$1.kept"
        mount -t tmpfs -o size=3m none "$1"
        cp -a "$1.kept/." "$1"
        head -c "$4" /dev/zero >"$1/filler" 2>/dev/null
        exec "$2" ingest -q "$3""#;
    for (filler, words) in [
        ("0", "the disk of the desk is full: make room"),
        ("3m", "there is no room for the files beside it: the disk is full"),
    ] {
        let desk = Desk::new();
        desk.configure("desk", "keep-free-mb = 0");
        let letter = desk.beside("letter");
        fs::write(&letter, large("letter")).unwrap();
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", script, "sh"]).arg(desk.dir()).arg(POSTROOM).arg(letter);
        command.arg(filler);
        desk.environment(&mut command);
        expect_advice(&finish(command, b""), words);
    }
}

/// The program under a limit of the shell.
fn limited(desk: &Desk, limit: &str, mail: &[u8]) -> Done {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit {limit} && exec \"$0\" ingest"), POSTROOM]);
    desk.environment(&mut command);
    finish(command, mail)
}

#[test]
fn a_limit_on_the_size_of_files() {
    let desk = Desk::new();
    expect_try_again("ulimit -f", &desk, &limited(&desk, "-f 16", &mail()));
    expect_cured("ulimit -f", &desk);
}

/// What local(8) does to a database beyond its mailbox_size_limit: it would take what fits into the
/// journal, and never write it back.
#[test]
fn a_database_beyond_the_limit_on_files() {
    let desk = Desk::new();
    desk.feed(["ingest"], &large("first")).expect_success();
    let size = fs::metadata(desk.database()).unwrap().len();
    let half = format!("-f {}", size / 2 / 512);
    expect_try_again(&half, &desk, &limited(&desk, &half, &mail()));
    assert!(desk.log().contains("RLIMIT_FSIZE"), "{}", desk.log());
    let enough = format!("-f {}", size * 2 / 512);
    limited(&desk, &enough, &mail()).expect_success();
    assert_eq!(desk.number("SELECT count(*) FROM message"), 2);
    assert!(desk.log().contains("warning: files may not grow"), "{}", desk.log());
}

/// Also where the database is small, and what is written at once is not.
#[test]
fn a_limit_on_files_that_the_log_beside_the_database_meets() {
    let desk = Desk::new();
    let folder = desk.beside("mails");
    fs::create_dir(&folder).unwrap();
    for n in 0..200 {
        let mail = [common::mail(&format!("m{n}")), "A line of it.\n".repeat(500).into()].concat();
        fs::write(folder.join(format!("{n}.eml")), mail).unwrap();
    }
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -f 1400 && exec \"$0\" ingest -q \"$1\"", POSTROOM]).arg(&folder);
    desk.environment(&mut command);
    command.env("POSTROOM_TEST", "small-batches");
    expect_advice(&finish(command, b""), "log beside the database would be larger than the 716800");
}

/// No thread can be started: here since its stack would not fit into memory.
#[test]
fn no_room_for_a_thread() {
    let desk = Desk::new();
    let path = desk.beside("1.eml");
    fs::write(&path, mail()).unwrap();
    for verb in ["ingest", "inspect"] {
        let mut command = desk.postroom([verb]);
        command.arg(&path).env("RUST_MIN_STACK", (1_u64 << 46).to_string());
        expect_advice(&finish(command, b""), "postroom: a thread cannot be started; see 'ulimit");
    }
    expect_cured("no thread", &desk);
}

/// A person is told in one line what to do, and a script to try again.
fn expect_advice(done: &Done, words: &str) {
    assert_eq!(done.status.code(), Some(75), "{done:?}");
    assert!(done.stderr.contains(words), "{done:?}");
    assert_eq!(done.stderr.lines().count(), 1, "{done:?}");
}

/// A mail of some megabytes.
fn large(name: &str) -> Vec<u8> {
    let lines = std::iter::repeat_n(b"0123456789abcdef0123456789abcdef\n", 100_000).flatten();
    common::mail(name).into_iter().chain(lines.copied()).collect()
}

/// From the least memory in which the program starts at all, each limit gives
/// a stored mail or the word to try again, never a third thing.
#[test]
fn a_limit_on_memory() {
    let mut letter = mail();
    letter.extend(std::iter::repeat_n(b"0123456789abcdef0123456789abcdef\n", 1_000_000).flatten());
    let (mut refused, mut limit) = (0, 8_000);
    loop {
        let desk = Desk::new();
        let starts = format!("ulimit -v {limit} && exec \"$0\" --version");
        let starts = Command::new("sh").args(["-c", &starts, POSTROOM]).output().unwrap();
        if starts.status.success() {
            let done = limited(&desk, &format!("-v {limit}"), &letter);
            if done.status.success() {
                assert_eq!(desk.number("SELECT count(*) FROM message"), 1);
                break;
            }
            expect_try_again(&format!("ulimit -v {limit}"), &desk, &done);
            refused += 1;
            desk.feed(["ingest"], &letter).expect_success();
            assert_eq!(desk.number("SELECT count(*) FROM message"), 1);
        }
        limit += limit / 3;
    }
    assert!(refused > 0, "memory was never short");
}

#[test]
fn a_hundred_thousand_nested_parts_are_no_failure() {
    let desk = Desk::new();
    let mut letter =
        b"From: a@customer.test\nTo: support@example.test\nMessage-ID: <deep@customer.test>\n"
            .to_vec();
    for level in 0..100_000 {
        letter.extend(
            format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n").bytes(),
        );
    }
    let done = desk.feed(["ingest"], &letter).expect_success();
    assert_eq!((done.text().as_str(), done.stderr.as_str()), ("", ""));
    assert_eq!(desk.number("SELECT count(*) FROM message"), 1);
}

#[test]
fn a_log_that_cannot_be_written_changes_nothing() {
    let desk = Desk::new();
    let mut command = desk.postroom(["ingest"]);
    command.env("POSTROOM_LOG", "/dev/full");
    let done = finish(command, &mail()).expect_success();
    assert_eq!((done.text().as_str(), done.stderr.as_str()), ("", ""));
    expect_cured("log", &desk);
}

/// Whoever reads what a filter writes may leave before its end (R22).
#[test]
fn a_reader_of_the_filter_that_leaves() {
    let desk = Desk::new();
    let letter = [mail(), b"0123456789abcdef\n".repeat(100_000)].concat();
    let mut child = common::start(desk.postroom(["ingest", "--filter"]), &letter);
    drop(child.stdout.take());
    expect_try_again("EPIPE", &desk, &wait(child));
    let done = desk.feed(["ingest", "--filter"], &letter).expect_success();
    assert!(done.stdout.ends_with(&letter));
    assert_eq!(desk.number("SELECT count(*) FROM message"), 1);
}

/// A recipient in brackets is one; a word that is none is told in the log, and refuses nothing.
#[test]
fn recipients_as_callers_write_them() {
    for (n, (word, inbox, is_told)) in [
        ("<sales@example.test>", "sales", false),
        ("sales@example.test", "sales", false),
        ("${original_recipient}", "support", true),
    ]
    .into_iter()
    .enumerate()
    {
        let desk = Desk::new();
        let letter = [format!("X-N: {n}\n").into_bytes(), mail()].concat();
        let done = desk.feed(["ingest", "-p", "--recipient", word], &letter).expect_success();
        assert!(done.text().contains(&format!("\t{inbox}\t")), "{word}: {done:?}");
        assert_eq!(desk.log().contains("is no address"), is_told, "{word}: {}", desk.log());
    }
}

/// The first way in which the caller tells it that names an inbox decides (R23), its extension may stand
/// behind a dash (R27).
#[test]
fn recipients_in_the_environment() {
    let old = ("ORIGINAL_RECIPIENT", "helpdesk@old.example");
    let sales = ("RECIPIENT", "sales-bar@example.test");
    for (n, (told, recipient)) in [
        (vec![old, ("RECIPIENT", "sales@example.test")], "helpdesk@old.example"),
        (vec![old, ("LOCAL_PART", "sales"), ("DOMAIN", "example.test")], "helpdesk@old.example"),
        (vec![sales, ("EXTENSION", "bar")], "sales-bar@example.test"),
        (vec![sales, ("LOCAL_PART_SUFFIX", "-bar")], "sales-bar@example.test"),
    ]
    .into_iter()
    .enumerate()
    {
        let desk = Desk::new();
        let mut command = desk.postroom(["ingest", "-p"]);
        command.envs(told.clone());
        let letter = [format!("X-N: {n}\n").into_bytes(), mail()].concat();
        let done = finish(command, &letter).expect_success();
        assert!(done.text().contains("\tsales\t"), "{told:?}: {done:?}");
        let shown = desk.run(["show", "--json", "m1"]).expect_success().text();
        assert!(shown.contains(&format!("\"recipient\":\"{recipient}\"")), "{told:?}: {shown}");
    }
}

/// A signal ends a delivery that waits, and nothing of it is there (R15). The line goes where the
/// configuration says, too.
#[test]
fn a_signal() {
    let desk = Desk::new();
    let own = desk.beside("own.log");
    desk.configure("desk", &format!("log = \"{}\"", own.display()));
    let lock = File::options().read(true).write(true).open(desk.dir().join("lock")).unwrap();
    lock.lock().unwrap();
    for (signal, named) in
        [("TERM", true), ("HUP", true), ("INT", true), ("ALRM", true), ("TERM", false)]
    {
        let mut ingest = desk.postroom(["ingest"]);
        if !named {
            ingest.env_remove("POSTROOM_LOG");
        }
        let child = common::start(ingest, &mail());
        let tasks = format!("/proc/{}/task", child.id());
        // It waits in a thread of its own: then it has read the mail and set its handlers.
        while fs::read_dir(&tasks).unwrap().count() < 2 {
            std::thread::yield_now();
        }
        let kill = format!("kill -{signal} {}", child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        let done = wait(child);
        let log = if named { desk.log() } else { fs::read_to_string(&own).unwrap() };
        if named {
            expect_try_again(signal, &desk, &done);
        }
        let reason = if signal == "ALRM" { "longer than a delivery may" } else { signal };
        let line = log.trim_end().lines().last().unwrap();
        assert!(line.starts_with("20") && line.contains(reason), "{signal}: {log}");
        assert_eq!(done.status.code(), Some(75), "{signal}: {done:?}");
    }
    drop(lock);
    expect_cured("signal", &desk);
}

/// What an MTA puts into the environment is data, and bounded (R25); without it a delivery works
/// as well (R24, R29).
#[test]
fn an_environment_of_any_kind() {
    let long = "x".repeat(100_000);
    for value in
        ["", "../../x;$(touch canary-made)", "a@b@c", "<>", "\u{1b}]0;x\u{7}", "%s%n", &long]
    {
        let desk = Desk::new();
        let mut command = desk.postroom(["ingest"]);
        for name in ["SENDER", "RECIPIENT", "ORIGINAL_RECIPIENT", "EXTENSION", "LOCAL_PART", "HOME"]
        {
            command.env(name, value);
        }
        let before = fs::read_dir(desk.dir()).unwrap().count();
        finish(command, &mail()).expect_success();
        assert_eq!(fs::read_dir(desk.dir()).unwrap().count(), before, "{value}");
        assert_eq!(desk.number("SELECT count(*) FROM message"), 1, "{value}");
        assert!(!desk.log().contains('\u{1b}'), "{value}");
    }
}

/// What a delivery makes has the mode that others need, whatever the umask of the caller (R28).
#[test]
fn a_umask_of_any_kind() {
    for umask in ["0000", "0077", "0777"] {
        let desk = Desk::new();
        let mut command = Command::new("sh");
        command.args(["-c", &format!("umask {umask} && exec \"$0\" ingest"), POSTROOM]);
        desk.environment(&mut command);
        let log = desk.beside("log");
        finish(command, &mail()).expect_success();
        assert_eq!(fs::metadata(log).unwrap().permissions().mode() & 0o777, 0o660, "{umask}");
        expect_cured(umask, &desk);
    }
}

/// One file that cannot be read stops no import, and an empty one is no mail.
#[test]
fn files_that_cannot_be_taken() {
    let desk = Desk::new();
    let maildir = desk.beside("Maildir");
    for folder in ["cur", "new"] {
        fs::create_dir_all(maildir.join(folder)).unwrap();
    }
    fs::write(maildir.join("new/1.a"), b"").unwrap();
    fs::write(maildir.join("new/3.a"), mail()).unwrap();
    let done = desk.run(["ingest", maildir.to_str().unwrap()]).expect_success();
    assert!(done.stderr.contains("1.a: empty") && done.stderr.lines().count() == 2, "{done:?}");
    assert_eq!(desk.number("SELECT count(*) FROM message"), 1);

    let mbox = desk.beside("mbox");
    let one = [b"From a@x Sat Jan  3 01:05:34 1996\n", &common::mail("one")[..]].concat();
    fs::write(&mbox, [&one[..], b"\n", &one].concat()).unwrap();
    let single = desk.beside("single");
    fs::write(&single, one).unwrap();
    let words = ["ingest", mbox.to_str().unwrap(), "/nonexistent/x", single.to_str().unwrap()];
    let done = desk.run(words);
    assert_eq!(done.status.code(), Some(66), "{done:?}");
    assert!(
        done.stderr.contains("mbox: looks like an mbox") && done.stderr.contains("/nonexistent/x")
    );
    assert_eq!(desk.number("SELECT count(*) FROM message"), 3, "{done:?}");
}

/// A file of a Maildir that gives an error when it is read.
#[test]
fn an_unreadable_file_in_a_maildir() {
    let desk = Desk::new();
    let maildir = desk.beside("Maildir");
    fs::create_dir_all(maildir.join("new")).unwrap();
    for (name, mode) in [("1.a", 0o000), ("2.a", 0o644)] {
        fs::write(maildir.join("new").join(name), common::mail(name)).unwrap();
        set_mode(&maildir.join("new").join(name), mode);
    }
    let mut command = without_rights(&desk);
    command.arg("ingest").arg(&maildir);
    let done = finish(command, b"");
    assert_eq!(done.status.code(), Some(66), "{done:?}");
    assert!(done.stderr.contains("1.a: Permission denied"), "{done:?}");
    assert_eq!(desk.number("SELECT count(*) FROM message"), 1);
}

/// The program, as root without its rights over modes.
fn without_rights(desk: &Desk) -> Command {
    let mut command = if fs::metadata("/proc/self").unwrap().uid() == 0 {
        let mut command = Command::new("setpriv");
        command.args(["--bounding-set", "-all", POSTROOM]);
        command
    } else {
        Command::new(POSTROOM)
    };
    desk.environment(&mut command);
    command
}

/// Not `postroom.toml` is blamed, which can be read.
#[test]
fn rules_that_cannot_be_read() {
    let desk = Desk::new();
    set_mode(&desk.dir().join("rules"), 0o000);
    let mut command = without_rights(&desk);
    command.arg("list");
    let done = finish(command, b"");
    set_mode(&desk.dir().join("rules"), 0o755);
    assert_eq!(done.status.code(), Some(78), "{done:?}");
    assert!(done.stderr.contains("desk/rules: cannot be read: Permission denied"), "{done:?}");
    assert!(!done.stderr.contains("postroom.toml"), "{done:?}");
}
