//! Making a desk: a directory with its configuration, store, keys, rules and texts.

use std::fmt::Write as _;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result};

use super::layout;
use super::{Failure, Kind};
use crate::config::{self, ConfigError};
use crate::domain::address::Pattern;
use crate::domain::{InboxName, Time};
use crate::host::{accounts, file, place, random};
use crate::mail::token::Keys;
use crate::store::{Clock, Store};

/// What `postroom init` is told.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Inboxes with the address that each has.
    pub inboxes: Vec<(InboxName, Pattern)>,
    /// The zone of the desk, such as `Europe/Amsterdam`.
    pub zone: String,
    /// The Unix group whose members work at the desk.
    pub group: Option<String>,
    /// The clock that it runs on.
    pub clock: Clock,
    /// Where it may lie.
    pub ground: Ground,
}

/// The file systems that a desk may lie on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// Those of this machine's own disks.
    Local,
    /// Any: somebody knows that only this machine uses the desk.
    Any,
}

/// On a network file system the journal of SQLite is not safe (R178).
fn must_be_local(dir: &Path, ground: Ground) -> Result<()> {
    let made = std::path::absolute(dir).with_context(|| dir.display().to_string())?;
    let there = made.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    let remote = place::remote(there).with_context(|| there.display().to_string())?;
    Ok(refused(dir, remote, ground).map_or(Ok(()), Err)?)
}

fn refused(dir: &Path, remote: Option<&str>, ground: Ground) -> Option<Failure> {
    let name = remote.filter(|_| ground == Ground::Local)?;
    Some(Failure::usage(format!(
        "{} lies on {name}, where the journal of the database is not safe (SQLite, \"WAL\"): take a \
         disk of this machine, or say --i-know if no other machine will use it",
        dir.display()
    )))
}

/// Whether the directory was there, empty, before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Found,
    Made,
}

/// Makes the desk. The directory is 2770 and the store 0660, so that the service and the agents,
/// under several uids of one group, can all write (R172). Where the store is, the desk is whole;
/// after an error it is not there, nor is anything else that stood in the way of another try.
///
/// # Errors
/// When something is there already, cannot be made, or would make a configuration that cannot be
/// read.
pub fn init(dir: &Path, plan: &Plan, now: Time) -> Result<()> {
    let store = dir.join(layout::STORE);
    if store.try_exists().with_context(|| store.display().to_string())? {
        return Err(Failure::usage(format!(
            "{}: there is a desk already; nothing was changed",
            dir.display()
        ))
        .into());
    }
    must_be_local(dir, plan.ground)?;
    let config = postroom_toml(plan);
    config::parse(&dir.join(layout::CONFIG), config.clone()).map_err(wrong_words)?;
    let gid = plan.group.as_deref().map(group).transpose()?;
    let room = room(dir)?;
    if let Err(error) = furnish(dir, plan, &config, gid, now) {
        clear(dir, room);
        return Err(error);
    }
    file::sync_dir_of(&store)?;
    Ok(())
}

/// What is wrong in the configuration came from the command line.
fn wrong_words(errors: Vec<ConfigError>) -> Failure {
    Failure::usage(Failure::config(errors).to_string())
}

fn room(dir: &Path) -> Result<Room> {
    if !dir.is_dir() {
        file::make_dir(dir, 0o2770)
            .with_context(|| format!("{}: cannot be made", dir.display()))?;
        return Ok(Room::Made);
    }
    if dir.read_dir().with_context(|| dir.display().to_string())?.next().is_some() {
        return Err(Failure::usage(format!(
            "{}: not empty; name a new directory for the desk",
            dir.display()
        ))
        .into());
    }
    Ok(Room::Found)
}

fn furnish(dir: &Path, plan: &Plan, config: &str, gid: Option<u32>, now: Time) -> Result<()> {
    give(dir, gid, 0o2770)?;
    for sub in [layout::RULES, layout::REPLIES].map(|sub| dir.join(sub)) {
        file::make_dir(&sub, 0o2750)?;
        give(&sub, gid, 0o2750)?;
    }
    let keys = Keys::generate(random::bytes()?);
    for (name, mode, content) in [
        (layout::CONFIG, 0o640, config),
        (layout::KEYS, 0o640, &keys.to_text()),
        (layout::LOCK, 0o660, ""),
        (layout::SEND_LOCK, 0o660, ""),
        ("replies/receipt.txt", 0o640, RECEIPT),
        ("replies/closed-hours.txt", 0o640, CLOSED_HOURS),
        ("rules/10-first.toml", 0o640, FIRST_RULES),
    ] {
        let path = dir.join(name);
        file::make_file(&path, mode, content.as_bytes())
            .with_context(|| format!("{}: cannot be made", path.display()))?;
        give(&path, gid, mode)?;
    }
    // The store comes last, and whole.
    let new = dir.join(NEW_STORE);
    let made = Store::create(&new, plan.clock, now).and_then(Store::close);
    made.with_context(|| format!("{}: cannot be made", new.display()))?;
    give(&new, gid, 0o660)?;
    std::fs::rename(&new, dir.join(layout::STORE))?;
    Ok(())
}

