//! Subjects without what replies and lists put before them (R68, RFC 5256 section 2.1).

use std::collections::HashSet;

use super::clean;
use crate::domain::Number;

/// Words for "reply" and "forward" that mail programs put before a subject, in lower case.
#[rustfmt::skip]
const PREFIXES: [&str; 71] = [
    // English, and what most programs write whatever their language.
    "re", "fw", "fwd",
    // German, Dutch, Danish, Norwegian, Swedish, Icelandic, Finnish, Estonian.
    "aw", "antwort", "wg", "antw", "doorst", "sv", "vs", "vb", "vl", "fs", "edasi",
    // French, Italian, Spanish, Catalan, Portuguese, Romanian.
    "tr", "r", "rif", "i", "inoltra", "rv", "res", "enc", "reenv",
    // Polish, Czech, Slovak, Hungarian, Slovene, Croatian, Lithuanian, Latvian.
    "odp", "pd", "odpověď", "předáno", "odpoveď", "vá", "vál", "tovább", "továbbítás", "továbbítva", "odg",
    "posr", "proslijeđeno", "ats", "atb", "pārs",
    // Russian, Ukrainian, Bulgarian, Greek, Turkish, Welsh.
    "отв", "ответ", "на", "пересл", "відп", "отг", "απ", "σχετ", "πρθ", "ynt", "ilt", "i̇lt",
    "yml",
    // Indonesian, Vietnamese, Thai.
    "bls", "trs", "trả lời", "chuyển tiếp", "ตอบ", "ส่งต่อ",
    // Chinese, Japanese, Korean, Hebrew, Arabic.
    "回复", "回覆", "答复", "转发", "轉寄", "返信", "転送", "답장", "회신", "전달", "תגובה", "הועבר", "רד",
];

/// Those of them that say "forward", and nothing else in any language. `vs` is "forward" to Danes and
/// Norwegians and "reply" to Finns.
#[rustfmt::skip]
const FORWARD: [&str; 35] = [
    "fw", "fwd", "wg", "doorst", "vb", "vl", "fs", "edasi", "tr", "i", "inoltra", "rv", "enc", "reenv",
    "pd", "předáno", "tovább", "továbbítás", "továbbítva", "posr", "proslijeđeno", "pārs", "пересл", "πρθ",
    "ilt", "i̇lt", "yml", "trs", "chuyển tiếp", "ส่งต่อ", "转发", "轉寄", "転送", "전달", "הועבר",
];

/// Longest subject that we write, in bytes.
const LONGEST_WRITTEN: usize = 960;

/// Longest prefix with its counter and colon, in bytes; bounds the work for each one.
const LONGEST_PREFIX: usize = 32;

/// A subject without prefixes, list tags and counters, however many there are:
/// `Re: [list] AW: Fwd(2): hello` is `hello`. A tag that nothing follows is the subject.
#[must_use]
pub fn base_subject(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some((_, shorter)) = peeled(rest) {
        rest = shorter;
    }
    rest
}

/// The subject of an answer: `Re: ` and the base subject (R157), but with the tags, each once: by
/// `[example.org #4711]` the desk of a supplier finds its ticket.
#[must_use]
pub fn reply_subject(subject: &str) -> String {
    let (mut words, mut tags) = (vec!["Re:"], HashSet::new());
    let mut rest = subject.trim();
    while let Some((tag, shorter)) = peeled(rest) {
        words.extend(tag.filter(|tag| tags.insert(*tag)));
        rest = shorter;
    }
    words.push(rest);
    words.join(" ").trim_end().to_owned()
}

/// A subject as we write it: at most so long that, with the name of its field, it fits into one line of
/// RFC 5322, 998 bytes. As encoded words it takes three times as much, in many lines, which is far
/// below what mail systems let pass (100 kB in Postfix, which cuts a longer header off).
#[must_use]
pub fn bounded(subject: String) -> String {
    if subject.len() <= LONGEST_WRITTEN {
        return subject;
    }
    format!("{} ...", clean::cut(&subject, LONGEST_WRITTEN - " ...".len()).trim_end())
}

