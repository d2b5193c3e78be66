//! Writing mail: a validating wrapper of mail-builder, which writes whatever it is given into
//! ids and header names. The only file that names it.

use std::fmt;

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address as Written;
use mail_builder::headers::date::Date;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;

use super::quoted;
use crate::domain::address::domain_key;
use crate::domain::{Mailbox, Time};

/// Longest id that we write, in bytes: it has to fit into a line.
const LONGEST_ID: usize = 250;

/// Ids in References, the first and the last ones (R154).
const MOST_REFERENCES: usize = 20;

/// Longest line that goes as it is; longer ones become quoted-printable.
const LONGEST_PLAIN_LINE: usize = 78;

/// Who writes the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nature {
    /// A person: no field may make it look automatic (R156).
    Personal,
    /// We do: marked so that no machine answers it (R121, R124).
    Automatic,
}

/// A mail to be written. There is no Bcc: further recipients are told to sendmail only (R146).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The author.
    pub from: Mailbox,
    /// Who sends it for the author, where that is somebody else (RFC 5322 section 3.6.2, R152).
    pub sender: Option<Mailbox>,
    /// Where answers go, where that is not the author (R70).
    pub reply_to: Option<Mailbox>,
    /// The recipients; at least one.
    pub to: Vec<Mailbox>,
    /// Who gets a copy.
    pub cc: Vec<Mailbox>,
    /// The subject.
    pub subject: String,
    /// The text, any line ends.
    pub text: String,
    /// When it was written.
    pub date: Time,
    /// Its own id, without `<>`.
    pub message_id: String,
    /// The message that it answers, without `<>`.
    pub in_reply_to: Option<String>,
    /// Its ancestors, oldest first, our signed one in front; without `<>`. Of more than 20 the
    /// first and the last are written.
    pub references: Vec<String>,
    /// Who writes it.
    pub nature: Nature,
}

/// A value that cannot stand in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadHeader {
    /// The field that it was meant for.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: &'static str,
}

impl fmt::Display for BadHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be written: {}", self.field, self.why)
    }
}

impl std::error::Error for BadHeader {}

/// Whether an id can be written: printable ASCII without `<>`, 250 bytes at most. What comes in
/// from others need not be; leave such an id out.
#[must_use]
pub fn is_writable_id(id: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_graphic() && byte != b'<' && byte != b'>';
    !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(good)
}

/// In-Reply-To and References of an answer (R154, R155): the ids of the answered message, as far as
/// they can be written, behind our own signed one if there is one.
#[must_use]
pub fn ancestry(
    signed: Option<&str>,
    message_id: Option<&str>,
    in_reply_to: &[String],
    references: &[String],
) -> (Option<String>, Vec<String>) {
    let older = match (references, in_reply_to) {
        ([], [parent]) => std::slice::from_ref(parent),
        (references, _) => references,
    };
    let answered = message_id.filter(|id| is_writable_id(id));
    let mut ids: Vec<String> = Vec::new();
    for id in signed.into_iter().chain(older.iter().map(String::as_str)).chain(answered) {
        if is_writable_id(id) && Some(id) != ids.last().map(String::as_str) {
            ids.push(id.to_owned());
        }
    }
    (answered.map(str::to_owned), ids)
}

