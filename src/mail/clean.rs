//! Making strings from mail harmless: once, at the border, before anything checks or uses them
//! (R82, R87). Raw bytes are never altered; these work on decoded copies.

/// One line of header text: folded lines become one, control and bidi controls are dropped,
/// and the ends trimmed.
#[must_use]
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut folded = false;
    for c in text.chars() {
        match c {
            '\r' | '\n' | '\u{2028}' | '\u{2029}' => folded = true,
            ' ' | '\t' if folded => {}
            '\t' => out.push(' '),
            c if is_hostile(c) => {}
            c => {
                if std::mem::take(&mut folded) && !out.ends_with(' ') {
                    out.push(' ');
                }
                out.push(c);
            }
        }
    }
    out.trim().to_owned()
}

/// A word that is compared or used as a name (an address, a file name): as [`line`], and without
/// characters that cannot be seen.
#[must_use]
pub fn word(text: &str) -> String {
    line(text).chars().filter(|c| !is_invisible(*c)).collect::<String>().trim().to_owned()
}

/// Text of a body: line ends become LF. All else stays, so that nothing of it is hidden; what prints
/// it cleans it.
#[must_use]
pub fn block(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The first `most` bytes of a text at most, cut between characters.
#[must_use]
pub fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// C0, DEL, C1 and the bidi controls of R82.
fn is_hostile(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Characters without a shape of their own.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (dirty, clean) in [
            ("a\r\nBcc: x", "a Bcc: x"),
            ("a\r\n \t b", "a b"),
            ("a \r\n b", "a b"),
            ("a  b", "a  b"),
            ("\u{1b}]0;x\u{7}y", "]0;xy"),
            ("\u{9b}31mred", "31mred"),
            ("nul\0nul", "nulnul"),
            ("evil\u{202e}gpj.exe", "evilgpj.exe"),
            ("  müde\t!\r\n", "müde !"),
        ] {
            assert_eq!(line(dirty), clean, "{dirty:?}");
        }
    }

    #[test]
    fn words_and_blocks() {
        assert_eq!(word("a\u{200b}@x\u{feff}.org"), "a@x.org");
        assert_eq!(block("a\r\nb\rc\0\u{1b}[1m\td\n"), "a\nb\nc\0\u{1b}[1m\td\n");
        assert_eq!(cut("mü", 2), "m");
        assert_eq!(cut("mü", 9), "mü");
    }
}
