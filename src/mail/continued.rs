//! Parameters that go on in segments (RFC 2231 section 3): `filename*0*=utf-8''Gr%C3; filename*1*=%BC`.
//!
//! Programs cut a value where a line is full, also within a character, so the segments are joined as
//! bytes and the charset is decoded behind that.

use std::collections::BTreeMap;

use super::charset;

/// Segments of one parameter that are looked at.
const MOST_SEGMENTS: usize = 1_000;

/// The parameters of an unfolded value that come in segments: lower-case name, decoded value.
pub(super) fn parameters(line: &str) -> Vec<(String, String)> {
    // Nearly every field of every part.
    if !line.contains('*') {
        return Vec::new();
    }
    let mut all: BTreeMap<String, BTreeMap<usize, Segment>> = BTreeMap::new();
    for parameter in split(line).into_iter().skip(1) {
        if let Some((name, number, segment)) = Segment::read(parameter) {
            all.entry(name).or_default().entry(number).or_insert(segment);
        }
    }
    all.into_iter().filter_map(|(name, segments)| Some((name, joined(&segments)?))).collect()
}

/// One piece of a value.
struct Segment {
    bytes: Vec<u8>,
    /// Whether it is percent-encoded: `*` stands behind its number.
    is_encoded: bool,
}

impl Segment {
    /// Reads `name*1*=value`; none of a parameter that has no number.
    fn read(parameter: &str) -> Option<(String, usize, Self)> {
        let (name, value) = parameter.split_once('=')?;
        let (name, number) = name.trim().split_once('*')?;
        let (number, is_encoded) =
            number.strip_suffix('*').map_or((number, false), |number| (number, true));
        let number = number.parse().ok().filter(|number| *number < MOST_SEGMENTS)?;
        let bytes = unquoted(value.trim()).into_bytes();
        Some((name.to_lowercase(), number, Segment { bytes, is_encoded }))
    }
}

/// The segments from the first one up to the first that is missing, as one text; none without the first.
/// The first names the charset where it is encoded.
fn joined(segments: &BTreeMap<usize, Segment>) -> Option<String> {
    let first = segments.get(&0)?;
    let named = first.bytes.splitn(3, |byte| *byte == b'\'').collect::<Vec<_>>();
    let (label, begin) = match named.as_slice() {
        [label, _, begin] if first.is_encoded => (std::str::from_utf8(label).ok(), *begin),
        _ => (None, first.bytes.as_slice()),
    };
    let mut bytes = Vec::new();
    let in_order = segments.iter().enumerate().take_while(|(at, (number, _))| at == *number);
    for (at, (_, segment)) in in_order {
        let value = if at == 0 { begin } else { &segment.bytes };
        match segment.is_encoded {
            true => bytes.extend(percent_decoded(value)),
            false => bytes.extend(value),
        }
    }
    Some(charset::read(label, &bytes).value)
}

/// The pieces of a value between its semicolons; one within quotes is none.
fn split(line: &str) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let pieces = line.split(|c: char| {
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && is_quoted && !is_escaped;
        c == ';' && !is_quoted
    });
    pieces.collect()
}

/// A value without its quotes, and without the backslashes that they ask for.
fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => break,
            '\\' => out.extend(rest.next()),
            c => out.push(c),
        }
    }
    out
}

/// Bytes with their `%C3` as what it stands for; a `%` that begins no code stays as it is.
fn percent_decoded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        match super::decode::hex_pair(behind).filter(|_| *byte == b'%') {
            Some((code, behind)) => {
                out.push(code);
                rest = behind;
            }
            None => out.push(*byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments() {
        for (line, wanted) in [
            (
                "attachment; filename*0*=utf-8''Gr%C3; filename*1*=%BC%C3%9Fe; filename*2=\".pdf\"",
                &[("filename", "Grüße.pdf")][..],
            ),
            ("a/b; NAME*0*=utf-8'de'M%C3; name*1*=%BCde", &[("name", "Müde")]),
            ("a/b; name*0*=iso-8859-1''M%FC; name*1=de%41", &[("name", "Müde%41")]),
            ("a/b; name*0*=shift_jis''%93; name*1*=%fa", &[("name", "日")]),
            ("a/b; name*0=\"one; \\\"two\"; name*1=\" three\"", &[("name", "one; \"two three")]),
            // In another order, one twice, one too few.
            ("a/b; n*1=b; n*0=a; n*0=x; n*3=d; n*2=c", &[("n", "abcd")]),
            ("a/b; n*0=a; n*2=c", &[("n", "a")]),
            ("a/b; n*1=b; n*2=c", &[]),
            ("a/b; n*0*=no charset%", &[("n", "no charset%")]),
            ("a/b; name*=utf-8''x; name=y; n*99999999999999999999=x; *0; =", &[]),
            ("n*0=a", &[]),
            ("", &[]),
        ] {
            let found = parameters(line);
            let found: Vec<_> = found.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            assert_eq!(found, wanted, "{line}");
        }
    }
}
