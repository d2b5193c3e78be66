//! What a mail looks like before its text is read: whether it may be a report at all.

use super::notice::Notice;
use super::words;
use crate::domain::{Address, Signal};
use crate::mail::away::{self, Hint};
use crate::mail::decode;
use crate::mail::envelope::{ReturnPath, Sender};
use crate::mail::fields::{Field, Fields};
use crate::mail::structure::Part;

/// How the subject of a report of a delay begins, in lower case; behind it may stand ours.
const DELAYS: [&str; 7] = [
    "warning: could not send message for past",
    "delivery status notification (delay)",
    "delivery delayed",
    "mail delivery delayed",
    "message delayed",
    "delayed mail",
    "zustellung verzögert",
];

/// What mail systems call themselves behind `Mail Delivery`, in lower case.
const SYSTEMS: [&str; 3] = ["system", "subsystem", "service"];

/// Parts that make a report on something else than a delivery (RFC 8098, RFC 5965).
const RECEIPTS: [&str; 2] = ["message/disposition-notification", "message/feedback-report"];

/// What an author is by its local part and its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Author {
    /// MAILER-DAEMON, which is nobody's name.
    Daemon,
    /// A postmaster, who may be a person.
    Postmaster,
    /// One that takes no answers.
    Robot,
    Other,
}

/// What the text of a mail has to have to be taken for that of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Nothing,
    /// It tells of a failure, and of a recipient or with the mail.
    Told,
    /// The same, where prose names no recipient without a code.
    Marked,
    /// It tells of a failure, marks a recipient in a way that no prose does, and states a code.
    Reason,
    /// It tells of a failure and of a recipient, and a part gives the mail back.
    Mail,
    Either,
    /// It tells of a failure, marks a recipient, and gives the mail back, if only in the text.
    Whole,
}

/// What a header says for a report, each found by itself.
#[derive(Debug)]
pub(super) struct Look {
    sender: Sender,
    author: Author,
    /// It answers another mail, and quotes.
    answers: bool,
    /// The subject is one of reports.
    subject: bool,
    /// The subject tells of a delay.
    pub(super) delay: bool,
    report: bool,
    /// Something that the mail is made of is one.
    report_inside: bool,
    /// The mail is what else is a part of one.
    is_part: bool,
    gives_back: bool,
    list_server: bool,
    notifies: bool,
    /// A report on the reading of a mail, or on what a reader thinks of it.
    receipt: bool,
    /// The automatic answer of a person, which may quote a report.
    away: bool,
    /// Exim's X-Failed-Recipients, and that of others.
    pub(super) failed: Vec<Address>,
    /// Whom the mail is for: the author of what is returned.
    pub(super) addressed: Vec<Address>,
}

