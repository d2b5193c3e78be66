//! Where a signature begins: below `-- ` (RFC 3676 section 4.3), or below a line of dashes near the
//! end.

use super::line::Line;

/// Lines that a signature below a line of dashes has at most.
const LONGEST: usize = 6;

/// Lines that are looked at.
const FARTHEST: usize = 40;

/// What stands above a line of dashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// Nothing, or an empty line.
    Apart,
    /// An empty line, and before it one that announces what comes: `my new address:`.
    Announced,
    /// A line of the same paragraph.
    Joined,
}

/// Whether the first of these lines is the one that stands above a signature. `opens` tells whether a
/// quote begins with the first of some lines.
pub(super) fn is_below(
    lines: &[Line<'_>],
    above: Room,
    opens: impl Fn(&[Line<'_>]) -> bool,
) -> bool {
    let Some((first, below)) = lines.split_first() else { return false };
    matches!(first.text, "--" | "—" | "––" | "- -")
        || first.is_rule() && above == Room::Apart && closes(below, opens)
}

/// Whether all that stands below a line of dashes, up to a quote, is one short paragraph, or
/// further such lines. A line with more below it parts a text.
fn closes(below: &[Line<'_>], opens: impl Fn(&[Line<'_>]) -> bool) -> bool {
    let (mut paragraph, mut has_rule, mut has_ended) = (0, false, false);
    for (n, line) in below.iter().enumerate().take(FARTHEST) {
        if line.is_blank() {
            has_ended = paragraph > 0;
        } else if line.is_marked() {
            break;
        } else if line.is_rule() {
            has_rule = true;
        } else if opens(below.get(n..).unwrap_or_default()) {
            break;
        } else if has_rule || has_ended || paragraph == LONGEST {
            return false;
        } else {
            paragraph += 1;
        }
    }
    paragraph == 0 || !has_rule
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
            ("-----\nErika\nSales\n\nQUOTE\nWhen?\n\nBram", true, true),
            ("-----\nQUOTE\nWhen?", true, true),
            ("-----\nErika\n-----\nQUOTE", true, false),
        ] {
            let opens = |lines: &[Line<'_>]| lines.first().is_some_and(|l| l.text == "QUOTE");
            let above = if apart { Room::Apart } else { Room::Joined };
            assert_eq!(is_below(&lines(text), above, opens), wanted, "{text:?}");
        }
    }
}
