//! `postroom show`: a conversation or a message, as people look at it.

use std::io::Write;

use anyhow::Result;
use clap::Parser;
use postroom::desk::show::{Extent, Item, Letter, Page, Repeats};
use postroom::desk::{Desk, Failure, Purpose};
use postroom::domain::step::Link;
use postroom::domain::{Direction, Mailbox, MessageId, Number, Role};
use postroom::host::terminal;
use postroom::mail::{Intent, said};
use postroom::render::{Screen, Style, bounded, clean};
use postroom::store::{Note, Related, StoredArrival};
use serde::Serialize;

use crate::args::Common;
use crate::body::{self, Fold};
use crate::changes::{self, mailbox};
use crate::exit::Exit;
use crate::json::{
    self, AttachmentObject, BounceObject, ConversationLine, MailboxObject, attachments, mailboxes,
};
use crate::out::{self, Out};

/// Show a conversation, or a message with its bytes
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// A conversation (142) or a message (m881)
    id: String,

    /// Print all that is folded: quotes, signatures, alerts that repeat, copies of a mail
    #[arg(long, conflicts_with_all = ["raw", "json"])]
    full: bool,

    /// Write the bytes of a message as they came
    #[arg(long)]
    raw: bool,

    /// Write bytes even to a terminal
    #[arg(long, requires = "raw")]
    force: bool,

    /// Print JSON objects: the conversation, then its messages and notes
    #[arg(long, conflicts_with = "raw")]
    json: bool,

    #[command(flatten)]
    common: Common,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let desk = args.common.desk(Purpose::Read)?;
    let mut out = out::open();
    match (args.id.parse::<MessageId>(), args.id.parse::<Number>()) {
        (Ok(message), _) if args.raw => raw(args, &desk, message, &mut out)?,
        (Ok(message), _) => {
            let letter = desk.show_message(message)?;
            if args.json {
                out::json(&mut out, &LetterLine::from(&letter))?;
            } else {
                print_letter(&mut out, &letter, &desk, Fold::unless(args.full), out::screen())?;
            }
        }
        (_, Ok(_)) if args.raw => {
            let words =
                "--raw writes one message: name it, such as m881; 'postroom show' lists them";
            return Err(Failure::usage(words).into());
        }
        (_, Ok(number)) => {
            // A program gets everything.
            let whole = args.full || args.json;
            let extent = if whole { Extent::Whole } else { Extent::Folded };
            let page = desk.show(number, extent)?;
            if args.json {
                print_json(&mut out, &page)?;
            } else {
                print_page(&mut out, &page, &desk, Fold::unless(args.full))?;
            }
        }
        (Err(_), Err(_)) => {
            let words =
                format!("'{}' is neither a conversation (142) nor a message (m881)", args.id);
            return Err(Failure::usage(words).into());
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// Raw bytes may drive a terminal, so they go there only when forced (R82).
fn raw(args: &Args, desk: &Desk, message: MessageId, out: &mut Out) -> Result<()> {
    if terminal::stdout_is_terminal() && !args.force {
        let words = "raw bytes can drive a terminal: redirect them, or say --force";
        return Err(Failure::usage(words).into());
    }
    desk.raw(message, |bytes| Ok(out.write_all(bytes)?))
}

fn print_page(out: &mut Out, page: &Page, desk: &Desk, fold: Fold) -> Result<()> {
    let screen = out::screen();
    let c = &page.row.conversation;
    if let Some(named) = page.named {
        writeln!(out, "{named} is merged into {}", c.number)?;
    }
    let title = format!("{}  {}", c.number, bounded(&clean::line(&page.row.subject)));
    writeln!(out, "{}", screen.paint(Style::Strong, &title))?;
    let zone = desk.config().settings().zone;
    let assignee = c.assignee.as_ref().map_or("nobody".to_owned(), ToString::to_string);
    let mut facts =
        vec![c.status.to_string(), c.inbox.to_string(), format!("assigned to {assignee}")];
    facts.push(format!("priority {}", c.priority));
    if let Some(since) = c.waiting_since {
        facts.push(format!("waiting since {}", since.local(&zone)));
    }
    facts.extend(c.tags.iter().map(|tag| format!("+{tag}")));
    facts.extend(c.fields.iter().map(|(name, value)| format!("{name}={}", clean::line(value))));
    writeln!(out, "{}", facts.join(" · "))?;
    print_participants(out, page, fold)?;
    if !page.row.merged.is_empty() {
        let merged: Vec<String> = page.row.merged.iter().map(ToString::to_string).collect();
        writeln!(out, "merged into it: {}", merged.join(", "))?;
    }
    for (number, inbox) in &page.also {
        writeln!(out, "also {number} in {inbox}")?;
    }
    for related in &page.row.related {
        writeln!(out, "{}", relation(related))?;
    }
    for (n, item) in page.items.iter().enumerate() {
        writeln!(out)?;
        // What the first mail quotes, nobody has read here.
        let fold = if n == 0 && fold == Fold::Quotes { Fold::Signatures } else { fold };
        match item {
            Item::Message(letter) => print_letter(out, letter, desk, fold, screen)?,
            Item::Repeats(repeats) => print_repeats(out, repeats, desk, screen)?,
            Item::Note(note) => print_note(out, note, desk, screen)?,
        }
    }
    Ok(())
}

/// Third parties that are told: a mail to thousands would hide its own text.
const MOST_THIRD_PARTIES: usize = 10;

fn print_participants(out: &mut Out, page: &Page, fold: Fold) -> Result<()> {
    let all = page.participants.0.values();
    let (contacts, others): (Vec<_>, Vec<_>) = all.partition(|one| one.role == Role::Contact);
    for contact in contacts {
        writeln!(out, "contact: {}", mailbox(&contact.mailbox))?;
    }
    let told = if fold == Fold::Nothing { others.len() } else { MOST_THIRD_PARTIES };
    for other in others.iter().take(told) {
        writeln!(out, "third party: {}", mailbox(&other.mailbox))?;
    }
    if let Some(more @ 1..) = others.len().checked_sub(told) {
        writeln!(out, "third parties: {more} more, see --full")?;
    }
    Ok(())
}

/// How another conversation has to do with this one.
fn relation(related: &Related) -> String {
    let Related { number, how, message, told_by, is_forged } = related;
    let kept_out = changes::kept_out(*is_forged);
    let whose = if *is_forged { "but its sender is not verified" } else { "by a stranger" };
    match (how, number == told_by) {
        (Link::Stranger, false) => {
            format!("possibly related: {number} (the sender {kept_out})")
        }
        (Link::Stranger, true) => {
            format!("possibly related: {number} ({message} refers to this one, {whose})")
        }
        (Link::ForeignToken, false) => {
            format!("possibly related: {number} (the subject names it, but the sender {kept_out})")
        }
        (Link::ForeignToken, true) => {
            format!("possibly related: {number} (the subject of {message} names this one, {whose})")
        }
        (Link::ClosedTooLong, false) => format!("continues: {number}"),
        (Link::ClosedTooLong, true) => format!("continued by: {number}"),
        (Link::Same, _) => format!("offered for merge: {number} ({message} belongs to both)"),
    }
}

/// What the author has to show for being here, if that is nothing: a From line can say anybody's
/// address (R71, R73).
fn unproved(letter: &Letter, desk: &Desk) -> Option<String> {
    if letter.participant != Some(false) {
        return None;
    }
    if letter.bounce.is_some() {
        return Some("a report without our signature: anybody can write one".to_owned());
    }
    let from = letter.from.as_ref().map(|from| &from.address);
    let Some(agent) = from.and_then(|from| desk.config().agent_by_address(from)) else {
        return Some("the sender has no part in this conversation".to_owned());
    };
    let is_verified = letter.arrivals.iter().any(StoredArrival::is_verified);
    (!is_verified).then(|| format!("from the address of agent {}, not verified", agent.name))
}

fn print_letter(
    out: &mut Out,
    letter: &Letter,
    desk: &Desk,
    fold: Fold,
    screen: Screen,
) -> Result<()> {
    let m = &letter.message;
    let zone = desk.config().settings().zone;
    let from = letter.from.as_ref().map_or("(no author)".to_owned(), mailbox);
    let arrow = if m.direction == Direction::In { "→" } else { "←" };
    let head = format!("{arrow} {}  {}  {from}", m.id, m.received.local(&zone));
    writeln!(out, "{}", screen.paint(Style::Strong, &head))?;
    let list = |all: &[Mailbox]| all.iter().map(mailbox).collect::<Vec<_>>().join(", ");
    let mut lines = vec![("to", list(&letter.to)), ("cc", list(&letter.cc))];
    if letter.reply_to.iter().any(|r| Some(&r.address) != letter.from.as_ref().map(|f| &f.address))
    {
        lines.push(("answers to", list(&letter.reply_to)));
    }
    lines.push(("subject", bounded(&clean::line(&m.subject)).into_owned()));
    if !m.class.is_person() {
        lines.push(("class", m.class.to_string()));
    }
    for (copy, class) in &letter.copies {
        lines.push(("copy", format!("{copy} ({class})")));
    }
    let outcomes = letter.bounce.iter().flat_map(|bounce| &bounce.recipients);
    lines.extend(outcomes.map(|one| (one.action.as_str(), changes::outcome(one))));
    lines.extend(unproved(letter, desk).map(|words| ("caution", words)));
    for arrival in letter.arrivals.iter().filter(|arrival| arrival.is_forged()) {
        lines.push(("caution", format!("sender not verified: DMARC failed ({})", arrival.inbox)));
    }
    for attachment in &letter.attachments {
        let name = match attachment.name.is_empty() {
            true => "(no name)".to_owned(),
            false => clean::name(&attachment.name).into_owned(),
        };
        let kind = clean::line(&attachment.content_type).into_owned();
        lines.push(("attached", format!("{name} ({kind}, {} bytes)", attachment.size)));
    }
    if let Some(mail) = &letter.outgoing {
        let words =
            mail.error.as_ref().map(|e| format!(": {}", clean::line(e))).unwrap_or_default();
        lines.push(("outbox", format!("{} {}{words}", mail.id, mail.state.as_str())));
    }
    if !letter.defects.is_empty() {
        lines.push(("defects", letter.defects.join(", ")));
    }
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(out, "{}", screen.paint(Style::Faint, &format!("  {name}: {value}")))?;
    }
    writeln!(out)?;
    body::print(out, &letter.text, Intent::of(&letter.message.subject), fold, screen)
}

/// `412 more until m1293  2026-06-01 12:00, which look the same`
fn print_repeats(out: &mut Out, repeats: &Repeats, desk: &Desk, screen: Screen) -> Result<()> {
    let until = repeats.until.local(&desk.config().settings().zone);
    let Repeats { count, last, .. } = repeats;
    let line = format!("  {count} more of the same, the last {last}  {until}");
    Ok(writeln!(out, "{}", screen.paint(Style::Faint, &line))?)
}

fn print_note(out: &mut Out, note: &Note, desk: &Desk, screen: Screen) -> Result<()> {
    let at = note.at.local(&desk.config().settings().zone);
    let head = format!("# {}  {at}  note by {}", note.id, changes::actor(&note.author));
    writeln!(out, "{}", screen.paint(Style::Warn, &head))?;
    writeln!(out)?;
    body::set_in(out, note.text.trim_end(), Style::Plain, screen)
}

fn print_json(out: &mut Out, page: &Page) -> Result<()> {
    out::json(out, &ConversationLine::from(&page.row))?;
    for item in &page.items {
        match item {
            Item::Message(letter) => out::json(out, &LetterLine::from(&**letter))?,
            // Nothing is folded here.
            Item::Repeats(_) => {}
            Item::Note(note) => out::json(out, &NoteLine::from(note))?,
        }
    }
    Ok(())
}

/// A message as JSON.
#[derive(Serialize)]
struct LetterLine<'a> {
    message: String,
    direction: &'static str,
    received: String,
    date: Option<String>,
    message_id: Option<String>,
    class: &'static str,
    signal: Option<String>,
    from: Option<MailboxObject>,
    reply_to: Vec<MailboxObject>,
    to: Vec<MailboxObject>,
    cc: Vec<MailboxObject>,
    subject: String,
    text: String,
    reply_text: String,
    attachments: Vec<AttachmentObject<'a>>,
    bounce: Option<BounceObject<'a>>,
    defects: Vec<String>,
    arrivals: Vec<ArrivalObject>,
    participant: Option<bool>,
    copy_of: Option<String>,
    outbox: Option<String>,
    state: Option<&'static str>,
    size: i64,
}

