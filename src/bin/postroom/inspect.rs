//! `postroom inspect`: what we see in a message, stored or not.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use postroom::desk::inspect::{self, Look, Seen, Told};
use postroom::desk::{Desk, Failure, Purpose};
use postroom::domain::signal::is_automatic;
use postroom::domain::{Mailbox, MessageId};
use postroom::mail::{Attachment, Intent, said};
use postroom::render::{Screen, Style, bounded, clean};
use serde::Serialize;

use crate::args::Common;
use crate::body::{self, Fold};
use crate::changes::{self, mailbox};
use crate::exit::Exit;
use crate::json::{AttachmentObject, BounceObject, MailboxObject, attachments, mailboxes};
use crate::mbox;
use crate::out::{self, Out};

/// Tell what is seen in messages: fields, class, evidence, text
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Files, mboxes, Maildirs, and stored messages such as m881; - is a message on stdin [default: -]
    #[arg(value_name = "PATH|MESSAGE")]
    what: Vec<PathBuf>,

    #[command(flatten)]
    mbox: mbox::Options,

    /// Print all that is folded: quotes and signatures
    #[arg(long, conflicts_with = "json")]
    full: bool,

    /// Print a JSON object for each message
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    common: Common,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let mut out = out::open();
    let screen = out::screen();
    let mut exit = Exit::Done;
    let mut refused = |name: &str, why: &Failure, out: &mut Out| {
        if exit == Exit::Done {
            exit = why.kind.into();
        }
        if args.json {
            out::json(out, &ErrorLine { path: name, error: why.to_string() })?;
        }
        writeln!(io::stderr(), "postroom: {}", clean::text(&why.to_string()))?;
        anyhow::Ok(())
    };
    let mut looks = Vec::new();
    for (name, found) in looks_of(args)? {
        match found {
            Ok(found) => looks.extend(found),
            Err(why) => refused(&name, &why, &mut out)?,
        }
    }
    let mut first = true;
    inspect::inspect(&looks, |told| match told {
        Told::Refused(name, why) => refused(&name, &why, &mut out),
        Told::Mbox(path, message_ids) if args.json => {
            let messages = message_ids.len();
            let message_ids = message_ids.into_iter().flatten().collect();
            out::json(&mut out, &MboxLine { path, messages, message_ids })
        }
        Told::Mbox(..) => Ok(()),
        Told::Seen(seen) if args.json => out::json(&mut out, &Line::from(&*seen)),
        Told::Seen(seen) => {
            if !std::mem::take(&mut first) {
                writeln!(out)?;
            }
            print(&mut out, &seen, Fold::unless(args.full), screen)
        }
    })?;
    out.flush()?;
    Ok(exit)
}

/// An argument, and what it stands for.
type Found = (String, Result<Vec<Look>, Failure>);

/// What each argument stands for. A desk is opened only if one is the id of a stored message.
fn looks_of(args: &Args) -> Result<Vec<Found>> {
    if args.what.is_empty() {
        return Ok(vec![("-".to_owned(), Ok(vec![stdin()?]))]);
    }
    let variant = args.mbox.variant()?;
    let mut desk: Option<Desk> = None;
    let mut all = Vec::new();
    for what in &args.what {
        let name = what.display().to_string();
        let found = match name.parse::<MessageId>() {
            Err(_) if name == "-" => Ok(vec![stdin()?]),
            Err(_) => inspect::looks(what, variant),
            Ok(id) => {
                let opened = match desk.take() {
                    Some(desk) => desk,
                    None => args.common.desk(Purpose::Read)?,
                };
                Ok(vec![desk.insert(opened).look(id)?])
            }
        };
        all.push((name, found));
    }
    Ok(all)
}

fn stdin() -> Result<Look> {
    Look::read("-", io::stdin().lock()).context("stdin")
}

