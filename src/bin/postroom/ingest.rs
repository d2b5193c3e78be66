//! `postroom ingest`: messages come in.

mod files;

use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{CommandFactory, Parser};
use postroom::desk::incoming::Envelope;
use postroom::desk::ingest::{Chain, Incoming, Steps, Taken};
use postroom::desk::raw::Raw;
use postroom::desk::together::{Delivery, Turn};
use postroom::desk::{self, Desk, Failure, Kind, Purpose, failure, filter};
use postroom::domain::arrival::Occasion;
use postroom::domain::{Address, EnvelopeSender, InboxName, OutboxId};
use postroom::host::lock::Lock;
use postroom::host::log::Level;
use postroom::host::signal::Deadline;
use postroom::host::{env, stdin};
use postroom::mail::envelope;
use postroom::store::Wiring;
use serde::Serialize;

use crate::args::Common;
use crate::delivery::{self, WiredWrong};
use crate::exit::Exit;
use crate::out::{self, Out};

/// How long a message of so many bytes may take once it is read, lock, analysis, disk and all:
/// whatever went wrong with it, the MTA hears "try again" from us before a limit of its own makes a
/// bounce of it (R13). OpenSMTPD's is five minutes; a large message takes longer on a slow disk, and
/// is let to, up to what Postfix and procmail allow, which is sixteen.
fn limit(bytes: u64) -> Duration {
    Duration::from_secs((240 + bytes / 1_000_000).min(900))
}

/// Take in messages: one on stdin, or those of files, trees, Maildirs and mbox files
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Files, trees of .eml files and Maildirs to read instead of stdin; they are left as they are
    path: Vec<PathBuf>,

    /// The inbox that the message came for
    #[arg(long, value_name = "INBOX")]
    inbox: Option<String>,

    /// The address that the message came for [default: from the MTA's environment or trace fields]
    #[arg(long, value_name = "ADDRESS")]
    recipient: Option<String>,

    /// The envelope sender; empty or <> is the null sender [default: as for --recipient]
    #[arg(long, value_name = "ADDRESS")]
    sender: Option<String>,

    /// The extension of the recipient
    #[arg(long, value_name = "WORD")]
    extension: Option<String>,

    /// Run the rules on what arrives
    #[arg(long)]
    pub(crate) route: bool,

    /// Answer by machine where an inbox says so
    #[arg(long)]
    pub(crate) autoreply: bool,

    /// Write the message to stdout with Postroom- fields on top
    #[arg(long, conflicts_with_all = ["path", "print", "json"])]
    filter: bool,

    /// Old mail: keep its dates, leave it closed, answer none of it
    #[arg(long, conflicts_with_all = ["autoreply", "filter"])]
    archive: bool,

    #[command(flatten)]
    files: files::Options,

    /// Print a line for each message: conversation, message, what happened, inbox, class
    #[arg(short, long)]
    print: bool,

    /// Print a JSON object for each message
    #[arg(long, conflicts_with = "print")]
    json: bool,

    /// Nothing but errors: no counts, and no progress on a terminal
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    pub(crate) common: Common,
}

impl Args {
    /// Whether a message is on stdin: nothing else is named, or `-` is.
    pub(crate) fn message_is_on_stdin(&self) -> bool {
        let named = self.path.iter().any(|path| path.as_os_str() != "-");
        !named && !self.files.paths_are_on_stdin()
    }

    /// A path where none is there, and something is on stdin: the command of an alias with a word too
    /// many.
    fn wired_wrong(&self) -> Option<WiredWrong> {
        if self.files.paths_are_on_stdin() {
            return None;
        }
        let is_missing = |path: &&PathBuf| {
            path.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound)
        };
        let mut named = self.path.iter().filter(|path| path.as_os_str() != "-");
        let first = named.next().filter(is_missing)?;
        let is_wrong = named.all(|path| is_missing(&path)) && stdin::is_fed();
        is_wrong.then(|| WiredWrong(first.display().to_string()))
    }

    fn steps(&self) -> Steps {
        Steps { route: self.route, autoreply: self.autoreply }
    }

    fn occasion(&self) -> Occasion {
        if self.archive { Occasion::Archive } else { Occasion::Now }
    }
}

/// A message on stdin is a delivery; files are named by a person or a script.
pub(crate) fn is_delivery(rest: &[OsString], args: &Result<Args, clap::Error>) -> bool {
    match args {
        Err(_) if files::are_meant(rest, &Args::command()) => false,
        Ok(args) if args.wired_wrong().is_some() => true,
        _ => delivery::is_expected(rest, args, |args| !args.message_is_on_stdin()),
    }
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    // Asked again: by now the mail may have come.
    if let Some(wrong) = args.wired_wrong() {
        return Err(wrong.into());
    }
    let folder = || desk::folder(args.common.config.as_deref());
    let stdin = if args.message_is_on_stdin() { Some(delivery::message(folder)?) } else { None };
    let manner = files::manner(args)?;
    let deadline = stdin.as_ref().map(|raw| Deadline::after(limit(raw.size())));
    if args.filter && !out::leads_somewhere() {
        let why = "--filter writes the message to stdout, which is closed or /dev/null";
        return Err(Failure::new(Kind::TryAgain, why).into());
    }
    let envelope = envelope(args)?;
    let (mut desk, lock) = match turn(args, stdin.as_ref(), &envelope)? {
        Turn::Ours(desk, lock) => (desk, lock),
        Turn::Along(queued) => {
            drop(deadline);
            send(args, queued);
            return Ok(Exit::Done);
        }
    };
    let chain = desk.chain(args.steps())?;
    let mut out = out::open();
    let (queued, exit) = match stdin {
        Some(raw) => {
            (take_one(args, &mut desk, lock, &raw, &envelope, &chain, &mut out)?, Exit::Done)
        }
        None => files::take_in(args, manner, &mut desk, &envelope, &chain, &mut out)?,
    };
    out.flush()?;
    // The mail is in; what follows has limits of its own.
    drop(deadline);
    desk.send_after(queued);
    Ok(exit)
}

