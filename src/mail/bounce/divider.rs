//! Where a free text ends and the mail begins that it gives back.

/// Beginnings of words in a line that announces the returned mail, in lower case: what it is called, and
/// which one it is, in front of that or behind.
const WHAT: &[&str] = &[
    "message",
    "mail",
    "email",
    "header",
    "text",
    "mensaje",
    "mensagem",
    "messaggio",
    "nachricht",
];
const WHICH: &[&str] = &[
    "original",
    "old",
    "returned",
    "unsent",
    "undelivered",
    "bounced",
    "rejected",
    "d'origin",
    "ursprünglich",
];

/// And of what is given of it, before `of`.
const PIECES: &[&str] = &["copy", "header", "lines", "kopie"];
const OF: &[&str] = &["of", "der", "ihrer"];

/// Words that tell that such a line speaks of the mail and does not announce it.
const SPEAKING: [&str; 9] = [
    "received at",
    "was received",
    "was sent",
    "not receive",
    "delete your own",
    "to the original",
    "details",
    "attached",
    "enclosed message",
];

/// Fields that only the header of a mail has.
const TRACE: [&str; 6] =
    ["received", "return-path", "message-id", "dkim-signature", "x-received", "delivered-to"];

/// What a line draws beside its words.
const DRAWN: &[char] =
    &['-', '=', '|', '*', '_', '#', '~', '>', '<', '.', ':', ' ', '\t', '+', '['];

/// Lines near a header that are looked at.
const FARTHEST: usize = 12;

/// Longest line that can announce anything, in bytes.
const LONGEST: usize = 160;

/// The lines of a text before the returned mail, and those of the mail.
pub(super) fn split<'a, 't>(lines: &'a [&'t str]) -> (&'a [&'t str], &'a [&'t str]) {
    for (at, line) in lines.iter().enumerate() {
        let (before, behind) = lines.split_at(at);
        if announces(line) {
            return (before, behind.get(1..).unwrap_or_default());
        }
        if begins_header(behind) && !is_only_named(before, behind) {
            return (before, behind);
        }
    }
    (lines, &[])
}

/// Whether the header that begins behind these lines only says which mail is meant: `This report
/// relates to a message you sent with the following header fields:` (Sun). What became of it is told
/// below, and not above.
fn is_only_named(before: &[&str], behind: &[&str]) -> bool {
    let tells = |lines: &[&str]| {
        let words: Vec<String> = lines.iter().map(|line| line.to_lowercase()).collect();
        super::words::tell_of_failure(&words.join(" "))
    };
    let end = behind.iter().position(|line| line.trim().is_empty());
    let below = end.and_then(|end| behind.get(end..)).unwrap_or_default();
    let names = |line: &str| line.contains('@') || super::reason::is_stated(line);
    before.len() < FARTHEST
        && !before.iter().any(|line| names(line))
        && !tells(before)
        && tells(below.get(..FARTHEST).unwrap_or(below))
}

/// Whether a line says that the mail follows. It is drawn as a divider or ends as an announcement.
fn announces(line: &str) -> bool {
    let line = line.trim();
    if line.is_empty() || line.len() > LONGEST {
        return false;
    }
    let lower = line.to_lowercase();
    if lower.starts_with("content-type:") {
        return lower.contains("message/rfc822") || lower.contains("rfc822-headers");
    }
    let drawn = line.starts_with("--") || line.starts_with("==") || line.starts_with("|-");
    let follows = ["follow", "copy of", "below", "adjunto"].iter().any(|word| lower.contains(word));
    let ends = line.ends_with([':', '-', '=', '|', '>', '*']) || follows;
    (drawn || ends) && names_mail(&lower) && !SPEAKING.iter().any(|words| lower.contains(words))
}

/// Whether words in lower case name the returned mail: `original message`, `mensaje original`, `copy of
/// the first part`, `headers follow`.
fn names_mail(lower: &str) -> bool {
    let begins = |word: &str, stems: &[&str]| stems.iter().any(|stem| word.starts_with(stem));
    let apart = |c: char| !c.is_alphanumeric() && c != '\'';
    let words: Vec<&str> = lower.split(apart).filter(|word| !word.is_empty()).collect();
    words.windows(2).any(|pair| {
        let [first, second] = pair else { return false };
        begins(first, WHICH) && begins(second, WHAT)
            || begins(first, WHAT) && (begins(second, WHICH) || second.starts_with("follow"))
            || begins(first, PIECES) && OF.contains(second)
            || first.starts_with("message") && second.starts_with("header")
    })
}

/// Whether the header of a mail begins here: a trace field, and something of a header behind it.
fn begins_header(lines: &[&str]) -> bool {
    let Some((first, rest)) = lines.split_first() else { return false };
    let is_trace = field_name(first).is_some_and(|name| TRACE.contains(&name.as_str()));
    let goes_on = |line: &&str| {
        field_name(line).is_some()
            || unquoted(line).starts_with([' ', '\t']) && !line.trim().is_empty()
    };
    is_trace && rest.first().is_some_and(goes_on)
}

/// The name of the field that a line begins with, in lower case; quoting before it left away.
fn field_name(line: &str) -> Option<String> {
    let (name, _) = unquoted(line).trim_start().split_once(':')?;
    let is_name = !name.is_empty()
        && name.len() <= 60
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_name.then(|| name.to_ascii_lowercase())
}

/// A line without the `>` of quoting.
fn unquoted(line: &str) -> &str {
    line.trim_start_matches('>').strip_prefix(' ').unwrap_or(line.trim_start_matches('>'))
}

/// The header that a returned mail begins with, its quoting and indentation taken away, so that it
/// reads as one.
pub(super) fn header(lines: &[&str]) -> String {
    let mut out = String::new();
    let begin = lines.iter().position(|line| field_name(line).is_some());
    let lines = begin.and_then(|at| lines.get(at..)).unwrap_or_default();
    let margin = lines.first().map_or(0, |line| {
        let line = unquoted(line);
        line.len() - line.trim_start().len()
    });
    for line in lines {
        let line = unquoted(line);
        let line = line.get(margin..).unwrap_or(line.trim_start());
        if line.trim().is_empty() {
            break;
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// A line without what it draws beside its words.
pub(super) fn undrawn(line: &str) -> &str {
    line.trim_matches(DRAWN)
}
