//! The manual says what the program does: each command has a page, each option
//! stands in its page and the reverse, and mandoc finds no fault.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod common;

use common::{POSTROOM, skip};
use postroom::domain::automatic::Silence;
use postroom::domain::placeholders::Placeholder;
use postroom::mail::Defect;
use regex::Regex;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("man")
}

fn help(words: &[&str]) -> String {
    let done =
        Command::new(POSTROOM).args(words).arg("--help").env("COLUMNS", "200").output().unwrap();
    assert!(done.status.success(), "{words:?} --help: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// The names of the commands, from the list in `postroom --help`.
fn commands() -> Vec<String> {
    let name = Regex::new(r"(?m)^  ([a-z][a-z-]*)  ").unwrap();
    let help = help(&[]);
    let names = name.captures_iter(&help).map(|found| found[1].to_owned()).collect::<Vec<_>>();
    assert!(names.len() > 3, "{names:?}");
    names
}

/// The long options of a command, but for those of all commands.
fn options_in_help(command: &str) -> BTreeSet<String> {
    let option = Regex::new(r"(?m)^ +(?:-\w, )?--([a-z][a-z-]*)").unwrap();
    option.captures_iter(&help(&[command])).map(|found| found[1].to_owned()).collect()
}

/// The long options that a page describes: `.It Fl -name` or `.It Fl n , Fl -name`.
fn options_in_page(page: &str) -> BTreeSet<String> {
    let option = Regex::new(r"Fl -([a-z][a-z-]*)").unwrap();
    let items = page.lines().filter(|line| line.starts_with(".It "));
    items.flat_map(|line| option.captures_iter(line)).map(|found| found[1].to_owned()).collect()
}

#[test]
fn each_command_has_a_page_with_its_options() {
    let mut faults = Vec::new();
    let common = fs::read_to_string(folder().join("postroom.1")).unwrap_or_else(|_| {
        faults.push("man/postroom.1 is missing".to_owned());
        String::new()
    });
    let everywhere = options_in_page(&common);
    for command in commands() {
        let name = format!("postroom-{command}.1");
        let path = folder().join(&name);
        let Ok(page) = fs::read_to_string(path) else {
            faults.push(format!("man/{name} is missing"));
            continue;
        };
        if !page.contains("\n.Sh EXIT STATUS\n") {
            faults.push(format!("man/{name}: no EXIT STATUS"));
        }
        let (help, page) = (options_in_help(&command), options_in_page(&page));
        for option in help.difference(&page).filter(|o| !everywhere.contains(*o) && *o != "help") {
            faults.push(format!("man/{name}: --{option} is missing"));
        }
        for option in page.difference(&help) {
            faults.push(format!("man/{name}: --{option} is no option of {command}"));
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn each_page_of_a_command_has_its_command() {
    let commands: BTreeSet<String> =
        commands().into_iter().map(|c| format!("postroom-{c}.1")).collect();
    for name in pages().filter(|name| name.starts_with("postroom-") && name.ends_with(".1")) {
        assert!(commands.contains(&name), "man/{name}: no such command");
    }
}

#[test]
fn each_reference_leads_to_a_page() {
    let reference = Regex::new(r"Xr (postroom\S*) (\d)").unwrap();
    for name in pages() {
        let page = fs::read_to_string(folder().join(&name)).unwrap();
        for found in reference.captures_iter(&page) {
            let target = format!("{}.{}", &found[1], &found[2]);
            assert!(folder().join(&target).exists(), "man/{name}: there is no {target}");
        }
    }
}

#[test]
fn each_code_stands_in_its_page() {
    let flat = |name: &str| {
        let page = fs::read_to_string(folder().join(name)).unwrap();
        page.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let autoreply = flat("postroom-autoreply.1");
    for silence in Silence::ALL {
        let item = format!(".It Cm {} {}", silence.code(), silence.sentence());
        assert!(autoreply.contains(&item), "postroom-autoreply.1: {item}");
    }
    let show = flat("postroom-show.1");
    for defect in Defect::ALL {
        let item = format!(".It Cm {defect} ");
        assert!(show.contains(&item), "postroom-show.1: {item}");
    }
    let replies = flat("postroom-replies.5");
    for place in Placeholder::ALL {
        let item = format!(".It Cm {place} ");
        assert!(replies.contains(&item), "postroom-replies.5: {item}");
    }
}

/// The blocks of the EXAMPLES of a page that only Postroom and the shell carry out, as sh reads
/// them; a line of a crontab stands without its times.
fn examples(page: &str) -> Vec<String> {
    let plain = |line: &str| {
        let line = line.replace(r"\(aq", "'").replace(r"\(dq", "\"");
        line.replace(r"\-", "-").replace(r"\e", "\\")
    };
    let times = Regex::new(r"^([0-9*-]+ ){5}").unwrap();
    let own = r"^( |$|(umask 077; )?(/usr/local/bin/)?postroom |echo |export |for |done)";
    let own = Regex::new(own).unwrap();
    let (_, examples) = page.split_once("\n.Sh EXAMPLES\n").unwrap_or_default();
    let examples = examples.split("\n.Sh ").next().unwrap_or_default();
    let blocks = examples.split("\n.Bd ").skip(1).filter_map(|rest| rest.split("\n.Ed").next());
    blocks
        .map(|block| block.lines().skip(1).map(plain).collect::<Vec<_>>())
        .map(|lines| lines.iter().map(|l| times.replace(l, "").into_owned()).collect::<Vec<_>>())
        .filter(|lines| lines.iter().all(|line| own.is_match(line)))
        .map(|lines| lines.join("\n").replace("/usr/local/bin/", ""))
        .map(|text| text.replace("142", "1").replace("m881", "m1"))
        .collect()
}

/// The other blocks of the page on ingest are wiring, and stand line by line in the files that the
/// tests run against the real programs.
#[test]
fn each_wiring_stands_in_a_file() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut lines = BTreeSet::new();
    for folder in fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path()) {
        let files = folder.read_dir().into_iter().flatten().map(|entry| entry.unwrap().path());
        for file in files.filter(|file| file.is_file()) {
            let text = fs::read_to_string(file).unwrap();
            lines.extend(text.lines().map(|line| line.trim().to_owned()));
        }
    }
    let page = fs::read_to_string(folder().join("postroom-ingest.1")).unwrap();
    let (_, section) = page.split_once("\n.Sh EXAMPLES\n").unwrap();
    let (section, _) = section.split_once("\n.Ss Shell\n").unwrap();
    let blocks = section.split("\n.Bd ").skip(1).map(|rest| rest.split("\n.Ed").next().unwrap());
    let mut count = 0;
    for line in blocks.flat_map(|block| block.lines().skip(1)).map(str::trim) {
        assert!(line.is_empty() || lines.contains(line), "in no file of examples/: {line}");
        count += 1;
    }
    assert!(count > 80, "only {count} lines were found");
}

/// A desk with one mail and a sendmail that takes all, and a program that writes usage errors down.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        fs::create_dir(desk.at("bin")).unwrap();
        let faults = desk.at("faults");
        let wrapper = format!(
            "#!/bin/sh\n{POSTROOM} \"$@\"\ns=$?\n[ $s != 64 ] || echo \"$*\" >>{}\nexit $s\n",
            faults.display()
        );
        fs::write(desk.at("bin/postroom"), wrapper).unwrap();
        let mail = "From: erika@customer.test\nTo: support@example.test\nSubject: x\n\nx\n";
        fs::write(desk.at("mail"), mail).unwrap();
        fs::write(faults, "").unwrap();
        let made = desk.sh("chmod +x bin/postroom && mkdir -p Maildir/new && cp mail answer.txt &&
            postroom init -q made --test-clock --inbox support=support@example.test &&
            sed -i '/^.desk.$/a sendmail = \"/bin/true\"' made/postroom.toml &&
            echo '[agent.anna]\nemail = [\"anna@example.test\"]\ninbox = { support = \"full\" }' >>made/postroom.toml &&
            postroom ingest <mail");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        desk
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn sh(&self, script: &str) -> std::process::Output {
        let path = format!("{}:/usr/bin:/bin", self.at("bin").display());
        let mut sh = Command::new("/bin/sh");
        sh.args(["-c", script]).current_dir(self.0.path()).env_clear().env("PATH", path);
        sh.env("POSTROOM_CONFIG", self.at("made/postroom.toml"));
        sh.env("POSTROOM_LOG", self.at("log")).env("POSTROOM_NOW", "2026-06-01T09:00:00Z");
        sh.env("TMPDIR", self.0.path()).stdin(std::process::Stdio::null()).output().unwrap()
    }
}

/// What an example names may be missing in the desk; but no word of it may be a usage error.
#[test]
fn each_example_is_understood() {
    let desk = Desk::new();
    let mut count = 0;
    for name in pages() {
        let page = fs::read_to_string(folder().join(&name)).unwrap();
        for example in examples(&page) {
            let said = String::from_utf8(desk.sh(&example).stderr).unwrap();
            let faults = fs::read_to_string(desk.at("faults")).unwrap();
            assert!(faults.is_empty(), "man/{name}:\n{example}\n\n{said}");
            let _ = fs::remove_dir_all(desk.at("desk")); // what an example of init made
            count += 1;
        }
    }
    assert!(count > 50, "only {count} examples were found");
}

#[test]
fn each_field_of_json_stands_in_its_page() {
    let desk = Desk::new();
    let page = fs::read_to_string(folder().join("postroom-json.7")).unwrap();
    let named: BTreeSet<&str> = page
        .lines()
        .filter(|line| line.contains("Ic "))
        .flat_map(|line| line.split(|c: char| c != '_' && !c.is_ascii_alphanumeric()))
        .collect();
    for command in [
        "ingest --json <mail",
        "autoreply --json 1",
        "route --dry-run --json 1",
        "do --json 1 'assign anna; tag +a; set priority=high; note x; close'",
        "reply --json 1 <answer.txt",
        "send --list --json",
        "list --json ''",
        "show --json 1",
        "log --json 1",
        "purge --dry-run --json --dropped erika@customer.test",
        "why --json m1",
        "report --json --from 2026-06-01",
        "check --delivery --json --inbox support || true",
    ] {
        let done = desk.sh(&format!("postroom {command}"));
        assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
        for line in String::from_utf8(done.stdout).unwrap().lines() {
            let mut keys = BTreeSet::new();
            collect_keys(&serde_json::from_str(line).unwrap(), &mut keys);
            for key in keys.iter().filter(|key| *key != "v") {
                assert!(named.contains(key.as_str()), "postroom-json.7: no '{key}' of {command}");
            }
        }
    }
}

fn collect_keys(value: &serde_json::Value, keys: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) => map.iter().for_each(|(key, value)| {
            keys.insert(key.clone());
            collect_keys(value, keys);
        }),
        serde_json::Value::Array(all) => all.iter().for_each(|value| collect_keys(value, keys)),
        _ => {}
    }
}

#[test]
fn mandoc_finds_no_fault() {
    let Some(mandoc) = mandoc() else {
        return skip("man pages", "mandoc is not installed, nor in the root of the e2e tests");
    };
    for name in pages() {
        let page = fs::File::open(folder().join(&name)).unwrap();
        let mut lint = Command::new(&mandoc[0]);
        lint.args(&mandoc[1..]).args(["-T", "lint", "-W", "warning"]).stdin(page);
        let done = lint.output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success() && said.is_empty(), "{name}: {said}");
    }
}

/// The machine's mandoc, or the one in the Debian root that the e2e tests keep under target/.
fn mandoc() -> Option<Vec<PathBuf>> {
    let own = ["/usr/bin/mandoc", "/usr/local/bin/mandoc"].map(PathBuf::from);
    if let Some(own) = own.into_iter().find(|path| path.exists()) {
        return Some(vec![own]);
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let root = target.join("e2e/root");
    let made = root.join(".stamp").exists() && root.join("usr/bin/mandoc").exists();
    made.then(|| vec!["chroot".into(), root, "mandoc".into()])
}

fn pages() -> impl Iterator<Item = String> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name());
    entries.map(|name| name.into_string().unwrap())
}
