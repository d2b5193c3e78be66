//! Whether the names in a query or an action are configured.

use crate::domain::Assignee;
use crate::domain::query::Term;

use super::Config;
use super::nearest::hint;

impl Config {
    /// Whether the configuration has what a term names.
    ///
    /// # Errors
    /// What is not there, and which name is near.
    pub fn know(&self, term: &Term) -> Result<(), String> {
        if let Term::Inbox(name) = term {
            let known = self.inboxes().map(|inbox| inbox.name.as_str());
            return among("inbox", name.as_str(), known);
        }
        term.assignee().map_or(Ok(()), |assignee| self.know_assignee(&assignee))
    }

    /// Whether it has an agent or a team.
    ///
    /// # Errors
    /// As [`Config::know`].
    pub fn know_assignee(&self, assignee: &Assignee) -> Result<(), String> {
        match assignee {
            Assignee::Agent(name) => {
                among("agent", name.as_str(), self.agents().map(|agent| agent.name.as_str()))
            }
            Assignee::Team(name) => {
                among("team", name.as_str(), self.teams().map(|team| team.name.as_str()))
            }
        }
    }
}

fn among<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let known: Vec<&str> = known.collect();
    if known.contains(&name) {
        return Ok(());
    }
    Err(format!("unknown {kind} '{name}'{}", hint(name, known)))
}
