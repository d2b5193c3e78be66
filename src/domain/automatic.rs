//! May a machine answer this mail? (R95-R96, R101-R128; RFC 3834, RFC 5230)
//!
//! A pure function of the mail, the memory and the policy. It answers yes only when every question
//! says so; the first that says no is the reason.
//!
//! The two texts. A *receipt* says "we have your mail" once for each new conversation. The *closed*
//! text says "we are not there" outside opening hours, to follow-ups as well, at most once in a
//! pause of days. A mail never gets both: outside hours the closed text comes first and is the
//! receipt too; if its pause lasts and the mail began a conversation, the receipt is sent.

mod memory;
mod reason;
mod sender;
#[cfg(test)]
mod tests;

pub use memory::{BadPause, DAY, HOUR, Limits, Memory, Pause};
pub use reason::Silence;
pub use sender::{BadLocalPart, LocalPart, registered_domain};

use super::address::Pattern;
use super::event::MailKind;
use super::{Address, Class, Duration, EnvelopeSender, Signal, Status, Time};

/// How old a mail may be. Old mail that is read in from a folder, or that was asked for late, gets
/// no answer: whoever turns automatic answers on must not answer the past.
const FRESH: Duration = Duration::days(1);

/// What a check of the sender came to, by a server that we trust. An untrusted result is
/// [`Verdict::Unknown`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verdict {
    /// The sender is who it says.
    Pass,
    /// It is not.
    Fail,
    /// Nobody whom we trust has checked it.
    #[default]
    Unknown,
}

/// Whether the inbox was open when the mail was received, by its calendar and in its zone (R126).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hours {
    /// It was open, or has no calendar.
    Open,
    /// It was closed.
    Closed,
}

/// What the mail is to its conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The conversation began with it.
    First,
    /// It came into a conversation that was there.
    FollowUp,
    /// It is old mail that was read in from an archive.
    Archive,
}

/// The facts of one mail, as it came into one inbox.
#[derive(Debug, Clone)]
pub struct Mail<'a> {
    /// The envelope sender.
    pub envelope: EnvelopeSender,
    /// The one author of the From field; none when there is no usable one, or several.
    pub from: Option<&'a Address>,
    /// Every address of To, Cc, Bcc, Resent-To, Resent-Cc and Resent-Bcc.
    pub addressed: &'a [Address],
    /// What its header says about its author.
    pub signals: &'a [Signal],
    /// The class recorded at arrival.
    pub class: Class,
    /// The status of its conversation now: a rule may have found it to be spam.
    pub status: Status,
    /// DMARC, for the domain of From (RFC 7489).
    pub dmarc: Verdict,
    /// SPF, for the domain of the envelope sender (RFC 7208). `softfail` is a fail here: DMARC may
    /// pass for the From of a forger's own domain while the envelope names a bystander, and only
    /// SPF tells.
    pub spf: Verdict,
    /// What it is to its conversation.
    pub place: Place,
    /// Whether the inbox was open when it came.
    pub hours: Hours,
    /// When it came in.
    pub received: Time,
    /// Its Date field.
    pub written: Option<Time>,
}

/// What the configuration says for one inbox. Empty texts mean: no automatic answers (R127).
#[derive(Debug, Clone)]
pub struct Policy<'a> {
    /// Name of the text that confirms a new conversation.
    pub receipt: Option<&'a str>,
    /// Name of the text for mail outside opening hours.
    pub closed: Option<&'a str>,
    /// For how long the closed text is not repeated to one sender.
    pub pause: Pause,
    /// The most automatic mails.
    pub limits: Limits,
    /// The addresses of this inbox.
    pub inbox: &'a [Pattern],
    /// Every address that is ours: of all inboxes, of the agents, for tokens and bounces (R111).
    pub ours: &'a [Pattern],
    /// Local parts to leave alone besides the built-in ones (R110).
    pub system: &'a [LocalPart],
}

/// An automatic answer that may be sent: to one address, no copies (R123).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The envelope sender of the mail.
    pub to: Address,
    /// The name of the text.
    pub text: String,
    /// Receipt or closed.
    pub kind: MailKind,
}

/// Decides whether a machine answers the mail, to whom and with which text.
///
/// `memory` is none when it could not be read: then there is no answer (R119).
///
/// # Errors
/// The first reason for silence that was found.
pub fn decide(
    mail: &Mail<'_>,
    memory: Option<&Memory>,
    policy: &Policy<'_>,
    now: Time,
) -> Result<Answer, Silence> {
    if mail.place == Place::Archive {
        return Err(Silence::Archived);
    }
    let to = answerable(mail, policy)?;
    trustworthy(mail, to)?;
    personal(mail)?;
    if !mail.addressed.iter().any(|a| policy.inbox.iter().any(|p| p.matches(a))) {
        return Err(Silence::NotAddressed);
    }
    if policy.receipt.is_none() && policy.closed.is_none() {
        return Err(Silence::Off);
    }
    let dates = std::iter::once(mail.received).chain(mail.written);
    if dates.into_iter().any(|date| now - date > FRESH) {
        return Err(Silence::Old);
    }
    let memory = memory.ok_or(Silence::NoMemory)?;
    if memory.complained {
        return Err(Silence::Complained);
    }
    if memory.answered {
        return Err(Silence::AnsweredElsewhere);
    }
    let (text, kind) = due(mail, memory, policy, now)?;
    within(memory, policy.limits)?;
    Ok(Answer { to: to.clone(), text: text.to_owned(), kind })
}

