//! What a mail looks like before its text is read: whether it may be a report at all.

use super::notice::Notice;
use crate::domain::{Address, Signal};
use crate::mail::envelope::{self, ReturnPath};
use crate::mail::fields::{Field, Fields};
use crate::mail::structure::Part;
use crate::mail::{away, classify, decode};

/// Local parts and display names of programs that deliver mail, in lower case.
const DAEMONS: [&str; 16] = [
    "mailer-daemon",
    "mailer_daemon",
    "mailer daemon",
    "mailerdaemon",
    "mail-daemon",
    "postmaster",
    "post_master",
    "mdaemon",
    "mail delivery",
    "mail deliver",
    "mail.delivery",
    "delivery subsystem",
    "system administrator",
    "mail administrator",
    "ndr administrator",
    "smtp_mail_service",
];

/// What authors are called that are programs, in lower case.
const ROBOTS: [&str; 13] = [
    "no-reply",
    "noreply",
    "no_reply",
    "do-not-reply",
    "donotreply",
    "admin@",
    "antivirus",
    "anti_virus",
    "gateway",
    "mailserver",
    "mail server",
    "mail system",
    "mailscan",
];

/// What the subject of a report holds, in lower case.
const SUBJECTS: [&str; 48] = [
    "undeliver",
    "non-deliver",
    "nondeliver",
    "not delivered",
    "not deliverable",
    "not be delivered",
    "returned mail",
    "return mail",
    "failure notice",
    "failed mail",
    "mail failed",
    "failure delivery",
    "delivery fail",
    "delivery has failed",
    "delivery status",
    "delivery problem",
    "delivery notification",
    "delivery error",
    "delivery report",
    "delivery delayed",
    "delayed mail",
    "mail delivery",
    "mail failure",
    "message delayed",
    "message delivery",
    "mail system error",
    "error during delivery",
    "error sending your mail",
    "returning message",
    "returned to sender",
    "bounced mail",
    "warning: message",
    "has not yet been delivered",
    "processing error",
    "unzustellbar",
    "zustellung",
    "non remis",
    "n'a pas pu",
    "impossible de remettre",
    "no se puede entregar",
    "no entregado",
    "mancato recapito",
    "non recapitabile",
    "niet bezorgd",
    "onbestelbaar",
    "não entregue",
    "退信",
    "配信不能",
];

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

/// What the text of a report says, in lower case.
const FAILURES: [&str; 65] = [
    "not be delivered",
    "not been delivered",
    "not delivered",
    "not deliver",
    "undeliver",
    "unable to deliver",
    "wasn't able to deliver",
    "trouble delivering",
    "error delivering",
    "error occurred while trying to deliver",
    "attempting to deliver",
    "delivery to the following",
    "delivery has failed",
    "delivery failed",
    "delivery failure",
    "delevery to the following",
    "did not reach",
    "did not receive",
    "not received by",
    "has been delayed",
    "delivery problem",
    "delivery error",
    "permanent error",
    "permanent fatal error",
    "fatal errors",
    "has been returned",
    "could not be reached",
    "could not be sent",
    "was rejected",
    "rejected by",
    "rejected recipient",
    "returned an error",
    "returned permanent errors",
    "no such user",
    "user unknown",
    "unknown user",
    "unknown host",
    "host unknown",
    "invalid user address",
    "invalid address",
    "user not found",
    "not listed in",
    "mailbox is full",
    "mailbox unavailable",
    "message not delivered",
    "failed recipient",
    "failure reasons",
    "following error",
    "transcript of session",
    "incorrectly constructed",
    "invalid final delivery",
    "malformed address",
    "may not exist",
    "no pudo ser entregado",
    "no se pudo entregar",
    "konnte nicht zugestellt",
    "nicht zugestellt",
    "n'a pas pu être",
    "non è stato possibile",
    "не может быть доставлено",
    "送信できませんでした",
    "送信に失敗",
    "无法发送到",
    "邮件被退回",
    "无法送达",
];

/// Parts that make a report on something else than a delivery (RFC 8098, RFC 5965).
const RECEIPTS: [&str; 2] = ["message/disposition-notification", "message/feedback-report"];

