//! How the lines of a report mark the recipients that it speaks of. Each function knows one way;
//! the surest comes first.

use std::collections::HashSet;

use crate::domain::Address;

/// A recipient, the line that marks it, and what stands behind it there. One that no line marks
/// stands behind the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) address: Address,
    pub(super) line: usize,
    pub(super) rest: String,
}

impl Mark {
    /// A recipient that no line of the text marks.
    pub(super) fn of(address: Address) -> Self {
        Mark { address, line: usize::MAX, rest: String::new() }
    }
}

/// What may stand before an address that begins a line.
const BULLETS: [&str; 7] = ["* ", "- ", "-- ", "> ", "+ ", "\u{2022} ", "\u{b7} "];

/// What opens and closes an address.
pub(super) const OPENING: &[char] = &['<', '"', '\'', '[', '(', '\u{ab}', '\u{201c}', '\u{2018}'];
pub(super) const CLOSING: &[char] = &['>', '"', '\'', ']', ')', '\u{bb}', '\u{201d}', '\u{2019}'];

/// Words that the name of a recipient has.
const MOST_NAMES: usize = 4;

/// Ends of a line behind which the sender stands, or somebody to ask.
const OF_OTHERS: [&str; 9] = [
    "sent by",
    "sent from",
    "from",
    "sender",
    "contact",
    "reply to",
    "to the address",
    "administrator",
    "help",
];

/// What the label of a recipient is made of, in lower case.
const LABELS: [&str; 13] = [
    "recipient",
    "undeliverable address",
    "address",
    "user",
    "mailbox",
    "delivered to",
    "deliver to",
    "delivery to",
    "message to",
    "mail to",
    "error-for",
    "account",
    "smtp",
];

/// Bytes of a label that are looked at, from its end.
const LONGEST_LABEL: usize = 60;

/// What makes a label one of somebody else.
const OTHER_LABELS: [&str; 9] = [
    "from",
    "sender",
    "contact",
    "reply",
    "return",
    "postmaster",
    "reporting",
    "message-id",
    "help",
];

/// A word as a mail address that can be one of a person: a domain of letters, digits, dots and
/// dashes.
pub(super) fn address(word: &str) -> Option<Address> {
    let word = word.trim_end_matches(['.', ',', ';', ':']);
    let address: Address = crate::mail::clean::word(word).parse().ok()?;
    let domain = address.domain();
    let fits = |c: char| c.is_alphanumeric() || c == '-' || c == '.' || c == '_';
    let is_one = domain.chars().all(fits)
        && domain.chars().any(char::is_alphabetic)
        && !domain.starts_with(['.', '-'])
        && !domain.contains("..")
        && !address.local().contains(['/', ':', '[', ']']);
    is_one.then_some(address)
}

/// Lines that begin with an address, and go on, if at all, with what became of it: `<a@x>:`,
/// `a@x`, `* a@x`, `a@x... User unknown`, `a@x on Thu, 29 Apr`, `"a@x": reason`.
pub(super) fn entries(lines: &[&str]) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut before = "";
    for (at, line) in lines.iter().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let of_others = OF_OTHERS
            .iter()
            .any(|end| super::divider::undrawn(before).to_lowercase().ends_with(end));
        if !of_others {
            marks.extend(
                listed(line, at)
                    .or_else(|| entry(line, at).map(|mark| vec![mark]))
                    .or_else(|| named(line, at).map(|mark| vec![mark]))
                    .into_iter()
                    .flatten(),
            );
        }
        before = line;
    }
    marks
}

/// A line that holds addresses and nothing else.
fn listed(line: &str, at: usize) -> Option<Vec<Mark>> {
    let words: Vec<&str> = line
        .split(|c: char| c.is_whitespace() || ",;".contains(c))
        .filter(|w| !w.is_empty())
        .collect();
    let found: Option<Vec<Address>> =
        words.iter().map(|word| address(word.trim_matches(['<', '>']))).collect();
    let found = found.filter(|found| found.len() > 1)?;
    Some(found.into_iter().map(|address| Mark { address, line: at, rest: String::new() }).collect())
}

/// The address that a line begins with.
fn entry(line: &str, at: usize) -> Option<Mark> {
    let mut text = line.trim();
    while let Some(rest) = BULLETS.iter().find_map(|bullet| text.strip_prefix(bullet)) {
        text = rest.trim_start();
    }
    let text = text.trim_start_matches(OPENING);
    let end = text.find(|c: char| c.is_whitespace() || CLOSING.contains(&c) || "<(,;:".contains(c));
    let (word, rest) = text.split_at_checked(end.unwrap_or(text.len()))?;
    let address = address(word)?;
    let rest = rest.trim_start_matches(CLOSING);
    // `a@x... User unknown`: the dots were taken for a part of the word.
    let dots = word.len() - word.trim_end_matches('.').len();
    let rest = rest.trim();
    // `a@x <b@x>`: what stands before the brackets is only a name.
    let (address, rest) = match rest.strip_prefix('<').and_then(|inner| inner.split_once('>')) {
        Some((inner, behind)) => (super::mark::address(inner).unwrap_or(address), behind.trim()),
        None => (address, rest),
    };
    goes_on(rest, dots).then(|| Mark {
        address,
        line: at,
        rest: rest.trim_start_matches([':', '.', ' ']).to_owned(),
    })
}

