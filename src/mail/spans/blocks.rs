//! A text in blocks: what stands in it, line by line, before it is decided what is shown.

use super::added::{Added, added, is_link};
use super::attribution::{self, Attribution};
use super::header::{self, Field};
use super::line::Line;
use super::mark::{
    are_initialled, attribution_of_groupwise, initials, is_ascribed, is_of_groupwise, is_passed_on,
};
use super::separator::{self, Below};
use super::signature::{self, Room};

/// What a postscript begins with, in lower case.
const POSTSCRIPTS: [&str; 5] = ["ps:", "p.s.", "pps:", "p.p.s.", "n.b."];

/// What a block is by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Plain text.
    Text,
    /// The line above a marked quote that says who wrote it.
    Introduction,
    /// Lines with marks.
    Marked(Origin),
    /// A quote without marks below an attribution: the rest of the text.
    Unmarked,
    /// A quote below a header or a line that says so: the rest of the text.
    Headed,
    /// A mail that is passed on: the rest of the text.
    PassedOn,
    /// A signature.
    Signature,
    /// A line that a program added above all that is said.
    Added,
}

/// Whether a marked quote says whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// In a line above it, or in one of its first lines.
    Told,
    /// Nowhere.
    Untold,
}

/// Where a block begins; it ends where the next one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) shape: Shape,
    /// In bytes of the text.
    pub(super) begin: usize,
}

/// The blocks of a text, the first one at its beginning; none if the text is empty.
pub(super) fn blocks(lines: &[Line<'_>]) -> Vec<Block> {
    let fields = header::fields(lines);
    let mut walk = Walk { lines, fields: &fields, at: 0, shown: 0, blocks: Vec::new() };
    let code = code(lines);
    while let Some(line) = lines.get(walk.at) {
        if !line.is_blank() {
            let is_code = code.get(walk.at) == Some(&true);
            walk.take(line, is_code);
        }
        walk.at += 1;
    }
    match walk.blocks.first_mut() {
        Some(first) => first.begin = 0,
        None if lines.is_empty() => {}
        None => walk.blocks.push(Block { shape: Shape::Text, begin: 0 }),
    }
    walk.blocks
}

/// Which lines stand between two lines of three backticks.
fn code(lines: &[Line<'_>]) -> Vec<bool> {
    let fences: Vec<usize> = (0..lines.len())
        .filter(|n| lines.get(*n).is_some_and(|l| l.text.starts_with("```")))
        .collect();
    let mut code = vec![false; lines.len()];
    for pair in fences.chunks_exact(2) {
        if let [open, close] = pair
            && let Some(between) = code.get_mut(*open..=*close)
        {
            between.fill(true);
        }
    }
    code
}

struct Walk<'a> {
    lines: &'a [Line<'a>],
    fields: &'a [Option<Field>],
    /// The line that is looked at.
    at: usize,
    /// Where a header ends that is shown as it is.
    shown: usize,
    blocks: Vec<Block>,
}

impl<'a> Walk<'a> {
    fn take(&mut self, line: &Line<'_>, is_code: bool) {
        let rest = self.lines.get(self.at..).unwrap_or_default();
        if is_code {
            self.text(line);
        } else if is_of_groupwise(line) {
            self.rest(Shape::Unmarked);
        } else if let Some(lines) = attribution_of_groupwise(rest) {
            self.attribution(line, rest, Attribution { begin: 0, lines });
        } else if line.is_marked() || self.is_initialled(line) {
            self.marked(line, rest);
        } else if self.is_left_out(line, rest) {
            // It belongs to the quote, or to what introduces it.
        } else if let Some(below) = separator::below(line) {
            self.separator(rest, below);
        } else if let Some(found) = attribution::begins(rest) {
            self.attribution(line, rest, found);
        } else if let Some(begin) = separator::within(line.text) {
            self.cut(line, begin, Shape::Headed);
            self.at = self.lines.len();
        } else if self.is_header(rest) {
            self.header(rest);
        } else if let Some(shape) = self.signature(rest) {
            self.push(shape, line.range.start);
        } else {
            self.text(line);
        }
    }

    fn last(&self) -> Option<Shape> {
        self.blocks.last().map(|block| block.shape)
    }

    /// Begins a block, which takes the place of what began behind it.
    fn push(&mut self, shape: Shape, begin: usize) {
        while self.blocks.last().is_some_and(|last| last.begin >= begin) {
            self.blocks.pop();
        }
        self.blocks.push(Block { shape, begin });
    }

