//! What makes two deliveries the same message (DESIGN section 4, R46, R47).

use std::fmt;

use sha2::{Digest, Sha256};

#[cfg(doc)]
use super::fields;
use super::fields::{Field, Fields, is_blank, position};

/// The version of the definition below; stored beside each identity (R55).
pub const VERSION: i64 = 2;

/// Names of the fields that count, besides all that begin with `content-`.
const COUNTED: [&str; 9] = [
    "cc",
    "date",
    "from",
    "in-reply-to",
    "message-id",
    "mime-version",
    "references",
    "subject",
    "to",
];

/// Names of the fields that machines on the way add, which do not count where all others do; nor do
/// those of `received` but the last, which says where and when the message began its way.
const TRACE: [&str; 6] = [
    "authentication-results",
    "delivered-to",
    "envelope-to",
    "received-spf",
    "return-path",
    "x-original-to",
];

/// The identity of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(pub [u8; 32]);

/// 64 lower-case hexadecimal digits.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Computes the identity of a message, version 2: SHA-256 over the bytes defined here.
///
/// 1. The header and the body are told apart as [`Fields::scan`] does: a first mbox line is
///    dropped, and so are lines of blanks alone on which the first field follows; the header ends at
///    the first empty line, or before the first line that is neither a field nor a continuation, or
///    behind 10,000 fields, or before a field that ends beyond the first 4 MiB. The rest is the body.
/// 2. A field counts when its name, lower-cased, is one of `from`, `to`, `cc`, `date`,
///    `message-id`, `subject`, `in-reply-to`, `references`, `mime-version`, or begins with
///    `content-`. If there is no `message-id` field, every field counts, so that two alarms of a
///    bare program are two messages, and two customers who fill in one form, but for `authentication-results`,
///    `delivered-to`, `envelope-to`, `received-spf`, `return-path`, `x-original-to` and all of
///    `received` but the last, so that one of them that is fetched again stays one. These count, too,
///    where a CR without its LF is in the value, which may hold a whole mail then, and where no other
///    field is left.
/// 3. The fields that count are sorted by lower-cased name, bytewise; fields of one name keep
///    their order. For each, these bytes are taken: the lower-cased name, `:`, the value, LF. The
///    value is what follows the colon with every CR and LF removed, then each run of spaces and
///    TABs replaced by one space, then one space at either end removed.
/// 4. One LF.
/// 5. The body, with each run of CRs that stands directly before an LF removed, and then without
///    all CRs and LFs at its end.
#[must_use]
pub fn identity(raw: &[u8]) -> Identity {
    Hasher::begin(raw).finish()
}

/// An identity that is computed as the message comes in, in memory that does not grow with it.
#[derive(Debug, Clone)]
pub struct Hasher {
    hash: Sha256,
    /// LFs, and behind them CRs, of the body that count only if something else follows.
    pending: (u64, u64),
}

impl Hasher {
    /// Takes the beginning of a message: all of it, or at least [`fields::WINDOW`] and two bytes,
    /// within which the header and the empty line behind it end.
    #[must_use]
    pub fn begin(beginning: &[u8]) -> Self {
        Self::of(&Fields::scan(beginning))
    }

    fn of(fields: &Fields<'_>) -> Self {
        let mut hasher = Hasher { hash: hash_header(fields), pending: (0, 0) };
        hasher.update(fields.body());
        hasher
    }

    /// Takes what follows.
    pub fn update(&mut self, bytes: &[u8]) {
        let is_end = |byte: &u8| *byte == b'\r' || *byte == b'\n';
        let first = bytes.iter().position(|byte| !is_end(byte)).unwrap_or(bytes.len());
        let (ends, rest) = bytes.split_at(first);
        self.wait(ends);
        let Some(last) = rest.iter().rposition(|byte| !is_end(byte)) else { return };
        let (lines, ends) = rest.split_at(last + 1);
        let (lfs, crs) = std::mem::take(&mut self.pending);
        self.repeat(b'\n', lfs);
        self.repeat(b'\r', crs);
        hash_lines(&mut self.hash, lines);
        self.wait(ends);
    }

