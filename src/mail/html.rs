//! What an HTML text says (R90, R91): nothing is fetched, nothing is kept but text and link targets.
//!
//! The converter takes quadratic time on quotes and links that do not end, so it is only
//! given tags that do, and not too many links.

mod entity;
mod lines;
mod marks;

use super::clean;
use entity::Place;
use marks::Mark;

/// Longest tag that keeps its attributes, in bytes; longer ones hold pictures.
const LONGEST_TAG: usize = 4 << 10;

/// Links that keep their target.
const MOST_LINKS: usize = 1_000;

/// Bytes in which a document declares its charset (HTML, section 4.2.5.4).
const DECLARED_WITHIN: usize = 1024;

/// HTML that is turned into text, in bytes, without what nobody sees of it.
const LONGEST: usize = 1 << 20;

/// What an HTML document says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// CRLF line ends.
    pub(super) text: String,
    /// Whether it is only the beginning.
    pub(super) is_cut: bool,
}

/// The text of an HTML document, links as `text (target)`, quotes and signatures as a plain text
/// has them.
pub(super) fn text(html: &str) -> Text {
    let html = marks::without_letters(html);
    let closed = closed(&html);
    let converted = lines::ended(&nanohtml2text::html2text(&closed.text));
    Text { text: marks::written(&converted), is_cut: closed.is_cut }
}

/// The charset that a document declares for itself, as browsers look for it: near its beginning.
pub(super) fn charset(html: &[u8]) -> Option<String> {
    let head = html.get(..DECLARED_WITHIN).unwrap_or(html);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let (_, meta) = head.split_once("<meta")?;
    let (_, label) = meta.split_once("charset=")?;
    let label = label.trim_start_matches(['"', '\'', ' ']);
    let end = label.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c));
    label.get(..end?).filter(|label| !label.is_empty()).map(str::to_owned)
}

/// The document without comments, scripts and styles, with every `<` and `&` that begins nothing
/// escaped, with the ends of its lines, and with the marks of quotes and signatures.
fn closed(html: &str) -> Text {
    let lower = html.to_ascii_lowercase();
    let last_end = html.rfind('>').unwrap_or(0);
    let mut page = Page::default();
    // Bytes that may be looked at in vain, so that the whole stays linear.
    let mut budget = 4 * html.len();
    let mut at = 0;
    while let Some(found) = html.get(at..).and_then(|rest| rest.find('<')) {
        page.text(html.get(at..at + found).unwrap_or_default());
        at += found;
        let rest = lower.get(at..).unwrap_or_default();
        at += if let Some(skipped) = invisible(rest) {
            skipped
        } else if let Some(end) = tag_end(rest, &mut budget) {
            page.tag(html.get(at..at + end).unwrap_or_default(), rest);
            end
        } else if rest.len() > LONGEST_TAG && !name(rest).is_empty() && at > last_end {
            // A tag that was cut off, as one with a large picture is.
            page.is_cut = true;
            rest.len()
        } else {
            page.out.push_str("&lt;");
            1
        };
        if page.is_cut {
            break;
        }
    }
    page.text(html.get(at..).unwrap_or_default());
    Text { text: page.out, is_cut: page.is_cut }
}

/// A document that is written anew.
#[derive(Default)]
struct Page {
    out: String,
    links: usize,
    /// Within `<pre>`.
    is_preformatted: bool,
    /// Right behind `<pre>`, where a line end is none.
    is_at_its_begin: bool,
    is_cut: bool,
}

impl Page {
    /// What stands between two tags, as much as there is room for.
    fn text(&mut self, text: &str) {
        let kept = clean::cut(text, LONGEST.saturating_sub(self.out.len()));
        self.is_cut |= kept.len() < text.len();
        let kept = match std::mem::take(&mut self.is_at_its_begin) {
            true => kept.trim_start_matches('\r').strip_prefix('\n').unwrap_or(kept),
            false => kept,
        };
        let kept = entity::read(kept, Place::Text);
        match self.is_preformatted {
            true => self.out.push_str(&lines::preformatted(&kept)),
            false => self.out.push_str(&kept),
        }
    }

