//! Decoding of single values and bodies. The only file that names mail-parser: its field parsers
//! and charsets are used one value at a time, never its message parser (see `structure.rs`).

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::parsers::MessageStream;

use super::fields::{Field, Fields};
use super::{charset, clean, comment, continued, encoded};

/// Blanks between a soft break of quoted-printable and the line end that are looked at.
const MOST_BLANKS: usize = 80;

/// A media type with its parameters (RFC 2045), or a disposition with its own (RFC 2183).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MediaType {
    /// `type/subtype` in lower case; for a disposition only the one word.
    pub(super) kind: String,
    /// Parameters in their order: lower-case name, decoded value.
    parameters: Vec<(String, String)>,
}

impl MediaType {
    /// What a part without a usable Content-Type is.
    pub(super) fn plain() -> Self {
        MediaType { kind: "text/plain".to_owned(), parameters: Vec::new() }
    }

    /// The first parameter of this lower-case name, decoded, not cleaned.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Whether the type begins so, as in `text/`.
    pub(super) fn begins(&self, prefix: &str) -> bool {
        self.kind.starts_with(prefix)
    }
}

/// A header in UTF-8 where bytes beyond ASCII stand in it as they are, which is forbidden but done: they
/// are in the charset that the message declares for its text. None where they are UTF-8, or where
/// none is declared.
pub(super) fn header(bytes: &[u8], fields: &Fields<'_>) -> Option<Vec<u8>> {
    if std::str::from_utf8(bytes).is_ok() {
        return None;
    }
    let media = media_type(fields.get("Content-Type")?)?;
    let is_apt = |label: &&str| !encoded::has_states(label) && charset::has_ascii(label);
    let label = media.parameter("charset").filter(is_apt)?;
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').map(|line| match line {
        line if std::str::from_utf8(line).is_ok() => Cow::Borrowed(line),
        line => match charset::read(Some(label), line) {
            Decoded { value, guessed: false } => value.into_bytes().into(),
            _ => line.into(),
        },
    });
    Some(lines.collect::<Vec<_>>().concat())
}

/// An unstructured value with its encoded words decoded (RFC 2047), cleaned to one line.
pub(super) fn text(field: &Field<'_>) -> String {
    clean::line(&encoded::text(&unfolded(field.looked_at())))
}

/// The display names and address words of an address list, groups flattened; neither is checked.
pub(super) fn addresses(field: &Field<'_>) -> Vec<(String, String)> {
    let line = one_line(field.looked_at());
    let value = MessageStream::new(&line).parse_address();
    let Some(list) = value.as_address() else { return Vec::new() };
    list.iter()
        .map(|entry| (entry.name().unwrap_or_default(), entry.address().unwrap_or_default()))
        .map(|(name, address)| (clean::line(name), clean::word(address)))
        .collect()
}

/// The value of Content-Type or Content-Disposition; none if it has no first word.
pub(super) fn media_type(field: &Field<'_>) -> Option<MediaType> {
    let line = with_semicolon(one_line(field.looked_at()));
    let value = MessageStream::new(&line).parse_content_type().into_content_type()?;
    let kind = match value.subtype() {
        Some(subtype) => format!("{}/{subtype}", value.ctype()),
        None => value.ctype().to_owned(),
    };
    let parameters = value.attributes().unwrap_or_default().iter();
    let parameters = parameters.map(|one| (one.name.to_lowercase(), one.value.to_string()));
    // mail-parser decodes each segment of a value by itself, and a character may be in two.
    let continued = continued::parameters(&String::from_utf8_lossy(&line));
    let parameters = continued.into_iter().chain(parameters).collect();
    Some(MediaType { kind: kind.to_lowercase(), parameters })
}

/// Some programs forget the first semicolon: `text/html charset=utf-8`.
fn with_semicolon(mut line: Vec<u8>) -> Vec<u8> {
    let begin = line.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte == b';';
    let length = line.iter().skip(begin).position(ends).unwrap_or_default();
    let behind = line.get(begin + length..).unwrap_or_default().trim_ascii_start();
    let next = behind.split(ends).next().unwrap_or_default();
    if next.iter().skip(1).any(|byte| *byte == b'=') {
        line.insert(begin + length, b';');
    }
    line
}

