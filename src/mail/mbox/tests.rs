//! Where a message of an mbox ends, and what comes out.

use std::io::{BufReader, Cursor};
use std::path::Path;

use proptest::prelude::*;

use super::*;

fn messages(variant: Variant, file: &[u8]) -> Vec<Message> {
    Mbox::new(Cursor::new(file), variant, 0).unwrap().map(Result::unwrap).collect()
}

fn texts(variant: Variant, file: &str) -> Vec<String> {
    let text = |message: Message| String::from_utf8(message.raw).unwrap();
    messages(variant, file.as_bytes()).into_iter().map(text).collect()
}

/// A file that counts what is read of it.
struct Counted<'a>(Cursor<&'a [u8]>, &'a std::cell::Cell<usize>);

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.set(self.1.get() + read);
        Ok(read)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_length_is_looked_at_without_reading_all_anew() {
    let file = format!("{LINE}Content-Length: 4\n\none\n\n").repeat(2_000);
    for variant in [Variant::Cl { unquote: false }, Variant::Cl2] {
        let read = std::cell::Cell::new(0);
        let counted = Counted(Cursor::new(file.as_bytes()), &read);
        let reader = BufReader::with_capacity(1 << 15, counted);
        let mbox = Mbox::new(reader, variant, 0).unwrap();
        assert_eq!(
            mbox.map(|m| m.unwrap().raw).filter(|raw| raw.ends_with(b"\none\n")).count(),
            2_000
        );
        assert!(read.get() <= 2 * file.len(), "{} of {}", read.get(), file.len());
    }
}

const LINE: &str = "From a@x Sat Jan  3 01:05:34 1996\n";

#[test]
fn where_messages_begin() {
    let begun = "From a@x Sat Jan  3 01:05:34 1996\nA: 1\n\none\n";
    for (what, file, wanted) in [
        ("nothing", String::new(), &[][..]),
        ("empty lines", "\n \n\t \n".to_owned(), &[]),
        ("one", begun.to_owned(), &["A: 1\n\none\n"]),
        ("empty lines before the first", format!("\n \n{begun}"), &["A: 1\n\none\n"]),
        ("two", format!("{begun}\n{LINE}B: 2\n\ntwo\n"), &["A: 1\n\none\n", "B: 2\n\ntwo\n"]),
        ("no empty line", format!("{begun}{LINE}B: 2\n"), &["A: 1\n\none\n", "B: 2\n"]),
        ("no time of day", format!("{begun}\nFrom 17@xxx\nB: 2\n"), &["A: 1\n\none\n", "B: 2\n"]),
        (
            "no time but a date",
            format!("{begun}\nFrom - Jan 3 1996\nB: 2\n"),
            &["A: 1\n\none\n", "B: 2\n"],
        ),
        (
            "text before a field",
            format!("{begun}\nFrom the boss\nB: 2\nFrom b@x\nB: 3\n"),
            &["A: 1\n\none\n\nFrom the boss\nB: 2\nFrom b@x\nB: 3\n"],
        ),
        ("no last line end", format!("{begun}\n{LINE}B: 2\n\nx"), &["A: 1\n\none\n", "B: 2\n\nx"]),
        ("UUCP", format!("{begun}\n{LINE}>From b\nB: 2\n"), &["A: 1\n\none\n", ">From b\nB: 2\n"]),
        ("no header", format!("{begun}\n{LINE}\ntwo\n"), &["A: 1\n\none\n", "\ntwo\n"]),
        ("one more empty line", format!("{begun}\n\n{LINE}"), &["A: 1\n\none\n\n", ""]),
        ("no body", format!("{LINE}A: 1\n\n\n{LINE}B: 2\n\n\n"), &["A: 1\n\n", "B: 2\n\n"]),
        ("header alone", format!("{LINE}A: 1\n\n{LINE}B: 2\n"), &["A: 1\n\n", "B: 2\n"]),
        (
            "text",
            format!("{begun}\nFrom here on: text\n"),
            &["A: 1\n\none\n\nFrom here on: text\n"],
        ),
        ("text with a time", format!("{begun}From 10:30 on\n"), &["A: 1\n\none\nFrom 10:30 on\n"]),
        (
            "text about trains",
            format!("{begun}\nFrom Berlin it leaves at 9:15.\n\nFrom May 2026 on\n"),
            &["A: 1\n\none\n\nFrom Berlin it leaves at 9:15.\n\nFrom May 2026 on\n"],
        ),
        (
            "a sender and half a date, no header",
            format!("{begun}\nFrom b@x 10:30\n\ntwo\n"),
            &["A: 1\n\none\n", "\ntwo\n"],
        ),
        (
            "half a date before a field",
            format!("{begun}From Anna 10:30\nB: 2\n"),
            &["A: 1\n\none\n", "B: 2\n"],
        ),
        (
            "a link",
            format!("{begun}\nFrom\nFrom me\nhttp://x\n"),
            &["A: 1\n\none\n\nFrom\nFrom me\nhttp://x\n"],
        ),
        ("a field", format!("{begun}\nFrom : x\nB: 2\n"), &["A: 1\n\none\n\nFrom : x\nB: 2\n"]),
    ] {
        for variant in ["mboxrd", "mboxo", "mboxcl", "mboxcl2"] {
            assert_eq!(texts(variant.parse().unwrap(), &file), wanted, "{what}, {variant}");
        }
        let crlf = file.replace('\n', "\r\n");
        let wanted: Vec<String> = wanted.iter().map(|text| text.replace('\n', "\r\n")).collect();
        assert_eq!(texts(Variant::Rd, &crlf), wanted, "{what}, CRLF");
    }
}

