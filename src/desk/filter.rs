//! Filter mode: the message goes out as it came in, with what we know of it on top (R20-R22).

use super::ingest::Landed;
use crate::mail::filter;

/// The message with `Postroom-Conversation`, `Postroom-Inbox` and `Postroom-Class` on top, and
/// without incoming fields of those names. The body is the same, byte for byte.
#[must_use]
pub fn mark(raw: &[u8], landed: &[Landed]) -> Vec<u8> {
    let join = |word: fn(&Landed) -> String| landed.iter().map(word).collect::<Vec<_>>().join(", ");
    let fields = [
        ("Postroom-Conversation", join(|l| l.conversation.to_string())),
        ("Postroom-Inbox", join(|l| l.inbox.to_string())),
        ("Postroom-Class", landed.first().map(|l| l.class.to_string()).unwrap_or_default()),
    ];
    filter::mark(raw, "Postroom-", &fields)
}
