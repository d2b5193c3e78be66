//! The one way in which text becomes words: for the full-text index and for every comparison.
//!
//! Folding is NFKD without combining marks, in lower case, plus a table for letters that NFKD
//! leaves whole (`ł`, `ß`). A word is a run of letters and digits; scripts that are written
//! without spaces are cut into overlapping pairs instead, so that every part of a sentence can be
//! found. Addresses fold by the same cuts: `erika@example.org` is `erika`, `example`, `org`.

use std::iter;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

/// Longest word kept, in characters; the rest of a longer one does not count.
pub const LONGEST: usize = 64;

/// The folded words of a text, in order, with a blank between them. Each consists of letters and
/// digits only.
///
/// Linear in the text. The folding is part of the stored index: a change of it asks for a new one.
#[must_use]
pub fn line(text: &str) -> String {
    let mut cut = Cut { line: String::with_capacity(text.len()), open: Open::Nothing };
    for piece in text.split_ascii_whitespace() {
        if piece.is_ascii() {
            // Nothing to fold but case, in most of most mail.
            piece.split(|c: char| !c.is_ascii_alphanumeric()).for_each(|word| cut.plain(word));
        } else {
            folded(piece).for_each(|c| cut.take(c));
            cut.close();
        }
    }
    cut.line
}

/// The folded words of a text, in order.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    line(text).split_terminator(' ').map(str::to_owned).collect()
}

/// Whether the words of a phrase stand in a row among the words of a text. An empty phrase does.
#[must_use]
pub fn in_a_row(text: &[String], phrase: &[String]) -> bool {
    phrase.is_empty() || text.windows(phrase.len()).any(|row| row == phrase)
}

/// Composed again at the end: NFKD takes kana and Hangul apart, which are letters of their own.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.nfkd().filter(|c| !is_dropped(*c)).flat_map(char::to_lowercase).flat_map(base).nfc()
}

/// Marks, and characters that stand invisibly within a word.
fn is_dropped(c: char) -> bool {
    match c {
        // Soft hyphen, joiners, word joiner, byte order mark.
        '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' => true,
        // The voicing marks of kana: without them other words would result.
        '\u{3099}' | '\u{309a}' => false,
        _ => is_combining_mark(c) && !is_vowel_sign(c),
    }
}

/// A mark that is a letter in its script. Those of Thai, Lao, Telugu and Tibetan have combining
/// classes from 84 to 132, all others of Asia 0; accents and the points of Hebrew and Arabic,
/// which people leave out, have other classes.
fn is_vowel_sign(c: char) -> bool {
    c.is_alphanumeric() && matches!(canonical_combining_class(c), 0 | 84..=132)
}

/// What people without that key on their keyboard write for a letter.
fn base(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'þ' => ('t', Some('h')),
        'ŋ' => ('n', Some('g')),
        'ø' => ('o', None),
        'ł' => ('l', None),
        'đ' | 'ð' => ('d', None),
        'ħ' => ('h', None),
        'ŧ' => ('t', None),
        'ı' => ('i', None),
        'ĸ' => ('k', None),
        'ƀ' => ('b', None),
        'ǥ' => ('g', None),
        'ƶ' => ('z', None),
        'ς' => ('σ', None),
        _ => (c, None),
    };
    iter::once(first).chain(second)
}

