//! What a mail system says of mail that it was given: what became of it, one outcome for each
//! recipient (RFC 3464; R130).

use std::fmt;
use std::str::FromStr;

use super::Address;

/// What became of the mail to one recipient (RFC 3464 2.3.3), the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It could not be delivered, and will not be tried again.
    Failed,
    /// It is late, and still on its way.
    Delayed,
    /// It was delivered.
    Delivered,
    /// It left for a system that sends no reports.
    Relayed,
    /// It was delivered to an address that stands for several.
    Expanded,
}

impl Action {
    /// Every action.
    pub const ALL: [Action; 5] =
        [Action::Failed, Action::Delayed, Action::Delivered, Action::Relayed, Action::Expanded];

    /// The word of RFC 3464, in the store and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Failed => "failed",
            Action::Delayed => "delayed",
            Action::Delivered => "delivered",
            Action::Relayed => "relayed",
            Action::Expanded => "expanded",
        }
    }
}

impl FromStr for Action {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Action::ALL
            .into_iter()
            .find(|action| action.as_str().eq_ignore_ascii_case(word))
            .ok_or_else(|| {
                format!("'{}' is not an action of a delivery report", word.escape_debug())
            })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An enhanced status code, `5.1.1` (RFC 3463): a class of 2, 4 or 5, a subject and a detail of at
/// most three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code {
    class: u16,
    subject: u16,
    detail: u16,
}

impl Code {
    /// A code of these numbers; none when they make none.
    #[must_use]
    pub fn new(class: u16, subject: u16, detail: u16) -> Option<Self> {
        let is_one = matches!(class, 2 | 4 | 5) && subject <= 999 && detail <= 999;
        is_one.then_some(Code { class, subject, detail })
    }

    /// Whether a mail arrived (class 2).
    #[must_use]
    pub fn is_success(self) -> bool {
        self.class == 2
    }

    /// Whether it tells the class and nothing of the reason, as `5.0.0`.
    #[must_use]
    pub fn is_bare(self) -> bool {
        self.subject == 0 && self.detail == 0
    }

    /// Whether the failure will last (class 5).
    #[must_use]
    pub fn is_permanent(self) -> bool {
        self.class == 5
    }

    /// Whether it blames the address: there is no such mailbox or system, or it takes no mail any
    /// more (R133).
    #[must_use]
    pub fn blames_address(self) -> bool {
        self.class == 5 && (self.subject == 1 || (self.subject, self.detail) == (2, 1))
    }
}

impl FromStr for Code {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let number = |digits: &str| {
            let plain =
                (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        };
        let mut numbers = word.split('.').map(number);
        let mut next = || numbers.next().flatten();
        let code = match (next(), next(), next()) {
            (Some(class), Some(subject), Some(detail)) => Code::new(class, subject, detail),
            _ => None,
        };
        code.filter(|_| numbers.next().is_none())
            .ok_or_else(|| format!("'{}' is not a status code", word.escape_debug()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}.{}", self.class, self.subject, self.detail))
    }
}

/// Where a status code comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// It stands in the report.
    Stated(Code),
    /// We made it of a reply code or a phrase, as no code stands in the report.
    Derived(Code),
}

impl Status {
    /// The code, wherever it comes from.
    #[must_use]
    pub fn code(self) -> Code {
        match self {
            Status::Stated(code) | Status::Derived(code) => code,
        }
    }

    /// Whether we made it.
    #[must_use]
    pub fn is_derived(self) -> bool {
        matches!(self, Status::Derived(_))
    }
}

/// What became of the mail to one recipient, as the report has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whom the mail was for in the end.
    pub recipient: Address,
    /// Whom it was sent to, where that is another: an alias, or somebody who forwards.
    pub original: Option<Address>,
    /// What became of it.
    pub action: Action,
    /// The status code.
    pub status: Option<Status>,
    /// What the refusing system said, one line without control characters.
    pub diagnostic: Option<String>,
}

impl Outcome {
    /// The address that our mail went to.
    #[must_use]
    pub fn sent_to(&self) -> &Address {
        self.original.as_ref().unwrap_or(&self.recipient)
    }

    /// Whether the address is to blame, for good (R133, R134).
    #[must_use]
    pub fn blames_address(&self) -> bool {
        self.action == Action::Failed && self.status.is_some_and(|s| s.code().blames_address())
    }
}

/// What a report says, each recipient once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounce {
    /// The recipients, in the order of the report; none when it names nobody that we can read.
    pub recipients: Vec<Outcome>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        for (word, wanted) in [
            ("5.1.1", Some((true, true))),
            ("5.2.1", Some((true, true))),
            ("5.2.2", Some((true, false))),
            ("5.7.509", Some((true, false))),
            ("5.0.0", Some((true, false))),
            ("4.1.1", Some((false, false))),
            ("2.0.0", Some((false, false))),
            ("3.1.1", None),
            ("5.1", None),
            ("5.1.1.1", None),
            ("5.1.1000", None),
            ("5.1.", None),
            ("5.+1.1", None),
            ("", None),
        ] {
            let code = word.parse::<Code>();
            let got = code.clone().ok().map(|c| (c.is_permanent(), c.blames_address()));
            assert_eq!(got, wanted, "{word}");
            assert!(code.is_err() || code.is_ok_and(|c| c.to_string() == word), "{word}");
        }
    }

    #[test]
    fn only_a_failure_blames_an_address() {
        let outcome = |action, code: &str| Outcome {
            recipient: "erika@example.org".parse().unwrap(),
            original: None,
            action,
            status: code.parse().ok().map(Status::Stated),
            diagnostic: None,
        };
        for (action, code, wanted) in [
            (Action::Failed, "5.1.1", true),
            (Action::Delayed, "5.1.1", false),
            (Action::Failed, "5.7.1", false),
            (Action::Failed, "4.1.1", false),
            (Action::Failed, "", false),
        ] {
            assert_eq!(outcome(action, code).blames_address(), wanted, "{action} {code}");
        }
    }
}
