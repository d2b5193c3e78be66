//! What a message says, however it is written.

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
        ("From: \"ceo@big.org\" <a@x.org>", "a@x.org", "ceo@big.org", &[Defect::NameShowsAddress]),
        ("From: \"A@x.org\" <a@x.org>", "a@x.org", "A@x.org", &[]),
        ("From: a\u{200b}@x.org", "a@x.org", "", &[]),
        ("From: (no address)", "", "", &[Defect::NoAuthor]),
        ("Reply-To: a@x.org", "", "", &[Defect::NoAuthor]),
        ("From: a@x.org\nContent-Type: Application/MS-TNEF", "a@x.org", "", &[Defect::Tnef]),
        (
            "From: a@x.org\nContent-Type: application/octet-stream\n\
             Content-Transfer-Encoding: base64\n\neJ8+IgAAAA==",
            "a@x.org",
            "",
            &[Defect::Tnef],
        ),
        ("From: a@x.org\nno field\nSubject: x", "a@x.org", "", &[Defect::BrokenHeader]),
        (
            "From: a@x.org\nContent-Transfer-Encoding: base46",
            "a@x.org",
            "",
            &[Defect::UnknownEncoding],
        ),
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
    let image = "Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\nAAAA";
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
            format!("Content-Type: multipart/mixed; boundary=B\n\n{}", "--\n".repeat(1_000_000)),
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

#[test]
fn a_header_has_the_charset_of_its_text() {
    let raw = |label: &str, subject: &[u8], name: &[u8]| {
        let head = b"From: " as &[u8];
        let label = format!("Content-Type: text/plain; charset={label}\n\nbody\n");
        parse(&[head, name, b" <a@x.org>\nSubject: ", subject, b"\n", label.as_bytes()].concat())
    };
    for (label, subject, name, wanted) in [
        ("windows-1251", &b"\xcf\xf0\xe8\xe2\xe5\xf2"[..], &b"\xc5\xe2\xe0"[..], ("Привет", "Ева")),
        ("gb2312", b"\xc4\xe3\xba\xc3", b"\xce\xc4", ("你好", "文")),
        ("iso-8859-1", b"M\xfcde", b"J\xfcrgen", ("Müde", "Jürgen")),
        ("utf-8", b"M\xfcde", b"J\xc3\xbcrgen", ("Müde", "Jürgen")),
        ("windows-1251", "Müde".as_bytes(), b"\xc5\xe2\xe0", ("Müde", "Ева")),
        ("x-unknown", b"M\xfcde", b"x", ("Müde", "x")),
    ] {
        let parsed = raw(label, subject, name);
        let from = parsed.from.unwrap().name;
        assert_eq!((parsed.subject.as_str(), from.as_str()), wanted, "{label}");
        assert_eq!(parsed.text, "body", "{label}");
    }
}

/// A header in another charset is read alike by both, and UTF-16 is no charset of a header.
#[test]
fn attachments_under_a_header_with_raw_bytes() {
    for charset in ["utf-16", "iso-8859-1"] {
        let kind = b"Content-Type: tex\xa6t/plain; charset=".as_slice();
        let raw = [b"From: a@x\n", kind, charset.as_bytes(), b"\n\n\xfe\xff\0a\0\n"].concat();
        let mut handed = Vec::new();
        each_attachment(&raw, |attachment, _| handed.push(attachment.clone()));
        let parsed = parse(&raw);
        assert_eq!(handed, parsed.attachments, "{charset}");
        assert_eq!(parsed.from.unwrap().address.as_str(), "a@x", "{charset}");
    }
}
