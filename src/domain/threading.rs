//! Where a message finds its home (R58-R72).
//!
//! Our signature decides first, and only it crosses inboxes. A bare reference needs a sender who
//! is a participant. The subject never joins. Within each kind of evidence the nearest decides.

use super::{Class, Duration, InboxName, MessageId, Number, Step, Time};

/// A known message that the evidence leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The known message.
    pub message: MessageId,
    /// Its conversation.
    pub conversation: Number,
    /// The inbox of that conversation.
    pub inbox: InboxName,
    /// Whether the sender of the new message is a participant of that conversation, or an agent.
    pub participant: bool,
    /// When that conversation was closed, while it is.
    pub closed: Option<Time>,
}

/// All that says where a message belongs.
#[derive(Debug, Clone)]
pub struct Evidence<'a> {
    /// Messages of ours whose valid signature it carries, in a reference, in its own Message-ID,
    /// in the address that it came to or in the mail that it returns; nearest first.
    pub signed: Vec<Candidate>,
    /// Messages that it refers to, nearest first: In-Reply-To if it is exactly one id, then
    /// References from the last to the first (R59).
    pub references: Vec<Candidate>,
    /// Messages that came earlier and refer to it (R62).
    pub referenced_by: Vec<Candidate>,
    /// The inbox that it came to.
    pub inbox: &'a InboxName,
    /// When it came in.
    pub effective: Time,
    /// How long after its closing a conversation takes up mail of persons; none is for ever.
    pub reopen_within: Option<Duration>,
    /// Who or what wrote it.
    pub class: Class,
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
    if let Some(c) = e.signed.iter().find(|c| e.is_here(c)).or(e.signed.first()) {
        return e.join(c, Step::Token { message: c.message });
    }
    if let Some(c) = e.references.iter().find(|c| e.is_here(c) && c.participant) {
        return e.join(c, Step::Reference { message: c.message });
    }
    if let Some(c) = e.referenced_by.iter().find(|c| e.is_here(c) && c.participant) {
        return e.join(c, Step::Referenced { message: c.message });
    }
    match e.references.iter().find(|c| e.is_here(c)) {
        Some(c) => Home::Begin { step: Step::Stranger { related: c.conversation } },
        None => Home::Begin { step: Step::New },
    }
}

