//! The users and groups of the machine, by name and by number.
//!
//! They stand in /etc/passwd and /etc/group (passwd(5), group(5)); those of a directory service are
//! asked of getent(1). libc would ask the service itself, by modules that it loads into the process:
//! a program that is linked statically cannot have them.

use std::fs;
use std::io::{self, ErrorKind};
use std::process::{Command, Stdio};

/// Where getent is. No PATH is searched: it says who calls, and PATH is the caller's to set (R188).
const GETENT: [&str; 2] = ["/usr/bin/getent", "/bin/getent"];

/// The fields of a line of both files that count here.
const NAME: usize = 0;
const NUMBER: usize = 2;

/// The login of a uid.
///
/// # Errors
/// When the users cannot be read.
pub fn user_name(uid: u32) -> io::Result<Option<String>> {
    field("passwd", NUMBER, &uid.to_string(), NAME)
}

/// The name of a gid.
///
/// # Errors
/// When the groups cannot be read.
pub fn group_name(gid: u32) -> io::Result<Option<String>> {
    field("group", NUMBER, &gid.to_string(), NAME)
}

/// The gid of a group.
///
/// # Errors
/// When the groups cannot be read.
pub fn group_number(name: &str) -> io::Result<Option<u32>> {
    Ok(field("group", NAME, name, NUMBER)?.and_then(|gid| gid.parse().ok()))
}

/// The field `wanted` of the line of a database whose field `by` is `key`.
fn field(database: &str, by: usize, key: &str, wanted: usize) -> io::Result<Option<String>> {
    let local = match fs::read(format!("/etc/{database}")) {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        read => read?,
    };
    match find(&local, by, key, wanted) {
        None => Ok(find(&elsewhere(database, key)?, by, key, wanted)),
        found => Ok(found),
    }
}

fn find(lines: &[u8], by: usize, key: &str, wanted: usize) -> Option<String> {
    let text = String::from_utf8_lossy(lines);
    let fits = |line: &&str| line.split(':').nth(by) == Some(key);
    text.lines().find(fits)?.split(':').nth(wanted).map(str::to_owned)
}

/// What getent knows of it; nothing where there is no getent.
fn elsewhere(database: &str, key: &str) -> io::Result<Vec<u8>> {
    for program in GETENT {
        let mut getent = Command::new(program);
        getent.args([database, "--", key]).env_clear().stdin(Stdio::null()).stderr(Stdio::null());
        match getent.output() {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            said => return Ok(said?.stdout),
        }
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &[u8] = b"root:x:0:0:root:/root:/bin/sh\n\
        desk:x:998:998:caf\xe9:/var/lib/desk:/usr/sbin/nologin\n\
        0:x:1200:1200::/:\n+::::::\nbroken\n";

    #[test]
    fn a_line_is_found_by_one_field() {
        let cases = [
            (NUMBER, "0", Some("root")),
            (NUMBER, "998", Some("desk")),
            (NUMBER, "99", None),
            (NAME, "desk", Some("desk")),
            (NAME, "des", None),
            (NAME, "0", Some("0")),
            (NUMBER, "1200", Some("0")),
        ];
        for (by, key, name) in cases {
            assert_eq!(find(PASSWD, by, key, NAME).as_deref(), name, "{key}");
        }
    }

    #[test]
    fn root_is_known_and_a_stranger_is_not() -> io::Result<()> {
        assert_eq!(user_name(0)?.as_deref(), Some("root"));
        assert_eq!(group_name(0)?.as_deref(), Some("root"));
        assert_eq!(group_number("root")?, Some(0));
        assert_eq!(user_name(3_999_999_999)?, None);
        assert_eq!(group_number("no-such-group")?, None);
        assert_eq!(group_number("--help")?, None);
        Ok(())
    }
}
