//! Encoded words in header values (RFC 2047): told apart here, on the raw bytes.
//!
//! Programs split a character across adjacent words, and put text right behind a word, so the words of one
//! run are decoded as one, and nothing is put between a word and what follows it.

use super::charset;
use super::decode::Transfer;

/// A piece of a header value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Bytes as they stand there.
    Plain(&'a [u8]),
    /// What a run of adjacent encoded words of one charset holds.
    Encoded {
        /// The label of the charset, without a language.
        charset: &'a str,
        /// The bytes in that charset.
        bytes: Vec<u8>,
    },
}

/// The pieces of an unfolded value. Blanks between two encoded words are dropped.
pub(super) fn pieces(value: &[u8]) -> Vec<Piece<'_>> {
    let mut out: Vec<Piece<'_>> = Vec::new();
    let mut rest = value;
    let mut plain_from = value;
    // Behind the last end of a word none can begin: looked for once, not again from each start.
    let last_end = value.windows(2).rposition(|pair| pair == b"?=").unwrap_or(0);
    while let Some(at) = rest.iter().position(|byte| *byte == b'=') {
        let (_, from) = rest.split_at(at);
        if value.len() - from.len() > last_end {
            break;
        }
        let Some((charset, bytes, behind)) = word(from) else {
            rest = from.get(1..).unwrap_or_default();
            continue;
        };
        let plain = plain_from.get(..plain_from.len() - from.len()).unwrap_or_default();
        add(&mut out, plain, charset, bytes);
        rest = behind;
        plain_from = behind;
    }
    if !plain_from.is_empty() {
        out.push(Piece::Plain(plain_from));
    }
    out
}

/// Adds an encoded word and the plain bytes before it; to the run before it if there is one.
fn add<'a>(out: &mut Vec<Piece<'a>>, plain: &'a [u8], charset: &'a str, bytes: Vec<u8>) {
    let adjacent = plain.iter().all(u8::is_ascii_whitespace);
    match out.last_mut() {
        Some(Piece::Encoded { charset: known, bytes: run })
            if adjacent && known.eq_ignore_ascii_case(charset) && !has_states(charset) =>
        {
            run.extend(bytes);
            return;
        }
        Some(Piece::Encoded { .. }) if adjacent => {}
        _ if plain.is_empty() => {}
        _ => out.push(Piece::Plain(plain)),
    }
    out.push(Piece::Encoded { charset, bytes });
}

/// Whether bytes of this charset change the meaning of later ones; then each word begins anew.
pub(super) fn has_states(charset: &str) -> bool {
    let label = charset.to_ascii_lowercase();
    ["2022", "utf-7", "hz-"].iter().any(|family| label.contains(family))
}

/// The text of a value, encoded words decoded. Not cleaned.
pub(super) fn text(value: &[u8]) -> String {
    let shown = |piece: Piece<'_>| match piece {
        Piece::Plain(bytes) => charset::read(None, bytes).value,
        Piece::Encoded { charset, bytes } => charset::read(Some(charset), &bytes).value,
    };
    pieces(value).into_iter().map(shown).collect()
}

/// The value with each run of encoded words as one word in UTF-8, for a parser that decodes word
/// by word and must still tell what is encoded from what is not.
pub(super) fn joined(value: &[u8]) -> String {
    let mut out = String::new();
    for piece in pieces(value) {
        match piece {
            Piece::Plain(bytes) => out.push_str(&charset::read(None, bytes).value),
            Piece::Encoded { charset, bytes } => {
                let text = charset::read(Some(charset), &bytes).value;
                out.push_str("=?utf-8?Q?");
                out.extend(text.bytes().map(|byte| format!("={byte:02X}")));
                out.push_str("?=");
            }
        }
    }
    out
}

/// The encoded word that bytes begin with: its charset, what it holds, and what follows it.
fn word(from: &[u8]) -> Option<(&str, Vec<u8>, &[u8])> {
    let rest = from.strip_prefix(b"=?")?;
    let (charset, rest) = until_question_mark(rest)?;
    let charset = std::str::from_utf8(charset).ok()?;
    let charset = charset.split('*').next().filter(|label| label.len() >= 2)?;
    let (encoding, rest) = until_question_mark(rest)?;
    // Before its end is looked for, or each of many such would look through all that follows.
    let is_q = match encoding {
        b"q" | b"Q" => true,
        b"b" | b"B" => false,
        _ => return None,
    };
    let end = rest.windows(2).position(|pair| pair == b"?=")?;
    let (data, behind) = rest.split_at(end);
    // A blank may stand in the data, though it must not; a line end was removed before.
    let bytes = if is_q {
        let spaced: Vec<u8> = data.iter().map(|b| if *b == b'_' { b' ' } else { *b }).collect();
        Transfer::QuotedPrintable.decode(&spaced).value.into_owned()
    } else {
        Transfer::Base64.decode(data).value.into_owned()
    };
    Some((charset, bytes, behind.get(2..)?))
}

/// What stands before the next `?`, if it is a token, and what follows the `?`.
fn until_question_mark(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let near = bytes.get(..80).unwrap_or(bytes);
    let end = near.iter().position(|byte| !byte.is_ascii_graphic() || *byte == b'?')?;
    let (token, rest) = bytes.split_at(end);
    Some((token, rest.strip_prefix(b"?")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (value, wanted) in [
            (&b"plain = text =? too"[..], "plain = text =? too"),
            (b"=?utf-8?q?M=C3=BCde?= und =?UTF-8?B?bWVocg==?=", "Müde und mehr"),
            (b"=?utf-8?Q?one_?= \t=?utf-8?Q?two?=", "one two"),
            // A character in two words, with and without padding.
            (b"=?utf-8?Q?M=C3?= =?utf-8?Q?=BCde?=", "Müde"),
            (b"=?utf-8?B?TcM=?= =?utf-8?B?vGRl?=", "Müde"),
            (b"=?utf-8?B?TcM=?= =?utf-8?Q?=BCde?=", "Müde"),
            (b"=?utf-8?Q?a?= =?iso-8859-1?Q?=FC?=", "aü"),
            (b"=?ISO-2022-JP?B?GyRCJUclIyVsGyhC?=\t=?ISO-2022-JP?B?GyRCJS8bKEI=?=", "ディレク"),
            (b"=?utf-8?Q?end?=. Next", "end. Next"),
            (b"(=?utf-8?Q?a?=)", "(a)"),
            (b"=?iso-8859-1?Q?Fr\xf6sche?=", "Frösche"),
            (b"Fr\xf6sche", "Frösche"),
            (b"=?utf-8*de?Q?a?=", "a"),
            (b"=?utf-8?Q?two words?=", "two words"),
            (b"=?utf-8?X?a?=", "=?utf-8?X?a?="),
            (b"=?utf-8?Q?never", "=?utf-8?Q?never"),
            (b"=?x-unheard-of?Q?a?=", "a"),
            (b"", ""),
        ] {
            assert_eq!(text(value), wanted, "{:?}", String::from_utf8_lossy(value));
        }
    }

    #[test]
    fn joined_words_stay_words() {
        assert_eq!(joined(b"=?utf-8?Q?a=2C?= =?utf-8?Q?b?= <a@x>"), "=?utf-8?Q?=61=2C=62?= <a@x>");
    }
}