#[derive(Serialize)]
struct ArrivalObject {
    inbox: String,
    recipient: Option<String>,
    received: String,
    sender: Option<String>,
    wiring: String,
    dmarc: Option<String>,
    spf: Option<String>,
}

impl<'a> From<&'a Letter> for LetterLine<'a> {
    fn from(letter: &'a Letter) -> Self {
        let m = &letter.message;
        LetterLine {
            message: m.id.to_string(),
            direction: m.direction.as_str(),
            received: m.received.to_string(),
            date: m.date.map(|date| date.to_string()),
            message_id: m.message_id.clone(),
            class: m.class.as_str(),
            signal: m.signal.clone(),
            from: letter.from.as_ref().map(MailboxObject::from),
            reply_to: mailboxes(&letter.reply_to),
            to: mailboxes(&letter.to),
            cc: mailboxes(&letter.cc),
            subject: m.subject.clone(),
            text: letter.text.clone(),
            reply_text: said(&letter.text, Intent::of(&m.subject)),
            attachments: attachments(&letter.attachments),
            bounce: letter.bounce.as_ref().map(BounceObject::from),
            defects: letter.defects.clone(),
            arrivals: letter.arrivals.iter().map(ArrivalObject::from).collect(),
            participant: letter.participant,
            copy_of: letter.copy_of.map(|message| message.to_string()),
            outbox: letter.outgoing.as_ref().map(|mail| mail.id.to_string()),
            state: letter.outgoing.as_ref().map(|mail| mail.state.as_str()),
            size: m.size,
        }
    }
}

impl From<&StoredArrival> for ArrivalObject {
    fn from(a: &StoredArrival) -> Self {
        ArrivalObject {
            inbox: a.inbox.to_string(),
            recipient: a.recipient.as_ref().map(ToString::to_string),
            received: a.received.to_string(),
            sender: json::sender(&a.sender),
            wiring: a.wiring.clone(),
            dmarc: a.dmarc.clone(),
            spf: a.spf.clone(),
        }
    }
}

/// A note as JSON.
#[derive(Serialize)]
struct NoteLine {
    note: String,
    at: String,
    author: String,
    text: String,
}

impl From<&Note> for NoteLine {
    fn from(note: &Note) -> Self {
        NoteLine {
            note: note.id.to_string(),
            at: note.at.to_string(),
            author: changes::actor(&note.author),
            text: note.text.clone(),
        }
    }
}
