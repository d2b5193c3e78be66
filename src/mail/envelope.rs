//! Envelope senders as MTAs write them (R26).

use super::clean;
use crate::domain::EnvelopeSender;

/// Reads an envelope sender from an argument, an environment variable, a Return-Path field or an
/// mbox line, as [`EnvelopeSender::read`] does.
#[must_use]
pub fn sender(word: &str) -> EnvelopeSender {
    EnvelopeSender::read(&clean::word(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_no_part_of_it() {
        let wanted = EnvelopeSender::Address("a@x.org".parse().unwrap());
        assert_eq!(sender("<a\u{200b}@x.org>\r"), wanted);
    }
}
