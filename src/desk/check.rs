//! Proving the desk: the file, the records, the bytes, the projection, the configuration.

use std::fs::OpenOptions;
use std::path::Path;

use anyhow::Result;

use super::land::outcomes;
use super::raw::{Pass, Summary};
use super::{Desk, layout};
use crate::config::SENDMAIL;
use crate::domain::{Assignee, Direction, MessageId};
use crate::host::log::Log;
use crate::host::place;
use crate::mail::{self, identity::VERSION, references};
use crate::store::{AddressRole, Counts, Digests, Finding, Snapshot};

/// How much is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Everything.
    All,
    /// Only that the projection is what the events make.
    Rebuild,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Checked {
    /// How much there is.
    pub counts: Counts,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl Desk {
    /// Proves the desk, or names what is wrong; repairs nothing (R182).
    ///
    /// # Errors
    /// When the store cannot be read at all.
    pub fn check(&self, depth: Depth) -> Result<Checked> {
        let mut findings = self.read(|snapshot| snapshot.check_schema())?;
        if !findings.is_empty() {
            return Ok(Checked { counts: Counts::default(), findings });
        }
        if depth == Depth::All {
            findings.extend(self.check_config());
            findings.extend(self.check_desk_files());
            findings.extend(self.read(|snapshot| {
                let mut found = snapshot.check_file()?;
                found.extend(snapshot.check_records()?);
                found.extend(self.check_names(snapshot)?);
                found.extend(check_index(snapshot)?);
                found.extend(check_bytes(snapshot)?);
                Ok(found)
            })?);
        }
        findings.extend(self.store.rebuild()?);
        let counts = self.read(|snapshot| snapshot.counts())?;
        Ok(Checked { counts, findings })
    }

    /// What loading leaves for later: calendars, texts, rules.
    fn check_config(&self) -> Vec<Finding> {
        let errors = self.config.check_all().err().unwrap_or_default();
        let mut found: Vec<Finding> =
            errors.iter().map(|e| Finding::new(e.at.to_string(), e.message.clone())).collect();
        // The texts must not only be there: a delivery would defer all mail at a bad placeholder.
        if found.is_empty()
            && let Err(error) = self.texts()
        {
            found.push(Finding::new(layout::REPLIES, format!("{error:#}")));
        }
        found
    }

    /// The files beside the store, without which no mail could come in.
    fn check_desk_files(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        if let Err(error) = self.scene().keys() {
            found.push(Finding::new(layout::KEYS, format!("{error:#}")));
        }
        for name in [layout::LOCK, layout::SEND_LOCK] {
            let path = self.dir.join(name);
            if let Err(error) = OpenOptions::new().read(true).write(true).open(&path) {
                let words = format!("{}: cannot be opened for writing: {error}", path.display());
                found.push(Finding::new(name, words));
            }
        }
        // A machine may do without a mail system; a program that is named is wanted.
        let sendmail = &self.config.settings().sendmail;
        if sendmail != Path::new(SENDMAIL)
            && let Err(error) = place::may_run(sendmail)
        {
            let words = format!("sendmail {} cannot be run: {error}", sendmail.display());
            found.push(Finding::new(layout::CONFIG, words));
        }
        // It may do without syslog, too; a file that is named is wanted.
        if self.log != Log::Syslog && self.log.open().is_none() {
            found.push(Finding::new(layout::CONFIG, "the log cannot be written: see 'log'"));
        }
        found
    }

    /// Names in the store that the configuration lacks.
    fn check_names(&self, snapshot: &Snapshot<'_>) -> Result<Vec<Finding>> {
        let (inboxes, assignees) = snapshot.names_in_use()?;
        let missing = |section: String| {
            Finding::new(
                "postroom.toml",
                format!("conversations name [{section}], but it is not there"),
            )
        };
        let inboxes = inboxes.into_iter().filter(|name| self.config.inbox(name).is_none());
        let assignees = assignees.into_iter().filter_map(|assignee| match assignee {
            Assignee::Agent(name) if self.config.agent(&name).is_none() => {
                Some(format!("agent.{name}"))
            }
            Assignee::Team(name) if self.config.team(&name).is_none() => {
                Some(format!("team.{name}"))
            }
            _ => None,
        });
        Ok(inboxes.map(|name| format!("inbox.{name}")).chain(assignees).map(missing).collect())
    }
}

/// Every indexed message against the index.
fn check_index(snapshot: &Snapshot<'_>) -> Result<Vec<Finding>> {
    let lost = snapshot.lost_from_index()?.into_iter();
    Ok(lost
        .map(|id| Finding::new(format!("message {id}"), "it is lost from the search index"))
        .collect())
}

/// Every message against its digests.
fn check_bytes(snapshot: &Snapshot<'_>) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for digests in snapshot.digests()? {
        let mut pass = Pass::default();
        let read = snapshot.raw_chunks(digests.id, |bytes| {
            pass.update(bytes);
            Ok(())
        });
        if let Err(error) = read {
            let words = format!("its raw bytes cannot be read: {error:#}");
            found.push(Finding::new(format!("message {}", digests.id), words));
            continue;
        }
        let bytes = pass.finish();
        match wrong_bytes(&digests, &bytes) {
            Some(finding) => found.push(finding),
            None if is_known(&digests, &bytes) => {
                found.extend(misread(snapshot, digests.id, &bytes.beginning));
            }
            None => {}
        }
    }
    Ok(found)
}

