//! What a text repeats of another: an answer often carries all that was said before, and the index
//! needs each word of it once in a conversation, not once in each mail.
//!
//! Compared are runs of [`RUN`] words, wherever they stand and however the lines were broken anew.
//! A phrase of at most [`RUN`] words that stands in the text stands in what is left of it, or in the
//! other text.

/// So many words in a row are compared.
pub const RUN: usize = 8;

/// Runs that are known of a text; what repeats later ones is no repetition.
const MOST: usize = 1 << 17;

/// The runs of words in a text, in order.
#[derive(Debug, Default)]
pub struct Runs(Vec<u64>);

impl Runs {
    /// Of a text as `words::line` gives it.
    #[must_use]
    pub fn of(line: &str) -> Self {
        let words: Vec<u64> = line.split_terminator(' ').take(MOST + RUN).map(hash).collect();
        Runs(words.windows(RUN).map(|run| run.iter().fold(0, step)).collect())
    }

    /// How many there are, each of 8 bytes.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The parts of the line with these runs that say more than another text: all words that belong
    /// to a run which is not there.
    #[must_use]
    pub fn beyond<'a>(&self, said: &Runs, line: &'a str) -> Vec<&'a str> {
        let mut known = said.0.clone();
        known.sort_unstable();
        let mut runs = self.0.iter();
        // A text of a few words has no run that could be known, and a long one some that are not.
        let mut kept_until = if self.0.is_empty() { RUN } else { 0 };
        let (mut parts, mut part, mut at) = (Vec::new(), None, 0);
        for (number, word) in line.split_terminator(' ').enumerate() {
            let is_known = runs.next().map(|run| known.binary_search(run).is_ok());
            if is_known == Some(false) || number >= MOST {
                kept_until = number + RUN;
            }
            if number < kept_until {
                part.get_or_insert(at);
            } else if let Some(begin) = part.take() {
                parts.extend(line.get(begin..at - 1));
            }
            at += word.len() + 1;
        }
        parts.extend(part.and_then(|begin| line.get(begin..)));
        parts
    }
}

/// FNV-1a, for words are short. Whoever makes two that look alike keeps his own words out of the
/// index, no others.
fn hash(word: &str) -> u64 {
    let add = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    word.bytes().fold(0xcbf2_9ce4_8422_2325, add)
}

/// The order of the words counts.
fn step(run: u64, word: &u64) -> u64 {
    run.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(*word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::words::in_a_row;

    #[test]
    fn what_is_left_of_an_answer() {
        let said = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20";
        for (answer, left) in [
            ("", vec![]),
            ("yes please", vec!["yes please"]),
            // All of it, some of it, and too little of it to tell.
            (said, vec![]),
            ("5 6 7 8 9 10 11 12 13 14", vec![]),
            ("1 2 3 4 5 6 7", vec!["1 2 3 4 5 6 7"]),
            // Up to seven words of the quote stay, for phrases that begin or end in it.
            (
                "yes 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 no",
                vec!["yes 1 2 3 4 5 6 7", "14 15 16 17 18 19 20 no"],
            ),
            ("yes 1 2 3 4 5 6 7 8 9", vec!["yes 1 2 3 4 5 6 7"]),
            ("13 14 15 16 17 18 19 20 no", vec!["14 15 16 17 18 19 20 no"]),
            // The words are all there, not in this order.
            ("1 2 3 4 5 6 8 7", vec!["1 2 3 4 5 6 8 7"]),
            // Two places of the same text, one behind the other.
            ("1 2 3 4 5 6 7 8 11 12 13 14 15 16 17 18", vec!["2 3 4 5 6 7 8 11 12 13 14 15 16 17"]),
        ] {
            assert_eq!(Runs::of(answer).beyond(&Runs::of(said), answer), left, "{answer}");
        }
    }

    /// Texts of few different words, so that they repeat each other in many ways.
    fn text() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[ab]", 0..60)
    }

    proptest! {
        #[test]
        fn no_phrase_is_lost(said in text(), own in text(), cut in any::<prop::sample::Index>()) {
            let answer = [&own[..cut.index(own.len() + 1)], &said, &own].concat();
            let line = answer.join(" ");
            let left: Vec<Vec<String>> = Runs::of(&line)
                .beyond(&Runs::of(&said.join(" ")), &line)
                .iter()
                .map(|part| part.split(' ').map(str::to_owned).collect())
                .collect();
            for length in 1..=RUN {
                for phrase in answer.windows(length) {
                    let is_left = left.iter().any(|part| in_a_row(part, phrase));
                    prop_assert!(is_left || in_a_row(&said, phrase), "{:?}", phrase);
                }
            }
            for part in &left {
                prop_assert!(in_a_row(&answer, part));
            }
        }
    }
}
