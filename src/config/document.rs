//! `postroom.toml` as a whole: its sections, and what holds between them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::domain::{AgentName, CalendarName, InboxName, TeamName};

use super::hours::{self, Hours};
use super::inbox::{self, Inbox};
use super::people::{self, Agent, Team};
use super::reach::Reach;
use super::replies::ReplyName;
use super::section::{Report, Section};
use super::settings::Settings;

/// All that the file says.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) settings: Settings,
    pub(super) fallback: InboxName,
    pub(super) inboxes: BTreeMap<InboxName, Inbox>,
    pub(super) agents: BTreeMap<AgentName, Agent>,
    pub(super) teams: BTreeMap<TeamName, Team>,
    pub(super) calendars: BTreeMap<CalendarName, Hours>,
    /// Which inbox an address means.
    pub(super) reach: Reach,
    /// Each text that has to be in `replies/`, with its place in the file.
    pub(super) replies: Vec<(ReplyName, usize)>,
}

/// The names that the file defines, known before any section is read.
pub(super) struct Defined {
    pub(super) inboxes: Vec<String>,
    pub(super) agents: Vec<String>,
    pub(super) teams: Vec<String>,
    pub(super) calendars: Vec<String>,
}

impl Document {
    /// Reads all sections; `None` only if an error was reported.
    pub(super) fn read(
        mut root: Section<'_>,
        dir: &Path,
        report: &mut Report<'_>,
    ) -> Option<Document> {
        let defined = Defined {
            inboxes: root.names("inbox"),
            agents: root.names("agent"),
            teams: root.names("team"),
            calendars: root.names("calendar"),
        };
        let (settings, fallback) = desk(&mut root, dir, &defined, report);
        let mut reach = Reach::default();
        let mut replies = Vec::new();
        let inboxes = inboxes(&mut root, &defined, &mut reach, &mut replies, report);
        let agents = agents(&mut root, &defined, &reach, report);
        let teams = root.named("team", report).into_iter();
        let teams = teams.filter_map(|(name, part)| people::team(&name, part, &defined, report));
        let teams = teams.map(|team| (team.name.clone(), team)).collect();
        let calendars = root.named("calendar", report).into_iter().filter_map(|(name, part)| {
            let hours = hours::read(&name, part, report);
            Some((report.parse(&name)?, hours?))
        });
        let calendars = calendars.collect();
        root.finish(report);
        let (settings, fallback) = (settings?, fallback?);
        Some(Document { settings, fallback, inboxes, agents, teams, calendars, reach, replies })
    }
}

fn desk(
    root: &mut Section<'_>,
    dir: &Path,
    defined: &Defined,
    report: &mut Report<'_>,
) -> (Option<Settings>, Option<InboxName>) {
    let Some(mut section) = root.section("desk", report) else {
        report.error(0, "the section [desk] is missing; it needs timezone = \"Europe/Amsterdam\"");
        return (None, None);
    };
    let settings = Settings::read(&mut section, dir, report);
    let fallback = fallback(&mut section, defined, report);
    section.finish(report);
    (settings, fallback)
}

/// The inbox for mail that is for no other; an only inbox is it without being named.
fn fallback(
    section: &mut Section<'_>,
    defined: &Defined,
    report: &mut Report<'_>,
) -> Option<InboxName> {
    if let Some(text) = section.text("fallback", report) {
        return report.known(&text, "inbox", &defined.inboxes);
    }
    match defined.inboxes.as_slice() {
        // A bad name is reported where the inbox is read.
        [only] => only.parse().ok(),
        [] => {
            report.error(section.at, "there is no inbox; add a section [inbox.NAME]");
            None
        }
        _ => {
            let wrong = "fallback is missing: name the inbox for mail that is for no other";
            report.error(section.at, wrong);
            None
        }
    }
}

fn inboxes(
    root: &mut Section<'_>,
    defined: &Defined,
    reach: &mut Reach,
    replies: &mut Vec<(ReplyName, usize)>,
    report: &mut Report<'_>,
) -> BTreeMap<InboxName, Inbox> {
    let mut inboxes = BTreeMap::new();
    for (name, section) in root.named("inbox", report) {
        let Some(written) = inbox::read(&name, section, defined, report) else { continue };
        for (pattern, at) in &written.patterns {
            reach.add(&written.inbox.name, pattern, *at, report);
        }
        replies.extend(written.replies);
        inboxes.insert(written.inbox.name.clone(), written.inbox);
    }
    inboxes
}

/// Reads the agents. A login or an address that two have would leave open who acts; an inbox's
/// address as an agent's would send notices to ourselves.
fn agents(
    root: &mut Section<'_>,
    defined: &Defined,
    reach: &Reach,
    report: &mut Report<'_>,
) -> BTreeMap<AgentName, Agent> {
    let mut agents = BTreeMap::new();
    let mut logins: BTreeMap<String, AgentName> = BTreeMap::new();
    let mut addresses: BTreeMap<String, AgentName> = BTreeMap::new();
    for (name, section) in root.named("agent", report) {
        let Some(written) = people::agent(&name, section, defined, report) else { continue };
        let agent = written.agent;
        if let Some(login) = &agent.login
            && let Some(other) = logins.insert(login.clone(), agent.name.clone())
        {
            let message = format!("login '{login}' is that of agent '{other}' already");
            report.error(written.login_at, message);
        }
        for (address, at) in written.email {
            if let Some(inbox) = reach.find(&address) {
                report.error(at, format!("'{address}' is an address of inbox '{inbox}'"));
            }
            match addresses.insert(address.key(), agent.name.clone()) {
                Some(other) if other != agent.name => {
                    let message = format!("'{address}' is an address of agent '{other}' already");
                    report.error(at, message);
                }
                _ => {}
            }
        }
        agents.insert(agent.name.clone(), agent);
    }
    agents
}
