//! For which inboxes a message came, and from whom: what the caller says counts first, then the
//! trace fields that our own servers put on top, then To and Cc (R23, R74).

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
    /// The recipient.
    pub recipient: Option<Address>,
    /// The envelope sender.
    pub sender: EnvelopeSender,
    /// The extension of the recipient.
    pub extension: Option<String>,
}

/// One inbox that a message came for, and the address that led there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) inbox: InboxName,
    pub(super) recipient: Option<Address>,
}

/// The inboxes; never none: mail for nobody goes to the fallback inbox, never away.
pub(super) fn targets(
    config: &Config,
    envelope: &Envelope,
    parsed: &Parsed,
) -> Result<Vec<Target>> {
    let recipient = envelope.recipient.as_ref().or(parsed.envelope.recipients.first());
    if let Some(inbox) = &envelope.inbox {
        if config.inbox(inbox).is_none() {
            return Err(Failure::new(
                Kind::Unknown,
                format!("there is no inbox {inbox}: add [inbox.{inbox}] to postroom.toml"),
            )
            .into());
        }
        return Ok(vec![Target { inbox: inbox.clone(), recipient: recipient.cloned() }]);
    }
    if let Some(recipient) = recipient {
        let inbox = config.inbox_for(recipient).map_or(config.fallback(), |inbox| &inbox.name);
        return Ok(vec![Target { inbox: inbox.clone(), recipient: Some(recipient.clone()) }]);
    }
    let mut found: Vec<Target> = Vec::new();
    for mailbox in parsed.to.iter().chain(&parsed.cc) {
        if let Some(inbox) = config.inbox_for(&mailbox.address)
            && !found.iter().any(|target| target.inbox == inbox.name)
        {
            found.push(Target {
                inbox: inbox.name.clone(),
                recipient: Some(mailbox.address.clone()),
            });
        }
    }
    if found.is_empty() {
        found.push(Target { inbox: config.fallback().clone(), recipient: None });
    }
    Ok(found)
}

/// The envelope sender: as the caller says, else from Return-Path, else from an mbox line (R26).
pub(super) fn sender<'a>(envelope: &'a Envelope, parsed: &'a Parsed) -> &'a EnvelopeSender {
    envelope.sender.or(&parsed.envelope.return_path)
}
