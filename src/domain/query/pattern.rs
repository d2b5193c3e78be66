//! Regular expressions: checked when they are read, compiled when they are first used.
//!
//! Every delivery reads all rules, but few of their regexes come to be asked; compiling one takes
//! many times as long as checking it.

use std::fmt;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::{ExtractKind, Extractor, Literal};
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use crate::domain::Located;

/// Longest regex, in bytes.
const LONGEST: usize = 4096;

/// How deep its groups may nest.
const DEEPEST: u32 = 64;

/// Most weight of a regex. A unit of weight takes up to 200 bytes when it is compiled.
const HEAVIEST: usize = 40_000;

/// A regular expression: linear time, Unicode, without regard to case unless it says `(?-i)`.
#[derive(Debug, Clone)]
pub struct Pattern {
    written: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Takes what stands between the slashes; `\/` in it is a slash.
    ///
    /// # Errors
    /// With the place in that text, and what is wrong there.
    pub fn new(between: &str) -> Result<Self, Located> {
        if between.is_empty() {
            let what = "an empty regex matches everything; write what to look for";
            return Err(Located::new(0, what));
        }
        if between.len() > LONGEST {
            let what = format!("a regex has at most {LONGEST} bytes; join several with 'or'");
            return Err(Located::new(0, what));
        }
        let mut parser = ParserBuilder::new().case_insensitive(true).nest_limit(DEEPEST).build();
        let parsed = parser.parse(between).map_err(|error| explained(&error))?;
        if weight(&parsed) > HEAVIEST {
            return Err(Located::new(0, "this regex is too large; repeat less in it"));
        }
        let written = without_escaped_slashes(between);
        Ok(Pattern { written, compiled: OnceLock::new() })
    }

    /// Whether whatever it matches ends with a domain, or the last labels of one, and that at the end
    /// of the text, in each of its alternatives. A `>` may stand behind.
    #[must_use]
    pub fn ends_with_a_domain(&self) -> bool {
        let mut parser = ParserBuilder::new().nest_limit(DEEPEST).build();
        let Ok(parsed) = parser.parse(&self.written) else { return false };
        let ends = Extractor::new().kind(ExtractKind::Suffix).extract(&parsed);
        // None are too many to tell.
        let is_domain = |ends: &[Literal]| ends.iter().all(|end| has_label(end.as_bytes()));
        parsed.properties().look_set_suffix().contains(Look::End)
            && ends.literals().is_some_and(is_domain)
    }

    /// Whether it matches anywhere in the text.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        self.compiled().is_some_and(|regex| regex.is_match(text))
    }

    /// What its groups caught where it first matches, without those that took no part; all that
    /// it matched if it has no groups. None if it matches nowhere.
    #[must_use]
    pub fn caught_in<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let caught = self.compiled()?.captures(text)?;
        let from = usize::from(caught.len() > 1);
        Some(caught.iter().skip(from).flatten().map(|group| group.as_str()).collect())
    }

    fn compiled(&self) -> Option<&Regex> {
        let compiled = self.compiled.get_or_init(|| {
            // Its size is bounded by its weight, so that this cannot fail after it was checked.
            let mut builder = RegexBuilder::new(&self.written);
            builder.case_insensitive(true).nest_limit(DEEPEST).size_limit(usize::MAX).build().ok()
        });
        compiled.as_ref()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Pattern {}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.written.replace('/', "\\/"))
    }
}

/// Whether the end of an address has a whole label: `@mon`, `.example.org>`.
fn has_label(end: &[u8]) -> bool {
    let end = end.strip_suffix(b">").unwrap_or(end);
    let begin = end.iter().rposition(|byte| matches!(byte, b'@' | b'.'));
    begin.and_then(|at| end.get(at + 1..)).is_some_and(|label| !label.is_empty())
}