#[test]
fn what_a_from_line_tells() {
    let at = |line: &str| delivered(line.as_bytes()).map(|at| at.to_string());
    let said = Some("1996-01-03T01:05:34Z".to_owned());
    for (line, date, from) in [
        ("From a@x.test Wed Jan  3 01:05:34 1996", said.clone(), "a@x.test"),
        ("From a@x.test  Wed, 3 Jan 1996 02:05:34 +0100", said.clone(), "a@x.test"),
        ("From MAILER-DAEMON Wed Jan  3 01:05:34 1996", said, "<>"),
        ("From 17@xxx", None, "17@xxx"),
        ("From b", None, "unknown"),
        ("From ", None, "unknown"),
    ] {
        assert_eq!(at(line), date, "{line}");
        assert_eq!(sender(line.as_bytes()).to_string(), from, "{line}");
    }
}

#[test]
fn what_is_no_mbox_is_refused() {
    for file in ["A: 1\n\ntext\n", "\nFrom: a@x\n", "From", "From : a@x\n\ntext"] {
        let error = Mbox::new(Cursor::new(file), Variant::Rd, 0).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{file:?}");
        assert!(!is_mbox(file.as_bytes()), "{file:?}");
    }
    assert!(is_mbox(format!("{LINE}A: 1\n").as_bytes()));
    assert!(is_mbox(b"From a@x\r\nA: 1"));
    assert!(is_mbox(b"\n \t\nFrom a@x\nA: 1"));
    assert!(!is_mbox(b"From here on\nit is text\n"));
}

#[test]
fn what_each_variant_unquotes() {
    let text = ">From b\n>>From c\n> From d\n>>>\n";
    let off = "From b\n>From c\n> From d\n>>>\n";
    let one = "From b\n>>From c\n> From d\n>>>\n";
    for (variant, wanted) in [
        (Variant::Rd, off),
        (Variant::O { unquote: false }, text),
        (Variant::O { unquote: true }, one),
        (Variant::Cl { unquote: false }, text),
        (Variant::Cl { unquote: true }, one),
        (Variant::Cl2, text),
    ] {
        let file = format!("{LINE}A: 1\n\n{text}");
        assert_eq!(texts(variant, &file), [format!("A: 1\n\n{wanted}")], "{variant:?}");
    }
    // A header has no quoting.
    assert_eq!(texts(Variant::Rd, &format!("{LINE}A: 1\n>From b\n")), ["A: 1\n>From b\n"]);
}

#[test]
fn a_length_is_believed_where_a_message_can_end() {
    let inner = format!("one\n\n{LINE}B: 2\n\ninner\n");
    let file = |length: usize, between: &str| {
        format!("{LINE}A: 1\nContent-Length: {length}\n\n{inner}{between}{LINE}C: 3\n\nlast\n")
    };
    for variant in [Variant::Cl { unquote: false }, Variant::Cl2] {
        for (length, between) in
            [(inner.len(), "\n"), (inner.len(), ""), (inner.len() - 1, ""), (inner.len() + 1, "\n")]
        {
            let file = file(length, between);
            let found = messages(variant, file.as_bytes());
            assert_eq!(found.len(), 2, "{length} {between:?}");
            let text = String::from_utf8_lossy(&found[0].raw);
            assert!(text.trim_end().ends_with("inner"), "{text}");
            assert!(found.iter().all(|message| !message.place.bad_length));
        }
        for lie in [0, 3, inner.len() - 2, inner.len() + 3, 9_999_999, usize::MAX] {
            let file = file(lie, "\n");
            let found = messages(variant, file.as_bytes());
            assert_eq!(found.len(), 3, "{lie}");
            assert!(found[0].place.bad_length && !found[1].place.bad_length, "{lie}");
        }
    }
    assert_eq!(messages(Variant::Rd, file(inner.len(), "\n").as_bytes()).len(), 3);
}

