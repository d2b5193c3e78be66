//! Measures of a period, from the event log.

use anyhow::Result;

use super::Desk;
use crate::domain::measures::{Measures, Period, Report};

impl Desk {
    /// The measures of a period.
    ///
    /// # Errors
    /// Those of the store.
    pub fn report(&self, period: Period) -> Result<Measures> {
        let mut report = Report::new(period, self.config.settings().zone);
        self.read(|snapshot| {
            snapshot.each_log(|_, events| {
                report.take(events);
                Ok(())
            })
        })?;
        Ok(report.finish())
    }
}
