//! JSON Lines: one object a line, with its version.

use serde::Serialize;

use super::clean;

/// Version of the written form, as `postroom-json.7` describes it.
const VERSION: u8 = 1;

#[derive(Serialize)]
struct Versioned<'a, T> {
    v: u8,
    #[serde(flatten)]
    value: &'a T,
}

/// The value as one line of JSON that begins with `"v":1`, without the line end. Control and bidi
/// characters stand as escapes in it, so that it can be looked at on a terminal (R82).
///
/// # Errors
/// When the value is no object.
pub fn line<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    let plain = serde_json::to_string(&Versioned { v: VERSION, value })?;
    if !plain.contains(clean::acts) {
        return Ok(plain);
    }
    // All that acts stands within strings, and all of it is below U+10000: one escape each.
    let escaped = |c: char| {
        if clean::acts(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }
    };
    Ok(plain.chars().map(escaped).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn one_object_a_line() {
        #[derive(Serialize)]
        struct Row {
            number: u32,
            subject: &'static str,
        }
        let row = Row { number: 142, subject: "a\nb" };
        assert_eq!(line(&row).unwrap(), r#"{"v":1,"number":142,"subject":"a\nb"}"#);
        assert!(line(&7).is_err());
    }

    #[test]
    fn escapes_keep_the_value() {
        let subject = "\u{9b}31m \u{202e} \x7f \x1b ü";
        let text = line(&json!({ "subject": subject })).unwrap();
        assert!(!text.contains(clean::acts), "{text}");
        let back: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(back["subject"], subject);
    }
}
