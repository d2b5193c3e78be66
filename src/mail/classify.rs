//! What a message says about who or what wrote it (R105-R110, R113, R129): found by structure, in
//! the header and the parts; what it means is decided in [`crate::domain::signal`].

use super::decode;
use super::envelope::{self, ReturnPath};
use super::fields::{Field, Fields};
use super::structure::Part;
use crate::domain::Signal;

/// Fields of mailing lists (RFC 2369, RFC 2919); an empty one counts too (T13).
const LIST_FIELDS: [&str; 7] = [
    "List-Id",
    "List-Help",
    "List-Subscribe",
    "List-Unsubscribe",
    "List-Post",
    "List-Owner",
    "List-Archive",
];

/// Marks of other responders, with any value (R109).
const MARK_FIELDS: [&str; 5] =
    ["X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Loop", "X-RT-Loop-Prevention"];

/// Marks that count only with this value (R109).
const MARK_VALUES: [(&str, &str); 2] =
    [("X-FC-MachineGenerated", "true"), ("Delivered-To", "autoresponder")];

/// Values of X-Auto-Response-Suppress that forbid an answer (R108); DR, NDR, RN and NRN do not.
const SUPPRESSING: [&str; 3] = ["all", "oof", "autoreply"];

/// Bytes of a machine-readable part that are looked at.
const MOST_OF_PART: usize = 64 << 10;

/// The signals of a message, each once, in the order of the rules.
pub(super) fn signals(fields: &Fields<'_>, parts: &[Part<'_>]) -> Vec<Signal> {
    let mut found: Vec<Signal> = Vec::new();
    found.extend(report(fields, parts).or_else(|| looks_like_bounce(fields)));
    found.extend(calendar_reply(parts));
    if fields.all("Auto-Submitted").any(|field| !is_no(&field.unfolded())) {
        found.push(Signal::AutoSubmitted);
    }
    if LIST_FIELDS.iter().any(|name| fields.get(name).is_some()) {
        found.push(Signal::List);
    }
    found.extend(precedence(fields));
    if fields.all("X-Auto-Response-Suppress").any(|field| suppresses(&field.unfolded())) {
        found.push(Signal::SuppressAnswer);
    }
    if has_mark(fields) {
        found.push(Signal::LoopMark);
    }
    if fields.all("X-Spam-Flag").any(|field| first_token(&field.unfolded()) == "yes") {
        found.push(Signal::Spam);
    }
    found
}

/// The first token of a value in lower case, without comments and parameters (RFC 3834 section 5).
fn first_token(value: &str) -> String {
    let mut rest = value.trim_start();
    while let Some(comment) = rest.strip_prefix('(') {
        let mut depth = 1_u32;
        let end = comment.find(|c| {
            depth = match c {
                '(' => depth + 1,
                ')' => depth - 1,
                _ => depth,
            };
            depth == 0
        });
        rest = end.and_then(|end| comment.get(end + 1..)).unwrap_or_default().trim_start();
    }
    let end = rest.find(|c: char| c.is_whitespace() || ";(,".contains(c)).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default().to_lowercase()
}

/// Whether an Auto-Submitted value says that a person wrote the message.
fn is_no(value: &str) -> bool {
    first_token(value) == "no"
}

fn suppresses(value: &str) -> bool {
    value.split([',', ';']).any(|word| SUPPRESSING.contains(&word.trim().to_lowercase().as_str()))
}

/// What Precedence and X-Precedence say, any instance of them (R107).
fn precedence(fields: &Fields<'_>) -> Vec<Signal> {
    let values = ["Precedence", "X-Precedence"].iter().flat_map(|name| fields.all(name));
    let mut found = Vec::new();
    for field in values {
        let signal = match first_token(&field.unfolded()).as_str() {
            "list" => Signal::PrecedenceList,
            "bulk" | "junk" => Signal::PrecedenceBulk,
            "auto_reply" | "auto-reply" => Signal::PrecedenceAutoReply,
            _ => continue,
        };
        if !found.contains(&signal) {
            found.push(signal);
        }
    }
    found
}

fn has_mark(fields: &Fields<'_>) -> bool {
    let valued = |(name, wanted): &(&str, &str)| {
        fields.all(name).any(|field| field.unfolded().eq_ignore_ascii_case(wanted))
    };
    MARK_FIELDS.iter().any(|name| fields.get(name).is_some()) || MARK_VALUES.iter().any(valued)
}

