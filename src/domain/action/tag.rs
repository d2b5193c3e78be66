//! `tag +billing -new`

use std::collections::BTreeMap;
use std::fmt;

use super::{Action, Args, Origin, Verb};
use crate::domain::access::Level;
use crate::domain::{Located, Tag};

pub(super) static VERB: Verb = Verb {
    word: "tag",
    syntax: "tag +TAG ... -TAG ...",
    origins: &[Origin::CommandLine, Origin::Rule],
    needs: Level::Note,
    parse,
};

/// A tag to put on or to take off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagEdit {
    /// Which.
    pub tag: Tag,
    /// On, or off.
    pub on: bool,
}

impl fmt::Display for TagEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.on { '+' } else { '-' }, self.tag)
    }
}

fn parse(args: &Args<'_>) -> Result<Action, Located> {
    let mut edits = Vec::new();
    let mut seen = BTreeMap::new();
    for word in args.some()? {
        let (on, name) = match word.text.strip_prefix('-') {
            Some(name) => (false, name),
            None => (true, word.text.strip_prefix('+').unwrap_or(&word.text)),
        };
        let bad = |e| Located::new(word.at, format!("{e}; write {}", VERB.syntax));
        let tag: Tag = name.parse().map_err(bad)?;
        match seen.insert(tag.clone(), on) {
            None => edits.push(TagEdit { tag, on }),
            Some(before) if before == on => {}
            Some(_) => {
                let why = format!("'{tag}' stands here with + and with -: take one away");
                return Err(Located::new(word.at, why));
            }
        }
    }
    Ok(Action::Tag(edits))
}
