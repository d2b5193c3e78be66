//! What may happen to a mail on its way, and what somebody may do to it: bits that tip, pieces that
//! are lost or come twice, labels that are wrong.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::ops::Range;

use crate::common::Random;

/// A mail to which something was done.
pub(crate) struct Mutant {
    /// Its bytes; never none.
    pub(crate) bytes: Vec<u8>,
    /// What was done, for the report of a failure.
    pub(crate) done: Vec<&'static str>,
    /// Whether all up to the empty line behind the header is as it was.
    pub(crate) is_body_alone: bool,
}

/// Does something to a piece of a mail.
type Change = fn(&mut Vec<u8>, Range<usize>, &mut Random);

const CHANGES: [(&str, Change); 18] = [
    ("bits flipped", |mail, piece, random| flip_bits(mail, piece, random)),
    ("a stretch cut out", cut_out),
    ("the end cut off", cut_off),
    ("a stretch repeated", repeat),
    ("lines swapped", swap_lines),
    ("a line doubled elsewhere", double_line),
    ("a line lost", lose_line),
    ("a blank before a line", fold_line),
    ("a boundary damaged", |mail, piece, random| damage_boundary(mail, piece, random)),
    ("another charset", |mail, piece, random| relabel(mail, piece, &CHARSETS, random)),
    ("another encoding", |mail, piece, random| relabel(mail, piece, &ENCODINGS, random)),
    ("another type", |mail, piece, random| relabel(mail, piece, &TYPES, random)),
    ("NULs put in", |mail, piece, random| put_in(mail, piece, &[0; 7], random)),
    ("CRs put in", |mail, piece, random| put_in(mail, piece, b"\r\r", random)),
    ("bytes of no charset put in", |mail, piece, random| {
        put_in(mail, piece, b"\xff\xfe\x80\xc3", random);
    }),
    ("an escape put in", |mail, piece, random| put_in(mail, piece, b"\x1b]0;x\x07\x1b$B", random)),
    ("a long line put in", put_in_long_line),
    ("line ends changed", change_line_ends),
];

#[rustfmt::skip]
const CHARSETS: [&str; 12] = [
    "utf-8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "iso-2022-jp", "gb2312",
    "koi8-r", "utf-7", "utf-16", "big5", "x-unknown",
];

const ENCODINGS: [&str; 6] = ["base64", "quoted-printable", "7bit", "8bit", "binary", "x-uuencode"];

const TYPES: [&str; 8] = [
    "text/plain",
    "text/html",
    "multipart/mixed",
    "multipart/alternative",
    "multipart/report",
    "message/rfc822",
    "message/delivery-status",
    "application/ms-tnef",
];

impl Mutant {
    /// Does one to three things to a mail, half of the time to its body alone.
    pub(crate) fn of(mail: &[u8], random: &mut Random) -> Mutant {
        let mut mutant = Mutant { bytes: mail.to_vec(), done: Vec::new(), is_body_alone: false };
        let header = header_length(mail).filter(|header| *header < mail.len());
        let is_body_alone = header.is_some() && random.below(2) == 0;
        for _ in 0..=random.below(3) {
            let (what, change) = CHANGES[random.below(CHANGES.len())];
            let from = if is_body_alone { header.unwrap() } else { 0 };
            let piece = from..mutant.bytes.len();
            if !piece.is_empty() {
                change(&mut mutant.bytes, piece, random);
                mutant.done.push(what);
            }
        }
        if mutant.bytes.is_empty() {
            mutant.bytes.push(b'x');
        }
        Mutant { is_body_alone, ..mutant }
    }
}

