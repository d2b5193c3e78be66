//! How a TOML string is written, so that an error within its value has its true place.

/// The byte of a string as written, with its quotes, that a byte of its value comes from.
pub(super) fn raw_offset(raw: &str, offset: usize) -> usize {
    let quote = ["'''", "\"\"\"", "'", "\""].into_iter().find(|q| raw.starts_with(q));
    let Some(quote) = quote else { return 0 };
    let mut start = quote.len();
    if quote.len() == 3 {
        // TOML drops a newline right after the opening quotes.
        let body = raw.get(start..).unwrap_or_default();
        start += if body.starts_with("\r\n") { 2 } else { usize::from(body.starts_with('\n')) };
    }
    let body = raw.get(start..).unwrap_or_default();
    if quote.starts_with('\'') { start + offset } else { start + unescaped(body, offset) }
}

/// The same for the inside of a string in which a backslash has a meaning.
fn unescaped(body: &str, offset: usize) -> usize {
    let (mut raw, mut value) = (0, 0);
    loop {
        let rest = body.get(raw..).unwrap_or_default();
        let Some(first) = rest.chars().next() else { return raw };
        let (written, meant) = match first {
            '\\' => escape(rest),
            other => (other.len_utf8(), other.len_utf8()),
        };
        if value + meant > offset {
            return raw;
        }
        raw += written;
        value += meant;
    }
}

/// The length in bytes of the escape that a text begins with: as written, and of its value.
fn escape(rest: &str) -> (usize, usize) {
    let digits = match rest.chars().nth(1) {
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        Some(blank) if blank.is_whitespace() => {
            let after = rest.get(1..).unwrap_or_default().trim_start();
            return (rest.len() - after.len(), 0);
        }
        Some(_) => return (2, 1),
        None => return (1, 0),
    };
    let code = rest.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    (2 + digits, code.and_then(char::from_u32).map_or(1, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_of_the_value_is_found_in_the_literal() {
        for raw in [
            "'is:opn'",
            "\"is:opn\"",
            "'''is:opn'''",
            "'''\nis:opn'''",
            "\"\"\"\r\nis:opn\"\"\"",
            r#""\"ä\u00e4\U0001F600\x41\t is:opn""#,
            "\"\"\"text:x \\\n   is:opn\"\"\"",
            "\"\"\"",
        ] {
            let parsed: Result<toml::Table, _> = format!("v = {raw}").parse();
            let Ok(table) = parsed else {
                assert_eq!(raw_offset(raw, 9), raw.len());
                continue;
            };
            let value = table["v"].as_str().unwrap();
            let at = raw_offset(raw, value.find("is:opn").unwrap());
            assert!(raw[at..].starts_with("is:opn"), "{raw}: {at}");
        }
    }
}
