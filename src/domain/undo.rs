//! Taking changes back. A change goes back only while it is the last one of its field, so that
//! nothing that somebody did since is lost; what came in or has left cannot be taken back.

use std::collections::BTreeMap;
use std::fmt;

use super::{Change, Conversation, Event, EventId, FieldName, Level, NoteId, Number, Refusal, Tag};

/// What a change is a change of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Field<'a> {
    Assignee,
    Status,
    Priority,
    Tag(&'a Tag),
    Named(&'a FieldName),
    Root,
    Member(Number),
    Note(NoteId),
}

impl fmt::Display for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Field::Assignee => f.write_str("the assignee"),
            Field::Status => f.write_str("the status"),
            Field::Priority => f.write_str("the priority"),
            Field::Tag(tag) => write!(f, "tag {tag}"),
            Field::Named(name) => write!(f, "field {name}"),
            Field::Root => f.write_str("where it is shown"),
            Field::Member(number) => write!(f, "what became of {number}"),
            Field::Note(note) => write!(f, "note {note}"),
        }
    }
}

fn field(change: &Change) -> Option<Field<'_>> {
    Some(match change {
        Change::Assigned { .. } => Field::Assignee,
        Change::StatusSet { .. } => Field::Status,
        Change::PrioritySet { .. } => Field::Priority,
        Change::TagSet { tag, .. } => Field::Tag(tag),
        Change::FieldSet { name, .. } => Field::Named(name),
        Change::RootSet { .. } => Field::Root,
        Change::TookIn { other, .. } => Field::Member(*other),
        Change::Noted { note } => Field::Note(*note),
        _ => return None,
    })
}

/// Why a change of no field stays.
fn why_not(change: &Change) -> &'static str {
    match change {
        Change::Undid { .. } => "it took something back itself: do that anew instead",
        Change::Arrived { .. } | Change::Opened { .. } => "what came in cannot be undone",
        Change::Purged { .. } => "what was purged is gone for good",
        Change::Queued { .. }
        | Change::Sent { .. }
        | Change::SendFailed { .. }
        | Change::CameBack { .. } => "mail that was written cannot be undone: it may have left",
        _ => "it is a record, and cannot be undone",
    }
}

/// The level that taking a change back needs in the inbox: what the change itself needed.
#[must_use]
pub fn needs(change: &Change) -> Level {
    match change {
        Change::StatusSet { .. } | Change::RootSet { .. } | Change::TookIn { .. } => {
            Level::SendOnBehalf
        }
        _ => Level::Note,
    }
}

/// Whether a change is half of a merge: its halves go back together.
#[must_use]
pub fn is_of_merge(change: &Change) -> bool {
    matches!(change, Change::RootSet { .. } | Change::TookIn { .. })
}

/// The events of a log that hold: those that nothing took back, without the taking back.
pub fn standing(log: &[Event]) -> impl DoubleEndedIterator<Item = &Event> {
    let undone = undone(log);
    log.iter().filter(move |event| {
        !undone.contains_key(&event.id) && !matches!(event.change, Change::Undid { .. })
    })
}

/// The events that were taken back, each with the one that did it.
#[must_use]
pub fn undone(log: &[Event]) -> BTreeMap<EventId, EventId> {
    let undone = log.iter().filter_map(|by| match &by.change {
        Change::Undid { event, .. } => Some((*event, by.id)),
        _ => None,
    });
    undone.collect()
}

/// Takes an event back: the change that does it, decided from the whole log of its conversation.
///
/// # Errors
/// A [`Refusal`] when the event is not in the log, was taken back before, changed no field, or is
/// no longer the last change of its field.
pub fn undo(log: &[Event], id: EventId) -> Result<Change, Refusal> {
    let Some(event) = log.iter().find(|event| event.id == id) else {
        return Err(Refusal::NotFound(format!("there is no event {id}")));
    };
    if let Some(by) = undone(log).get(&id) {
        return Err(Refusal::No(format!("{id} was undone already, by {by}")));
    }
    let Some(changed) = field(&event.change) else {
        return Err(Refusal::No(format!("{id} stays: {}", why_not(&event.change))));
    };
    let mut later = standing(log).filter(|later| later.seq > event.seq);
    if let Some(later) = later.find(|later| field(&later.change).as_ref() == Some(&changed)) {
        return Err(Refusal::No(format!(
            "{id} is not the last change of {changed}: {} by {} came after it; undo that first",
            later.id, later.by.actor
        )));
    }
    let Some(without) = fold(standing(log).filter(|event| event.id != id)) else {
        return Err(Refusal::No(format!("{id} stays: its conversation has no beginning")));
    };
    Ok(Change::Undid {
        event: id,
        of: Box::new(event.change.clone()),
        status: without.status,
        closed: without.closed,
        waiting_since: without.waiting_since,
        last_person: without.last_person,
    })
}