/// A subject without the prefix or the tag that it begins with; and that, if it is a tag.
fn peeled(subject: &str) -> Option<(Option<&str>, &str)> {
    if let Some(rest) = without_prefix(subject) {
        return Some((None, rest));
    }
    let rest = without_tag(subject)?;
    let tag = subject.get(..subject.len() - rest.len())?;
    Some((Some(tag.trim_end()), rest))
}

/// The number of a conversation that a subject names: `[#142]`, or with a name of ours before it,
/// `[Example Support #142]`; with another it is the number of somebody else's ticket. The first one
/// counts. Anybody can write it (R72).
#[must_use]
pub fn named_number(subject: &str, is_ours: impl Fn(&str) -> bool) -> Option<Number> {
    let number = |tag: &str| {
        let (name, digits) = tag.split_once(']')?.0.rsplit_once('#')?;
        let name = name.trim();
        let number = digits.trim_end().parse::<Number>().ok()?;
        (name.is_empty() || is_ours(name)).then_some(number)
    };
    subject.split('[').skip(1).find_map(number)
}

/// Whether a subject says that the mail is passed on: the program that sent it put a word for
/// "forward" in front, before any other.
#[must_use]
pub fn says_forward(subject: &str) -> bool {
    first_word(untagged(subject)).is_some_and(|(word, _)| FORWARD.contains(&word.as_str()))
}

/// Whether a subject answers or forwards another one: it has such a prefix, if behind a tag.
pub(super) fn has_prefix(subject: &str) -> bool {
    let mut rest = subject.trim();
    while let Some((tag, behind)) = peeled(rest) {
        if tag.is_none() {
            return true;
        }
        rest = behind;
    }
    false
}

/// Without `word:`, `word(n):` or `word[n]:`.
fn without_prefix(subject: &str) -> Option<&str> {
    let (word, rest) = first_word(subject)?;
    PREFIXES.contains(&word.as_str()).then_some(rest)
}

/// The word before the first colon, in lower case, without a counter; and what stands behind.
fn first_word(subject: &str) -> Option<(String, &str)> {
    let (head, _) = clean::cut(subject, LONGEST_PREFIX).split_once([':', '：'])?;
    let rest = subject.get(head.len()..)?.trim_start_matches([':', '：']);
    let word = head.trim_end();
    let word = match word.strip_suffix([')', ']']) {
        Some(counted) => {
            let (word, count) = counted.rsplit_once(['(', '['])?;
            let is_count = !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit());
            is_count.then_some(word.trim_end())?
        }
        None => word.split_once('^').map_or(word, |(word, _)| word),
    };
    Some((word.to_lowercase(), rest.trim_start()))
}

/// A subject without what gateways and lists put in front of it: `[EXTERNAL]`, `***SPAM***`.
pub(super) fn untagged(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some(shorter) = without_tag(rest) {
        rest = shorter;
    }
    rest
}