    /// A tag; `lower` is a text in lower case that begins with it.
    fn tag(&mut self, tag: &str, lower: &str) {
        let name = name(lower);
        let mark = Mark::of(name, lower.get(..tag.len().min(LONGEST_TAG)).unwrap_or_default());
        self.out.extend(mark.filter(|mark| *mark == Mark::End).map(Mark::letter));
        self.links += usize::from(name == "a");
        match name {
            "br" => self.out.push(lines::END),
            // Of the converter's tags it ends a line, and no paragraph.
            "div" | "/div" if mark.is_none() => self.out.push_str("<tr>"),
            "pre" | "/pre" | "html" | "/html" => self.out.push_str("<p>"),
            "a" if self.links > MOST_LINKS => {}
            _ if tag.len() <= LONGEST_TAG => self.out.push_str(&entity::read(tag, Place::Tag)),
            _ => self.out.push_str(&format!("<{name}>")),
        }
        self.is_preformatted = name == "pre" || self.is_preformatted && name != "/pre";
        self.is_at_its_begin = name == "pre";
        self.out.extend(mark.filter(|mark| *mark != Mark::End).map(Mark::letter));
    }
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
    use crate::mail::linear::must_be_linear;

    #[test]
    fn hostile_pages_take_linear_time() {
        for piece in [
            "<a\"",
            " (",
            " (tel:1)",
            "1",
            "&",
            "&#",
            "<pre>",
            "<br>",
            "<a href=x>",
            "</pre",
            "<!--",
        ] {
            must_be_linear(piece, 1 << 18, |pieces| {
                let page = format!("{pieces}>");
                assert!(text(&page).text.len() <= 4 * page.len(), "{piece}");
            });
        }
    }

    #[test]
    fn charsets() {
        for (html, label) in [
            ("<head><meta charset=\"koi8-r\"></head>", Some("koi8-r")),
            (
                "<META http-equiv=Content-Type content='text/html; charset=windows-1251'>",
                Some("windows-1251"),
            ),
            ("<p>charset=utf-8</p>", None),
            ("<meta charset=", None),
        ] {
            assert_eq!(charset(html.as_bytes()).as_deref(), label, "{html}");
        }
    }

    #[test]
    fn texts() {
        for (html, wanted) in [
            ("<p>one</p><p>two</p>", "one\r\n\r\ntwo"),
            ("a<br>b<BR/>c", "a\r\nb\r\nc"),
            ("a<br><br>b<br clear=all></p><p>c", "a\r\n\r\nb\r\n\r\nc"),
            ("<div>a</div><div>b</div><div><br></div><div>c</div>", "a\r\nb\r\n\r\nc"),
            ("<p>a</p><p>&nbsp;</p><p>&nbsp;</p><p>b</p>", "a\r\n\r\nb"),
            ("a<pre>\n1 &lt; 2\n  <b>b</b></pre>c", "a\r\n\r\n1 < 2\r\n  b\r\n\r\nc"),
            ("<html>a</html><html>b</html>", "a\r\n\r\nb"),
            ("<a href=\"http://x/?a=1&order=2\">here</a>", "here (http://x/?a=1&order=2)"),
            ("<a href=\"http://x/?a=1&amp;b\">here</a>", "here (http://x/?a=1&b)"),
            ("<table><tr><td>one</td><td>two</td></tr></table>", "one\r\ntwo"),
            ("<style>p { }</style><script>if (a<b) x='\"</p>'</script>x", "x"),
            ("<!-- <p> --> x <!-- never", "x"),
            ("1 < 2 &amp; 3 <4", "1 < 2 & 3 <4"),
            ("<p title='a>b'>x</p>", "x"),
            ("<p title=\"never ends>x", "<p title=\"never ends>x"),
            ("<img src=file:///etc/passwd>x", "x"),
        ] {
            assert_eq!(text(html).text.trim(), wanted, "{html}");
        }
        let picture = format!("<img src=\"data:{}\">x", "A".repeat(100_000));
        assert_eq!(text(&picture), Text { text: "x\r\n".to_owned(), is_cut: false });
        let large = format!("{}<p>x", picture.repeat(20));
        assert_eq!(
            text(&large),
            Text { text: format!("{}\r\n\r\nx\r\n", "x".repeat(20)), is_cut: false }
        );
        let cut = format!("x<img src=\"data:{}", "A".repeat(100_000));
        assert_eq!(text(&cut), Text { text: "x\r\n".to_owned(), is_cut: true });
    }
}
