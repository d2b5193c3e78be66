//! Message-IDs and lists of them, read as leniently as mail is written (R51, R58-R61).

use std::collections::VecDeque;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::clean;
use super::comment;
use super::fields::{self, Fields};

/// Longest id that is kept as it is, in bytes; RFC 5322 allows no longer line.
const LONGEST: usize = 998;

/// How many ids of a list are kept from its end, besides its first (R61).
const LAST: usize = 50;

/// Further Message-IDs of one message that are kept (R52).
const MOST_ALIASES: usize = 20;

/// The ids in the header of a message, without `<>`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    /// The first Message-ID.
    pub message_id: Option<String>,
    /// Further Message-IDs that it claims: aliases of the first (R52).
    pub other_ids: Vec<String>,
    /// The ids in In-Reply-To.
    pub in_reply_to: Vec<String>,
    /// The ids in References: the first and the last 50, its own left out (R60, R61).
    pub references: Vec<String>,
}

impl Ids {
    /// Those of a message.
    #[must_use]
    pub fn of(raw: &[u8]) -> Self {
        Ids::read(&Fields::scan(&fields::readable(raw)))
    }

    /// Reads them.
    #[must_use]
    pub(super) fn read(fields: &Fields<'_>) -> Self {
        let mut own = fields.all("Message-ID").filter_map(|f| message_id(f.value));
        let message_id = own.next();
        let list = |name| {
            let value = fields.get(name).map(|field| field.value).unwrap_or_default();
            ids(value, message_id.as_deref())
        };
        Ids {
            other_ids: own
                .filter(|id| Some(id) != message_id.as_ref())
                .take(MOST_ALIASES)
                .collect(),
            in_reply_to: list("In-Reply-To"),
            references: list("References"),
            message_id,
        }
    }

    /// All of them, its own first.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let own = self.message_id.iter().chain(&self.other_ids);
        own.chain(&self.in_reply_to).chain(&self.references).map(String::as_str)
    }
}

/// The id in a Message-ID field, without `<>`: the first of its tokens, or its only word.
#[must_use]
pub fn message_id(value: &[u8]) -> Option<String> {
    if let Some(id) = (Tokens { rest: value, comments: true }).next() {
        return Some(id);
    }
    let text = String::from_utf8_lossy(value);
    let mut words = text.split_ascii_whitespace();
    let word = words.next().filter(|_| words.next().is_none())?;
    id(word.as_bytes()).filter(|id| !id.contains(['<', '>']))
}

/// The ids in References or In-Reply-To, without `<>`, in their order: every `<...>` token, whatever
/// stands around it; a missing `>` ends the list. The own id is left out; of a longer list, the
/// first one and the last 50 are given.
#[must_use]
pub fn ids(value: &[u8], own: Option<&str>) -> Vec<String> {
    let is_other = |id: &String| Some(id.as_str()) != own;
    if !value.contains(&b'<') {
        // An id alone, without its brackets.
        let id = message_id(value).filter(|id| id.contains('@')).filter(is_other);
        return id.into_iter().collect();
    }
    let mut tokens = Tokens { rest: value, comments: true }.filter(is_other);
    let first = tokens.next();
    let mut last = VecDeque::with_capacity(LAST);
    for id in tokens {
        if last.len() == LAST {
            last.pop_front();
        }
        last.push_back(id);
    }
    first.into_iter().chain(last).collect()
}

/// The ids that a message refers to, each once, nearest first: In-Reply-To when it is exactly one id,
/// then References from the last to the first, then what else In-Reply-To holds (R59).
#[must_use]
pub fn nearest_first(in_reply_to: &[String], references: &[String]) -> Vec<String> {
    let (first, rest) = match in_reply_to {
        [only] => (Some(only), &[][..]),
        several => (None, several),
    };
    let mut ids: Vec<String> = Vec::new();
    for id in first.into_iter().chain(references.iter().rev()).chain(rest) {
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    ids
}

/// The `<...>` tokens of a value.
struct Tokens<'a> {
    rest: &'a [u8],
    /// Whether comments are skipped: no longer once one is not closed, as the rest would be lost.
    comments: bool,
}

impl Iterator for Tokens<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        loop {
            let at = self.rest.iter().position(|byte| *byte == b'<' || *byte == b'(')?;
            let (_, from) = self.rest.split_at(at);
            if from.first() == Some(&b'(') {
                self.skip_comment(from);
                continue;
            }
            let inner = from.get(1..)?;
            let end = inner.iter().position(|byte| *byte == b'>' || *byte == b'<');
            let (token, behind) = inner.split_at(end.unwrap_or(inner.len()));
            self.rest = behind;
            // Without its '>' only the first word can be the id.
            let token = match behind.first() {
                Some(b'>') => token,
                _ => token.split(u8::is_ascii_whitespace).next().unwrap_or_default(),
            };
            if let Some(id) = id(token) {
                return Some(id);
            }
        }
    }
}

