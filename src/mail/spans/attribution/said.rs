//! What stands in a possible attribution: a date, an address, words for "wrote", and in which order.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::mail::spans::date::{is_date, is_time, is_time_in_seconds, is_year, tells_time};
use crate::mail::spans::line::{entries, undecorated};

/// Words for "wrote", in lower case.
static WROTE: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    entries(
        "
        wrote | writes | said | sent | replied | schrieb | schrieben | schreibt | geschrieben | écrit | ecrit |
        escribió | escribio | escribiu | scritto | scrisse | scrive | schreef | geschreven |
        escreveu | napisał | napisała | napisał(a) | napisana | napisał/a | napisal | napsal | napsala |
        napsal(a) | napisal(a) | napísal | napísala | napísal(a) | píše | skrev | skreiv | skrifaði | kirjoitti |
        написал | написала | написал(а) | написали | писал | писал(а) | писала | писали | пишет | написа |
        написав | пише | написао | yazdı | yazmış | yazdi | írta | pisze | írt | scris | έγραψε |
        έγραψαν | έγραψες | kirjutas | rašė | parašė | rakstīja | napisao | napisala | napisao/la |
        pisao | viết | menulis | tulis | เขียน | เขียนว่า | escrigué | escriure | escrit | idatzi |
        כתב | כתבה | כתב/ה | كتب | كتبت | نوشت | लिखा | scríobh | ysgrifennodd | shkroi | skrifar |
        zei | inviato
        ",
    )
    .collect()
});

/// The same in scripts without blanks between words.
static WROTE_PART: LazyLock<Vec<&str>> = LazyLock::new(|| {
    entries(
        "
        写道 | 寫道 | 写信 | 寫信 | 作成: | 작성 | 썼습니다 | 쓴 | 씀 | 書きました | 書き込みました | のメール
        ",
    )
    .collect()
});

/// Words that stand before the date, in lower case.
static LEADS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    entries(
        "
        on | at | am | vom | le | el | il | em | no | a | op | den | d. | på | dnia | dne | dňa | w |
        в | на | pe | la | în | στις | vào | pada | in | dana | u | kuupäev | v | s | ng | noong |
        bei | ontem | בתאריך | ב- | في | بتاريخ | در | 在 | 于 | 於 | ใน | เมื่อ | ในวันที่ | le: | i |
        fecha | data | date:
        ",
    )
    .collect()
});

/// What stands in a possible attribution.
pub(super) struct Said<'a> {
    /// Without dashes around it.
    words: Vec<&'a str>,
    /// Whether it ends in a colon.
    pub(super) has_colon: bool,
    /// Whether there are dashes on both sides.
    is_dashed: bool,
    /// How many words stand before the first address in brackets, and how many behind the last.
    address: Option<(usize, usize)>,
    /// Whether there is any address.
    has_address: bool,
}

impl<'a> Said<'a> {
    pub(super) fn of(said: &'a str) -> Self {
        let bare = undecorated(said);
        let is_dashed = ["--", "__", "=="]
            .iter()
            .any(|d| said.trim().starts_with(d) && said.trim().ends_with(d));
        let sentence = bare.trim_end_matches([':', '：']);
        let has_colon = sentence.len() < bare.len();
        let sentence = undecorated(sentence);
        Said {
            words: sentence.split_whitespace().collect(),
            has_colon,
            is_dashed,
            address: bracketed(sentence),
            has_address: sentence.contains('@'),
        }
    }

    pub(super) fn is_attribution(&self, above_quote: impl Fn() -> bool) -> bool {
        let closed = self.has_colon || self.is_dashed;
        if (self.names_author() || self.is_name_date_and_wrote()) && above_quote() {
            return true;
        }
        if !closed && !self.ends_in_wrote() && !self.is_date_and_address() {
            return false;
        }
        match self.address {
            Some((before, behind)) if closed => {
                self.has_date() && behind <= 3 && self.begins_with_date()
                    || self.has_date() && before <= 9 && self.is_name_first(before)
                    || self.ends_in_wrote() && before <= 8 && behind <= 2
            }
            _ if self.is_dashed && self.ends_in_wrote() => true,
            None if self.has_colon => {
                self.is_day_and_wrote(above_quote) || self.is_day_and_bare_address()
            }
            // Zoho leaves the colon out.
            _ if self.ends_in_wrote() => {
                self.has_address && self.has_date() && self.begins_with_date()
            }
            _ => self.is_date_and_address() && above_quote(),
        }
    }

