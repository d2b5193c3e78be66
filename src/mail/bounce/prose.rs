//! Recipients that running text names: which address is one, by the words before it.

use super::mark::{CLOSING, Mark, OPENING, address};
use crate::domain::Address;

/// Words before an address in running text that make it a recipient.
const LEADING: [&str; 17] = [
    "to",
    "for",
    "recipient",
    "recipients",
    "address",
    "mailbox",
    "user",
    "account",
    "addressee",
    "addressed",
    "errors",
    "destination",
    "list",
    "in",
    "无法发送到",
    "收件人：",
    "收件人",
];

/// Words that turn what was said before an address into an invitation to write to it.
const INVITING: [&str; 13] = [
    "contact",
    "reply",
    "replies",
    "forward",
    "complain",
    "report",
    "write",
    "questions",
    "help",
    "assistance",
    "send",
    "ask",
    "hello",
];

/// Words before the address of whom a mail is from.
const SENDING: [&str; 5] = ["from", "by", "von", "de", "da"];

/// Local parts that nobody writes to.
const SERVANTS: [&str; 5] = ["postmaster", "mailer-daemon", "abuse", "hostmaster", "support"];

/// Recipients in running text that is no quote: the address follows a word like `to` or `mailbox`, and
/// nobody is invited to write to it.
pub(super) fn spoken(lines: &[&str]) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut before: Vec<String> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if line.trim().is_empty() {
            before.clear();
        }
        let said = if line.starts_with('>') { "" } else { line };
        for word in said.split_whitespace() {
            let bare = word.trim_matches(|c: char| {
                OPENING.contains(&c) || CLOSING.contains(&c) || ".,;:".contains(c)
            });
            let glued = LEADING.iter().find_map(|word| bare.strip_prefix(word));
            let glued = glued.filter(|rest| !bare.is_ascii() && rest.is_ascii());
            let found = match glued {
                Some(rest) => address(rest),
                None => address(bare).filter(|_| leads(&before)),
            };
            if let Some(address) = found.filter(|address| !is_servant(address)) {
                marks.push(Mark { address, line: at, rest: line.trim().to_owned() });
            }
            before.push(bare.to_lowercase());
        }
    }
    marks
}

/// The one address that a text names, apart from servants and those who are known, whom a mail is from
/// and whom one is to write to; none of several.
pub(super) fn only(lines: &[&str], known: &[Address]) -> Option<Mark> {
    let mut only: Option<Mark> = None;
    let mut before: Vec<String> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        for word in line.split(|c: char| c.is_whitespace() || OPENING.contains(&c)) {
            let bare = word.trim_end_matches(|c: char| CLOSING.contains(&c) || ".,;:".contains(c));
            let found = address(bare).filter(|address| {
                let is_known = known.iter().any(|known| known.key() == address.key());
                !is_servant(address) && !is_known && !is_of_another(&before)
            });
            match (found, &only) {
                (None, _) => {}
                (Some(address), Some(other)) if other.address.key() == address.key() => {}
                (Some(_), Some(_)) => return None,
                (Some(address), None) => {
                    only = Some(Mark { address, line: at, rest: line.trim().to_owned() });
                }
            }
            before.push(bare.to_lowercase());
        }
    }
    only
}

fn is_servant(address: &Address) -> bool {
    SERVANTS.contains(&address.local().to_lowercase().as_str())
}

/// The last words before an address, the nearest first.
fn last(before: &[String]) -> impl Iterator<Item = &str> {
    before.iter().rev().map(String::as_str).filter(|word| !word.is_empty())
}

/// Whether the words before an address make it the sender's, or one to write to.
fn is_of_another(before: &[String]) -> bool {
    last(before).next().is_some_and(|word| SENDING.contains(&word)) || invite(before)
}

/// Whether the words before an address invite to write to it.
fn invite(before: &[String]) -> bool {
    last(before).take(8).any(|word| INVITING.contains(&word))
}

/// Whether the words before an address make it a recipient.
fn leads(before: &[String]) -> bool {
    let near: Vec<&str> = last(before).take(2).collect();
    let made_from =
        matches!(near.as_slice(), ["from" | "by", "generated" | "expanded" | "forwarded"]);
    (made_from || near.iter().any(|word| LEADING.contains(word))) && !invite(before)
}