    /// Line ends that may be the last of the body. A run of CRs before an LF is dropped.
    fn wait(&mut self, ends: &[u8]) {
        let (lfs, crs) = &mut self.pending;
        for byte in ends {
            if *byte == b'\n' {
                *lfs += 1;
                *crs = 0;
            } else {
                *crs += 1;
            }
        }
    }

    fn repeat(&mut self, byte: u8, mut times: u64) {
        let block = [byte; 1024];
        while times > 0 {
            let some = block.len().min(usize::try_from(times).unwrap_or(usize::MAX));
            self.hash.update(block.get(..some).unwrap_or(&block));
            times -= some as u64;
        }
    }

    /// The identity of all that was taken.
    #[must_use]
    pub fn finish(self) -> Identity {
        Identity(self.hash.finalize().into())
    }
}

/// Steps 2 to 4 of the definition.
fn hash_header(fields: &Fields<'_>) -> Sha256 {
    let named = || fields.iter().map(|field| (field.name.to_ascii_lowercase(), field));
    let mut counted: Vec<(String, &Field)> = match fields.get("message-id").is_none() {
        true => of_author(fields, named().collect()),
        false => named().filter(|(name, _)| counts(name)).collect(),
    };
    counted.sort_by(|a, b| a.0.cmp(&b.0));

    let mut hash = Sha256::new();
    for (name, field) in counted {
        hash.update(name.as_bytes());
        hash.update(b":");
        hash_value(&mut hash, field.value);
        hash.update(b"\n");
    }
    hash.update(b"\n");
    hash
}

/// The fields of a bare message without those that machines on the way added; all if these are all.
fn of_author<'f, 'a>(
    fields: &Fields<'_>,
    all: Vec<(String, &'f Field<'a>)>,
) -> Vec<(String, &'f Field<'a>)> {
    let received = fields.iter().enumerate().filter(|(_, field)| field.is("received"));
    let origin = received.map(|(at, _)| at).last();
    let is_added = |at: usize, name: &str, value: &[u8]| {
        let is_trace = TRACE.contains(&name) || name == "received" && Some(at) != origin;
        is_trace && !has_lone_cr(value)
    };
    let is_authors =
        |(at, (name, field)): &(usize, &(String, &Field))| !is_added(*at, name, field.value);
    let own: Vec<_> =
        all.iter().enumerate().filter(is_authors).map(|(_, one)| one.clone()).collect();
    let has_own = own.iter().any(|(name, _)| name != "received");
    if has_own { own } else { all }
}

/// Whether a CR within a value stands before something else than LF.
fn has_lone_cr(value: &[u8]) -> bool {
    let mut rest = value.trim_ascii_end();
    while let Some(at) = position(b'\r', rest) {
        rest = rest.get(at + 1..).unwrap_or_default();
        if rest.first().is_some_and(|byte| *byte != b'\n') {
            return true;
        }
    }
    false
}

fn counts(name: &str) -> bool {
    COUNTED.contains(&name) || name.starts_with("content-")
}

/// Feeds a value, unfolded and with its blanks collapsed.
fn hash_value(hash: &mut Sha256, value: &[u8]) {
    let unfolded = value.iter().copied().filter(|byte| *byte != b'\r' && *byte != b'\n');
    let mut buffer = Vec::with_capacity(value.len().min(4096));
    let mut blank = false;
    let mut begun = false;
    for byte in unfolded {
        if is_blank(byte) {
            blank = begun;
            continue;
        }
        if std::mem::take(&mut blank) {
            buffer.push(b' ');
        }
        buffer.push(byte);
        begun = true;
        if buffer.len() >= 4000 {
            hash.update(&buffer);
            buffer.clear();
        }
    }
    hash.update(&buffer);
}

