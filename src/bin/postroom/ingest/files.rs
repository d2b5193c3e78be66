//! Messages out of files, trees, Maildirs and mbox files.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::Result;
use clap::Args as ClapArgs;
use postroom::desk::bulk::{Bulk, Told};
use postroom::desk::incoming::Envelope;
use postroom::desk::ingest::Chain;
use postroom::desk::source::{Afterwards, Begin, Format, Manner, Notice, Reach};
use postroom::desk::tally::Tally;
use postroom::desk::{Desk, Failure};
use postroom::domain::OutboxId;
use postroom::host::interruptible::Interruptible;
use postroom::host::{parallel, signal};
use postroom::render::clean;
use serde::Serialize;

use super::{Args, print};
use crate::exit::Exit;
use crate::mbox;
use crate::out::{self, Out};
use crate::progress::Line;

/// Above the options that go only with paths.
const HEADING: &str = "Files";

/// What says how files are read, and what becomes of them.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = HEADING)]
pub(super) struct Options {
    #[command(flatten)]
    mbox: mbox::Options,

    /// Read an mbox from its beginning, also where it was read before
    #[arg(long, requires = "mbox")]
    restart: bool,

    /// Take the subfolders of a Maildir too
    #[arg(short, long)]
    recursive: bool,

    /// Mark what is in as seen, in a Maildir: new/x becomes cur/x:2,S
    #[arg(long, conflicts_with_all = ["delete", "mbox"])]
    mark: bool,

    /// Remove the files of messages that are in
    #[arg(long, conflicts_with = "mbox")]
    delete: bool,

    /// Read the paths from stdin, one a line
    #[arg(long)]
    paths: bool,

    /// Read the paths from stdin, each ended by NUL, as find -print0 writes them
    #[arg(short = '0', long, conflicts_with = "paths")]
    null: bool,
}

impl Options {
    pub(super) fn paths_are_on_stdin(&self) -> bool {
        self.paths || self.null
    }
}

/// Whether arguments that clap refuses speak of files all the same: an option that goes only with
/// paths, and a path; or one that says that stdin has the paths. Without either a message may be
/// there.
pub(super) fn are_meant(rest: &[OsString], command: &clap::Command) -> bool {
    let (mut has_option, mut has_path) = (false, false);
    let mut words = rest.iter().map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        if word == "--" {
            has_path |= words.any(|word| !matches!(word.as_ref(), "" | "-"));
            break;
        }
        let named: Vec<&clap::Arg> = match (word.strip_prefix("--"), word.strip_prefix('-')) {
            (Some(long), _) => {
                let name = long.split('=').next();
                command.get_arguments().filter(|arg| arg.get_long() == name).collect()
            }
            (None, Some(shorts)) => {
                let is_in = |short: char| shorts.contains(short);
                command.get_arguments().filter(|arg| arg.get_short().is_some_and(is_in)).collect()
            }
            (None, None) => {
                has_path |= !word.is_empty();
                continue;
            }
        };
        if named.iter().any(|arg| matches!(arg.get_id().as_str(), "paths" | "null")) {
            return true;
        }
        has_option |= named.iter().any(|arg| arg.get_help_heading() == Some(HEADING));
        let has_value = |arg: &&clap::Arg| {
            arg.get_action().takes_values() && !arg.is_require_equals_set() && !word.contains('=')
        };
        if named.iter().any(has_value) {
            words.next();
        }
    }
    has_option && has_path
}

/// How the options ask for files to be read.
pub(super) fn manner(args: &Args) -> Result<Manner> {
    let files = &args.files;
    let variant = files.mbox.variant()?;
    let is_for_files = variant.is_some() || files.recursive || files.mark || files.delete;
    if args.message_is_on_stdin() && is_for_files {
        let why = "--mbox, --recursive, --mark and --delete are for files: name them";
        return Err(Failure::usage(why).into());
    }
    if files.paths_are_on_stdin() && args.path.iter().any(|path| path.as_os_str() != "-") {
        return Err(Failure::usage("the paths are on stdin or named, not both").into());
    }
    Ok(Manner {
        format: variant.map_or(Format::Message, Format::Mbox),
        reach: if files.recursive { Reach::Subfolders } else { Reach::Folder },
        begin: if files.restart { Begin::Anew } else { Begin::WhereItEnded },
        afterwards: match (files.mark, files.delete) {
            (true, _) => Afterwards::Mark,
            (false, true) => Afterwards::Delete,
            (false, false) => Afterwards::Leave,
        },
    })
}

