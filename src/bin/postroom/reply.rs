//! `postroom reply`: text of a person to the contact.

use std::io::{self, Write};

use anyhow::{Context, Result};
use clap::Parser;
use postroom::desk::reply::{Caution, Draft, Replied};
use postroom::desk::{Desk, Failure, Kind, Purpose};
use postroom::domain::{Address, Mailbox, Number, Seq, Status};
use postroom::host::{child, env, file, terminal};
use postroom::render::clean;
use postroom::store::{Ending, State};
use serde::Serialize;

use crate::args::Common;
use crate::exit::Exit;
use crate::out::{self, Out};

/// Answer the contact: text from stdin, from $EDITOR, or a canned reply
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// The conversation
    number: Number,

    /// Take the prepared text replies/NAME.txt, its placeholders filled, instead of stdin
    #[arg(long, value_name = "NAME")]
    canned: Option<String>,

    /// Write to this address instead of the one who wrote last
    #[arg(long, value_name = "ADDRESS")]
    to: Vec<Address>,

    /// Send a copy to this address
    #[arg(long, value_name = "ADDRESS")]
    cc: Vec<Address>,

    /// Another subject
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,

    /// The last event that you have seen [default: the last one when the command starts]
    #[arg(long, value_name = "SEQ")]
    if_seq: Option<i64>,

    /// Send although something came in, the same was sent a moment ago, braces are left to fill, or an address took no mail the last time
    #[arg(long)]
    anyway: bool,

    /// Close the conversation, instead of waiting for the contact
    #[arg(long, conflicts_with = "open")]
    close: bool,

    /// Leave the conversation open
    #[arg(long)]
    open: bool,

    /// Change and send nothing; print the mail as it would be sent
    #[arg(long)]
    dry_run: bool,

    /// Say nothing
    #[arg(short, long)]
    quiet: bool,

    /// Print a JSON object
    #[arg(long, conflicts_with = "quiet")]
    json: bool,

    #[command(flatten)]
    common: Common,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let mut desk = args.common.desk(if args.dry_run { Purpose::Read } else { Purpose::Write })?;
    let seen = args.if_seq.map_or_else(|| desk.seen(args.number), |seq| Ok(Seq(seq)))?;
    let text = text(args, &desk)?;
    let bare = |address: &Address| Mailbox { name: String::new(), address: address.clone() };
    let draft = Draft {
        number: args.number,
        text,
        to: args.to.iter().map(bare).collect(),
        cc: args.cc.iter().map(bare).collect(),
        subject: args.subject.clone(),
        seen,
        caution: if args.anyway { Caution::Anyway } else { Caution::Refuse },
        then: match (args.close, args.open) {
            (true, _) => Status::Closed,
            (_, true) => Status::Open,
            _ => Status::Pending,
        },
    };
    let ending = if args.dry_run { Ending::Rollback } else { Ending::Commit };
    let replied = desk.reply(&draft, ending).map_err(|error| keep(error, &draft))?;
    let mut out = out::open();
    if args.dry_run {
        out.write_all(&replied.raw)?;
    } else {
        let handed = desk.send_after(vec![replied.outbox]);
        let handed = handed.iter().find(|mail| mail.id == replied.outbox);
        print(args, &mut out, &desk, &replied, handed.map(|mail| mail.state))?;
        if let Some(error) = handed.and_then(|mail| mail.error.as_ref()).filter(|_| !args.quiet) {
            let error = clean::line(error);
            writeln!(io::stderr(), "postroom: {} was not handed over: {error}", replied.outbox)?;
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// The text: a canned reply, stdin, or the editor at a terminal, begun with the canned reply.
fn text(args: &Args, desk: &Desk) -> Result<String> {
    let canned = match &args.canned {
        Some(name) => Some(desk.canned(args.number, name)?),
        None => None,
    };
    if terminal::stdin_is_terminal() {
        return edit(args.number, &canned.unwrap_or_default());
    }
    match canned {
        Some(text) => Ok(text),
        None => {
            let raw = file::read_to_end(io::stdin().lock()).context("stdin")?;
            let text = String::from_utf8(raw).map_err(|error| {
                let at = error.utf8_error().valid_up_to();
                Failure::new(
                    Kind::Data,
                    format!("the text is not UTF-8 at byte {at}; nothing was sent"),
                )
            })?;
            Ok(text)
        }
    }
}

/// Lets the person write. The file stays when anything goes wrong, and is named.
fn edit(number: Number, start: &str) -> Result<String> {
    let path = file::keep(&env::scratch(), &format!("postroom-reply-{number}"), start)
        .context("a file for the editor cannot be made")?;
    child::edit(&env::editor(), &path)
        .with_context(|| format!("your text is in {}", path.display()))?;
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
    Ok(text)
}

/// A reply that was refused is kept in a file: nobody types it twice (R195).
fn keep(error: anyhow::Error, draft: &Draft) -> anyhow::Error {
    if draft.text.trim().is_empty() {
        return error;
    }
    let stem = format!("postroom-reply-{}", draft.number);
    let Ok(path) = file::keep(&env::scratch(), &stem, &draft.text) else { return error };
    let kept = format!("your text is kept in {}", path.display());
    match error.downcast_ref::<Failure>().map(|failure| failure.kind) {
        Some(kind) => Failure::new(kind, format!("{error:#}\n{kept}")).into(),
        None => error.context(kept),
    }
}

/// A reply that was queued, as JSON.
#[derive(Serialize)]
struct Line<'a> {
    number: i64,
    outbox: String,
    state: &'a str,
    to: Vec<String>,
    cc: Vec<String>,
    subject: &'a str,
}

fn print(
    args: &Args,
    out: &mut Out,
    desk: &Desk,
    replied: &Replied,
    state: Option<State>,
) -> Result<()> {
    for (number, inbox, at) in &replied.answered_elsewhere {
        let at = at.local(&desk.config().settings().zone);
        writeln!(
            io::stderr(),
            "postroom: the same mail was answered in {number} ({inbox}) at {at}"
        )?;
    }
    let state = state.unwrap_or(State::Queued).as_str();
    let addresses = |all: &[Mailbox]| all.iter().map(|m| m.address.to_string()).collect();
    if args.json {
        let line = Line {
            number: replied.number.0,
            outbox: replied.outbox.to_string(),
            state,
            to: addresses(&replied.to),
            cc: addresses(&replied.cc),
            subject: &replied.subject,
        };
        out::json(out, &line)?;
    } else if !args.quiet {
        let to = clean::name(&replied.recipients()).into_owned();
        writeln!(out, "{}\t{}\t{state}\t{to}", replied.number, replied.outbox)?;
        if !desk.is_owner() && terminal::stdout_is_terminal() {
            writeln!(out, "{} hands it over: 'postroom send' from cron", desk.owner())?;
        }
    }
    Ok(())
}
