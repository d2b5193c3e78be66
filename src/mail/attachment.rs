//! Attachments: what they are called, never where they are put (R86, R87).

use super::clean;
use super::structure::Part;

/// Longest file name, in bytes.
const LONGEST: usize = 200;

/// Device names that some systems open instead of a file, with any extension.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "clock$", "conin$"];

/// A part that is not shown as the text of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Safe to create in a directory that the caller names; empty when the part has no name.
    pub name: String,
    /// What the mail calls it, on one line, `_` for what parts directories; to be shown only.
    pub called: String,
    /// `type/subtype` in lower case, as the mail says it; not to be believed.
    pub content_type: String,
    /// Bytes after decoding.
    pub size: u64,
}

impl Attachment {
    pub(super) fn of(part: &Part<'_>) -> Self {
        Attachment {
            name: part.name.as_deref().map(file_name).unwrap_or_default(),
            called: part.name.as_deref().map(shown).unwrap_or_default(),
            content_type: clean::word(clean::cut(&part.media.kind, LONGEST)),
            size: part.transfer.size(part.body),
        }
    }
}

/// What a mail calls a part, without anything that could be taken for a path.
fn shown(called: &str) -> String {
    clean::line(clean::cut(called, LONGEST)).replace(['/', '\\'], "_")
}

/// A file name out of what a mail calls a part: cleaned first, then checked. Directories, leading
/// dots and dashes are dropped, device names get a `_`, long names are cut before their
/// extension. What nothing is left of is empty.
#[must_use]
pub fn file_name(called: &str) -> String {
    let cleaned = clean::word(called);
    let base = cleaned.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let name = trimmed(base.trim_start_matches(|c: char| ".-~".contains(c) || c.is_whitespace()));
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = |device: &str| {
        stem.strip_prefix(device)
            .is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let name = match DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt") {
        true => format!("_{name}"),
        false => name.to_owned(),
    };
    shortened(&name)
}

/// At most 200 bytes, with the extension kept if it is a short one.
fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let extension = name.rfind('.').and_then(|dot| name.get(dot..)).filter(|e| e.len() <= 16);
    let extension = extension.unwrap_or_default();
    let cut = clean::cut(name, LONGEST - extension.len());
    trimmed(&format!("{cut}{extension}")).to_owned()
}

/// Without blanks of any kind, and dots, at its end.
fn trimmed(name: &str) -> &str {
    name.trim_end_matches(|c: char| c == '.' || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names() {
        for (called, wanted) in [
            ("invoice.pdf", "invoice.pdf"),
            ("Ärger 1.PDF", "Ärger 1.PDF"),
            ("../../.ssh/authorized_keys", "authorized_keys"),
            ("C:\\Users\\x\\a.doc", "a.doc"),
            (".hta\u{200b}ccess", "htaccess"),
            ("!\u{2000}.", "!"),
            ("\u{2003}- x .\u{2000}. ", "x"),
            ("\u{200b}.\u{200b}.\u{200b}/x", "x"),
            ("-rf", "rf"),
            ("a\0b\r\n.txt", "ab .txt"),
            ("..", ""),
            ("/", ""),
            ("dir/", "dir"),
            ("", ""),
            ("NUL.txt", "_NUL.txt"),
            ("com1", "_com1"),
            ("computer", "computer"),
            ("x.", "x"),
            ("gpj.\u{202e}exe", "gpj.exe"),
        ] {
            assert_eq!(file_name(called), wanted, "{called:?}");
        }
        let long = file_name(&format!("{}.pdf", "ü".repeat(5_000)));
        assert!(long.len() <= LONGEST && long.ends_with("ü.pdf"), "{long}");
    }

    proptest! {
        #[test]
        fn never_a_path(called in any::<String>()) {
            let name = file_name(&called);
            prop_assert!(!name.contains(['/', '\\', '\0']));
            prop_assert!(!name.starts_with(['.', '-']));
            prop_assert!(name.len() <= LONGEST);
            prop_assert!(!name.chars().any(char::is_control));
            prop_assert_eq!(file_name(&name), name);
        }
    }
}
