//! The text of a message as people read it: what its sender wrote, quotes and signature fainter,
//! or folded.

use std::io::Write;

use anyhow::Result;
use postroom::mail::spans::{Intent, Kind, spans};
use postroom::render::{Screen, Style, clean};

use crate::out::Out;

/// How much of a text is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    /// One line for each quote and signature.
    Quotes,
    /// One line for each signature: what is quoted stands nowhere else.
    Signatures,
    /// All of it.
    Nothing,
}

impl Fold {
    /// As `--full` has it.
    pub(crate) fn unless(full: bool) -> Fold {
        if full { Fold::Nothing } else { Fold::Quotes }
    }
}

/// Prints a text, set in.
pub(crate) fn print(
    out: &mut Out,
    text: &str,
    intent: Intent,
    fold: Fold,
    screen: Screen,
) -> Result<()> {
    let text = text.trim_end();
    for span in spans(text, intent) {
        let piece = text.get(span.range).unwrap_or_default();
        match folded(span.kind, piece, fold) {
            Some(words) => {
                set_in(out, &words, Style::Faint, screen)?;
                if piece.ends_with("\n\n") {
                    set_in(out, "\n", Style::Plain, screen)?;
                }
            }
            None => set_in(out, piece, style(span.kind), screen)?,
        }
    }
    Ok(())
}

/// The line that stands for a piece; none if it is printed, or is no longer than that.
fn folded(kind: Kind, piece: &str, fold: Fold) -> Option<String> {
    let lines = piece.trim().lines().count();
    match kind {
        _ if fold == Fold::Nothing => None,
        Kind::Quote if lines > 1 && fold == Fold::Quotes => {
            Some(format!("[{lines} quoted lines; --full]"))
        }
        Kind::Signature if lines > 1 => Some(format!("[{lines} lines of signature; --full]")),
        _ => None,
    }
}

fn style(kind: Kind) -> Style {
    match kind {
        Kind::Said | Kind::PassedOn => Style::Plain,
        Kind::Answered | Kind::Quote | Kind::Signature => Style::Faint,
    }
}

/// A text of our own or of a stranger, each line set in.
pub(crate) fn set_in(out: &mut Out, text: &str, style: Style, screen: Screen) -> Result<()> {
    for line in clean::text(text).lines() {
        writeln!(out, "    {}", screen.paint(style, line))?;
    }
    Ok(())
}
