//! Words as a shell would take them: blanks between, quotes around, `;` between actions.

use std::borrow::Cow;
use std::str::CharIndices;

use crate::domain::Located;

/// One word, with its quotes taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// What it says.
    pub(super) text: String,
    /// Byte offset of its beginning in the text it stood in.
    pub(super) at: usize,
}

/// The words of each action in a text.
///
/// `'...'` is taken as it stands; in `"..."` a backslash takes the meaning from `"` and `\`;
/// elsewhere it takes it from any character. Pieces that touch are one word. Empty actions, as
/// after a last `;`, are left out.
///
/// # Errors
/// At a quote that is not closed, and at a backslash with nothing after it.
pub(super) fn split(text: &str) -> Result<Vec<Vec<Word>>, Located> {
    let mut actions = vec![Vec::new()];
    let mut word: Option<Word> = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == ';' || c.is_whitespace() {
            if let (Some(word), Some(words)) = (word.take(), actions.last_mut()) {
                words.push(word);
            }
            if c == ';' {
                actions.push(Vec::new());
            }
        } else {
            let word = word.get_or_insert_with(|| Word { text: String::new(), at });
            piece(&mut word.text, at, c, &mut chars)?;
        }
    }
    if let (Some(word), Some(words)) = (word, actions.last_mut()) {
        words.push(word);
    }
    actions.retain(|words| !words.is_empty());
    Ok(actions)
}

/// Adds to `word` what begins with the character `c` at `at`.
fn piece(word: &mut String, at: usize, c: char, rest: &mut CharIndices<'_>) -> Result<(), Located> {
    let unclosed = || Located::new(at, format!("this {c} is not closed: write another one"));
    match c {
        '\'' => loop {
            match rest.next().ok_or_else(unclosed)?.1 {
                '\'' => return Ok(()),
                c => word.push(c),
            }
        },
        '"' => loop {
            match rest.next().ok_or_else(unclosed)?.1 {
                '"' => return Ok(()),
                '\\' => {
                    let next = rest.next().ok_or_else(unclosed)?.1;
                    if !matches!(next, '"' | '\\') {
                        word.push('\\');
                    }
                    word.push(next);
                }
                c => word.push(c),
            }
        },
        '\\' => {
            let nothing = || Located::new(at, "nothing follows this backslash: take it away");
            word.push(rest.next().ok_or_else(nothing)?.1);
        }
        c => word.push(c),
    }
    Ok(())
}

/// The word written so that [`split`] gives it back as one word.
pub(super) fn quote(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_alphanumeric() || "._-/:=+@,%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        Cow::Borrowed(word)
    } else if word.contains('\'') {
        Cow::Owned(format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"")))
    } else {
        Cow::Owned(format!("'{word}'"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<Vec<String>> {
        let words = |words: Vec<Word>| words.into_iter().map(|word| word.text).collect();
        split(text).unwrap().into_iter().map(words).collect()
    }

    #[test]
    fn texts_fall_into_words() {
        for (text, wanted) in [
            ("", vec![]),
            (" ; ;; ", vec![]),
            ("assign anna", vec![vec!["assign", "anna"]]),
            ("close;open ;", vec![vec!["close"], vec!["open"]]),
            ("note 'a; b'  x", vec![vec!["note", "a; b", "x"]]),
            ("set a='b c'd e=''", vec![vec!["set", "a=b cd", "e="]]),
            (r#"note "it's \"so\" \n \\""#, vec![vec!["note", r#"it's "so" \n \"#]]),
            (r"note a\ b\;c\'", vec![vec!["note", "a b;c'"]]),
            ("note ''", vec![vec!["note", ""]]),
            ("note\u{a0}'é\n'", vec![vec!["note", "é\n"]]),
        ] {
            assert_eq!(texts(text), wanted, "{text}");
        }
    }

    #[test]
    fn words_know_their_place() {
        let actions = split("é 'x'; close").unwrap();
        let places: Vec<_> = actions.iter().flatten().map(|word| word.at).collect();
        assert_eq!(places, [0, 3, 8]);
    }

    #[test]
    fn what_is_not_closed_is_named() {
        for (text, at) in [("note 'x", 5), ("note \"x\\\"", 5), ("note \"\\", 5), ("a\\", 1)] {
            assert_eq!(split(text).unwrap_err().offset, at, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_quoted_word_is_one_word(word in any::<String>()) {
            prop_assert_eq!(texts(&quote(&word)), vec![vec![word]]);
        }

        #[test]
        fn any_text_is_taken_or_refused_within(text in any::<String>()) {
            if let Err(wrong) = split(&text) {
                prop_assert!(text.is_char_boundary(wrong.offset));
            }
        }
    }
}
