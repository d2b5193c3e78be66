//! Who may do what in which inbox. Levels prevent mistakes, nothing more: who can write the
//! database can do anything (DESIGN section 5).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Actor, AgentName, InboxName, Refusal, TeamName};

/// How far an agent may go in an inbox; each level includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// See.
    Read,
    /// And write notes, tag, set fields and hand over: what stays in the house.
    Note,
    /// And answer with the own name beside that of the inbox, close and open.
    SendOnBehalf,
    /// And answer in the name of the inbox.
    SendAs,
    /// Everything.
    Full,
}

impl Level {
    /// Every level, lowest first.
    pub const ALL: [Level; 5] =
        [Level::Read, Level::Note, Level::SendOnBehalf, Level::SendAs, Level::Full];

    /// The word in the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Read => "read",
            Level::Note => "note",
            Level::SendOnBehalf => "send-on-behalf",
            Level::SendAs => "send-as",
            Level::Full => "full",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Level::ALL.into_iter().find(|level| level.as_str() == word).ok_or_else(|| {
            format!("'{word}' is not a level: read, note, send-on-behalf, send-as or full")
        })
    }
}

/// The agents and teams of the configuration, and who runs the desk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// Every agent, with the level in each inbox that is open to them.
    pub agents: BTreeMap<AgentName, BTreeMap<InboxName, Level>>,
    /// Every team, with its agents.
    pub teams: BTreeMap<TeamName, Vec<AgentName>>,
    /// The login that acts, when it is root's or that of the database's owner: unless it acts as
    /// an agent, everything is open to it.
    pub steward: Option<String>,
}

impl Directory {
    /// The level of an agent in an inbox; none when the agent is unknown or has no part in it.
    #[must_use]
    pub fn level(&self, agent: &AgentName, inbox: &InboxName) -> Option<Level> {
        self.agents.get(agent)?.get(inbox).copied()
    }

    /// The level at which one acts. Rules are written by an administrator and act with
    /// [`Level::Full`], as does the steward. A login that no agent has gets nothing, so that taking
    /// an agent out of the configuration gives nobody more. A contact has no level (R73).
    ///
    /// # Errors
    /// [`Refusal::NotAllowed`] for somebody who has no part in the inbox.
    pub fn level_of(&self, actor: &Actor, inbox: &InboxName) -> Result<Level, Refusal> {
        let level = match actor {
            Actor::Agent(agent) => self.level(agent, inbox),
            Actor::Postroom => Some(Level::Full),
            Actor::Login(login) if self.steward.as_ref() == Some(login) => Some(Level::Full),
            Actor::Login(login) => {
                return Err(Refusal::NotAllowed(format!(
                    "no agent has the login {login}: add [agent.X] with login = \"{login}\""
                )));
            }
            Actor::Contact => None,
        };
        level.ok_or_else(|| Refusal::NotAllowed(format!("{actor} has no part in inbox {inbox}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_ordered_and_read_back() {
        assert!(Level::ALL.is_sorted());
        for level in Level::ALL {
            assert_eq!(level.to_string().parse(), Ok(level));
        }
        assert!("admin".parse::<Level>().unwrap_err().contains("send-on-behalf"));
    }

    #[test]
    fn who_acts_at_which_level() {
        let support: InboxName = "support".parse().unwrap();
        let anna: AgentName = "anna".parse().unwrap();
        let directory = Directory {
            agents: [(anna.clone(), [(support.clone(), Level::Note)].into())].into(),
            teams: BTreeMap::new(),
            steward: Some("www-data".into()),
        };
        let sales: InboxName = "sales".parse().unwrap();
        for (actor, inbox, level) in [
            (Actor::Agent(anna.clone()), &support, Some(Level::Note)),
            (Actor::Agent(anna), &sales, None),
            (Actor::Agent("bram".parse().unwrap()), &support, None),
            (Actor::Login("www-data".into()), &support, Some(Level::Full)),
            (Actor::Login("bram".into()), &support, None),
            (Actor::Postroom, &sales, Some(Level::Full)),
            (Actor::Contact, &support, None),
        ] {
            assert_eq!(directory.level_of(&actor, inbox).ok(), level, "{actor} in {inbox}");
        }
        let refusal = directory.level_of(&Actor::Login("bram".into()), &support).unwrap_err();
        assert!(refusal.to_string().contains("add [agent.X] with login"), "{refusal}");
    }
}
