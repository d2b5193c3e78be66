//! "Did you mean": the word that a misspelt one is nearest to.

/// The candidate that takes the fewest slips to become `word`, if that is a third of it or less.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let most = word.chars().count().div_ceil(3);
    let slips = candidates.into_iter().map(|candidate| (distance(word, candidate), candidate));
    slips.filter(|(slips, _)| *slips <= most).min().map(|(_, candidate)| candidate)
}

/// `, did you mean 'address'?`, or nothing.
pub(super) fn hint<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(word, candidates) {
        Some(candidate) => format!(", did you mean '{candidate}'?"),
        None => String::new(),
    }
}

/// Letters to insert, drop or change (Levenshtein), without regard to case.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, above) in b.chars().zip(row.iter().skip(1).copied()) {
            left = (diagonal + usize::from(x != y)).min(left + 1).min(above + 1);
            diagonal = above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_offered() {
        let words = ["address", "team", "calendar", "autoreply"];
        for (word, wanted) in [
            ("adress", Some("address")),
            ("Address", Some("address")),
            ("teams", Some("team")),
            ("clendar", Some("calendar")),
            ("colour", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, words), wanted, "{word}");
        }
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
