//! Quotes and signatures of an HTML text, written as a plain text writes them: `> ` before each
//! line of a quote, `-- ` above a signature, a line of dashes above a mail that is answered. So
//! one finder serves both (see `spans`), and a reader sees them in either.
//!
//! The converter knows none of these: letters that no text holds go through it in their place.

use super::lines;

/// What markup says beside the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// A quote begins.
    Quote,
    /// A block begins that is set in like a quote, but is none.
    Inset,
    /// A quote, or a block that is set in, ends.
    End,
    /// The mail that is answered stands below.
    Answered,
    /// A signature stands below.
    Signature,
}

/// Each mark with the control character that stands for it.
const LETTERS: [(Mark, char); 5] = [
    (Mark::Quote, '\u{1}'),
    (Mark::Inset, '\u{2}'),
    (Mark::End, '\u{3}'),
    (Mark::Answered, '\u{4}'),
    (Mark::Signature, '\u{5}'),
];

/// Quotes within quotes that are told apart.
const DEEPEST: usize = 8;

/// Ids and classes of the block in which a program puts the mail that is answered: Outlook on the
/// web and on the telephone, on the Mac, Hotmail, Zimbra.
const ANSWERED: [&str; 6] = [
    "divrplyfwdmsg",
    "x_divrplyfwdmsg",
    "olk_src_body_section",
    "mail-editor-reference-message-container",
    "stopspelling",
    "zwchr",
];

/// Ids and classes of the block in which a program puts the signature.
const SIGNATURE: [&str; 11] = [
    "gmail_signature",
    "moz-signature",
    "signature",
    "x_signature",
    "applemailsignature",
    "ms-outlook-mobile-signature",
    "outlook-mobile-signature",
    "protonmail_signature_block",
    "zmail_signature_below",
    "zmail_signature",
    "k9mail-signature",
];

impl Mark {
    /// What a tag says; it and its attributes in lower case.
    pub(super) fn of(name: &str, tag: &str) -> Option<Self> {
        match name {
            "/blockquote" => Some(Mark::End),
            // So do mail programs set in what is no quote.
            "blockquote" if is_borderless(tag) => Some(Mark::Inset),
            "blockquote" => Some(Mark::Quote),
            "div" | "span" | "hr" | "table" | "td" | "p" | "pre" => Mark::of_block(tag),
            _ => None,
        }
    }

    fn of_block(tag: &str) -> Option<Self> {
        let is_part = |c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-';
        let names = || tag.split(is_part);
        // Outlook on the desk has no name for it, but a line above it.
        if names().any(|name| ANSWERED.contains(&name))
            || tag.contains("border:none;border-top:solid")
        {
            return Some(Mark::Answered);
        }
        let is_empty = || names().any(|name| name.ends_with("-empty"));
        let is_signature = names().any(|name| SIGNATURE.contains(&name));
        (is_signature && !is_empty()).then_some(Mark::Signature)
    }

    /// The letter that stands for it.
    pub(super) fn letter(self) -> char {
        LETTERS.iter().find(|(mark, _)| *mark == self).map_or(' ', |(_, letter)| *letter)
    }

    fn read(letter: char) -> Option<Self> {
        LETTERS.iter().find(|(_, c)| *c == letter).map(|(mark, _)| *mark)
    }
}

fn is_borderless(tag: &str) -> bool {
    ["border:none", "border: none", "border:0", "border: 0"].iter().any(|style| tag.contains(style))
}

/// A text without the letters that stand for marks and lines.
pub(super) fn without_letters(text: &str) -> String {
    let is_letter = |c: &char| Mark::read(*c).is_some() || [lines::END, lines::BLANK].contains(c);
    text.chars().filter(|c| !is_letter(c)).collect()
}

