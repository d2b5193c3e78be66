//! The envelope of a mail, as far as it is ours to judge (RFC 5321).

use super::Address;

/// The sender that the envelope names. Only this address may be answered (RFC 3834 section 4, R103).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvelopeSender {
    /// The wiring did not tell, or told something that is no address.
    Unknown,
    /// The null sender: nobody wants to hear of this mail again (R26, R102).
    Null,
    /// This address.
    Address(Address),
}

impl EnvelopeSender {
    /// Reads what the wiring or a `Return-Path` field gives: with or without angle brackets, the
    /// null sender in all its forms (R26).
    #[must_use]
    pub fn read(text: Option<&str>) -> Self {
        let Some(text) = text.map(str::trim) else { return EnvelopeSender::Unknown };
        let bare = text.strip_prefix('<').and_then(|t| t.strip_suffix('>')).unwrap_or(text).trim();
        if bare.is_empty() || bare.eq_ignore_ascii_case("mailer-daemon") {
            return EnvelopeSender::Null;
        }
        bare.parse().map_or(EnvelopeSender::Unknown, EnvelopeSender::Address)
    }
}
