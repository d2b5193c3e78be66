//! Who acts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::AgentName;
use super::name::BadName;

/// The one who acts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Actor {
    /// An agent of the configuration.
    Agent(AgentName),
    /// A Unix login that no agent has: the service itself, or an administrator.
    Login(String),
    /// Somebody outside, by mail.
    Contact,
    /// A rule, or time.
    Postroom,
}

impl Actor {
    /// The agent, if it is one.
    #[must_use]
    pub fn agent(&self) -> Option<&AgentName> {
        match self {
            Actor::Agent(name) => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Agent(name) => f.pad(name.as_str()),
            Actor::Login(login) => f.pad(&format!("login:{login}")),
            Actor::Contact => f.pad("contact:"),
            Actor::Postroom => f.pad("postroom:"),
        }
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> String {
        actor.to_string()
    }
}

impl FromStr for Actor {
    type Err = BadName;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word.split_once(':') {
            Some(("login", login)) => Ok(Actor::Login(login.to_owned())),
            Some(("contact", "")) => Ok(Actor::Contact),
            Some(("postroom", "")) => Ok(Actor::Postroom),
            _ => word.parse().map(Actor::Agent),
        }
    }
}

impl TryFrom<String> for Actor {
    type Error = BadName;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        word.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_read_back() {
        for word in ["anna", "login:www-data", "contact:", "postroom:"] {
            assert_eq!(word.parse::<Actor>().unwrap().to_string(), word);
        }
    }
}