/// The envelope sender, if it is somebody who may be answered at all.
fn answerable<'m>(mail: &'m Mail<'_>, policy: &Policy<'_>) -> Result<&'m Address, Silence> {
    let to = match &mail.envelope {
        EnvelopeSender::Null => return Err(Silence::NullSender),
        EnvelopeSender::Unknown => return Err(Silence::NoEnvelope),
        EnvelopeSender::Address(address) => address,
    };
    let both = || std::iter::once(to).chain(mail.from);
    if both().any(|a| policy.ours.iter().chain(policy.inbox).any(|p| p.matches(a))) {
        return Err(Silence::OwnAddress);
    }
    if both().any(|a| sender::is_system(a, policy.system)) {
        return Err(Silence::SystemAddress);
    }
    Ok(to)
}

/// Whether the sender may be who it says: an answer to a forged one hits a bystander (R104, R114).
fn trustworthy(mail: &Mail<'_>, to: &Address) -> Result<(), Silence> {
    if mail.status == Status::Spam || mail.signals.contains(&Signal::Spam) {
        return Err(Silence::Spam);
    }
    if mail.dmarc == Verdict::Fail {
        return Err(Silence::Dmarc);
    }
    if mail.spf == Verdict::Fail {
        return Err(Silence::Spf);
    }
    let domain = |a: &Address| registered_domain(a.domain());
    let agree = mail.from.is_some_and(|from| domain(from) == domain(to));
    if agree || mail.dmarc == Verdict::Pass { Ok(()) } else { Err(Silence::SenderMismatch) }
}

/// Whether a person wrote it, as far as anybody can tell (R105-R109, R113).
fn personal(mail: &Mail<'_>) -> Result<(), Silence> {
    let weightiest = Signal::deciding(mail.signals).or(mail.signals.first().copied());
    match weightiest.map(Silence::of_signal).or_else(|| Silence::of_class(mail.class)) {
        Some(silence) => Err(silence),
        None => Ok(()),
    }
}

/// The text that is due, by the time of receipt and the memory (R115, R116, R126).
fn due<'p>(
    mail: &Mail<'_>,
    memory: &Memory,
    policy: &Policy<'p>,
    now: Time,
) -> Result<(&'p str, MailKind), Silence> {
    let receipt = match (policy.receipt, mail.place) {
        (None, _) => Err(Silence::Off),
        (Some(_), Place::FollowUp) => Err(Silence::FollowUp),
        (Some(_), Place::Archive) => Err(Silence::Archived),
        (Some(text), Place::First) => Ok((text, MailKind::Receipt)),
    };
    match (policy.closed, mail.hours) {
        (Some(text), Hours::Closed) => {
            let last = memory.texts.get(text).copied();
            if last.is_some_and(|last| policy.pause.lasts(last, now)) {
                receipt.map_err(|_| Silence::Rate)
            } else {
                Ok((text, MailKind::Closed))
            }
        }
        _ => receipt,
    }
}

/// Whether one more automatic mail is within every limit (R96, R116).
fn within(memory: &Memory, limits: Limits) -> Result<(), Silence> {
    let counts = [
        (memory.sender_day, limits.sender_day, Silence::SenderLimit),
        (memory.domain_hour, limits.domain_hour, Silence::DomainLimit),
        (memory.inbox_hour, limits.inbox_hour, Silence::InboxLimit),
        (memory.desk_hour, limits.desk_hour, Silence::GlobalLimit),
    ];
    match counts.into_iter().find(|(count, limit, _)| count >= limit) {
        Some((_, _, silence)) => Err(silence),
        None => Ok(()),
    }
}

/// Longest original subject that is repeated, in characters.
const LONGEST_SUBJECT: usize = 60;

/// The subject of an automatic answer (R122): the configured one; else, only if DMARC proved the
/// sender, `Auto: ` and the original, cut; else a fixed one, because a forger's words must not
/// travel under our name (R95). Never holds a control character.
#[must_use]
pub fn subject(kind: MailKind, configured: Option<&str>, original: &str, dmarc: Verdict) -> String {
    let clean = |text: &str| -> String {
        let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        plain.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    if let Some(fixed) = configured.map(clean).filter(|s| !s.is_empty()) {
        return fixed;
    }
    let original = clean(original);
    if dmarc == Verdict::Pass && !original.is_empty() {
        return match original.char_indices().nth(LONGEST_SUBJECT) {
            Some((cut, _)) => format!("Auto: {}…", original.get(..cut).unwrap_or_default()),
            None => format!("Auto: {original}"),
        };
    }
    match kind {
        MailKind::Closed => "Automatic answer: we are closed at the moment".to_owned(),
        MailKind::Receipt | MailKind::Reply => "Automatic answer: we have your mail".to_owned(),
    }
}
