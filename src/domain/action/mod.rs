//! The action language: for the command line, rules and macros.
//!
//! A new action has one file here with its [`Verb`] (word, syntax, who may use it, how it is read)
//! and its values; the compiler then asks for its arms in [`Action`] and where it is decided.

mod assign;
mod note;
mod set;
mod tag;
mod words;

use std::fmt;

pub use assign::Who;
pub use note::NoteText;
pub use set::{FieldValue, Setting};
pub use tag::TagEdit;
use words::Word;

use super::access::Level;
use super::{AgentName, Assignee, Located, Refusal};

/// Something to do with a conversation. As written, `W` is [`Who`]; see [`Resolved`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action<W = Who> {
    /// Say who must act.
    Assign(W),
    /// Put tags on and take tags off, in this order.
    Tag(Vec<TagEdit>),
    /// Set the priority and fields, in this order.
    Set(Vec<Setting>),
    /// It is done.
    Close,
    /// It is our turn.
    Open,
    /// Write an internal text.
    Note(NoteText),
    /// End the rules for this arrival.
    Stop,
}

/// An action with nothing relative left in it: the same whoever gives it, and whenever.
pub type Resolved = Action<Option<Assignee>>;

/// Where an action was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// By an agent or a script, as arguments of a command.
    CommandLine,
    /// By an administrator, in a rule.
    Rule,
}

/// What the language knows of one action.
#[derive(Debug)]
pub struct Verb {
    /// The word it begins with.
    pub word: &'static str,
    /// How it is written, for help and errors.
    pub syntax: &'static str,
    /// Where it may be written.
    pub origins: &'static [Origin],
    /// The level that it needs in the inbox of the conversation.
    pub needs: Level,
    parse: fn(&Args<'_>) -> Result<Action, Located>,
}

static CLOSE: Verb = Verb {
    word: "close",
    syntax: "close",
    origins: &[Origin::CommandLine, Origin::Rule],
    needs: Level::SendOnBehalf,
    parse: |args| args.none(Action::Close),
};

static OPEN: Verb = Verb {
    word: "open",
    syntax: "open",
    origins: &[Origin::CommandLine, Origin::Rule],
    needs: Level::SendOnBehalf,
    parse: |args| args.none(Action::Open),
};

static STOP: Verb = Verb {
    word: "stop",
    syntax: "stop",
    origins: &[Origin::Rule],
    needs: Level::Read,
    parse: |args| args.none(Action::Stop),
};

impl Verb {
    /// Every verb, in the order of the manual page.
    pub const ALL: [&'static Verb; 7] =
        [&assign::VERB, &tag::VERB, &set::VERB, &CLOSE, &OPEN, &note::VERB, &STOP];
}

/// Reads the arguments of a command, without its selection: `["assign", "anna"]`, or with `do`
/// first, texts of actions: `["do", "assign anna", "close"]`. Words are not split or unquoted
/// again but after `do`.
///
/// # Errors
/// With an offset into the words joined by one blank each.
pub fn parse(words: &[&str], origin: Origin) -> Result<Vec<Action>, Located> {
    let mut at = 0;
    let mut placed = Vec::with_capacity(words.len());
    for word in words {
        placed.push(Word { text: (*word).to_owned(), at });
        at += word.len() + 1;
    }
    let end = at.saturating_sub(1);
    match placed.split_first() {
        Some((first, texts)) if first.text == "do" => {
            let mut actions = Vec::new();
            for word in texts {
                let moved = |e: Located| Located::new(word.at + e.offset, e.message);
                actions.extend(Action::parse(&word.text, origin).map_err(moved)?);
            }
            if actions.is_empty() { Err(nothing(end)) } else { Ok(actions) }
        }
        _ => one(&placed, origin, end).map(|action| vec![action]),
    }
}

fn nothing(at: usize) -> Located {
    Located::new(at, "there is no action here: write one, such as 'assign anna'")
}

fn one(words: &[Word], origin: Origin, end: usize) -> Result<Action, Located> {
    let (first, words) = words.split_first().ok_or_else(|| nothing(end))?;
    let Some(verb) = Verb::ALL.into_iter().find(|verb| verb.word == first.text) else {
        let known = Verb::ALL.into_iter().filter(|verb| verb.origins.contains(&origin));
        let known: Vec<&str> = known.map(|verb| verb.word).collect();
        let why = format!("'{}' is not an action: use one of {}", first.text, known.join(", "));
        return Err(Located::new(first.at, why));
    };
    if !verb.origins.contains(&origin) {
        let place = match origin {
            Origin::CommandLine => "on the command line: it is for rules",
            Origin::Rule => "in a rule: it is for the command line",
        };
        return Err(Located::new(first.at, format!("'{}' cannot be used {place}", verb.word)));
    }
    (verb.parse)(&Args { verb, words, origin, end })
}

/// What stands after the word of an action.
struct Args<'a> {
    verb: &'static Verb,
    words: &'a [Word],
    origin: Origin,
    /// Byte offset behind the last word.
    end: usize,
}

impl<'a> Args<'a> {
    fn none(&self, action: Action) -> Result<Action, Located> {
        self.nothing_after(0).map(|()| action)
    }

