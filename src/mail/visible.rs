//! The text that a reader of a message sees: which parts it is in, and what it says.

use std::borrow::Cow;

use super::Defect;
use super::charset;
use super::clean;
use super::flowed;
use super::html;
use super::structure::Part;

/// Visible text that is kept, in bytes.
const LONGEST: usize = 1 << 20;

/// Bytes of a part that are decoded: of whatever kind they are, they hold more than is kept.
const LONGEST_BODY: usize = 4 << 20;

/// Which parts of a message are its visible text, by index, in their order.
pub(super) fn parts(parts: &[Part<'_>]) -> Vec<usize> {
    let mut children = vec![Vec::new(); parts.len()];
    for (index, part) in parts.iter().enumerate() {
        if let Some(siblings) = part.parent.and_then(|parent| children.get_mut(parent)) {
            siblings.push(index);
        }
    }
    let seen = below(0, parts, &children);
    if !seen.is_empty() {
        return seen;
    }
    // A text that has a file name is better than nothing.
    let named = |part: &Part<'_>| is_text(part) && !part.is_attachment;
    parts.iter().position(named).into_iter().collect()
}

/// The visible parts of one part. As deep as the structure is let to be.
fn below(index: usize, parts: &[Part<'_>], children: &[Vec<usize>]) -> Vec<usize> {
    let Some(part) = parts.get(index) else { return Vec::new() };
    if part.is_leaf() {
        let visible = is_text(part) && !part.is_attachment && part.name.is_none();
        return if visible { vec![index] } else { Vec::new() };
    }
    let below = |child: &usize| below(*child, parts, children);
    let all = children.get(index).into_iter().flatten().map(below).filter(|seen| !seen.is_empty());
    match part.media.kind.as_str() {
        "multipart/alternative" => preferred(all.collect(), parts),
        // The first part is the document, the others are what it shows (RFC 2387).
        "multipart/related" => all.take(1).flatten().collect(),
        _ => all.flatten().collect(),
    }
}

/// Of several alternatives the first one in plain text that says something, else the first that
/// says something, else the first.
fn preferred(alternatives: Vec<Vec<usize>>, parts: &[Part<'_>]) -> Vec<usize> {
    let says = |index: &usize, html: bool| {
        parts.get(*index).is_some_and(|part| {
            (html || part.media.kind == "text/plain")
                && part.body.iter().any(|byte| !byte.is_ascii_whitespace())
        })
    };
    let plain = alternatives.iter().position(|seen| seen.iter().any(|part| says(part, false)));
    let some = || alternatives.iter().position(|seen| seen.iter().any(|part| says(part, true)));
    let chosen = plain.or_else(some).unwrap_or(0);
    alternatives.into_iter().nth(chosen).unwrap_or_default()
}

fn is_text(part: &Part<'_>) -> bool {
    part.is_leaf() && matches!(part.media.kind.as_str(), "text/plain" | "text/html")
}

/// What these parts say, an empty line between them; 1 MiB at most.
pub(super) fn text(parts: &[Part<'_>], seen: &[usize], defects: &mut Vec<Defect>) -> String {
    let mut out = String::new();
    for part in seen.iter().filter_map(|index| parts.get(*index)) {
        let text = one(part, defects);
        let text = text.trim_end();
        if !out.is_empty() && !text.is_empty() {
            out.push_str("\n\n");
        }
        out.push_str(text);
        if out.len() > LONGEST {
            defects.push(Defect::TextCut);
            out.truncate(clean::cut(&out, LONGEST).len());
            break;
        }
    }
    out
}

/// As much of a body as is decoded, in whole lines where it has lines.
fn beginning(body: &[u8]) -> &[u8] {
    let Some(cut) = body.get(..LONGEST_BODY) else { return body };
    let line_end = cut.iter().rposition(|byte| *byte == b'\n');
    line_end.and_then(|at| cut.get(..at)).unwrap_or(cut)
}

/// The text of one part: decoded, of HTML only what it says, cleaned.
fn one(part: &Part<'_>, defects: &mut Vec<Defect>) -> String {
    let body = beginning(part.body);
    if body.len() < part.body.len() {
        defects.push(Defect::TextCut);
    }
    let bytes = part.transfer.decode(body);
    let is_html = part.media.kind == "text/html";
    let label = match part.media.parameter("charset") {
        None if is_html => html::charset(&bytes.value).map(Cow::Owned),
        label => label.map(Cow::Borrowed),
    };
    let text = charset::read(label.as_deref(), &bytes.value);
    if bytes.guessed {
        defects.push(Defect::BadEncoding);
    }
    if text.guessed {
        defects.push(Defect::BadCharset);
    }
    let says = |name: &str, wanted: &str| {
        part.media.parameter(name).is_some_and(|value| value.eq_ignore_ascii_case(wanted))
    };
    if !is_html {
        let text = clean::block(&text.value);
        return match says("format", "flowed") {
            true => flowed::joined(&text, says("delsp", "yes")),
            false => text,
        };
    }
    let said = html::text(&text.value);
    if said.is_cut {
        defects.push(Defect::TextCut);
    }
    clean::block(&said.text)
}
