//! Messages come in: from stdin one to a transaction, from files and Maildirs many.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::incoming::Envelope;
use super::land::{Ready, land};
use super::raw::Raw;
use super::source::{self, Content};
use super::{Desk, Failure, autoreply, route};
use crate::domain::rule::Rule;
use crate::domain::{Class, InboxName, MessageId, Number, Time};
use crate::host::limit;
use crate::host::log::Level;
use crate::store::{Ending, Wiring};

/// What follows on arrival, in the same transaction.
#[derive(Debug, Default)]
pub struct Chain {
    /// The rules to run; none leaves the arrival for the next `route`.
    pub rules: Option<Vec<Rule>>,
    /// The automatic texts; none leaves it for the next `autoreply`.
    pub texts: Option<autoreply::Texts>,
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
        }
    }
}

/// What became of a file that was to come in.
#[derive(Debug)]
pub enum Told<'a> {
    /// Its message landed.
    Landed(&'a [Landed]),
    /// Nothing is in it.
    Empty(&'a Path),
    /// It looks like an mbox of several messages, and is taken in as the one that its file is.
    Mbox(&'a Path),
    /// It cannot be read; it, or all of a folder, was passed over.
    Refused(&'a Failure),
}

/// Mails that come in together, in one transaction: bounded in number, and in memory.
#[derive(Debug, Default)]
struct Batch {
    mails: Vec<(Raw, Option<Time>, Wiring)>,
    bytes: usize,
}

impl Batch {
    const MOST_MAILS: usize = 500;
    const MOST_BYTES: usize = 16 << 20;

    fn add(&mut self, raw: Raw, delivered: Option<Time>, wiring: Wiring) {
        self.bytes += raw.beginning().len();
        self.mails.push((raw, delivered, wiring));
    }

    fn is_full(&self) -> bool {
        self.mails.len() >= Self::MOST_MAILS || self.bytes >= Self::MOST_BYTES
    }
}

impl Desk {
    /// One message comes in. When this returns, it is committed and synced (R1).
    ///
    /// # Errors
    /// Those of the configuration and of the store; never for what stands in the message.
    pub fn ingest(&mut self, incoming: &Incoming<'_>, chain: &Chain) -> Result<Vec<Landed>> {
        self.must_have_room(incoming.raw.size())?;
        let ready = Ready::of(incoming, &self.config, self.now);
        let fault = self.fault;
        let landed = self.write("ingest", Ending::Commit, |tx, scene| {
            let landed = land(tx, scene, &ready, chain)?;
            fault.strike();
            Ok(landed)
        })?;
        self.log_landed(&ready, &landed);
        if let Some(most) = limit::file_size() {
            let words = "files may not grow beyond";
            self.log(
                Level::Warning,
                &format!(
                    "{words} {most} bytes here (RLIMIT_FSIZE); see postroom-ingest(1), CAVEATS"
                ),
            );
        }
        Ok(landed)
    }

    /// Files and Maildirs come in, many to a transaction; their sources are left as they are. What
    /// cannot be read or taken is told, and the rest comes in.
    ///
    /// # Errors
    /// As [`Desk::ingest`], and those of `tell`; what came in before stays.
    pub fn ingest_paths(
        &mut self,
        paths: &[PathBuf],
        envelope: &Envelope,
        chain: &Chain,
        mut tell: impl FnMut(Told<'_>) -> Result<()>,
    ) -> Result<()> {
        for path in paths {
            let sources = source::sources(path).or_else(|why| {
                tell(Told::Refused(&why))?;
                anyhow::Ok(Vec::new())
            })?;
            let mut batch = Batch::default();
            for source in sources {
                match source.read(&self.dir) {
                    Ok(Content::Message(raw, at)) => {
                        if source.wiring == Wiring::File && source::is_mbox(raw.beginning()) {
                            tell(Told::Mbox(&source.path))?;
                        }
                        batch.add(raw, at, source.wiring);
                    }
                    Ok(Content::Empty) => tell(Told::Empty(&source.path))?,
                    Ok(Content::Gone) => {}
                    Err(why) => tell(Told::Refused(&why))?,
                }
                if batch.is_full() {
                    self.ingest_batch(&std::mem::take(&mut batch), envelope, chain, &mut tell)?;
                }
            }
            self.ingest_batch(&batch, envelope, chain, &mut tell)?;
        }
        Ok(())
    }

    fn ingest_batch(
        &mut self,
        batch: &Batch,
        envelope: &Envelope,
        chain: &Chain,
        tell: &mut impl FnMut(Told<'_>) -> Result<()>,
    ) -> Result<()> {
        if batch.mails.is_empty() {
            return Ok(());
        }
        self.must_have_room(batch.mails.iter().map(|(raw, ..)| raw.size()).sum())?;
        let ready = batch.mails.iter().map(|(raw, delivered, wiring)| {
            let incoming = Incoming { raw, envelope, wiring: *wiring, delivered: *delivered };
            Ready::of(&incoming, &self.config, self.now)
        });
        let ready: Vec<Ready<'_>> = ready.collect();
        let landed = self.write("ingest", Ending::Commit, |tx, scene| {
            let land = |ready| {
                tx.next_batch();
                land(tx, scene, ready, chain)
            };
            ready.iter().map(land).collect::<Result<Vec<_>>>()
        })?;
        for (ready, landed) in ready.iter().zip(&landed) {
            self.log_landed(ready, landed);
            tell(Told::Landed(landed))?;
        }
        Ok(())
    }

    fn log_landed(&self, ready: &Ready<'_>, landed: &[Landed]) {
        let id = ready.parsed.message_id.as_deref().unwrap_or("-");
        for l in landed {
            let line = format!(
                "{} conversation={} inbox={} how={} class={} identity={} message-id=<{id}>",
                l.message,
                l.conversation,
                l.inbox,
                l.how.as_str(),
                l.class,
                ready.identity,
            );
            self.log(Level::Info, &line);
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
