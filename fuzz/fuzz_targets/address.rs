//! What is an address prints and reads back as itself, compares with itself however it is written,
//! and is found in the header of a mail.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postroom::domain::Address;
use postroom::domain::address::{Pattern, domain_key};
use postroom::mail::parse;

fuzz_target!(|word: &str| {
    in_a_header(word);
    if let Ok(pattern) = word.parse::<Pattern>() {
        assert_eq!(pattern.to_string().parse(), Ok(pattern));
    }
    let Ok(address) = word.parse::<Address>() else { return };
    let written = address.as_str();
    // Quotes that a local part does not need are no part of it.
    assert!(written == word || word.starts_with('"'), "{written}");
    assert_eq!(written.parse().as_ref(), Ok(&address));
    assert_eq!(format!("{}@{}", address.local(), address.domain()), written);
    let key = address.key();
    assert!(!key.contains(char::is_control), "{key:?}");
    assert!(!key.contains(char::is_whitespace) || key.starts_with('"'), "{key:?}");
    assert_eq!(domain_key(&domain_key(address.domain())), domain_key(address.domain()));
    let again: Address = key.parse().unwrap();
    assert_eq!(again.key(), key);
    assert_eq!(again.person_key(), address.person_key());
    assert!(Pattern::One(address.clone()).matches(&address));
    let all: Pattern = format!("*@{}", address.domain()).parse().unwrap();
    assert!(all.matches(&address));
    if let Some(extension) = address.extension() {
        assert!(address.local().ends_with(extension));
    }
    if is_plain(word) {
        for header in [format!("From: {word}"), format!("From: \"A, B\" <{word}> (c)")] {
            let parsed = parse(format!("{header}\n\n").as_bytes());
            assert_eq!(parsed.from.map(|from| from.address), Some(address.clone()), "{header}");
        }
    }
});

/// A dot-atom on both sides (RFC 5322 3.4.1): nothing that a header would take for syntax.
fn is_plain(word: &str) -> bool {
    let is_atom = |atom: &str| {
        let text = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&*+-/=?^_{|}~".contains(&byte);
        !atom.is_empty() && atom.bytes().all(text) && !atom.contains("=?")
    };
    let is_dot_atom = |side: &str| side.split('.').all(is_atom);
    word.split_once('@').is_some_and(|(local, domain)| is_dot_atom(local) && is_dot_atom(domain))
}

/// Any text as a list of addresses: all that is found is an address.
fn in_a_header(text: &str) {
    let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let parsed = parse(format!("From: {text}\nTo: {text}\nReply-To: {text}\n\n").as_bytes());
    assert_eq!(parsed.from.as_ref(), parsed.to.first());
    assert_eq!(parsed.to, parsed.reply_to);
    assert_eq!(parsed.addressed.len(), parsed.to.len());
    for mailbox in &parsed.to {
        assert_eq!(mailbox.address.as_str().parse().as_ref(), Ok(&mailbox.address));
        assert!(!mailbox.name.chars().any(char::is_control));
    }
}
