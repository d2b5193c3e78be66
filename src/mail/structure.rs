//! The parts of a message: one linear pass over its lines with a stack of open boundaries.
//!
//! mail-parser 0.11 splits too, but in quadratic time where a boundary never comes, with a stack
//! overflow on dropping deep nests, and it takes a boundary in the middle of a line for one.

use super::Defect;
use super::decode::{self, MediaType, Transfer};
use super::encoded;
use super::fields::{Fields, split_line};

/// Parts that are looked at (R89).
const MOST_PARTS: usize = 1_000;

/// Multiparts within multiparts that are looked at (R89).
const DEEPEST: usize = 50;

/// Header fields of a part that are looked at.
const MOST_PART_FIELDS: usize = 200;

/// What a winmail.dat begins with (MS-OXTNEF 2.1.3.1).
const TNEF: [u8; 4] = [0x78, 0x9f, 0x3e, 0x22];

/// Encoded bytes within which that is found: the line with which uuencode begins comes first.
const MOST_OF_MAGIC: usize = 256;

/// One part of a message. A forwarded message is a leaf: its inside is not looked at.
#[derive(Debug)]
pub(super) struct Part<'a> {
    /// Index of the multipart it stands in; none for the message itself.
    pub(super) parent: Option<usize>,
    /// Content-Type, or what stands for it.
    pub(super) media: MediaType,
    /// File name, decoded and not cleaned.
    pub(super) name: Option<String>,
    /// Whether Content-Disposition says attachment.
    pub(super) is_attachment: bool,
    /// Content-Transfer-Encoding.
    pub(super) transfer: Transfer,
    /// The bytes of a leaf, still encoded; of a multipart, nothing.
    pub(super) body: &'a [u8],
    /// Whether it was split into parts of its own.
    pub(super) is_multipart: bool,
}

impl<'a> Part<'a> {
    fn read(fields: &Fields<'a>, parent: Option<usize>, in_digest: bool) -> Self {
        let media = fields.get("Content-Type").and_then(decode::media_type);
        let media = media.filter(|media| media.kind.contains('/')).unwrap_or_else(|| {
            let mut plain = MediaType::plain();
            if in_digest {
                "message/rfc822".clone_into(&mut plain.kind);
            }
            plain
        });
        let disposition = fields.get("Content-Disposition").and_then(decode::media_type);
        let name = file_name(disposition.as_ref(), &media);
        let transfer = fields.get("Content-Transfer-Encoding").map(Transfer::read);
        Part {
            parent,
            name,
            is_attachment: disposition.is_some_and(|d| d.kind == "attachment"),
            transfer: transfer.unwrap_or(Transfer::Plain),
            media,
            body: &[],
            is_multipart: false,
        }
    }

    /// Whether it holds bytes of its own that can be shown or saved.
    pub(super) fn is_leaf(&self) -> bool {
        !self.is_multipart && !self.media.begins("multipart/")
    }

    /// Whether it is what Outlook packs the text and attachments of a mail into (MS-OXTNEF): by its type,
    /// or, where a gateway gave it another one, by its first bytes.
    pub(super) fn is_tnef(&self) -> bool {
        let begins = || {
            let bytes = self.body.get(..MOST_OF_MAGIC).unwrap_or(self.body);
            self.transfer.decode(bytes).value.starts_with(&TNEF)
        };
        matches!(self.media.kind.as_str(), "application/ms-tnef" | "application/vnd.ms-tnef")
            || self.is_leaf() && self.media.begins("application/") && begins()
    }
}

/// What a part is called: filename, else name; encoded words decoded though they should not be there.
/// A filename in a charset that the decoder lost gives way to a name that it did not.
fn file_name(disposition: Option<&MediaType>, media: &MediaType) -> Option<String> {
    let called = [disposition.and_then(|d| d.parameter("filename")), media.parameter("name")];
    let called = called.into_iter().flatten().filter(|name| !name.trim().is_empty());
    let mut names = called.map(|name| match name.contains("=?") {
        true => encoded::text(name.as_bytes()),
        false => name.to_owned(),
    });
    let first = names.next()?;
    let lost = |name: &String| name.contains(char::REPLACEMENT_CHARACTER);
    let better = names.next().filter(|second| lost(&first) && !lost(second));
    Some(better.unwrap_or(first))
}