/// Whether the script is written without spaces: Han, kana, Thai, Lao, Khmer, Myanmar.
fn is_spaceless(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{19e0}'..='\u{19ff}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{3031}'..='\u{3035}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{a9e0}'..='\u{a9ff}'
        | '\u{aa60}'..='\u{aa7f}' | '\u{f900}'..='\u{faff}' | '\u{1aff0}'..='\u{1b16f}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Cuts folded characters into words.
struct Cut {
    /// Those that are cut, and the one under way.
    line: String,
    open: Open,
}

/// What is under way.
enum Open {
    Nothing,
    /// A word, of so many letters and digits.
    Word(usize),
    /// The first character of a spaceless run.
    First(char),
    /// A later character of a spaceless run; its pair with the one before is already cut.
    Later(char),
}

impl Cut {
    /// A word of plain letters and digits, or nothing.
    fn plain(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        self.begin();
        let begun = self.line.len();
        self.line.push_str(word.get(..LONGEST).unwrap_or(word));
        self.line.get_mut(begun..).unwrap_or_default().make_ascii_lowercase();
    }

    fn take(&mut self, c: char) {
        if !c.is_alphanumeric() {
            return self.close();
        }
        match (&mut self.open, is_spaceless(c)) {
            (Open::First(before) | Open::Later(before), true) => {
                let before = std::mem::replace(before, c);
                self.begin();
                self.line.extend([before, c]);
                self.open = Open::Later(c);
            }
            (Open::Word(length), false) => {
                if *length < LONGEST {
                    self.line.push(c);
                    *length += 1;
                }
            }
            (_, true) => {
                self.close();
                self.open = Open::First(c);
            }
            (_, false) => {
                self.close();
                self.begin();
                self.line.push(c);
                self.open = Open::Word(1);
            }
        }
    }

    /// Another word follows.
    fn begin(&mut self) {
        if !self.line.is_empty() {
            self.line.push(' ');
        }
    }

    fn close(&mut self) {
        if let Open::First(c) = self.open {
            self.begin();
            self.line.push(c);
        }
        self.open = Open::Nothing;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn folding() {
        for (text, wanted) in [
            ("", ""),
            ("Żółć Łódź", "zolc lodz"),
            ("Zażółć gęślą jaźń", "zazolc gesla jazn"),
            ("Straße STRASSE ẞ", "strasse strasse ss"),
            ("Müller", "muller"),
            ("Ærø Œuvre Þór Đorđe", "aero oeuvre thor dorde"),
            ("İstanbul ISTANBUL ıstanbul", "istanbul istanbul istanbul"),
            ("e\u{301}tude étude", "etude etude"),
            ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
            ("ﬁle ﬀ Ⅳ m²", "file ff iv m2"),
            ("don't co-op a_b", "don t co op a b"),
            ("Rech\u{ad}nung", "rechnung"),
            ("erika.muster+x@Example.org", "erika muster x example org"),
            ("שָׁלוֹם שלום", "שלום שלום"),
            ("한국어", "한국어"),
            ("हिन्दी", "हिनदी"),
            ("!?… — \u{1f600}", ""),
        ] {
            assert_eq!(line(text), wanted, "{text}");
        }
    }

    #[test]
    fn scripts_without_spaces_give_pairs() {
        for (text, wanted) in [
            ("東京都", "東京 京都"),
            ("東", "東"),
            ("請求書 見積", "請求 求書 見積"),
            ("バス ﾊﾞｽ ハス", "バス バス ハス"),
            ("iPhone修理", "iphone 修理"),
            ("ไทย", "ไท ทย"),
            // The tone mark goes, vowel signs stay; NFKD takes sara am apart.
            ("น้ำ", "น\u{e4d} \u{e4d}า"),
            ("กิน", "ก\u{e34} \u{e34}น"),
        ] {
            assert_eq!(line(text), wanted, "{text}");
        }
    }

    #[test]
    fn long_words_are_cut() {
        assert_eq!(words(&"a".repeat(100_000)), ["a".repeat(LONGEST)]);
        assert_eq!(words(&"é".repeat(65)), ["e".repeat(LONGEST)]);
    }

    #[test]
    fn a_phrase_stands_in_a_row() {
        for (text, phrase, wanted) in [
            ("your invoice number 7", "invoice number", true),
            ("your invoice, number 7", "Invoice: Number", true),
            ("invoice and number", "invoice number", false),
            ("number invoice", "invoice number", false),
            ("invoice", "invoice number", false),
            ("invoices", "invoice", false),
            ("東京京都", "東京都", false),
            ("大東京都", "東京都", true),
            ("", "", true),
        ] {
            assert_eq!(in_a_row(&words(text), &words(phrase)), wanted, "{text} / {phrase}");
        }
    }

    proptest! {
        #[test]
        fn words_are_short_and_of_letters_and_digits(text in "\\PC{0,200}") {
            for word in words(&text) {
                prop_assert!(!word.is_empty() && word.chars().count() <= LONGEST);
                prop_assert!(word.chars().all(char::is_alphanumeric), "{word:?}");
            }
        }

        #[test]
        fn folding_twice_changes_nothing(text in "[\\PC&&[^\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Thai}\\p{Lao}\\p{Khmer}\\p{Myanmar}]]{0,100}") {
            let once = words(&text);
            if once.iter().all(|word| !word.chars().any(is_spaceless)) {
                prop_assert_eq!(words(&once.join(" ")), once);
            }
        }

        #[test]
        fn plain_text_needs_no_folding(text in "[ -~\\n\\t]{0,60}") {
            let mut cut = Cut { line: String::new(), open: Open::Nothing };
            folded(&text).for_each(|c| cut.take(c));
            cut.close();
            prop_assert_eq!(line(&text), cut.line);
        }

        #[test]
        fn upper_case_and_spacing_do_not_matter(text in "[a-zA-Zäöüßéłø ,.]{0,60}") {
            prop_assert_eq!(words(&text.to_uppercase()), words(&text));
            prop_assert_eq!(words(&format!("  {text}\n")), words(&text));
        }
    }
}