fn print(out: &mut Out, seen: &Seen, fold: Fold, screen: Screen) -> Result<()> {
    let parsed = &seen.parsed;
    let name = clean::line(&seen.name);
    writeln!(out, "{}", screen.paint(Style::Strong, &name))?;
    let list = |all: &[Mailbox]| all.iter().map(mailbox).collect::<Vec<_>>().join(", ");
    let ids = |all: &[String]| all.iter().map(|id| format!("<{id}>")).collect::<Vec<_>>().join(" ");
    let class = match seen.deciding {
        Some(signal) => format!("{} ({})", seen.class, signal.as_str()),
        None => seen.class.to_string(),
    };
    let mut lines = vec![
        ("from", parsed.from.as_ref().map_or_else(|| "(no author)".to_owned(), mailbox)),
        ("to", list(&parsed.to)),
        ("cc", list(&parsed.cc)),
        ("subject", bounded(&clean::line(&parsed.subject)).into_owned()),
        ("date", parsed.date.map(|date| date.to_string()).unwrap_or_default()),
        ("class", class),
        ("message-id", ids(parsed.message_id.as_slice())),
        ("in-reply-to", ids(&parsed.in_reply_to)),
        ("references", ids(&parsed.references)),
        ("thread", seen.thread.to_string()),
    ];
    let recipients = parsed.bounce.iter().flat_map(|bounce| &bounce.recipients);
    lines.extend(recipients.map(|outcome| (outcome.action.as_str(), changes::outcome(outcome))));
    lines.extend(parsed.attachments.iter().map(|attachment| ("attached", attached(attachment))));
    let defects: Vec<_> = parsed.defects.iter().map(|defect| defect.as_str()).collect();
    lines.push(("defects", defects.join(", ")));
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        let label = screen.paint(Style::Faint, &format!("  {name:<13}"));
        writeln!(out, "{label}{}", clean::line(value))?;
    }
    writeln!(out)?;
    body::print(out, &parsed.text, Intent::of(&parsed.subject), fold, screen)
}

fn attached(attachment: &Attachment) -> String {
    let name = if attachment.called.is_empty() { "(no name)" } else { &attachment.called };
    format!("{} ({}, {} bytes)", clean::name(name), attachment.content_type, attachment.size)
}

/// What is seen in a message, as JSON.
#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    size: u64,
    subject: &'a str,
    from: Option<MailboxObject>,
    reply_to: Vec<MailboxObject>,
    to: Vec<MailboxObject>,
    cc: Vec<MailboxObject>,
    date: Option<String>,
    message_id: Option<&'a str>,
    in_reply_to: &'a [String],
    references: &'a [String],
    thread: usize,
    messages: usize,
    message_ids: Vec<&'a str>,
    class: &'static str,
    signals: Vec<&'static str>,
    auto: bool,
    bounce: Option<BounceObject<'a>>,
    text: &'a str,
    reply_text: String,
    attachments: Vec<DigestedObject<'a>>,
    defects: Vec<&'static str>,
}

impl<'a> From<&'a Seen> for Line<'a> {
    fn from(seen: &'a Seen) -> Self {
        let parsed = &seen.parsed;
        Line {
            path: &seen.name,
            size: seen.size,
            subject: &parsed.subject,
            from: parsed.from.as_ref().map(MailboxObject::from),
            reply_to: mailboxes(&parsed.reply_to),
            to: mailboxes(&parsed.to),
            cc: mailboxes(&parsed.cc),
            date: parsed.date.map(|date| date.to_string()),
            message_id: parsed.message_id.as_deref(),
            in_reply_to: &parsed.in_reply_to,
            references: &parsed.references,
            thread: seen.thread,
            messages: 1,
            message_ids: parsed.message_id.iter().map(String::as_str).collect(),
            class: seen.class.as_str(),
            signals: parsed.signals.iter().map(|signal| signal.as_str()).collect(),
            auto: is_automatic(&parsed.signals),
            bounce: parsed.bounce.as_ref().map(BounceObject::from),
            text: &parsed.text,
            reply_text: said(&parsed.text, Intent::of(&parsed.subject)),
            attachments: digested(seen),
            defects: parsed.defects.iter().map(|defect| defect.as_str()).collect(),
        }
    }
}

/// An attachment with its digest, as JSON.
#[derive(Serialize)]
struct DigestedObject<'a> {
    #[serde(flatten)]
    attachment: AttachmentObject<'a>,
    sha256: String,
}

fn digested(seen: &Seen) -> Vec<DigestedObject<'_>> {
    let hex = |digest: &[u8; 32]| digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let objects = attachments(&seen.parsed.attachments).into_iter().zip(&seen.digests);
    objects.map(|(attachment, digest)| DigestedObject { attachment, sha256: hex(digest) }).collect()
}

/// An mbox, as JSON.
#[derive(Serialize)]
struct MboxLine {
    path: String,
    messages: usize,
    message_ids: Vec<String>,
}

/// A message that cannot be read, as JSON.
#[derive(Serialize)]
struct ErrorLine<'a> {
    path: &'a str,
    error: String,
}
