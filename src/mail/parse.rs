//! A message as values. Never fails: what cannot be understood is left empty and recorded.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::attachment::Attachment;
use super::fields::{self, Field, Fields};
use super::references::{self, Ids};
use super::structure::{self, Part};
use super::trace::Trace;
use super::{Defect, bounce, classify, clean, decode, visible};
use crate::domain::bounce::Bounce;
use crate::domain::{Address, Mailbox, Signal, Time};

/// Bytes of a message that are looked at; of a larger one its beginning (R36, R89).
pub const MOST_BYTES: usize = 32 << 20;

/// Mailboxes of To, and of Cc, that are kept.
const MOST_RECIPIENTS: usize = 1_000;

/// Everything that a message says, decoded and cleaned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The first Subject field.
    pub subject: String,
    /// The author: the first mailbox of the first From field that has one (R78).
    pub from: Option<Mailbox>,
    /// Who sent it for the author, if Sender says so.
    pub sender: Option<Mailbox>,
    /// Where answers are wanted; shown, never an identity (R77).
    pub reply_to: Vec<Mailbox>,
    /// The recipients in To; the first 1,000 at most.
    pub to: Vec<Mailbox>,
    /// The recipients in Cc; the first 1,000 at most.
    pub cc: Vec<Mailbox>,
    /// Everybody it was addressed to: To, Cc, Bcc, and the Resent- fields (R112).
    pub addressed: Vec<Address>,
    /// The first Message-ID, without `<>`.
    pub message_id: Option<String>,
    /// Further Message-IDs that it claims: aliases of the first (R52).
    pub other_ids: Vec<String>,
    /// The ids in In-Reply-To, without `<>`.
    pub in_reply_to: Vec<String>,
    /// The ids in References, without `<>`: the first and the last 50, its own left out (R60, R61).
    pub references: Vec<String>,
    /// What a report of a mail system says of each recipient; none when it is no such report.
    pub bounce: Option<Bounce>,
    /// The ids of the mail that a report is about: those that a mail system gives back (R131), one
    /// that was read (R137) or called spam (R138).
    pub returned: Vec<String>,
    /// The Date field, for display only (R220).
    pub date: Option<Time>,
    /// The visible text, LF line ends, 1 MiB at most.
    pub text: String,
    /// The parts that are not shown.
    pub attachments: Vec<Attachment>,
    /// What tells who or what wrote it. `OwnMark` is for the caller to add, who has the keys.
    pub signals: Vec<Signal>,
    /// The envelope as far as the header tells it.
    pub envelope: Trace,
    /// What is wrong with it, each once.
    pub defects: Vec<Defect>,
}

/// Reads a message, whatever it is, in time linear in its length.
#[must_use]
pub fn parse(raw: &[u8]) -> Parsed {
    let raw = fields::readable(raw);
    let fields = Fields::scan(&raw);
    let mut parsed =
        catch_unwind(AssertUnwindSafe(|| read(&fields))).unwrap_or_else(|_| bare(&fields));
    parsed.defects.sort_unstable();
    parsed.defects.dedup();
    parsed
}

/// The values of a field in the header of a message, decoded and cleaned: of each field of that
/// name, in their order.
#[must_use]
pub fn field(raw: &[u8], name: &str) -> Vec<String> {
    let fields = Fields::scan(raw);
    let values = || fields.all(name).map(decode::text).collect();
    catch_unwind(AssertUnwindSafe(values)).unwrap_or_default()
}

/// What our own scan alone can tell, for a message that the decoders fail on.
fn bare(fields: &Fields<'_>) -> Parsed {
    let subject = fields.get("Subject").map(|field| clean::line(&field.unfolded()));
    Parsed {
        subject: subject.unwrap_or_default(),
        message_id: fields.get("Message-ID").and_then(|f| references::message_id(f.value)),
        signals: classify::signals(fields, &[], None),
        defects: vec![Defect::ParserFault],
        ..Parsed::default()
    }
}

