//! `assign anna | team:finance | none | me`

use std::fmt;

use super::{Action, Args, Origin, Verb};
use crate::domain::access::Level;
use crate::domain::{Assignee, Located};

pub(super) static VERB: Verb = Verb {
    word: "assign",
    syntax: "assign AGENT | team:TEAM | me | none",
    origins: &[Origin::CommandLine, Origin::Rule],
    needs: Level::Note,
    parse,
};

/// Who shall act, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Whoever gives the command.
    Me,
    /// Nobody in particular.
    Nobody,
    /// The agent or team named.
    Named(Assignee),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Me => f.write_str("me"),
            Who::Nobody => f.write_str("none"),
            Who::Named(assignee) => write!(f, "{assignee}"),
        }
    }
}

fn parse(args: &Args<'_>) -> Result<Action, Located> {
    let word = args.one()?;
    let who = match word.text.as_str() {
        "me" if args.origin == Origin::Rule => {
            return Err(Located::new(word.at, "a rule has no 'me': name an agent or team:TEAM"));
        }
        "me" => Who::Me,
        "none" => Who::Nobody,
        name => {
            let bad = |e| Located::new(word.at, format!("{e}; write {}", VERB.syntax));
            Who::Named(name.parse().map_err(bad)?)
        }
    };
    Ok(Action::Assign(who))
}
