//! What marks the lines of a quote, and what the first marked lines say of it.

use super::line::{Line, trim};
use super::separator::{self, Below};
use super::{attribution, header};

/// `>>> Erika <erika@example.org> 01.06.2026 09:00 >>>`, above a quote without marks.
pub(super) fn is_of_groupwise(line: &Line<'_>) -> bool {
    let inner = line.text.strip_prefix(">>>").and_then(|rest| rest.strip_suffix(">>>"));
    inner.is_some_and(|inner| inner.contains('@') && inner.contains(char::is_numeric))
}

/// `>>> On Monday, in message <1@example.org>, Erika <erika@example.org> wrote:`, likewise: how many
/// lines it has.
pub(super) fn attribution_of_groupwise(lines: &[Line<'_>]) -> Option<usize> {
    let (first, below) = lines.split_first()?;
    if !first.text.starts_with(">>> ") || below.first().is_none_or(Line::is_marked) {
        return None;
    }
    let mut near = vec![Line { text: first.unmarked(), ..first.clone() }];
    near.extend(below.iter().take(4).cloned());
    Some(attribution::begins(&near)?.lines)
}

/// `> Begin forwarded message:`, as Apple Mail marks all of what is passed on.
pub(super) fn is_passed_on(line: &Line<'_>) -> bool {
    let inner = Line { text: line.unmarked(), ..line.clone() };
    separator::below(&inner) == Some(Below::PassedOn)
}

/// Whether the first two lines that say something have the same initials.
pub(super) fn are_initialled(lines: &[Line<'_>]) -> bool {
    let mut first = lines.iter().filter(|line| !line.is_blank()).take(2).map(|l| initials(l.text));
    match (first.next().flatten(), first.next().flatten()) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// `EE>` at the beginning of a line.
pub(super) fn initials(line: &str) -> Option<&str> {
    let (mark, _) = line.get(..line.len().min(16)).unwrap_or(line).split_once('>')?;
    let is_name = mark.starts_with(|c: char| c.is_ascii_uppercase())
        && mark.len() <= 12
        && mark.chars().all(|c| c.is_ascii_alphabetic());
    is_name.then_some(mark)
}

/// Whether one of the first marked lines is an attribution or begins a header.
pub(super) fn is_ascribed(lines: &[Line<'_>]) -> bool {
    let marked = lines.iter().take(8).take_while(|line| line.is_marked() || line.is_blank());
    let inner: Vec<Line<'_>> =
        marked.map(|line| Line { text: trim(line.unmarked()), ..line.clone() }).collect();
    let fields = header::fields(&inner);
    (0..inner.len().min(3)).any(|n| {
        let rest = inner.get(n..).unwrap_or_default();
        attribution::begins(rest).is_some()
            || header::begins(rest, fields.get(n..).unwrap_or_default(), false)
    })
}

#[cfg(test)]
mod tests {
    use super::super::line::lines;
    use super::*;

    #[test]
    fn initials_of_a_name() {
        for (text, wanted) in [
            ("EE> When?", Some("EE")),
            ("Erika>When?", Some("Erika")),
            ("> When?", None),
            ("a > b", None),
            ("C:\\> dir", None),
        ] {
            assert_eq!(initials(text), wanted, "{text}");
        }
    }

    #[test]
    fn first_marked_lines() {
        for (text, ascribed, passed_on) in [
            ("> On 1 Jun 2026, at 09:00, A <a@x.org> wrote:\n>\n> When?", true, false),
            ("> From: A <a@x.org>\n> Date: today\n>\n> When?", true, false),
            ("> Begin forwarded message:\n>\n> When?", false, true),
            ("> When?\n> On Monday?", false, false),
        ] {
            let lines = lines(text);
            assert_eq!(is_ascribed(&lines), ascribed, "{text}");
            assert_eq!(is_passed_on(&lines[0]), passed_on, "{text}");
        }
    }
}