impl Look {
    /// Reads the header, and what the parts are.
    pub(super) fn at(fields: &Fields<'_>, parts: &[Part<'_>], told: Option<&ReturnPath>) -> Self {
        let subject = fields.get("Subject").map(decode::text).unwrap_or_default().to_lowercase();
        let declared = fields.get("Content-Type").map(Field::unfolded).unwrap_or_default();
        let declared = declared.to_lowercase();
        let answers = is_answer(&subject);
        Look {
            sender: Sender::of(fields, told),
            author: author(fields),
            answers,
            subject: !answers && words::title_report(&subject),
            delay: DELAYS.iter().any(|words| subject.starts_with(words)),
            report: declared.starts_with("multipart/report"),
            report_inside: parts.iter().any(|part| part.media.kind == "multipart/report"),
            is_part: declared.starts_with("message/"),
            gives_back: super::given_back(parts).next().is_some(),
            notifies: fields.get("X-Amz-Sns-Message-Id").is_some(),
            list_server: fields.get("X-MLServer").is_some(),
            receipt: parts.iter().any(|part| RECEIPTS.contains(&part.media.kind.as_str())),
            away: away::is_subject(&subject, Hint::Marked),
            failed: listed(fields, "X-Failed-Recipients"),
            addressed: listed(fields, "To"),
        }
    }

    /// The one recipient that the header names.
    pub(super) fn only_failed(&self) -> Option<&Address> {
        match self.failed.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Whether a machine-readable part is what the mail has to say, and not something that a person
    /// passes on.
    pub(super) fn may_report(&self) -> bool {
        let is_person = self.sender == Sender::Named && self.author == Author::Other;
        self.report
            || self.report_inside
            || self.is_part
            || self.sender == Sender::Null
            || self.author != Author::Other
            || !is_person && (self.subject || !self.failed.is_empty())
    }

    /// Whether the text may be one of a report, so that it is worth reading.
    pub(super) fn is_worth_reading(&self) -> bool {
        let asked = self.asked();
        let is_other = self.receipt || self.away && asked != Some(Asked::Nothing);
        !is_other && (asked.is_some() || self.list_server || self.notifies)
    }

    /// What the text has to have, when there is no machine-readable part; none where no text makes it
    /// a report. The less the header says for one, the more is asked.
    fn asked(&self) -> Option<Asked> {
        let titled = self.subject || self.report;
        Some(match (self.sender, self.author) {
            (Sender::Null | Sender::Unknown, Author::Daemon) => Asked::Nothing,
            (Sender::Null | Sender::Unknown, _) if !self.failed.is_empty() => Asked::Nothing,
            (_, Author::Daemon) => Asked::Told,
            (Sender::Null, Author::Postmaster) => Asked::Told,
            (Sender::Null, _) if titled => Asked::Marked,
            (Sender::Unknown, Author::Postmaster) if titled => Asked::Told,
            (Sender::Null, Author::Robot) if self.gives_back => Asked::Mail,
            (Sender::Null, _) | (Sender::Unknown, Author::Postmaster) => Asked::Reason,
            (Sender::Named, Author::Postmaster) if titled => Asked::Either,
            (Sender::Unknown, Author::Robot) => Asked::Mail,
            (Sender::Named, Author::Robot) | (Sender::Unknown, _) if titled => Asked::Whole,
            (Sender::Named, _) if self.report => Asked::Whole,
            _ => return None,
        })
    }

    /// What makes the mail a report, when it has no machine-readable part; none if nothing does. Only
    /// what comes from nobody, from a MAILER-DAEMON or with a field of Exim's is one for certain (R129).
    pub(super) fn signal(&self, notice: &Notice) -> Option<Signal> {
        let asked = self.asked();
        let refused = self.list_server && notice.refuses_a_post();
        if !refused && !asked.is_some_and(|asked| self.is_met(asked, notice)) {
            return None;
        }
        let is_certain = self.sender == Sender::Null
            || self.author == Author::Daemon
            || asked == Some(Asked::Nothing);
        Some(match notice.is_delay(self.delay) {
            _ if !is_certain => Signal::BounceLike,
            true => Signal::DelayText,
            false => Signal::BounceText,
        })
    }

    fn is_met(&self, asked: Asked, notice: &Notice) -> bool {
        // A MAILER-DAEMON that answers quotes nobody.
        let quotes = self.answers && self.author != Author::Daemon;
        let told = || self.subject || notice.tells_of_failure();
        let marked = || notice.marks_recipients(quotes);
        let named = || marked() || notice.speaks_of_recipients();
        let unreached = || notice.tells_of_unreached();
        let reason = || notice.states_reason() || unreached();
        let mail = || self.gives_back || notice.has_returned();
        match asked {
            Asked::Nothing => true,
            Asked::Told => self.subject && unreached() || told() && (named() || mail()),
            Asked::Marked => {
                self.subject && unreached()
                    || told() && (marked() || mail() || named() && notice.states_reason())
            }
            Asked::Reason => told() && marked() && reason(),
            Asked::Mail => told() && named() && self.gives_back,
            Asked::Either => self.is_met(Asked::Reason, notice) || self.is_met(Asked::Mail, notice),
            Asked::Whole => told() && marked() && mail(),
        }
    }
}

/// What the From field says of its author. `MAILER-DAEMON <>` is no address, so that its words are
/// looked at, but not the domains: a person may be at one that is called so.
fn author(fields: &Fields<'_>) -> Author {
    let text = fields.get("From").map(decode::text).unwrap_or_default().to_lowercase();
    let words = text.split(|c: char| c.is_whitespace() || "<>()\",;:".contains(c));
    let words = words.map(|word| word.split_once('@').map_or(word, |(local, _)| local));
    let plain = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let words: Vec<String> = words.map(plain).filter(|word| !word.is_empty()).collect();
    let is_one = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
    let is_system = || {
        let name = words.join(" ");
        SYSTEMS.iter().any(|system| name.contains(&format!("mail delivery {system}")))
    };
    // A postmaster who writes with a mail program is a person.
    let is_person = || fields.get("User-Agent").is_some();
    if is_one(&["mailerdaemon", "maildaemon", "mdaemon"]) {
        Author::Daemon
    } else if (is_one(&["postmaster"]) || is_system()) && !is_person() {
        Author::Postmaster
    } else if words.iter().any(|word| word.ends_with("noreply") || word.ends_with("donotreply")) {
        Author::Robot
    } else {
        Author::Other
    }
}

/// Whether a subject, in lower case, answers or forwards another one.
fn is_answer(subject: &str) -> bool {
    let prefix = subject.split_once(':').map(|(prefix, _)| prefix.trim());
    prefix.is_some_and(|prefix| {
        ["re", "fw", "fwd", "aw", "wg", "sv", "vs", "tr", "rv"].contains(&prefix)
    })
}

/// The addresses in all fields of this name.
fn listed(fields: &Fields<'_>, name: &str) -> Vec<Address> {
    let lists = fields.all(name).flat_map(decode::addresses);
    lists.filter_map(|(_, word)| super::mark::address(&word)).take(super::MOST_RECIPIENTS).collect()
}