/// The decoder of a charset, by its label in lower case; none where it is not known.
pub(super) fn decoder(label: &str) -> Option<fn(&[u8]) -> String> {
    charset_decoder(label.as_bytes())
}

/// A value without its line ends.
fn unfolded(value: &[u8]) -> Vec<u8> {
    value.iter().copied().filter(|byte| *byte != b'\r' && *byte != b'\n').collect()
}

/// A value as the field parsers want it: one line with its end, in UTF-8.
fn one_line(value: &[u8]) -> Vec<u8> {
    let mut line = encoded::joined(&unfolded(value));
    line.push('\n');
    line.into_bytes()
}

/// What a decoder made of its bytes, and whether it had to guess.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded<T> {
    pub(super) value: T,
    pub(super) guessed: bool,
}

/// How the bytes of a part are encoded for transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transfer {
    /// 7bit, 8bit and binary (RFC 2045 6.2).
    Plain,
    /// Whatever nobody knows: it stays as it came.
    Unknown,
    /// RFC 2045 6.7.
    QuotedPrintable,
    /// RFC 2045 6.8.
    Base64,
    /// What uuencode(1) writes (POSIX.1); no RFC allows it, old programs use it.
    Uuencode,
}

impl Transfer {
    /// Reads a Content-Transfer-Encoding value: its first word counts, without comments. `8-bit` and
    /// `7bits` mean what they say; an empty value says nothing.
    pub(super) fn read(field: &Field<'_>) -> Self {
        let value = comment::without(&field.unfolded()).to_ascii_lowercase();
        let word = value.trim_start().split([' ', ';']).next().unwrap_or_default();
        match word.trim_matches('"') {
            "" | "binary" | "7bit" | "8bit" | "7-bit" | "8-bit" | "7bits" | "8bits" | "7" | "8" => {
                Transfer::Plain
            }
            "quoted-printable" => Transfer::QuotedPrintable,
            "base64" | "base-64" => Transfer::Base64,
            "x-uuencode" | "x-uue" | "uuencode" => Transfer::Uuencode,
            _ => Transfer::Unknown,
        }
    }

    /// The decoded bytes; what cannot be decoded is passed over.
    pub(super) fn decode(self, body: &[u8]) -> Decoded<Cow<'_, [u8]>> {
        match self {
            Transfer::Plain | Transfer::Unknown => Decoded { value: body.into(), guessed: false },
            Transfer::QuotedPrintable => quoted_printable(body),
            Transfer::Base64 => base64(body),
            Transfer::Uuencode => uuencoded(body),
        }
    }

    /// How many bytes [`Transfer::decode`] gives, without keeping them.
    pub(super) fn size(self, body: &[u8]) -> u64 {
        let size = match self {
            Transfer::Plain | Transfer::Unknown => body.len(),
            Transfer::QuotedPrintable => quoted_printable(body).value.len(),
            Transfer::Uuencode => uuencoded(body).value.len(),
            Transfer::Base64 => {
                up_to_padding(body).iter().filter(|b| is_base64(**b)).count() * 3 / 4
            }
        };
        u64::try_from(size).unwrap_or(u64::MAX)
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

fn base64(body: &[u8]) -> Decoded<Cow<'_, [u8]>> {
    // The decoder takes a byte of 255 for the end.
    let decoded = if body.contains(&u8::MAX) { None } else { base64_decode(body) };
    if let Some(bytes) = decoded {
        return Decoded { value: bytes.into(), guessed: false };
    }
    let kept: Vec<u8> = up_to_padding(body).iter().copied().filter(|b| is_base64(*b)).collect();
    Decoded { value: base64_decode(&kept).unwrap_or_default().into(), guessed: true }
}

