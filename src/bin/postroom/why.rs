//! `postroom why`: the reasons that every decision kept.

use std::io::Write;

use anyhow::Result;
use clap::Parser;
use postroom::desk::history::{WhyHome, WhyMessage};
use postroom::desk::{Desk, Failure, Purpose};
use postroom::domain::automatic::Silence;
use postroom::domain::step::Stood;
use postroom::domain::{Change, Event, EventId, MessageId, Number, Step, undo};
use postroom::render::{Align, Cell, Column, Table, clean};
use postroom::store::Asked;
use serde::Serialize;

use crate::args::Common;
use crate::changes;
use crate::exit::Exit;
use crate::json::EventLine;
use crate::out::{self, Out};

/// Tell why a conversation, a message or an event is as it is
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// A conversation (142), a message (m881) or an event (e9120)
    id: String,

    /// Print JSON objects
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    common: Common,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let desk = args.common.desk(Purpose::Read)?;
    let mut out = out::open();
    let id = &args.id;
    if let Ok(number) = id.parse::<Number>() {
        conversation(&mut out, &desk, number, args.json)?;
    } else if let Ok(message) = id.parse::<MessageId>() {
        let why = desk.why_message(message)?;
        if args.json { out::json(&mut out, &Line::from(&why))? } else { print(&mut out, &why)? }
    } else if let Ok(event) = id.parse::<EventId>() {
        let event = desk.event(event)?;
        if args.json {
            out::json(&mut out, &EventLine::from(&event))?;
        } else {
            let mut table = sentences(3);
            let story = format!("{}, in {}", story(&event), event.by.batch);
            let (number, id) = (event.conversation.to_string(), event.id.to_string());
            table.row([number, id, story].map(Cell::from));
            write!(out, "{}", table.print(out::screen()))?;
        }
    } else {
        let words = format!("'{id}' is no conversation (142), message (m881) or event (e9120)");
        return Err(Failure::usage(words).into());
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// The last event of each kind that was not undone is what made the conversation what it is now.
fn conversation(out: &mut Out, desk: &Desk, number: Number, json: bool) -> Result<()> {
    let mut last: Vec<Event> = Vec::new();
    let log = desk.log_of(number)?;
    for event in undo::standing(&log).cloned() {
        last.retain(|earlier| !is_replaced(&earlier.change, &event.change));
        last.push(event);
    }
    let mut table = sentences(3);
    for event in &last {
        if json {
            out::json(out, &EventLine::from(event))?;
        } else {
            table.row(sentence(event));
        }
    }
    Ok(write!(out, "{}", table.print(out::screen()))?)
}

/// Whether a later change leaves nothing of an earlier one.
fn is_replaced(earlier: &Change, later: &Change) -> bool {
    match (earlier, later) {
        (Change::TagSet { tag: a, .. }, Change::TagSet { tag: b, .. }) => a == b,
        (Change::FieldSet { name: a, .. }, Change::FieldSet { name: b, .. }) => a == b,
        (Change::MergeOffered { with: a, .. }, Change::MergeOffered { with: b, .. }) => a == b,
        (Change::Assigned { .. }, Change::Assigned { .. })
        | (Change::RootSet { .. }, Change::RootSet { .. })
        | (Change::StatusSet { .. }, Change::StatusSet { .. })
        | (Change::PrioritySet { .. }, Change::PrioritySet { .. }) => true,
        _ => false,
    }
}

/// A table of ids and a sentence. It is not cut: a terminal wraps what is too long for it, for a
/// reason that breaks off is none.
fn sentences(columns: usize) -> Table {
    Table::new(&vec![Column { heading: "", align: Align::Left }; columns])
}

/// `142 e9 assigned anna by postroom: rule 'invoices' (rules/20-route.toml:2), because of e8`.
fn sentence(event: &Event) -> [Cell; 3] {
    [event.conversation.to_string(), event.id.to_string(), story(event)].map(Cell::from)
}

/// What, by whom, and why.
fn story(event: &Event) -> String {
    let mut text =
        format!("{} by {}", changes::words(&event.change), changes::actor(&event.by.actor));
    let reason = changes::reason(event);
    if !reason.is_empty() {
        text.push_str(&format!(": {reason}"));
    }
    if let Some(cause) = event.by.cause {
        text.push_str(&format!(", because of {cause}"));
    }
    text
}

fn print(out: &mut Out, why: &WhyMessage) -> Result<()> {
    let m = &why.message;
    let mut table = sentences(2);
    let mut say = |text: String| table.row([m.id.to_string(), text].map(Cell::from));
    let signal = m.signal.as_ref().map(|s| format!(" (signal {s})")).unwrap_or_default();
    say(format!("class {}{signal}", m.class));
    for one in &why.outcomes {
        say(format!("{} {}", one.action, changes::outcome(one)));
    }
    for a in &why.arrivals {
        let sender = changes::sender(&a.sender);
        let recipient = changes::recipient(a.recipient.as_ref());
        say(format!(
            "arrived in {} for {recipient} at {} by {}, envelope sender {sender}",
            a.inbox, a.received, a.wiring
        ));
    }
    for home in &why.homes {
        home_in_words(home).into_iter().for_each(&mut say);
    }
    Ok(write!(out, "{}", table.print(out::screen()))?)
}

/// How the message came into a conversation, and what was made of it there.
fn home_in_words(home: &WhyHome) -> Vec<String> {
    let step = match home.event.as_ref().map(|event| &event.change) {
        Some(Change::Arrived { step: Step::New, .. }) => {
            "nothing it refers to is known: it began the conversation".to_owned()
        }
        Some(Change::Arrived { step, .. }) => {
            let how = changes::how(step).trim_start_matches(", ").to_owned();
            how + &home.value.as_deref().map(|value| evidence(step, value)).unwrap_or_default()
        }
        Some(Change::Queued { .. }) => "we wrote it".to_owned(),
        _ => "unknown".to_owned(),
    };
    let followed = home
        .followed
        .iter()
        .map(|event| format!("{}, {}", changes::words(&event.change), changes::reason(event)));
    let answer = home.autoreply.as_ref().map(|asked| match asked {
        Asked::Answered { text, outbox } => format!("answered by machine with '{text}' ({outbox})"),
        Asked::Silent(code) => {
            let known = Silence::ALL.into_iter().find(|silence| silence.code() == code);
            let sentence = known.map_or("", Silence::sentence);
            format!("no automatic answer: {sentence} ({code})")
        }
    });
    let subject = home.other_subject.as_deref().map(|subject| {
        format!("another subject than that of {}: '{}'", home.number, clean::line(subject))
    });
    let is_by_key = matches!(
        home.event.as_ref().map(|event| &event.change),
        Some(Change::Arrived { step: Step::Key { .. }, .. })
    );
    let key = home.key.as_ref().filter(|_| !is_by_key);
    let key = key.map(|(rule, key)| format!("key of '{rule}': {}", changes::key(key)));
    let home = format!("in {}: {step}", home.number);
    std::iter::once(home).chain(key).chain(subject).chain(followed).chain(answer).collect()
}

/// What the evidence was, and where it stood: `: <a@example.org> in References`.
fn evidence(step: &Step, value: &str) -> String {
    if let Step::Key { .. } = step {
        return format!(": {}", changes::key(value));
    }
    let value = clean::line(value);
    match step {
        Step::Token { stood: Stood::Recipient, .. } => format!(": it came for {value}"),
        Step::Token { stood, .. }
        | Step::Reference { stood, .. }
        | Step::Reported { stood, .. }
        | Step::Stranger { stood, .. } => {
            format!(": <{value}> in {}", stood.as_str())
        }
        Step::Subject | Step::ForeignToken { .. } => format!(": {value}"),
        _ => format!(": <{value}>"),
    }
}

/// Why a message is where it is, as JSON.
#[derive(Serialize)]
struct Line {
    message: String,
    class: &'static str,
    signal: Option<String>,
    homes: Vec<HomeObject>,
}

#[derive(Serialize)]
struct HomeObject {
    number: i64,
    event: Option<EventLine>,
    value: Option<String>,
    correlation: Option<String>,
    key: Option<String>,
    other_subject: Option<String>,
    followed: Vec<EventLine>,
    autoreply: Option<String>,
    no_autoreply: Option<String>,
}

impl From<&WhyMessage> for Line {
    fn from(why: &WhyMessage) -> Self {
        let home = |home: &WhyHome| {
            let (autoreply, no_autoreply) = match &home.autoreply {
                None => (None, None),
                Some(Asked::Answered { text, .. }) => (Some(text.clone()), None),
                Some(Asked::Silent(code)) => (None, Some(code.clone())),
            };
            HomeObject {
                number: home.number.0,
                event: home.event.as_ref().map(EventLine::from),
                value: home.value.clone(),
                correlation: home.key.as_ref().map(|(rule, _)| rule.clone()),
                key: home.key.as_ref().map(|(_, key)| key.clone()),
                other_subject: home.other_subject.clone(),
                followed: home.followed.iter().map(EventLine::from).collect(),
                autoreply,
                no_autoreply,
            }
        };
        Line {
            message: why.message.id.to_string(),
            class: why.message.class.as_str(),
            signal: why.message.signal.clone(),
            homes: why.homes.iter().map(home).collect(),
        }
    }
}
