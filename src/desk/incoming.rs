//! For which inboxes a message came, and from whom: what the caller says counts first, then the
//! trace fields that our own servers put on top, then To and Cc (R23, R74). What names no inbox is
//! passed over: an address of old, or that of the mailbox that a site fetches from.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::{Failure, Kind};
use crate::config::Config;
use crate::domain::{Address, EnvelopeSender, InboxName};
use crate::mail::Parsed;

/// What the wiring told us about a message besides its bytes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The inbox, when the wiring names one.
    pub inbox: Option<InboxName>,
    /// Whom the wiring says that it came for, what is believed most first.
    pub recipients: Vec<Address>,
    /// The envelope sender.
    pub sender: EnvelopeSender,
    /// The extension of the recipient.
    pub extension: Option<String>,
}

/// Characters that stand between a local part and its extension (R27).
const DELIMITERS: [char; 2] = ['+', '-'];

/// One inbox that a message came for, and the address that it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) inbox: InboxName,
    /// The most exact one that is known, though it may not be what named the inbox.
    pub(super) recipient: Option<Address>,
    /// Whether nothing named an inbox.
    pub(super) is_fallback: bool,
}

/// The inboxes; never none: mail for nobody goes to the fallback inbox, never away.
pub(super) fn targets(
    config: &Config,
    envelope: &Envelope,
    parsed: &Parsed,
) -> Result<Vec<Target>> {
    let told = || envelope.recipients.iter().chain(&parsed.envelope.recipients);
    let target = |inbox: &InboxName, recipient: Option<&Address>, is_fallback| Target {
        inbox: inbox.clone(),
        recipient: told().next().or(recipient).cloned(),
        is_fallback,
    };
    if let Some(inbox) = &envelope.inbox {
        if config.inbox(inbox).is_none() {
            return Err(Failure::new(
                Kind::Unknown,
                format!("there is no inbox {inbox}: add [inbox.{inbox}] to postroom.toml"),
            )
            .into());
        }
        return Ok(vec![target(inbox, None, false)]);
    }
    let extension = envelope.extension.as_deref();
    if let Some(inbox) = told().find_map(|address| inbox_of(config, address, extension)) {
        return Ok(vec![target(inbox, None, false)]);
    }
    let mut found: Vec<Target> = Vec::new();
    for mailbox in parsed.to.iter().chain(&parsed.cc) {
        if let Some(inbox) = config.inbox_for(&mailbox.address)
            && !found.iter().any(|target| target.inbox == inbox.name)
        {
            found.push(target(&inbox.name, Some(&mailbox.address), false));
        }
    }
    if found.is_empty() {
        found.push(target(config.fallback(), None, true));
    }
    Ok(found)
}

/// The inbox of an address, if that ends with the extension that was told, without it.
fn inbox_of<'c>(
    config: &'c Config,
    address: &Address,
    extension: Option<&str>,
) -> Option<&'c InboxName> {
    let whole = config.inbox_for(address);
    let short = || config.inbox_for(&without_extension(address, extension?)?);
    whole.or_else(short).map(|inbox| &inbox.name)
}

fn without_extension(address: &Address, extension: &str) -> Option<Address> {
    let local = address.local().strip_suffix(extension)?.strip_suffix(DELIMITERS)?;
    format!("{local}@{}", address.domain()).parse().ok()
}

/// The envelope sender: as the caller says, else from Return-Path, else from an mbox line (R26).
pub(super) fn sender<'a>(envelope: &'a Envelope, parsed: &'a Parsed) -> &'a EnvelopeSender {
    envelope.sender.or(&parsed.envelope.return_path)
}

#[cfg(test)]
mod tests;
