//! What a mail looks like before its text is read: whether it may be a report at all.

use super::notice::Notice;
use super::{fml, words};
use crate::domain::{Address, EnvelopeSender, Signal};
use crate::mail::away::{self, Hint};
use crate::mail::fields::{Field, Fields};
use crate::mail::structure::Part;
use crate::mail::subject::has_prefix;
use crate::mail::{classify, decode};

type Sender = EnvelopeSender;

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

/// What mail systems call themselves, in lower case.
const SYSTEMS: [&str; 4] =
    ["mail delivery system", "mail delivery subsystem", "mail delivery service", "mailer-daemon"];

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
    /// The same, where a recipient stands as in no prose, with a code or under such a subject; or where
    /// prose names one, with a code under such a subject, or with the mail.
    Shown,
    /// The same, where a recipient stands as in no prose, and with the mail.
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
    /// The mail is what else is a part of one.
    is_part: bool,
    gives_back: bool,
    /// fml wrote it, a list server.
    fml: bool,
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
    pub(super) fn at(fields: &Fields<'_>, parts: &[Part<'_>], sender: &Sender) -> Self {
        let title = fields.get("Subject").map(decode::text).unwrap_or_default();
        let subject = title.to_lowercase();
        let declared = fields.get("Content-Type").map(Field::unfolded).unwrap_or_default();
        let declared = declared.to_lowercase();
        let answers = has_prefix(&title);
        // A report refers to what it returns, and so does a person who answers.
        let is_answer = answers || *sender != Sender::Null && classify::answers(fields);
        Look {
            sender: sender.clone(),
            author: author(fields),
            answers,
            subject: !is_answer && words::title_report(&subject),
            delay: DELAYS.iter().any(|words| subject.starts_with(words)),
            report: declared.starts_with("multipart/report"),
            is_part: declared.starts_with("message/"),
            gives_back: super::given_back(parts).next().is_some(),
            notifies: fields.get("X-Amz-Sns-Message-Id").is_some(),
            fml: fml::wrote(fields),
            receipt: parts.iter().any(|part| RECEIPTS.contains(&part.media.kind.as_str())),
            away: away::is_subject(&title, Hint::Marked),
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
        self.report || self.is_part || self.sender == Sender::Null || self.author != Author::Other
    }

    /// Whether the text may be one of a report, so that it is worth reading.
    pub(super) fn is_worth_reading(&self) -> bool {
        let asked = self.asked();
        let is_other = self.receipt || self.away && asked != Some(Asked::Nothing);
        !is_other && (asked.is_some() || self.fml || self.notifies)
    }

    /// What the text has to have, when there is no machine-readable part; none where no text makes it
    /// a report. The less the header says for one, the more is asked.
    fn asked(&self) -> Option<Asked> {
        let titled = self.subject || self.report;
        Some(match (&self.sender, self.author) {
            (Sender::Null | Sender::Unknown, Author::Daemon) => Asked::Nothing,
            (Sender::Null | Sender::Unknown, _) if !self.failed.is_empty() && !self.answers => {
                Asked::Nothing
            }
            (_, Author::Daemon) | (Sender::Null, Author::Postmaster) => Asked::Told,
            (Sender::Unknown, Author::Postmaster) if titled => Asked::Told,
            (Sender::Null, _) | (Sender::Unknown, Author::Postmaster) => Asked::Shown,
            (Sender::Address(_), Author::Postmaster) if titled => Asked::Shown,
            (Sender::Unknown, Author::Robot) => Asked::Whole,
            (Sender::Unknown, _) | (Sender::Address(_), Author::Robot) if titled => Asked::Whole,
            (Sender::Address(_), _) if self.report => Asked::Whole,
            _ => return None,
        })
    }

    /// What makes the mail a report, when it has no machine-readable part; none if nothing does. It is
    /// one for certain (R129) if a MAILER-DAEMON or a field of Exim's says so and no envelope sender
    /// speaks against it, or if it comes from nobody and besides from a postmaster, with the mail, or
    /// with a status code under the subject of reports.
    pub(super) fn signal(&self, notice: &Notice) -> Option<Signal> {
        let asked = self.asked();
        let refused = self.fml && notice.is_refusal_of_fml();
        if !refused && !asked.is_some_and(|asked| self.is_met(asked, notice)) {
            return None;
        }
        let is_from_system = self.author == Author::Postmaster
            || self.gives_back
            || notice.has_returned()
            || self.subject && notice.states_status();
        let is_certain =
            asked == Some(Asked::Nothing) || self.sender == Sender::Null && is_from_system;
        Some(match notice.is_delay(self.delay) {
            _ if !is_certain => Signal::BounceLike,
            true => Signal::DelayText,
            false => Signal::BounceText,
        })
    }

    fn is_met(&self, asked: Asked, notice: &Notice) -> bool {
        let titled = self.subject || self.report;
        let told = || self.subject || notice.tells_of_failure();
        // A MAILER-DAEMON that answers quotes nobody.
        let marked = || notice.marks_recipients(self.answers && self.author != Author::Daemon);
        let named = || marked() || notice.speaks_of_recipients();
        let unreached = || self.subject && notice.tells_of_unreached();
        let mail = || self.gives_back || notice.has_returned();
        match asked {
            Asked::Nothing => true,
            Asked::Told => unreached() || told() && (named() || mail()),
            Asked::Shown => {
                let reason = || notice.states_reason() || notice.tells_of_unreached();
                unreached()
                    || told()
                        && (marked() && (titled || reason())
                            || named() && (self.gives_back || titled && reason())
                            || titled && mail())
            }
            Asked::Whole => told() && marked() && mail(),
        }
    }
}

/// What the From field says of its author: the local part of the address, the name only where it is that
/// of a mail system to the letter, or where there is no address (`MAILER-DAEMON <>`).
fn author(fields: &Fields<'_>) -> Author {
    let Some(field) = fields.get("From") else { return Author::Other };
    let (name, address) = decode::addresses(field).into_iter().next().unwrap_or_default();
    let plain = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let text = decode::text(field).to_lowercase();
    let is_address = address.contains('@');
    let local = match address.rsplit_once('@') {
        Some((local, _)) => plain(&local.to_lowercase()),
        None => plain(&text),
    };
    let is_system = SYSTEMS.contains(&name.trim().to_lowercase().as_str());
    // Who writes with a mail program is a person.
    let is_person = is_address && fields.get("User-Agent").is_some();
    match local.as_str() {
        "mailerdaemon" | "maildaemon" => Author::Daemon,
        _ if is_person => Author::Other,
        "postmaster" | "mdaemon" => Author::Postmaster,
        _ if is_system => Author::Postmaster,
        local if local.ends_with("noreply") || local.ends_with("donotreply") => Author::Robot,
        _ => Author::Other,
    }
}

/// The addresses in all fields of this name.
fn listed(fields: &Fields<'_>, name: &str) -> Vec<Address> {
    let lists = fields.all(name).flat_map(decode::addresses);
    lists.filter_map(|(_, word)| super::mark::address(&word)).take(super::MOST_RECIPIENTS).collect()
}
