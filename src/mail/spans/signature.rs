//! Where a signature begins: below `-- ` (RFC 3676 section 4.3), or below a line of dashes near the
//! end.

use super::line::Line;

/// Lines that a signature below a line of dashes has at most.
const LONGEST: usize = 6;

/// Lines that are looked at.
const FARTHEST: usize = 40;

/// Whether the first of these lines is the one that stands above a signature. `is_apart`: nothing,
/// or an empty line, stands above it.
pub(super) fn is_below(lines: &[Line<'_>], is_apart: bool) -> bool {
    let Some((first, below)) = lines.split_first() else { return false };
    matches!(first.text, "--" | "—" | "––" | "- -") || first.is_rule() && is_apart && closes(below)
}

/// Whether all that stands below a line of dashes, up to a quote, is one short paragraph, or
/// further such lines. A line with more below it parts a text.
fn closes(below: &[Line<'_>]) -> bool {
    let own = below.iter().take(FARTHEST).take_while(|line| !line.is_marked());
    let own: Vec<_> = own.skip_while(|line| line.is_blank()).collect();
    let paragraph = own.iter().take_while(|line| !line.is_blank()).count();
    let (paragraph, rest) = own.split_at(paragraph);
    let says = |lines: &[&Line<'_>]| lines.iter().any(|line| !line.is_blank() && !line.is_rule());
    let has_rule = own.iter().any(|line| line.is_rule());
    !says(&own) || !has_rule && paragraph.len() <= LONGEST && !says(rest)
}

#[cfg(test)]
mod tests {
    use super::super::line::lines;
    use super::*;

    #[test]
    fn below_dashes() {
        for (text, apart, wanted) in [
            ("-- \nErika", false, true),
            ("--\n\nErika", true, true),
            ("—\nReply to this mail", true, true),
            ("____\nlist\nlist@example.org", true, true),
            ("Order\n", true, false),
            ("-----\n3 pieces", false, false),
            ("-----\nItem: x\n-----\nThanks", true, false),
            ("***\n####", true, true),
            ("-----\nErika\n\n> When?", true, true),
            ("-----\nErika\n\nP.S. When?", true, false),
            (&format!("-----\n{}", "line\n".repeat(7)), true, false),
            (&format!("-----\n{}", "\n".repeat(500)), true, true),
        ] {
            assert_eq!(is_below(&lines(text), apart), wanted, "{text:?}");
        }
    }
}
