//! The line above a quote that says who wrote it and when: `On Mon, 1 Jun 2026 at 09:00, Erika
//! <erika@example.org> wrote:`.
//!
//! Mail programs put it in some fifty languages, and wrap it. What they have in common is looked
//! at first: a date near the beginning, an address in brackets, a colon at the end. Words decide
//! only where one of these is missing.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::date::{is_date, is_time, is_time_in_seconds, is_year, tells_time};
use super::line::{Line, entries, undecorated};

/// Longest attribution, in bytes.
const LONGEST: usize = 400;

/// Lines that one may be wrapped to.
const MOST_LINES: usize = 6;

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

/// An attribution in the lines of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribution {
    /// Where it begins in its first line, in bytes from the beginning of what the line says.
    pub(super) begin: usize,
    /// How many lines it is wrapped to.
    pub(super) lines: usize,
}

/// Finds one that begins in the first of these lines. Of a line only so much is looked at that a
/// text of any length takes linear time.
pub(super) fn begins(lines: &[Line<'_>]) -> Option<Attribution> {
    let first = lines.first()?.text;
    let begin = opening(first)?;
    let mut said = String::new();
    for (n, line) in lines.iter().enumerate().take(MOST_LINES) {
        let text = if n == 0 { first.get(begin..)? } else { line.text };
        let behind = lines.get(n + 1..).unwrap_or_default();
        let glued = glued_end(text);
        let text = glued.and_then(|end| text.get(..end)).unwrap_or(text);
        if said.len() + text.len() > LONGEST || n > 0 && !goes_on(&said, line, behind) {
            return None;
        }
        said.push(' ');
        said.push_str(text);
        if !may_end(text) {
            continue;
        }
        let read = Said::of(&said);
        if read.is_attribution(|| above_quote(behind)) {
            return Some(Attribution { begin, lines: n + 1 });
        }
        if read.has_colon && !is_unclosed(&said) {
            return None;
        }
    }
    None
}

/// Where one ends in a line whose quote goes on behind the colon: `Erika wrote:When?`, from
/// programs that lose the ends of lines.
fn glued_end(line: &str) -> Option<usize> {
    let line = line.get(..line.floor_char_boundary(LONGEST))?;
    line.match_indices(':').map(|(at, colon)| at + colon.len()).find(|end| {
        let begins_word = |c: char| c.is_alphabetic() || matches!(c, '>' | '<' | '"');
        let word = || line.get(..end - 1)?.split_whitespace().next_back();
        line.get(*end..).is_some_and(|rest| rest.starts_with(begins_word))
            && word().is_some_and(is_wrote)
    })
}

/// Whether a line may be the end of one.
fn may_end(line: &str) -> bool {
    let end = line.split_whitespace().next_back().unwrap_or_default();
    end.ends_with([':', '：', '>', ')', '-', '_', '=', '*']) || is_wrote(end)
}

/// Whether a line may go on with what has been said: any that says something, within a bracket
/// also one that looks marked, and an empty one above a bracket.
fn goes_on(said: &str, line: &Line<'_>, behind: &[Line<'_>]) -> bool {
    let before_bracket = || behind.first().is_some_and(|next| next.text == "<");
    match line.is_blank() {
        true => is_open(said) || before_bracket(),
        false => is_open(said) || !line.is_marked(),
    }
}

/// Whether the next line that says something is marked as quote.
fn above_quote(lines: &[Line<'_>]) -> bool {
    let mut near = lines.iter().take(4);
    near.find(|line| !line.is_blank() && !line.is_elision()).is_some_and(Line::is_marked)
}

/// Where in a line an attribution may begin: at its beginning, or behind the dashes that Yahoo
/// put before one. None if nothing in the line looks like it.
fn opening(line: &str) -> Option<usize> {
    if line.len() > LONGEST && glued_end(line).is_none() {
        return None;
    }
    if let Some(behind) = line.find("--- On ") {
        return Some(line.get(..behind)?.trim_end_matches('-').len());
    }
    let mut words = line.split_whitespace().take(9);
    let is_dashed = line.starts_with("--") && line.ends_with("--") && !undecorated(line).is_empty();
    let early = words.any(|word| word.contains(|c: char| c.is_numeric() || "<@(".contains(c)));
    (early || is_dashed || line.ends_with(':')).then_some(0)
}

/// Whether a bracket has not been closed yet.
fn is_open(said: &str) -> bool {
    said.matches('<').count() > said.matches('>').count()
}

/// Whether it ends within parentheses: `ezt írta (időpont:`.
fn is_unclosed(said: &str) -> bool {
    said.rfind('(') > said.rfind(')')
}

/// What stands in a possible attribution.
struct Said<'a> {
    /// Without dashes around it.
    words: Vec<&'a str>,
    /// Whether it ends in a colon.
    has_colon: bool,
    /// Whether there are dashes on both sides.
    is_dashed: bool,
    /// How many words stand before the first address in brackets, and how many behind the last.
    address: Option<(usize, usize)>,
    /// Whether there is any address.
    has_address: bool,
}

