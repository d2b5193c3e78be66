//! A report on other mail, by its parts or as the free text of a mail system: whom it names are
//! addresses, each once, and what it says of them is clean.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use postroom::domain::bounce::{Code, Outcome};
use postroom::mail::{Parsed, parse};

const NOTICE: &str = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.test\nTo: support@example.test\n\
    Subject: Undelivered mail\n\n";

const REPORT: &str = "From: MAILER-DAEMON@mx.test\nContent-Type: multipart/report; \
    report-type=delivery-status; boundary=R\n\n--R\nContent-Type: message/delivery-status\n\n";

fuzz_target!(|text: &str| {
    for head in ["", NOTICE, REPORT] {
        let lf = format!("{head}{text}").replace('\r', "");
        let parsed = parse(lf.as_bytes());
        is_clean(&parsed);
        assert_eq!(parse(lf.replace('\n', "\r\n").as_bytes()).bounce, parsed.bounce);
    }
});

fn is_clean(parsed: &Parsed) {
    assert!(parsed.returned.len() <= 3);
    let Some(bounce) = &parsed.bounce else { return };
    assert!(!parsed.signals.is_empty());
    assert!(bounce.recipients.len() <= 100);
    let keys: BTreeSet<String> = bounce.recipients.iter().map(|o| o.recipient.key()).collect();
    assert_eq!(keys.len(), bounce.recipients.len(), "{:?}", bounce.recipients);
    for Outcome { recipient, original, action, status, diagnostic } in &bounce.recipients {
        for address in original.iter().chain([recipient]) {
            assert_eq!(address.as_str().parse().as_ref(), Ok(address));
        }
        assert_eq!(action.as_str().parse(), Ok(*action));
        if let Some(status) = status {
            assert_eq!(status.code().to_string().parse::<Code>(), Ok(status.code()));
        }
        let text = diagnostic.as_deref().unwrap_or("x");
        assert!(!text.is_empty() && !text.chars().any(char::is_control), "{text:?}");
    }
}
