//! The messages of any file account for all its bytes, each can be read again from where it
//! stands, and what was written by the rules comes out as it was.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use postroom::mail::mbox::{Mbox, Message, Variant, is_mbox};

const VARIANTS: [Variant; 6] = [
    Variant::Rd,
    Variant::O { unquote: false },
    Variant::O { unquote: true },
    Variant::Cl { unquote: false },
    Variant::Cl { unquote: true },
    Variant::Cl2,
];

const LINE: &str = "From erika@customer.test Sat Jan  3 01:05:34 1996\n";

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, file) = input;
    let variant = VARIANTS[usize::from(choice) % VARIANTS.len()];
    match Mbox::new(Cursor::new(file), variant, 0) {
        Ok(mbox) => {
            let messages: Vec<Message> = mbox.map(Result::unwrap).collect();
            all_bytes(file, &messages);
            each_again(file, variant, &messages);
        }
        Err(_) => assert!(!is_mbox(file)),
    }
    what_is_written_comes_back(file);
});

fn all_bytes(file: &[u8], messages: &[Message]) {
    let mut end = messages.first().map_or(file.len() as u64, |message| message.place.begin);
    assert!(file[..end as usize].trim_ascii().is_empty());
    for Message { place, raw } in messages {
        assert_eq!(place.begin, end);
        assert!(place.end > place.begin);
        end = place.end;
        let piece = &file[place.begin as usize..place.end as usize];
        let from = piece.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        assert!(from.starts_with(b"From ") && from.starts_with(&place.from_line));
        is_unquoted(&piece[from.len()..], raw);
    }
    assert_eq!(end, file.len() as u64);
}

/// Nothing but a `>` at the begin of a line and an empty line at the end may be gone.
fn is_unquoted(piece: &[u8], raw: &[u8]) {
    let mut written = piece.split_inclusive(|byte| *byte == b'\n');
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let written = written.next().unwrap();
        // A long one, or the end that Content-Length tells, may be read in pieces.
        let is_all_of = |written: &[u8]| {
            written.strip_prefix(line).is_some_and(|end| end.trim_ascii().is_empty())
        };
        assert!(is_all_of(written) || written.strip_prefix(b">").is_some_and(is_all_of));
    }
    let rest: Vec<u8> = written.flatten().copied().collect();
    assert!(matches!(rest.as_slice(), b"" | b"\n" | b"\r\n"), "{rest:?}");
}

fn each_again(file: &[u8], variant: Variant, messages: &[Message]) {
    for message in messages {
        let again = Mbox::new(Cursor::new(file), variant, message.place.begin).unwrap().next();
        assert_eq!(again.unwrap().unwrap(), *message);
    }
}

/// Texts become the bodies of messages, quoted as mboxrd has it.
fn what_is_written_comes_back(texts: &[u8]) {
    let mails: Vec<Vec<u8>> = texts
        .split(|byte| *byte == 0)
        .map(|text| [b"Subject: x\n\n", text, b"\n"].concat())
        .collect();
    let mut file = Vec::new();
    for mail in &mails {
        file.extend_from_slice(LINE.as_bytes());
        for line in mail.split_inclusive(|byte| *byte == b'\n') {
            let behind = line.iter().position(|byte| *byte != b'>').unwrap_or(line.len());
            if line[behind..].starts_with(b"From ") {
                file.push(b'>');
            }
            file.extend_from_slice(line);
        }
        file.push(b'\n');
    }
    let read = Mbox::new(Cursor::new(file), Variant::Rd, 0).unwrap();
    let read: Vec<Vec<u8>> = read.map(|message| message.unwrap().raw).collect();
    assert!(read == mails);
}
