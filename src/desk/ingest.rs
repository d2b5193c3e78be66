//! A message comes in, in a transaction of its own.

use std::fmt;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::incoming::Envelope;
use super::land::{Label, Ready, Understood, land};
use super::raw::Raw;
use super::together::{Guest, land_guests};
use super::{Desk, autoreply, route};
use crate::domain::arrival::Occasion;
use crate::domain::barrier::Answer;
use crate::domain::rule::Rule;
use crate::domain::{Class, InboxName, MessageId, Number, OutboxId, Time};
use crate::host::lock::Lock;
use crate::host::log::Level;
use crate::host::{clock, limit};
use crate::store::{Ending, Wiring};

/// What is to follow on arrival.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// Rules.
    pub route: bool,
    /// An answer by machine, where an inbox says so.
    pub autoreply: bool,
}

/// What follows on arrival, in the same transaction.
#[derive(Debug, Default)]
pub struct Chain {
    /// The rules to run; none leaves the arrival for the next `route`.
    pub rules: Option<Vec<Rule>>,
    /// The automatic texts; none leaves it for the next `autoreply`.
    pub texts: Option<autoreply::Texts>,
}

impl Chain {
    pub(super) fn steps(&self) -> Steps {
        Steps { route: self.rules.is_some(), autoreply: self.texts.is_some() }
    }
}

/// One message that is to come in.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// Its bytes, as they came.
    pub raw: &'a Raw,
    /// What the wiring told.
    pub envelope: &'a Envelope,
    /// The way.
    pub wiring: Wiring,
    /// Whether it is work, or old mail.
    pub occasion: Occasion,
    /// When it was delivered, where that was not now.
    pub delivered: Option<Time>,
}

/// What became of a message in one inbox.
#[derive(Debug, Clone)]
pub struct Landed {
    /// Its home.
    pub conversation: Number,
    /// The message.
    pub message: MessageId,
    /// What happened.
    pub how: How,
    /// The inbox of the conversation.
    pub inbox: InboxName,
    /// Who or what wrote it.
    pub class: Class,
    /// What followed in the same transaction.
    pub after: After,
}

/// What became of a message that was not refused.
#[derive(Debug, Default)]
pub struct Taken {
    /// Where it landed.
    pub landed: Vec<Landed>,
    /// Where rules dropped it.
    pub dropped: Vec<Dropped>,
}

impl Taken {
    /// Whether nothing became of it.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.landed.is_empty() && self.dropped.is_empty()
    }

    /// The automatic answers that were queued.
    pub fn queued(&self) -> impl Iterator<Item = OutboxId> + '_ {
        self.landed.iter().filter_map(|l| l.after.answered.as_ref()?.queued())
    }
}

/// An inbox that a rule kept a message out of. Nothing of it is stored there but that it came (R34).
#[derive(Debug, Clone)]
pub struct Dropped {
    /// The inbox.
    pub inbox: InboxName,
    /// Who or what wrote it.
    pub class: Class,
    /// The name of the rule.
    pub rule: String,
    /// Its place, `rules/20-route.toml:7`.
    pub at: String,
    /// Whether the same mail was never dropped before, out of this inbox.
    pub is_first: bool,
}

/// A rule refuses a message (R8). It is an error, so that nothing of it is stored; whoever handed it in
/// hears the answer.
#[derive(Debug)]
pub struct Refused {
    /// What the sender is told.
    pub answer: Answer,
    /// For the log: which rule refused what.
    pub reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refused {}

/// What followed on an arrival.
#[derive(Debug, Clone, Default)]
pub struct After {
    /// What the rules made of it.
    pub routed: Option<route::Routed>,
    /// Whether a machine answered.
    pub answered: Option<autoreply::Outcome>,
    /// What went wrong there. The mail is stored all the same.
    pub trouble: Vec<String>,
}

/// How a message landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It began a conversation.
    New,
    /// It joined one.
    Joined,
    /// It had come before; nothing changed.
    Duplicate,
    /// It is one of ours that came back.
    Own,
    /// It was purged, and stays so.
    Tombstone,
}

impl How {
    /// The word on stdout, in the log and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            How::New => "new",
            How::Joined => "joined",
            How::Duplicate => "duplicate",
            How::Own => "own",
            How::Tombstone => "tombstone",
        }
    }

    /// Whether all of it was there before.
    fn adds_nothing(self) -> bool {
        matches!(self, How::Duplicate | How::Own | How::Tombstone)
    }
}

