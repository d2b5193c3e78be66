//! Text in the charset that it is in: what its label says, or what its bytes tell where that is wrong.

use super::decode::{self, Decoded};

/// Labels that the decoders do not know, in lower case, each with one that they do.
const ALIASES: [(&[&str], &str); 13] = [
    (&["cp932", "x-ms-cp932", "ms_kanji", "cswindows31j"], "shift_jis"),
    (&["eucjp", "eucjp-ms", "eucjp-win", "cp51932", "x-eucjp"], "euc-jp"),
    (
        &[
            "iso-2022-jp-1",
            "iso-2022-jp-2",
            "iso-2022-jp-3",
            "iso-2022-jp-ms",
            "cp50220",
            "cp50221",
        ],
        "iso-2022-jp",
    ),
    (&["cp949", "uhc", "ms949", "euckr", "x-windows-949"], "euc-kr"),
    (&["cp950", "x-big5", "big-5"], "big5"),
    (&["euc-cn", "euccn", "x-gb2312", "cp936", "x-gbk"], "gb18030"),
    (&["windows1250", "win-1250", "cp-1250"], "windows-1250"),
    (&["windows1251", "win-1251", "cp-1251"], "windows-1251"),
    (&["windows1252", "win-1252", "cp-1252", "x-ansi"], "windows-1252"),
    (&["tis620", "tis-620", "cp874", "iso-8859-11"], "windows-874"),
    (&["latin9", "latin-9"], "iso-8859-15"),
    (&["macroman", "x-macroman", "mac"], "macintosh"),
    (&["unicode-1-1-utf-7", "x-unicode-2-0-utf-7"], "utf-7"),
];

/// Text in the character set of this label. Without a known label: UTF-8 if it is, else windows-1252.
pub(super) fn read(label: Option<&str>, bytes: &[u8]) -> Decoded<String> {
    let label = label.unwrap_or_default().trim().to_ascii_lowercase();
    let alias = ALIASES.iter().find(|(names, _)| names.contains(&label.as_str()));
    let label = alias.map_or(label, |(_, known)| (*known).to_owned());
    let unmarked = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let utf8 = std::str::from_utf8(unmarked);
    let (value, guessed) = match (label.as_str(), utf8) {
        ("" | "us-ascii" | "ascii" | "utf-8" | "utf8", Ok(text)) => (text.to_owned(), false),
        ("" | "us-ascii" | "ascii", Err(_)) => (windows_1252(bytes), true),
        ("utf-8" | "utf8", Err(_)) => (mostly_utf8(unmarked), true),
        // Letters beyond ASCII that are UTF-8 by chance are rarer than wrong labels.
        (latin, Ok(text)) if is_latin(latin) && is_sensible(text) => (text.to_owned(), true),
        (other, utf8) => match (decode::decoder(other), utf8) {
            (Some(decode), _) => (decode(bytes), false),
            (None, Ok(text)) => (text.to_owned(), !text.is_ascii()),
            (None, Err(_)) => (windows_1252(bytes), true),
        },
    };
    Decoded { value, guessed }
}

/// Whether ASCII is ASCII in a charset, as it is not in UTF-16.
pub(super) fn has_ascii(label: &str) -> bool {
    let some = "Az: 09";
    read(Some(label), some.as_bytes()).value == some
}

/// Whether a text has letters beyond ASCII, and none that was lost before.
fn is_sensible(text: &str) -> bool {
    !text.is_ascii() && !text.contains(char::REPLACEMENT_CHARACTER)
}

/// Charsets of one byte in which UTF-8 makes sense to nobody.
fn is_latin(label: &str) -> bool {
    label.starts_with("iso-8859-") || label.starts_with("windows-125") || label == "latin1"
}

/// Text that is said to be UTF-8. Where no letter beyond ASCII is, it is windows-1252, unless only its
/// last letter was cut.
fn mostly_utf8(bytes: &[u8]) -> String {
    let is_cut = std::str::from_utf8(bytes).is_err_and(|wrong| wrong.error_len().is_none());
    let is_ascii = |chunk: std::str::Utf8Chunk<'_>| chunk.valid().is_ascii();
    match !is_cut && bytes.utf8_chunks().all(is_ascii) {
        true => windows_1252(bytes),
        false => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Raw 8-bit text is mostly windows-1252 where it is no UTF-8.
fn windows_1252(bytes: &[u8]) -> String {
    match decode::decoder("windows-1252") {
        Some(decode) => decode(bytes),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charsets() {
        for (label, bytes, wanted, guessed) in [
            (Some("utf-8"), &b"m\xc3\xbcde"[..], "müde", false),
            (Some("ISO-8859-1"), b"m\xfcde", "müde", false),
            (Some("x-unknown"), b"m\xc3\xbcde", "müde", true),
            (Some("x-unknown"), b"m\xfcde", "müde", true),
            (Some("x-unknown"), b"mude", "mude", false),
            (None, b"m\xfcde", "müde", true),
            (None, b"m\xc3\xbcde", "müde", false),
            (Some("utf-8"), b"m\xfcde", "müde", true),
            (Some("utf-8"), b"m\xfcde \xc3\xbc", "m\u{fffd}de ü", true),
            (Some("iso-8859-1"), b"m\xc3\xbcde", "müde", true),
            (Some("windows-1251"), "Привет".as_bytes(), "Привет", true),
            (Some("CP932"), b"\x83n", "ハ", false),
            (Some("win-1251"), b"\xcf", "П", false),
            (Some("iso-2022-jp"), b"\x1b$B%O\x1b(B", "ハ", false),
            (Some("utf-7"), b"a+APw-b", "aüb", false),
        ] {
            let got = read(label, bytes);
            assert_eq!((got.value.as_str(), got.guessed), (wanted, guessed), "{label:?}");
        }
    }
}
