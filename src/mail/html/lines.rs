//! The lines of a converted text. The converter makes one line end of however many `<br>`, and does
//! not read what stands in a `<pre>`; letters that no text holds go through it in their place.

use crate::mail::clean;

/// Longest target that is compared with what its text says, in bytes.
const LONGEST_ECHO: usize = 512;

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

/// A converted text with its lines ended: an empty one at most between two that say something, and
/// without targets of links that their text says already.
pub(super) fn ended(converted: &str) -> String {
    let mut out = String::with_capacity(converted.len());
    let mut is_blank = false;
    for line in converted.lines() {
        for line in line.strip_suffix(END).unwrap_or(line).split(END) {
            let line = line.trim_matches(' ').replace(BLANK, " ");
            let was_blank = is_blank;
            is_blank = line.trim().is_empty();
            if !is_blank {
                without_echoes(&line, &mut out);
            }
            if !(is_blank && was_blank) {
                out.push_str("\r\n");
            }
        }
    }
    out
}

/// Adds a line without ` (mailto:erika@example.org)` behind that very address, and the like, and without
/// places within the page.
fn without_echoes(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some((said, behind)) = rest.split_once(" (") {
        out.push_str(said);
        let near = clean::cut(behind, LONGEST_ECHO);
        let target = near.split_once(')').map(|(target, _)| target);
        let said = out.get(out.ceil_char_boundary(out.len().saturating_sub(LONGEST_ECHO))..);
        let is_echo = |target: &&str| {
            target.starts_with('#') || said.is_some_and(|said| echoes(target, said))
        };
        rest = match target.filter(is_echo) {
            Some(target) => behind.get(target.len() + 1..).unwrap_or_default(),
            None => {
                out.push_str(" (");
                behind
            }
        };
    }
    out.push_str(rest);
}

/// Whether a target is what was said last.
fn echoes(target: &str, said: &str) -> bool {
    let Some((scheme, place)) = target.split_once(':') else { return false };
    let place = match scheme.to_ascii_lowercase().as_str() {
        "mailto" => place.split('?').next().unwrap_or_default(),
        "http" | "https" => place.trim_start_matches('/').trim_end_matches('/'),
        "tel" => {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            let number = said.rfind(|c: char| !c.is_ascii_digit() && !"+-/. ()".contains(c));
            let number = said.get(number.map_or(0, |at| at + 1)..).unwrap_or_default();
            return !number.is_empty() && digits(number) == digits(place);
        }
        _ => return false,
    };
    let end = said.trim_end_matches(['/', ')', '>', '"', '\'', '.']);
    let from = end.len().checked_sub(place.len());
    let last = from.and_then(|from| end.get(from..));
    !place.is_empty() && last.is_some_and(|last| last.eq_ignore_ascii_case(place))
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
        for (line, wanted) in [
            ("Bob <b@x.org (mailto:b@x.org)> wrote:", "Bob <b@x.org> wrote:"),
            ("B@x.org (mailto:b@x.org?subject=x) or", "B@x.org or"),
            ("Bob (b@x.org) (mailto:b@x.org)", "Bob (b@x.org)"),
            ("write us (mailto:b@x.org)", "write us (mailto:b@x.org)"),
            ("www.x.org (http://www.x.org/)", "www.x.org"),
            ("x.org/a (https://x.org/b)", "x.org/a (https://x.org/b)"),
            ("call +49 12-3 (tel:+49123) now", "call +49 12-3 now"),
            ("up (#top) (a) (b", "up (a) (b"),
        ] {
            assert_eq!(ended(line).trim_end(), wanted, "{line}");
        }
        assert_eq!(ended(&preformatted("a\n  b\r\n\tc")), "a\r\n  b\r\n    c\r\n");
    }
}
