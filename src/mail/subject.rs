//! Subjects without what replies and lists put before them (R68, RFC 5256 section 2.1).

use super::clean;

/// Words for "reply" and "forward" in the languages of our users, in lower case.
const PREFIXES: [&str; 20] = [
    "re", "fwd", "fw", "aw", "wg", "sv", "vs", "antw", "antwort", "rv", "tr", "rif", "r", "odp",
    "pd", "ynt", "vb", "vl", "res", "enc",
];

/// Longest prefix with its counter and colon, in bytes; bounds the work for each one.
const LONGEST_PREFIX: usize = 32;

/// A subject without prefixes, list tags and counters, however many there are:
/// `Re: [list] AW: Fwd(2): hello` is `hello`. A tag that nothing follows is the subject.
#[must_use]
pub fn base_subject(subject: &str) -> &str {
    let mut rest = subject.trim();
    loop {
        let shorter = without_prefix(rest).or_else(|| without_tag(rest));
        match shorter {
            Some(shorter) => rest = shorter,
            None => return rest,
        }
    }
}

/// The subject of an answer: `Re: ` and the base subject (R157).
#[must_use]
pub fn reply_subject(subject: &str) -> String {
    format!("Re: {}", base_subject(subject)).trim_end().to_owned()
}

/// Without `word:`, `word(n):` or `word[n]:`.
fn without_prefix(subject: &str) -> Option<&str> {
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
    let word = word.to_lowercase();
    PREFIXES.contains(&word.as_str()).then(|| rest.trim_start())
}

/// Without a leading `[tag]`, if something follows it.
fn without_tag(subject: &str) -> Option<&str> {
    let (tag, rest) = subject.strip_prefix('[')?.split_once(']')?;
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
        assert_eq!(reply_subject("AW: Re: Zażółć"), "Re: Zażółć");
        assert_eq!(reply_subject(""), "Re:");
    }

    proptest! {
        #[test]
        fn one_re_only(subject in "(re: |fwd: |\\[x\\] |a| |:){0,12}") {
            let reply = reply_subject(&subject);
            prop_assert_eq!(reply_subject(&reply), reply);
        }
    }
}
