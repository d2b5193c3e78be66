//! What the arrival of a message changes.

use super::event::MailKind;
use super::{Change, Class, Conversation, InboxName, MessageId, Status, Step};

/// What a message is to the desk when it comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Work that comes in now.
    Now,
    /// Old mail, read in so that it can be found.
    Archive,
}

/// Where the message found its home.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// In a conversation that it begins, in this inbox.
    New(&'a InboxName),
    /// In this conversation, as it stands.
    In(&'a Conversation),
}

/// Mail of ours that came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    /// The mail.
    pub message: MessageId,
    /// What kind of mail it was.
    pub mail: MailKind,
    /// Whether no person, on either side, wrote in the conversation after it.
    pub is_last_word: bool,
}

/// The changes that an arrival makes, in order.
///
/// `returned` is the mail of ours that came back, when the message is a bounce with our signature
/// on it; none otherwise. Mail of a person reopens (R202), other mail does not (R125), but for a
/// reply that could not be delivered (R135): whom it was for waits again, unless somebody wrote
/// since. What a machine says about mail that we do not know, or about our own automatic mail,
/// never gives anybody work (R139).
#[must_use]
pub fn arrived(
    place: Place<'_>,
    message: MessageId,
    class: Class,
    step: Step,
    returned: Option<Returned>,
) -> Vec<Change> {
    let unheard = returned.filter(|returned| {
        class == Class::Bounce
            && matches!(step, Step::Token { .. })
            && returned.mail == MailKind::Reply
    });
    let (begun, came_back, old, new) = match place {
        Place::New(inbox) => {
            (Some(Change::Opened { inbox: inbox.clone() }), None, Status::Open, first_status(class))
        }
        Place::In(c) => {
            let came_back = unheard.and_then(|returned| came_back(c, returned));
            (None, came_back, c.status, next_status(c.status, class, &step, unheard.is_some()))
        }
    };
    let status = (old != new).then_some(Change::StatusSet { old, new });
    let arrived = Change::Arrived { message, class, step };
    begun.into_iter().chain([arrived]).chain(status).chain(came_back).collect()
}

/// That a contact waits again who waits no more: nobody has told them anything since.
fn came_back(c: &Conversation, returned: Returned) -> Option<Change> {
    let waits_again =
        returned.is_last_word && c.waiting_since.is_none() && c.status != Status::Spam;
    waits_again.then_some(Change::CameBack { message: returned.message })
}

/// The changes that a message out of an archive makes, in order: it is told where it belongs, and
/// nobody has work with it. What it begins is closed at once, or spam; what is there stays as it is.
#[must_use]
pub fn archived(place: Place<'_>, message: MessageId, class: Class, step: Step) -> Vec<Change> {
    let arrived = Change::Arrived { message, class, step };
    match place {
        Place::In(_) => vec![arrived],
        Place::New(inbox) => {
            let new = if class == Class::Spam { Status::Spam } else { Status::Closed };
            let closed = Change::StatusSet { old: Status::Open, new };
            vec![Change::Opened { inbox: inbox.clone() }, arrived, closed]
        }
    }
}

/// The status of a conversation that begins with such a message. Monitoring and list mail is
/// work: nobody may miss it.
fn first_status(class: Class) -> Status {
    match class {
        Class::Spam => Status::Spam,
        Class::Bounce | Class::Delay | Class::ReadReceipt => Status::Closed,
        Class::Person
        | Class::Automatic
        | Class::List
        | Class::Bulk
        | Class::AbuseReport
        | Class::CalendarReply => Status::Open,
    }
}

