//! The one place that asks what time it is.

use crate::domain::Time;

/// The system's clock, now.
#[must_use]
#[allow(clippy::disallowed_methods)]
pub fn now() -> Time {
    Time::from_utc(chrono::Utc::now())
}
