//! Why something may not be done.

use std::fmt;

/// Why an action may not happen, and what to do about it. The binary knows the exit statuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The answer is no, as things stand.
    No(String),
    /// The one who asks may not do this here.
    NotAllowed(String),
    /// An agent or a team that the action names is not there.
    NotFound(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Refusal::No(why) | Refusal::NotAllowed(why) | Refusal::NotFound(why)) = self;
        f.write_str(why)
    }
}

impl std::error::Error for Refusal {}
