//! The class of any message comes from its signals, and these from the fields that say so, wherever
//! they stand and however their names are written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postroom::domain::Signal;
use postroom::mail::fields::{MOST_FIELDS, readable};
use postroom::mail::{Fields, parse};

fuzz_target!(|raw: &[u8]| {
    let signals = parse(raw).signals;
    let class = Signal::classify(&signals);
    match Signal::deciding(&signals) {
        Some(signal) => {
            assert!(signals.contains(&signal));
            assert_eq!(signal.class(), Some(class));
        }
        None => assert!(class.is_person()),
    }

    let readable = readable(raw);
    let fields = Fields::scan(&readable);
    let signals_with = |line: &str| parse(&rebuilt(&fields, line, str::to_owned)).signals;
    assert_eq!(signals_with(""), signals);
    assert_eq!(parse(&rebuilt(&fields, "", str::to_uppercase)).signals, signals);
    if fields.iter().count() + 1 < MOST_FIELDS {
        assert_eq!(signals_with("X-Of-No-Meaning: bulk\n"), signals);
        assert_eq!(signals_with("Auto-Submitted: no\n"), signals);
        for line in
            ["Auto-Submitted: auto-replied\n", "List-Id: <x.example>\n", "X-Spam-Flag: YES\n"]
        {
            let more = signals_with(line);
            assert!(!Signal::classify(&more).is_person(), "{line}");
            assert!(signals.iter().all(|signal| more.contains(signal)), "{line}");
        }
    }
});

/// The message with a line on top, and the names of its fields written in another way.
fn rebuilt(fields: &Fields<'_>, top: &str, name: impl Fn(&str) -> String) -> Vec<u8> {
    let mut raw = top.as_bytes().to_vec();
    for field in fields.iter() {
        raw.extend_from_slice(name(field.name).as_bytes());
        raw.push(b':');
        raw.extend_from_slice(field.value);
        raw.push(b'\n');
    }
    raw.push(b'\n');
    raw.extend_from_slice(fields.body());
    raw
}