    fn one(&self) -> Result<&'a Word, Located> {
        self.nothing_after(1)?;
        self.words.first().ok_or_else(|| self.missing())
    }

    fn some(&self) -> Result<&'a [Word], Located> {
        if self.words.is_empty() { Err(self.missing()) } else { Ok(self.words) }
    }

    fn missing(&self) -> Located {
        Located::new(
            self.end,
            format!("'{}' needs more: write {}", self.verb.word, self.verb.syntax),
        )
    }

    fn nothing_after(&self, count: usize) -> Result<(), Located> {
        let Some(word) = self.words.get(count) else { return Ok(()) };
        let why = format!("'{}' is one word too many: write {}", word.text, self.verb.syntax);
        Err(Located::new(word.at, why))
    }
}

impl Action {
    /// Reads one text: `assign anna`, or several actions with `;` between them.
    ///
    /// # Errors
    /// With an offset into the text.
    pub fn parse(text: &str, origin: Origin) -> Result<Vec<Action>, Located> {
        let texts = words::split(text)?;
        if texts.is_empty() {
            return Err(nothing(text.len()));
        }
        texts.iter().map(|words| one(words, origin, text.len())).collect()
    }

    /// Puts names in the place of what is relative; `me` is the agent who gives the command.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when `me` is used by somebody who is no agent.
    pub fn resolve(&self, me: Option<&AgentName>) -> Result<Resolved, Refusal> {
        Ok(match self {
            Action::Assign(Who::Nobody) => Action::Assign(None),
            Action::Assign(Who::Named(assignee)) => Action::Assign(Some(assignee.clone())),
            Action::Assign(Who::Me) => match me {
                Some(agent) => Action::Assign(Some(Assignee::Agent(agent.clone()))),
                None => {
                    let why = "'me' is nobody: your login belongs to no agent; name an agent";
                    return Err(Refusal::NotFound(why.to_owned()));
                }
            },
            Action::Tag(edits) => Action::Tag(edits.clone()),
            Action::Set(settings) => Action::Set(settings.clone()),
            Action::Close => Action::Close,
            Action::Open => Action::Open,
            Action::Note(text) => Action::Note(text.clone()),
            Action::Stop => Action::Stop,
        })
    }
}

impl<W> Action<W> {
    /// What the language knows of it.
    #[must_use]
    pub fn verb(&self) -> &'static Verb {
        match self {
            Action::Assign(_) => &assign::VERB,
            Action::Tag(_) => &tag::VERB,
            Action::Set(_) => &set::VERB,
            Action::Close => &CLOSE,
            Action::Open => &OPEN,
            Action::Note(_) => &note::VERB,
            Action::Stop => &STOP,
        }
    }
}

/// The text that [`Action::parse`] reads back as the same action.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verb().word)?;
        match self {
            Action::Assign(who) => write!(f, " {who}"),
            Action::Tag(edits) => edits.iter().try_for_each(|edit| write!(f, " {edit}")),
            Action::Set(settings) => settings.iter().try_for_each(|s| write!(f, " {s}")),
            Action::Note(text) => write!(f, " {}", words::quote(text.as_str())),
            Action::Close | Action::Open | Action::Stop => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
