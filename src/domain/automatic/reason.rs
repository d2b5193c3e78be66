//! Why a machine keeps silent: one code and one sentence each.

use std::fmt;

use serde::Serialize;

use crate::domain::{Class, Signal};

/// Why there is no automatic answer. The codes are stable: they stand in the log and in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// The inbox has no text that is due (R127).
    Off,
    /// R102.
    NullSender,
    /// R103.
    NoEnvelope,
    /// R111.
    OwnAddress,
    /// R110.
    SystemAddress,
    /// R114, R100.
    Spam,
    /// R114.
    Dmarc,
    /// R114.
    Spf,
    /// R104.
    SenderMismatch,
    /// R113.
    Report,
    /// R105.
    AutoSubmitted,
    /// R106.
    List,
    /// R107.
    Precedence,
    /// R108: X-Auto-Response-Suppress.
    Xars,
    /// R109.
    Loop,
    /// R112.
    NotAddressed,
    /// It was written or came in long before it was asked for.
    Old,
    /// It came with an archive.
    Archived,
    /// R138.
    Complained,
    /// R116.
    FollowUp,
    /// One message, one automatic answer, however many inboxes it came for.
    AnsweredElsewhere,
    /// R115.
    Rate,
    /// R116: three a day.
    SenderLimit,
    /// R96.
    DomainLimit,
    /// R96.
    InboxLimit,
    /// R96.
    GlobalLimit,
    /// R119.
    NoMemory,
}

impl Silence {
    /// Every reason.
    pub const ALL: [Silence; 27] = [
        Silence::Archived,
        Silence::NullSender,
        Silence::NoEnvelope,
        Silence::OwnAddress,
        Silence::SystemAddress,
        Silence::Spam,
        Silence::Dmarc,
        Silence::Spf,
        Silence::SenderMismatch,
        Silence::Report,
        Silence::AutoSubmitted,
        Silence::List,
        Silence::Precedence,
        Silence::Xars,
        Silence::Loop,
        Silence::NotAddressed,
        Silence::Off,
        Silence::Old,
        Silence::NoMemory,
        Silence::Complained,
        Silence::AnsweredElsewhere,
        Silence::FollowUp,
        Silence::Rate,
        Silence::SenderLimit,
        Silence::DomainLimit,
        Silence::InboxLimit,
        Silence::GlobalLimit,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.words().0
    }

    /// One sentence for `why`, without a full stop.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        self.words().1
    }

    /// Whether a limit on automatic mail was reached: a sign of abuse, or of a loop.
    #[must_use]
    pub fn is_limit(self) -> bool {
        matches!(
            self,
            Silence::SenderLimit
                | Silence::DomainLimit
                | Silence::InboxLimit
                | Silence::GlobalLimit
        )
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Silence::Off => ("off", "this inbox sends no automatic answer at such a time"),
            Silence::NullSender => ("null-sender", "the envelope sender is empty, as of a bounce"),
            Silence::NoEnvelope => ("no-envelope", "the envelope sender is not known"),
            Silence::OwnAddress => ("own-address", "the sender is an address of this desk"),
            Silence::SystemAddress => {
                ("system-address", "the sender is an address of a machine or a role")
            }
            Silence::Spam => ("spam", "the mail is marked as spam"),
            Silence::Dmarc => ("dmarc", "DMARC failed: the sender is forged"),
            Silence::Spf => ("spf", "SPF failed: the envelope sender is forged"),
            Silence::SenderMismatch => (
                "sender-mismatch",
                "From and the envelope sender are of different domains and DMARC did not pass",
            ),
            Silence::Report => ("report", "the mail is a report of a mail program or a calendar"),
            Silence::AutoSubmitted => ("auto-submitted", "a machine wrote the mail"),
            Silence::List => ("list", "the mail came through a mailing list"),
            Silence::Precedence => ("precedence", "Precedence says that it is no personal mail"),
            Silence::Xars => ("xars", "X-Auto-Response-Suppress forbids an automatic answer"),
            Silence::Loop => ("loop", "the mail bears the mark of an automatic responder"),
            Silence::NotAddressed => {
                ("not-addressed", "no address of this inbox stands in To, Cc or Resent-To")
            }
            Silence::Old => ("old", "the mail is more than a day old: an answer now would puzzle"),
            Silence::Archived => ("archived", "the mail was read in from an archive"),
            Silence::FollowUp => {
                ("follow-up", "the mail continues a conversation, a receipt is for new ones")
            }
            Silence::Complained => {
                ("complained", "the sender reported a mail of ours as spam, by our signature in it")
            }
            Silence::AnsweredElsewhere => {
                ("answered-elsewhere", "this mail was answered by machine through another inbox")
            }
            Silence::Rate => ("rate", "the sender got this text from this inbox not long ago"),
            Silence::SenderLimit => {
                ("sender-limit", "the sender has had the most automatic mails of a day")
            }
            Silence::DomainLimit => {
                ("domain-limit", "the sender's domain has had the most automatic mails of an hour")
            }
            Silence::InboxLimit => {
                ("inbox-limit", "the inbox has sent the most automatic mails of an hour")
            }
            Silence::GlobalLimit => {
                ("global-limit", "the desk has sent the most automatic mails of an hour")
            }
            Silence::NoMemory => {
                ("no-memory", "the memory of former automatic answers could not be read")
            }
        }
    }

    /// What a signal forbids. Every signal forbids something.
    pub(super) fn of_signal(signal: Signal) -> Self {
        match signal {
            Signal::Spam => Silence::Spam,
            Signal::Bounce
            | Signal::BounceText
            | Signal::BounceLike
            | Signal::Delay
            | Signal::DelayText
            | Signal::Report
            | Signal::ReadReceipt
            | Signal::AbuseReport
            | Signal::DmarcReport
            | Signal::CalendarReply => Silence::Report,
            Signal::AutoSubmitted
            | Signal::AwaySubject
            | Signal::NullSender
            | Signal::Correlated => Silence::AutoSubmitted,
            Signal::List | Signal::Unsubscribe => Silence::List,
            Signal::PrecedenceList | Signal::PrecedenceBulk | Signal::PrecedenceAutoReply => {
                Silence::Precedence
            }
            Signal::SuppressAnswer => Silence::Xars,
            Signal::LoopMark | Signal::LoopGuard | Signal::OwnMark => Silence::Loop,
        }
    }

    /// What a class forbids, for a mail whose signals are no longer at hand.
    pub(super) fn of_class(class: Class) -> Option<Self> {
        match class {
            Class::Person => None,
            Class::Automatic => Some(Silence::AutoSubmitted),
            Class::List => Some(Silence::List),
            Class::Bulk => Some(Silence::Precedence),
            Class::Bounce
            | Class::Delay
            | Class::ReadReceipt
            | Class::AbuseReport
            | Class::CalendarReply => Some(Silence::Report),
            Class::Spam => Some(Silence::Spam),
        }
    }
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_distinct_and_the_same_in_json() {
        let codes: BTreeSet<_> = Silence::ALL.map(Silence::code).into();
        assert_eq!(codes.len(), Silence::ALL.len());
        for silence in Silence::ALL {
            let json = serde_json::to_value(silence).unwrap();
            assert_eq!(json, silence.code());
            assert!(!silence.sentence().ends_with('.'));
        }
    }
}
