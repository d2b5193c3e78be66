//! mbox files in their four variants (R44): many messages in one file, each behind a `From ` line.
//!
//! A message ends where the next one begins, so telling these lines from text is all there is to
//! it. By the letter every line that begins with `From ` is one, as writers put a `>` before others;
//! but not all writers do. So a second sign is asked for: see [`Mbox`].

use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::str::FromStr;

use super::date;
use super::envelope;
use super::fields::{Field, Fields, field_name, is_blank};
use crate::domain::{EnvelopeSender, Time};

/// Bytes of a line that are looked at in one piece. Lines may be as long as they like.
const PIECE: u64 = 64 << 10;

/// How a file tells the begin of a message from a line of text that looks like one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Variant {
    /// Every `>*From ` of a text has one `>` more: it is taken off. What most programs write today.
    #[default]
    Rd,
    /// `From ` of a text has a `>`, and `>From ` has not: what is to come off cannot be known, so
    /// nothing is, unless that is asked for.
    O {
        /// Take one `>` off `>From `.
        unquote: bool,
    },
    /// As [`Variant::O`], and Content-Length says where a message ends.
    Cl {
        /// Take one `>` off `>From `.
        unquote: bool,
    },
    /// Nothing has a `>`; Content-Length alone says where a message ends.
    Cl2,
}

impl Variant {
    /// The names on the command line.
    pub const NAMES: [&str; 4] = ["mboxrd", "mboxo", "mboxcl", "mboxcl2"];

    fn believes_length(self) -> bool {
        matches!(self, Variant::Cl { .. } | Variant::Cl2)
    }

    /// A line of a body without the `>` that the writer put before it.
    fn unquoted(self, line: &[u8]) -> &[u8] {
        let Some(rest) = line.strip_prefix(b">") else { return line };
        let is_quoted = match self {
            Variant::Rd => {
                let text = rest.iter().position(|byte| *byte != b'>').unwrap_or(rest.len());
                rest.get(text..).is_some_and(|text| text.starts_with(FROM))
            }
            Variant::O { unquote } | Variant::Cl { unquote } => unquote && rest.starts_with(FROM),
            Variant::Cl2 => false,
        };
        if is_quoted { rest } else { line }
    }
}

impl FromStr for Variant {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "mboxrd" => Ok(Variant::Rd),
            "mboxo" => Ok(Variant::O { unquote: false }),
            "mboxcl" => Ok(Variant::Cl { unquote: false }),
            "mboxcl2" => Ok(Variant::Cl2),
            _ => Err(format!("'{word}' is no kind of mbox: {}", Self::NAMES.join(", "))),
        }
    }
}

const FROM: &[u8] = b"From ";

/// Where a message stands in its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Offset of its `From ` line.
    pub begin: u64,
    /// Offset behind it: there the next `From ` line stands, or the file ends.
    pub end: u64,
    /// Its `From ` line without the line end; its first 64 KiB at most. It is no part of the message.
    pub from_line: Vec<u8>,
    /// Whether it has a Content-Length that was to be believed and is wrong.
    pub bad_length: bool,
}

/// One message of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Where it stood.
    pub place: Place,
    /// Its bytes: without the `From ` line and the empty line at its end, and without the `>` that
    /// the variant puts before text. Line ends as they are in the file.
    pub raw: Vec<u8>,
}

/// Who sent a message, as its `From ` line says: a hint of the envelope (R16).
#[must_use]
pub fn sender(from_line: &[u8]) -> EnvelopeSender {
    let line = Fields::scan(from_line);
    line.mbox_sender().map(|word| envelope::sender(&word)).unwrap_or_default()
}

/// When a message was delivered, as its `From ` line says. Without a zone it is taken for UTC
/// (RFC 4155), which is wrong by hours where a program wrote its local time.
#[must_use]
pub fn delivered(from_line: &[u8]) -> Option<Time> {
    let words = from_line.strip_prefix(FROM)?.trim_ascii_start();
    let date = words.iter().position(|byte| is_blank(*byte))?;
    date::of(&Field { name: "", value: words.get(date..)? })
}

/// Whether a file begins like an mbox: lines of white space aside, a `From ` line, and behind it the
/// header of a message. One mail as some programs hand it over looks the same: that is an mbox of
/// one message.
#[must_use]
pub fn is_mbox(head: &[u8]) -> bool {
    let lines = head.split_inclusive(|byte| *byte == b'\n');
    let mut lines = lines.skip_while(|line| line.trim_ascii().is_empty());
    let mut line = || lines.next().unwrap_or_default();
    is_from_line(line()) && begins_header(line())
}

