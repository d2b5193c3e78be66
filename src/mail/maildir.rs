//! Names of files in a Maildir (R38, R40, R42). No file is touched here.

/// What the flags of a message file are told by.
const INFO: &str = ":2,";

/// Whether a file in `new/` or `cur/` is a message: not hidden, not a path.
#[must_use]
pub fn is_message(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains('/')
}

/// The part of a name that stays when flags change: before the colon.
#[must_use]
pub fn unique(name: &[u8]) -> &[u8] {
    name.split(|byte| *byte == b':').next().unwrap_or_default()
}

/// The flags of a name, as they stand there; empty in `new/`.
#[must_use]
pub fn flags(name: &str) -> &str {
    name.split_once(INFO).map_or("", |(_, flags)| flags)
}

/// The name with a flag added: flags sorted, each once, unknown ones kept (R42). A character
/// that cannot be a flag changes nothing.
#[must_use]
pub fn with_flag(name: &str, flag: char) -> String {
    let mut all: Vec<char> = flags(name).chars().filter(|c| *c != flag).collect();
    if flag.is_ascii_alphabetic() {
        all.push(flag);
    }
    all.sort_unstable();
    all.dedup();
    let unique = name.get(..unique(name.as_bytes()).len()).unwrap_or(name);
    format!("{unique}{INFO}{}", all.into_iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, is, unique_part, its_flags) in [
            ("1.M2P3.host", true, "1.M2P3.host", ""),
            ("1.M2P3.host,S=12:2,RS", true, "1.M2P3.host,S=12", "RS"),
            ("1.M2P3.host:2,", true, "1.M2P3.host", ""),
            ("1.M2P3.host:1,x", true, "1.M2P3.host", ""),
            (".hidden", false, ".hidden", ""),
            ("", false, "", ""),
            ("a/b", false, "a/b", ""),
        ] {
            assert_eq!(is_message(name), is, "{name}");
            let found = (unique(name.as_bytes()), flags(name));
            assert_eq!(found, (unique_part.as_bytes(), its_flags), "{name}");
        }
    }

    #[test]
    fn flags_stay_sorted_and_unknown_ones_are_kept() {
        for (name, flag, with) in [
            ("1.x", 'S', "1.x:2,S"),
            ("1.x:2,ST", 'R', "1.x:2,RST"),
            ("1.x:2,ba", 'S', "1.x:2,Sab"),
            ("1.x:2,SS", 'S', "1.x:2,S"),
            ("1.x:2,S", '/', "1.x:2,S"),
        ] {
            assert_eq!(with_flag(name, flag), with, "{name}");
        }
    }
}