    /// `Erika wrote:`, `Quoting Erika <erika@example.org>:`, `Erika <erika@example.org> wrote`:
    /// enough above a marked quote.
    fn names_author(&self) -> bool {
        let ends_in_address = self.address.is_some_and(|(_, behind)| behind == 0);
        let wrote = self.ends_in_wrote() && (self.has_colon || self.address.is_some());
        self.words.len() <= 6 && (wrote || self.has_colon && ends_in_address)
    }

    /// `Erika Example 於 2026/6/1 上午 09:00 寫道:`: enough above a marked quote.
    fn is_name_date_and_wrote(&self) -> bool {
        let has_time = || self.words.iter().any(|word| tells_time(word));
        self.words.len() <= 16 && self.ends_in_wrote() && self.has_full_date() && has_time()
    }

    /// `On 1 June 2026 at 9:00, Erika wrote` or `Erika wrote 1/6/2026 9:00`: without an address in
    /// brackets, the words must be known. As people write `On 1 June 2026 you sent me this:` and `She
    /// wrote on 1 June at 9:00:`, more is needed where there are neither an address nor marks below: a
    /// time, or "wrote" as the last word; and behind a name a date or a time that is not in words.
    fn is_day_and_wrote(&self, above_quote: impl Fn() -> bool) -> bool {
        let is_day_first = self.begins_with_date() && self.has_lead();
        let is_exact = || {
            let is_exact = |word: &&str| is_date(word) || is_time_in_seconds(word);
            self.words.iter().any(is_exact) || self.has_address || above_quote()
        };
        let is_name_first = || {
            let wrote = self.words.iter().take(9).position(|word| is_wrote(word));
            let is_near = |at: usize| at < 5 || above_quote();
            wrote.is_some_and(is_near) && self.ends_in_time() && is_exact()
        };
        let is_told = || {
            let has_time = || self.words.iter().any(|word| tells_time(word));
            (has_time() || self.ends_in_wrote()) && self.has_full_date()
                || self.has_address
                || above_quote()
        };
        self.words.len() <= 25
            && self.has_date()
            && self.says_wrote()
            && (is_day_first || is_name_first())
            && is_told()
    }

    /// Tutanota: `1 Jun 2026, 09:00 by erika@example.org`.
    fn is_day_and_bare_address(&self) -> bool {
        let begins = self.words.first().is_some_and(|word| word.starts_with(char::is_numeric));
        let ends = self.words.last().is_some_and(|word| word.contains('@'));
        let has_time = self.words.iter().any(|word| is_time(word) && word.contains(':'));
        begins && ends && has_time && self.has_full_date() && self.words.len() <= 7
    }

    /// Old Gmail in some languages: `2011/4/7 Erika <erika@example.org>`, and no more.
    fn is_date_and_address(&self) -> bool {
        self.address.is_some_and(|(before, behind)| before <= 8 && behind == 0)
            && self.words.first().is_some_and(|word| word.starts_with(|c: char| c.is_numeric()))
            && self.has_date()
    }

    /// `Erika <erika@example.org> schrieb am 1. Juni 2026 um 9:00`; the name may be `Team 24/7`.
    fn is_name_first(&self, before: usize) -> bool {
        let name = self.words.get(..before).unwrap_or_default();
        let has_digits = |word: &&str| word.chars().any(char::is_numeric);
        let has_date = |word: &&str| is_date(word) || is_time(word);
        let says_wrote = self.words.iter().any(|word| is_wrote(word) && !is_of_things(word));
        says_wrote && !name.iter().any(has_date)
            || self.ends_in_time() && !name.iter().any(has_digits)
    }

    /// Whether it ends in a time, which half of the day or a zone may follow.
    fn ends_in_time(&self) -> bool {
        let mut words =
            self.words.iter().rev().map(|word| word.trim_matches(['(', ')', '[', ']', ',']));
        match (words.next(), words.next()) {
            (Some(last), _) if is_time(last) => true,
            (Some(last), Some(time)) => is_of_time(last) && is_time(time),
            _ => false,
        }
    }