    /// Whether this line stands for a part of a quote, which goes on below it.
    fn is_left_out(&self, line: &Line<'_>, rest: &[Line<'_>]) -> bool {
        let mut below = rest.iter().skip(1).take(3);
        line.is_elision()
            && matches!(self.last(), Some(Shape::Introduction | Shape::Marked(_)))
            && below.find(|line| !line.is_blank()).is_some_and(Line::is_marked)
    }

    /// A signature goes on until a quote or a postscript.
    fn text(&mut self, line: &Line<'_>) {
        let goes_on = match self.last() {
            Some(Shape::Text) => true,
            Some(Shape::Signature) => !self.is_postscript(line),
            _ => false,
        };
        if !goes_on {
            self.push(Shape::Text, line.range.start);
        }
    }

    fn is_postscript(&self, line: &Line<'_>) -> bool {
        let above = self.at.checked_sub(1).and_then(|above| self.lines.get(above));
        let lower = line.text.to_lowercase();
        above.is_some_and(Line::is_blank) && POSTSCRIPTS.iter().any(|mark| lower.starts_with(mark))
    }

    /// The rest of the text is one block.
    fn rest(&mut self, shape: Shape) {
        self.push(shape, self.above());
        self.at = self.lines.len();
    }

    /// Begins a block within a line, what stands before it being text, or with the dashes above.
    fn cut(&mut self, line: &Line<'_>, begin: usize, shape: Shape) {
        let begin = if begin > 0 {
            self.text(line);
            line.range.start + line.indent + begin
        } else {
            self.above()
        };
        self.push(shape, begin);
    }

    /// Below the line that says so stands the rest of the text, or a marked quote, which may have
    /// a header.
    fn separator(&mut self, rest: &[Line<'_>], below: Below) {
        let next = rest.iter().skip(1).position(|line| !line.is_blank()).map_or(0, |n| n + 1);
        let marked = rest.get(next).is_some_and(Line::is_marked).then_some(1);
        let introduced = || {
            let fields = self.fields.get(self.at + next..).unwrap_or_default();
            let count = header::introduces(rest.get(next..).unwrap_or_default(), fields, true)?;
            Some(next + count)
        };
        match below {
            Below::PassedOn => self.rest(Shape::PassedOn),
            Below::Answered => match marked.or_else(introduced) {
                Some(count) => self.introduction(count),
                None => self.rest(Shape::Headed),
            },
        }
    }

    /// Below a header stands the rest of the text, or a marked quote.
    fn header(&mut self, rest: &[Line<'_>]) {
        let fields = self.fields.get(self.at..).unwrap_or_default();
        match header::introduces(rest, fields, self.is_after_rule()) {
            Some(count) => self.introduction(count),
            None => self.rest(Shape::Headed),
        }
    }

    /// So many lines from this one on stand above a marked quote.
    fn introduction(&mut self, count: usize) {
        self.push(Shape::Introduction, self.above());
        self.at += count.saturating_sub(1);
    }

    /// Where the block at this line begins: lines of dashes above it, also with words between
    /// them, are part of it.
    fn above(&self) -> usize {
        let mut begin = self.at;
        for n in (0..self.at).rev() {
            match self.lines.get(n) {
                Some(line) if line.is_blank() => {}
                Some(line) if line.is_rule() || line.is_between_dashes() => begin = n,
                _ => break,
            }
        }
        self.lines.get(begin).map_or(0, |line| line.range.start)
    }

    fn marked(&mut self, line: &Line<'_>, rest: &[Line<'_>]) {
        let begins = !matches!(self.last(), Some(Shape::Marked(_)));
        if begins && self.last() != Some(Shape::Introduction) && is_passed_on(line) {
            return self.rest(Shape::PassedOn);
        }
        if begins {
            let is_told = self.last() == Some(Shape::Introduction) || is_ascribed(rest);
            let origin = if is_told { Origin::Told } else { Origin::Untold };
            self.push(Shape::Marked(origin), line.range.start);
        }
        // A link that was broken has its end on a line without a mark.
        let broken = line.text.rfind(['<', '(']).is_some_and(|open| {
            line.text
                .get(open..)
                .is_some_and(|link| link.contains("://") && !link.contains(['>', ')']))
        });
        let ends = |next: &Line<'_>| !next.text.contains(' ') && next.text.ends_with(['>', ')']);
        if broken && rest.get(1).is_some_and(|next| !next.is_marked() && ends(next)) {
            self.at += 1;
        }
    }

    fn attribution(&mut self, line: &Line<'_>, rest: &[Line<'_>], found: Attribution) {
        let below = rest.get(found.lines..).unwrap_or_default();
        let next = below.iter().find(|line| !line.is_blank() && !line.is_elision());
        let is_marked = next.is_some_and(Line::is_marked) || are_initialled(below);
        let shape = if is_marked { Shape::Introduction } else { Shape::Unmarked };
        self.cut(line, found.begin, shape);
        self.at = if is_marked { self.at + found.lines - 1 } else { self.lines.len() };
    }

    fn is_header(&mut self, rest: &[Line<'_>]) -> bool {
        if self.at < self.shown {
            return false;
        }
        let is_after_rule = self.is_after_rule();
        if !is_after_rule && rest.first().is_some_and(|line| header::is_raw(line.text)) {
            let length = rest.iter().position(Line::is_blank).unwrap_or(rest.len());
            self.shown = self.at + length;
            return false;
        }
        let fields = self.fields.get(self.at..).unwrap_or_default();
        header::begins(rest, fields, is_after_rule)
    }

    fn is_after_rule(&self) -> bool {
        let mut above = self.lines.get(..self.at).unwrap_or_default().iter().rev().take(3);
        above
            .find(|line| !line.is_blank())
            .is_some_and(|line| line.is_rule() || line.is_between_dashes())
    }

    /// What a program adds above all that is said has no more of a signature below it.
    fn signature(&self, rest: &[Line<'_>]) -> Option<Shape> {
        let (line, below) = rest.split_first()?;
        if self.last() == Some(Shape::Signature) {
            return None;
        }
        let is_added = match added(line.text) {
            Some(Added::Surely) => {
                let ends = |next: &Line<'_>| next.is_blank() || is_beside_added(next);
                below.first().is_none_or(ends) || opens_quote(below)
            }
            Some(Added::Maybe) => says_no_more(below),
            None => false,
        };
        if is_added {
            let is_above = matches!(self.last(), None | Some(Shape::Added));
            return Some(if is_above { Shape::Added } else { Shape::Signature });
        }
        let is_below =
            !self.blocks.is_empty() && signature::is_below(rest, self.room_above(), opens_quote);
        is_below.then_some(Shape::Signature)
    }

    fn room_above(&self) -> Room {
        let mut above = self.lines.get(..self.at).unwrap_or_default().iter().rev();
        if above.clone().next().is_some_and(|line| !line.is_blank() && !line.is_marked()) {
            return Room::Joined;
        }
        match above.by_ref().take(5).find(|line| !line.is_blank()) {
            Some(line) if line.text.ends_with([':', '：']) && !line.is_marked() => Room::Announced,
            _ => Room::Apart,
        }
    }

    /// `EE> When will it come?`: marks with the initials or the name of who wrote it, as Emacs
    /// makes them. Only below an attribution, as prompts of programs look the same.
    fn is_initialled(&self, line: &Line<'_>) -> bool {
        let told = |block: &Block| block.shape == Shape::Introduction;
        let Some(mark) = initials(line.text) else { return false };
        let beside = [self.at.checked_sub(1), self.at.checked_add(1)];
        let same = |n: &usize| self.lines.get(*n).and_then(|l| initials(l.text)) == Some(mark);
        beside.iter().flatten().any(same) && self.blocks.iter().take(100).any(told)
    }
}

/// Whether a line may stand beside one that a program added.
fn is_beside_added(line: &Line<'_>) -> bool {
    line.is_rule() || is_link(line.text) || added(line.text).is_some()
}

/// Whether nobody says anything in these lines, up to a quote; where the next few do not tell, somebody
/// may.
fn says_no_more(lines: &[Line<'_>]) -> bool {
    let mut near = lines.iter().enumerate().filter(|(_, line)| !line.is_blank());
    for (n, line) in near.by_ref().take(6) {
        if !is_beside_added(line) {
            return opens_quote(lines.get(n..).unwrap_or_default());
        }
    }
    near.next().is_none()
}

/// Whether a quote begins with the first of these lines.
fn opens_quote(lines: &[Line<'_>]) -> bool {
    let Some(first) = lines.first() else { return false };
    first.is_marked()
        || attribution::begins(lines).is_some()
        || separator::below(first).is_some()
        || separator::within(first.text) == Some(0)
        || header::opens(lines)
}