fn read(fields: &Fields<'_>) -> Parsed {
    let mut defects = header_defects(fields);
    let parts = structure::split(fields, &mut defects);
    let seen = visible::parts(&parts);
    if parts.iter().any(Part::is_tnef) {
        defects.push(Defect::Tnef);
    }
    let authors = authors(fields);
    let sender = mailboxes(fields.get("Sender")).into_iter().next();
    author_defects(&authors, sender.as_ref(), &mut defects);

    let ids = Ids::read(fields);
    let date = fields.get("Date").map(decode::date);
    if date == Some(None) {
        defects.push(Defect::BadDate);
    }
    let from = authors.into_iter().next();
    let envelope = Trace::read(fields);
    let report = bounce::read(fields, &parts);
    let signals = classify::signals(fields, &parts, report.as_ref().map(|found| found.signal));
    let is_other_report =
        signals.iter().any(|signal| [Signal::AbuseReport, Signal::ReadReceipt].contains(signal));
    let (bounce, returned) = match report {
        Some(found) => (found.bounce, found.returned),
        None if is_other_report => (None, bounce::reported_on(&parts)),
        None => (None, Vec::new()),
    };
    Parsed {
        subject: fields.get("Subject").map(decode::text).unwrap_or_default(),
        bounce,
        returned,
        signals,
        from,
        sender,
        reply_to: mailboxes(fields.get("Reply-To")),
        to: all_mailboxes(fields, "To"),
        cc: all_mailboxes(fields, "Cc"),
        addressed: addressed(fields),
        in_reply_to: ids.in_reply_to,
        references: ids.references,
        other_ids: ids.other_ids,
        message_id: ids.message_id,
        date: date.flatten(),
        text: visible::text(&parts, &seen, &mut defects),
        attachments: apart(&parts, &seen).map(Attachment::of).collect(),
        envelope,
        defects,
    }
}

fn header_defects(fields: &Fields<'_>) -> Vec<Defect> {
    let several = |name| fields.all(name).nth(1).is_some();
    let found = [
        (fields.is_empty(), Defect::NoHeader),
        (fields.exceeded(), Defect::TooMuchHeader),
        (several("From"), Defect::SeveralFrom),
        (several("Subject"), Defect::SeveralSubject),
        (several("Message-ID"), Defect::SeveralMessageId),
    ];
    found.into_iter().filter(|(is, _)| *is).map(|(_, defect)| defect).collect()
}

fn author_defects(authors: &[Mailbox], sender: Option<&Mailbox>, defects: &mut Vec<Defect>) {
    let Some(first) = authors.first() else {
        defects.push(Defect::NoAuthor);
        return;
    };
    let agrees = |sender: &Mailbox| sender.address.key() == first.address.key();
    if authors.len() > 1 && !sender.is_some_and(agrees) {
        defects.push(Defect::SeveralAuthors);
    }
    if let Some(shown) = address_in(&first.name)
        && shown.key() != first.address.key()
    {
        defects.push(Defect::NameShowsAddress);
    }
}

