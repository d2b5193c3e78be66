//! The lines of a converted text. The converter makes one line end of however many `<br>`, and does
//! not read what stands in a `<pre>`; letters that no text holds go through it in their place.

/// Ends a line.
pub(super) const END: char = '\u{6}';

/// A blank that stays.
pub(super) const BLANK: char = '\u{7}';

/// Blanks that a TAB stands for.
const TAB: usize = 4;

/// Preformatted text, in which line ends and blanks count.
pub(super) fn preformatted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push(END),
            '\r' => {}
            '\t' => out.extend([BLANK; TAB]),
            ' ' => out.push(BLANK),
            other => out.push(other),
        }
    }
    out
}

/// A converted text with its lines ended: an empty one at most between two that say something.
pub(super) fn ended(converted: &str) -> String {
    let mut out = String::with_capacity(converted.len());
    let mut is_blank = false;
    for line in converted.lines() {
        let lines: Vec<&str> = match line.is_empty() {
            true => vec![""],
            false => line.split_terminator(END).collect(),
        };
        for line in lines {
            let line = line.trim_matches(' ').replace(BLANK, " ");
            let says = !line.trim().is_empty();
            if says || !is_blank {
                out.push_str(if says { &line } else { "" });
                out.push_str("\r\n");
            }
            is_blank = !says;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (converted, wanted) in [
            ("a\u{6}b", "a\r\nb\r\n"),
            ("a\u{6}\u{6}b", "a\r\n\r\nb\r\n"),
            ("a \u{6} b\u{6}\r\nc", "a\r\nb\r\nc\r\n"),
            ("a\r\n\u{6}\r\nb", "a\r\n\r\nb\r\n"),
            ("a\r\n\r\n\u{a0}\r\n\r\n\u{6}b", "a\r\n\r\nb\r\n"),
            ("\u{7}\u{7}a\u{7}b", "  a b\r\n"),
        ] {
            assert_eq!(ended(converted), wanted, "{converted:?}");
        }
        assert_eq!(ended(&preformatted("a\n  b\r\n\tc")), "a\r\n  b\r\n    c\r\n");
    }
}
