//! Under what a delivery runs: who, with which rights and limits, on what disk; and whether mail can
//! come in like that (R33). One [`Line`] for each thing that counts.

use super::caller::{Caller, Habits, Process};

/// What is to be said of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is about: `user`, `file size`.
    pub topic: &'static str,
    /// How it is.
    pub value: String,
    /// Whether it is well so.
    pub verdict: Verdict,
}

/// Whether something is well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Fine,
    /// It may not be meant, or becomes a trap some day.
    Note(String),
    /// Mail cannot come in, or will not for long; and what to do.
    Wrong(String),
}

impl Verdict {
    /// The word for people and in JSON.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Verdict::Fine => "fine",
            Verdict::Note(_) => "note",
            Verdict::Wrong(_) => "wrong",
        }
    }

    /// What is to be said besides.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Verdict::Fine => "",
            Verdict::Note(words) | Verdict::Wrong(words) => words,
        }
    }
}

impl Line {
    /// Something that is well.
    pub fn fine(topic: &'static str, value: impl Into<String>) -> Line {
        Line { topic, value: value.into(), verdict: Verdict::Fine }
    }

    /// Something that may not be meant.
    pub fn note(topic: &'static str, value: impl Into<String>, words: impl Into<String>) -> Line {
        Line { topic, value: value.into(), verdict: Verdict::Note(words.into()) }
    }

    /// Something that stands in the way.
    pub fn wrong(topic: &'static str, value: impl Into<String>, words: impl Into<String>) -> Line {
        Line { topic, value: value.into(), verdict: Verdict::Wrong(words.into()) }
    }
}

/// A process as the system sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The user that counts for files: name and number.
    pub user: (String, u32),
    /// The groups that count for files, the process' own first.
    pub groups: Vec<(String, u32)>,
    /// Which rights new files lack.
    pub umask: Option<u32>,
    /// Where it runs.
    pub folder: String,
    /// Its limits.
    pub limits: Limits,
    /// The variables that count for a delivery, and their values.
    pub environment: Vec<(String, String)>,
    /// Who started it, nearest first.
    pub ancestors: Vec<Process>,
}

/// Limits of a process (setrlimit(2)); none where there is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Bytes of a file (`RLIMIT_FSIZE`).
    pub file_size: Option<u64>,
    /// Bytes of memory (`RLIMIT_AS`).
    pub memory: Option<u64>,
    /// Seconds of processor time (`RLIMIT_CPU`).
    pub processor: Option<u64>,
    /// Open files (`RLIMIT_NOFILE`).
    pub files: Option<u64>,
}

/// Memory with which any mail can be taken.
const ENOUGH_MEMORY: u64 = 256 << 20;

/// Processor time for the largest mail.
const ENOUGH_SECONDS: u64 = 240;

/// Open files of a delivery, with room.
const ENOUGH_FILES: u64 = 64;

impl Surroundings {
    /// What is to be said of the process itself.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let named = |(name, number): &(String, u32)| format!("{name} ({number})");
        let groups: Vec<String> = self.groups.iter().map(named).collect();
        let umask = self.umask.map_or_else(|| "unknown".to_owned(), |umask| format!("{umask:03o}"));
        let mut lines = vec![
            Line::fine("user", named(&self.user)),
            Line::fine("groups", groups.join(", ")),
            Line::fine("umask", umask),
            Line::fine("directory", self.folder.clone()),
        ];
        lines.extend(self.limits.lines());
        let set = self.environment.iter();
        lines.extend(set.map(|(name, value)| Line::fine("environment", format!("{name}={value}"))));
        lines.extend(self.caller());
        lines
    }

    fn caller(&self) -> Vec<Line> {
        let variables: Vec<&str> = self.environment.iter().map(|(name, _)| name.as_str()).collect();
        let chain: Vec<&str> = self.ancestors.iter().map(|process| process.name.as_str()).collect();
        let chain = chain.join(" < ");
        let Some(caller) = Caller::guess(&self.ancestors, &variables) else {
            let words =
                "its program is not known here: make sure that it tries again after exit 75";
            return vec![Line::note("caller", chain, words)];
        };
        let mut lines = vec![Line::fine("caller", format!("{}, by: {chain}", caller.name()))];
        if !matches!(caller, Caller::Cron | Caller::Person) {
            let Habits { done, try_again, other, killed, late } = caller.habits();
            lines.extend([
                Line::fine("exit 0", done),
                Line::fine("exit 75", try_again),
                Line::fine("other exit", other),
                Line::fine("killed", killed),
                Line::fine("too slow", late),
            ]);
        }
        lines
    }
}