/// Writes a mail as it goes to sendmail: LF line ends, ASCII only, no line over 998 bytes.
///
/// # Errors
/// When a value holds control characters such as CR, LF or NUL (R84), an id cannot be written, the local
/// part of an address is not ASCII, or there is no recipient.
pub fn compose(letter: &Letter) -> Result<Vec<u8>, BadHeader> {
    let bad = |field, why| Err(BadHeader { field, why });
    if letter.to.is_empty() {
        return bad("To", "there is no recipient");
    }
    let mut mail = MessageBuilder::new()
        .date(Date::new(letter.date.0.div_euclid(1000)))
        .message_id(id("Message-ID", &letter.message_id)?)
        .from(mailbox("From", &letter.from)?)
        .to(mailboxes("To", &letter.to)?)
        .subject(line("Subject", &letter.subject)?);
    if let Some(sender) = &letter.sender {
        mail = mail.sender(mailbox("Sender", sender)?);
    }
    if let Some(reply_to) = &letter.reply_to {
        mail = mail.reply_to(mailbox("Reply-To", reply_to)?);
    }
    if !letter.cc.is_empty() {
        mail = mail.cc(mailboxes("Cc", &letter.cc)?);
    }
    if let Some(answered) = &letter.in_reply_to {
        mail = mail.in_reply_to(id("In-Reply-To", answered)?);
    }
    if !letter.references.is_empty() {
        let ids = cut_in_the_middle(&letter.references).map(|one| id("References", one));
        mail = mail.references(ids.collect::<Result<Vec<_>, _>>()?);
    }
    if letter.nature == Nature::Automatic {
        mail = mail
            .header("Auto-Submitted", Raw::new("auto-replied"))
            .header("Precedence", Raw::new("bulk"))
            .header("X-Auto-Response-Suppress", Raw::new("All"));
    }
    let Ok(mut bytes) = mail.body(body(&letter.text)).write_to_vec() else {
        return bad("the mail", "it could not be built");
    };
    // Header lines come with CRLF; the body holds no CR.
    bytes.retain(|byte| *byte != b'\r');
    Ok(bytes)
}

/// The text as a part that needs no 8-bit transport: as it is, or quoted-printable.
fn body(text: &str) -> MimePart<'static> {
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let is_plain = |line: &str| {
        line.len() <= LONGEST_PLAIN_LINE
            && line != "."
            && !line.starts_with("From ")
            && line.bytes().all(|byte| byte == b'\t' || byte == b' ' || byte.is_ascii_graphic())
    };
    if text.lines().all(is_plain) {
        MimePart::new("text/plain", text).transfer_encoding("7bit")
    } else {
        MimePart::new("text/plain", quoted::encode(&text)).transfer_encoding("quoted-printable")
    }
}

