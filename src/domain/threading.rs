//! Where a message finds its home (R58-R72).
//!
//! Our signature decides first, and only it crosses inboxes. All other evidence counts within the
//! inbox and needs a sender who is a participant: references, then the number that a subject
//! names. Between them stand a report, which counts as of those whom our mail did not reach, and the
//! key of a correlation, which names its sender itself. What a subject says else joins nothing. Within
//! each kind of evidence the nearest decides.

use super::correlate::Says;
use super::step::Stood;
use super::{Class, Duration, InboxName, MessageId, Number, Step, Time};

#[cfg(test)]
mod tests;

/// A known message that the evidence leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The known message.
    pub message: MessageId,
    /// Its conversation.
    pub conversation: Number,
    /// The inbox of that conversation.
    pub inbox: InboxName,
    /// Whether the sender of the new message, or whom it speaks for, is a participant of that
    /// conversation, or an agent.
    pub participant: bool,
    /// When that conversation was closed, while it is.
    pub closed: Option<Time>,
}

/// A candidate, and where in the new message the id stood that leads there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// The message it leads to.
    pub to: Candidate,
    /// The place.
    pub stood: Stood,
}

/// A message that came before, once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// The one that came before.
    pub to: Candidate,
    /// Whether this one comes straight from the person, and that one did not.
    pub is_direct: bool,
}

/// The key of a message, with what came before it of the same key, rule and inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyed<'a> {
    /// The name of the correlation.
    pub rule: &'a str,
    /// What the message says of the matter.
    pub says: Says,
    /// How long after its close a conversation takes up that it is there again.
    pub reopen_within: Duration,
    /// The last message with this key.
    pub last: Option<Candidate>,
}

/// All that says where a message belongs.
#[derive(Debug, Clone)]
pub struct Evidence<'a> {
    /// Messages of ours whose valid signature it carries, in a reference, in its own Message-ID or
    /// in the mail that it returns; nearest first.
    pub signed: Vec<Lead>,
    /// The message that it is another copy of.
    pub original: Option<Original>,
    /// Messages that it refers to, nearest first: In-Reply-To if it is exactly one id, then
    /// References from the last to the first (R59).
    pub references: Vec<Lead>,
    /// Mail of an agent or an inbox that it reports on, to a participant; nearest first (R131).
    pub reported: Vec<Lead>,
    /// Messages that came earlier and refer to it (R62).
    pub referenced_by: Vec<Candidate>,
    /// Messages that came earlier and refer to what it answers, or to what began it, where that never
    /// came itself (R62).
    pub siblings: Vec<Candidate>,
    /// The key that a correlation found in it.
    pub key: Option<Keyed<'a>>,
    /// The conversation that its subject names: a hint, which anybody can write (R72).
    pub subject: Option<Candidate>,
    /// The inbox that it came to.
    pub inbox: &'a InboxName,
    /// When it came in.
    pub effective: Time,
    /// How long after its closing a conversation takes up mail of persons; none is for ever.
    pub reopen_within: Option<Duration>,
    /// Who or what wrote it.
    pub class: Class,
    /// Whether our own server found its sender forged, who is nobody then.
    pub forged: bool,
}

/// The home of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    /// It belongs to a conversation that is there.
    Join {
        /// Which.
        conversation: Number,
        /// Why.
        step: Step,
    },
    /// It begins a conversation, in the inbox that it came to.
    Begin {
        /// Why.
        step: Step,
    },
}

