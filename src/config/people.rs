//! `[agent.NAME]` and `[team.NAME]`: who works at the desk.

use std::collections::BTreeMap;

use crate::domain::{Address, AgentName, InboxName, Level, TeamName};

use super::document::Defined;
use super::inbox::title;
use super::section::{Report, Section};
use super::source::Text;

/// A person or script that works in inboxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// The name in commands and queries.
    pub name: AgentName,
    /// The name as people read it.
    pub title: String,
    /// Where notices go to, the first; and what else the agent may write from.
    pub email: Vec<Address>,
    /// The Unix login that acts as this agent.
    pub login: Option<String>,
    /// Whether the agent may act for others (`--as`).
    pub admin: bool,
    /// What the agent may do, by inbox; in all others nothing.
    pub inboxes: BTreeMap<InboxName, Level>,
}

/// A named set of agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// The name in commands and queries.
    pub name: TeamName,
    /// Its members, in the order of the file.
    pub agents: Vec<AgentName>,
}

/// An agent, with places that a later check needs.
pub(super) struct Written {
    pub(super) agent: Agent,
    /// Each address with its place.
    pub(super) email: Vec<(Address, usize)>,
    /// The place of the login, or else of the agent.
    pub(super) login_at: usize,
}

/// Reads `[agent.NAME]`; `None` if an error was found that leaves no agent.
pub(super) fn agent(
    name: &Text,
    mut section: Section<'_>,
    defined: &Defined,
    report: &mut Report<'_>,
) -> Option<Written> {
    let title = title(name, &mut section, report);
    let texts = section.texts("email", report);
    let email: Vec<(Address, usize)> = texts
        .iter()
        .filter_map(|text| report.parse(text).map(|address| (address, text.span.start)))
        .collect();
    let login = section.text("login", report).inspect(|text| check_login(text, report));
    let admin = section.flag("admin", report);
    let inboxes = levels(&mut section, defined, report);
    section.finish(report);

    let login_at = login.as_ref().map_or(name.span.start, |text| text.span.start);
    let agent = Agent {
        name: report.parse(name)?,
        title,
        email: email.iter().map(|(address, _)| address.clone()).collect(),
        login: login.map(|text| text.value),
        admin,
        inboxes,
    };
    Some(Written { agent, email, login_at })
}

/// `inbox = { support = "full", sales = "send-on-behalf" }`
fn levels(
    section: &mut Section<'_>,
    defined: &Defined,
    report: &mut Report<'_>,
) -> BTreeMap<InboxName, Level> {
    let Some(table) = section.section("inbox", report) else { return BTreeMap::new() };
    let entries = table.entries(report).into_iter().filter_map(|(inbox, level)| {
        let inbox = report.known(&inbox, "inbox", &defined.inboxes);
        let level = report.parse(&level);
        Some((inbox?, level?))
    });
    entries.collect()
}

fn check_login(text: &Text, report: &mut Report<'_>) {
    let unwanted = |c: char| c.is_control() || c.is_whitespace() || c == ':' || c == '/';
    if text.value.is_empty() || text.value.contains(unwanted) {
        report.error(text.span.start, "login is the name of a Unix user, as `id -un` prints it");
    }
}

/// Reads `[team.NAME]`; `None` if an error was found that leaves no team.
pub(super) fn team(
    name: &Text,
    mut section: Section<'_>,
    defined: &Defined,
    report: &mut Report<'_>,
) -> Option<Team> {
    let texts = section.texts("agents", report);
    let agents: Vec<AgentName> =
        texts.iter().filter_map(|text| report.known(text, "agent", &defined.agents)).collect();
    section.finish(report);
    if texts.is_empty() {
        report.warn(name.span.start, format!("team '{}' has no agents", name.value));
    }
    Some(Team { name: report.parse(name)?, agents })
}
