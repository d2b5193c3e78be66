//! Any text is actions or says where it is wrong; actions print as text that reads back as the
//! same, wherever they may be written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postroom::domain::action::{self, Action, Origin};

fuzz_target!(|text: &str| {
    for origin in [Origin::CommandLine, Origin::Rule] {
        match Action::parse(text, origin) {
            Ok(actions) => {
                assert!(!actions.is_empty());
                let printed: Vec<String> = actions.iter().map(ToString::to_string).collect();
                assert_eq!(Action::parse(&printed.join("; "), origin).as_ref(), Ok(&actions));
                let words: Vec<&str> = printed.iter().map(String::as_str).collect();
                let words = [&["do"], words.as_slice()].concat();
                assert_eq!(action::parse(&words, origin).as_ref(), Ok(&actions));
                for action in &actions {
                    assert!(action.verb().origins.contains(&origin));
                    assert!(action.resolve(Some(&"anna".parse().unwrap())).is_ok());
                }
            }
            Err(wrong) => {
                assert!(text.is_char_boundary(wrong.offset), "{wrong:?}");
                assert!(!wrong.message.is_empty());
            }
        }
        let words: Vec<&str> = text.split(' ').collect();
        if let Err(wrong) = action::parse(&words, origin) {
            assert!(text.is_char_boundary(wrong.offset), "{wrong:?}");
        }
    }
});
