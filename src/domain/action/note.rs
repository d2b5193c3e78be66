//! `note 'text'`

use std::str::FromStr;

use super::{Action, Args, Origin, Verb};
use crate::domain::Located;
use crate::domain::access::Level;

pub(super) static VERB: Verb = Verb {
    word: "note",
    syntax: "note 'TEXT'",
    origins: &[Origin::CommandLine, Origin::Rule],
    needs: Level::Note,
    parse,
};

/// Longest note, in bytes.
const LONGEST: usize = 1_000_000;

/// The text of a note: not blank, lines end with LF, no NUL, up to 1,000,000 bytes. A type of its
/// own, so that no composer of mail takes it by mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteText(String);

impl NoteText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for NoteText {
    type Err = String;

    /// Takes blank space off both ends and turns every line end into LF.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim();
        if text.is_empty() {
            return Err("the note is empty: write its text".to_owned());
        }
        if text.contains('\0') {
            return Err("there is a NUL character in the note: take it out".to_owned());
        }
        if text.len() > LONGEST {
            return Err(format!("a note has up to {LONGEST} bytes: shorten it"));
        }
        Ok(NoteText(text.to_owned()))
    }
}

fn parse(args: &Args<'_>) -> Result<Action, Located> {
    let words = args.some()?;
    let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let at = words.first().map_or(args.end, |word| word.at);
    text.join(" ").parse().map(Action::Note).map_err(|why: String| Located::new(at, why))
}