/// A converted text, its marks written out. CRLF line ends, also at its end.
pub(super) fn written(text: &str) -> String {
    let mut page = Page::default();
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        while let Some((at, letter)) = rest.char_indices().find(|(_, c)| Mark::read(*c).is_some()) {
            // A line of marks alone is none.
            page.piece(rest.get(..at).unwrap_or_default());
            page.mark(letter);
            rest = rest.get(at + letter.len_utf8()..).unwrap_or_default();
        }
        if rest.len() == line.len() {
            page.line(line);
        } else {
            page.piece(rest);
        }
    }
    page.out
}

/// A text that is written line by line.
#[derive(Default)]
struct Page {
    out: String,
    /// The blocks around, outermost first; only quotes count.
    around: Vec<Mark>,
    quotes: usize,
    quote_begins: bool,
    signature_begins: bool,
}

impl Page {
    fn mark(&mut self, letter: char) {
        match Mark::read(letter) {
            Some(mark @ (Mark::Quote | Mark::Inset)) => {
                self.around.push(mark);
                self.quotes += usize::from(mark == Mark::Quote);
                self.quote_begins = mark == Mark::Quote;
            }
            Some(Mark::End) => {
                self.drop_blank();
                let ended = self.around.pop();
                self.quotes -= usize::from(ended == Some(Mark::Quote));
            }
            Some(Mark::Answered) => self.line(&"_".repeat(32)),
            Some(Mark::Signature) => self.signature_begins = true,
            None => {}
        }
    }

    /// Takes back an empty line at the end of a quote.
    fn drop_blank(&mut self) {
        let blank = format!("\n{}\r\n", ">".repeat(self.quotes.min(DEEPEST)));
        if self.quotes > 0 && self.out.ends_with(&blank) {
            self.out.truncate(self.out.len() + 1 - blank.len());
        }
    }

    /// A part of a line that marks divide; nothing if it says nothing.
    fn piece(&mut self, piece: &str) {
        if !piece.trim().is_empty() {
            self.line(piece.trim_start());
        }
    }

    fn line(&mut self, line: &str) {
        let line = line.trim_end_matches(['\r', '\n']);
        let says = !line.trim().is_empty();
        if !says && (self.quote_begins || self.out.is_empty()) {
            return;
        }
        self.quote_begins = false;
        if says
            && std::mem::take(&mut self.signature_begins)
            && !line.trim_start().starts_with("--")
        {
            self.line("-- ");
        }
        let marks = self.quotes.min(DEEPEST);
        self.out.extend(std::iter::repeat_n('>', marks));
        if marks > 0 && says {
            self.out.push(' ');
        }
        self.out.push_str(line);
        self.out.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::super::text;

    #[test]
    fn as_plain_text_writes_it() {
        for (html, wanted) in [
            ("a<blockquote type=cite><p>b</p>c</blockquote>d", "a\n\n> b\n>\n> c\n\nd"),
            ("a<BLOCKQUOTE>b<blockquote>c</blockquote></BLOCKQUOTE>d", "a\n\n> b\n>\n>> c\n\nd"),
            ("a<blockquote style=\"margin:0 0 0 40px;border:none\">b</blockquote>c", "a\n\nb\n\nc"),
            ("<blockquote>\n <div>\n <p>b</blockquote>", "> b"),
            ("</blockquote>a<blockquote>b", "a\n\n> b"),
            ("a<div class=\"gmail_signature\">Erika</div>", "a\n\n-- \nErika"),
            ("a<pre class=\"moz-signature\">-- \nErika</pre>", "a\n\n-- \nErika"),
            (
                "a<div class=\"protonmail_signature_block protonmail_signature_block-empty\"></div>b",
                "a\nb",
            ),
            (
                "a<hr><div id=\"divRplyFwdMsg\"><b>Xxx:</b> b</div>",
                "a\n\n________________________________\nXxx: b",
            ),
            (
                "a<div style='border:none;border-top:solid #E1E1E1 1.0pt'>Xxx: b</div>",
                "a\n\n________________________________\nXxx: b",
            ),
            ("a\u{1}b&#1;c", "ab&#1;c"),
        ] {
            let written = text(html).text.replace("\r\n", "\n");
            assert_eq!(written.trim_end_matches('\n'), wanted, "{html}");
        }
    }
}
