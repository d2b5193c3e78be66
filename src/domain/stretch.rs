//! Stretches of time during which a zone's clock stays the same distance from UTC.

use crate::domain::Zone;
use chrono::{DateTime, Offset, TimeZone, Utc};

/// A day of 24 hours, in milliseconds.
pub(super) const DAY: i64 = 86_400_000;

/// A stretch of time of at most one UTC day during which the offset does not change.
pub(super) struct Stretch {
    /// Its first millisecond.
    pub(super) start: i64,
    /// The millisecond after its last.
    pub(super) end: i64,
    /// Milliseconds that the local clock is ahead of UTC.
    pub(super) offset: i64,
}

/// Cuts a stretch of time at each midnight of UTC and at each change of the clock.
pub(super) struct Stretches {
    zone: Zone,
    at: i64,
    to: i64,
}

impl Stretches {
    /// The stretches of [at, to), in milliseconds since 1970.
    pub(super) fn new(zone: Zone, at: i64, to: i64) -> Self {
        Stretches { zone, at, to }
    }

    /// Milliseconds that the local clock is ahead of UTC; `None` beyond the range of dates.
    fn offset(&self, at: i64) -> Option<i64> {
        let utc: DateTime<Utc> = DateTime::from_timestamp_millis(at)?;
        let offset = self.zone.offset_from_utc_datetime(&utc.naive_utc()).fix();
        Some(i64::from(offset.local_minus_utc()) * 1000)
    }

    /// The first instant in (start, end] that has another offset, or `end`.
    fn change(&self, start: i64, end: i64, offset: i64) -> i64 {
        let same = |at| self.offset(at) == Some(offset);
        if same(end - 1) {
            return end;
        }
        let (mut before, mut after) = (start, end - 1);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if same(middle) { before = middle } else { after = middle }
        }
        after
    }
}

impl Iterator for Stretches {
    type Item = Stretch;

    fn next(&mut self) -> Option<Stretch> {
        if self.at >= self.to {
            return None;
        }
        let start = self.at;
        let midnight = start.div_euclid(DAY).saturating_add(1).saturating_mul(DAY);
        let offset = self.offset(start)?;
        let end = self.change(start, midnight.min(self.to), offset);
        self.at = end;
        Some(Stretch { start, end, offset })
    }
}