impl<'a> Said<'a> {
    fn of(said: &'a str) -> Self {
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

    fn is_attribution(&self, above_quote: impl Fn() -> bool) -> bool {
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

fn is_wrote(word: &str) -> bool {
    let word =
        word.trim_matches(|c: char| ",.;\"'*_:".contains(c) || !c.is_alphanumeric() && c != ')');
    let word = word.to_lowercase();
    WROTE.contains(word.as_str()) || WROTE_PART.iter().any(|part| word.ends_with(part))
}

#[cfg(test)]
mod tests {
    use super::super::line::lines;
    use super::*;

    #[test]
    fn languages() {
        for text in [
            "On Mon, Jun 1, 2026 at 9:00 AM Erika Example <erika@example.org> wrote:",
            "On Mon, 1 Jun 2026, 09:00 Erika, <erika@example.org> wrote:",
            "On 1 June 2026 at 09:00:15 CEST, Erika wrote:",
            "On 01/06/2026 09:00, Erika Example wrote:",
            "On Jun 1, 2026, at 09:00, Erika <erika@example.org> wrote:",
            "On Mon, Jun 01, 2026 at 09:00:00AM +0200, Erika Example wrote:",
            "On Monday, June 1st, 2026 at 9:00 AM, Erika <erika@example.org> wrote:",
            "At 09:00 AM 6/1/2026, you wrote:",
            "Am Mo., 1. Juni 2026 um 09:00 Uhr schrieb Erika <erika@example.org>:",
            "Am 01.06.26 um 09:00 schrieb Erika Example:",
            "Erika Example <erika@example.org> schrieb am Mo., 1. Juni 2026, 09:00:",
            "Le lun. 1 juin 2026 à 09:00, Erika <erika@example.org> a écrit :",
            "Le 01/06/2026 à 09:00, Erika a écrit\u{a0}:",
            "El lun, 1 jun 2026 a las 9:00, Erika (<erika@example.org>) escribió:",
            "El 1/6/26 a las 9:00, Erika escribió:",
            "Il giorno lun 1 giu 2026 alle ore 09:00 Erika <erika@example.org> ha scritto:",
            "Il 01/06/2026 09:00, Erika ha scritto:",
            "Em seg., 1 de jun. de 2026 às 09:00, Erika <erika@example.org> escreveu:",
            "Em 01/06/2026 09:00, Erika escreveu:",
            "Op ma 1 jun 2026 om 09:00 schreef Erika <erika@example.org>:",
            "Op 1 jun. 2026, om 09:00 heeft Erika <erika@example.org> het volgende geschreven:",
            "Den mån 1 juni 2026 kl 09:00 skrev Erika <erika@example.org>:",
            "Den 2026-06-01 kl. 09:00, skrev Erika:",
            "Den man. 1. jun. 2026 kl. 09.00 skrev Erika <erika@example.org>:",
            "man. 1. juni 2026 kl. 09:00 skrev Erika <erika@example.org>:",
            "ma 1. kesäk. 2026 klo 9.00 Erika (erika@example.org) kirjoitti:",
            "Erika kirjoitti 1.6.2026 klo 9.00:",
            "pon., 1 cze 2026 o 09:00 Erika <erika@example.org> napisał(a):",
            "W dniu 01.06.2026 o 09:00, Erika pisze:",
            "po 1. 6. 2026 v 9:00 odesílatel Erika <erika@example.org> napsal:",
            "Dne 01. 06. 26 v 9:00 Erika napsal(a):",
            "po 1. 6. 2026 o 9:00 Erika <erika@example.org> napísal(a):",
            "Erika <erika@example.org> ezt írta (időpont: 2026. jún. 1., H, 9:00):",
            "2026. 06. 01. 9:00 keltezéssel, Erika írta:",
            "lun., 1 iun. 2026 la 09:00 Erika <erika@example.org> a scris:",
            "пн, 1 июн. 2026 г. в 09:00, Erika <erika@example.org>:",
            "01.06.2026 09:00, Erika пишет:",
            "пн, 1 черв. 2026 р. о 09:00 Erika <erika@example.org> пише:",
            "На пн, 1.06.2026 г. в 9:00 ч. Erika <erika@example.org> написа:",
            "Στις Δευ 1 Ιουν 2026 στις 9:00 π.μ., ο χρήστης Erika <erika@example.org> έγραψε:",
            "Erika <erika@example.org>, 1 Haz 2026 Pzt, 09:00 tarihinde şunu yazdı:",
            "1.06.2026 09:00 tarihinde Erika yazdı:",
            "pon, 1. lip 2026. u 09:00 Erika <erika@example.org> napisao je:",
            "V V pon., 1. jun. 2026 ob 09:00 je oseba Erika <erika@example.org> napisala:",
            "Erika (<erika@example.org>) kirjutas kuupäeval E, 1. juuni 2026 kell 09:00:",
            "2026-06-01, pr, 09:00 Erika <erika@example.org> rašė:",
            "Missatge de Erika <erika@example.org> del dia dl., 1 de juny 2026 a les 9:00:",
            "Vào Th 2, 1 thg 6, 2026 vào lúc 09:00 Erika <erika@example.org> đã viết:",
            "Pada tanggal Sen, 1 Jun 2026 pukul 09.00 Erika <erika@example.org> menulis:",
            "ในวันที่ จ. 1 มิ.ย. 2026 เวลา 09:00 Erika <erika@example.org> เขียนว่า:",
            "\u{202b}בתאריך יום ב׳, 1 ביוני 2026 ב-9:00 מאת \u{202a}Erika\u{202c}\u{200f} <\u{202a}erika@example.org\u{202c}\u{200f}>:\u{202c}",
            "في الاثنين، 1 يونيو 2026 في 9:00 ص تمت كتابة ما يلي بواسطة Erika <erika@example.org>:",
            "در تاریخ دوشنبه ۱ ژوئن ۲۰۲۶،\u{200f} ۹:۰۰ Erika <erika@example.org> نوشت:",
            "2026年6月1日(月) 9:00 Erika <erika@example.org>:",
            "Erika <erika@example.org> 于2026年6月1日周一 09:00写道：",
            "在 2026-06-01 09:00:00，\"Erika\" <erika@example.org> 写道：",
            "2026년 6월 1일 (월) 오전 9:00, Erika <erika@example.org>님이 작성:",
            "2026-06-01 오전 9:00에 Erika 이(가) 쓴 글:",
            "Monday, June 1, 2026, 9:00:00 AM, you wrote:",
            "Вы писали 1 июня 2026 г., 9:00:00:",
            "Team 24/7 Support <erika@example.org> schrieb am Mo., 1. Juni 2026, 09:00:",
            "Wiadomość napisana przez Anna Maria Example <e@example.org> w dniu 1.06.2026, o godz. 9:00:",
            "सोम, 1 जून 2026 को 9:00 am बजे को Erika <erika@example.org> ने लिखा:",
        ] {
            let found = begins(&lines(text));
            assert_eq!(found, Some(Attribution { begin: 0, lines: 1 }), "{text}");
        }
    }

    #[test]
    fn forms() {
        for (text, begin, count) in [
            ("---- Erika wrote ----", 0, 1),
            ("---- On Mon, 01 Jun 2026 09:00 Erika <e@example.org> wrote ----", 0, 1),
            ("------On 6/1/2026 9:00 AM, Erika wrote-----", 0, 1),
            ("On Mon, 1 Jun 2026 09:00:00 +0200 Erika <e@example.org> wrote", 0, 1),
            ("Bye. --- On Mon, 6/1/26, Erika <e@example.org> wrote:", 5, 1),
            ("Bye.--- On Mon, 6/1/26, Erika <e@example.org> wrote:", 4, 1),
            ("2026/6/1 Erika <e@example.org>\n\n> When", 0, 1),
            ("2026-06-01 9:00 GMT+02:00 Erika <e@example.org>:", 0, 1),
            ("01.06.2026, 09:00, \"Erika\" <e@example.org>:", 0, 1),
            ("9:00 AM, June 1, 2026, \"Erika\" <e@example.org>:", 0, 1),
            ("Erika <e@example.org> wrote:", 0, 1),
            ("*On Mon, 1 Jun 2026 at 9:00, Erika <e@example.org> wrote:*", 0, 1),
            ("On Mon, Jun 1, 2026 at 9:00 AM A Long Name <\nlong@example.org> wrote:", 0, 2),
            ("On Mon, 1 Jun 2026 at 9:00 Erika\n\n<\nmailto:Erika <e@x.org>\n> wrote:", 0, 5),
            ("man. 1. juni 2026 kl. 09:00 skrev Erika <e@example.org\n>:", 0, 2),
            ("Erika (Example) erika@example.org schrieb am Mo. 1. Juni 2026 um 9:00:", 0, 1),
            ("erika@example.org schrieb am Mo., 1. Juni 2026, 9:00:", 0, 1),
            ("Erika schrieb am Montag, 1. Juni 2026 um 9:00:\n> Wann?", 0, 1),
            ("Erika schrieb am Montag, 1. Juni 2026 um 09:00:15 UTC+2:", 0, 1),
            ("Erika Example/Berlin/EX@EX wrote on 06/01/2026 09:00:15 AM:", 0, 1),
            ("Erika wrote on 1/6/2026 at 9:00 AM:", 0, 1),
            ("Wiadomość napisana przez Erika e@example.org w dniu 1.06.2026, o godz. 9:00:", 0, 1),
            ("1 Jun 2026, 09:00 by erika@example.org:", 0, 1),
            ("01.06.2026, 09:00 von erika@example.org:", 0, 1),
            ("On 1 Jun 2026 at 9:00, \"Erika\" wrote:When will it\ncome?", 0, 1),
            ("On 1 Jun 2026 at 9:00, e@example.org\nwrote:> When?", 0, 2),
            ("On 5/6, Erika (Sales) wrote:\n[...]\n> When?", 0, 1),
            ("Erika Example 於 2026/6/1 上午 09:00 寫道:\n> When?", 0, 1),
            ("Oseba Erika Example je 1. 06. 2026 ob 9:00 napisal(a):\n> When?", 0, 1),
            ("Erika <e@example.org> ezt írta (időpont:\n2026. jún. 1., H, 9:00):", 0, 2),
            ("Erika Example schreef op ma 01-06-2026 om 09:00 [+0200]:\n> When?", 0, 1),
            (
                "On Mon, Jun 1, 2026 at 9:00 Erika <e@example.org<mailto:e@example.org>> wrote:",
                0,
                1,
            ),
        ] {
            let found = begins(&lines(text));
            assert_eq!(found, Some(Attribution { begin, lines: count }), "{text}");
        }
    }

    #[test]
    fn prose() {
        for text in [
            "On blah-blah-blah",
            "On your remote host you can run:",
            "On the other hand, 3 of us think that this is what he wrote:",
            "In 2013 my colleague wrote:",
            "Please write to Erika <erika@example.org> before 12.05.2026 and say this:",
            "Ticket 4711 of 12.05.2026: your colleague said:",
            "We met at 9:00 and this is the list:",
            "Send it to erika@example.org:",
            "My order 12345 of 01.06.2026:",
            "On 12.05.2026 at 10:00 I wrote\nto your colleague",
            "<erika@example.org>: host mx.example.org[192.0.2.1] said:",
            "Call Erika at 480-624-2500.\n\n<erika@example.org>:",
            "- On Monday",
            "She wrote on 1 June 2026 at 9:00:",
            "Erika wrote on 1 June 2026 at 9:00 that:",
            "2 mails of 12.05.2026 went to erika@example.org:",
            "12.05.2026 is when we told erika@example.org:",
            "On 12/05/2026 I sent you the following parts:",
            "At 9:00 you sent me this error:",
            "I sent the form to your colleague Anna <anna@example.org> on 12.05.2026:",
            "In rooms 1 2 3 we have lamps, as I said:",
            "Am 12.05.2026 schrieb ich Ihnen:",
            "Um 9:00 Uhr schrieb mir Ihr Fahrer:",
            "",
        ] {
            assert_eq!(begins(&lines(text)), None, "{text}");
        }
    }
}
