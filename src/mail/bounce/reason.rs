//! Why a mail did not arrive: the codes that a text states, and those that its words come to.

use crate::domain::bounce::{Action, Code, Status};

/// Longest diagnostic that is kept, in bytes.
pub(super) const LONGEST: usize = 500;

/// What refusing systems say, in lower case, with subject and detail of the status (RFC 3463). The
/// first that fits counts, so that "mailbox full" is not taken for what it says of the user.
const PHRASES: [(&[&str], u16, u16); 9] = [
    (
        &[
            "quota",
            "mailbox full",
            "mailbox is full",
            "inbox is full",
            "mailfolder is full",
            "mailbox exceeds allowed size",
            "storage space",
            "too much mail",
            "insufficient disk",
        ],
        2,
        2,
    ),
    (&["too large", "too big", "size limit", "exceeds maximum", "exceeds the maximum"], 3, 4),
    (&["too many hops", "looping", "mail loop", "loop detected", "loops back"], 4, 6),
    (&["disabled", "discontinued", "inactive", "suspended", "deactivated"], 2, 1),
    (
        &[
            "user unknown",
            "unknown user",
            "no such user",
            "unknown recipient",
            "recipient unknown",
            "addressee unknown",
            "unknown address",
            "addresses were unknown",
            "unknown local-part",
            "unknown local part",
            "no longer in use",
            "no mailbox here",
            "no such recipient",
            "no such mailbox",
            "user not found",
            "not found by",
            "mailbox not found",
            "mailbox unavailable",
            "invalid mailbox",
            "invalid recipient",
            "invalid user",
            "invalid address",
            "recipient name is not recognized",
            "not listed in",
            "doesn't have a",
            "does not have an account",
            "user doesn't exist",
            "user does not exist",
            "address does not exist",
            "account does not exist",
            "recipnotfound",
            "recipientnotfound",
        ],
        1,
        1,
    ),
    (
        &[
            "host unknown",
            "unknown host",
            "host not found",
            "domain not found",
            "no such domain",
            "name service error",
            "unrouteable",
            "unroutable",
            "couldn't find any host",
            "domain name not found",
        ],
        1,
        2,
    ),
    (
        &[
            "spam",
            "blocked",
            "blacklist",
            "denied",
            "policy",
            "relay",
            "not allowed",
            "not permitted",
            "reverse dns",
            "rejected",
        ],
        7,
        1,
    ),
    (&["retry timeout", "queue too long", "multiple retries", "delivery time expired"], 4, 7),
    (
        &[
            "timed out",
            "timeout",
            "not responding",
            "did not respond",
            "connection refused",
            "connection dropped",
            "could not connect",
            "wasn't able to establish",
            "no route to host",
            "socket error",
        ],
        4,
        1,
    ),
];

/// The status code that a text states: best one behind a reply code of its class (`550 5.1.1`,
/// `550-5.1.1`), next one that is marked as such (`#5.1.1`), else the first. Addresses of the
/// internet and version numbers are none.
pub(super) fn code(text: &str) -> Option<Code> {
    let found: Vec<(usize, Code)> = codes(text).collect();
    let weight = |at: usize, code: Code| {
        let before = text.get(..at).unwrap_or_default();
        let class = code.to_string().chars().next().unwrap_or_default();
        if follows_reply(before, class) { 2 } else { u8::from(before.ends_with('#')) }
    };
    // max_by_key keeps the last of equals; the first is the one to take.
    let best = found.iter().rev().max_by_key(|(at, code)| weight(*at, *code));
    best.map(|(_, code)| *code)
}

/// Whether a text ends with a reply code of this class and what stands between it and a status.
fn follows_reply(before: &str, class: char) -> bool {
    let before = before.trim_end_matches(|c: char| " -:(#".contains(c));
    let mut last = before.chars().rev();
    let (Some(a), Some(b), Some(c)) = (last.next(), last.next(), last.next()) else { return false };
    let bounded = last.next().is_none_or(|c| !c.is_alphanumeric() && c != '.');
    bounded && a.is_ascii_digit() && b.is_ascii_digit() && c == class
}