/// About how many states the compiled form has. The nest limit bounds the recursion.
fn weight(hir: &Hir) -> usize {
    let sum = |parts: &[Hir]| parts.iter().map(weight).fold(1, usize::saturating_add);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Unicode(class)) => 4 + class.ranges().len(),
        HirKind::Class(Class::Bytes(class)) => 4 + class.ranges().len(),
        HirKind::Capture(group) => weight(&group.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => sum(parts),
        HirKind::Repetition(repeated) => {
            let times = repeated.max.unwrap_or(repeated.min.saturating_add(1));
            weight(&repeated.sub).saturating_add(1).saturating_mul(times.max(1) as usize)
        }
    }
}

/// A backslash takes the next character with it, so `\\/` is a backslash and an end.
fn without_escaped_slashes(between: &str) -> String {
    let mut plain = String::with_capacity(between.len());
    let mut chars = between.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some('/')) => {}
            ('\\', Some(escaped)) => {
                plain.extend([c, escaped]);
                chars.next();
            }
            _ => plain.push(c),
        }
    }
    plain
}

/// The place of the mistake, and what the parser says of it in a few words.
fn explained(error: &regex_syntax::Error) -> Located {
    let (place, why) = match error {
        regex_syntax::Error::Parse(error) => (error.span().start.offset, error.kind().to_string()),
        regex_syntax::Error::Translate(error) => {
            (error.span().start.offset, error.kind().to_string())
        }
        other => (0, other.to_string()),
    };
    Located::new(place, format!("this is no regex: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_passes_the_check_compiles() {
        for between in [
            r"invoice|rechnung",
            r"\/path\/\w+",
            r"[/\/]",
            r"(?x) a / b # c",
            r"(?-u:\x41)",
            r"\bé{2,5}$",
            r"\w{20}",
            r"[^a]{1000}",
            r".{3000}",
            r"(?i:ſ{400}){10}",
            r"\p{Greek}{50}|\pL{30}",
            r"(a|b|c){0,2000}",
            r"[\x00-\x{10FFFF}]{5000}",
        ] {
            let pattern = Pattern::new(between).unwrap();
            let _ = pattern.is_in("a text with invoice /path/x");
            let compiled = pattern.compiled.get().unwrap().as_ref();
            assert!(compiled.is_some(), "{between}");
            let bounded = RegexBuilder::new(&pattern.written)
                .case_insensitive(true)
                .size_limit(200 * HEAVIEST)
                .build();
            assert!(bounded.is_ok(), "{between}: {bounded:?}");
        }
    }

    #[test]
    fn what_groups_catch() {
        for (between, text, caught) in [
            ("host (\\w+) is (?:up|down)", "Host web is DOWN", Some(vec!["web"])),
            ("(a)|(b)", "xb", Some(vec!["b"])),
            ("b+", "aBBa", Some(vec!["BB"])),
            ("x", "abc", None),
        ] {
            assert_eq!(Pattern::new(between).unwrap().caught_in(text), caught, "{between}");
        }
    }

    /// A backtracking engine would not come back from this one.
    #[test]
    fn the_work_is_linear_in_the_text() {
        let pattern = Pattern::new("(a+)+$").unwrap();
        let text = format!("{}b", "a".repeat(1 << 20));
        assert!(!pattern.is_in(&text));
        assert_eq!(pattern.caught_in(&text), None);
    }

    #[test]
    fn mistakes_and_excesses_are_found_on_reading() {
        for (between, offset, says) in [
            ("", 0, "empty"),
            ("a(", 1, "unclosed group"),
            (r"\/a**[", 5, "unclosed character class"),
            (r"a\1", 1, "backreferences are not supported"),
            (r"(?-u:\xff)", 5, "invalid UTF-8"),
            ("a{1000}{1000}{1000}", 0, "too large"),
            (r"\w{100}", 0, "too large"),
            (r"(a{0,4000000000}){9}", 0, "too large"),
        ] {
            let why = Pattern::new(between).unwrap_err();
            assert!(why.message.contains(says), "{between}: {why}");
            assert_eq!(why.offset, offset, "{between}: {why}");
        }
        assert!(Pattern::new(&"(".repeat(4000)).is_err());
        assert!(Pattern::new(&"a".repeat(5000)).is_err());
        let deep = format!("{}a{}", "(".repeat(70), ")".repeat(70));
        assert!(Pattern::new(&deep).is_err());
    }
}
