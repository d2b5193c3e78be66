//! `set priority=high order=7 colour=`

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::{Action, Args, Origin, Verb, Word, words};
use crate::domain::access::Level;
use crate::domain::{FieldName, Located, Priority};

pub(super) static VERB: Verb = Verb {
    word: "set",
    syntax: "set NAME=VALUE ...",
    origins: &[Origin::CommandLine, Origin::Rule],
    needs: Level::Note,
    parse,
};

/// Longest value of a field, in characters.
const LONGEST: usize = 500;

/// Names that look like fields but are something else, and what to write instead.
const NOT_FIELDS: [(&str, &str); 7] = [
    ("status", "use close or open"),
    ("assignee", "use assign"),
    ("team", "use assign team:TEAM"),
    ("tag", "use tag"),
    ("inbox", "it is where the mail came in; give the field another name"),
    ("subject", "it belongs to the mail; give the field another name"),
    ("due", "the word is kept for times; give the field another name"),
];

/// One value to set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// How urgent it is; always there.
    Priority(Priority),
    /// A field gets a value, or is taken away.
    Field {
        /// Which.
        name: FieldName,
        /// Its value; none takes it away.
        value: Option<FieldValue>,
    },
}

/// The value of a field: one line, not empty, without blanks at its ends, up to 500 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldValue(String);

impl FieldValue {
    /// The value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FieldValue {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("the value is empty".to_owned());
        }
        if text.chars().any(char::is_control) {
            return Err("a value is one line without control characters; use a note".to_owned());
        }
        if text.chars().count() > LONGEST {
            return Err(format!("a value has up to {LONGEST} characters; use a note"));
        }
        Ok(FieldValue(text.to_owned()))
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Setting::Priority(priority) => write!(f, "priority={priority}"),
            Setting::Field { name, value: None } => write!(f, "{name}="),
            Setting::Field { name, value: Some(value) } => {
                write!(f, "{name}={}", words::quote(value.as_str()))
            }
        }
    }
}

fn parse(args: &Args<'_>) -> Result<Action, Located> {
    let mut settings = Vec::new();
    let mut seen = BTreeSet::new();
    for word in args.some()? {
        let (name, value) = word.text.split_once('=').ok_or_else(|| {
            Located::new(
                word.at,
                format!("there is no '=' in '{}': write {}", word.text, VERB.syntax),
            )
        })?;
        if !seen.insert(name) {
            let why = format!("'{name}' is set twice here: take one away");
            return Err(Located::new(word.at, why));
        }
        settings.push(setting(word, name, value)?);
    }
    Ok(Action::Set(settings))
}

fn setting(word: &Word, name: &str, value: &str) -> Result<Setting, Located> {
    let bad = |why: String| Located::new(word.at, why);
    if name == "priority" {
        return value.parse().map(Setting::Priority).map_err(bad);
    }
    if let Some((_, instead)) = NOT_FIELDS.iter().find(|(not, _)| *not == name) {
        return Err(bad(format!("'{name}' cannot be a field: {instead}")));
    }
    let name = name.parse().map_err(|e| bad(format!("{e}; write {}", VERB.syntax)))?;
    let value = match value.trim() {
        "" => None,
        value => Some(value.parse().map_err(bad)?),
    };
    Ok(Setting::Field { name, value })
}