/// Takes away what [`furnish`] made, as far as that goes.
fn clear(dir: &Path, room: Room) {
    for sub in [layout::RULES, layout::REPLIES] {
        let _ = std::fs::remove_dir_all(dir.join(sub));
    }
    let store = ["", "-journal", "-wal", "-shm"].map(|end| format!("{NEW_STORE}{end}"));
    let files = [layout::CONFIG, layout::KEYS, layout::LOCK, layout::SEND_LOCK];
    for name in files.into_iter().chain(store.iter().map(String::as_str)) {
        let _ = std::fs::remove_file(dir.join(name));
    }
    if room == Room::Made {
        let _ = std::fs::remove_dir(dir);
    }
}

/// The name of the store until it is whole.
const NEW_STORE: &str = "postroom.db.new";

fn group(name: &str) -> Result<u32> {
    let found = accounts::group_number(name).with_context(|| format!("group {name}"))?;
    let unknown = || Failure::new(Kind::Unknown, format!("there is no Unix group '{name}'"));
    Ok(found.ok_or_else(unknown)?)
}

/// Sets group and mode; the mode last, since the setgid bit is lost with a change of the group.
fn give(path: &Path, gid: Option<u32>, mode: u32) -> Result<()> {
    if gid.is_some() {
        std::os::unix::fs::chown(path, None, gid)
            .with_context(|| format!("{}: the group cannot be set", path.display()))?;
    }
    std::fs::set_permissions(path, Permissions::from_mode(mode))
        .with_context(|| format!("{}: the mode cannot be set", path.display()))
}

fn postroom_toml(plan: &Plan) -> String {
    let mut text = format!("# postroom.toml(5)\n\n[desk]\ntimezone = {:?}\n", plan.zone);
    if let [_, _, ..] = plan.inboxes.as_slice()
        && let Some((fallback, _)) = plan.inboxes.first()
    {
        let _ = writeln!(text, "fallback = \"{fallback}\"");
    }
    for (name, address) in &plan.inboxes {
        let _ = write!(
            text,
            "\n[inbox.{name}]\naddress = [\"{address}\"]\n\
             # A receipt for each new conversation; off until you say so:\n\
             # autoreply = {{ receipt = \"receipt\" }}\n"
        );
    }
    text.push_str(
        "\n# Who works here. The login is that of Unix.\n\
         # [agent.anna]\n\
         # name  = \"Anna de Vries\"\n\
         # email = [\"anna@example.org\"]\n\
         # login = \"anna\"\n",
    );
    let levels = plan.inboxes.iter().map(|(name, _)| format!("{name} = \"full\""));
    let _ = writeln!(text, "# inbox = {{ {} }}", levels.collect::<Vec<_>>().join(", "));
    text
}

const RECEIPT: &str = "\
Subject: We have your mail

Hello {{ contact.first-name | there }},

thank you for writing to {{ inbox.name }}. Your mail has arrived and has the
number {{ number }}. A person will answer it.

If you want to add something, just answer this mail.
";

const CLOSED_HOURS: &str = "\
Subject: We have your mail and will be back soon

Hello {{ contact.first-name | there }},

thank you for writing to {{ inbox.name }}. We are not there at the moment. Your
mail has arrived and has the number {{ number }}; a person will answer it when
we are back.
";

const FIRST_RULES: &str = "\
# Rules run in the order of file names and lines, once for each arrival; each sees
# what the one before changed. postroom-query(7), postroom-actions(7).
#
# [[rule]]
# name = \"invoices\"
# when = 'subject:/invoice|rechnung|factuur/'
# then = [\"tag +billing\", \"set priority=high\"]
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_file_system_is_refused() {
        let dir = Path::new("/srv/desk");
        for (remote, ground, refusal) in [
            (None, Ground::Local, false),
            (Some("NFS"), Ground::Local, true),
            (Some("NFS"), Ground::Any, false),
        ] {
            let refused = refused(dir, remote, ground);
            assert_eq!(refused.is_some(), refusal, "{remote:?} {ground:?}");
            assert!(refused.is_none_or(|failure| failure.to_string().contains("on NFS")));
        }
    }
}
