//! Filter mode: the message goes out as it came in, with what we know of it on top (R20-R22).

use std::io::Write;

use anyhow::Result;

use super::ingest::Landed;
use super::raw::Raw;
use crate::mail::filter;

/// Writes the message with `Postroom-Conversation`, `Postroom-Inbox` and `Postroom-Class` on top,
/// and without incoming fields of those names. The body is the same, byte for byte.
///
/// # Errors
/// Those of the writer.
pub fn write(raw: &Raw, landed: &[Landed], out: &mut impl Write) -> Result<()> {
    let join = |word: fn(&Landed) -> String| landed.iter().map(word).collect::<Vec<_>>().join(", ");
    let fields = [
        ("Postroom-Conversation", join(|l| l.conversation.to_string())),
        ("Postroom-Inbox", join(|l| l.inbox.to_string())),
        ("Postroom-Class", landed.first().map(|l| l.class.to_string()).unwrap_or_default()),
    ];
    let (head, body_at) = filter::mark(raw.beginning(), "Postroom-", &fields);
    out.write_all(&head)?;
    raw.write_from(body_at, out)
}
