//! SELECTION: numbers, numbers on stdin, a query, or a message on stdin.

use std::io::{self, BufRead};

use anyhow::{Context, Result};
use postroom::desk::{Desk, Failure, Kind};
use postroom::domain::{Number, Query};

use crate::delivery;

/// Changing more conversations than this needs `--yes`.
pub(crate) const MANY: usize = 500;

/// What a verb is done to.
#[derive(Debug)]
pub(crate) enum Selection {
    /// These, in this order.
    Numbers(Vec<Number>),
    /// Those that a query means.
    Query(Query),
    /// Those of the message on stdin.
    Message,
}

impl Selection {
    /// Reads the word that stands for conversations; `-` reads numbers from stdin.
    pub(crate) fn parse(word: &str) -> Result<Selection> {
        let bare = word.trim_matches(|c: char| c.is_whitespace() || c == '#');
        if bare.is_empty() {
            return Err(
                Failure::usage("the selection is empty: it would mean every conversation").into()
            );
        }
        if bare != word && bare.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Failure::usage(format!(
                "'{word}': write a conversation plainly, as {bare}"
            ))
            .into());
        }
        if word == "-" {
            return from_lines(io::stdin().lock()).map(Selection::Numbers);
        }
        if let Some(numbers) = numbers(word) {
            return numbers.map(Selection::Numbers);
        }
        if let Some(kind) = other_id(word) {
            return Err(Failure::usage(format!(
                "'{word}' is {kind}, not a conversation; conversations are plain numbers such as 142"
            ))
            .into());
        }
        query(word).map(Selection::Query)
    }

    /// The selection of a command that may get a message on stdin instead of a word.
    pub(crate) fn of(word: Option<&str>, message: bool) -> Result<Selection> {
        match (word, message) {
            (Some(word), false) => Selection::parse(word),
            (None, true) => Ok(Selection::Message),
            (None, false) => Err(Failure::usage(
                "name conversations: numbers (142,150-155), - for numbers on stdin, or a query",
            )
            .into()),
            (Some(word), true) => Err(Failure::usage(format!(
                "--message stands instead of conversations; leave '{word}' out"
            ))
            .into()),
        }
    }

    /// The numbers, in the order given; for a query, lowest first.
    pub(crate) fn numbers(&self, desk: &mut Desk) -> Result<Vec<Number>> {
        match self {
            Selection::Numbers(numbers) => Ok(numbers.clone()),
            Selection::Query(query) => desk.select(query),
            Selection::Message => {
                let raw = delivery::message(|| Ok(desk.config().dir().to_owned()))?;
                desk.select_message(&raw)
            }
        }
    }
}

/// Refuses to change very many conversations unasked.
pub(crate) fn confirm(numbers: &[Number], yes: bool) -> Result<()> {
    if numbers.len() > MANY && !yes {
        return Err(Failure::new(
            Kind::Usage,
            format!("that is {} conversations; say --yes if you mean it", numbers.len()),
        )
        .into());
    }
    Ok(())
}

/// A query, with an error that points at the place. What looks like an option or a view is no text
/// to search for: taken so, it would select the wrong conversations.
pub(crate) fn query(text: &str) -> Result<Query> {
    for word in text.split_whitespace() {
        if word.starts_with("--") {
            return Err(Failure::usage(format!(
                "'{word}' stands behind the query: options come before it"
            ))
            .into());
        }
        if word.starts_with('@') {
            return Err(Failure::usage(format!(
                "'{word}': there are no views in this release; write the query itself"
            ))
            .into());
        }
    }
    text.parse().map_err(|error: postroom::domain::Located| {
        Failure::usage(format!(
            "column {} of the query: {error}\n{}",
            error.column(text),
            error.excerpt(text)
        ))
        .into()
    })
}

/// `142`, `142,150-155`; none when it is something else.
fn numbers(word: &str) -> Option<Result<Vec<Number>>> {
    let is_numbers = word.starts_with(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| c.is_ascii_digit() || c == ',' || c == '-');
    is_numbers.then(|| {
        let mut all = Vec::new();
        for part in word.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let read = |word: &str| word.parse::<Number>().map_err(Failure::usage_of);
            let (first, last) = (read(first)?, read(last)?);
            if last < first || last.0 - first.0 > 100_000 {
                return Err(Failure::usage(format!("'{part}' is no range of numbers")).into());
            }
            all.extend((first.0..=last.0).map(Number));
        }
        Ok(all)
    })
}

fn from_lines(input: impl BufRead) -> Result<Vec<Number>> {
    let mut all = Vec::new();
    for (line, text) in (1..).zip(input.lines()) {
        let text = text.context("stdin")?;
        let Some(word) = text.split_whitespace().next() else { continue };
        let number = word.parse().map_err(|error| {
            Failure::usage(format!("line {line} of stdin: {error}; nothing was changed"))
        })?;
        all.push(number);
    }
    Ok(all)
}

/// The name of the kind of an id that is no conversation.
fn other_id(word: &str) -> Option<&'static str> {
    let kind = match word.chars().next()? {
        'm' => "a message",
        'e' => "an event",
        'd' => "a draft",
        'o' => "a mail of the outbox",
        'n' => "a note",
        _ => return None,
    };
    let digits = word.get(1..)?;
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_select() {
        let parsed = |word| match Selection::parse(word) {
            Ok(Selection::Numbers(numbers)) => {
                numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
            }
            Ok(other) => format!("{other:?}").split('(').next().unwrap_or_default().to_owned(),
            Err(_) => "error".to_owned(),
        };
        for (word, wanted) in [
            ("142", "142"),
            ("142,150-152", "142 150 151 152"),
            ("7-5", "error"),
            ("1-", "error"),
            ("0", "error"),
            ("m881", "error"),
            ("e1", "error"),
            ("is:open", "Query"),
            ("", "error"),
            (" ", "error"),
            ("#142", "error"),
            (" 1", "error"),
            ("@mine", "error"),
            ("is:open --json", "error"),
            ("from:@example.org -tag:new", "Query"),
            ("invoice", "Query"),
        ] {
            assert_eq!(parsed(word), wanted, "{word}");
        }
    }

    #[test]
    fn numbers_on_stdin() {
        let read = |text: &str| from_lines(text.as_bytes()).map(|n| n.len()).ok();
        assert_eq!(read("142\topen\n\n150 x\n"), Some(2));
        assert_eq!(read(""), Some(0));
        assert_eq!(read("142\nm3\n"), None);
    }
}
