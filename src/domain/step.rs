//! By which evidence a message came to its home.

use serde::{Deserialize, Serialize};

use super::{MessageId, Number};

/// Where in a message an id stood that led it home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stood {
    /// In-Reply-To.
    InReplyTo,
    /// References.
    References,
    /// Its own Message-ID: a mail of ours that came back.
    MessageId,
    /// The mail that a report gives back.
    Returned,
    /// Original-Message-ID of a receipt of reading.
    OriginalMessageId,
    /// The address that it came for.
    Recipient,
}

impl Stood {
    /// The place in words: the name of the field, where it is one.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Stood::InReplyTo => "In-Reply-To",
            Stood::References => "References",
            Stood::MessageId => "Message-ID",
            Stood::Returned => "the mail that it gives back",
            Stood::OriginalMessageId => "Original-Message-ID",
            Stood::Recipient => "the address that it came for",
        }
    }
}

/// The evidence that gave a message its home (R58-R72).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Step {
    /// Nothing led anywhere: a conversation of its own.
    New,
    /// It carries our signature on the outgoing message named.
    Token {
        /// The signed message.
        message: MessageId,
        /// Where the signature stood.
        stood: Stood,
    },
    /// It is the message named once more, as a list has it: it changes nothing (R49).
    Copy {
        /// The message that came first.
        message: MessageId,
    },
    /// It is the message named once more, straight from the person, after a list had it.
    Direct {
        /// The message that came first.
        message: MessageId,
    },
    /// It refers to the message named, and its sender is a participant there.
    Reference {
        /// The message it refers to.
        message: MessageId,
        /// Where its id stood.
        stood: Stood,
    },
    /// It reports on the message named, which an agent or an inbox sent to a participant there
    /// (R131).
    Reported {
        /// The message it reports on.
        message: MessageId,
        /// Where its id stood.
        stood: Stood,
    },
    /// The message named, which came earlier, refers to it.
    Referenced {
        /// The earlier message.
        message: MessageId,
    },
    /// It refers to a message that never came, as the message named does.
    Sibling {
        /// The earlier message.
        message: MessageId,
    },
    /// It has the key of a correlation, as the message named, the last one before.
    Key {
        /// The name of the correlation.
        rule: String,
        /// The earlier message.
        message: MessageId,
    },
    /// Its subject names the conversation, and its sender is a participant there (R72).
    Subject,
    /// It refers to a message of that conversation, but its sender has no part in it, or DMARC failed:
    /// a conversation of its own, with a link (R64).
    Stranger {
        /// The conversation that it may be related to.
        related: Number,
        /// The message it refers to.
        message: MessageId,
        /// Where its id stood.
        stood: Stood,
        /// Whether DMARC failed, so that it is not known who the sender is.
        #[serde(default, skip_serializing_if = "is_false")]
        forged: bool,
    },
    /// Its subject names that conversation, but its sender has no part in it, or DMARC failed: a
    /// conversation of its own, with a link (R72).
    ForeignToken {
        /// The conversation that it may be related to.
        related: Number,
        /// Whether DMARC failed, so that it is not known who the sender is.
        #[serde(default, skip_serializing_if = "is_false")]
        forged: bool,
    },
    /// That conversation was closed longer ago than `reopen-within`.
    ClosedTooLong {
        /// The conversation that it continues.
        related: Number,
    },
}

// serde hands out references.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_false(value: &bool) -> bool {
    !value
}

/// How two conversations have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// [`Step::Stranger`]
    Stranger,
    /// [`Step::ForeignToken`]
    ForeignToken,
    /// [`Step::ClosedTooLong`]
    ClosedTooLong,
    /// A message belongs to both: they are offered for merge (R62).
    Same,
}

impl Link {
    /// Every link.
    pub const ALL: [Link; 4] =
        [Link::Stranger, Link::ForeignToken, Link::ClosedTooLong, Link::Same];

    /// The word in the store and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Link::Stranger => "stranger",
            Link::ForeignToken => "foreign-token",
            Link::ClosedTooLong => "closed-too-long",
            Link::Same => "same",
        }
    }
}

impl Step {
    /// Whether the message says nothing that another one did not say.
    #[must_use]
    pub fn is_copy(&self) -> bool {
        matches!(self, Step::Copy { .. })
    }

    /// The other conversation that this step names, and how.
    #[must_use]
    pub fn link(&self) -> Option<(Number, Link)> {
        match self {
            Step::Stranger { related, .. } => Some((*related, Link::Stranger)),
            Step::ForeignToken { related, .. } => Some((*related, Link::ForeignToken)),
            Step::ClosedTooLong { related } => Some((*related, Link::ClosedTooLong)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an event of old leaves out reads as it was then.
    #[test]
    fn steps_of_old() {
        let old = r#"{"how":"stranger","related":2,"message":1,"stood":"references"}"#;
        let (related, message, stood) = (Number(2), MessageId(1), Stood::References);
        let step = Step::Stranger { related, message, stood, forged: false };
        assert_eq!(serde_json::from_str::<Step>(old).unwrap(), step);
        assert_eq!(serde_json::to_string(&step).unwrap(), old);
    }
}