/// What belongs to base64 that is followed by something else: padding ends it, unless all that
/// stands behind is base64 as well, as where pieces were encoded one by one.
fn up_to_padding(body: &[u8]) -> &[u8] {
    let foreign = |byte: &u8| !is_base64(*byte) && *byte != b'=' && !byte.is_ascii_whitespace();
    let padding = body.iter().position(|byte| *byte == b'=');
    let (before, behind) = body.split_at(padding.unwrap_or(body.len()));
    if behind.iter().any(foreign) { before } else { body }
}

/// Lenient on purpose: a `=` that begins no code stays as it is, line ends are kept.
fn quoted_printable(body: &[u8]) -> Decoded<Cow<'_, [u8]>> {
    let mut out = Vec::with_capacity(body.len());
    let mut guessed = false;
    let mut rest = body;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        if *byte != b'=' {
            out.push(*byte);
        } else if let Some((code, behind)) = hex_pair(rest) {
            out.push(code);
            rest = behind;
        } else if let Some(behind) = soft_break(rest) {
            rest = behind;
        } else {
            out.push(b'=');
            guessed = true;
        }
    }
    Decoded { value: out.into(), guessed }
}

/// What follows a soft break whose `=` was taken. Relays add blanks between it and the line end; only
/// so many are looked at, or each `=` of a long line would look through all of it.
fn soft_break(rest: &[u8]) -> Option<&[u8]> {
    let is_blank = |byte: &&u8| byte.is_ascii_whitespace() && **byte != b'\n';
    let blanks = rest.iter().take(MOST_BLANKS).take_while(is_blank).count();
    match rest.get(blanks) {
        Some(b'\n') | None => rest.get(blanks + 1..).or(Some(&[])),
        Some(_) => None,
    }
}

/// The lines between `begin` and `end`; a line that is shorter than it says ends with zeros, as
/// blanks at its end get lost on the way. Without `begin` the bytes are what they are.
fn uuencoded(body: &[u8]) -> Decoded<Cow<'_, [u8]>> {
    let mut lines = body.split(|byte| *byte == b'\n');
    if !lines.by_ref().any(|line| line.starts_with(b"begin ")) {
        return Decoded { value: body.into(), guessed: true };
    }
    let six_bits = |byte: &u8| u32::from(byte.wrapping_sub(b' ') & 0x3f);
    let mut out = Vec::with_capacity(body.len() * 3 / 4);
    for line in lines {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Some((length, groups)) = line.split_first().filter(|_| line != b"end") else { break };
        let whole = out.len() + usize::from(length.wrapping_sub(b' ') & 0x3f);
        for group in groups.chunks(4) {
            let bits = (0..4).fold(0, |bits, at| bits << 6 | group.get(at).map_or(0, six_bits));
            let [_, bytes @ ..] = bits.to_be_bytes();
            out.extend_from_slice(&bytes);
        }
        out.resize(whole, 0);
    }
    Decoded { value: out.into(), guessed: false }
}