/// The bytes up to the empty line behind the header, with it.
fn header_length(mail: &[u8]) -> Option<usize> {
    let lf = find(mail, b"\n\n").map(|at| at + 2);
    let crlf = find(mail, b"\n\r\n").map(|at| at + 3);
    lf.into_iter().chain(crlf).min()
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn flip_bits(mail: &mut [u8], piece: Range<usize>, random: &mut Random) {
    for _ in 0..=random.below(8) {
        mail[piece.start + random.below(piece.len())] ^= 1 << random.below(8);
    }
}

fn stretch(piece: &Range<usize>, longest: usize, random: &mut Random) -> Range<usize> {
    let begin = piece.start + random.below(piece.len());
    begin..(begin + 1 + random.below(longest)).min(piece.end)
}

fn cut_out(mail: &mut Vec<u8>, piece: Range<usize>, random: &mut Random) {
    mail.drain(stretch(&piece, 2_000, random));
}

fn cut_off(mail: &mut Vec<u8>, piece: Range<usize>, random: &mut Random) {
    mail.truncate(piece.start + random.below(piece.len()));
}

fn repeat(mail: &mut Vec<u8>, piece: Range<usize>, random: &mut Random) {
    let stretch = stretch(&piece, 200, random);
    let copies = mail[stretch.clone()].repeat(1 + random.below(100));
    mail.splice(stretch.end..stretch.end, copies);
}

/// The lines of a piece that begin in it, with their ends.
fn lines(mail: &[u8], piece: &Range<usize>) -> Vec<Range<usize>> {
    let mut at = piece.start;
    let line = |line: &[u8]| {
        at += line.len();
        at - line.len()..at
    };
    mail[piece.clone()].split_inclusive(|byte| *byte == b'\n').map(line).collect()
}

fn any_line(mail: &[u8], piece: &Range<usize>, random: &mut Random) -> Range<usize> {
    let lines = lines(mail, piece);
    lines[random.below(lines.len())].clone()
}

fn swap_lines(mail: &mut Vec<u8>, piece: Range<usize>, random: &mut Random) {
    let (a, b) = (any_line(mail, &piece, random), any_line(mail, &piece, random));
    let (first, second) = if a.start < b.start { (a, b) } else { (b, a) };
    if first != second {
        let (one, other) = (mail[first.clone()].to_vec(), mail[second.clone()].to_vec());
        mail.splice(second, one);
        mail.splice(first, other);
    }
}

fn double_line(mail: &mut Vec<u8>, piece: Range<usize>, random: &mut Random) {
    let line = mail[any_line(mail, &piece, random)].to_vec();
    let to = any_line(mail, &piece, random).start;
    mail.splice(to..to, line);
}

fn lose_line(mail: &mut Vec<u8>, piece: Range<usize>, random: &mut Random) {
    mail.drain(any_line(mail, &piece, random));
}

fn fold_line(mail: &mut Vec<u8>, piece: Range<usize>, random: &mut Random) {
    mail.insert(any_line(mail, &piece, random).start, b" \t"[random.below(2)]);
}

fn damage_boundary(mail: &mut [u8], piece: Range<usize>, random: &mut Random) {
    let all = lines(mail, &piece);
    let is_boundary = |line: &&Range<usize>| {
        let line = mail[(*line).clone()].to_ascii_lowercase();
        line.starts_with(b"--") || find(&line, b"boundary=").is_some()
    };
    let boundaries: Vec<_> = all.iter().filter(is_boundary).collect();
    if !boundaries.is_empty() {
        let line = boundaries[random.below(boundaries.len())].clone();
        flip_bits(mail, line, random);
    }
}

/// Puts one of the words where another one of them stands.
fn relabel(mail: &mut Vec<u8>, piece: Range<usize>, words: &[&str], random: &mut Random) {
    let lower = mail[piece.clone()].to_ascii_lowercase();
    let ends = |at: usize| !lower.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let found: Vec<Range<usize>> = words
        .iter()
        .flat_map(|word| {
            let places = lower.windows(word.len()).enumerate();
            let places = places.filter(|(_, window)| *window == word.as_bytes());
            places.map(|(at, _)| at..at + word.len())
        })
        .filter(|place| ends(place.end))
        .collect();
    if !found.is_empty() {
        let Range { start, end } = found[random.below(found.len())].clone();
        let word = words[random.below(words.len())];
        mail.splice(piece.start + start..piece.start + end, word.bytes());
    }
}

fn put_in(mail: &mut Vec<u8>, piece: Range<usize>, bytes: &[u8], random: &mut Random) {
    for _ in 0..=random.below(4) {
        let at = piece.start + random.below(piece.len());
        mail.splice(at..at, bytes.iter().copied());
    }
}

/// Of what opens something, and is never closed.
fn put_in_long_line(mail: &mut Vec<u8>, piece: Range<usize>, random: &mut Random) {
    const PIECES: [&str; 10] =
        ["x", "(", "\"", "<", "=?utf-8?q?", "<div>", "&", ">", "; a*1=b", "a@x.org,"];
    let unit = PIECES[random.below(PIECES.len())];
    let line = unit.repeat(100_000 / unit.len());
    let at = piece.start + random.below(piece.len());
    mail.splice(at..at, line.bytes());
}

fn change_line_ends(mail: &mut Vec<u8>, piece: Range<usize>, random: &mut Random) {
    let end: &[u8] = [&b"\n"[..], b"\r\n", b"\r\r\n", b"\r"][random.below(4)];
    let lines = mail[piece.clone()].split(|byte| *byte == b'\n');
    let bare = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let changed = bare.collect::<Vec<_>>().join(end);
    mail.splice(piece, changed);
}
