//! What is remembered of former automatic answers, and how many there may be.

use std::collections::BTreeMap;
use std::fmt;

use crate::domain::{Duration, Time};

/// Over which span [`Memory::sender_day`] counts back from now.
pub const DAY: Duration = Duration::days(1);
/// Over which span the other counts of [`Memory`] count back from now.
pub const HOUR: Duration = Duration::hours(1);

/// What the store remembers, read in the transaction that queues the answer (R118).
///
/// A sender is its [`crate::domain::Address::person_key`] (R117), a domain its
/// [`super::registered_domain`]. A span of time counts back from now: the instant exactly one span
/// ago is out. Answers that were queued but never sent count as well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    /// When this sender last got each text, by its name, from this inbox.
    pub texts: BTreeMap<String, Time>,
    /// Automatic mails to this sender from any inbox in the last [`DAY`].
    pub sender_day: u32,
    /// Automatic mails to the sender's domain from any inbox in the last [`HOUR`].
    pub domain_hour: u32,
    /// Automatic mails of this inbox in the last [`HOUR`].
    pub inbox_hour: u32,
    /// Automatic mails of the whole desk in the last [`HOUR`].
    pub desk_hour: u32,
    /// Whether this same message has had an automatic answer, through whichever inbox.
    pub answered: bool,
    /// Whether this sender once called a mail of ours spam, as our signature in the report proves
    /// (R138): a report that anybody can write silences nobody.
    pub complained: bool,
}

/// The most automatic mails (R96, R116). A limit of 0 means none at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To one sender in a day.
    pub sender_day: u32,
    /// To one domain in an hour.
    pub domain_hour: u32,
    /// Of one inbox in an hour.
    pub inbox_hour: u32,
    /// Of the desk in an hour.
    pub desk_hour: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { sender_day: 3, domain_hour: 50, inbox_hour: 100, desk_hour: 300 }
    }
}

/// For how long a text is not repeated to one sender: 1 to 60 days (R115, RFC 5230 section 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pause(Duration);

/// A span that cannot be a [`Pause`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPause(Duration);

impl fmt::Display for BadPause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an automatic answer is repeated after 1d to 60d, not after {}", self.0)
    }
}

impl std::error::Error for BadPause {}

impl Pause {
    /// Takes a span of 1 to 60 days.
    ///
    /// # Errors
    /// When the span is shorter or longer.
    pub fn new(span: Duration) -> Result<Self, BadPause> {
        let good = (Duration::days(1)..=Duration::days(60)).contains(&span);
        good.then_some(Pause(span)).ok_or(BadPause(span))
    }

    /// Whether it is not yet over at `now`. A clock that went back does not end it.
    pub(super) fn lasts(self, since: Time, now: Time) -> bool {
        now < since + self.0
    }
}

impl Default for Pause {
    fn default() -> Self {
        Pause(Duration::days(7))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_one_to_sixty_days() {
        for (span, good) in
            [("23h59m59s", false), ("1d", true), ("60d", true), ("60d1s", false), ("0s", false)]
        {
            assert_eq!(Pause::new(span.parse().unwrap()).is_ok(), good, "{span}");
        }
    }
}