/// The byte that two hexadecimal digits stand for, and what follows.
pub(super) fn hex_pair(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (pair, behind) = bytes.split_first_chunk::<2>()?;
    let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
    Some((u8::try_from(high? * 16 + low?).ok()?, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(value: &str) -> Field<'_> {
        Field { name: "X", value: value.as_bytes() }
    }

    #[test]
    fn texts() {
        for (raw, wanted) in [
            (" plain", "plain"),
            (" =?utf-8?q?M=C3=BCde?= und\r\n\t=?utf-8?b?bWVocg==?=", "Müde und mehr"),
            ("=?utf-8?Q?one_?=\r\n =?utf-8?Q?two?=", "one two"),
            ("=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"),
            ("=?utf-8?Q?=1B]0;x=07?=", "]0;x"),
            ("", ""),
        ] {
            assert_eq!(text(&field(raw)), wanted, "{raw:?}");
        }
        assert_eq!(text(&Field { name: "Subject", value: b" Stra\xdfe" }), "Straße");
    }

    #[test]
    fn address_lists() {
        for (raw, wanted) in [
            ("a@x.org", &[("", "a@x.org")][..]),
            ("\"Doe, J\" <j@x.org>, b@y", &[("Doe, J", "j@x.org"), ("", "b@y")]),
            ("=?utf-8?q?M=C3=BCller?= <m@x>", &[("Müller", "m@x")]),
            ("list: a@x, b@y;", &[("", "a@x"), ("", "b@y")]),
            ("a@x (Erika)", &[("Erika", "a@x")]),
        ] {
            let got = addresses(&field(raw));
            let got: Vec<_> = got.iter().map(|(n, a)| (n.as_str(), a.as_str())).collect();
            assert_eq!(got, wanted, "{raw:?}");
        }
    }

    #[test]
    fn media_types() {
        let one = media_type(&field(" Text/HTML; Charset=\"UTF-8\";\r\n name=x.html")).unwrap();
        assert_eq!(one.kind, "text/html");
        assert_eq!(one.parameter("charset"), Some("UTF-8"));
        let name = "attachment; filename*0*=utf-8''M%C3%BC; filename*1=de.txt";
        assert_eq!(media_type(&field(name)).unwrap().parameter("filename"), Some("Müde.txt"));
        let torn =
            "attachment; filename*0*=utf-8''Gr%C3; filename*1*=%BC%C3%9Fe; filename*2=\".pdf\"";
        assert_eq!(media_type(&field(torn)).unwrap().parameter("filename"), Some("Grüße.pdf"));
        let forgotten = media_type(&field(" text/html charset=utf-8; x=y")).unwrap();
        assert_eq!(forgotten.kind, "text/html");
        assert_eq!(
            (forgotten.parameter("charset"), forgotten.parameter("x")),
            (Some("utf-8"), Some("y"))
        );
        assert_eq!(media_type(&field("")), None);
    }

    #[test]
    fn transfers() {
        for (transfer, body, wanted, guessed) in [
            (Transfer::QuotedPrintable, "a=3Db=\n c= \r\nd", "a=b cd", false),
            (Transfer::QuotedPrintable, "a=zz 100=", "a=zz 100", true),
            (Transfer::QuotedPrintable, "one\r\ntwo\n", "one\r\ntwo\n", false),
            (Transfer::Base64, "aGVsbG8=\r\n", "hello", false),
            (Transfer::Base64, "aGVs*bG8=", "hello", true),
            (Transfer::Base64, "aGVsbG8", "hello", false),
            (Transfer::Base64, "aGVsbG8=\n--B-->\nnot more", "hello", true),
            (Transfer::Plain, "a=3D", "a=3D", false),
            (Transfer::Uuencode, "begin 644 x\n%:&5L;&\\\r\n`\nend\n", "hello", false),
            (Transfer::Uuencode, "begin 644 x\n#86)C\n#86(\nend\nend", "abcab\0", false),
            (Transfer::Uuencode, "none", "none", true),
        ] {
            let got = transfer.decode(body.as_bytes());
            assert_eq!(got.value.as_ref(), wanted.as_bytes(), "{body:?}");
            assert_eq!(got.guessed, guessed, "{body:?}");
            assert_eq!(transfer.size(body.as_bytes()), wanted.len() as u64, "{body:?}");
        }
        let broken = Transfer::Base64.decode(b"aGVs\xffbG8=");
        assert_eq!((broken.value.as_ref(), broken.guessed), (&b"hello"[..], true));
    }

    #[test]
    fn names_of_transfers() {
        for (value, wanted) in [
            (" Base64 ", Transfer::Base64),
            ("(really) BASE64(x)", Transfer::Base64),
            ("quoted-printable; x", Transfer::QuotedPrintable),
            ("\"quoted-printable\"", Transfer::QuotedPrintable),
            ("x-uuencode", Transfer::Uuencode),
            ("X-UUE", Transfer::Uuencode),
            ("7bit", Transfer::Plain),
            (" 8BIT (umlauts)", Transfer::Plain),
            ("Binary", Transfer::Plain),
            ("8 bit", Transfer::Plain),
            ("", Transfer::Plain),
            ("x-gzip64", Transfer::Unknown),
            ("base46", Transfer::Unknown),
        ] {
            assert_eq!(Transfer::read(&field(value)), wanted, "{value}");
        }
    }
}