/// Feeds text that ends with neither CR nor LF, with LF line ends.
fn hash_lines(hash: &mut Sha256, text: &[u8]) {
    let mut rest = text;
    while let Some(at) = position(b'\r', rest) {
        let (before, behind) = rest.split_at(at);
        let run = behind.iter().position(|byte| *byte != b'\r').unwrap_or(behind.len());
        let (run, behind) = behind.split_at(run);
        hash.update(before);
        if behind.first() != Some(&b'\n') {
            hash.update(run);
        }
        rest = behind;
    }
    hash.update(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MAIL: &str = "Received: by mx\nFrom: a@x\nTo: b@y\nSubject: one\n two\n\
                        Message-ID: <1@x>\nContent-Type: text/plain\n\nhello\n\nworld\n";

    #[test]
    fn a_known_value() {
        let bytes = "content-type:text/plain\nfrom:a@x\nmessage-id:<1@x>\nsubject:one two\nto:b@y\n\
                     \nhello\n\nworld";
        assert_eq!(identity(MAIL.as_bytes()).0, <[u8; 32]>::from(Sha256::digest(bytes)));
        assert_eq!(identity(MAIL.as_bytes()).to_string().len(), 64);
    }

    #[test]
    fn what_transport_does_changes_nothing() {
        let same = identity(MAIL.as_bytes());
        for (what, other) in [
            ("CRLF", MAIL.replace('\n', "\r\n")),
            ("mixed", MAIL.replace("\nTo", "\r\nTo").replace("hello\n", "hello\r\r\n")),
            ("no last newline", MAIL.trim_end().to_owned()),
            ("more last newlines", format!("{MAIL}\r\n\n")),
            ("blanks on top", format!("   \r\n\t\n{MAIL}")),
            ("mbox line", format!("From a@x Sat Jan  1 00:00:00 2026\n{MAIL}")),
            ("trace", format!("Return-Path: <a@x>\nDelivered-To: b@y\nReceived: z\n{MAIL}")),
            ("a milter", MAIL.replace("\nTo:", "\nX-Spam-Flag: NO\nTo:")),
            ("folding", MAIL.replace("one\n two", "  one\n\ttwo ")),
            ("order", MAIL.replace("From: a@x\nTo: b@y\n", "TO: b@y\nfrom: a@x\n")),
        ] {
            assert_eq!(identity(other.as_bytes()), same, "{what}");
        }
    }

    #[test]
    fn what_the_author_wrote_changes_it() {
        let same = identity(MAIL.as_bytes());
        for (what, other) in [
            ("body", MAIL.replace("hello", "Hello")),
            ("blank in the body", MAIL.replace("hello", "hello ")),
            ("a lone CR", MAIL.replace("hello", "hel\rlo")),
            ("subject", MAIL.replace("one", "ones")),
            ("id", MAIL.replace("<1@x>", "<2@x>")),
            ("type", MAIL.replace("text/plain", "text/html")),
            ("From in the body", MAIL.replace("hello", "From hello")),
        ] {
            assert_ne!(identity(other.as_bytes()), same, "{what}");
        }
    }

    #[test]
    fn bare_alarms_are_told_apart_by_any_field() {
        let one = "Received: a; Mon\nSubject: disk full\n\nfull\n";
        let two = "Received: a; Tue\nSubject: disk full\n\nfull\n";
        assert_ne!(identity(one.as_bytes()), identity(two.as_bytes()));
        let again = format!("Return-Path: <>\nReceived: b; Wed\n{one}");
        assert_eq!(identity(one.as_bytes()), identity(again.as_bytes()));
        // A form, filled in twice in one second.
        let form = |id: &str, by: &str| {
            format!("Received: {id}\nFrom: www@x\nReply-To: {by}\nDate: Mon\n\nCall me.\n")
        };
        assert_ne!(identity(form("A", "a@x").as_bytes()), identity(form("A", "b@x").as_bytes()));
        assert_ne!(identity(form("A", "a@x").as_bytes()), identity(form("B", "a@x").as_bytes()));
        // A mail whose lines end with CR is one field, whatever that is called.
        let cr = |text: &str| format!("Return-Path: <e@x>\rSubject: order\r\r{text}\r");
        assert_ne!(identity(cr("ten lamps").as_bytes()), identity(cr("one lamp").as_bytes()));
        let trace = |from: &str| format!("Return-Path: <{from}>\n\nbody\n");
        assert_ne!(identity(trace("a@x").as_bytes()), identity(trace("b@x").as_bytes()));
        let mbox = format!("From a@x Sat\n{one}");
        assert_eq!(identity(one.as_bytes()), identity(mbox.as_bytes()));
    }

    /// The definition of the docstring, without any thought for memory.
    fn by_the_letter(fields: &Fields<'_>) -> Identity {
        let lower = |f: &&Field| f.name.to_ascii_lowercase();
        let every = !fields.iter().any(|f| lower(&f) == "message-id");
        let last = fields.iter().filter(|f| lower(f) == "received").count();
        let mut seen = 0;
        let added: Vec<bool> = fields
            .iter()
            .map(|f| {
                seen += usize::from(lower(&f) == "received");
                let is_trace =
                    TRACE.contains(&&*lower(&f)) || lower(&f) == "received" && seen < last;
                let value = f.value.trim_ascii_end();
                is_trace && !value.windows(2).any(|pair| pair[0] == b'\r' && pair[1] != b'\n')
            })
            .collect();
        let has_own = fields.iter().zip(&added).any(|(f, added)| !added && lower(&f) != "received");
        let mut lines: Vec<(String, Vec<u8>)> = fields
            .iter()
            .zip(added)
            .filter(|(f, added)| if every { !(*added && has_own) } else { counts(&lower(f)) })
            .map(|(f, _)| f)
            .map(|f| {
                let words: Vec<u8> =
                    f.value.iter().copied().filter(|b| !b"\r\n".contains(b)).collect();
                let words: Vec<&[u8]> =
                    words.split(|b| is_blank(*b)).filter(|w| !w.is_empty()).collect();
                (lower(&f), words.join(&b' '))
            })
            .collect();
        lines.sort_by_key(|(name, _)| name.clone());
        let mut bytes = Vec::new();
        for (name, value) in lines {
            bytes.extend([name.as_bytes(), b":", &value, b"\n"].concat());
        }
        bytes.push(b'\n');
        let mut body = fields.body().to_vec();
        while let Some(at) = body.windows(2).position(|pair| pair == b"\r\n") {
            body.remove(at);
        }
        while body.last().is_some_and(|b| b"\r\n".contains(b)) {
            body.pop();
        }
        bytes.extend(body);
        Identity(Sha256::digest(bytes).into())
    }

    proptest! {
        #[test]
        fn as_defined(raw in "(From [a-z ]*\n|)([ \t]{0,3}\r?\n|)((From|Message-ID|X|content-x|Received|return-path) ?:[ \t\r\nab]{0,8}\r?\n){0,5}\r?\n[ab\r\n]{0,20}") {
            prop_assert_eq!(identity(raw.as_bytes()), by_the_letter(&Fields::scan(raw.as_bytes())));
        }

        #[test]
        fn any_bytes(raw in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(identity(&raw), by_the_letter(&Fields::scan(&raw)));
        }

        /// However it comes in, and however short the window is: what is known of the beginning
        /// alone gives the same as the whole.
        #[test]
        fn piece_by_piece(
            raw in "(From [a-z ]*\n|)([ \t]{0,3}\r?\n|)((From|Message-ID|X|content-x|Received|return-path) ?:[ \t\r\nab]{0,8}\r?\n){0,5}\r?\n[ab\r\n]{0,20}",
            window in 0_usize..50,
            beginning in 0_usize..20,
            piece in 1_usize..8,
        ) {
            let raw = raw.as_bytes();
            let (beginning, rest) = raw.split_at((window + 2 + beginning).min(raw.len()));
            let mut hasher = Hasher::of(&Fields::scan_window(beginning, window));
            rest.chunks(piece).for_each(|piece| hasher.update(piece));
            prop_assert_eq!(hasher.finish(), by_the_letter(&Fields::scan_window(raw, window)));
        }
    }
}