/// What kind of report the parts make: by their own types, or by report-type of the multipart. The
/// header's word for a report stands also when its boundary never came.
fn report(fields: &Fields<'_>, parts: &[Part<'_>]) -> Option<Signal> {
    let of = |kinds: &[&str]| parts.iter().find(|part| kinds.contains(&part.media.kind.as_str()));
    if let Some(status) = of(&["message/delivery-status", "message/global-delivery-status"]) {
        return Some(delivery_status(status));
    }
    if of(&["message/disposition-notification"]).is_some() {
        return Some(Signal::ReadReceipt);
    }
    if of(&["message/feedback-report"]).is_some() {
        return Some(Signal::AbuseReport);
    }
    let declared = fields.get("Content-Type").and_then(decode::media_type);
    let media = of(&["multipart/report"]).map(|part| part.media.clone()).or(declared);
    let media = media.filter(|media| media.kind == "multipart/report")?;
    Some(match media.parameter("report-type").unwrap_or_default().to_lowercase().as_str() {
        "disposition-notification" => Signal::ReadReceipt,
        "feedback-report" => Signal::AbuseReport,
        _ => Signal::Report,
    })
}

/// What a delivery status says (RFC 3464 2.3.3): one failure outweighs all else. A status
/// without a known action is taken for a failure.
fn delivery_status(part: &Part<'_>) -> Signal {
    let bytes = part.transfer.decode(part.body.get(..MOST_OF_PART).unwrap_or(part.body));
    let text = String::from_utf8_lossy(&bytes.value);
    let actions: Vec<String> = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("Action"))
        .map(|(_, value)| first_token(value))
        .collect();
    let says = |wanted: &str| actions.iter().any(|action| action == wanted);
    let harmless = ["delivered", "relayed", "expanded"];
    if says("failed") {
        Signal::Bounce
    } else if says("delayed") {
        Signal::Delay
    } else if harmless.into_iter().any(says) {
        Signal::Report
    } else {
        Signal::Bounce
    }
}

/// Bounces of programs that know no report: X-Failed-Recipients (Exim); MAILER-DAEMON as author, with a
/// null envelope sender or none that is known; postmaster as author, with a null one.
fn looks_like_bounce(fields: &Fields<'_>) -> Option<Signal> {
    let paths = fields.all("Return-Path").map(Field::unfolded);
    let senders: Vec<_> = paths.map(|word| envelope::sender(&word)).collect();
    let all_null = senders.iter().all(|sender| *sender == Some(ReturnPath::Null));
    let author = fields.get("From").map(Field::unfolded).unwrap_or_default().to_lowercase();
    // `MAILER-DAEMON <>` is no address, so the text is looked at.
    let mut words = author.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '.');
    let by_daemon = all_null && words.clone().any(|word| word == "mailer-daemon");
    let by_postmaster = all_null && !senders.is_empty() && words.any(|word| word == "postmaster");
    let named = fields.get("X-Failed-Recipients").is_some();
    (named || by_daemon || by_postmaster).then_some(Signal::Bounce)
}

fn calendar_reply(parts: &[Part<'_>]) -> Option<Signal> {
    let is_reply = |part: &Part<'_>| {
        part.media.kind == "text/calendar"
            && part.media.parameter("method").is_some_and(|m| m.eq_ignore_ascii_case("reply"))
    };
    parts.iter().any(is_reply).then_some(Signal::CalendarReply)
}

#[cfg(test)]
mod tests {
    use crate::domain::Signal;
    use crate::mail::parse::parse;

