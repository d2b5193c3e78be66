//! What an HTML text says (R90, R91): nothing is fetched, nothing is kept but text and link targets.
//!
//! The converter takes quadratic time on quotes and links that do not end, so it is only
//! given tags that do, and not too many links.

mod marks;

use marks::Mark;

/// Longest tag that keeps its attributes, in bytes; longer ones hold pictures.
const LONGEST_TAG: usize = 4 << 10;

/// Links that keep their target.
const MOST_LINKS: usize = 1_000;

/// The text of an HTML document, links as `text (target)`, quotes and signatures as a plain text
/// has them. CRLF line ends.
pub(super) fn text(html: &str) -> String {
    let html = marks::without_letters(html);
    marks::written(&nanohtml2text::html2text(&closed(&html)))
}

/// The document without comments, scripts and styles, with every `<` that begins no tag escaped,
/// and with the marks of quotes and signatures.
fn closed(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let mut out = String::with_capacity(html.len());
    let mut links = 0;
    // Bytes that may be looked at in vain, so that the whole stays linear.
    let mut budget = 4 * html.len();
    let mut at = 0;
    while let Some(found) = html.get(at..).and_then(|rest| rest.find('<')) {
        out.push_str(html.get(at..at + found).unwrap_or_default());
        at += found;
        let rest = lower.get(at..).unwrap_or_default();
        if let Some(skipped) = invisible(rest) {
            at += skipped;
            continue;
        }
        match tag_end(rest, &mut budget) {
            Some(end) => {
                let (tag, name) = (html.get(at..at + end).unwrap_or_default(), name(rest));
                let mark = Mark::of(name, rest.get(..end.min(LONGEST_TAG)).unwrap_or_default());
                out.extend(mark.filter(|mark| *mark == Mark::End).map(Mark::letter));
                links += usize::from(name == "a");
                match name {
                    "a" if links > MOST_LINKS => {}
                    _ if tag.len() <= LONGEST_TAG => out.push_str(tag),
                    _ => out.push_str(&format!("<{name}>")),
                }
                out.extend(mark.filter(|mark| *mark != Mark::End).map(Mark::letter));
                at += end;
            }
            None => {
                out.push_str("&lt;");
                at += 1;
            }
        }
    }
    out.push_str(html.get(at..).unwrap_or_default());
    out
}

/// The name in a tag, with its slash if it closes.
fn name(tag: &str) -> &str {
    let inner = tag.get(1..).unwrap_or_default();
    let end = inner.char_indices().find(|(at, c)| {
        let slash = *at == 0 && *c == '/';
        !slash && !c.is_ascii_alphanumeric()
    });
    inner.get(..end.map_or(inner.len(), |(at, _)| at)).unwrap_or_default()
}

/// The length of a comment, script or style that a lower-case text begins with; to the end of the
/// text if it does not end.
fn invisible(rest: &str) -> Option<usize> {
    let closing = match name(rest) {
        "script" => "</script",
        "style" => "</style",
        _ if rest.starts_with("<!--") => "-->",
        _ => return None,
    };
    let end = rest.find(closing).map(|at| at + closing.len());
    let behind = end.and_then(|end| rest.get(end - 1..)?.find('>').map(|at| end + at));
    Some(behind.unwrap_or(rest.len()))
}

/// The length of the tag that a text begins with, quoted attributes heeded; none if it does not
/// end or is no tag.
fn tag_end(rest: &str, budget: &mut usize) -> Option<usize> {
    let mut quote = None;
    let begins = rest.as_bytes().get(1)?;
    if !begins.is_ascii_alphabetic() && !b"/!?".contains(begins) {
        return None;
    }
    for (at, byte) in rest.bytes().enumerate().take(*budget) {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    *budget = budget.saturating_sub(rest.len());
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (html, wanted) in [
            ("<p>one</p><p>two</p>", "one\r\n\r\ntwo"),
            ("a<br>b<BR/>c", "a\r\nb\r\nc"),
            ("<a href=\"http://x/?a=1&amp;b\">here</a>", "here (http://x/?a=1&b)"),
            ("<table><tr><td>one</td><td>two</td></tr></table>", "one\r\ntwo"),
            ("<style>p { }</style><script>if (a<b) x='\"</p>'</script>x", "x"),
            ("<!-- <p> --> x <!-- never", "x"),
            ("1 < 2 &amp; 3 <4", "1 < 2 & 3 <4"),
            ("<p title='a>b'>x</p>", "x"),
            ("<p title=\"never ends>x", "<p title=\"never ends>x"),
            ("<img src=file:///etc/passwd>x", "x"),
        ] {
            assert_eq!(text(html).trim(), wanted, "{html}");
        }
        let picture = format!("<img src=\"data:{}\">x", "A".repeat(100_000));
        assert_eq!(text(&picture), "x\r\n");
    }
}
