//! Correlation: what known machines write about one thing belongs together (F15, F16).
//!
//! A rule finds a key in the mail of a known sender: the host and the service of an alert, the
//! ticket number of another desk. Mail with the same key, of the same rule, in the same inbox, is
//! one conversation while that is open. The rule may also know which mail says that it is over, and
//! which that it is there again.

use super::query::{Bound, Is, Party, Pattern, Query, Term, Text, Tree};
use super::rule::Location;
use super::{Duration, InboxName, MessageFacts, Reason, Status, Time};

/// How old the Date of a mail may be for its order to be believed; a machine without a clock
/// writes one of 1970, and its alert must not pass for an old one.
const OLDEST: Duration = Duration::days(7);

/// A rule that finds keys.
#[derive(Debug)]
pub struct Correlation {
    /// What makes it this rule, in history too; unique on a desk.
    pub name: String,
    /// Where it is written.
    pub at: Location,
    /// Whose mail.
    pub when: Bound,
    /// Where in it the key stands.
    pub key: Places,
    /// What says that it is over.
    pub close_when: Option<Bound>,
    /// What says that it is there again; without it, all that does not say that it is over.
    pub reopen_when: Option<Bound>,
    /// How long after its close a conversation opens again.
    pub reopen_within: Duration,
}

/// Where the parts of a key stand; it is made of what the groups of each regex catch, in this
/// order. All of them must match.
#[derive(Debug, Default)]
pub struct Places {
    /// In the subject.
    pub subject: Option<Pattern>,
    /// In fields of the header, each with its name.
    pub headers: Vec<(String, Pattern)>,
    /// In the visible text.
    pub body: Option<Pattern>,
}

impl Places {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.subject.is_none() && self.headers.is_empty() && self.body.is_none()
    }
}

/// What a mail says of the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// It is over.
    Over,
    /// It is there, or there again.
    There,
    /// Neither: somebody took note of it, maintenance began.
    Neither,
}

/// The key of a mail, with what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// In lower case, white space folded, parts joined by TAB.
    pub text: String,
    /// What the mail says of the matter.
    pub says: Says,
}

impl Correlation {
    /// The key of a mail, if it is of the sender and has one. `header` gives the decoded values of
    /// a field of it.
    pub fn read(
        &self,
        inbox: &InboxName,
        mail: &MessageFacts,
        header: impl Fn(&str) -> Vec<String>,
    ) -> Option<Key> {
        let holds = |query: &Bound| query.holds_for(inbox, mail);
        if !holds(&self.when) {
            return None;
        }
        let text = self.key(mail, header)?;
        let says = if self.close_when.as_ref().is_some_and(holds) {
            Says::Over
        } else if self.reopen_when.as_ref().is_none_or(holds) {
            Says::There
        } else {
            Says::Neither
        };
        Some(Key { text, says })
    }

    fn key(&self, mail: &MessageFacts, header: impl Fn(&str) -> Vec<String>) -> Option<String> {
        let mut parts = Vec::new();
        let mut take = |caught: Vec<&str>| parts.extend(caught.into_iter().map(folded));
        if let Some(pattern) = &self.key.subject {
            take(pattern.caught_in(&mail.subject)?);
        }
        for (name, pattern) in &self.key.headers {
            let values = header(name);
            take(values.iter().find_map(|value| pattern.caught_in(value))?);
        }
        if let Some(pattern) = &self.key.body {
            take(pattern.caught_in(mail.text.as_deref().unwrap_or_default())?);
        }
        parts.retain(|part| !part.is_empty());
        (!parts.is_empty()).then(|| parts.join("\t"))
    }

    /// Why the status changed when this rule did it.
    #[must_use]
    pub fn reason(&self) -> Reason {
        let (file, line) = (self.at.file.clone(), self.at.line);
        Reason::Rule { rule: self.name.clone(), file, line }
    }
}

fn folded(part: &str) -> String {
    part.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

impl Says {
    /// What a mail says when others of its key are known: one that was written before another has
    /// nothing to say any more. Times are those of the mails' own Date, as [`believed`].
    #[must_use]
    pub fn after(self, written: Option<Time>, last: Option<Time>) -> Says {
        match (written, last) {
            (Some(written), Some(last)) if written < last => Says::Neither,
            _ => self,
        }
    }

    /// The status of a conversation after such a mail; none when it stays. What somebody put
    /// aside stays there until it is over, and spam is spam.
    #[must_use]
    pub fn status(self, old: Status) -> Option<Status> {
        match (self, old) {
            (Says::Over, Status::Open | Status::Pending | Status::Snoozed { .. }) => {
                Some(Status::Closed)
            }
            (Says::There, Status::Closed) => Some(Status::Open),
            _ => None,
        }
    }
}

/// The Date of a mail as far as it tells the order of mails: not later than it came, and not if it
/// is far off.
#[must_use]
pub fn believed(date: Option<Time>, received: Time) -> Option<Time> {
    date.filter(|date| received - *date <= OLDEST).map(|date| date.min(received))
}

/// Fixes a query that looks at a mail before it has a home; reports have no key.
///
/// # Errors
/// With the term that asks for more than the mail, as written.
pub fn of_mail(query: &Query) -> Result<Bound, String> {
    const REPORT: Term = Term::Is(Is::Bounce);
    if query.terms().contains(&&REPORT) { Err(REPORT.to_string()) } else { query.of_mail() }
}

/// Whether all mail that a query means is of a sender that it names, or verified.
#[must_use]
pub fn names_the_sender(query: &Query) -> bool {
    fn named(tree: &Tree<Term>) -> bool {
        match tree {
            Tree::And(parts) => parts.iter().any(named),
            Tree::Or(parts) => !parts.is_empty() && parts.iter().all(named),
            Tree::Not(_) => false,
            Tree::Term(Term::From(party)) => is_somebody(party),
            Tree::Term(term) => *term == Term::Is(Is::Verified),
        }
    }
    // Anybody can write what they like into their name; the address stands at the end.
    fn is_somebody(party: &Party) -> bool {
        match party {
            Party::Address(_) | Party::Domain(_) => true,
            Party::Text(Text::Phrase(_)) => false,
            Party::Text(Text::Pattern(pattern)) => pattern.ends_with_a_domain(),
        }
    }
    named(query.tree())
}

#[cfg(test)]
mod tests;