/// Finds the home.
#[must_use]
pub fn home(e: &Evidence<'_>) -> Home {
    let signed = e.signed.iter().find(|l| e.is_here(&l.to)).or(e.signed.first());
    let original = e.original.as_ref().filter(|original| e.takes(&original.to));
    // Another copy of an answer to us carries the same signature.
    let is_copy = |o: &&Original| signed.is_none_or(|s| s.to.conversation == o.to.conversation);
    if let Some(Original { to, is_direct }) = original.filter(is_copy) {
        let (conversation, message) = (to.conversation, to.message);
        return match is_direct {
            true => e.join(to, Step::Direct { message }),
            false => Home::Join { conversation, step: Step::Copy { message } },
        };
    }
    if let Some(Lead { to, stood }) = signed {
        return e.join(to, Step::Token { message: to.message, stood: *stood });
    }
    if let Some(Lead { to, stood }) = e.references.iter().find(|lead| e.takes(&lead.to)) {
        return e.join(to, Step::Reference { message: to.message, stood: *stood });
    }
    if let Some(Lead { to, stood }) = e.reported.iter().find(|lead| e.takes(&lead.to)) {
        return e.join(to, Step::Reported { message: to.message, stood: *stood });
    }
    if let Some(c) = e.referenced_by.iter().find(|c| e.takes(c)) {
        return e.join(c, Step::Referenced { message: c.message });
    }
    if let Some(c) = e.kin().iter().find(|c| e.takes(c)) {
        return e.join(c, Step::Sibling { message: c.message });
    }
    // The rule names the sender, so that nobody else has to let it in. What is closed opens for a
    // participant alone: the alert of another begins anew, as it would be lost there.
    if let Some(Keyed { rule, last: Some(c), says, .. }) = &e.key
        && e.is_here(c)
        && (c.participant || c.closed.is_none() || *says != Says::There)
    {
        return e.join(c, Step::Key { rule: (*rule).to_owned(), message: c.message });
    }
    if let Some(c) = e.subject.as_ref().filter(|c| e.takes(c)) {
        return e.join(c, Step::Subject);
    }
    Home::Begin { step: e.begin() }
}

/// The other conversations that are the same matter as the one that the message joins: strong
/// evidence leads to each of them. They are offered for merge, oldest first (R62).
#[must_use]
pub fn same(e: &Evidence<'_>, joined: Number) -> Vec<Number> {
    let signed = e.signed.iter().map(|lead| &lead.to).filter(|c| e.is_here(c));
    let references = e.references.iter().map(|lead| &lead.to);
    let weaker = references.chain(&e.referenced_by).chain(e.kin()).filter(|c| e.takes(c));
    let alive = signed.chain(weaker).filter(|c| !e.is_closed_longer(c, e.reopen_within));
    let mut others: Vec<Number> = alive.map(|c| c.conversation).filter(|n| *n != joined).collect();
    others.sort_unstable();
    others.dedup();
    others
}

impl Evidence<'_> {
    fn is_here(&self, c: &Candidate) -> bool {
        c.inbox == *self.inbox
    }

    /// Whether an unsigned lead counts: within the inbox, of a sender who has a part (R64).
    fn takes(&self, c: &Candidate) -> bool {
        self.is_here(c) && c.participant
    }

    /// The siblings, as far as they say something: a key names the matter, and a mail that never came,
    /// which monitoring programs name for ever, does not.
    fn kin(&self) -> &[Candidate] {
        if self.key.is_none() { &self.siblings } else { &[] }
    }

    fn is_closed_longer(&self, c: &Candidate, within: Option<Duration>) -> bool {
        match (c.closed, within) {
            (Some(closed), Some(within)) => self.effective - closed > within,
            _ => false,
        }
    }

    fn join(&self, c: &Candidate, step: Step) -> Home {
        let within = match &self.key {
            // That a matter is over, or noted, can always stand where it belongs.
            Some(key) => Some(key.reopen_within).filter(|_| key.says == Says::There),
            None => self.reopen_within.filter(|_| self.class.is_person()),
        };
        if self.is_closed_longer(c, within) {
            return Home::Begin { step: Step::ClosedTooLong { related: c.conversation } };
        }
        Home::Join { conversation: c.conversation, step }
    }

    /// Nothing lets it in; but what it names is said.
    fn begin(&self) -> Step {
        if let Some(Lead { to, stood }) = self.references.iter().find(|lead| self.is_here(&lead.to))
        {
            let (related, message) = (to.conversation, to.message);
            return Step::Stranger { related, message, stood: *stood, forged: self.forged };
        }
        match &self.subject {
            Some(c) if self.is_here(c) => {
                Step::ForeignToken { related: c.conversation, forged: self.forged }
            }
            _ => Step::New,
        }
    }
}