impl Limits {
    fn lines(&self) -> Vec<Line> {
        let file_size = "in Postfix set 'mailbox_size_limit = 0', else lift it where it is set: the \
                         database will outgrow it, and mail wait until it is lifted";
        let line = |topic, limit: Option<u64>, unit: &str, judge: &dyn Fn(u64) -> Verdict| {
            let value = limit.map_or_else(|| "no limit".to_owned(), |n| format!("{n}{unit}"));
            Line { topic, value, verdict: limit.map_or(Verdict::Fine, judge) }
        };
        let least = |enough: u64, words: &'static str| {
            move |limit| {
                if limit < enough { Verdict::Note(words.to_owned()) } else { Verdict::Fine }
            }
        };
        vec![
            line("file size", self.file_size, " bytes", &|_| Verdict::Wrong(file_size.to_owned())),
            line(
                "memory",
                self.memory,
                " bytes",
                &least(ENOUGH_MEMORY, "less than 256 MiB: some mail may wait for ever"),
            ),
            line(
                "processor time",
                self.processor,
                " s",
                &least(ENOUGH_SECONDS, "less than 240 s: a large mail may wait for ever"),
            ),
            line(
                "open files",
                self.files,
                "",
                &least(ENOUGH_FILES, "less than 64: some mail may wait for ever"),
            ),
        ]
    }
}

/// A file or folder of the desk, and what the process may do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its path, for people.
    pub path: String,
    /// Who it belongs to; none where it cannot be seen.
    pub owned: Option<Owned>,
    /// Why the process cannot do with it what a delivery does; none when it can.
    pub barred: Option<String>,
}

/// To whom a file belongs, and its mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// The owner's name.
    pub owner: String,
    /// The group's name.
    pub group: String,
    /// The permissions, with the bits for setuid, setgid and sticky.
    pub mode: u32,
}

impl Place {
    /// A file: it must be reachable.
    #[must_use]
    pub fn file(&self, topic: &'static str) -> Line {
        let words =
            |error: &String| Verdict::Wrong(format!("{error}; it takes one who may use it"));
        let verdict = self.barred.as_ref().map_or(Verdict::Fine, words);
        Line { topic, value: self.value(), verdict }
    }

    /// The folder of the desk: SQLite makes files in it, which the group must be able to use (R172).
    #[must_use]
    pub fn folder(&self, topic: &'static str) -> Line {
        let verdict = match (&self.barred, &self.owned) {
            (Some(error), _) => Verdict::Wrong(format!(
                "{error}; run as its owner or in its group: chmod 2770 {}",
                self.path
            )),
            (None, Some(owned)) if owned.mode & 0o020 != 0 && owned.mode & 0o2000 == 0 => {
                Verdict::Note(format!(
                    "files made here get the group of whoever makes them: chmod g+s {}",
                    self.path
                ))
            }
            (None, Some(owned)) if owned.mode & 0o007 != 0 => {
                Verdict::Note(format!("others may look in: chmod o= {}", self.path))
            }
            _ => Verdict::Fine,
        };
        Line { topic, value: self.value(), verdict }
    }

    fn value(&self) -> String {
        match &self.owned {
            Some(Owned { owner, group, mode }) => {
                format!("{} {owner}:{group} {mode:04o}", self.path)
            }
            None => self.path.clone(),
        }
    }
}

/// Where the database lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// Bytes that are free for us.
    pub free: u64,
    /// Bytes that are to stay free; less, and mail waits.
    pub keep: u64,
    /// The name of its file system, where that is one of another machine or of a program.
    pub remote: Option<&'static str>,
}

impl Disk {
    /// What is to be said of it.
    #[must_use]
    pub fn lines(&self) -> [Line; 2] {
        let megabytes = |bytes: u64| format!("{} MB", bytes / 1_000_000);
        let free = if self.free < self.keep {
            let words = format!("mail waits below {}: make room", megabytes(self.keep));
            Line::wrong("free space", megabytes(self.free), words)
        } else {
            Line::fine("free space", megabytes(self.free))
        };
        let system = match self.remote {
            None => Line::fine("file system", "local"),
            Some(name) => Line::wrong(
                "file system",
                name,
                "the database's locks and journal do not work there: move it to a disk of this machine",
            ),
        };
        [free, system]
    }
}

