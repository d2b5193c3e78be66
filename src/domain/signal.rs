//! What a header says about who wrote a message: one table of signals, used to classify it and to
//! decide whether a machine may answer it. The edge to RFC 5322 finds them; here they get meaning.

use super::Class;

/// One thing in a message that says something about its author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// An Auto-Submitted field other than `no` (RFC 3834 section 5; R105).
    AutoSubmitted,
    /// A List-* field (RFC 2369, RFC 2919; R106).
    List,
    /// List-Unsubscribe (RFC 2369, RFC 8058): by itself that of a newsletter (R106).
    Unsubscribe,
    /// The null sender, on a mail that forbids an answer or calls itself bulk: a machine answers.
    NullSender,
    /// Precedence or X-Precedence is `list`.
    PrecedenceList,
    /// Precedence or X-Precedence is `bulk` or `junk` (R107).
    PrecedenceBulk,
    /// Precedence or X-Precedence is `auto_reply` (R107).
    PrecedenceAutoReply,
    /// X-Auto-Response-Suppress forbids an answer; says nothing about the author (R108).
    SuppressAnswer,
    /// A mark of another responder, such as X-Autoreply (R109).
    LoopMark,
    /// A guard against loops, such as X-Loop, which whoever passes mail on puts there, too (R57, R109):
    /// it says nothing about the author, but that no machine may answer.
    LoopGuard,
    /// The subject of an automatic answer, such as `Automatic reply: ...`.
    AwaySubject,
    /// Our own signature on its Message-ID: a mail of ours that came back changed, or a forgery by
    /// somebody who has one. No reason to hide it, every reason not to answer it.
    OwnMark,
    /// A correlation of the administrator takes it for the mail of a machine.
    Correlated,
    /// A delivery status notification with a final failure (R129).
    Bounce,
    /// The free text of a mail system that a mail could not be delivered.
    BounceText,
    /// The words of such a text where nothing proves that a mail system wrote it: it may be a shop's
    /// that tells of a parcel. So it is mail of a person, whom no machine answers.
    BounceLike,
    /// A delivery status notification of a delay.
    Delay,
    /// The free text of a mail system that a mail is late.
    DelayText,
    /// A delivery status notification of success, or a report of an unknown type.
    Report,
    /// A disposition notification (RFC 8098).
    ReadReceipt,
    /// A feedback report (RFC 5965).
    AbuseReport,
    /// An aggregate report of what others did with the mail of a domain (RFC 7489).
    DmarcReport,
    /// A calendar part with METHOD:REPLY.
    CalendarReply,
    /// The site's filter says spam, as by X-Spam-Flag: YES (R100).
    Spam,
}

impl Signal {
    /// The word in the store and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Signal::AutoSubmitted => "auto-submitted",
            Signal::List => "list",
            Signal::Unsubscribe => "unsubscribe",
            Signal::NullSender => "null-sender",
            Signal::PrecedenceList => "precedence-list",
            Signal::PrecedenceBulk => "precedence-bulk",
            Signal::PrecedenceAutoReply => "precedence-auto-reply",
            Signal::SuppressAnswer => "suppress-answer",
            Signal::LoopMark => "loop-mark",
            Signal::LoopGuard => "loop-guard",
            Signal::AwaySubject => "away-subject",
            Signal::OwnMark => "own-mark",
            Signal::Correlated => "correlated",
            Signal::Bounce => "bounce",
            Signal::BounceText => "bounce-text",
            Signal::BounceLike => "bounce-like",
            Signal::Delay => "delay",
            Signal::DelayText => "delay-text",
            Signal::Report => "report",
            Signal::ReadReceipt => "read-receipt",
            Signal::AbuseReport => "abuse-report",
            Signal::DmarcReport => "dmarc-report",
            Signal::CalendarReply => "calendar-reply",
            Signal::Spam => "spam",
        }
    }

    /// The class that this signal makes; none when it says nothing about the author.
    #[must_use]
    pub fn class(self) -> Option<Class> {
        match self {
            Signal::SuppressAnswer | Signal::OwnMark => None,
            Signal::BounceLike | Signal::LoopGuard => Some(Class::Person),
            Signal::Spam => Some(Class::Spam),
            Signal::Bounce | Signal::BounceText => Some(Class::Bounce),
            Signal::Delay | Signal::DelayText => Some(Class::Delay),
            Signal::ReadReceipt => Some(Class::ReadReceipt),
            Signal::AbuseReport => Some(Class::AbuseReport),
            Signal::CalendarReply => Some(Class::CalendarReply),
            Signal::List | Signal::PrecedenceList => Some(Class::List),
            Signal::PrecedenceBulk | Signal::Unsubscribe => Some(Class::Bulk),
            Signal::AutoSubmitted
            | Signal::PrecedenceAutoReply
            | Signal::LoopMark
            | Signal::AwaySubject
            | Signal::NullSender
            | Signal::Correlated
            | Signal::DmarcReport
            | Signal::Report => Some(Class::Automatic),
        }
    }

    /// How much it weighs against other signals on one message; the highest decides the class. An
    /// automatic answer may say that it is bulk, too, as RFC 5230 has it; none of bulk is an answer.
    fn weight(self) -> u8 {
        match self.class() {
            None => 0,
            Some(Class::Person) => 1,
            Some(Class::Bulk) => 2,
            Some(Class::Automatic) => 3,
            Some(Class::List) => 4,
            Some(Class::CalendarReply | Class::ReadReceipt) => 5,
            Some(Class::AbuseReport) => 6,
            Some(Class::Bounce | Class::Delay) => 7,
            Some(Class::Spam) => 8,
        }
    }

    /// The signal that decides the class of a message, if any does.
    #[must_use]
    pub fn deciding(signals: &[Signal]) -> Option<Signal> {
        let weighty = signals.iter().copied().filter(|s| s.weight() > 0);
        // max_by_key keeps the last of equals; the first found is the one to name.
        weighty.rev().max_by_key(|s| s.weight())
    }

    /// The class of a message with these signals.
    #[must_use]
    pub fn classify(signals: &[Signal]) -> Class {
        Signal::deciding(signals).and_then(Signal::class).unwrap_or(Class::Person)
    }
}

/// Whether a machine, a list or a mail system wrote a message with these signals, so that no machine
/// may answer it. Spam says nothing of who wrote it, nor does a wish for no automatic answers.
#[must_use]
pub fn is_automatic(signals: &[Signal]) -> bool {
    signals.iter().any(|signal| matches!(signal, Signal::BounceLike | Signal::LoopGuard))
        || signals
            .iter()
            .filter_map(|signal| signal.class())
            .any(|c| !matches!(c, Class::Person | Class::Spam))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weightiest_signal_decides() {
        for (signals, class) in [
            (&[][..], Class::Person),
            (&[Signal::SuppressAnswer], Class::Person),
            (&[Signal::AutoSubmitted, Signal::Bounce], Class::Bounce),
            (&[Signal::PrecedenceBulk, Signal::List], Class::List),
            (&[Signal::PrecedenceBulk, Signal::AutoSubmitted], Class::Automatic),
            (&[Signal::List, Signal::Spam], Class::Spam),
        ] {
            assert_eq!(Signal::classify(signals), class, "{signals:?}");
        }
        assert!(is_automatic(&[Signal::Spam, Signal::List]));
        assert!(!is_automatic(&[Signal::Spam, Signal::SuppressAnswer, Signal::OwnMark]));
        assert_eq!(Signal::deciding(&[Signal::List, Signal::PrecedenceList]), Some(Signal::List));
    }
}
