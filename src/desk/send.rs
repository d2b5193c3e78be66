//! The outbox is worked off: sendmail gets each mail once, and again only where its answer was
//! lost and a person wrote it (R141-R151).

use std::path::Path;

use anyhow::{Context, Result};

use super::{Desk, Failure, Kind, facts, layout};
use crate::domain::event::MailKind;
use crate::domain::{
    Actor, Address, Change, Conversation, Duration, OutboxId, Reason, Status, Time,
};
use crate::host::child::{self, Ended};
use crate::host::lock::{Lock, LockError};
use crate::host::log::Level;
use crate::store::{Act, Attempt, Ending, Outgoing, State};

/// How long sendmail may take (R150).
const LIMIT: std::time::Duration = std::time::Duration::from_secs(120);

/// How long a command that queued mail waits for somebody else who is sending; then it leaves it to
/// the next `send`.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// How long a reply waits after its answer was lost, before it goes once more (R143).
const DOUBT: Duration = Duration::minutes(15);

/// For how long a mail is tried at all (R149).
const GIVE_UP: Duration = Duration::days(3);

/// Exit statuses of sendmail that mean "never", after this many attempts (R148).
const PERMANENT: [i32; 6] = [64, 65, 67, 68, 77, 78];
const PERMANENT_ATTEMPTS: i64 = 3;

/// Which mails to hand over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Those that are due.
    Due,
    /// All that are queued, due or not: `send --all`.
    All,
    /// These, if they are due: a delivery sends its own answers and leaves the rest to `send`, or
    /// a full outbox would keep the MTA waiting until it bounces the mail (R13).
    These(Vec<OutboxId>),
}

impl Which {
    fn takes(&self, mail: &Outgoing, now: Time) -> bool {
        match self {
            Which::All => true,
            Which::Due => mail.due <= now,
            Which::These(ids) => mail.due <= now && ids.contains(&mail.id),
        }
    }
}