fn mailboxes(field: &'static str, list: &[Mailbox]) -> Result<Written<'static>, BadHeader> {
    let list = list.iter().map(|one| mailbox(field, one)).collect::<Result<Vec<_>, _>>()?;
    Ok(Written::new_list(list))
}

fn mailbox(field: &'static str, one: &Mailbox) -> Result<Written<'static>, BadHeader> {
    let local = one.address.local();
    let domain = match one.address.domain() {
        ascii if ascii.is_ascii() => ascii.to_owned(),
        other => domain_key(other),
    };
    if !local.is_ascii() || !domain.is_ascii() {
        return Err(BadHeader { field, why: "an address holds letters that are not ASCII" });
    }
    let name = line(field, &one.name)?;
    let name = Some(name).filter(|name| !name.trim().is_empty());
    Ok(Written::new_address(name, format!("{local}@{domain}")))
}

fn id(field: &'static str, id: &str) -> Result<String, BadHeader> {
    if is_writable_id(id) {
        return Ok(id.to_owned());
    }
    Err(BadHeader { field, why: "an id is 1 to 250 printable ASCII characters without <>" })
}

/// A value of one line. What a reader would take for an encoded word is broken up.
fn line(field: &'static str, text: &str) -> Result<String, BadHeader> {
    if text.chars().any(char::is_control) {
        return Err(BadHeader { field, why: "control characters stand in it" });
    }
    Ok(text.replace("=?", "= ?"))
}

/// The first id and the last 19, or all of fewer.
fn cut_in_the_middle(ids: &[String]) -> impl Iterator<Item = &String> {
    let last = ids.len().saturating_sub(MOST_REFERENCES - 1).max(1);
    ids.first().into_iter().chain(ids.iter().skip(last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::parse::{Parsed, parse};
    use crate::mail::{base_subject, clean};
    use proptest::prelude::*;

    fn mailbox_of(name: &str, address: &str) -> Mailbox {
        Mailbox { name: name.to_owned(), address: address.parse().unwrap() }
    }

    fn letter() -> Letter {
        Letter {
            from: mailbox_of("Example Support", "support@example.org"),
            sender: None,
            reply_to: None,
            to: vec![mailbox_of("Erika Müller, Dr.", "erika@x.example")],
            cc: vec![],
            subject: "Re: Zażółć".to_owned(),
            text: "Hello\n".to_owned(),
            date: Time(1_777_626_000_000),
            message_id: "m1.k1.1.2.abc@example.org".to_owned(),
            in_reply_to: Some("1@x.example".to_owned()),
            references: vec!["r1.k1.1.2.abc@example.org".to_owned(), "1@x.example".to_owned()],
            nature: Nature::Personal,
        }
    }

    fn written(letter: &Letter) -> String {
        String::from_utf8(compose(letter).unwrap()).unwrap()
    }

    #[test]
    fn a_reply_by_a_person() {
        let mail = written(&letter());
        assert!(mail.contains("Date: Fri, 1 May 2026 09:00:00 +0000\n"), "{mail}");
        assert!(mail.contains("Message-ID: <m1.k1.1.2.abc@example.org>\n"), "{mail}");
        assert!(mail.contains("In-Reply-To: <1@x.example>\n"), "{mail}");
        assert!(mail.ends_with("\n\nHello\n"), "{mail}");
        assert!(mail.is_ascii() && !mail.contains('\r'));
        for absent in ["Auto-Submitted", "Precedence", "X-Auto", "Bcc", "List-", "Sender"] {
            assert!(!mail.contains(absent), "{mail}");
        }
        assert_eq!(mail.matches("Message-ID:").count(), 1);
    }

    #[test]
    fn an_automatic_answer() {
        let mail = written(&Letter {
            nature: Nature::Automatic,
            in_reply_to: None,
            references: vec![],
            ..letter()
        });
        for field in [
            "Auto-Submitted: auto-replied\n",
            "Precedence: bulk\n",
            "X-Auto-Response-Suppress: All\n",
        ] {
            assert!(mail.contains(field), "{mail}");
        }
        assert!(!mail.contains("In-Reply-To") && !mail.contains("References"));
    }

    #[test]
    fn what_is_refused() {
        let good = letter();
        let id = |id: &str| id.to_owned();
        for (field, bad) in [
            ("Subject", Letter { subject: "a\r\nBcc: b@c".into(), ..good.clone() }),
            ("Subject", Letter { subject: "a\0".into(), ..good.clone() }),
            ("From", Letter { from: mailbox_of("x\nBcc: y", "a@b.c"), ..good.clone() }),
            ("To", Letter { to: vec![], ..good.clone() }),
            ("To", Letter { to: vec![mailbox_of("", "jürgen@x.org")], ..good.clone() }),
            ("Cc", Letter { cc: vec![mailbox_of("x\ry", "a@b.c")], ..good.clone() }),
            ("Message-ID", Letter { message_id: id("a>\nBcc: <b@c"), ..good.clone() }),
            ("Message-ID", Letter { message_id: id(""), ..good.clone() }),
            ("In-Reply-To", Letter { in_reply_to: Some(id("a b")), ..good.clone() }),
            ("References", Letter { references: vec!["x".repeat(251)], ..good.clone() }),
        ] {
            assert_eq!(compose(&bad).unwrap_err().field, field);
        }
    }

    #[test]
    fn names_and_domains_beyond_ascii() {
        let to = vec![mailbox_of("Jürgen \"J\" <evil@x>", "j@bücher.example")];
        let mail = written(&Letter { to, ..letter() });
        assert!(mail.contains("<j@xn--bcher-kva.example>"), "{mail}");
        let parsed = parse(mail.as_bytes());
        assert_eq!(parsed.to.len(), 1, "{mail}");
        assert_eq!(parsed.to[0].name, "Jürgen \"J\" <evil@x>");
    }

    #[test]
    fn text_survives() {
        for (text, encoding) in [
            ("plain\n-- \nsig\n", "7bit"),
            ("From here\n>From there\n", "quoted-printable"),
            ("Grüße\n", "quoted-printable"),
            (".\n", "quoted-printable"),
        ] {
            let mail = written(&Letter { text: text.into(), ..letter() });
            assert!(mail.contains(&format!("Content-Transfer-Encoding: {encoding}\n")), "{mail}");
            assert!(!mail.contains("\nFrom ") && mail.lines().all(|l| l.len() < 998));
            assert_eq!(parse(mail.as_bytes()).text, text.trim_end());
        }
    }

    #[test]
    fn references_are_cut_in_the_middle() {
        let references: Vec<String> = (0..100).map(|n| format!("{n}@x")).collect();
        let parsed = parse(written(&Letter { references, ..letter() }).as_bytes());
        assert_eq!(parsed.references.len(), 20);
        assert_eq!((&*parsed.references[0], &*parsed.references[1]), ("0@x", "81@x"));
        assert_eq!(parsed.references[19], "99@x");
    }

    #[test]
    fn ancestors() {
        let list = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let long = "x".repeat(300);
        for (message_id, in_reply_to, references, answered, wanted) in [
            (Some("3"), &["2"][..], &["1", "2"][..], Some("3"), &["s", "1", "2", "3"][..]),
            (Some("3"), &["2"], &[], Some("3"), &["s", "2", "3"]),
            (Some("3"), &["1", "2"], &[], Some("3"), &["s", "3"]),
            (None, &["2"], &[], None, &["s", "2"]),
            (Some("a b"), &[], &[&long, "1"], None, &["s", "1"]),
        ] {
            let got = ancestry(Some("s"), message_id, &list(in_reply_to), &list(references));
            assert_eq!(got, (answered.map(str::to_owned), list(wanted)));
        }
    }

    /// What parsing makes of text that was never meant to be kept exactly.
    fn shown(text: &str) -> String {
        clean::line(&text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn one_blank(parsed: &Parsed) -> String {
        parsed.subject.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    proptest! {
        #[test]
        fn round_trip(
            subject in "[a-zA-Zäöłß€日本語🙂 ,.:;<>()\"'@?=_-]{0,120}",
            name in "[a-zA-Zäöł日本 ,.<>()\"\\\\@:;-]{0,60}",
            text in "([a-zA-Z äöł日本=.\t-]{0,120}\n|From x\n|\\.\n|>\n){0,8}",
            ids in proptest::collection::vec("[a-z0-9.+=/_-]{1,60}@[a-z.]{1,20}[a-z]", 1..30),
        ) {
            prop_assume!(!subject.contains("=?") && !name.contains("=?"));
            let name = shown(&name);
            let one = Letter {
                to: vec![mailbox_of(&name, "a@x.org"), mailbox_of("", "b@y.org")],
                subject: shown(&subject),
                text: text.clone(),
                message_id: "own@example.org".to_owned(),
                in_reply_to: ids.first().cloned(),
                references: ids.clone(),
                ..letter()
            };
            let mail = written(&one);
            prop_assert!(mail.is_ascii() && !mail.contains('\r'));
            prop_assert!(mail.lines().all(|line| line.len() < 998));
            let parsed = parse(mail.as_bytes());
            prop_assert_eq!(one_blank(&parsed), shown(&subject), "{}", mail);
            let addresses: Vec<_> = parsed.to.iter().map(|to| to.address.as_str()).collect();
            prop_assert_eq!(addresses, ["a@x.org", "b@y.org"], "{}", mail);
            prop_assert_eq!(&parsed.to[0].name, name.trim(), "{}", mail);
            prop_assert_eq!(&parsed.text, text.trim_end(), "{}", mail);
            prop_assert_eq!(parsed.message_id.as_deref(), Some("own@example.org"));
            prop_assert_eq!(&parsed.in_reply_to[..], &ids[..1]);
            prop_assert_eq!(parsed.references.last(), ids.last());
            prop_assert_eq!(parsed.date, Some(one.date));
            prop_assert!(parsed.signals.is_empty() && parsed.attachments.is_empty());
            prop_assert!(base_subject(&parsed.subject).len() <= parsed.subject.len());
        }
    }
}
