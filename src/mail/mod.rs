//! The edge to RFC 5322: reading, writing, classifying and signing mail.
//!
//! Every byte that comes in here is an attacker's, so nothing in this room panics, and what cannot
//! be understood is a [`Defect`], never a failure. mail-parser is named in `decode.rs` alone,
//! mail-builder in `compose.rs` alone.

pub mod attachment;
pub mod authentication;
mod away;
mod bounce;
mod charset;
mod classify;
pub mod clean;
mod comment;
pub mod compose;
mod continued;
mod date;
mod decode;
pub mod defect;
mod encoded;
pub mod envelope;
pub mod fields;
pub mod filter;
mod flowed;
mod html;
pub mod identity;
#[cfg(test)]
mod linear;
mod mailboxes;
pub mod maildir;
pub mod mbox;
pub mod parse;
mod quoted;
pub mod references;
pub mod spans;
mod structure;
pub mod subject;
pub mod token;
pub mod trace;
mod visible;

pub use attachment::Attachment;
pub use authentication::{Authentication, Verdict};
pub use compose::{BadHeader, Letter, Nature, compose};
pub use defect::Defect;
pub use fields::Fields;
pub use identity::{Identity, identity};
pub use parse::{Parsed, each_attachment, parse, parse_from};
pub use spans::{Intent, Span, said, spans};
pub use subject::{base_subject, reply_subject};
pub use token::{Keys, Signed, TokenKind};
pub use trace::Trace;