impl<'a> Tokens<'a> {
    /// Moves behind a comment, or only behind its `(` if it does not end.
    fn skip_comment(&mut self, from: &'a [u8]) {
        let end = if self.comments { comment::end(from) } else { None };
        self.comments = end.is_some();
        self.rest = from.get(end.unwrap_or(1)..).unwrap_or_default();
    }
}

/// The id that a token holds: comments at its beginning and all white space removed, overlong
/// ones hashed, not cut.
fn id(token: &[u8]) -> Option<String> {
    let mut token = token.trim_ascii_start();
    while token.first() == Some(&b'(') {
        let Some(end) = comment::end(token) else { break };
        token = token.get(end..)?.trim_ascii_start();
    }
    if token.len() > LONGEST {
        return Some(format!("sha256:{}", HEXLOWER.encode(&Sha256::digest(token))));
    }
    let text = clean::word(&String::from_utf8_lossy(token));
    let id: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    (!id.is_empty()).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        for (value, wanted) in [
            ("<a@b>", &["a@b"][..]),
            ("<a@b><c@d>", &["a@b", "c@d"]),
            ("<a@b>, <c@d>\r\n\t<e@f>", &["a@b", "c@d", "e@f"]),
            ("Your message of \"Tue\" <a@b>", &["a@b"]),
            ("<a@b> (was <x@y>) <c@d>", &["a@b", "c@d"]),
            ("<a@b> :-( <c@d>", &["a@b", "c@d"]),
            ("<a@b", &["a@b"]),
            ("<a@b Tue, 1 Jan", &["a@b"]),
            ("<a@b <c@d>", &["a@b", "c@d"]),
            ("<a@x\r\n .test>", &["a@x.test"]),
            ("<(comment) a@b>", &["a@b"]),
            ("<A@b> <a@b>", &["A@b", "a@b"]),
            ("<a\0\u{1b}@b>", &["a@b"]),
            ("<own@x> <a@b>", &["a@b"]),
            ("<> <  >", &[]),
            ("no id at all", &[]),
            ("", &[]),
        ] {
            assert_eq!(ids(value.as_bytes(), Some("own@x")), wanted, "{value:?}");
        }
    }

    #[test]
    fn one_id() {
        for (value, wanted) in [
            (" <a@b>\r\n", Some("a@b")),
            (" a@b", Some("a@b")),
            ("<a b@c>", Some("ab@c")),
            ("<a@b> <c@d>", Some("a@b")),
            ("two words", None),
            ("<>", None),
            ("", None),
        ] {
            let wanted = wanted.map(str::to_owned);
            assert_eq!(message_id(value.as_bytes()).filter(|id| id != "<>"), wanted, "{value:?}");
        }
    }

    #[test]
    fn long_lists_and_long_ids() {
        let many: String = (0..100_000).map(|n| format!("<{n}@x> ")).collect();
        let kept = ids(many.as_bytes(), None);
        assert_eq!(kept.len(), 51);
        assert_eq!(kept.first().map(String::as_str), Some("0@x"));
        assert_eq!(kept.last().map(String::as_str), Some("99999@x"));
        let (a, b) = (format!("<{}a>", "x".repeat(999)), format!("<{}b>", "x".repeat(999)));
        assert_ne!(ids(a.as_bytes(), None), ids(b.as_bytes(), None));
        assert!(ids(a.as_bytes(), None)[0].len() < 100);
        assert!(ids("(".repeat(200_000).as_bytes(), None).is_empty());
        assert!(ids("()".repeat(200_000).as_bytes(), None).is_empty());
    }

    #[test]
    fn what_it_refers_to() {
        let list = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        for (in_reply_to, references, wanted) in [
            (&["a"][..], &["x", "y"][..], &["a", "y", "x"][..]),
            (&["x"], &["x", "y"], &["x", "y"]),
            (&["a", "b"], &["x", "y"], &["y", "x", "a", "b"]),
            (&["a", "b"], &["b", "a", "b"], &["b", "a"]),
            (&["a", "b"], &[], &["a", "b"]),
            (&[], &["x", "y"], &["y", "x"]),
            (&[], &[], &[]),
        ] {
            assert_eq!(nearest_first(&list(in_reply_to), &list(references)), wanted);
        }
    }
}
