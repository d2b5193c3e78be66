//! Instants as people say them: how long ago, how soon.

use crate::domain::Time;

/// How far `at` is from `now`, in the two largest units: `3d 4h ago`, `in 12m`, `now`.
#[must_use]
pub fn relative(at: Time, now: Time) -> String {
    let ago = now - at;
    match ago.0 {
        -999..=999 => "now".to_owned(),
        1_000.. => format!("{} ago", ago.short()),
        _ => format!("in {}", (at - now).short()),
    }
}

/// How old something is, for a narrow column: `3d 4h`; `0s` for what is yet to come.
#[must_use]
pub fn age(since: Time, now: Time) -> String {
    (now - since).short()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_to_now() {
        let now = Time(1_000_000_000);
        for (ms, said, old) in [
            (0, "now", "0s"),
            (999, "now", "0s"),
            (1_000, "1s ago", "1s"),
            (273_600_000, "3d 4h ago", "3d 4h"),
            (-720_000, "in 12m", "0s"),
        ] {
            let at = Time(now.0 - ms);
            assert_eq!(relative(at, now), said);
            assert_eq!(age(at, now), old);
        }
        assert!(relative(Time(i64::MIN), Time(i64::MAX)).ends_with(" ago"));
    }
}