/// The messages of an mbox, one after the other. Memory holds two lines of a file, however large,
/// and the one message that [`Iterator::next`] gives.
///
/// A message begins at a line that begins with `From ` and has two of three: a date in it, an empty line
/// before it, a header field behind it. Without a date it names a sender, too, for `From the boss` above
/// `From: us` is text; without a header field it names one or has a whole date, for `From Berlin the train
/// leaves at 9:15` is text. The first line needs no second sign.
#[derive(Debug)]
pub struct Mbox<R> {
    reader: R,
    /// Bytes of the file, as it stood at the beginning.
    length: u64,
    variant: Variant,
    /// The line that is looked at, or a piece of a long one; empty at the end of the file.
    line: Vec<u8>,
    /// What follows it.
    ahead: Vec<u8>,
    /// Offset of `line`.
    at: u64,
    /// Whether `line` begins a line, and is no later piece of one.
    is_begin: bool,
    behind_empty: bool,
}

impl<R: BufRead + Seek> Mbox<R> {
    /// Reads from an offset: where the file begins, or a message.
    ///
    /// # Errors
    /// Those of the reader. `InvalidData` when neither a `From ` line nor the end of the file stands
    /// there, lines of white space aside: it is no mbox.
    pub fn new(mut reader: R, variant: Variant, offset: u64) -> io::Result<Self> {
        let length = reader.seek(SeekFrom::End(0))?;
        reader.seek(SeekFrom::Start(offset))?;
        let mut mbox = Mbox {
            reader,
            length,
            variant,
            line: Vec::new(),
            ahead: Vec::new(),
            at: offset,
            is_begin: true,
            behind_empty: true,
        };
        mbox.read_ahead()?;
        mbox.advance()?;
        while !mbox.line.is_empty() && mbox.line.trim_ascii().is_empty() {
            mbox.advance()?;
        }
        if !mbox.line.is_empty() && !is_from_line(&mbox.line) {
            let why = format!("not an mbox: no 'From ' line at offset {}", mbox.at);
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        Ok(mbox)
    }

    /// Writes the bytes of the next message into `out`, and gives its place; none behind the last.
    ///
    /// # Errors
    /// Those of the reader, and those of `out`.
    pub fn next_into(&mut self, out: &mut impl Write) -> io::Result<Option<Place>> {
        if self.line.is_empty() {
            return Ok(None);
        }
        let from_line = without_line_end(&self.line).to_vec();
        let begin = self.at;
        self.skip_line()?;
        let length = self.header_into(out)?;
        let told = length.map(|length| self.at.saturating_add(length));
        let told = told.filter(|_| self.variant.believes_length());
        let sure = match told {
            Some(end) if self.can_end(end)? => Some(end),
            _ => None,
        };
        self.body_into(sure.unwrap_or(self.at), out)?;
        let bad_length = told.is_some() && sure.is_none();
        Ok(Some(Place { begin, end: self.at, from_line, bad_length }))
    }

    /// Writes the header and the empty line behind it, and gives its Content-Length.
    fn header_into(&mut self, out: &mut impl Write) -> io::Result<Option<u64>> {
        let mut length = None;
        while !self.line.is_empty() && !self.begins_message() {
            let ends = self.is_begin && is_empty(&self.line);
            if self.is_begin && length.is_none() {
                length = content_length(&self.line);
            }
            out.write_all(&self.line)?;
            self.advance()?;
            if ends {
                break;
            }
        }
        Ok(length)
    }

    /// Writes the body: all up to the offset `sure`, then up to the next message. An empty line
    /// before that belongs to the file.
    fn body_into(&mut self, sure: u64, out: &mut impl Write) -> io::Result<()> {
        let mut held = Vec::new();
        while !self.line.is_empty() {
            let left = usize::try_from(sure.saturating_sub(self.at)).unwrap_or(usize::MAX);
            if left == 0 && self.begins_message() {
                break;
            }
            out.write_all(&held)?;
            held.clear();
            if left == 0 && self.is_begin && is_empty(&self.line) {
                held.clone_from(&self.line);
                self.advance()?;
                continue;
            }
            let whole = left == 0 || self.line.len() <= left;
            let piece = if whole { &self.line } else { self.line.get(..left).unwrap_or_default() };
            out.write_all(if self.is_begin { self.variant.unquoted(piece) } else { piece })?;
            if whole {
                self.advance()?;
            } else {
                // Only the end of a line can follow: it stands between the messages.
                self.line.drain(..left);
                self.at = sure;
                self.is_begin = true;
            }
        }
        Ok(())
    }

    /// Whether a message begins with the line that is looked at.
    fn begins_message(&self) -> bool {
        self.is_begin
            && is_from_line(&self.line)
            && match (Date::of(&self.line), begins_header(&self.ahead)) {
                (Date::Whole | Date::Part, true) => true,
                (Date::Whole, false) => self.behind_empty,
                // `From the boss` above `From: us` is text that somebody wrote, and so is a line that
                // tells when a train leaves.
                (Date::Part, false) | (Date::None, true) => {
                    self.behind_empty && names_sender(&self.line)
                }
                (Date::None, false) => false,
            }
    }

    /// Whether a message can end at an offset: the file ends there, or a `From ` line begins. What
    /// is buffered already is kept: small messages would have it read anew for each of them.
    fn can_end(&mut self, offset: u64) -> io::Result<bool> {
        if offset > self.length {
            return Ok(false);
        }
        let here = self.at + (self.line.len() + self.ahead.len()) as u64;
        let mut next = Vec::new();
        self.reader.seek_relative(offset.cast_signed() - here.cast_signed())?;
        self.reader.by_ref().take(2 + FROM.len() as u64).read_to_end(&mut next)?;
        let there = offset + next.len() as u64;
        self.reader.seek_relative(here.cast_signed() - there.cast_signed())?;
        let behind = match next.as_slice() {
            [b'\n', rest @ ..] | [b'\r', b'\n', rest @ ..] => rest,
            rest => rest,
        };
        Ok(behind.is_empty() || behind.starts_with(FROM))
    }

    fn skip_line(&mut self) -> io::Result<()> {
        self.advance()?;
        while !self.is_begin && !self.line.is_empty() {
            self.advance()?;
        }
        Ok(())
    }

    fn advance(&mut self) -> io::Result<()> {
        self.behind_empty = self.line.is_empty() || self.is_begin && is_empty(&self.line);
        self.is_begin = self.line.is_empty() || self.line.ends_with(b"\n");
        self.at += self.line.len() as u64;
        std::mem::swap(&mut self.line, &mut self.ahead);
        self.read_ahead()
    }

    fn read_ahead(&mut self) -> io::Result<()> {
        self.ahead.clear();
        self.reader.by_ref().take(PIECE).read_until(b'\n', &mut self.ahead).map(|_| ())
    }
}

impl<R: BufRead + Seek> Iterator for Mbox<R> {
    type Item = io::Result<Message>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut raw = Vec::new();
        let place = self.next_into(&mut raw).transpose()?;
        Some(place.map(|place| Message { place, raw }))
    }
}

