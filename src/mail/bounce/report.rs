//! The fields of a delivery report (RFC 3464; RFC 6533 for addresses beyond ASCII): a group for the
//! mail, then one for each recipient, an empty line between them. Systems that write them loosely
//! leave the first out, split a group in two, or put them into plain text.

use super::reason;
use crate::domain::Address;
use crate::domain::bounce::{Action, Code, Outcome, Status};
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
    will_retry: bool,
}

/// What a text of such fields says.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// One for each recipient that is a mail address.
    pub(super) outcomes: Vec<Outcome>,
    /// The worst action of all, whoever the recipient is; none when the text tells none.
    pub(super) action: Option<Action>,
}

impl Report {
    /// Reads the fields. A report on a pipe or a file names no address: `only` is whom the mail was
    /// for, when that is known otherwise.
    pub(super) fn read(text: &[u8], only: Option<&Address>) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let mut fields = Fields::scan_part(rest, MOST_FIELDS);
            let mut behind = None;
            if fields.all("Final-Recipient").nth(1).is_some() {
                let (first, others) = rest.split_at(next_recipient(rest));
                fields = Fields::scan_part(first, MOST_FIELDS);
                behind = Some(others).filter(|others| !others.is_empty());
            }
            let group = Group::read(&fields);
            match groups.last_mut() {
                // A group that was torn apart, or one that begins with what others end with.
                Some(last) if !group.names_somebody() || !last.names_somebody() => last.add(group),
                _ => groups.push(group),
            }
            rest = match (behind, fields.body()) {
                (Some(others), _) => others,
                (None, body) if body.len() == rest.len() => split_line(rest).1,
                (None, body) => body,
            };
        }
        if let ([one], Some(only)) = (groups.as_mut_slice(), only)
            && one.action.is_some()
        {
            one.last = one.last.take().or_else(|| Some(only.clone()));
        }
        let told =
            |group: &Group| group.action.or_else(|| group.names_somebody().then(|| group.action()));
        let action = groups.iter().filter_map(told).min();
        Report { outcomes: groups.into_iter().filter_map(Group::outcome).collect(), action }
    }
}

/// Where in a text the second of two recipients begins that stand in one group; its end if there is
/// none.
fn next_recipient(text: &[u8]) -> usize {
    let (mut at, mut seen) = (0, false);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (line, behind) = split_line(rest);
        if line.trim_ascii().is_empty() && at > 0 {
            break;
        }
        let is_one = line.get(..16).is_some_and(|l| l.eq_ignore_ascii_case(b"final-recipient:"));
        if is_one && seen {
            return at;
        }
        seen |= is_one;
        at += rest.len() - behind.len();
    }
    text.len()
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
            will_retry: value("Will-Retry-Until").is_some(),
        }
    }

    /// Takes what another group says and this one does not.
    fn add(&mut self, other: Group) {
        self.last = self.last.take().or(other.last);
        self.first = self.first.take().or(other.first);
        self.action = self.action.or(other.action);
        self.status = self.status.take().or(other.status);
        self.diagnostic = self.diagnostic.take().or(other.diagnostic);
        self.will_retry |= other.will_retry;
    }

    fn names_somebody(&self) -> bool {
        self.last.is_some() || self.first.is_some()
    }

    /// The code of its Status field.
    fn stated(&self) -> Option<Code> {
        self.status.as_deref()?.split(' ').next()?.parse().ok()
    }

    /// What became of the mail; where no Action says it, by what else does.
    fn action(&self) -> Action {
        self.action.unwrap_or_else(|| match self.stated() {
            Some(code) if code.is_success() => Action::Delivered,
            Some(code) if self.will_retry && !code.is_permanent() => Action::Delayed,
            _ => Action::Failed,
        })
    }

    fn outcome(self) -> Option<Outcome> {
        let (action, stated) = (self.action(), self.stated());
        // A domain without a dot is a program of the system that reports.
        let (recipient, original) = match (self.last, self.first) {
            (Some(last), Some(first)) if last.domain().contains('.') => (last, Some(first)),
            (last, first) => (first.or(last)?, None),
        };
        let original = original.filter(|first| first.key() != recipient.key());
        let diagnostic = self.diagnostic.filter(|text| !text.is_empty());
        let said = || diagnostic.as_deref().and_then(reason::code);
        // `Status: 2.0.0` of what failed is a field that somebody forgot.
        let agrees = |code: &Code| action != Action::Failed || !code.is_success();
        let code = stated.filter(agrees).or_else(said);
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
    let word = value.split([' ', ';', '(', ',']).next().unwrap_or_default().to_lowercase();
    match word.parse() {
        Ok(action) => action,
        Err(_) if word.starts_with("delay") || word.starts_with("defer") => Action::Delayed,
        Err(_) => Action::Failed,
    }
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