/// A conversation as events make it; none when the first does not open it.
fn fold<'a>(mut events: impl Iterator<Item = &'a Event>) -> Option<Conversation> {
    let first = events.next()?;
    let Change::Opened { inbox } = &first.change else { return None };
    let mut conversation = Conversation::new(first.conversation, inbox.clone(), first.effective);
    conversation.apply(first);
    events.for_each(|event| conversation.apply(event));
    Some(conversation)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::event::MailKind;
    use crate::domain::{
        Actor, BatchId, By, Class, ConfigId, MessageId, NoteId, OutboxId, Priority, Reason, Seq,
        Status, Step, Time,
    };

    /// A conversation that lives: what happens is told by its new values, the old ones are known.
    struct Life {
        log: Vec<Event>,
        now: Conversation,
    }

    impl Life {
        fn new() -> Self {
            let now = Conversation::new(Number(1), "support".parse().unwrap(), Time(0));
            let mut life = Life { log: Vec::new(), now };
            life.record(Change::Opened { inbox: "support".parse().unwrap() });
            life.record(arrived());
            life
        }

        fn record(&mut self, change: Change) -> EventId {
            let n = i64::try_from(self.log.len()).unwrap() + 1;
            let by = By {
                actor: Actor::Agent("anna".parse().unwrap()),
                via: "test".into(),
                reason: Reason::Asked,
                cause: None,
                batch: BatchId(1),
                config: ConfigId(1),
            };
            let (at, conversation) = (Time(n), Number(1));
            let event =
                Event { id: EventId(n), conversation, seq: Seq(n), at, effective: at, by, change };
            self.now.apply(&event);
            self.log.push(event);
            EventId(n)
        }

        fn act(&mut self, act: &Act) -> Option<EventId> {
            let c = &self.now;
            let change = match act {
                Act::Assign(who) => Change::Assigned {
                    old: c.assignee.clone(),
                    new: who.as_ref().map(|who| who.parse().unwrap()),
                },
                Act::Status(new) => Change::StatusSet { old: c.status, new: *new },
                Act::Priority(new) => Change::PrioritySet { old: c.priority, new: *new },
                Act::Tag(tag) => {
                    let tag: Tag = tag.parse().unwrap();
                    Change::TagSet { on: !c.tags.contains(&tag), tag }
                }
                Act::Field(value) => {
                    let name: FieldName = "order".parse().unwrap();
                    let old = c.fields.get(&name).cloned();
                    Change::FieldSet { old, new: value.clone(), name }
                }
                Act::Merge(other, waiting_since) => Change::TookIn {
                    other: Number(*other),
                    status: Status::Open,
                    waiting_since: *waiting_since,
                    last_person: Time(2),
                },
                Act::Mail => arrived(),
                Act::Reply => Change::Queued {
                    outbox: OutboxId(1),
                    message: MessageId(2),
                    mail: MailKind::Reply,
                },
                Act::Note => Change::Noted { note: NoteId(self.now.seq.0) },
            };
            let can_go_back = field(&change).is_some();
            let id = self.record(change);
            can_go_back.then_some(id)
        }

        fn undo(&mut self, id: EventId) -> Result<EventId, String> {
            let change = undo(&self.log, id).map_err(|refusal| refusal.to_string())?;
            Ok(self.record(change))
        }
    }

    #[derive(Debug, Clone)]
    enum Act {
        Assign(Option<String>),
        Status(Status),
        Priority(Priority),
        Tag(String),
        Field(Option<String>),
        Merge(i64, Option<Time>),
        Mail,
        Reply,
        Note,
    }

    fn arrived() -> Change {
        Change::Arrived { message: MessageId(1), class: Class::Person, step: Step::New }
    }

    fn reversible() -> impl Strategy<Value = Act> {
        let snoozed = Status::Snoozed { until: Time(9), keep_on_reply: true };
        let statuses = [Status::Open, Status::Pending, snoozed, Status::Closed, Status::Spam];
        prop_oneof![
            prop::option::of("(anna|bram|team:crew)").prop_map(Act::Assign),
            prop::sample::select(statuses.to_vec()).prop_map(Act::Status),
            prop::sample::select(Priority::ALL.to_vec()).prop_map(Act::Priority),
            "[ab]".prop_map(Act::Tag),
            prop::option::of("[78]").prop_map(Act::Field),
            (2..4i64, prop::option::of((1..9i64).prop_map(Time)))
                .prop_map(|(other, since)| Act::Merge(other, since)),
        ]
    }

    fn any_act() -> impl Strategy<Value = Act> {
        prop_oneof![3 => reversible(), 1 => Just(Act::Mail), 1 => Just(Act::Reply), 1 => Just(Act::Note)]
    }

    /// All but what every event moves.
    fn still(c: &Conversation) -> Conversation {
        Conversation { seq: Seq(0), changed: Time(0), ..c.clone() }
    }

    proptest! {
        /// T3.12c: undo of each in reverse gives back the start.
        #[test]
        fn all_undone_is_the_start(acts in prop::collection::vec(reversible(), 1..40)) {
            let mut life = Life::new();
            let start = still(&life.now);
            let done: Vec<EventId> = acts.iter().filter_map(|act| life.act(act)).collect();
            prop_assert_eq!(done.len(), acts.len());
            for id in done.into_iter().rev() {
                prop_assert!(life.undo(id).is_ok());
            }
            prop_assert_eq!(still(&life.now), start);
        }

        /// Whatever is undone, and whatever happens in between: it is as if it had not been.
        #[test]
        fn undone_is_as_if_it_had_not_been(
            acts in prop::collection::vec((any_act(), any::<prop::sample::Index>(), any::<bool>()), 1..40),
        ) {
            let mut life = Life::new();
            for (act, which, undoes) in acts {
                life.act(&act);
                let id = life.log[which.index(life.log.len())].id;
                if undoes {
                    let _ = life.undo(id);
                }
                let told = fold(standing(&life.log)).unwrap();
                prop_assert_eq!(still(&life.now), still(&told));
            }
        }
    }

    #[test]
    fn refusals_name_what_stands_in_the_way() {
        let mut life = Life::new();
        let assign = |who: &str| Act::Assign(Some(who.to_owned()));
        let anna = life.act(&assign("anna")).unwrap();
        let tagged = life.act(&Act::Tag("a".into())).unwrap();
        let bram = life.act(&assign("bram")).unwrap();
        life.act(&Act::Reply);
        let no = |life: &mut Life, id| life.undo(id).unwrap_err();
        let first = no(&mut life, anna);
        assert!(first.contains("the assignee: e5 by anna"), "{first}");
        assert_eq!(life.undo(tagged).unwrap(), EventId(7));
        assert!(no(&mut life, tagged).contains("already, by e7"));
        assert!(no(&mut life, EventId(7)).contains("do that anew"));
        assert!(no(&mut life, EventId(2)).contains("came in"));
        assert!(no(&mut life, EventId(6)).contains("may have left"));
        assert!(no(&mut life, EventId(99)).contains("no event e99"));
        life.undo(bram).unwrap();
        life.undo(anna).unwrap();
        assert_eq!(life.now.assignee, None);
    }

    /// It has not left the house; and what was done with it goes back whole.
    #[test]
    fn a_note_goes_back() {
        let mut life = Life::new();
        let idle = life.now.last_person;
        let note = life.act(&Act::Note).unwrap();
        let other = life.act(&Act::Note).unwrap();
        life.undo(note).unwrap();
        assert!(life.undo(note).unwrap_err().contains("already"));
        life.undo(other).unwrap();
        assert_eq!(life.now.last_person, idle);
    }

    #[test]
    fn an_undone_close_lets_the_contact_wait_again() {
        let mut life = Life::new();
        let closed = life.act(&Act::Status(Status::Closed)).unwrap();
        assert_eq!(life.now.waiting_since, None);
        life.undo(closed).unwrap();
        assert_eq!((life.now.waiting_since, life.now.closed), (Some(Time(2)), None));
    }

    #[test]
    fn what_was_done_after_a_merge_survives_its_undo() {
        let mut life = Life::new();
        life.act(&Act::Status(Status::Pending));
        let merged = life.act(&Act::Merge(2, Some(Time(1)))).unwrap();
        assert_eq!((life.now.status, life.now.waiting_since), (Status::Open, Some(Time(1))));
        life.act(&Act::Tag("a".into()));
        life.undo(merged).unwrap();
        assert_eq!((life.now.status, life.now.waiting_since), (Status::Pending, Some(Time(2))));
        assert_eq!(life.now.tags.len(), 1);
    }
}