/// All status codes of failures in a text, and where they stand.
fn codes(text: &str) -> impl Iterator<Item = (usize, Code)> {
    text.match_indices(['4', '5']).filter_map(|(at, _)| {
        let before = text.get(..at)?.chars().next_back();
        let rest = text.get(at..)?;
        let numeral = |c: char| c.is_ascii_digit() || c == '.';
        // No longer one is a code, and the whole stays linear.
        let end = rest.char_indices().take(13).find(|(_, c)| !numeral(*c)).map(|(end, _)| end);
        let word = rest.get(..end.unwrap_or(rest.len()))?;
        let behind = rest.get(word.len()..)?.chars().next();
        let glued = |c: char| c.is_alphanumeric() || c == '_';
        let code = word.trim_end_matches('.').parse().ok()?;
        let apart = !before.is_some_and(|c| glued(c) || c == '.') && !behind.is_some_and(glued);
        apart.then_some((at, code))
    })
}

/// The first digit of the first reply code of a failure (RFC 5321 4.2): `550 `, `450-`.
fn reply_class(text: &str) -> Option<u16> {
    let words = text.split(|c: char| c.is_whitespace() || "-:;,#()[]<>\"'".contains(c));
    let code = words
        .filter(|w| w.len() == 3)
        .find_map(|w| w.parse::<u16>().ok().filter(|n| (400..=559).contains(n)));
    code.map(|code| code / 100)
}

/// The status that the words of a text come to, where it states none: the class by its reply code,
/// else by the action; subject and detail by the first phrase that fits.
pub(super) fn derived(text: &str, action: Action) -> Option<Status> {
    let lower = without_names(&text.to_lowercase());
    let phrase = PHRASES.iter().find(|(words, ..)| words.iter().any(|word| lower.contains(word)));
    let reply = reply_class(text);
    let class = match (reply, action) {
        (_, Action::Delayed) => 4,
        (Some(class), _) => class,
        (None, _) => 5,
    };
    let (subject, detail) = match (phrase, reply) {
        (Some((_, subject, detail)), _) => (*subject, *detail),
        (None, Some(_)) => (0, 0),
        (None, None) => return None,
    };
    // What time and the net did has passed when a system gives up: never the address's fault.
    let class = if subject == 4 && reply.is_none() { 4 } else { class };
    Code::new(class, subject, detail).map(Status::Derived)
}

/// Whether the words of a text in lower case come to a reason.
pub(super) fn is_worded(lower: &str) -> bool {
    PHRASES.iter().any(|(words, ..)| words.iter().any(|word| lower.contains(word)))
}

/// A text without addresses and names of hosts: `mail.antispam.example.org` says nothing of spam.
fn without_names(lower: &str) -> String {
    let is_name = |word: &&str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_host = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        let (host, has_local) =
            word.rsplit_once('@').map_or((word, false), |(_, host)| (host, true));
        let mut labels = host.split('.');
        let is_dotted =
            labels.clone().count() > 1 && labels.all(|l| !l.is_empty() && l.chars().all(is_host));
        // Exchange: `RESOLVER.ADR.RecipNotFound`.
        // `mailbox full.Please try later` is none.
        let is_domain =
            host.split('.').count() > 2 || host.len() - host.rfind('.').unwrap_or(0) <= 5;
        has_local || is_dotted && is_domain && !word.starts_with("resolver.")
    };
    let words = lower.split(|c: char| c.is_whitespace() || "[]()<>,;=\"".contains(c));
    words.filter(|word| !word.is_empty() && !is_name(word)).collect::<Vec<_>>().join(" ")
}

/// Whether a text holds a reply code or a status code of a failure that lasts.
pub(super) fn is_for_good(text: &str) -> bool {
    codes(text).any(|(_, code)| code.is_permanent()) || reply_class(text) == Some(5)
}

/// Whether a text holds a reply code or a status code of a failure.
pub(super) fn is_stated(text: &str) -> bool {
    reply_class(text).is_some() || codes(text).next().is_some()
}