/// Takes all that can be taken; the first refusal is the exit status.
pub(super) fn take_in(
    args: &Args,
    manner: Manner,
    desk: &mut Desk,
    envelope: &Envelope,
    chain: &Chain,
    out: &mut Out,
) -> Result<(Vec<OutboxId>, Exit)> {
    let stop = &*signal::stop_flag(Exit::TryAgain as i32)?;
    let (occasion, threads) = (args.occasion(), parallel::cores());
    let bulk = Bulk { manner, occasion, threads, envelope, chain, stop };
    let mut line = Line::new(args.quiet);
    let (mut answers, mut exit) = (Vec::new(), Exit::Done);
    let tell = |told: Told<'_>| {
        match told {
            Told::Taken(taken) => {
                answers.extend(taken.queued());
                if args.print || args.json {
                    line.clear();
                    print(args, out, taken)?;
                }
            }
            Told::Notice(notice) => {
                line.clear();
                notify(args.quiet, notice)?;
                if exit == Exit::Done {
                    exit = status(notice);
                }
            }
            Told::Progress(done, part) => line.draw(done, part),
        }
        Ok(())
    };
    let count = (!args.files.paths_are_on_stdin()).then_some(args.path.len());
    let paths = paths(args, stop)?;
    let tally = desk.ingest_paths(paths, count, &bulk, tell);
    line.clear();
    let tally = tally?;
    sum_up(args, &tally, out)?;
    if !tally.adds_up() {
        let why = "the counts do not add up: a bug; no file of such a batch was marked or removed";
        writeln!(io::stderr(), "postroom: {why}")?;
        exit = Exit::No;
    }
    Ok((answers, exit))
}

/// What gives paths.
type Paths<'a> = Box<dyn Iterator<Item = io::Result<PathBuf>> + Send + 'a>;

/// The paths that are named, or those on stdin as they come, until a signal sets `stop`.
fn paths<'a>(args: &Args, stop: &'a AtomicBool) -> io::Result<Paths<'a>> {
    if !args.files.paths_are_on_stdin() {
        return Ok(Box::new(args.path.clone().into_iter().map(Ok)));
    }
    let end = if args.files.null { 0 } else { b'\n' };
    let stdin = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let lines = BufReader::new(Interruptible::new(stdin, stop)).split(end);
    Ok(Box::new(lines.filter_map(|line| match line {
        Ok(line) if line.is_empty() => None,
        line => Some(line.map(|bytes| PathBuf::from(OsString::from_vec(bytes)))),
    })))
}

/// Whether something is told also where nobody asked for words: what has an exit status, and a part of
/// a mail that somebody has to look for.
fn is_wrong(notice: &Notice) -> bool {
    status(notice) != Exit::Done || matches!(notice, Notice::WasCut(_))
}

/// The exit status that something which is to be told leads to.
fn status(notice: &Notice) -> Exit {
    match notice {
        Notice::Refused(why) => why.kind.into(),
        Notice::Interrupted => Exit::TryAgain,
        Notice::NoCur(_) => Exit::NoInput,
        _ => Exit::Done,
    }
}

