//! Comments of a structured field (RFC 5322 section 3.2.2): in parentheses, and in one another.

/// Where the comment that begins a text ends; none if it does not.
pub(super) fn end(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// A text with a blank in the place of each comment. One that does not end goes on to the end. What is
/// quoted holds none.
pub(super) fn without(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let (mut quoted, mut escaped) = (false, false);
    while let Some(c) = rest.chars().next() {
        if c == '(' && !quoted && !escaped {
            let end = end(rest.as_bytes());
            rest = end.and_then(|end| rest.get(end..)).unwrap_or_default();
            out.push(' ');
            continue;
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        out.push(c);
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (text, wanted) in [
            ("no", "no"),
            ("(a (b) c) no", "  no"),
            ("a(\\))b", "a b"),
            ("a (b", "a  "),
            ("a) b", "a) b"),
            ("\"(a)\" (b)", "\"(a)\"  "),
            ("\"\\\"(a)\"(\u{fc})", "\"\\\"(a)\" "),
            ("\\(a)", "\\(a)"),
        ] {
            assert_eq!(without(text), wanted, "{text}");
        }
        assert_eq!(end(b"(a(b)c)d"), Some(7));
        assert_eq!(end(b"(a(b)c"), None);
    }
}