    #[test]
    fn fields() {
        for (header, wanted) in [
            ("Subject: hello", &[][..]),
            ("Auto-Submitted: auto-replied", &[Signal::AutoSubmitted]),
            ("Auto-Submitted: No", &[]),
            ("auto-submitted: no; owner-email=\"a@x\"", &[]),
            ("Auto-Submitted: no (x)", &[]),
            ("Auto-Submitted: (a (b) c) no", &[]),
            ("Auto-Submitted: nothing", &[Signal::AutoSubmitted]),
            ("Auto-Submitted:", &[Signal::AutoSubmitted]),
            ("Auto-Submitted: (no", &[Signal::AutoSubmitted]),
            ("Auto-Submitted: no\nAuto-Submitted: auto-generated", &[Signal::AutoSubmitted]),
            ("List-Id: <x.example>", &[Signal::List]),
            ("list-unsubscribe: <mailto:x@y>", &[Signal::List]),
            ("List-Id:\n ", &[Signal::List]),
            ("X-List-Id: x", &[]),
            ("Precedence: BULK", &[Signal::PrecedenceBulk]),
            ("Precedence: junk", &[Signal::PrecedenceBulk]),
            ("Precedence: list", &[Signal::PrecedenceList]),
            ("X-Precedence: auto_reply", &[Signal::PrecedenceAutoReply]),
            ("Precedence: first-class", &[]),
            ("Precedence: normal\nPrecedence: bulk", &[Signal::PrecedenceBulk]),
            ("X-Auto-Response-Suppress: DR, OOF, AutoReply", &[Signal::SuppressAnswer]),
            ("X-Auto-Response-Suppress: all", &[Signal::SuppressAnswer]),
            ("X-Auto-Response-Suppress: DR, RN, NRN", &[]),
            ("X-Auto-Response-Suppress: None", &[]),
            ("X-Loop: yes", &[Signal::LoopMark]),
            ("X-Autoreply:", &[Signal::LoopMark]),
            ("X-FC-MachineGenerated: true", &[Signal::LoopMark]),
            ("X-FC-MachineGenerated: false", &[]),
            ("Delivered-To: autoresponder", &[Signal::LoopMark]),
            ("Delivered-To: erika@x", &[]),
            ("X-Spam-Flag: YES", &[Signal::Spam]),
            ("X-Spam-Flag: NO", &[]),
            ("X-Failed-Recipients: a@x", &[Signal::Bounce]),
            ("From: MAILER-DAEMON@x\nReturn-Path: <>", &[Signal::Bounce]),
            ("From: Mailer-Daemon@x", &[Signal::Bounce]),
            ("From: MAILER-DAEMON@x\nReturn-Path: <a@x>", &[]),
            ("From: MAILER-DAEMON <>", &[Signal::Bounce]),
            ("From: postmaster@x\nReturn-Path: <MAILER-DAEMON>", &[Signal::Bounce]),
            ("From: postmaster@x", &[]),
            ("From: postmaster@x\nReturn-Path: <postmaster@x>", &[]),
            ("From: erika@x\nReturn-Path: <>", &[]),
            ("Content-Type: multipart/report; report-type=delivery-status", &[Signal::Report]),
            ("Content-Type: multipart/report; boundary=NEVER", &[Signal::Report]),
            (
                "Content-Type: Multipart/Report; report-type=disposition-notification",
                &[Signal::ReadReceipt],
            ),
        ] {
            assert_eq!(parse(format!("{header}\n\nbody\n").as_bytes()).signals, wanted, "{header}");
        }
    }

    fn report(kind: &str, part: &str) -> Vec<Signal> {
        let head = format!("Content-Type: multipart/report; report-type={kind}; boundary=B\n\n");
        parse(format!("{head}--B\n\ntext\n--B\n{part}\n--B--\n").as_bytes()).signals
    }

    #[test]
    fn reports() {
        let status = |actions: &str| {
            let actions = actions.replace(' ', "\n\n");
            format!("Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n{actions}\n")
        };
        for (kind, part, wanted) in [
            ("delivery-status", status("Action:failed"), Signal::Bounce),
            ("delivery-status", status("action:FAILED Action:delivered"), Signal::Bounce),
            ("delivery-status", status("Action:delayed"), Signal::Delay),
            ("delivery-status", status("Action:delivered"), Signal::Report),
            ("delivery-status", status(""), Signal::Bounce),
            ("delivery-status", "Content-Type: text/plain\n\nx".to_owned(), Signal::Report),
            ("disposition-notification", "\nx".to_owned(), Signal::ReadReceipt),
            ("\"Feedback-Report\"", "\nx".to_owned(), Signal::AbuseReport),
            ("x-unheard-of", "\nx".to_owned(), Signal::Report),
        ] {
            assert_eq!(report(kind, &part), [wanted], "{kind} {part}");
        }
        let answer = "Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\n";
        assert_eq!(parse(answer.as_bytes()).signals, [Signal::CalendarReply]);
        let invitation = "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n";
        assert_eq!(parse(invitation.as_bytes()).signals, []);
    }
}