impl Desk {
    /// Reads what is needed for these steps.
    ///
    /// # Errors
    /// Rules and texts that cannot be used.
    pub fn chain(&self, steps: Steps) -> Result<Chain> {
        Ok(Chain {
            rules: if steps.route { Some(self.rules()?.0.rules) } else { None },
            texts: if steps.autoreply { Some(self.texts()?) } else { None },
        })
    }

    /// One message comes in, and along with it those whose deliveries wait for the lock behind us.
    /// When this returns, all of it is committed and synced (R1). `lock` is that of the desk, where it
    /// was taken before; that somebody waited for it is no part of when the message came.
    ///
    /// # Errors
    /// [`Refused`] where a rule of the administrator says so; those of the configuration and of the
    /// store; never else for what stands in the message.
    pub fn ingest(
        &mut self,
        incoming: &Incoming<'_>,
        chain: &Chain,
        lock: Option<Lock>,
    ) -> Result<Taken> {
        let size = incoming.raw.size();
        self.must_have_room(size)?;
        let sender = &incoming.envelope.sender;
        let understood = Understood::of(incoming.raw, sender, self.config.settings());
        let lock = lock.map_or_else(|| self.lock(), Ok)?;
        let came = incoming.delivered.unwrap_or(self.now);
        self.now = self.set_now.unwrap_or_else(clock::now);
        let incoming = Incoming { delivered: Some(came), ..*incoming };
        let ready = Ready::new(&incoming, understood, self.now);
        let kind = self.kind_of_guests(size, chain);
        let (taken, guests) = match self.land_one(&lock, &ready, chain, kind.as_deref()) {
            // Alone it may still come in.
            Err(error) if kind.is_some() && !error.is::<Refused>() => {
                self.land_one(&lock, &ready, chain, None)?
            }
            landed => landed?,
        };
        guests.iter().for_each(Guest::is_in);
        drop(lock);
        self.log_taken(&ready.label(), &taken);
        guests.iter().for_each(|guest| self.log_taken(&guest.label, &guest.taken));
        if let Some(most) = limit::file_size() {
            let words = "files may not grow beyond";
            self.log(
                Level::Warning,
                &format!(
                    "{words} {most} bytes here (RLIMIT_FSIZE); see postroom-ingest(1), CAVEATS"
                ),
            );
        }
        Ok(taken)
    }

    /// One transaction, and what of this kind came along in it.
    fn land_one(
        &mut self,
        lock: &Lock,
        ready: &Ready<'_>,
        chain: &Chain,
        kind: Option<&str>,
    ) -> Result<(Taken, Vec<Guest>)> {
        let fault = self.fault;
        self.write_locked(lock, "ingest", Ending::Commit, |tx, scene| {
            let taken = land(tx, scene, ready, chain)?;
            let guests = match kind {
                Some(kind) => land_guests(tx, scene, lock, kind, chain)?,
                None => Vec::new(),
            };
            fault.strike();
            Ok((taken, guests))
        })
    }

    /// A repeat out of a file is no news: a Maildir that is read every minute would fill the log.
    pub(super) fn log_taken(&self, label: &Label, taken: &Taken) {
        let Label { identity, message_id, is_from_file } = label;
        let id = message_id.as_deref().unwrap_or("-");
        for Dropped { inbox, class, rule, at, is_first } in &taken.dropped {
            let what = format!("class={class} identity={identity} message-id=<{id}>");
            let line = format!("dropped by rule '{rule}' ({at}) inbox={inbox} {what}");
            if *is_first || !is_from_file {
                self.log(Level::Info, &line);
            }
        }
        for l in &taken.landed {
            let line = format!(
                "{} conversation={} inbox={} how={} class={} identity={} message-id=<{id}>",
                l.message,
                l.conversation,
                l.inbox,
                l.how.as_str(),
                l.class,
                identity,
            );
            if !(*is_from_file && l.how.adds_nothing()) {
                self.log(Level::Info, &line);
            }
            for trouble in &l.after.trouble {
                self.log(
                    Level::Error,
                    &format!("{} conversation={} {trouble}", l.message, l.conversation),
                );
            }
            if let Some(routed) = &l.after.routed {
                self.log_refused(routed);
            }
            if let Some(outcome) = &l.after.answered {
                self.log_outcome(l.message, l.conversation, outcome);
            }
        }
    }
}