/// Without the tag that it begins with, if something follows that.
fn without_tag(subject: &str) -> Option<&str> {
    let (tag, rest) = match subject.strip_prefix('[') {
        Some(tag) => tag.split_once(']')?,
        None => subject.strip_prefix("***")?.split_once("***")?,
    };
    let rest = rest.trim_start();
    (!tag.contains('[') && !rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn base_subjects() {
        for (subject, base) in [
            ("hello", "hello"),
            ("Re: hello", "hello"),
            ("RE : Re: re:hello", "hello"),
            ("AW: WG: Rechnung", "Rechnung"),
            ("Antw: Factuur", "Factuur"),
            ("SV: VS: Faktura", "Faktura"),
            ("Odp: Faktura", "Faktura"),
            ("RV: RIF: R: TR: Ynt: x", "x"),
            ("Re[2]: x", "x"),
            ("Re(12): x", "x"),
            ("Re^2: x", "x"),
            ("Re: [list] Fwd: x", "x"),
            ("[list] [sub] x", "x"),
            ("[only a tag]", "[only a tag]"),
            ("Re: [only a tag]", "[only a tag]"),
            ("Regarding: x", "Regarding: x"),
            ("Room: x", "Room: x"),
            ("R2: x", "R2: x"),
            ("Re：x", "x"),
            ("Re:", ""),
            ("", ""),
        ] {
            assert_eq!(base_subject(subject), base, "{subject:?}");
        }
    }

    #[test]
    fn subjects_of_answers() {
        for (subject, answer) in [
            ("AW: Re: Zażółć", "Re: Zażółć"),
            ("[rt.example.org #4711] Disk", "Re: [rt.example.org #4711] Disk"),
            ("Re: [list] AW: [list] [Ticket#7] x", "Re: [list] [Ticket#7] x"),
            ("[only a tag]", "Re: [only a tag]"),
            ("", "Re:"),
        ] {
            assert_eq!(reply_subject(subject), answer, "{subject:?}");
        }
    }

    #[test]
    fn prefixes_in_many_languages() {
        for prefix in PREFIXES {
            for written in [format!("{prefix}: x"), format!("Re: {}：x", prefix.to_uppercase())] {
                assert_eq!(base_subject(&written), "x", "{written}");
            }
        }
    }

    #[test]
    fn what_is_passed_on() {
        assert!(FORWARD.iter().all(|word| PREFIXES.contains(word)));
        for (subject, wanted) in [
            ("FW: broken lamp", true),
            ("Fwd: Re: broken lamp", true),
            ("[list] WG: Lampe", true),
            ("TR : lampe", true),
            ("转发：台灯", true),
            ("Re: Fwd: broken lamp", false),
            ("VS: lamppu", false),
            ("forward: broken lamp", false),
            ("broken lamp", false),
            ("", false),
        ] {
            assert_eq!(says_forward(subject), wanted, "{subject}");
        }
    }

    #[test]
    fn numbers_in_subjects() {
        for (subject, number) in [
            ("Re: [#142] Invoice", Some(142)),
            ("AW: [Example Support #142] Invoice", Some(142)),
            ("AW: [example SUPPORT #142] Invoice", Some(142)),
            ("[list] Re: [#7 ] x", Some(7)),
            ("[rt.example.net #7] x", None),
            ("[rt.example.net #7] [#142] x", Some(142)),
            ("[#1] [#2]", Some(1)),
            ("[#1", None),
            ("#142", None),
            ("[142]", None),
            ("[#142a]", None),
            ("[#-1]", None),
            ("[#0]", None),
            ("[#99999999999999999999]", None),
            ("", None),
        ] {
            let is_ours = |name: &str| name.eq_ignore_ascii_case("Example Support");
            assert_eq!(named_number(subject, is_ours), number.map(Number), "{subject}");
        }
        assert_eq!(named_number(&"[#".repeat(500_000), |_| true), None);
    }

    #[test]
    fn a_subject_without_end() {
        for (subject, wanted) in [
            ("x".repeat(960), "x".repeat(960)),
            ("x".repeat(961), format!("{} ...", "x".repeat(956))),
            (format!("{}é yzz", "x".repeat(955)), format!("{} ...", "x".repeat(955))),
            (
                format!("{} yz{}", "x".repeat(955), "é".repeat(9)),
                format!("{} ...", "x".repeat(955)),
            ),
        ] {
            assert_eq!(bounded(subject), wanted);
        }
    }

    proptest! {
        #[test]
        fn one_re_only(subject in "(re: |fwd: |\\[x\\] |a| |:){0,12}") {
            let reply = reply_subject(&subject);
            prop_assert_eq!(reply_subject(&reply), reply);
        }
    }
}