/// The mailboxes of the first From field that has any: a program that writes an unusable one and
/// then another means the other.
fn authors(fields: &Fields<'_>) -> Vec<Mailbox> {
    let all = fields.all("From").map(|field| mailboxes(Some(field)));
    all.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

/// The mailboxes of a field that have a usable address.
fn mailboxes(field: Option<&Field<'_>>) -> Vec<Mailbox> {
    let Some(field) = field else { return Vec::new() };
    let listed = decode::addresses(field).into_iter();
    let found: Vec<Mailbox> = listed.filter_map(|(name, word)| mailbox(name, &word)).collect();
    if !found.is_empty() {
        return found;
    }
    // Not a list as RFC 5322 draws it: take what looks like an address.
    let text = decode::text(field);
    address_in(&text).map(|address| Mailbox { name: String::new(), address }).into_iter().collect()
}

fn all_mailboxes(fields: &Fields<'_>, name: &str) -> Vec<Mailbox> {
    fields.all(name).flat_map(|field| mailboxes(Some(field))).take(MOST_RECIPIENTS).collect()
}

fn addressed(fields: &Fields<'_>) -> Vec<Address> {
    ["To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"]
        .into_iter()
        .flat_map(|name| all_mailboxes(fields, name))
        .map(|mailbox| mailbox.address)
        .collect()
}

fn mailbox(name: String, word: &str) -> Option<Mailbox> {
    let word: String = word.chars().filter(|c| !c.is_whitespace() && !"<>".contains(*c)).collect();
    let address = word.parse().ok()?;
    Some(Mailbox { name, address })
}

/// The first word of a text that is an address.
fn address_in(text: &str) -> Option<Address> {
    let words = text.split(|c: char| c.is_whitespace() || "<>(),;:\"'[]".contains(c));
    words.filter(|word| word.contains('@')).find_map(|word| clean::word(word).parse().ok())
}

/// Hands out the attachments of a message with their decoded bytes, in the order of
/// [`Parsed::attachments`].
pub fn each_attachment(raw: &[u8], mut take: impl FnMut(&Attachment, &[u8])) {
    let raw = fields::readable(raw);
    let fields = Fields::scan(&raw);
    let parts = structure::split(&fields, &mut Vec::new());
    for part in apart(&parts, &visible::parts(&parts)) {
        take(&Attachment::of(part), &part.transfer.decode(part.body).value);
    }
}

/// The leaf parts that are no visible text.
fn apart<'p, 'raw>(
    parts: &'p [Part<'raw>],
    seen: &'p [usize],
) -> impl Iterator<Item = &'p Part<'raw>> {
    let apart = |part: &Part<'_>| {
        let unnamed_text = part.media.begins("text/")
            || part.media.begins("message/") && part.media.kind != "message/rfc822";
        part.is_leaf() && (part.is_attachment || part.name.is_some() || !unnamed_text)
    };
    let shown = move |index: usize, part: &Part<'_>| seen.contains(&index) && part.name.is_none();
    let all = parts.iter().enumerate();
    all.filter(move |(index, part)| apart(part) && !shown(*index, part)).map(|(_, part)| part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::identity;
    use proptest::prelude::*;
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};

    fn of(header: &str) -> Parsed {
        parse(format!("{header}\n\nbody\n").as_bytes())
    }

    fn address(mailbox: Option<&Mailbox>) -> &str {
        mailbox.map_or("", |mailbox| mailbox.address.as_str())
    }

    #[test]
    fn the_first_field_counts() {
        let parsed = of("From: a@x.org\nSubject: one\nFrom: b@x.org\nSubject: two\n\
                         Message-ID: <1@x>\nMessage-ID: <2@x>");
        assert_eq!(address(parsed.from.as_ref()), "a@x.org");
        assert_eq!((&*parsed.subject, parsed.message_id.as_deref()), ("one", Some("1@x")));
        assert_eq!(parsed.other_ids, ["2@x"]);
        assert_eq!(
            parsed.defects,
            [Defect::SeveralFrom, Defect::SeveralSubject, Defect::SeveralMessageId]
        );
    }

    #[test]
    fn a_bare_cr_ends_a_line_where_nothing_else_does() {
        let parsed = parse(b"From: a@x.org\rSubject: one\r two\r\rbody\rmore\r");
        assert_eq!((&*parsed.subject, &*parsed.text), ("one two", "body\nmore"));
        assert_eq!(parse(b"From: a@x.org\rSubject: one\n\nbody").subject, "");
    }

    #[test]
    fn authors() {
        for (header, author, name, defects) in [
            ("From: a@x.org", "a@x.org", "", &[][..]),
            ("From: =?utf-8?q?M=C3=BCde?= <a@x.org>", "a@x.org", "Müde", &[]),
            ("From: a@x.org, b@y.org", "a@x.org", "", &[Defect::SeveralAuthors]),
            ("From: a@x.org, b@y.org\nSender: A@X.org", "a@x.org", "", &[]),
            ("From: a@x.org, b@y.org\nSender: b@y.org", "a@x.org", "", &[Defect::SeveralAuthors]),
            (
                "From: \"ceo@big.org\" <a@x.org>",
                "a@x.org",
                "ceo@big.org",
                &[Defect::NameShowsAddress],
            ),
            ("From: \"A@x.org\" <a@x.org>", "a@x.org", "A@x.org", &[]),
            ("From: a\u{200b}@x.org", "a@x.org", "", &[]),
            ("From: (no address)", "", "", &[Defect::NoAuthor]),
            ("Reply-To: a@x.org", "", "", &[Defect::NoAuthor]),
            ("From: a@x.org\nContent-Type: Application/MS-TNEF", "a@x.org", "", &[Defect::Tnef]),
            ("From: [??]\nFrom: a@x.org", "a@x.org", "", &[Defect::SeveralFrom]),
        ] {
            let parsed = of(header);
            assert_eq!(address(parsed.from.as_ref()), author, "{header}");
            assert_eq!(parsed.from.map(|from| from.name).unwrap_or_default(), name, "{header}");
            assert_eq!(parsed.defects, defects, "{header}");
        }
    }

    #[test]
    fn a_blank_in_a_name_makes_no_field() {
        let parsed = of("From: a@x.org\nFr om: b@x.org");
        assert_eq!(address(parsed.from.as_ref()), "a@x.org");
        assert_eq!(parsed.text, "Fr om: b@x.org\n\nbody");
        assert_eq!(address(of("Fr om: b@x.org").from.as_ref()), "");
    }

    #[test]
    fn nothing_decoded_breaks_a_line() {
        let parsed = of("From: =?utf-8?q?a=0D=0Ab=1B?= <a@x.org>\n\
                         Subject: =?utf-8?Q?a=0D=0ABcc:_x=00?=\nIn-Reply-To: <a@x\n .test>");
        assert_eq!(parsed.subject, "a Bcc: x");
        assert_eq!(parsed.from.unwrap().name, "a b");
        assert_eq!(parsed.in_reply_to, ["a@x.test"]);
    }

    fn multipart(kind: &str, parts: &[&str]) -> Parsed {
        let parts: String = parts.iter().map(|part| format!("--BND\n{part}\n")).collect();
        let head = format!("From: a@x.org\nContent-Type: multipart/{kind}; boundary=BND\n\n");
        parse(format!("{head}{parts}--BND--\n").as_bytes())
    }

    #[test]
    fn the_visible_text() {
        let plain = "\nplain";
        let html = "Content-Type: text/html\n\n<p>one</p><p>two</p>";
        let file = "Content-Disposition: attachment; filename=a.txt\n\nsecret";
        let image =
            "Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\nAAAA";
        for (kind, parts, text, attachments) in [
            ("alternative", &[plain, html][..], "plain", 0),
            ("alternative", &[html, plain], "plain", 0),
            ("alternative", &["\n \n", html], "one\n\ntwo", 0),
            ("mixed", &[plain, file], "plain", 1),
            ("mixed", &[plain, html], "plain\n\none\n\ntwo", 0),
            ("mixed", &[plain, image, plain], "plain\n\nplain", 1),
            ("related", &[html, image], "one\n\ntwo", 1),
            ("mixed", &["\nvisit --BND for details\nSECRET"], "visit --BND for details\nSECRET", 0),
            ("mixed", &["Content-Type: message/rfc822\n\nSubject: x\n\ninner"], "", 1),
            ("mixed", &[], "", 0),
        ] {
            let parsed = multipart(kind, parts);
            assert_eq!(parsed.text, text, "{kind} {parts:?}");
            assert_eq!(parsed.attachments.len(), attachments, "{kind} {parts:?}");
        }
        let parsed = multipart("mixed", &[plain, image]);
        let wanted = Attachment {
            name: "a.png".into(),
            called: "a.png".into(),
            content_type: "image/png".into(),
            size: 3,
        };
        assert_eq!(parsed.attachments, [wanted]);
    }

    #[test]
    fn hostile_shapes_take_no_time() {
        let nested: String = (0..100_000)
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"))
            .collect();
        let siblings: String = (0..20_000)
            .map(|n| format!("--B\nContent-Type: multipart/mixed; boundary=never{n}\n\nx\n"))
            .collect();
        let html = |body: String| format!("Content-Type: text/html\n\n{body}");
        for (what, raw) in [
            ("nested parts", nested),
            ("siblings", format!("Content-Type: multipart/mixed; boundary=B\n\n{siblings}")),
            ("nested messages", "Content-Type: message/rfc822\n\n".repeat(400_000)),
            (
                "dashes",
                format!(
                    "Content-Type: multipart/mixed; boundary=B\n\n{}",
                    "--\n".repeat(1_000_000)
                ),
            ),
            ("encoded words", format!("Subject: {}\n\n", "=?aa?q?x".repeat(100_000))),
            ("words of no encoding", format!("Subject: {}?=\n\n", "=?aa?x?".repeat(37_000))),
            ("encoded names", format!("From: {}\n\n", "=?aa?q?x".repeat(100_000))),
            ("continuations", format!("Content-Type: x/y{}\n\n", "; a*1=b".repeat(200_000))),
            ("recipients", format!("To: {}\n\n", "a@x.org,".repeat(100_000))),
            ("quotes", format!("From: {}\n\n", "\"".repeat(200_000))),
            ("comments", format!("From: {}\n\n", "(".repeat(200_000))),
            ("ids", format!("References: {}\n\n", "<a@x> (".repeat(200_000))),
            (
                "equals signs",
                format!("Content-Transfer-Encoding: quoted-printable\n\n{}", "=".repeat(1_000_000)),
            ),
            ("tags", html("<div>".repeat(100_000))),
            ("links", html("<a href=x>".repeat(50_000))),
            ("unclosed", html("<a href=\"".repeat(50_000))),
            ("comments", html("<!--".repeat(100_000))),
            ("entities", html("&".repeat(500_000))),
        ] {
            let begun = Instant::now();
            drop(parse(raw.as_bytes()));
            // Debug builds on a loaded machine; quadratic ones take minutes.
            assert!(begun.elapsed() < Duration::from_secs(20), "{what}: {:?}", begun.elapsed());
        }
    }

    #[test]
    fn nothing_at_all() {
        assert_eq!(parse(b"").defects, [Defect::NoHeader, Defect::NoAuthor]);
        assert_eq!(parse(b"no header\n").text, "no header");
    }

    /// Every file below a directory.
    fn files(at: &Path) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(at) else { return Vec::new() };
        let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
        paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }

    /// Real mail, where a checkout of it lies beside the repository.
    #[test]
    fn real_mail_is_no_fault() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
        for path in files(&corpus) {
            let Ok(raw) = std::fs::read(&path) else { continue };
            let parsed = parse(&raw);
            assert!(!parsed.defects.contains(&Defect::ParserFault), "{}", path.display());
            assert_eq!(identity(&raw), identity(&raw));
        }
    }

    proptest! {
        #[test]
        fn any_bytes(raw in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(!parse(&raw).defects.contains(&Defect::ParserFault));
        }

        #[test]
        fn any_mail(raw in "((From|To|Subject|Date|References|Message-ID|Received|Content-Type|\
                Content-Disposition|Content-Transfer-Encoding): ?(multipart/mixed; boundary=b|\
                text/html|base64|=\\?utf-8\\?[bq]\\?|[a-zA-Z0-9@<>()\",;:=?*'\u{80}-\u{fff} \t./-]{0,30}){0,3}\r?\n){0,6}\
                \r?\n(--b(--)?\r?\n|[^\u{0}]{0,20}\n|Content-Type: text/html\n|\n){0,8}") {
            let parsed = parse(raw.as_bytes());
            prop_assert!(!parsed.defects.contains(&Defect::ParserFault), "{:?}", raw);
            prop_assert!(!parsed.subject.chars().any(char::is_control));
        }
    }
}