/// The name of a file system on which SQLite's journal is not safe (R178), by its number in
/// statfs(2).
#[must_use]
pub fn remote_file_system(number: i64) -> Option<&'static str> {
    const TABLE: [(i64, &str); 9] = [
        (0x6969, "NFS"),
        (0xff53_4d42, "CIFS"),
        (0xfe53_4d42, "SMB"),
        (0x517b, "SMB"),
        (0x0102_1997, "9P"),
        (0x6573_5546, "FUSE"),
        (0x5346_414f, "AFS"),
        (0x00c3_6400, "Ceph"),
        (0x0bd0_0bd0, "Lustre"),
    ];
    TABLE.iter().find(|(known, _)| *known == number & 0xffff_ffff).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        let none = Limits::default();
        let local = Limits { file_size: Some(51_200_000), ..none };
        let tight = Limits { memory: Some(1 << 20), processor: Some(5), files: Some(8), ..none };
        let wide =
            Limits { memory: Some(1 << 30), processor: Some(1000), files: Some(1024), ..none };
        for (limits, wanted) in [
            (none, ["fine", "fine", "fine", "fine"]),
            (local, ["wrong", "fine", "fine", "fine"]),
            (tight, ["fine", "note", "note", "note"]),
            (wide, ["fine", "fine", "fine", "fine"]),
        ] {
            let verdicts: Vec<&str> =
                limits.lines().iter().map(|line| line.verdict.as_str()).collect();
            assert_eq!(verdicts, wanted, "{limits:?}");
        }
        assert_eq!(local.lines()[0].value, "51200000 bytes");
        assert_eq!(none.lines()[0].value, "no limit");
    }

    #[test]
    fn places() {
        let place = |mode: Option<u32>, barred: Option<&str>| Place {
            path: "/desk".to_owned(),
            owned: mode.map(|mode| Owned {
                owner: "desk".to_owned(),
                group: "team".to_owned(),
                mode,
            }),
            barred: barred.map(str::to_owned),
        };
        for (mode, barred, folder, file) in [
            (Some(0o2770), None, "fine", "fine"),
            (Some(0o700), None, "fine", "fine"),
            (Some(0o770), None, "note", "fine"),
            (Some(0o2775), None, "note", "fine"),
            (Some(0o2770), Some("Permission denied"), "wrong", "wrong"),
            (None, Some("No such file"), "wrong", "wrong"),
        ] {
            let place = place(mode, barred);
            assert_eq!(place.folder("x").verdict.as_str(), folder, "{place:?}");
            assert_eq!(place.file("x").verdict.as_str(), file, "{place:?}");
        }
        assert_eq!(place(Some(0o2770), None).file("x").value, "/desk desk:team 2770");
    }

    #[test]
    fn disks() {
        let disk = |free, remote| Disk { free, keep: 64_000_000, remote };
        for (disk, wanted) in [
            (disk(64_000_000, None), ["fine", "fine"]),
            (disk(63_999_999, None), ["wrong", "fine"]),
            (disk(u64::MAX, Some("NFS")), ["fine", "wrong"]),
        ] {
            let verdicts = disk.lines().map(|line| line.verdict.as_str());
            assert_eq!(verdicts, wanted, "{disk:?}");
        }
    }

    #[test]
    fn file_systems() {
        for (number, wanted) in [
            (0x6969, Some("NFS")),
            (0xff53_4d42, Some("CIFS")),
            (0xffff_ffff_ff53_4d42_u64.cast_signed(), Some("CIFS")), // as a signed 32-bit number
            (0x6573_5546, Some("FUSE")),
            (0xef53, None),      // ext4
            (0x0102_1994, None), // tmpfs
            (0x794c_7630, None), // overlayfs
        ] {
            assert_eq!(remote_file_system(number), wanted, "{number:x}");
        }
    }

    #[test]
    fn a_caller_that_is_not_known_is_said() {
        let surroundings = |name: &str| Surroundings {
            user: ("desk".to_owned(), 991),
            groups: vec![("desk".to_owned(), 991), ("mail".to_owned(), 8)],
            umask: Some(0o77),
            folder: "/".to_owned(),
            limits: Limits::default(),
            environment: vec![("SENDER".to_owned(), String::new())],
            ancestors: vec![Process { name: name.to_owned(), words: Vec::new() }],
        };
        let lines = surroundings("local").lines();
        let find = |topic| lines.iter().find(|line| line.topic == topic).unwrap();
        assert_eq!(find("user").value, "desk (991)");
        assert_eq!(find("groups").value, "desk (991), mail (8)");
        assert_eq!(find("umask").value, "077");
        assert_eq!(find("environment").value, "SENDER=");
        assert_eq!(find("caller").value, "Postfix local(8), by: local");
        assert_eq!(find("exit 75").value, "stays in the queue, tried again");
        let lines = surroundings("mystery").lines();
        assert_eq!(lines.last().unwrap().verdict.as_str(), "note");
    }
}
