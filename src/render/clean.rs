//! What came by mail, made harmless for a terminal or a log (R82).
//!
//! A character that could move the cursor, change colours or turn text round is written out:
//! `\x1b`, `\u{202e}`. It stays visible, and nothing is taken away silently.

use std::borrow::Cow;

/// Cleans a text of several lines: TAB and LF stay, CR LF is LF.
#[must_use]
pub fn text(raw: &str) -> Cow<'_, str> {
    if raw.contains("\r\n") {
        return Cow::Owned(escape(&raw.replace("\r\n", "\n"), |c| acts(c) && !is_layout(c)).into());
    }
    escape(raw, |c| acts(c) && !is_layout(c))
}

/// Cleans a text that must stay on one line, such as a subject: TAB, LF and the line separators of
/// Unicode are written out too.
#[must_use]
pub fn line(raw: &str) -> Cow<'_, str> {
    escape(raw, |c| acts(c) || separates(c))
}

/// Cleans an address or a file name: besides, what has no width is written out, because two names
/// that look the same must be the same.
#[must_use]
pub fn name(raw: &str) -> Cow<'_, str> {
    escape(raw, |c| acts(c) || separates(c) || is_invisible(c))
}

/// C0, DEL, C1 and the bidi controls.
pub(super) fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_layout(c: char) -> bool {
    matches!(c, '\t' | '\n')
}

fn separates(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Characters that show nothing: joiners, marks of direction, fillers, variation selectors, tags.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

fn escape(raw: &str, bad: impl Fn(char) -> bool) -> Cow<'_, str> {
    // Most of what is printed is plain, and nobody finds that bad.
    let is_plain = raw.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain || !raw.contains(&bad) {
        return Cow::Borrowed(raw);
    }
    let mut clean = String::with_capacity(raw.len() + 16);
    for c in raw.chars() {
        match c {
            _ if !bad(c) => clean.push(c),
            '\t' => clean.push_str("\\t"),
            '\n' => clean.push_str("\\n"),
            '\r' => clean.push_str("\\r"),
            _ if u32::from(c) < 0x100 => clean.push_str(&format!("\\x{:02x}", u32::from(c))),
            _ => clean.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
        }
    }
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn r82() {
        for (raw, as_text, as_line, as_name) in [
            ("plain ü 日本 👍", "plain ü 日本 👍", "plain ü 日本 👍", "plain ü 日本 👍"),
            ("\x1b]0;x\x07", "\\x1b]0;x\\x07", "\\x1b]0;x\\x07", "\\x1b]0;x\\x07"),
            ("\u{9b}31m", "\\x9b31m", "\\x9b31m", "\\x9b31m"),
            ("\x7f\0\r", "\\x7f\\x00\\r", "\\x7f\\x00\\r", "\\x7f\\x00\\r"),
            ("a\tb\nc", "a\tb\nc", "a\\tb\\nc", "a\\tb\\nc"),
            ("a\r\nb", "a\nb", "a\\r\\nb", "a\\r\\nb"),
            ("fdp\u{202e}exe", "fdp\\u{202e}exe", "fdp\\u{202e}exe", "fdp\\u{202e}exe"),
            ("a\u{2028}b", "a\u{2028}b", "a\\u{2028}b", "a\\u{2028}b"),
            ("a\u{200b}b", "a\u{200b}b", "a\u{200b}b", "a\\u{200b}b"),
        ] {
            assert_eq!(text(raw), as_text);
            assert_eq!(line(raw), as_line);
            assert_eq!(name(raw), as_name);
        }
    }

    proptest! {
        #[test]
        fn nothing_that_acts_gets_through(raw in any::<String>()) {
            prop_assert!(!text(&raw).contains(|c| acts(c) && c != '\t' && c != '\n'));
            prop_assert!(!line(&raw).contains(|c| acts(c) || separates(c)));
            prop_assert!(!name(&raw).contains(|c| acts(c) || separates(c) || is_invisible(c)));
        }
    }
}
