//! The report in long form: one figure a line, with columns that stay (R221).

use std::borrow::Cow;

use crate::domain::Duration;
use crate::domain::measures::{Flow, Measures, Spread};

/// What stands in the first line.
const COLUMNS: [&str; 5] = ["section", "inbox", "key", "measure", "value"];

/// The measures as CSV (RFC 4180, but lines end in LF as everywhere on Unix).
///
/// Sections: `period`; `flow`, for all when `inbox` is empty; `day`, whose key is the date;
/// `load`, whose key is who; `left-out`. Spans are milliseconds, empty for none.
#[must_use]
pub fn csv(measures: &Measures) -> String {
    let mut lines = Lines(String::new());
    lines.add(COLUMNS);
    lines.add(["period", "", "", "from", &measures.period.from().to_string()]);
    lines.add(["period", "", "", "to", &measures.period.to().to_string()]);
    lines.add(["period", "", "", "zone", measures.zone.name()]);
    lines.flow("", &measures.total);
    for row in &measures.inboxes {
        lines.flow(row.inbox.as_str(), &row.flow);
    }
    for day in &measures.days {
        let date = day.date.to_string();
        let figures = [
            ("opened", day.opened),
            ("closed", day.closed),
            ("arrived", day.arrived),
            ("replies", day.replies),
        ];
        figures
            .into_iter()
            .for_each(|(what, n)| lines.add(["day", "", &date, what, &n.to_string()]));
    }
    for load in &measures.load {
        let who = load.who.to_string();
        lines.add(["load", "", &who, "open", &load.open.to_string()]);
        lines.add(["load", "", &who, "replies", &load.replies.to_string()]);
    }
    lines.add(["left-out", "", "", "spam", &measures.left_out.spam.to_string()]);
    lines.add(["left-out", "", "", "merged", &measures.left_out.merged.to_string()]);
    lines.add(["left-out", "", "", "damaged", &measures.left_out.damaged.to_string()]);
    lines.0
}

struct Lines(String);

impl Lines {
    fn add(&mut self, fields: [&str; 5]) {
        self.0 += &fields.map(quoted).join(",");
        self.0.push('\n');
    }

    fn flow(&mut self, inbox: &str, flow: &Flow) {
        let counts = &flow.counts;
        let figures = [
            ("opened", counts.opened),
            ("reopened", counts.reopened),
            ("closed", counts.closed),
            ("arrived", counts.arrived),
            ("replies", counts.replies),
            ("open", counts.open),
            ("pending", counts.pending),
            ("snoozed", counts.snoozed),
        ];
        for (what, n) in figures {
            self.add(["flow", inbox, "", what, &n.to_string()]);
        }
        self.spread(inbox, "first_response", &flow.first_response);
        self.spread(inbox, "first_resolution", &flow.first_resolution);
        self.spread(inbox, "full_resolution", &flow.full_resolution);
    }

    fn spread(&mut self, inbox: &str, what: &str, spread: &Spread) {
        let ms = |span: Option<Duration>| span.map(|s| s.0.to_string()).unwrap_or_default();
        let figures = [
            ("n", spread.n.to_string()),
            ("median_ms", ms(spread.median)),
            ("p90_ms", ms(spread.p90)),
            ("mean_ms", ms(spread.mean)),
        ];
        for (part, value) in figures {
            self.add(["flow", inbox, "", &format!("{what}.{part}"), &value]);
        }
    }
}

/// A field, in quotes where it needs them.
fn quoted(field: &str) -> Cow<'_, str> {
    if field.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", field.replace('"', "\"\"")).into();
    }
    field.into()
}