/// The turn of this command; a delivery that has nothing to tell may come along with another.
fn turn(args: &Args, stdin: Option<&Raw>, envelope: &Envelope) -> Result<Turn> {
    let wanted = args.common.wanted()?;
    match stdin {
        Some(raw) if !(args.filter || args.archive || args.print || args.json) => {
            Desk::open_in_turn(&wanted, &Delivery { raw, envelope, steps: args.steps() })
        }
        _ => Ok(Turn::Ours(Box::new(Desk::open(&wanted, Purpose::Write)?), None)),
    }
}

/// Sends the answers to a mail that is in: whatever goes wrong now is left to `send`.
fn send(args: &Args, queued: Vec<OutboxId>) {
    if !queued.is_empty()
        && let Ok(mut desk) = args.common.desk(Purpose::Write)
    {
        desk.send_after(queued);
    }
}

fn take_one(
    args: &Args,
    desk: &mut Desk,
    lock: Option<Lock>,
    raw: &Raw,
    envelope: &Envelope,
    chain: &Chain,
    out: &mut Out,
) -> Result<Vec<OutboxId>> {
    let occasion = args.occasion();
    let incoming = Incoming { raw, envelope, wiring: Wiring::Stdin, occasion, delivered: None };
    let taken = desk.ingest(&incoming, chain, lock)?;
    if args.filter {
        filter::write(raw, &taken, out)?;
    }
    print(args, out, &taken)?;
    Ok(taken.queued().collect())
}

/// What the wiring tells: options first, then the environment of the MTA (R23). The environment
/// speaks of the one message on stdin, not of files.
pub(crate) fn envelope(args: &Args) -> Result<Envelope> {
    let from_mta = args.message_is_on_stdin();
    let told = |option: &Option<String>, environment: fn() -> Option<String>| {
        option.clone().or_else(|| if from_mta { environment() } else { None })
    };
    let inbox: Option<InboxName> = match &args.inbox {
        Some(name) => Some(name.parse().map_err(Failure::usage_of)?),
        None => None,
    };
    let named = if from_mta { env::recipients() } else { Vec::new() };
    let named = args.recipient.iter().chain(&named);
    let recipients: Vec<Address> = named.filter_map(|word| recipient(args, word)).collect();
    let extension = told(&args.extension, env::extension)
        .or_else(|| recipients.iter().find_map(Address::extension).map(str::to_owned));
    let sender = told(&args.sender, env::sender);
    let sender = sender.map(|word| envelope::sender(&word)).unwrap_or_default();
    Ok(Envelope { inbox, recipients, sender, extension })
}

/// The recipient that the caller tells, in brackets or not. A word that is no address is no reason to
/// refuse a mail: it goes by its header then, and the log says so.
fn recipient(args: &Args, word: &str) -> Option<Address> {
    if let EnvelopeSender::Address(address) = envelope::sender(word) {
        return Some(address);
    }
    if !word.is_empty() {
        let why = "is no address; what else is known decides";
        let log = failure::log(args.common.config.as_deref());
        log.write(Level::Warning, &format!("the recipient '{word}' {why}"));
    }
    None
}

/// A message that landed, as JSON.
#[derive(Serialize)]
struct Line<'a> {
    number: i64,
    message: String,
    how: &'a str,
    inbox: &'a str,
    class: &'a str,
}

/// An inbox that a rule kept a message out of, as JSON.
#[derive(Serialize)]
struct DroppedLine<'a> {
    how: &'a str,
    inbox: &'a str,
    class: &'a str,
    rule: &'a str,
}

fn print(args: &Args, out: &mut Out, taken: &Taken) -> Result<()> {
    for l in &taken.landed {
        let (how, inbox, class) = (l.how.as_str(), l.inbox.as_str(), l.class.as_str());
        if args.json {
            let line = Line {
                number: l.conversation.0,
                message: l.message.to_string(),
                how,
                inbox,
                class,
            };
            out::json(out, &line)?;
        } else if args.print {
            writeln!(out, "{}\t{}\t{how}\t{inbox}\t{class}", l.conversation, l.message)?;
        }
    }
    // Lines are for pipes to commands that take numbers, and what was dropped has none.
    for d in taken.dropped.iter().filter(|_| args.json) {
        let (inbox, class, rule) = (d.inbox.as_str(), d.class.as_str(), d.rule.as_str());
        out::json(out, &DroppedLine { how: "dropped", inbox, class, rule })?;
    }
    Ok(())
}
