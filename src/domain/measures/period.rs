//! The span of time that a report is about.

use std::fmt;

use serde::Serialize;

use super::figures::as_text;
use crate::domain::Time;

/// A half-open span of instants, `[from, to)`, of at least one millisecond (R218).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first instant in it.
    #[serde(serialize_with = "as_text")]
    from: Time,
    /// The first instant after it.
    #[serde(serialize_with = "as_text")]
    to: Time,
}

/// Two instants that make no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPeriod(Period);

impl fmt::Display for BadPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a period must end after it begins, not from {} to {}", self.0.from, self.0.to)
    }
}

impl std::error::Error for BadPeriod {}

impl Period {
    /// The period from `from` up to but without `to`.
    ///
    /// # Errors
    /// When `to` is not after `from`.
    pub fn new(from: Time, to: Time) -> Result<Self, BadPeriod> {
        let period = Period { from, to };
        if from < to { Ok(period) } else { Err(BadPeriod(period)) }
    }

    /// The first instant in it.
    #[must_use]
    pub fn from(self) -> Time {
        self.from
    }

    /// The first instant after it.
    #[must_use]
    pub fn to(self) -> Time {
        self.to
    }

    /// Whether the instant lies in it.
    #[must_use]
    pub fn contains(self, at: Time) -> bool {
        self.from <= at && at < self.to
    }
}
