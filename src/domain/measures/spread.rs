//! How a set of spans is spread: median and p90 before the mean, always with n (R217).

use serde::Serialize;

use crate::domain::Duration;

/// The figures of `n` spans of time. All are none when there is no span.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How many spans.
    pub n: usize,
    /// Half of them are not longer: nearest rank, so it is one of the spans.
    #[serde(rename = "median_ms")]
    pub median: Option<Duration>,
    /// Nine tenths of them are not longer: nearest rank.
    #[serde(rename = "p90_ms")]
    pub p90: Option<Duration>,
    /// Their arithmetic mean, truncated to milliseconds.
    #[serde(rename = "mean_ms")]
    pub mean: Option<Duration>,
}

impl Spread {
    /// The figures of these spans, in any order.
    #[must_use]
    pub fn of(mut spans: Vec<Duration>) -> Self {
        spans.sort_unstable();
        Spread {
            n: spans.len(),
            median: nearest_rank(&spans, 50),
            p90: nearest_rank(&spans, 90),
            mean: mean(&spans),
        }
    }
}

/// The span at rank ceil(percent * n / 100), counted from 1, of sorted spans.
fn nearest_rank(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (percent * sorted.len()).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

fn mean(spans: &[Duration]) -> Option<Duration> {
    let n = i128::try_from(spans.len()).ok().filter(|n| *n > 0)?;
    let sum: i128 = spans.iter().map(|s| i128::from(s.0)).sum();
    i64::try_from(sum / n).ok().map(Duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r217_nearest_rank() {
        for (n, median, p90, mean) in [
            (0, None, None, None),
            (1, Some(1), Some(1), Some(1)),
            (2, Some(1), Some(2), Some(1)),
            (10, Some(5), Some(9), Some(5)),
            (100, Some(50), Some(90), Some(50)),
        ] {
            // Largest first: the order must not matter.
            let spans = (1..=n).rev().map(Duration).collect();
            let wanted = (median.map(Duration), p90.map(Duration), mean.map(Duration));
            let got = Spread::of(spans);
            assert_eq!((got.median, got.p90, got.mean), wanted, "n = {n}");
            assert_eq!(i64::try_from(got.n).unwrap(), n);
        }
        let longest = Spread::of(vec![Duration(i64::MAX); 3]);
        assert_eq!(longest.mean, Some(Duration(i64::MAX)));
    }

    #[test]
    fn json_has_the_same_fields_for_none() {
        let json = serde_json::to_string(&Spread::default()).unwrap();
        assert_eq!(json, r#"{"n":0,"median_ms":null,"p90_ms":null,"mean_ms":null}"#);
    }
}
