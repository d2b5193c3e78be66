//! The fields of a delivery report (RFC 3464; RFC 6533 for addresses beyond ASCII): a group for the
//! mail, then one for each recipient, an empty line between them. Systems that write them loosely
//! leave the first out, split a group in two, or put them into plain text.

use super::reason;
use crate::domain::Address;
use crate::domain::bounce::{Action, Outcome, Status};
use crate::mail::clean;
use crate::mail::fields::{Fields, split_line};

/// Fields of one group that are looked at.
const MOST_FIELDS: usize = 100;

/// What a group says of one recipient.
struct Group {
    /// Where the mail was to go in the end.
    last: Option<Address>,
    /// Where it was sent.
    first: Option<Address>,
    action: Option<Action>,
    status: Option<String>,
    diagnostic: Option<String>,
}

/// What a text of such fields says.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// One for each recipient that is a mail address.
    pub(super) outcomes: Vec<Outcome>,
    /// The worst action of all, whoever the recipient is; none when the text states none.
    pub(super) action: Option<Action>,
}

impl Report {
    /// Reads the fields. A report on a pipe or a file names no address: `only` is whom the mail was
    /// for, when that is known otherwise.
    pub(super) fn read(text: &[u8], only: Option<&Address>) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let fields = Fields::scan_part(rest, MOST_FIELDS);
            let group = Group::read(&fields);
            match groups.last_mut() {
                // A group that was torn apart, or one that begins with what others end with.
                Some(last) if !group.names_somebody() || !last.names_somebody() => last.add(group),
                _ => groups.push(group),
            }
            rest = match fields.body() {
                body if body.len() == rest.len() => split_line(rest).1,
                body => body,
            };
        }
        if let ([one], Some(only)) = (groups.as_mut_slice(), only)
            && one.action.is_some()
        {
            one.last = one.last.take().or_else(|| Some(only.clone()));
        }
        let action = groups.iter().filter_map(|group| group.action).min();
        Report { outcomes: groups.into_iter().filter_map(Group::outcome).collect(), action }
    }
}

impl Group {
    fn read(fields: &Fields<'_>) -> Self {
        let value = |name| fields.get(name).map(|field| clean::line(&field.unfolded()));
        let address = |name| fields.all(name).find_map(|field| address(&field.unfolded()));
        let action = value("Action").map(|word| action(&word));
        Group {
            last: address("Final-Recipient"),
            first: address("Original-Recipient"),
            action,
            status: value("Status"),
            diagnostic: value("Diagnostic-Code").map(|text| untyped(&text).to_owned()),
        }
    }

    /// Takes what another group says and this one does not.
    fn add(&mut self, other: Group) {
        self.last = self.last.take().or(other.last);
        self.first = self.first.take().or(other.first);
        self.action = self.action.or(other.action);
        self.status = self.status.take().or(other.status);
        self.diagnostic = self.diagnostic.take().or(other.diagnostic);
    }

    fn names_somebody(&self) -> bool {
        self.last.is_some() || self.first.is_some()
    }

    fn outcome(self) -> Option<Outcome> {
        // A domain without a dot is a program of the system that reports.
        let (recipient, original) = match (self.last, self.first) {
            (Some(last), Some(first)) if last.domain().contains('.') => (last, Some(first)),
            (last, first) => (first.or(last)?, None),
        };
        let original = original.filter(|first| first.key() != recipient.key());
        let diagnostic = self.diagnostic.filter(|text| !text.is_empty());
        let said = || diagnostic.as_deref().and_then(reason::code);
        let stated = self.status.as_deref().and_then(|value| value.split(' ').next()?.parse().ok());
        let code = stated.or_else(said);
        let action = self.action.unwrap_or(Action::Failed);
        let derived = || reason::derived(diagnostic.as_deref().unwrap_or_default(), action);
        Some(Outcome {
            recipient,
            original,
            action,
            status: code.map(Status::Stated).or_else(derived),
            diagnostic: diagnostic.map(|text| clean::cut(&text, reason::LONGEST).to_owned()),
        })
    }
}

/// An Action value. What is no action of RFC 3464 is a failure: nobody reports a success so.
fn action(value: &str) -> Action {
    let word = value.split([' ', ';', '(', ',']).next().unwrap_or_default();
    word.parse().unwrap_or(Action::Failed)
}

/// The address in a recipient field: its type left away, in angle brackets or not.
fn address(value: &str) -> Option<Address> {
    let word = untyped(value);
    let word = word.split_once('<').map_or(word, |(_, inner)| inner);
    let word = word.split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default();
    super::mark::address(word.trim_matches(['"', '\'', ';']))
}

/// A value without the type before its semicolon, as in `smtp; 550 ...`.
fn untyped(value: &str) -> &str {
    match value.split_once(';') {
        Some((kind, rest)) if kind.len() <= 20 && !kind.trim().contains([' ', '@']) => rest.trim(),
        _ => value.trim(),
    }
}
