//! The raw header of a message or part: one lenient, linear scan, which decides for all of this
//! room where the header ends.

use std::borrow::Cow;
use std::io::BufRead;

/// Fields of one header; what stands behind is taken for body, and flagged (R89).
pub const MOST_FIELDS: usize = 10_000;

/// Bytes of one header beyond which it is flagged (R89).
pub const MOST_BYTES: usize = 1 << 20;

/// Bytes of a message within which its header ends: a field that reaches beyond them is body. So
/// header and body can be told apart, and the identity be computed, from the beginning of a message
/// of any size.
pub const WINDOW: usize = 4 << 20;

/// Bytes of one value that are looked at.
const LONGEST_VALUE: usize = 1 << 18;

/// Lines behind a header that are looked at for more of it.
const MOST_BEHIND: usize = 100;

/// One header field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name as written: printable ASCII.
    pub name: &'a str,
    /// What stands after the colon, folded as it came, without the last line end.
    pub value: &'a [u8],
}

impl Field<'_> {
    /// Whether it bears this name, in any case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value as text: bytes that are no UTF-8 replaced, runs of blanks and line ends one space,
    /// trimmed; its first 256 KiB at most. Not cleaned for a terminal.
    #[must_use]
    pub fn unfolded(&self) -> String {
        let text = String::from_utf8_lossy(self.looked_at());
        let words = text.split(|c: char| c.is_ascii_whitespace()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    }

    /// The part of the value that is looked at.
    pub(super) fn looked_at(&self) -> &[u8] {
        self.value.get(..LONGEST_VALUE).unwrap_or(self.value)
    }
}

/// The header fields of a message in their order, and its body.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    list: Vec<Field<'a>>,
    mbox_line: Option<&'a [u8]>,
    body: &'a [u8],
    exceeded: bool,
    /// Whether it ends at a line that is no field.
    is_open: bool,
}

impl<'a> Fields<'a> {
    /// Reads the header of a message.
    ///
    /// A first mbox line is skipped: `From ` that is not followed by optional blanks and a colon
    /// (R16, R17); then lines of blanks alone, if the first field follows on them, as web mail that
    /// shows "the original" puts them there. The header ends at the first empty line, or before the
    /// first line that is neither a field (a name of printable ASCII without blank and colon,
    /// optional blanks, a colon) nor the continuation of one (begins with a blank or TAB), or behind
    /// 10,000 fields, or before a field that ends beyond the first 4 MiB of the message. The rest is
    /// the body. An mbox line that ends beyond them is none. A line ends with LF or CRLF.
    #[must_use]
    pub fn scan(raw: &'a [u8]) -> Self {
        Self::scan_window(raw, WINDOW)
    }

    pub(super) fn scan_window(raw: &'a [u8], window: usize) -> Self {
        let (first, behind) = split_line(raw);
        let left = window.checked_sub(raw.len() - behind.len());
        let is_mbox_line = first.strip_prefix(b"From ").is_some_and(|rest| {
            rest.iter().find(|byte| !is_blank(**byte)).is_none_or(|byte| *byte != b':')
        });
        match left {
            Some(left) if is_mbox_line => {
                Fields { mbox_line: Some(first), ..Self::scan_below_blanks(behind, left) }
            }
            _ => Self::scan_below_blanks(raw, window),
        }
    }

    /// Reads the header of a part: no mbox line, and `most` fields.
    pub(super) fn scan_part(raw: &'a [u8], most: usize) -> Self {
        Self::scan_within(raw, most, WINDOW)
    }

    fn scan_below_blanks(raw: &'a [u8], window: usize) -> Self {
        let below = below_blanks(raw);
        let blanks = raw.len() - below.len();
        if let Some(left) = window.checked_sub(blanks).filter(|_| blanks > 0) {
            let fields = Self::scan_within(below, MOST_FIELDS, left);
            if !fields.is_empty() {
                return fields;
            }
        }
        Self::scan_within(raw, MOST_FIELDS, window)
    }

    fn scan_within(raw: &'a [u8], most: usize, window: usize) -> Self {
        let mut list = Vec::new();
        let mut rest = raw;
        let (mut exceeded, mut is_open) = (false, false);
        let body = loop {
            let (line, behind) = split_line(rest);
            if line.is_empty() {
                break behind;
            }
            let Some((name, colon)) = field_name(line) else {
                is_open = true;
                break rest;
            };
            let (field, behind) = split_field(rest);
            if list.len() == most || raw.len() - behind.len() > window {
                exceeded = true;
                break rest;
            }
            rest = behind;
            list.push(Field { name, value: field.get(colon + 1..).unwrap_or_default() });
        };
        exceeded |= raw.len() - body.len() > MOST_BYTES;
        Fields { list, mbox_line: None, body, exceeded, is_open }
    }