fn notify(quiet: bool, notice: &Notice) -> Result<()> {
    if quiet && !is_wrong(notice) {
        return Ok(());
    }
    let at = |path: &Path, words: &str| {
        let path = path.display().to_string();
        format!("{}: {words}", clean::name(&path))
    };
    let words = match notice {
        Notice::PassedOver | Notice::Link | Notice::ReadBefore => return Ok(()),
        Notice::NoFiles(path, count) => {
            let words = match count {
                1 => "1 name of cur, new and what is in them is a symbolic link or a folder",
                _ => &format!(
                    "{count} names of cur, new and what is in them are symbolic links or folders"
                ),
            };
            let them = if *count == 1 { "it" } else { "them" };
            at(path, &format!("{words}; passed over, name {them} to take {them}"))
        }
        Notice::LeftOut(path, count) => {
            let folders = if *count == 1 { "subfolder" } else { "subfolders" };
            let them = if *count == 1 { "it" } else { "them" };
            at(path, &format!("{count} {folders} left out; --recursive takes {them}, too"))
        }
        Notice::NoCur(path) => {
            at(path, "its messages are in, but cannot be marked: it has no cur of its own")
        }
        Notice::GoesOn(path, offset) => {
            at(path, &format!("read before to byte {offset}; read on from there"))
        }
        Notice::Changed(path) => {
            at(path, "read before, but its beginning has changed; read from there again")
        }
        Notice::WasCut(path) => at(
            path,
            "read before its last message was whole; read from its beginning, and look for the part \
             that is in as a message",
        ),
        Notice::Empty(path) => at(path, "empty; passed over"),
        Notice::LooksLikeMbox(path) => {
            at(path, "looks like an mbox; taken in as one message, as a file is without --mbox")
        }
        Notice::BadLengths(path, count) => at(
            path,
            &format!("{count} with a wrong Content-Length; each ends at the next From line"),
        ),
        Notice::Kept(path) => {
            at(path, "written to since it was read, or another file; left as it is")
        }
        Notice::Refused(why) => {
            let words = why.to_string();
            clean::text(&words).into_owned()
        }
        Notice::Interrupted => {
            "interrupted; what was read is in, and the same command goes on".to_owned()
        }
    };
    writeln!(io::stderr(), "postroom: {words}")?;
    Ok(())
}

/// The counts, as JSON.
#[derive(Serialize)]
struct Counts {
    read: usize,
    new: usize,
    joined: usize,
    duplicate: usize,
    own: usize,
    tombstone: usize,
    dropped: usize,
    defective: usize,
    passed_over: usize,
    read_before: usize,
    links: usize,
}

fn sum_up(args: &Args, tally: &Tally, out: &mut Out) -> Result<()> {
    let Tally { read, new, joined, duplicate, own, defective, .. } = *tally;
    let Tally { tombstone, dropped, passed_over, read_before, links, .. } = *tally;
    if args.json {
        let counts = Counts {
            read,
            new,
            joined,
            duplicate,
            own,
            tombstone,
            dropped,
            defective,
            passed_over,
            read_before,
            links,
        };
        out::json(out, &counts)?;
    }
    if !args.quiet {
        let mut words = format!(
            "{read} read = {new} new + {joined} joined + {duplicate} duplicate + {own} own + \
             {defective} defective"
        );
        let rare = [(tombstone, "tombstone"), (dropped, "dropped")];
        for (count, what) in rare.into_iter().filter(|(count, _)| *count > 0) {
            words.push_str(&format!(" + {count} {what}"));
        }
        let others = [
            (passed_over, "file", "passed over"),
            (read_before, "file", "read before"),
            (links, "symbolic link", "not followed"),
        ];
        for (count, noun, what) in others.into_iter().filter(|(count, ..)| *count > 0) {
            let end = if count == 1 { "" } else { "s" };
            words.push_str(&format!("; {count} {noun}{end} {what}"));
        }
        out.flush()?;
        writeln!(io::stderr(), "postroom: {words}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn files_are_meant_by_an_option_and_a_path() {
        for (words, are) in [
            ("--mark --delete m", true),
            ("m --mbox --delete", true),
            ("--mbox=foo m", true),
            ("--unquote m", true),
            ("--restart --inbox support m", true),
            ("-qr --nope m", true),
            ("-r --nope -- -m", true),
            ("-0 --paths", true),
            ("-q0 m --mark --mbox", true),
            // A message may be on stdin.
            ("--mark --delete", false),
            ("--mark --delete -", false),
            ("--mark --delete -- -", false),
            ("--mark --delete --inbox support", false),
            ("--mark --delete --config /etc/postroom.toml --sender=a@x", false),
            ("--nope m", false),
            ("--archive --autoreply m", false),
            ("-- --mark", false),
            ("", false),
        ] {
            let rest: Vec<OsString> = words.split(' ').map(OsString::from).collect();
            assert_eq!(are_meant(&rest, &Args::command()), are, "{words}");
        }
    }
}