/// What was recorded of an incoming message against what its bytes say. Only what threads and
/// addresses it: how else it is understood may get better.
fn misread(snapshot: &Snapshot<'_>, id: MessageId, beginning: &[u8]) -> Vec<Finding> {
    let place = format!("message {id}");
    match differences(snapshot, id, beginning) {
        Ok(columns) => columns
            .into_iter()
            .map(|column| {
                Finding::new(format!("{place}, {column}"), "it is not what the bytes say")
            })
            .collect(),
        Err(error) => vec![Finding::new(place, format!("it cannot be read: {error:#}"))],
    }
}

fn differences(
    snapshot: &Snapshot<'_>,
    id: MessageId,
    beginning: &[u8],
) -> Result<Vec<&'static str>> {
    let Some(stored) = snapshot.message(id)? else { return Ok(Vec::new()) };
    if stored.direction == Direction::Out {
        return Ok(Vec::new());
    }
    let parsed = mail::parse_from(beginning, &snapshot.envelope_sender(id)?);
    let addresses = |role| snapshot.addresses(id, role);
    let nearest_first = references::nearest_first(&parsed.in_reply_to, &parsed.references);
    let agrees = [
        ("subject", stored.subject == parsed.subject),
        ("message_id", stored.message_id == parsed.message_id),
        ("date", stored.date == parsed.date),
        ("from", addresses(AddressRole::From)? == parsed.from.as_slice()),
        ("sender", addresses(AddressRole::Sender)? == parsed.sender.as_slice()),
        ("reply-to", addresses(AddressRole::ReplyTo)? == parsed.reply_to),
        ("to", addresses(AddressRole::To)? == parsed.to),
        ("cc", addresses(AddressRole::Cc)? == parsed.cc),
        ("bounce", snapshot.outcomes(id)? == outcomes(&parsed)),
        ("references", snapshot.references(id)? == nearest_first),
    ];
    Ok(agrees.into_iter().filter(|(_, agrees)| !agrees).map(|(column, _)| column).collect())
}

/// Whether its identity is that of the present definition: the first one gave the same but for mail
/// without a Message-ID.
fn is_known(digests: &Digests, bytes: &Summary) -> bool {
    digests.identity_version == VERSION
        || !mail::parse::field(&bytes.beginning, "Message-ID").is_empty()
}

fn wrong_bytes(digests: &Digests, bytes: &Summary) -> Option<Finding> {
    let place = format!("message {}", digests.id);
    if bytes.hash != digests.raw_hash || i64::try_from(bytes.size).ok() != Some(digests.size) {
        return Some(Finding::new(place, "its raw bytes are not those that came in"));
    }
    (is_known(digests, bytes) && bytes.identity.0 != digests.identity)
        .then(|| Finding::new(place, "its identity is not that of its bytes"))
}
