//! fml, a list server: it gives back what it does not take for a list, from the address of whoever keeps
//! that, and says why in words of its own.

use crate::mail::fields::Fields;

/// What it says then, in lower case.
const REFUSALS: [&str; 4] = [
    "not a member of this mailing list",
    "are not member",
    "not allowed to post",
    "duplicated message-id",
];

/// Whether it wrote the mail.
pub(super) fn wrote(fields: &Fields<'_>) -> bool {
    let server = fields.get("X-MLServer").map(|field| field.unfolded().to_lowercase());
    server.is_some_and(|server| server.starts_with("fml"))
}

/// Whether these words of it, in lower case, refuse a mail.
pub(super) fn refuses(words: &str) -> bool {
    REFUSALS.iter().any(|refusal| words.contains(refusal))
}