#[test]
fn a_message_can_be_read_from_its_place() {
    let file = format!("{LINE}A: 1\n\none\n\n{LINE}B: 2\n\ntwo\n\n{LINE}C: 3\n");
    let all = messages(Variant::Rd, file.as_bytes());
    assert_eq!(all.len(), 3);
    for (n, message) in all.iter().enumerate() {
        let rest = Mbox::new(Cursor::new(&file), Variant::Rd, message.place.begin).unwrap();
        assert_eq!(rest.map(Result::unwrap).collect::<Vec<_>>(), all[n..]);
        let next = all.get(n + 1).map_or(file.len() as u64, |next| next.place.begin);
        assert_eq!(message.place.end, next);
        assert_eq!(message.place.from_line, LINE.trim_end().as_bytes());
    }
}

#[test]
fn a_line_without_end_takes_no_memory() {
    struct Count(usize);
    impl Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            assert!(bytes.len() <= 64 << 10);
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let file = [LINE.as_bytes(), b"A: 1\n\n", b"-", &b"From 1:00 ".repeat(1 << 20)].concat();
    let mut out = Count(0);
    let mut mbox = Mbox::new(Cursor::new(&file), Variant::Rd, 0).unwrap();
    mbox.next_into(&mut out).unwrap().unwrap();
    assert_eq!(out.0, file.len() - LINE.len());
}

/// Real files, where a checkout of them lies beside the repository: the numbers are those of
/// another reader, which takes every `From ` line.
#[test]
fn real_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/mbox");
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let file = std::fs::read(entry.unwrap().path()).unwrap();
        let lines = file.split(|byte| *byte == b'\n').filter(|line| line.starts_with(FROM)).count();
        for variant in Variant::NAMES {
            let found = messages(variant.parse().unwrap(), &file);
            assert_eq!(found.len(), lines, "{variant}");
        }
    }
}

/// As mboxrd is written: every message has a header.
fn written(mails: &[String]) -> String {
    let quoted = |line: &str| {
        let from = line.trim_start_matches('>').starts_with("From ");
        format!("{}{line}\n", if from { ">" } else { "" })
    };
    let lines = |mail: &String| mail.lines().map(quoted).collect::<String>();
    mails.iter().map(|mail| format!("{LINE}X: 1\n\n{}\n", lines(mail))).collect()
}

proptest! {
    #[test]
    fn what_was_written_is_read(mails in proptest::collection::vec("(>{0,2}From [a:1 ]{0,6}\n|[a-z: >]{0,8}\n|\n){0,6}", 0..5)) {
        let wanted: Vec<String> = mails.iter().map(|mail| format!("X: 1\n\n{mail}")).collect();
        prop_assert_eq!(texts(Variant::Rd, &written(&mails)), wanted);
    }

    /// Whatever the bytes: the places follow each other without a gap, up to the end.
    #[test]
    fn every_byte_has_its_place(
        rest in "(From [a:1 ]{0,9}\r?\n|Content-Length: [0-9]{1,3}\n|>*From \n|[a-z]: [a-z]{0,9}\n|\r?\n|[ -~]{0,9}){0,20}",
        variant in 0_usize..4,
    ) {
        let file = format!("From a\n{rest}");
        let found = messages(Variant::NAMES[variant].parse().unwrap(), file.as_bytes());
        let mut at = 0;
        for message in &found {
            prop_assert_eq!(message.place.begin, at);
            prop_assert!(message.place.end > at);
            at = message.place.end;
        }
        prop_assert_eq!(at, file.len() as u64);
    }

    #[test]
    fn any_bytes(file in proptest::collection::vec(any::<u8>(), 0..200), variant in 0_usize..4) {
        let file = [b"From ", file.as_slice()].concat();
        if let Ok(mbox) = Mbox::new(Cursor::new(&file), Variant::NAMES[variant].parse().unwrap(), 0) {
            mbox.for_each(|message| drop(message.unwrap()));
        }
    }
}