/// What a header says for a report, each found by itself.
#[derive(Debug)]
pub(super) struct Look {
    null_sender: bool,
    daemon: bool,
    mailer_daemon: bool,
    /// A postmaster who answers may be a person, and quotes.
    answers: bool,
    robot: bool,
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
        let paths = fields.all("Return-Path").map(Field::unfolded);
        let mut senders: Vec<_> = paths.map(|word| envelope::sender(&word)).collect();
        if senders.is_empty() {
            senders.extend(told.cloned().map(Some));
        }
        let is_null = |sender: &Option<ReturnPath>| *sender == Some(ReturnPath::Null);
        // `MAILER-DAEMON <>` is no address, so the text is looked at.
        let author = fields.get("From").map(decode::text).unwrap_or_default().to_lowercase();
        let subject = fields.get("Subject").map(decode::text).unwrap_or_default().to_lowercase();
        let declared = fields.get("Content-Type").map(Field::unfolded).unwrap_or_default();
        let answers = is_answer(&subject);
        // A postmaster who writes with a mail program is a person.
        let is_person = fields.get("User-Agent").is_some() && author.contains("postmaster@");
        Look {
            null_sender: !senders.is_empty() && senders.iter().all(is_null),
            mailer_daemon: senders.iter().all(is_null) && names(&author, "mailer-daemon"),
            daemon: DAEMONS.iter().any(|name| author.contains(name)) && !is_person,
            answers: answers && !names(&author, "mailer-daemon"),
            robot: ROBOTS.iter().any(|name| author.contains(name)),
            subject: !answers
                && (SUBJECTS.iter().any(|words| subject.contains(words))
                    || tells_of_failure(&subject)),
            delay: DELAYS.iter().any(|words| subject.starts_with(words)),
            report: declared.to_lowercase().starts_with("multipart/report"),
            report_inside: parts.iter().any(|part| part.media.kind == "multipart/report"),
            is_part: declared.to_lowercase().starts_with("message/"),
            gives_back: super::given_back(parts).next().is_some(),
            notifies: fields.get("X-Amz-Sns-Message-Id").is_some(),
            list_server: fields.get("X-MLServer").is_some(),
            receipt: parts.iter().any(|part| RECEIPTS.contains(&part.media.kind.as_str())),
            away: away::is_subject(&subject, classify::answers(fields)),
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
        self.report
            || self.report_inside
            || self.is_part
            || self.null_sender
            || self.daemon
            || self.robot
            || self.subject
            || !self.failed.is_empty()
    }

    /// Whether the text may be one of a report, so that it is worth reading.
    pub(super) fn is_worth_reading(&self) -> bool {
        if self.receipt || self.away && !self.is_certain() {
            return false;
        }
        self.null_sender
            || self.daemon
            || self.robot && self.gives_back
            || self.robot && self.subject
            || self.list_server
            || self.notifies
            || self.report
            || !self.failed.is_empty()
    }

    /// Whether a field of Exim's, or a MAILER-DAEMON behind the null sender, tells all (R129).
    fn is_certain(&self) -> bool {
        self.mailer_daemon || !self.failed.is_empty()
    }

    /// What makes the mail a report, when it has no machine-readable part; none if nothing does.
    ///
    /// A field of Exim's, or a MAILER-DAEMON behind the null sender, is enough (R129). All else is
    /// circumstantial, so that two things have to agree: a person who asks about a bounce must not
    /// be taken for one.
    pub(super) fn signal(&self, notice: &Notice) -> Option<Signal> {
        let hints = [self.null_sender, self.daemon, self.subject, self.report];
        let hints = hints.into_iter().filter(|hint| *hint).count();
        let marked = notice.marks_recipients(self.answers);
        let told = self.subject || notice.tells_of_failure();
        let given_back = notice.has_returned() || self.gives_back;
        let returns = self.robot && self.gives_back;
        let agreed = match hints {
            0 => marked && told && returns,
            1 if self.subject => marked && self.robot,
            1 => marked && told && (returns || notice.states_reason()),
            _ if self.subject && notice.tells_of_unreached() => true,
            _ => told && (marked || given_back || notice.speaks_of_recipients()),
        };
        let refused = self.list_server && notice.refuses_a_post();
        match (self.is_certain() || agreed || refused, notice.is_delay(self.delay)) {
            (false, _) => None,
            (true, true) => Some(Signal::DelayText),
            (true, false) => Some(Signal::BounceText),
        }
    }
}

/// Whether one of the words of a text is this name.
fn names(text: &str, name: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '.').any(|word| word == name)
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

/// Whether a text in lower case tells of mail that was not delivered.
pub(super) fn tells_of_failure(lower: &str) -> bool {
    FAILURES.iter().any(|words| lower.contains(words))
}
