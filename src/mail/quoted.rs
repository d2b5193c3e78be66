//! Quoted-printable for the text that we send (RFC 2045 6.7).

/// Longest encoded line without its soft break, in bytes: with its `=` it is 76.
const LONGEST: usize = 75;

/// Encodes text with LF line ends. `From ` at the start of a line becomes `=46rom ` and a lone
/// dot `=2E`, so that mbox files and dot-stuffing on the way change nothing (R160).
#[must_use]
pub(super) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        encode_line(line.as_bytes(), &mut out);
        if lines.peek().is_some() {
            out.push('\n');
        }
    }
    out
}

fn encode_line(line: &[u8], out: &mut String) {
    let mut column = 0;
    for (at, byte) in line.iter().copied().enumerate() {
        let last = at + 1 == line.len();
        let plain = match byte {
            b'F' if at == 0 => !line.starts_with(b"From "),
            b'.' => line.len() > 1,
            b' ' | b'\t' => !last,
            b'=' => false,
            _ => byte.is_ascii_graphic(),
        };
        let code = if plain { char::from(byte).to_string() } else { format!("={byte:02X}") };
        if column + code.len() > LONGEST {
            out.push_str("=\n");
            column = 0;
        }
        column += code.len();
        out.push_str(&code);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (text, wanted) in [
            ("plain\n", "plain\n"),
            ("a=b", "a=3Db"),
            ("mü", "m=C3=BC"),
            ("From here\nFromage", "=46rom here\nFromage"),
            (".\n..\n", "=2E\n..\n"),
            ("-- \nx\t\n", "--=20\nx=09\n"),
            ("nul\0", "nul=00"),
            ("", ""),
        ] {
            assert_eq!(encode(text), wanted, "{text:?}");
        }
        let long = encode(&"ü".repeat(500));
        assert!(long.lines().all(|line| line.len() <= 76));
        assert!(encode(&"x".repeat(500)).lines().all(|line| line.len() <= 76));
    }
}
