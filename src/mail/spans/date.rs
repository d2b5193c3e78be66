//! Words that are a date or a time, in the forms of all languages.

/// `9:00`, `09:00:15`, `9h00`, `17.50`.
pub(super) fn is_time(word: &str) -> bool {
    let parts = runs(word, &[':', 'h', '.', '：']);
    matches!(parts.as_slice(), [1..=2, 2] | [1..=2, 2, 2])
}

/// Whether a text tells a time, in whatever words stand around: `上午9:00`, `9:00에`, `9時00分`.
pub(super) fn tells_time(text: &str) -> bool {
    let parts_hours = |c: char| matches!(c, ':' | '：' | '时' | '時' | '시' | '点' | '點');
    let behind_digit = |at: usize| text.get(..at).is_some_and(|t| t.ends_with(char::is_numeric));
    text.match_indices(parts_hours).any(|(at, _)| behind_digit(at))
        || text.split_whitespace().any(is_time)
}

/// `09:00:15`, as no person writes a time.
pub(super) fn is_time_in_seconds(word: &str) -> bool {
    matches!(runs(word, &[':']).as_slice(), [1..=2, 2, 2])
}

/// `2026-06-01`, `1/6/2026`, `01.06.26`, `2026年6月1日`, `1-Jun-2026`.
pub(super) fn is_date(word: &str) -> bool {
    let parts = runs(word, &['-', '/', '.', '年', '月', '년']);
    let is_month = |part: &str| part.starts_with(char::is_alphabetic);
    matches!(parts.as_slice(), [1..=2, 1..=2, 2 | 4, ..] | [4, 1..=2, 1..=2, ..])
        || matches!(word.split('-').collect::<Vec<_>>().as_slice(),
            [_, month, year] if is_month(month) && is_year(year))
}

pub(super) fn is_year(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let word = word.trim_end_matches(['年', '년']);
    word.chars().count() == 4 && word.chars().all(char::is_numeric)
}

/// The lengths of the runs of digits that these separate; none if it is anything else.
fn runs(word: &str, separators: &[char]) -> Vec<usize> {
    let word = word.trim_matches(|c: char| !c.is_numeric() && !c.is_alphabetic());
    let parts: Vec<&str> = word.split(separators).take(4).collect();
    let digits = |part: &&str| part.chars().take_while(|c| c.is_numeric()).count();
    let plain = parts.iter().take(2).all(|part| part.chars().all(char::is_numeric));
    if plain { parts.iter().map(digits).collect() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for word in ["9:00", "09:00:15", "9h00", "17.50", "9:00,", "09:00:00AM", "۹:۰۰"] {
            assert!(is_time(word), "{word}");
        }
        for text in ["am 1. Juni um 9:00", "9:00에", "上午9:00", "9時00分", "klo 9.00,"] {
            assert!(tells_time(text), "{text}");
        }
        for text in ["", "1 June 2026", "01.06.2026", "time: 9", "a:b", "2026年6月1日"] {
            assert!(!tells_time(text), "{text}");
        }
        for word in ["09:00:15", "9:00:00AM"] {
            assert!(is_time_in_seconds(word), "{word}");
        }
        for word in ["2026-06-01", "1/6/2026", "01.06.26", "2026年6月1日", "1-Jun-2026,"] {
            assert!(is_date(word), "{word}");
        }
        for word in ["2026", "2026,", "2026年", "۲۰۲۶"] {
            assert!(is_year(word), "{word}");
        }
        for word in ["", "9", "142", "1.2.3.4", "480-624-2500", "a9:00b", "v1.2", "-", "10:"] {
            assert!(!is_time_in_seconds(word), "{word}");
            assert!(!is_time(word) && !is_date(word) && !is_year(word), "{word}");
        }
    }
}
