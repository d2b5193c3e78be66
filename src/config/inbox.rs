//! `[inbox.NAME]`: a shared address with its people and hours.

use crate::domain::address::Pattern;
use crate::domain::{Address, CalendarName, Duration, InboxName, TeamName};

use super::document::Defined;
use super::replies::ReplyName;
use super::section::{Report, Section};
use super::source::Text;

/// A shared team address (or several) with its people, hours and automatic answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    /// Its name in commands and queries.
    pub name: InboxName,
    /// Its name as a sender of mail.
    pub title: String,
    /// The address that its mail comes from: the first of `patterns` that is a whole address.
    pub address: Address,
    /// All that it is reached by.
    pub patterns: Vec<Pattern>,
    /// The team that works in it.
    pub team: Option<TeamName>,
    /// When it is open; without one, always.
    pub calendar: Option<CalendarName>,
    /// The texts that a machine may answer with.
    pub autoreply: Autoreply,
    /// Whether answers go to an address that says, signed, what they answer (R70).
    pub subaddress: bool,
    /// How long after its close a conversation opens again when the contact writes; none: always.
    pub reopen_within: Option<Duration>,
}

impl Inbox {
    /// Whether somebody who writes this, in capitals or not, means the inbox.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let names = [self.title.as_str(), self.name.as_str()];
        names.map(str::to_lowercase).contains(&name.to_lowercase())
    }
}

/// The texts that a machine may answer with; by default none (R127).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Autoreply {
    /// For a new conversation.
    pub receipt: Option<ReplyName>,
    /// For a new conversation that comes in outside opening hours, instead of the receipt.
    pub closed: Option<ReplyName>,
}

/// An inbox, with places that a later check needs.
pub(super) struct Written {
    pub(super) inbox: Inbox,
    /// Each pattern with its place.
    pub(super) patterns: Vec<(Pattern, usize)>,
    /// Each text that has to be in `replies/`, with its place.
    pub(super) replies: Vec<(ReplyName, usize)>,
}

/// Reads `[inbox.NAME]`; `None` if an error was found that leaves no inbox.
pub(super) fn read(
    name: &Text,
    mut section: Section<'_>,
    defined: &Defined,
    report: &mut Report<'_>,
) -> Option<Written> {
    let title = title(name, &mut section, report);
    let patterns = patterns(name, &mut section, report);
    let team = section.text("team", report);
    let team = team.and_then(|text| report.known(&text, "team", &defined.teams));
    let calendar = section.text("calendar", report);
    let calendar = calendar.and_then(|text| report.known(&text, "calendar", &defined.calendars));
    let mut replies = Vec::new();
    let autoreply = autoreply(&mut section, calendar.is_some(), &mut replies, report);
    let reopen_within = section.parse("reopen-within", report);
    let subaddress = section.flag("subaddress", report);
    section.finish(report);

    let inbox = Inbox {
        name: report.parse(name)?,
        title,
        address: patterns.iter().find_map(|(pattern, _)| whole(pattern))?,
        patterns: patterns.iter().map(|(pattern, _)| pattern.clone()).collect(),
        team,
        calendar,
        autoreply,
        subaddress,
        reopen_within,
    };
    Some(Written { inbox, patterns, replies })
}

fn whole(pattern: &Pattern) -> Option<Address> {
    match pattern {
        Pattern::One(address) => Some(address.clone()),
        Pattern::Domain(_) => None,
    }
}

fn patterns(
    name: &Text,
    section: &mut Section<'_>,
    report: &mut Report<'_>,
) -> Vec<(Pattern, usize)> {
    let texts = section.texts("address", report);
    let written = texts.len();
    let patterns: Vec<(Pattern, usize)> = texts
        .iter()
        .filter_map(|text| report.parse(text).map(|pattern| (pattern, text.span.start)))
        .collect();
    let complete = patterns.len() == written;
    if complete && !patterns.iter().any(|(pattern, _)| whole(pattern).is_some()) {
        let wrong = "an inbox needs an address of its own: address = [\"support@example.org\"]";
        report.error(name.span.start, wrong);
    }
    patterns
}

fn autoreply(
    section: &mut Section<'_>,
    has_calendar: bool,
    replies: &mut Vec<(ReplyName, usize)>,
    report: &mut Report<'_>,
) -> Autoreply {
    let Some(mut table) = section.section("autoreply", report) else {
        return Autoreply::default();
    };
    let mut read = |key| {
        let text = table.text(key, report)?;
        let name: ReplyName = report.parse(&text)?;
        replies.push((name.clone(), text.span.start));
        Some((name, text.span.start))
    };
    let receipt = read("receipt");
    let closed = read("closed");
    if let (Some((_, at)), false) = (&closed, has_calendar) {
        report.error(*at, "a text for closed hours needs a calendar; add calendar = \"NAME\"");
    }
    table.finish(report);
    Autoreply { receipt: receipt.map(|(name, _)| name), closed: closed.map(|(name, _)| name) }
}

/// The name that stands beside an address; the plain name if none is given.
pub(super) fn title(name: &Text, section: &mut Section<'_>, report: &mut Report<'_>) -> String {
    let Some(text) = section.text("name", report) else { return name.value.clone() };
    if text.value.is_empty() || text.value.chars().any(char::is_control) {
        report.error(text.span.start, "a name is not empty and has no control characters");
    }
    text.value
}