impl Desk {
    /// Hands over what is due. Somebody else doing so at the moment is fine: then nothing is left
    /// to do here, but for mails that are named. Each mail as it is afterwards.
    ///
    /// # Errors
    /// [`Kind::NotAllowed`] for anybody but the database's owner, whose address the MTA trusts; and
    /// those of the store.
    pub fn send(&mut self, which: &Which) -> Result<Vec<Outgoing>> {
        if !self.is_owner() {
            return Err(Failure::new(
                Kind::NotAllowed,
                format!(
                    "only {}, who owns the database, hands mail to sendmail; it sends what is \
                     queued from cron, or run: sudo -u {} postroom send",
                    self.owner(),
                    self.owner()
                ),
            )
            .into());
        }
        let path = self.dir.join(layout::SEND_LOCK);
        let sender = match which {
            Which::Due | Which::All => Lock::try_take(&path),
            Which::These(_) => Lock::wait(&path, PATIENCE),
        };
        let _sender = match sender {
            Ok(lock) => lock,
            Err(LockError::Busy(_)) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let mut handed = Vec::new();
        for mail in self.read(|snapshot| snapshot.unsettled_mail())? {
            match mail.state {
                // We hold the sender's lock: whoever wrote this is gone.
                State::Sending => {
                    handed.push(self.doubt(
                        &mail,
                        "the answer of sendmail was lost, with whoever handed it over",
                    )?);
                }
                State::Queued | State::Uncertain if which.takes(&mail, self.now) => {
                    handed.push(self.hand_over(&mail)?);
                }
                _ => {}
            }
        }
        Ok(handed)
    }

    /// What is not settled: queued, being handed over, or in doubt.
    ///
    /// # Errors
    /// Those of the store.
    pub fn outbox(&self) -> Result<Vec<Outgoing>> {
        self.read(|snapshot| snapshot.unsettled_mail())
    }

    /// Sends what a command has just queued, if the caller may; failures are for the next `send` and
    /// for the log.
    pub fn send_after(&mut self, queued: Vec<OutboxId>) -> Vec<Outgoing> {
        if queued.is_empty() || !self.is_owner() {
            return Vec::new();
        }
        self.send(&Which::These(queued)).unwrap_or_else(|error| {
            self.log(Level::Error, &format!("send: {error:#}"));
            Vec::new()
        })
    }

    /// The answer of sendmail was lost. A machine's mail is given up: loss is better than a second
    /// copy. A person's waits, and goes once more (R143).
    fn doubt(&mut self, mail: &Outgoing, words: &str) -> Result<Outgoing> {
        if mail.kind.is_automatic() || mail.doubts > 0 {
            return self.settle(mail, State::Failed, Duration::default(), None, words);
        }
        self.settle(mail, State::Uncertain, DOUBT, None, words)
    }

    fn hand_over(&mut self, mail: &Outgoing) -> Result<Outgoing> {
        self.write("send", Ending::Commit, |tx, _| tx.mark_sending(mail.id))?;
        let attempts = mail.attempts + 1;
        let (raw, recipients) = self.read(|snapshot| {
            Ok((snapshot.raw(mail.message)?, snapshot.outbox_recipients(mail.id)?))
        })?;
        let args =
            arguments(mail.sender.as_ref(), recipients.iter().map(|mailbox| &mailbox.address));
        let program = self.config.settings().sendmail.clone();
        match child::run(&program, &args, &raw, LIMIT) {
            Ok(Ended::Status(0, _)) => self.accept(mail),
            Ok(Ended::Lost) => self.doubt(mail, "the answer of sendmail was lost"),
            Ok(Ended::Status(code, words)) => {
                let words = said(&program, &format!("exit status {code}"), &words);
                if PERMANENT.contains(&code) && attempts >= PERMANENT_ATTEMPTS {
                    return self.settle(
                        mail,
                        State::Failed,
                        Duration::default(),
                        Some(code),
                        &words,
                    );
                }
                self.retry(mail, attempts, Some(code), &words)
            }
            // It may have taken the mail before it died: the answer is lost.
            Ok(Ended::Signal(signal, words)) => {
                self.doubt(mail, &said(&program, &format!("killed by signal {signal}"), &words))
            }
            Err(error) => {
                let words = format!("{}: {error}", program.display());
                self.retry(mail, attempts, None, &words)
            }
        }
    }

    fn accept(&mut self, mail: &Outgoing) -> Result<Outgoing> {
        let attempt = Attempt { state: State::Accepted, due: self.now, code: Some(0), error: None };
        let mail = self.record(mail, &attempt, Some(&Change::Sent { outbox: mail.id }))?;
        let line =
            format!("{} {} conversation={} accepted", mail.id, mail.message, mail.conversation);
        self.log(Level::Info, &line);
        Ok(mail)
    }

    fn retry(
        &mut self,
        mail: &Outgoing,
        attempts: i64,
        code: Option<i32>,
        words: &str,
    ) -> Result<Outgoing> {
        let queued = self.read(|snapshot| snapshot.message(mail.message))?;
        let since = queued.map_or(self.now, |message| message.received);
        let pause = backoff(attempts);
        if self.now + pause - since > GIVE_UP {
            return self.settle(mail, State::Failed, Duration::default(), code, words);
        }
        self.settle(mail, State::Queued, pause, code, words)
    }

    fn settle(
        &mut self,
        mail: &Outgoing,
        state: State,
        pause: Duration,
        code: Option<i32>,
        words: &str,
    ) -> Result<Outgoing> {
        let attempt = Attempt { state, due: self.now + pause, code, error: Some(words) };
        let failed = Change::SendFailed { outbox: mail.id, mail: mail.kind, code };
        let mail = self.record(mail, &attempt, (state == State::Failed).then_some(&failed))?;
        let line = format!(
            "{} {} conversation={} {}: {words}",
            mail.id,
            mail.message,
            mail.conversation,
            state.as_str()
        );
        let level = if state == State::Failed { Level::Error } else { Level::Warning };
        self.log(level, &line);
        Ok(mail)
    }

    /// Writes down what an attempt came to, with the event where it ends the matter.
    fn record(
        &mut self,
        mail: &Outgoing,
        attempt: &Attempt<'_>,
        change: Option<&Change>,
    ) -> Result<Outgoing> {
        self.write("send", Ending::Commit, |tx, _| {
            tx.mark_attempt(mail.id, attempt)?;
            if let (Some(change), Some(mut home)) = (change, tx.conversation(mail.conversation)?) {
                let act = Act {
                    actor: &Actor::Postroom,
                    reason: &Reason::Sending,
                    cause: None,
                    effective: tx.now(),
                };
                tx.record(&mut home, &act, std::slice::from_ref(change))?;
                let mut shown = facts::conversation(tx, home.number)?;
                let reopened = reopened(&shown, change, mail.kind);
                tx.record(&mut shown, &act, reopened.as_slice())?;
            }
            tx.outgoing(mail.id)?.with_context(|| format!("{} is gone from the outbox", mail.id))
        })
    }
}

/// A reply that could not be sent is work again: its contact waits for nothing (R135, R149).
fn reopened(conversation: &Conversation, change: &Change, kind: MailKind) -> Option<Change> {
    let unheard = kind == MailKind::Reply && matches!(change, Change::SendFailed { .. });
    let old = conversation.status;
    let rests = matches!(old, Status::Pending | Status::Closed | Status::Snoozed { .. });
    (unheard && rests).then_some(Change::StatusSet { old, new: Status::Open })
}

/// `sendmail -i -f ADDR -- RCPT...` (R145); the null sender is `<>` (R120).
fn arguments<'a>(
    sender: Option<&Address>,
    recipients: impl Iterator<Item = &'a Address>,
) -> Vec<String> {
    let sender = sender.map_or("<>", Address::as_str);
    let fixed = ["-i", "-f", sender, "--"].map(str::to_owned);
    fixed.into_iter().chain(recipients.map(ToString::to_string)).collect()
}

fn said(program: &Path, ending: &str, words: &str) -> String {
    let program = program.display();
    if words.is_empty() {
        format!("{program}: {ending}")
    } else {
        format!("{program}: {ending}: {words}")
    }
}

/// 1, 5, 15, then 60 minutes (R149).
fn backoff(attempts: i64) -> Duration {
    Duration::minutes(match attempts {
        ..=1 => 1,
        2 => 5,
        3 => 15,
        _ => 60,
    })
}