/// A line that is a name and an address, as address books have them: `Frank Miller (frank@x)`,
/// `SMTP <frank@x>`.
fn named(line: &str, at: usize) -> Option<Mark> {
    let line = line.trim();
    let inner = line.strip_suffix(CLOSING)?;
    let (name, word) = inner.rsplit_once(OPENING)?;
    let is_name = |word: &str| {
        word.chars().all(|c| c.is_alphanumeric() || "-'.,".contains(c)) && !word.ends_with('.')
    };
    let words = name.split_whitespace();
    let fits = (1..=MOST_NAMES).contains(&words.clone().count()) && words.clone().all(is_name);
    let address = address(word.strip_prefix("mailto:").unwrap_or(word)).filter(|_| fits)?;
    Some(Mark { address, line: at, rest: String::new() })
}

/// Lines that name one of these recipients once more where a code stands or a server is asked, as a
/// transcript below a list has them: `550 5.1.1 <a@x>... User unknown`, `>>> RCPT To:<a@x>`. What such
/// a line says is said of the recipient that it names, whoever is listed above it.
pub(super) fn again(lines: &[&str], marks: &[Mark]) -> Vec<Mark> {
    let known: HashSet<String> = marks.iter().map(|mark| mark.address.key()).collect();
    let marked: HashSet<usize> = marks.iter().map(|mark| mark.line).collect();
    let tells = |line: &str| {
        super::reason::is_stated(line) || line.to_ascii_lowercase().contains("rcpt to:")
    };
    let others = lines.iter().enumerate().filter(|(at, line)| !marked.contains(at) && tells(line));
    let found = others.flat_map(|(at, line)| {
        let is_end = |c: char| {
            c.is_whitespace() || OPENING.contains(&c) || CLOSING.contains(&c) || ",;:=".contains(c)
        };
        let named = line.split(is_end).filter_map(address);
        let known = named.filter(|address| known.contains(&address.key()));
        known.map(move |address| Mark { address, line: at, rest: line.trim().to_owned() })
    });
    found.collect()
}

/// Whether what stands behind an address at the beginning of a line tells of a delivery.
fn goes_on(rest: &str, dots: usize) -> bool {
    let lower = rest.to_lowercase();
    rest.is_empty()
        || dots >= 2
        || rest.starts_with([':', '(', '[', '<', ',', ';'])
        || rest.starts_with("...")
        || rest.starts_with("- ")
        || ["on ", "am ", "le ", "el ", "il ", "op "].iter().any(|on| lower.starts_with(on))
            && rest.contains(':')
        || super::reason::is_stated(rest)
        || super::words::tell_of_failure(&lower)
}

/// Whom a mail was sent to that went on from there: `(generated from a@x)` of Exim, `(expanded from
/// <a@x>)` of Postfix and Sendmail.
pub(super) fn origin(text: &str) -> Option<Address> {
    ["generated from", "expanded from"].iter().find_map(|words| {
        let (_, behind) = text.split_once(words)?;
        first_address(behind.trim_start_matches(':'))
    })
}

/// The address that a text begins with, in angle brackets or not.
fn first_address(text: &str) -> Option<Address> {
    let text = text.trim_start().trim_start_matches(OPENING);
    let end = text.find(|c: char| c.is_whitespace() || CLOSING.contains(&c) || c == ';');
    address(text.get(..end.unwrap_or(text.len()))?)
}

/// Lines that name a recipient behind a label: `Recipient: <a@x>`, `Unknown user: a@x`,
/// `Could not be delivered to: <a@x>`.
pub(super) fn labelled(lines: &[&str]) -> Vec<Mark> {
    let marks = lines.iter().enumerate().filter_map(|(at, line)| {
        let stop = line.find('@')?;
        let before = line.get(..stop)?;
        let colon = before.rfind([':', '='])?;
        // The words before the colon alone: `SMTP error: host mx said 550 User not found: a@x`.
        let label = line.get(..colon)?.to_lowercase();
        let label =
            label.get(label.ceil_char_boundary(label.len().saturating_sub(LONGEST_LABEL))..)?;
        let says = |words: &[&str]| words.iter().any(|word| label.contains(word));
        let is_label = says(&LABELS) && !says(&OTHER_LABELS);
        if !is_label {
            return None;
        }
        entry(line.get(colon + 1..)?, at)
    });
    marks.collect()
}

/// Recipients that a transcript of a delivery gives: `>>> RCPT TO:<a@x>` and the refusal behind it,
/// `550 <a@x>... User unknown`.
pub(super) fn transcribed(lines: &[&str]) -> Vec<Mark> {
    let mut refused = Vec::new();
    let mut named = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let lower = line.to_lowercase();
        if let Some(behind) = lower.find("rcpt to:").and_then(|found| line.get(found + 8..)) {
            let Some(address) = first_address(behind) else { continue };
            let answer = lines.get(at + 1).copied().unwrap_or_default();
            let mark = Mark { address, line: at, rest: answer.trim().to_owned() };
            if super::reason::is_stated(answer) {
                refused.push(mark);
            } else {
                named.push(mark);
            }
        } else if line.trim_start().starts_with(['4', '5']) && super::reason::is_stated(line) {
            let first = line.find('<').and_then(|found| first_address(line.get(found..)?));
            let mark = |address| Mark { address, line: at, rest: line.trim().to_owned() };
            refused.extend(first.map(mark));
        }
    }
    if refused.is_empty() && lines.iter().any(|line| super::reason::is_stated(line)) {
        named
    } else {
        refused
    }
}