impl Evidence<'_> {
    fn is_here(&self, c: &Candidate) -> bool {
        c.inbox == *self.inbox
    }

    fn join(&self, c: &Candidate, step: Step) -> Home {
        let too_long = match (c.closed, self.reopen_within) {
            (Some(closed), Some(within)) => self.effective - closed > within,
            _ => false,
        };
        // A machine's mail reopens nothing, so it can always stand where it belongs.
        if too_long && self.class.is_person() {
            return Home::Begin { step: Step::ClosedTooLong { related: c.conversation } };
        }
        Home::Join { conversation: c.conversation, step }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A candidate in the inbox support, of message `n` in conversation `n * 10`.
    fn at(n: i64, participant: bool) -> Candidate {
        Candidate {
            message: MessageId(n),
            conversation: Number(n * 10),
            inbox: "support".parse().unwrap(),
            participant,
            closed: None,
        }
    }

    fn elsewhere(mut c: Candidate) -> Candidate {
        c.inbox = "sales".parse().unwrap();
        c
    }

    fn closed(c: Candidate, days: i64) -> Candidate {
        Candidate { closed: Some(Time(0) + Duration::days(100 - days)), ..c }
    }

    fn join(conversation: i64, step: Step) -> Home {
        Home::Join { conversation: Number(conversation), step }
    }

    fn token(n: i64) -> Home {
        join(n * 10, Step::Token { message: MessageId(n) })
    }

    fn reference(n: i64) -> Home {
        join(n * 10, Step::Reference { message: MessageId(n) })
    }

    fn referenced(n: i64) -> Home {
        join(n * 10, Step::Referenced { message: MessageId(n) })
    }

    fn stranger(related: i64) -> Home {
        Home::Begin { step: Step::Stranger { related: Number(related) } }
    }

    const NEW: Home = Home::Begin { step: Step::New };

    type Lists = (Vec<Candidate>, Vec<Candidate>, Vec<Candidate>);

    /// Of a person to support, on day 100, with 14 days to reopen.
    fn found((signed, references, referenced_by): Lists, class: Class) -> Home {
        let inbox = "support".parse().unwrap();
        home(&Evidence {
            signed,
            references,
            referenced_by,
            inbox: &inbox,
            effective: Time(0) + Duration::days(100),
            reopen_within: Some(Duration::days(14)),
            class,
        })
    }

    #[test]
    fn each_path() {
        let none = Vec::new;
        for (name, lists, wanted) in [
            ("nothing", (none(), none(), none()), NEW),
            ("signature, of a stranger too", (vec![at(1, false)], none(), none()), token(1)),
            ("nearest signature", (vec![at(2, true), at(1, true)], none(), none()), token(2)),
            ("signature crosses", (vec![elsewhere(at(1, false))], none(), none()), token(1)),
            (
                "signature of this inbox before a nearer one of another",
                (vec![elsewhere(at(2, true)), at(1, true)], none(), none()),
                token(1),
            ),
            (
                "signature before reference",
                (vec![at(1, false)], vec![at(2, true)], none()),
                token(1),
            ),
            ("reference of a participant", (none(), vec![at(1, true)], none()), reference(1)),
            ("nearest reference", (none(), vec![at(2, true), at(1, true)], none()), reference(2)),
            ("reference does not cross", (none(), vec![elsewhere(at(1, true))], none()), NEW),
            ("stranger", (none(), vec![at(1, false)], none()), stranger(10)),
            (
                "stranger there, participant further off",
                (none(), vec![at(2, false), at(1, true)], none()),
                reference(1),
            ),
            ("stranger elsewhere", (none(), vec![elsewhere(at(1, false))], none()), NEW),
            ("out of order", (none(), none(), vec![at(1, true)]), referenced(1)),
            ("out of order, no participant", (none(), none(), vec![at(1, false)]), NEW),
            ("out of order, elsewhere", (none(), none(), vec![elsewhere(at(1, true))]), NEW),
            (
                "both ways: what it refers to decides",
                (none(), vec![at(1, true)], vec![at(2, true)]),
                reference(1),
            ),
            (
                "stranger there, but awaited here",
                (none(), vec![at(1, false)], vec![at(2, true)]),
                referenced(2),
            ),
        ] {
            assert_eq!(found(lists, Class::Person), wanted, "{name}");
        }
    }

    #[test]
    fn closed_too_long_ago() {
        let too_long = Home::Begin { step: Step::ClosedTooLong { related: Number(10) } };
        let none = Vec::new;
        for (lists, class, wanted) in [
            ((vec![closed(at(1, true), 14)], none(), none()), Class::Person, token(1)),
            ((vec![closed(at(1, true), 15)], none(), none()), Class::Person, too_long.clone()),
            ((none(), vec![closed(at(1, true), 15)], none()), Class::Person, too_long.clone()),
            ((none(), none(), vec![closed(at(1, true), 15)]), Class::Person, too_long),
            ((none(), vec![closed(at(1, false), 15)], none()), Class::Person, stranger(10)),
            ((none(), vec![closed(at(1, true), 15)], none()), Class::Automatic, reference(1)),
            ((vec![closed(at(1, false), 15)], none(), none()), Class::Bounce, token(1)),
            ((vec![closed(at(1, false), 15)], none(), none()), Class::Delay, token(1)),
        ] {
            assert_eq!(found(lists.clone(), class), wanted, "{class} {lists:?}");
        }
    }

    #[test]
    fn no_limit_reopens_for_ever() {
        let inbox = "support".parse().unwrap();
        let evidence = Evidence {
            signed: vec![],
            references: vec![closed(at(1, true), 99)],
            referenced_by: vec![],
            inbox: &inbox,
            effective: Time(i64::MAX),
            reopen_within: None,
            class: Class::Person,
        };
        assert_eq!(home(&evidence), reference(1));
    }

    #[test]
    fn a_forged_bounce_finds_nothing() {
        let forged = (vec![], vec![at(1, false)], vec![]);
        assert_eq!(found(forged, Class::Bounce), stranger(10));
    }
}
