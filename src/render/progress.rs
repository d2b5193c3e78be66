//! How far a long task is, on one line.

use std::time::Duration;

use super::bar::bar;

/// Columns of the bar.
const BAR: usize = 20;

/// What is known of a task on its way.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Messages that are done.
    pub done: usize,
    /// How much of all is done, from 0 to 1; 0 where that is not known.
    pub part: f64,
    /// How much of it was done when it began, as by a run before this one.
    pub begun: f64,
    /// How long it took so far.
    pub elapsed: Duration,
}

/// A line of at most `width` columns: `████████▎             41 %  41234 messages  8123/s  7:21 left`.
#[must_use]
pub fn line(progress: &Progress, width: usize) -> String {
    let Progress { done, part, begun, elapsed } = *progress;
    let seconds = elapsed.as_secs_f64().max(0.001);
    let counted = format!("{done} messages  {:.0}/s", done as f64 / seconds);
    let line = if part > 0.0 {
        let thousandths = (part.min(1.0) * 1000.0) as u64;
        let done_here = part - begun;
        let left = match (1.0 - part).max(0.0) / done_here * seconds {
            left if done_here > 0.0 && part < 1.0 => format!("  {} left", span(left)),
            _ => String::new(),
        };
        let bar = bar(thousandths, 1000, BAR);
        format!("{bar:<BAR$} {:>3} %  {counted}{left}", thousandths / 10)
    } else {
        counted
    };
    line.chars().take(width.saturating_sub(1)).collect()
}

/// Minutes and seconds, or hours and minutes: `7:21`, `3 h 04`.
fn span(seconds: f64) -> String {
    let seconds = seconds as u64;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    if hours > 0 {
        format!("{hours} h {:02}", minutes % 60)
    } else {
        format!("{minutes}:{:02}", seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (done, part, begun, seconds, wanted) in [
            (0, 0.0, 0.0, 0, "0 messages  0/s"),
            (4000, 0.0, 0.0, 2, "4000 messages  2000/s"),
            (5000, 0.5, 0.0, 10, "██████████            50 %  5000 messages  500/s  0:10 left"),
            (1000, 0.75, 0.5, 60, "███████████████       75 %  1000 messages  17/s  1:00 left"),
            (1, 0.001, 0.0, 20, "▏                      0 %  1 messages  0/s  5 h 33 left"),
            (9, 1.0, 0.0, 3, "████████████████████ 100 %  9 messages  3/s"),
            (9, 0.5, 0.5, 3, "██████████            50 %  9 messages  3/s"),
        ] {
            let progress = Progress { done, part, begun, elapsed: Duration::from_secs(seconds) };
            assert_eq!(line(&progress, 80), wanted);
            assert!(line(&progress, 30).chars().count() < 30);
        }
    }
}