    /// Whether a word with a digit is among the first five.
    fn begins_with_date(&self) -> bool {
        self.words.iter().take(5).any(|word| word.chars().any(char::is_numeric))
    }

    /// Whether it begins with a word that stands before dates, a day of the week, or a date.
    fn has_lead(&self) -> bool {
        let Some(first) = self.words.first() else { return false };
        let begins = |word: &str| word.starts_with(|c: char| c.is_numeric());
        let second = self.words.get(1).is_some_and(|word| begins(word));
        let short = first.chars().count() <= 4 || first.ends_with(['.', ',']);
        begins(first)
            || LEADS.contains(first.to_lowercase().as_str())
            || short && second
            || first.ends_with(',') && self.words.get(2).is_some_and(|word| begins(word))
            || LEADS.iter().any(|lead| !lead.is_ascii() && first.starts_with(lead))
    }

    /// A full date or a time: `2026-06-01`, `1/6/26`, `09:00`, or a year beside a day.
    fn has_date(&self) -> bool {
        self.words.iter().any(|word| is_time(word)) || self.has_full_date()
    }

    /// Also `01. 06. 26`.
    fn has_full_date(&self) -> bool {
        let has_digit = |word: &&str| word.chars().any(char::is_numeric);
        let is_number = |word: &str, most: u8| {
            word.trim_end_matches('.').parse::<u8>().is_ok_and(|n| n <= most)
        };
        let is_spaced = |three: &[&str]| match three {
            [day, month, year] => {
                let is_dotted = day.ends_with('.') && month.ends_with('.');
                is_dotted && is_number(day, 31) && is_number(month, 12) && is_number(year, 99)
            }
            _ => false,
        };
        self.words.iter().any(|word| is_date(word))
            || self.words.iter().copied().filter(|word| has_digit(word)).count() >= 2
                && self.words.iter().any(|word| is_year(word))
            || self.words.windows(3).any(is_spaced)
    }

    fn says_wrote(&self) -> bool {
        self.words.iter().any(|word| is_wrote(word))
    }

    fn ends_in_wrote(&self) -> bool {
        self.words.last().is_some_and(|word| is_wrote(word))
    }
}

/// How many words stand before the first and behind the last address in brackets.
fn bracketed(sentence: &str) -> Option<(usize, usize)> {
    let open = sentence.match_indices('@').find_map(|(at, _)| {
        let before = sentence.get(..at)?;
        let open = before.rfind(['<', '(', '[', ';'])?;
        let inside = before.get(open..)?;
        (!inside.contains(['>', ')', ']'])).then_some(open)
    })?;
    let last = sentence.rfind('@')?;
    let close = sentence.get(last..)?.find(['>', ')', ']', '&'])?;
    let behind = sentence.get(last + close..)?;
    let behind = behind.trim_start_matches(|c: char| ">)]&gt;,".contains(c) || c.is_whitespace());
    Some((sentence.get(..open)?.split_whitespace().count(), behind.split_whitespace().count()))
}

/// What may stand behind a time: `AM`, `Uhr`, `CEST`, `UTC+2`, `+0200`.
fn is_of_time(word: &str) -> bool {
    let is_zone = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "+-:".contains(c);
    let begins = |c: char| c.is_alphabetic() || matches!(c, '+' | '-');
    word.len() <= 9 && word.starts_with(begins) && word.chars().all(is_zone)
        || ["uhr", "h", "am", "pm", "a.m.", "p.m."].contains(&word.to_lowercase().as_str())
}

/// Whether a word for "wrote" is said of other things as well: `I sent the form to Anna <a@x>`.
fn is_of_things(word: &str) -> bool {
    ["sent", "said", "inviato", "zei"].iter().any(|of_things| word.eq_ignore_ascii_case(of_things))
}

pub(super) fn is_wrote(word: &str) -> bool {
    let word =
        word.trim_matches(|c: char| ",.;\"'*_:".contains(c) || !c.is_alphanumeric() && c != ')');
    let word = word.to_lowercase();
    WROTE.contains(word.as_str()) || WROTE_PART.iter().any(|part| word.ends_with(part))
}
