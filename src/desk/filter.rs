//! Filter mode: the message goes out as it came in, with what we know of it on top (R20-R22).

use std::io::Write;

use anyhow::Result;

use super::ingest::{Dropped, Landed, Taken};
use super::raw::Raw;
use crate::mail::filter;

/// Writes the message with `Postroom-Conversation`, `Postroom-Inbox` and `Postroom-Class` on top, and
/// without incoming fields of those names. The body is the same, byte for byte. What was dropped
/// passes too, or its bytes would be gone from the program behind us; instead of a conversation it
/// has `Postroom-Dropped`, with the inboxes.
///
/// # Errors
/// Those of the writer.
pub fn write(raw: &Raw, taken: &Taken, out: &mut impl Write) -> Result<()> {
    let Taken { landed, dropped } = taken;
    let join = |word: fn(&Landed) -> String| landed.iter().map(word).collect::<Vec<_>>().join(", ");
    let out_of: Vec<&str> = dropped.iter().map(|d| d.inbox.as_str()).collect();
    let class = landed.iter().map(|l| l.class).chain(dropped.iter().map(|d: &Dropped| d.class));
    let fields = [
        ("Postroom-Conversation", join(|l| l.conversation.to_string())),
        ("Postroom-Inbox", join(|l| l.inbox.to_string())),
        ("Postroom-Dropped", out_of.join(", ")),
        ("Postroom-Class", class.map(|class| class.to_string()).next().unwrap_or_default()),
    ];
    let fields: Vec<_> = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let (head, body_at) = filter::mark(raw.beginning(), "Postroom-", &fields);
    out.write_all(&head)?;
    raw.write_from(body_at, out)
}
