//! Putting fields on top of a message that passes through.

use super::fields::{Fields, is_blank, split_front};

/// The header of a message with these fields on top, below what is passed over when it is read, an mbox
/// line and lines of blanks if it begins with them, and without incoming fields whose names begin with
/// `prefix`: what we say of a mail, nobody else can say (R21, R74). Line ends are those of its first
/// line. And where its body begins, which passes byte for byte: what is read is the message, or the
/// beginning of a large one.
#[must_use]
pub fn mark(beginning: &[u8], prefix: &str, fields: &[(&str, String)]) -> (Vec<u8>, usize) {
    let (front, message) = split_front(beginning);
    let scanned = Fields::scan(message);
    let (head, _) = message.split_at(message.len() - scanned.body().len());
    let first_end = head.iter().position(|byte| *byte == b'\n');
    let eol: &[u8] = match first_end {
        Some(at) if head.get(at.wrapping_sub(1)) == Some(&b'\r') => b"\r\n",
        _ => b"\n",
    };
    let mut lines = head.split_inclusive(|byte| *byte == b'\n').peekable();
    let mut out = Vec::with_capacity(front.len() + head.len() + 128);
    out.extend_from_slice(front);
    if scanned.mbox_sender().is_some()
        && let Some(line) = lines.next()
    {
        out.extend_from_slice(line);
    }
    // A line of blanks would continue what we say.
    while let Some(line) = lines.next_if(|line| continues(line)) {
        out.extend_from_slice(line);
    }
    for (name, value) in fields {
        out.extend_from_slice(format!("{name}: {value}").as_bytes());
        out.extend_from_slice(eol);
    }
    let mut dropping = false;
    for line in lines {
        dropping = if continues(line) { dropping } else { is_ours(line, prefix) };
        if !dropping {
            out.extend_from_slice(line);
        }
    }
    if !ends_header(head) {
        // A body that began without an empty line gets one, or it would become header.
        out.extend_from_slice(eol);
    }
    (out, front.len() + head.len())
}

fn continues(line: &[u8]) -> bool {
    line.first().is_some_and(|byte| is_blank(*byte))
}

fn is_ours(line: &[u8], prefix: &str) -> bool {
    line.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

fn ends_header(head: &[u8]) -> bool {
    [&b"\n\n"[..], b"\n\r\n"].iter().any(|end| head.ends_with(end))
        || head == b"\n"
        || head == b"\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(raw: &str) -> String {
        let fields = [("Postroom-Conversation", "142".to_owned())];
        let (head, body_at) = mark(raw.as_bytes(), "Postroom-", &fields);
        String::from_utf8(head).unwrap() + &raw[body_at..]
    }

    #[test]
    fn only_the_top_changes() {
        for (raw, wanted) in [
            ("From: a@b\n\nx", "Postroom-Conversation: 142\nFrom: a@b\n\nx"),
            ("From: a@b\r\n\r\nx\r\n", "Postroom-Conversation: 142\r\nFrom: a@b\r\n\r\nx\r\n"),
            (
                "From a@b Sat Nov 21\nFrom: a@b\n\nFrom x\n",
                "From a@b Sat Nov 21\nPostroom-Conversation: 142\nFrom: a@b\n\nFrom x\n",
            ),
            (
                "postroom-class: spam\n more\nFrom: a@b\nPOSTROOM-x: 1\n\nPostroom-y: 2\n",
                "Postroom-Conversation: 142\nFrom: a@b\n\nPostroom-y: 2\n",
            ),
            // Below blanks, which would else continue what we say.
            (
                "  \r\nPostroom-x: 1\r\nFrom: a@b\r\n\r\nx",
                "  \r\nPostroom-Conversation: 142\r\nFrom: a@b\r\n\r\nx",
            ),
            // Below what is no part of the message.
            (
                "\u{feff}>From a@b Sat Nov 21\nFrom: a@b\nPostroom-x: 1\n\nx",
                "\u{feff}>From a@b Sat Nov 21\nPostroom-Conversation: 142\nFrom: a@b\n\nx",
            ),
            ("no header at all\n", "Postroom-Conversation: 142\n\nno header at all\n"),
            ("\nbody", "Postroom-Conversation: 142\n\nbody"),
        ] {
            assert_eq!(marked(raw), wanted, "{raw:?}");
        }
    }
}