/// Splits a message into its parts, in the order in which they begin; the first is the message.
pub(super) fn split<'a>(fields: &Fields<'a>, defects: &mut Vec<Defect>) -> Vec<Part<'a>> {
    let mut splitter = Splitter { parts: Vec::new(), open: Vec::new(), leaf: None, defects };
    splitter.begin(fields);
    splitter.run(fields.body());
    splitter.read_childless_as_text();
    splitter.parts
}

/// A multipart whose closing boundary has not come.
struct Open<'a> {
    boundary: Vec<u8>,
    part: usize,
    /// Everything from its body on: what it is read from if no boundary of it comes.
    from: &'a [u8],
}

struct Splitter<'a, 'd> {
    parts: Vec<Part<'a>>,
    open: Vec<Open<'a>>,
    /// The leaf that lines belong to, and everything from its body on.
    leaf: Option<(usize, &'a [u8])>,
    defects: &'d mut Vec<Defect>,
}

/// What a line means to one of the open multiparts.
enum Boundary {
    Between(usize),
    Last(usize),
}

impl<'a> Splitter<'a, '_> {
    fn run(&mut self, body: &'a [u8]) {
        let mut rest = body;
        // With nothing open no line can be a boundary.
        while !rest.is_empty() && !self.open.is_empty() {
            let (line, behind) = split_line(rest);
            match self.boundary(line) {
                None => rest = behind,
                Some(Boundary::Last(open)) => {
                    self.end_leaf(rest);
                    self.open.truncate(open);
                    rest = behind;
                }
                Some(Boundary::Between(open)) => {
                    self.end_leaf(rest);
                    self.open.truncate(open + 1);
                    if self.parts.len() >= MOST_PARTS {
                        self.defects.push(Defect::TooManyParts);
                        return;
                    }
                    let fields = Fields::scan_part(behind, MOST_PART_FIELDS);
                    self.begin(&fields);
                    rest = fields.body();
                }
            }
        }
        // A leaf that is still open ends with the message.
        self.end_leaf(&[]);
    }

    /// Takes a part whose header was read; its body follows.
    fn begin(&mut self, fields: &Fields<'a>) {
        let parent = self.open.last().map(|open| open.part);
        let in_digest = parent
            .and_then(|at| self.parts.get(at))
            .is_some_and(|parent| parent.media.kind == "multipart/digest");
        let part = Part::read(fields, parent, in_digest);
        let index = self.parts.len();
        let boundary = part.media.parameter("boundary").map(str::trim_end);
        let boundary = boundary.filter(|boundary| !boundary.is_empty());
        match boundary {
            Some(boundary) if part.media.begins("multipart/") => {
                if self.open.len() >= DEEPEST {
                    self.defects.push(Defect::TooDeep);
                } else {
                    let boundary = boundary.as_bytes().to_vec();
                    self.open.push(Open { boundary, part: index, from: fields.body() });
                }
                self.leaf = None;
            }
            _ => self.leaf = Some((index, fields.body())),
        }
        self.parts.push(part);
    }

    /// Ends the open leaf, or the multipart of which no boundary came, where `rest` begins.
    fn end_leaf(&mut self, rest: &'a [u8]) {
        let childless = self.open.last().filter(|open| self.parts.len() == open.part + 1);
        let ending = self.leaf.take().or(childless.map(|open| (open.part, open.from)));
        if let Some((index, from)) = ending
            && let Some(part) = self.parts.get_mut(index)
        {
            let body = from.get(..from.len() - rest.len()).unwrap_or(from);
            // The line end before a boundary belongs to the boundary (RFC 2046 5.1.1).
            let body =
                if rest.is_empty() { body } else { body.strip_suffix(b"\n").unwrap_or(body) };
            part.body = body.strip_suffix(b"\r").unwrap_or(body);
        }
    }

    fn boundary(&self, line: &[u8]) -> Option<Boundary> {
        let token = line.strip_prefix(b"--")?.trim_ascii_end();
        self.open.iter().enumerate().rev().find_map(|(at, open)| {
            if token == open.boundary {
                Some(Boundary::Between(at))
            } else if token.strip_suffix(b"--") == Some(&open.boundary) {
                Some(Boundary::Last(at))
            } else {
                None
            }
        })
    }

