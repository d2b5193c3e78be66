//! Character references that the converter takes otherwise than a browser does.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::mail::charset;

/// Names that are references without a semicolon, too (HTML, section 13.5).
static WITHOUT_SEMICOLON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| NAMES.split_ascii_whitespace().collect());

const NAMES: &str = "
    AElig AMP Aacute Acirc Agrave Aring Atilde Auml COPY Ccedil ETH Eacute Ecirc Egrave Euml GT Iacute Icirc
    Igrave Iuml LT Ntilde Oacute Ocirc Ograve Oslash Otilde Ouml QUOT REG THORN Uacute Ucirc Ugrave Uuml Yacute
    aacute acirc acute aelig agrave amp aring atilde auml brvbar ccedil cedil cent copy curren deg divide eacute
    ecirc egrave eth euml frac12 frac14 frac34 gt iacute icirc iexcl igrave iquest iuml laquo lt macr micro
    middot nbsp not ntilde oacute ocirc ograve ordf ordm oslash otilde ouml para plusmn pound quot raquo reg
    sect shy sup1 sup2 sup3 szlig thorn times uacute ucirc ugrave uml uuml yacute yen yuml";

/// Where a piece of HTML stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Between tags.
    Text,
    /// In a tag, where `?a=1&copy=2` is an address.
    Tag,
}

/// A piece of HTML in which each `&` that begins no reference is escaped, and numbers of windows-1252
/// stand for its letters, as in all browsers.
pub(super) fn read(html: &str, place: Place) -> String {
    let mut pieces = html.split('&');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        if let Some((letter, behind)) = windows_1252(piece) {
            out.push_str(&letter);
            out.push_str(behind);
            continue;
        }
        out.push_str(if is_reference(piece, place) { "&" } else { "&amp;" });
        out.push_str(piece);
    }
    out
}

/// Whether what stands behind an `&` is a reference.
fn is_reference(piece: &str, place: Place) -> bool {
    let end = piece.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(piece.len());
    let (name, behind) = piece.split_at(end);
    match behind.chars().next() {
        Some(';') => !name.is_empty(),
        Some('#') => name.is_empty(),
        Some('=') if place == Place::Tag => false,
        _ => WITHOUT_SEMICOLON.contains(name),
    }
}

/// The letter of a number from 128 to 159, and what follows it.
fn windows_1252(piece: &str) -> Option<(String, &str)> {
    let digits = piece.strip_prefix('#')?;
    let (digits, radix) = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let (number, behind) = digits.split_at(end);
    let number = u8::from_str_radix(number, radix).ok().filter(|n| (128..160).contains(n))?;
    let letter = charset::read(Some("windows-1252"), &[number]).value;
    Some((letter, behind.strip_prefix(';').unwrap_or(behind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for (html, wanted) in [
            ("a &amp; b &eacute;&#233;&#xe9;", "a &amp; b &eacute;&#233;&#xe9;"),
            ("It&#146;s &#x93;fine&#148", "It’s “fine”"),
            ("1&nbsp 2 &copy 2026", "1&nbsp 2 &copy 2026"),
            ("?id=7&order=1&lang=de&num=2", "?id=7&amp;order=1&amp;lang=de&amp;num=2"),
            ("R&D & more &", "R&amp;D &amp; more &amp;"),
        ] {
            assert_eq!(read(html, Place::Text), wanted, "{html}");
        }
        assert_eq!(read("?a=1&copy=2&amp;b", Place::Tag), "?a=1&amp;copy=2&amp;b");
    }
}