fn next_status(old: Status, class: Class, step: &Step, unheard: bool) -> Status {
    let spoken_to = class.is_person() && !step.is_copy();
    match old {
        Status::Pending | Status::Closed | Status::Snoozed { keep_on_reply: false, .. }
            if spoken_to || unheard =>
        {
            Status::Open
        }
        Status::Snoozed { keep_on_reply: true, .. } if unheard => Status::Open,
        same => same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::step::Stood;
    use crate::domain::{Number, Time};

    const TOKEN: Step = Step::Token { message: MessageId(1), stood: Stood::References };

    fn reference() -> Step {
        Step::Reference { message: MessageId(1), stood: Stood::References }
    }

    fn begun(class: Class, step: Step) -> (usize, Option<Status>) {
        let inbox = "support".parse().unwrap();
        let changes = arrived(Place::New(&inbox), MessageId(2), class, step, None);
        assert_eq!(changes[0], Change::Opened { inbox });
        assert!(matches!(changes[1], Change::Arrived { message: MessageId(2), .. }));
        (changes.len(), new_status(&changes))
    }

    fn new_status(changes: &[Change]) -> Option<Status> {
        changes.iter().find_map(|change| match change {
            Change::StatusSet { new, .. } => Some(*new),
            _ => None,
        })
    }

    #[test]
    fn a_new_conversation() {
        let stranger = Step::ForeignToken { related: Number(1), forged: false };
        for (class, step, status) in [
            (Class::Person, Step::New, None),
            (Class::Person, stranger.clone(), None),
            (Class::Person, Step::ClosedTooLong { related: Number(1) }, None),
            (Class::Automatic, Step::New, None),
            (Class::List, Step::New, None),
            (Class::Bulk, Step::New, None),
            (Class::AbuseReport, Step::New, None),
            (Class::CalendarReply, Step::New, None),
            (Class::Bounce, Step::New, Some(Status::Closed)),
            (Class::Bounce, stranger, Some(Status::Closed)),
            (Class::Delay, Step::New, Some(Status::Closed)),
            (Class::ReadReceipt, Step::New, Some(Status::Closed)),
            (Class::Spam, Step::New, Some(Status::Spam)),
        ] {
            let wanted = (2 + usize::from(status.is_some()), status);
            assert_eq!(begun(class, step.clone()), wanted, "{class} {step:?}");
        }
    }

    #[test]
    fn an_archive_gives_nobody_work() {
        let inbox = "support".parse().unwrap();
        for (class, status) in [
            (Class::Person, Status::Closed),
            (Class::Automatic, Status::Closed),
            (Class::Bounce, Status::Closed),
            (Class::Spam, Status::Spam),
        ] {
            let changes = archived(Place::New(&inbox), MessageId(2), class, Step::New);
            assert_eq!((changes.len(), new_status(&changes)), (3, Some(status)), "{class}");
        }
        let mut c = Conversation::new(Number(1), inbox, Time(0));
        for status in [Status::Open, Status::Pending, Status::Closed, Status::Spam] {
            c.status = status;
            let changes = archived(Place::In(&c), MessageId(2), Class::Person, TOKEN);
            let arrived =
                Change::Arrived { message: MessageId(2), class: Class::Person, step: TOKEN };
            assert_eq!(changes, [arrived], "{status}");
        }
    }

    #[test]
    fn a_conversation_that_is_there() {
        let snoozed = |keep_on_reply| Status::Snoozed { until: Time(9), keep_on_reply };
        let reply = Some(MailKind::Reply);
        let reference = reference();
        let referenced = Step::Referenced { message: MessageId(1) };
        for (old, class, step, returned, opens) in [
            (Status::Open, Class::Person, TOKEN, None, false),
            (Status::Pending, Class::Person, TOKEN, None, true),
            (Status::Closed, Class::Person, reference.clone(), None, true),
            (Status::Closed, Class::Person, referenced, None, true),
            (snoozed(false), Class::Person, TOKEN, None, true),
            (snoozed(true), Class::Person, TOKEN, None, false),
            (Status::Spam, Class::Person, TOKEN, None, false),
            (Status::Pending, Class::Automatic, TOKEN, None, false),
            (Status::Closed, Class::Person, Step::Copy { message: MessageId(1) }, None, false),
            (Status::Closed, Class::Person, Step::Direct { message: MessageId(1) }, None, true),
            (Status::Closed, Class::List, reference, None, false),
            (Status::Closed, Class::Bulk, TOKEN, None, false),
            (Status::Closed, Class::ReadReceipt, TOKEN, None, false),
            (Status::Closed, Class::CalendarReply, TOKEN, None, false),
            (Status::Closed, Class::AbuseReport, TOKEN, None, false),
            (Status::Closed, Class::Spam, TOKEN, None, false),
            (Status::Pending, Class::Delay, TOKEN, reply, false),
            (Status::Open, Class::Bounce, TOKEN, reply, false),
            (Status::Pending, Class::Bounce, TOKEN, reply, true),
            (Status::Closed, Class::Bounce, TOKEN, reply, true),
            (snoozed(true), Class::Bounce, TOKEN, reply, true),
            (Status::Spam, Class::Bounce, TOKEN, reply, false),
            (Status::Closed, Class::Bounce, TOKEN, Some(MailKind::Receipt), false),
            (Status::Closed, Class::Bounce, TOKEN, Some(MailKind::Closed), false),
            (Status::Closed, Class::Bounce, self::reference(), reply, false),
        ] {
            let mut c = Conversation::new(Number(1), "support".parse().unwrap(), Time(0));
            c.status = old;
            let returned =
                returned.map(|mail| Returned { message: MessageId(1), mail, is_last_word: false });
            let changes = arrived(Place::In(&c), MessageId(2), class, step.clone(), returned);
            let wanted = opens.then_some(Status::Open);
            assert_eq!(new_status(&changes), wanted, "{old} {class} {step:?} {returned:?}");
            assert_eq!(changes[0], Change::Arrived { message: MessageId(2), class, step });
            assert_eq!(changes.len(), 1 + usize::from(opens));
        }
    }

    #[test]
    fn whose_answer_came_back_waits_again() {
        let waits = Some(Time(7));
        for (old, waiting, class, step, mail, is_last_word, again) in [
            (Status::Pending, None, Class::Bounce, TOKEN, MailKind::Reply, true, true),
            (Status::Closed, None, Class::Bounce, TOKEN, MailKind::Reply, true, true),
            (Status::Open, None, Class::Bounce, TOKEN, MailKind::Reply, true, true),
            (Status::Open, None, Class::Bounce, TOKEN, MailKind::Reply, false, false),
            (Status::Open, waits, Class::Bounce, TOKEN, MailKind::Reply, true, false),
            (Status::Spam, None, Class::Bounce, TOKEN, MailKind::Reply, true, false),
            (Status::Pending, None, Class::Bounce, TOKEN, MailKind::Receipt, true, false),
            (Status::Pending, None, Class::Bounce, TOKEN, MailKind::Closed, true, false),
            (Status::Pending, None, Class::Bounce, reference(), MailKind::Reply, true, false),
            (Status::Pending, None, Class::Delay, TOKEN, MailKind::Reply, true, false),
        ] {
            let mut c = Conversation::new(Number(1), "support".parse().unwrap(), Time(0));
            (c.status, c.waiting_since) = (old, waiting);
            let message = MessageId(1);
            let returned = Some(Returned { message, mail, is_last_word });
            let changes = arrived(Place::In(&c), MessageId(2), class, step.clone(), returned);
            let told = changes.contains(&Change::CameBack { message });
            assert_eq!(told, again, "{old} {waiting:?} {class} {step:?} {mail:?} {is_last_word}");
        }
    }
}
