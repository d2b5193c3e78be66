//! Making a desk: a directory with its configuration, store, keys, rules and texts.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

use super::layout;
use super::{Failure, Kind};
use crate::domain::address::Pattern;
use crate::domain::{InboxName, Time};
use crate::host::{file, random, user};
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
}

/// Makes the desk. The directory is 2770 and the store 0660, so that the service and the agents,
/// under several uids of one group, can all write (R172).
///
/// # Errors
/// When something is there already, or cannot be made.
pub fn init(dir: &Path, plan: &Plan, now: Time) -> Result<()> {
    let store = dir.join(layout::STORE);
    if store.exists() {
        return Err(Failure::new(
            Kind::Usage,
            format!("{}: there is a desk already; nothing was changed", dir.display()),
        )
        .into());
    }
    let gid = plan.group.as_deref().map(group).transpose()?;
    if !dir.is_dir() {
        file::make_dir(dir, 0o2770)
            .with_context(|| format!("{}: cannot be made", dir.display()))?;
    } else if dir.read_dir().with_context(|| dir.display().to_string())?.next().is_some() {
        return Err(Failure::new(
            Kind::Usage,
            format!("{}: not empty; name a new directory for the desk", dir.display()),
        )
        .into());
    }
    chgrp(dir, gid)?;
    for sub in [layout::RULES, layout::REPLIES] {
        file::make_dir(&dir.join(sub), 0o2750)?;
        chgrp(&dir.join(sub), gid)?;
    }
    let keys = Keys::generate(random::bytes()?);
    for (name, mode, content) in [
        (layout::CONFIG, 0o640, postroom_toml(plan)),
        (layout::KEYS, 0o640, keys.to_text()),
        (layout::LOCK, 0o660, String::new()),
        (layout::SEND_LOCK, 0o660, String::new()),
        ("replies/receipt.txt", 0o640, RECEIPT.to_owned()),
        ("replies/closed-hours.txt", 0o640, CLOSED_HOURS.to_owned()),
        ("rules/10-first.toml", 0o640, FIRST_RULES.to_owned()),
    ] {
        let path = dir.join(name);
        file::make_file(&path, mode, content.as_bytes())
            .with_context(|| format!("{}: cannot be made", path.display()))?;
        chgrp(&path, gid)?;
    }
    // The store comes last: where it is, the desk is whole.
    drop(Store::create(&store, plan.clock, now)?);
    chgrp(&store, gid)?;
    file::sync_dir_of(&store)?;
    Ok(())
}

fn group(name: &str) -> Result<u32> {
    let found = user::group(name).with_context(|| format!("group {name}"))?;
    let unknown = || Failure::new(Kind::Unknown, format!("there is no Unix group '{name}'"));
    Ok(found.ok_or_else(unknown)?)
}

fn chgrp(path: &Path, gid: Option<u32>) -> Result<()> {
    let Some(gid) = gid else { return Ok(()) };
    std::os::unix::fs::chown(path, None, Some(gid))
        .with_context(|| format!("{}: the group cannot be set", path.display()))
}

fn postroom_toml(plan: &Plan) -> String {
    let mut text = format!("# postroom.toml(5)\n\n[desk]\ntimezone = \"{}\"\n", plan.zone);
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
    for (name, _) in &plan.inboxes {
        let _ = writeln!(text, "# inbox = {{ {name} = \"full\" }}");
    }
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