/// `From ` that is no header field with a blank before its colon.
fn is_from_line(line: &[u8]) -> bool {
    line.starts_with(FROM) && field_name(line).is_none()
}

/// A header field, or what UUCP put before one. The address of a web page is none.
fn begins_header(line: &[u8]) -> bool {
    let is_field = field_name(line)
        .is_some_and(|(_, colon)| !line.get(colon + 1..).is_some_and(|v| v.starts_with(b"//")));
    is_field || line.strip_prefix(b">").is_some_and(is_from_line)
}

/// How much of a date a line has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Date {
    /// A month, a year and a time of day, as asctime(3) and nearly every mail program write them.
    Whole,
    /// A time of day, or a month and a year: text seldom has them.
    Part,
    None,
}

impl Date {
    fn of(line: &[u8]) -> Self {
        let is_time = |four: &[u8]| matches!(four, [a, b':', b, c] if [a, b, c].iter().all(|digit| digit.is_ascii_digit()));
        let is_month = |word: &[u8]| {
            date::MONTHS.iter().any(|month| word.eq_ignore_ascii_case(month.as_bytes()))
        };
        let is_year = |word: &[u8]| word.len() == 4 && word.iter().all(u8::is_ascii_digit);
        let mut words = line.split(u8::is_ascii_whitespace);
        let has_day = words.any(is_month) && words.any(is_year);
        match (has_day, line.windows(4).any(is_time)) {
            (true, true) => Date::Whole,
            (false, false) => Date::None,
            _ => Date::Part,
        }
    }
}

/// Whether an address stands behind `From `, or one word and nothing else.
fn names_sender(line: &[u8]) -> bool {
    let mut words = line.get(FROM.len()..).unwrap_or_default().split(u8::is_ascii_whitespace);
    let first = words.next().unwrap_or_default();
    first.contains(&b'@') || !words.any(|word| !word.is_empty())
}

fn is_empty(line: &[u8]) -> bool {
    matches!(line, b"\n" | b"\r\n")
}

fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn content_length(line: &[u8]) -> Option<u64> {
    let (name, colon) = field_name(line)?;
    let value = std::str::from_utf8(line.get(colon + 1..)?).ok()?;
    name.eq_ignore_ascii_case("Content-Length").then(|| value.trim().parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
