//! Measures of a desk, computed from the event log and from nothing else (R204-R206, R217-R221).
//!
//! An event counts at the instant when it happened (`effective`), in the half-open period
//! `[from, to)`; what happens at `to` or later is not seen. Which event puts what into a period:
//!
//! | measure | counts in the period in which |
//! |---|---|
//! | opened, arrived, replies, closed, reopened | it happened; closing twice counts twice |
//! | first response | the response was given |
//! | first resolution | it was first closed |
//! | full resolution | it was last closed, if it is closed at `to` |
//! | backlog, load | stands at `to`, whenever it began |
//!
//! So a report of a past period never changes. Conversations that at `to` are spam, or merged into
//! another, are left out of every figure and counted apart (R219). The figures of the inboxes add up to the total.

mod course;
mod figures;
mod period;
mod spread;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use course::{Act, Course, Ended};
pub use figures::{Counts, Day, Flow, InboxFlow, LeftOut, Load, Measures, Who};
pub use period::{BadPeriod, Period};
pub use spread::Spread;

use super::{Change, Duration, Event, InboxName, Status, Time, Zone};

/// Figures in the making.
#[derive(Debug, Clone, Default)]
struct Tally {
    counts: Counts,
    first_response: Vec<Duration>,
    first_resolution: Vec<Duration>,
    full_resolution: Vec<Duration>,
}

impl Tally {
    fn merge(&mut self, other: &Tally) {
        let (sum, add) = (&mut self.counts, &other.counts);
        sum.opened += add.opened;
        sum.reopened += add.reopened;
        sum.closed += add.closed;
        sum.arrived += add.arrived;
        sum.replies += add.replies;
        sum.open += add.open;
        sum.pending += add.pending;
        sum.snoozed += add.snoozed;
        self.first_response.extend(&other.first_response);
        self.first_resolution.extend(&other.first_resolution);
        self.full_resolution.extend(&other.full_resolution);
    }

    fn flow(self) -> Flow {
        Flow {
            counts: self.counts,
            first_response: Spread::of(self.first_response),
            first_resolution: Spread::of(self.first_resolution),
            full_resolution: Spread::of(self.full_resolution),
        }
    }
}

/// A report in the making: takes one conversation after another, in any order, and keeps of each
/// no more than three spans.
#[derive(Debug)]
pub struct Report {
    period: Period,
    zone: Zone,
    inboxes: BTreeMap<InboxName, Tally>,
    days: BTreeMap<NaiveDate, Day>,
    load: BTreeMap<Who, (u64, u64)>,
    left_out: LeftOut,
}

impl Report {
    /// An empty report.
    #[must_use]
    pub fn new(period: Period, zone: Zone) -> Self {
        Report {
            period,
            zone,
            inboxes: BTreeMap::new(),
            days: BTreeMap::new(),
            load: BTreeMap::new(),
            left_out: LeftOut::default(),
        }
    }

    /// Takes all events of one conversation, in order of their sequence numbers.
    pub fn take(&mut self, events: &[Event]) {
        let Some(course) = Course::until(self.period.to(), events) else {
            let begun = events.iter().any(|e| matches!(e.change, Change::Opened { .. }));
            self.left_out.damaged += u64::from(!begun && !events.is_empty());
            return;
        };
        let touched = || events.iter().any(|e| self.period.contains(e.effective));
        if course.state.root != course.state.number {
            self.left_out.merged += u64::from(touched());
            return;
        }
        if course.state.status == Status::Spam {
            self.left_out.spam += u64::from(touched());
            return;
        }
        let mut tally = Tally::default();
        self.count(&course, &mut tally.counts);
        self.stand(&course, &mut tally.counts);
        let within = |ended: Option<Ended>| {
            ended.filter(|(at, _)| self.period.contains(*at)).map(|(_, span)| span)
        };
        tally.first_response.extend(within(course.first_response()));
        tally.first_resolution.extend(within(course.first_resolution()));
        tally.full_resolution.extend(within(course.full_resolution()));
        if tally.counts != Counts::default() {
            self.inboxes.entry(course.state.inbox).or_default().merge(&tally);
        }
    }

    /// What happened in the period.
    fn count(&mut self, course: &Course, counts: &mut Counts) {
        for (at, act) in course.acts.iter().filter(|(at, _)| self.period.contains(*at)) {
            let date = self.date(*at);
            let day = self.days.entry(date).or_insert_with(|| Day::empty(date));
            match act {
                Act::Opened => (counts.opened, day.opened) = (counts.opened + 1, day.opened + 1),
                Act::Closed => (counts.closed, day.closed) = (counts.closed + 1, day.closed + 1),
                Act::Reopened => counts.reopened += 1,
                Act::Arrived => {
                    (counts.arrived, day.arrived) = (counts.arrived + 1, day.arrived + 1);
                }
                Act::Replied(actor) => {
                    (counts.replies, day.replies) = (counts.replies + 1, day.replies + 1);
                    self.load.entry(Who::wrote(actor)).or_default().1 += 1;
                }
            }
        }
    }

    /// How it stood at the end.
    fn stand(&mut self, course: &Course, counts: &mut Counts) {
        match course.state.status {
            Status::Open => {
                counts.open += 1;
                let who = Who::must_act(course.state.assignee.as_ref());
                self.load.entry(who).or_default().0 += 1;
            }
            Status::Pending => counts.pending += 1,
            Status::Snoozed { .. } => counts.snoozed += 1,
            Status::Closed | Status::Spam => {}
        }
    }

    /// The figures.
    #[must_use]
    pub fn finish(mut self) -> Measures {
        let mut total = Tally::default();
        self.inboxes.values().for_each(|tally| total.merge(tally));
        self.fill_days();
        let flow = |(inbox, tally): (InboxName, Tally)| InboxFlow { inbox, flow: tally.flow() };
        let load = |(who, (open, replies))| Load { who, open, replies };
        Measures {
            period: self.period,
            zone: self.zone,
            total: total.flow(),
            inboxes: self.inboxes.into_iter().map(flow).collect(),
            days: self.days.into_values().collect(),
            load: self.load.into_iter().map(load).collect(),
            left_out: self.left_out,
        }
    }

    /// Puts in the days on which nothing happened.
    fn fill_days(&mut self) {
        let year = Duration::days(366);
        let whole = (self.date(self.period.from()), self.date(self.period.to() - Duration(1)));
        let seen = self.days.first_key_value().zip(self.days.last_key_value());
        let (first, last) = match seen {
            _ if self.period.to() - self.period.from() <= year => whole,
            Some(((first, _), (last, _))) => (*first, *last),
            None => return,
        };
        let next = |date: &NaiveDate| date.checked_add_days(Days::new(1));
        for date in std::iter::successors(Some(first), next).take_while(|date| *date <= last) {
            self.days.entry(date).or_insert_with(|| Day::empty(date));
        }
    }

    /// The day on which the instant lies, in the report's zone.
    fn date(&self, at: Time) -> NaiveDate {
        at.utc().with_timezone(&self.zone).date_naive()
    }
}
