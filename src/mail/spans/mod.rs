//! What of a text its sender wrote, and what is quote or signature: spans, computed whenever they
//! are wanted, never cut from what is stored (F67).
//!
//! The spans of a text are the text (T3.7a). Nothing is guessed that would hide what somebody
//! wrote: where a quote has no visible end and nothing stands above it, it is shown.

mod added;
mod attribution;
mod blocks;
mod date;
mod header;
mod line;
mod mark;
mod separator;
mod signature;
#[cfg(test)]
mod tests;

use std::ops::Range;

use blocks::{Block, Origin, Shape, blocks};

use super::subject::says_forward;

/// What a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The sender wrote it.
    Said,
    /// A quote that the sender answers below it, piece by piece: part of what is said.
    Answered,
    /// A mail that the sender passes on: part of what is said.
    PassedOn,
    /// A quote of an earlier mail, with the line or header that introduces it.
    Quote,
    /// A signature, or what a program added.
    Signature,
}

impl Kind {
    /// Whether a reader who knows the earlier mail needs it.
    #[must_use]
    pub fn is_visible(self) -> bool {
        matches!(self, Kind::Said | Kind::Answered | Kind::PassedOn)
    }
}

/// What the sender does with an earlier mail that stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Answers it, or there is none.
    Answers,
    /// Passes it on, to be read.
    PassesOn,
}

impl Intent {
    /// As the subject tells it: above a mail that is passed on Outlook and others put nothing but its
    /// header, as above one that is answered.
    #[must_use]
    pub fn of(subject: &str) -> Self {
        if says_forward(subject) { Intent::PassesOn } else { Intent::Answers }
    }
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// What it is.
    pub kind: Kind,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
}

/// The spans of a text, in order, none empty, no two of a kind side by side: together they are
/// the text. Takes linear time.
#[must_use]
pub fn spans(text: &str, intent: Intent) -> Vec<Span> {
    let lines = line::lines(text);
    let blocks = blocks(&lines);
    let mut spans: Vec<Span> = Vec::new();
    let mut begins = blocks.iter().skip(1).map(|block| block.begin);
    for (block, kind) in blocks.iter().zip(kinds(&blocks, intent)) {
        let end = begins.next().unwrap_or(text.len());
        match spans.last_mut() {
            Some(last) if last.kind == kind => last.range.end = end,
            _ => spans.push(Span { kind, range: block.begin..end }),
        }
    }
    spans
}

/// What the sender wrote: the text without quotes and signature, an empty line where something
/// was left out.
#[must_use]
pub fn said(text: &str, intent: Intent) -> String {
    let mut said = String::new();
    let mut end = 0;
    for span in spans(text, intent).iter().filter(|span| span.kind.is_visible()) {
        let piece = text.get(span.range.clone()).unwrap_or_default();
        if span.range.start == end {
            said.push_str(piece);
        } else {
            said.truncate(said.trim_end().len());
            let gap = if said.is_empty() { "" } else { "\n\n" };
            said.push_str(gap);
            said.push_str(piece.trim_start_matches(['\n', '\r']));
        }
        end = span.range.end;
    }
    said.truncate(said.trim_end().len());
    let blank = said.len() - said.trim_start_matches(['\n', '\r']).len();
    said.split_off(blank)
}

/// What each block is, beside the others.
fn kinds(blocks: &[Block], intent: Intent) -> Vec<Kind> {
    let says = blocks.iter().any(|block| block.shape == Shape::Text);
    let mut beside =
        Beside { intent, says, text_below: false, piece_below: false, introduction_below: false };
    let mut kinds: Vec<Kind> = blocks.iter().rev().map(|block| beside.kind(block.shape)).collect();
    kinds.reverse();
    kinds
}

/// What stands beside a block, from the last one up.
struct Beside {
    intent: Intent,
    /// Whether there is plain text anywhere.
    says: bool,
    /// Whether there is plain text below.
    text_below: bool,
    /// Whether a further piece of the same quote stands below.
    piece_below: bool,
    /// Whether a marked quote of the mail that was answered is introduced below.
    introduction_below: bool,
}

impl Beside {
    fn kind(&mut self, shape: Shape) -> Kind {
        match shape {
            Shape::Text => {
                self.text_below = true;
                Kind::Said
            }
            Shape::Introduction => {
                self.piece_below = false;
                self.introduction_below = true;
                Kind::Quote
            }
            Shape::Marked(origin) => self.marked(origin),
            Shape::Unmarked if !self.says => Kind::Said,
            Shape::Headed if !self.says || self.intent == Intent::PassesOn => Kind::PassedOn,
            Shape::Unmarked | Shape::Headed => Kind::Quote,
            Shape::PassedOn => Kind::PassedOn,
            Shape::Signature | Shape::Added => Kind::Signature,
        }
    }

    /// A whole quote above or below an answer is known to the reader; of one that is answered
    /// piece by piece, each answer needs the piece above it. A piece above the mail that was
    /// answered is not of that mail: the sender quotes something else.
    fn marked(&mut self, origin: Origin) -> Kind {
        let is_piece = origin == Origin::Untold;
        let kind = match self.text_below {
            true if is_piece || self.piece_below => Kind::Answered,
            false if is_piece && (!self.says || self.introduction_below) => Kind::Said,
            _ => Kind::Quote,
        };
        self.piece_below |= is_piece;
        kind
    }
}