    /// A multipart without a boundary, or whose boundary never came, is the text that it holds.
    fn read_childless_as_text(&mut self) {
        let parents: Vec<usize> = self.parts.iter().filter_map(|part| part.parent).collect();
        for parent in parents {
            if let Some(part) = self.parts.get_mut(parent) {
                part.is_multipart = true;
                part.body = &[];
            }
        }
        let too_deep = self.defects.contains(&Defect::TooDeep);
        for part in &mut self.parts {
            if part.media.begins("multipart/") && !part.is_multipart && !too_deep {
                part.media = MediaType::plain();
                self.defects.push(Defect::NoBoundary);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(raw: &str) -> (Vec<(String, String)>, Vec<Defect>) {
        let mut defects = Vec::new();
        let fields = Fields::scan(raw.as_bytes());
        let parts = split(&fields, &mut defects);
        let leaves = parts.iter().filter(|part| part.is_leaf());
        let shown = leaves
            .map(|p| (p.media.kind.clone(), String::from_utf8_lossy(p.body).into_owned()))
            .collect();
        (shown, defects)
    }

    fn leaves(raw: &str) -> Vec<String> {
        parts(raw).0.into_iter().map(|(_, body)| body).collect()
    }

    const MIXED: &str = "Content-Type: multipart/mixed; boundary=BND\n\n";

    #[test]
    fn leaves_of_all_shapes() {
        for (body, wanted) in [
            ("pre\n--BND\n\none\n--BND\nA: b\n\ntwo\n--BND--\nepilogue", &["one", "two"][..]),
            ("--BND\r\n\r\none\r\n--BND--\r\n", &["one"]),
            ("--BND \t\n\none\n--BND-- \n", &["one"]),
            ("--BND\n\none\n--BND\n\ntwo", &["one", "two"]),
            (
                "--BND\n\nvisit --BND for details\nSECRET\n--BND--",
                &["visit --BND for details\nSECRET"],
            ),
            ("--BND\n\n--BNDX\n --BND\n--BND--\n", &["--BNDX\n --BND"]),
            ("--BND\n\n\n\n--BND--\n", &["\n"]),
            ("--BND\nContent-Type: text/plain\n--BND\n\ntwo\n", &["", "two\n"]),
            (
                "--BND\nContent-Type: multipart/mixed; boundary=IN\n\n--IN\n\none\n--BND\n\ntwo\n--BND--",
                &["one", "two"],
            ),
            (
                "--BND\nContent-Type: multipart/mixed; boundary=IN\n\n--IN\n\none\n--IN--\nx\n--BND\n\ntwo\n--BND--",
                &["one", "two"],
            ),
        ] {
            assert_eq!(leaves(&format!("{MIXED}{body}")), wanted, "{body:?}");
        }
    }

    #[test]
    fn a_missing_boundary_makes_it_text() {
        for head in ["multipart/mixed", "multipart/mixed; boundary=NEVER"] {
            let (shown, defects) = parts(&format!("Content-Type: {head}\n\nthe text\n"));
            assert_eq!(shown, [("text/plain".to_owned(), "the text\n".to_owned())]);
            assert_eq!(defects, [Defect::NoBoundary]);
        }
        let inner = "--BND\nContent-Type: multipart/mixed; boundary=NEVER\n\ninner\n--BND--\n";
        assert_eq!(leaves(&format!("{MIXED}{inner}")), ["inner"]);
    }

    #[test]
    fn a_digest_holds_messages() {
        let raw = "Content-Type: multipart/digest; boundary=B\n\n--B\n\nSubject: x\n\ny\n--B--\n";
        assert_eq!(parts(raw).0[0].0, "message/rfc822");
    }

    #[test]
    fn limits() {
        let many = format!("{MIXED}{}", "--BND\n\nx\n".repeat(5_000));
        let (shown, defects) = parts(&many);
        assert_eq!((shown.len(), defects), (MOST_PARTS - 1, vec![Defect::TooManyParts]));

        let nested: String = (0..100_000)
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"))
            .collect();
        let (shown, defects) = parts(&nested);
        assert_eq!((shown.len(), defects), (0, vec![Defect::TooDeep]));

        let siblings: String = (0..20_000)
            .map(|n| format!("--BND\nContent-Type: multipart/mixed; boundary=never{n}\n\nx\n"))
            .collect();
        assert!(parts(&format!("{MIXED}{siblings}")).1.contains(&Defect::TooManyParts));

        let messages = "Content-Type: message/rfc822\n\n".repeat(100_000);
        assert_eq!(parts(&messages).0.len(), 1);
    }
}
