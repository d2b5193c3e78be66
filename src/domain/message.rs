//! What is known of a message: recorded once, at its arrival, and never asked of the parser again.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Mailbox, MessageId, Time};

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// It came in.
    In,
    /// We wrote it.
    Out,
}

impl Direction {
    /// The word in the store and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::In => "in",
            Direction::Out => "out",
        }
    }
}

/// Who or what wrote a message, as far as its header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A person, as far as anybody can tell.
    Person,
    /// A machine: Auto-Submitted, an out-of-office answer, a loop mark.
    Automatic,
    /// A mailing list.
    List,
    /// A mass mailing: Precedence bulk or junk.
    Bulk,
    /// A mail of ours, or of somebody, could not be delivered (RFC 3464).
    Bounce,
    /// It is late but still on its way (RFC 3464, action delayed).
    Delay,
    /// A read receipt (RFC 8098).
    ReadReceipt,
    /// An abuse report (RFC 5965).
    AbuseReport,
    /// An answer to an invitation (RFC 5546, METHOD:REPLY).
    CalendarReply,
    /// Marked as spam by the site's filter (R100).
    Spam,
}

impl Class {
    /// Every class.
    pub const ALL: [Class; 10] = [
        Class::Person,
        Class::Automatic,
        Class::List,
        Class::Bulk,
        Class::Bounce,
        Class::Delay,
        Class::ReadReceipt,
        Class::AbuseReport,
        Class::CalendarReply,
        Class::Spam,
    ];

    /// Whether a person wrote it: only such mail starts clocks and reopens conversations (R125).
    #[must_use]
    pub fn is_person(self) -> bool {
        self == Class::Person
    }

    /// The word in the store, in JSON and in `Postroom-Class`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Person => "person",
            Class::Automatic => "automatic",
            Class::List => "list",
            Class::Bulk => "bulk",
            Class::Bounce => "bounce",
            Class::Delay => "delay",
            Class::ReadReceipt => "read-receipt",
            Class::AbuseReport => "abuse-report",
            Class::CalendarReply => "calendar-reply",
            Class::Spam => "spam",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Class {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Class::ALL
            .into_iter()
            .find(|class| class.as_str() == word)
            .ok_or_else(|| format!("'{word}' is not a class of message"))
    }
}

/// What a query can ask of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageFacts {
    /// Our id.
    pub id: MessageId,
    /// Which way it went.
    pub direction: Direction,
    /// The Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// The author; none when the header has no usable From.
    pub from: Option<Mailbox>,
    /// To, Cc and the recipients of its arrivals.
    pub to: Vec<Mailbox>,
    /// The decoded subject, cleaned of control characters.
    pub subject: String,
    /// When it came in or was queued: our clock, not the Date field (R220).
    pub received: Time,
    /// Who or what wrote it.
    pub class: Class,
    /// Whether it came in and our own mail server found that DMARC passed (R98).
    pub verified: bool,
    /// Whether it has an attachment.
    pub attachment: bool,
    /// Whether something of it could not be understood.
    pub defective: bool,
    /// The visible text; present only when the query needs it.
    pub text: Option<String>,
}
