//! Barriers: what keeps a mail out, which only an explicit rule of the administrator does (R8, R34).
//!
//! A mail that is refused goes back to whoever hands it in, with the exit status of the rule. One
//! that is dropped is taken, and gone. Of neither is anything stored but, of what was dropped, that
//! it was.

use super::query::Bound;
use super::rule::Location;
use super::{InboxName, MessageFacts};

/// Longest text for the sender of a refused mail, in bytes: it has to find room in the line of an
/// SMTP reply (RFC 5321 section 4.5.3.1.5), with a status and whatever the mail program adds.
pub const LONGEST_TEXT: usize = 200;

/// A rule that keeps mail out.
#[derive(Debug)]
pub struct Barrier {
    /// What makes it this rule; unique on a desk.
    pub name: String,
    /// Where it is written.
    pub at: Location,
    /// Which mail.
    pub when: Bound,
    /// What becomes of it.
    pub how: How,
}

/// What becomes of a mail that is kept out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// It is refused.
    Refuse(Answer),
    /// It is taken, and gone.
    Drop,
}

/// What the sender of a refused mail is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// By the exit status.
    pub code: Code,
    /// In words: one line, as [`is_fit`] for an SMTP reply.
    pub text: String,
}

/// The exit statuses that refuse a mail; mail programs bounce it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// 67, `EX_NOUSER`: there is nobody for this mail.
    NoUser,
    /// 69, `EX_UNAVAILABLE`: it is not taken, no more is said.
    Unavailable,
    /// 77, `EX_NOPERM`: it is not wanted.
    NotAllowed,
}

impl Code {
    /// Every code.
    pub const ALL: [Code; 3] = [Code::NoUser, Code::Unavailable, Code::NotAllowed];

    /// The exit status.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Code::NoUser => 67,
            Code::Unavailable => 69,
            Code::NotAllowed => 77,
        }
    }

    /// The enhanced status code that says the same (RFC 3463): bad address, other status of the mail
    /// system, delivery not authorized.
    #[must_use]
    pub fn status(self) -> &'static str {
        match self {
            Code::NoUser => "5.1.1",
            Code::Unavailable => "5.3.0",
            Code::NotAllowed => "5.7.1",
        }
    }
}

/// Whether a text can stand in an SMTP reply: one line of printable ASCII (RFC 5321 section 4.2), not
/// too long.
#[must_use]
pub fn is_fit(text: &str) -> bool {
    let is_printable = text.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    !text.trim().is_empty() && is_printable && text.len() <= LONGEST_TEXT
}

/// An inbox that a mail comes for.
#[derive(Debug, Clone, Copy)]
pub struct Gate<'a> {
    /// Its name.
    pub inbox: &'a InboxName,
    /// Whether the mail came in there before: nothing keeps it out any more. Else the mail that a
    /// mail program hands in once more, in doubt, would be here and bounced.
    pub came_before: bool,
}

/// Whether somebody waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A mail program hands the mail in, and can be told.
    Delivery,
    /// The mail lies in a file.
    File,
}

/// Where a mail comes in.
#[derive(Debug)]
pub enum Verdict<'b> {
    /// Nowhere, and whoever hands it in is told: this rule says so, with this answer.
    Refused(&'b Barrier, &'b Answer),
    /// For each inbox, in order, the rule that keeps it out of there. One that refuses cannot be
    /// told there: what a sender hears holds for all of the mail.
    Sorted(Vec<Option<&'b Barrier>>),
}

impl Barrier {
    /// Whether one that stands after this has nothing left to keep out.
    #[must_use]
    pub fn hides(&self, later: &Barrier) -> bool {
        let as_often = self.how == How::Drop || later.answer().is_some();
        as_often && self.when == later.when
    }

    /// What it tells a sender, if it does.
    #[must_use]
    pub fn answer(&self) -> Option<&Answer> {
        match &self.how {
            How::Refuse(answer) => Some(answer),
            How::Drop => None,
        }
    }

    fn holds(&self, gate: &Gate<'_>, mail: &MessageFacts, way: Way) -> bool {
        let counts = way == Way::Delivery || self.how == How::Drop;
        counts && self.when.holds_for(gate.inbox, mail)
    }
}

/// Where a mail comes in; at each inbox the first rule that holds counts. It is refused only if it is
/// refused everywhere.
#[must_use]
pub fn judge<'b>(
    barriers: &'b [Barrier],
    mail: &MessageFacts,
    gates: &[Gate<'_>],
    way: Way,
) -> Verdict<'b> {
    let first = |gate: &Gate<'_>| match gate.came_before {
        true => None,
        false => barriers.iter().find(|barrier| barrier.holds(gate, mail, way)),
    };
    let found: Vec<Option<&Barrier>> = gates.iter().map(first).collect();
    let refused = found.iter().map(|barrier| {
        let barrier = (*barrier)?;
        Some((barrier, barrier.answer()?))
    });
    match refused.collect::<Option<Vec<_>>>().as_deref() {
        Some([(barrier, answer), ..]) => Verdict::Refused(barrier, answer),
        _ => Verdict::Sorted(found),
    }
}

#[cfg(test)]
mod tests;
