//! Text with `format=flowed` (RFC 3676): lines that the program of its author wrapped are one again.
//! Quotes stay as they stand; they are folded anyway.

/// The paragraphs of a text. `delsp` says that the blank at the end of a wrapped line is not part of it.
pub(super) fn joined(text: &str, delsp: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut goes_on = false;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches('\n');
        let is_fixed = content.is_empty() || content == "-- " || content.starts_with('>');
        if is_fixed && goes_on {
            out.push('\n');
        } else if goes_on && delsp {
            out.pop();
        }
        if is_fixed {
            out.push_str(line);
            goes_on = false;
            continue;
        }
        // A blank was put before a line that begins with one, or with what means something.
        out.push_str(content.strip_prefix(' ').unwrap_or(content));
        goes_on = content.ends_with(' ') && content.len() < line.len();
        if !goes_on {
            out.push_str(line.get(content.len()..).unwrap_or_default());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs() {
        for (text, delsp, wanted) in [
            ("one \ntwo\nthree\n", false, "one two\nthree\n"),
            ("http://x/path/ \nthat\n", true, "http://x/path/that\n"),
            (" stuffed\n From x\n", false, "stuffed\nFrom x\n"),
            ("> one \n> two\nanswer \nit\n", false, "> one \n> two\nanswer it\n"),
            ("text \n> quote\n", false, "text \n> quote\n"),
            ("text \n-- \nErika \nExample\n", false, "text \n-- \nErika Example\n"),
            ("one \n\ntwo\n", false, "one \n\ntwo\n"),
            ("\n\none", false, "\n\none"),
            ("one ", false, "one "),
            ("", false, ""),
        ] {
            assert_eq!(joined(text, delsp), wanted, "{text:?}");
        }
    }
}