    /// The fields in their order; the first 10,000 at most.
    pub fn iter(&self) -> impl Iterator<Item = &Field<'a>> {
        self.list.iter()
    }

    /// The first field of this name, in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Field<'a>> {
        self.list.iter().find(|field| field.is(name))
    }

    /// All fields of this name, in any case, in their order.
    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Field<'a>> {
        self.list.iter().filter(move |field| field.is(name))
    }

    /// The same fields above the body of another header.
    pub(super) fn above(self, other: &Fields<'a>) -> Self {
        Fields { body: other.body, is_open: other.is_open, ..self }
    }

    /// What follows the header.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Whether the header has more than 10,000 fields, or more than 1 MiB.
    #[must_use]
    pub fn exceeded(&self) -> bool {
        self.exceeded
    }

    /// Whether it ends at a line that is no field, with fields behind that, up to the next empty line:
    /// they belonged to it. The address of a web page is none.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        let mut rest = self.body;
        let lines = std::iter::from_fn(|| {
            let (line, behind) = split_line(rest);
            rest = behind;
            (!line.is_empty()).then_some(line)
        });
        let is_field = |line: &[u8]| {
            let value = field_name(line).and_then(|(_, colon)| line.get(colon + 1..));
            value.is_some_and(|value| !value.starts_with(b"//"))
        };
        self.is_open && !self.is_empty() && lines.take(MOST_BEHIND).any(is_field)
    }

    /// Whether not one field was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The address in the mbox line, as text: a hint of the envelope sender (R16).
    #[must_use]
    pub fn mbox_sender(&self) -> Option<Cow<'a, str>> {
        let word =
            self.mbox_line?.get(5..)?.split(|byte| is_blank(*byte)).find(|w| !w.is_empty())?;
        Some(String::from_utf8_lossy(word))
    }

    /// The fields that stand above the first Received that is not `ours`: the only ones in which
    /// a recipient or a verdict on the sender can be believed, as what a stranger wrote stands
    /// below it (R57, R74, R75). `ours` gets the unfolded value of a Received field.
    #[must_use]
    pub fn above_received(&self, ours: impl Fn(&str) -> bool) -> &[Field<'a>] {
        let foreign = |field: &Field| field.is("Received") && !ours(&field.unfolded());
        let end = self.list.iter().position(foreign).unwrap_or(self.list.len());
        self.list.get(..end).unwrap_or_default()
    }
}

/// A message as it is to be read: without a byte order mark, and an mbox line that was quoted in front;
/// one without any LF has CR for its line ends, as old Macs write them (R18).
#[must_use]
pub fn readable(raw: &[u8]) -> Cow<'_, [u8]> {
    let (_, raw) = split_front(raw);
    if raw.contains(&b'\n') || !raw.contains(&b'\r') {
        return raw.into();
    }
    raw.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect::<Vec<u8>>().into()
}

/// What stands in front of a message and is passed over when it is read, and the message.
pub(super) fn split_front(raw: &[u8]) -> (&[u8], &[u8]) {
    let rest = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let rest = if rest.starts_with(b">From ") { split_line(rest).1 } else { rest };
    raw.split_at(raw.len() - rest.len())
}

/// Where a byte stands first. By the search of the standard library and not by memchr, which first
/// asks the processor what it can do: on a virtual machine that takes longer than to read a mail.
pub(super) fn position(byte: u8, mut bytes: &[u8]) -> Option<usize> {
    let all = bytes;
    let at = bytes.skip_until(byte).ok()?.checked_sub(1)?;
    (all.get(at) == Some(&byte)).then_some(at)
}

/// The first line without its LF or CRLF, and what follows.
pub(super) fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match position(b'\n', bytes) {
        Some(at) => bytes.split_at(at + 1),
        None => (bytes, &[][..]),
    };
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

/// What follows on the lines of blanks that it begins with; an empty line is none.
fn below_blanks(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    loop {
        let (line, behind) = split_line(rest);
        if line.is_empty() || !line.iter().all(|byte| is_blank(*byte)) {
            return rest;
        }
        rest = behind;
    }
}

/// The first line with all its continuations, without the last line end, and what follows.
fn split_field(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = bytes;
    let mut end;
    loop {
        let (line, behind) = split_line(rest);
        end = bytes.len() - rest.len() + line.len();
        rest = behind;
        if !rest.first().is_some_and(|byte| is_blank(*byte)) {
            return (bytes.get(..end).unwrap_or(bytes), rest);
        }
    }
}

/// The field name that a line begins with, and where its colon stands.
pub(super) fn field_name(line: &[u8]) -> Option<(&str, usize)> {
    let end = line.iter().position(|byte| !byte.is_ascii_graphic() || *byte == b':')?;
    let (name, rest) = line.split_at_checked(end)?;
    let colon = rest.iter().position(|byte| !is_blank(*byte))?;
    let is_field = !name.is_empty() && rest.get(colon) == Some(&b':');
    is_field.then_some((std::str::from_utf8(name).ok()?, end + colon))
}

/// A space or a TAB.
pub(super) fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

#[cfg(test)]
mod tests;
