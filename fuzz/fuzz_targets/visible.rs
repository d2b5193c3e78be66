//! What is shown of a text: its spans are the text, and what the sender said is of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postroom::mail::{Intent, parse, said, spans};

fuzz_target!(|text: &str| {
    let intent = Intent::of(text.lines().next().unwrap_or_default());
    let spans = spans(text, intent);
    let mut end = 0;
    for span in &spans {
        assert_eq!(span.range.start, end);
        assert!(span.range.end > end && text.is_char_boundary(span.range.end));
        end = span.range.end;
    }
    assert_eq!(end, text.len());
    assert!(spans.windows(2).all(|pair| pair[0].kind != pair[1].kind));
    assert!(is_within(&said(text, intent), text));

    for kind in ["plain", "html"] {
        let mail = format!("Content-Type: text/{kind}; charset=utf-8\n\n{text}");
        let parsed = parse(mail.as_bytes());
        assert!(!parsed.text.contains('\r'));
    }
});

/// Whether the words of one text stand in another, in their order. A word may be a part of one
/// there: Yahoo puts its dashes right behind the last.
fn is_within(said: &str, mut text: &str) -> bool {
    said.split_whitespace().all(|word| {
        let behind = text.find(word).map(|at| at + word.len());
        text = behind.and_then(|behind| text.get(behind..)).unwrap_or_default();
        behind.is_some()
    })
}
