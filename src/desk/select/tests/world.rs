//! A store, built by its own transactions, and beside it what must be in it.

use crate::domain::event::MailKind;
use crate::domain::query::Bound;
use crate::domain::query::arbitrary::{Case, NOW};
use crate::domain::words::words;
use crate::domain::{
    Actor, Change, Conversation, Direction, EnvelopeSender, Mailbox, MessageFacts, MessageId,
    Number, Priority, Reason, Status, Step, Time,
};
use crate::mail;
use crate::store::{
    Act, AddressRole, Clock, ConfigText, Ending, HeaderAddress, NewArrival, NewMail, NewMessage,
    RawBytes, Run, Side, Store, Tx, Wiring,
};

/// One conversation to build.
#[derive(Debug, Clone)]
pub(super) struct Story {
    pub(super) case: Case,
    /// Whether its first message also came for the conversation before.
    pub(super) is_shared: bool,
    /// Whether its last message, if it came in, arrives once more after the index caught up.
    pub(super) comes_again: bool,
    /// Whether it is merged into the last conversation before that is not.
    pub(super) is_merged: bool,
}

/// A store on disk; whatever is built in it is rolled back.
pub(super) struct Desk {
    store: Store,
    _dir: tempfile::TempDir,
}

impl Desk {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::create(&dir.path().join("postroom.db"), Clock::Test, NOW).unwrap();
        Desk { store, _dir: dir }
    }

    pub(super) fn with<T>(&mut self, stories: &[Story], f: impl FnOnce(&mut World<'_>) -> T) -> T {
        let config = ConfigText { hash: [0; 32], text: String::new() };
        let run = Run { now: NOW, via: "test", config };
        let built = self.store.write(&run, Ending::Rollback, |tx| {
            let mut world = World { tx, cases: Vec::new() };
            stories.iter().for_each(|story| world.tell(story));
            world.merge(stories);
            Ok(f(&mut world))
        });
        built.unwrap()
    }
}

/// A store, and beside it what must be in it.
pub(super) struct World<'a> {
    pub(super) tx: &'a Tx<'a>,
    pub(super) cases: Vec<Case>,
}

impl World<'_> {
    fn tell(&mut self, story: &Story) {
        let wanted = &story.case.conversation;
        let mut c = self.tx.begin_conversation(&wanted.inbox, wanted.opened).unwrap();
        let opened = Change::Opened { inbox: wanted.inbox.clone() };
        record(self.tx, &mut c, wanted.opened, &[opened]);
        let mut messages = Vec::new();
        for message in &story.case.messages {
            messages.push(match message.direction {
                Direction::In => self.arrives(&mut c, message, wanted.last_person),
                Direction::Out => self.is_queued(&mut c, message, wanted.last_person),
            });
        }
        record(self.tx, &mut c, wanted.opened, &changes(wanted));
        if let Some(first) = messages.first().filter(|_| story.is_shared) {
            self.joins_the_last(first, wanted.last_person);
        }
        self.cases.push(Case { conversation: c, messages });
    }

    /// Nothing is told of a merged one after that, so this comes last.
    fn merge(&mut self, stories: &[Story]) {
        let mut root = 0;
        for (number, story) in stories.iter().enumerate().skip(1) {
            if !story.is_merged {
                root = number;
                continue;
            }
            let (before, from) = self.cases.split_at_mut(number);
            let (root, other) = (&mut before[root], &mut from[0]);
            let (c, moved) = (&mut root.conversation, &mut other.conversation);
            let took = Change::TookIn {
                other: moved.number,
                status: moved.status,
                waiting_since: moved.waiting_since,
                last_person: moved.last_person,
            };
            let at = c.last_person;
            record(self.tx, moved, at, &[Change::RootSet { old: moved.number, new: c.number }]);
            record(self.tx, c, at, &[took]);
            for message in &other.messages {
                if !root.messages.iter().any(|known| known.id == message.id) {
                    root.messages.push(message.clone());
                }
            }
        }
    }

    /// The conversation before, if there is one, becomes another home of what came in.
    fn joins_the_last(&mut self, facts: &MessageFacts, at: Time) {
        if let (Direction::In, Some(last)) = (facts.direction, self.cases.last_mut()) {
            record(self.tx, &mut last.conversation, at, &[arrived(facts)]);
            last.messages.push(facts.clone());
        }
    }

    /// One of its recipients stands in To, the others only in the envelope.
    fn arrives(&self, c: &mut Conversation, facts: &MessageFacts, at: Time) -> MessageFacts {
        let (shown, hidden) = facts.to.split_at(1);
        let mail = Mail::new(self.tx, facts, shown);
        let id = self.tx.add_message(&mail.new_message()).unwrap();
        for recipient in shown {
            self.add_arrival(c, id, recipient, facts.verified);
        }
        for recipient in hidden {
            let row = self.add_arrival(c, id, recipient, facts.verified);
            self.tx.put_recipient(id, row, &recipient.address).unwrap();
        }
        let facts = mail.facts(id);
        record(self.tx, c, at, &[arrived(&facts)]);
        facts
    }

    fn add_arrival(
        &self,
        c: &Conversation,
        message: MessageId,
        recipient: &Mailbox,
        verified: bool,
    ) -> i64 {
        let arrival = NewArrival {
            message,
            inbox: &c.inbox,
            recipient: Some(&recipient.address),
            received: NOW,
            sender: &EnvelopeSender::Unknown,
            extension: None,
            wiring: Wiring::Stdin,
            trace: "",
            dmarc: verified.then_some("pass"),
            spf: None,
        };
        self.tx.add_arrival(&arrival).unwrap().unwrap()
    }

    fn is_queued(&self, c: &mut Conversation, facts: &MessageFacts, at: Time) -> MessageFacts {
        let mail = Mail::new(self.tx, facts, &facts.to);
        let kind = if facts.class.is_person() { MailKind::Reply } else { MailKind::Receipt };
        let message = &mail.new_message();
        let new = NewMail { kind, message, sender: None, recipients: &facts.to };
        let act =
            Act { actor: &Actor::Postroom, reason: &Reason::Asked, cause: None, effective: at };
        let (_, events) = self.tx.queue(c, &act, &new).unwrap();
        match events.first().unwrap().change {
            Change::Queued { message, .. } => mail.facts(message),
            ref other => panic!("{other:?}"),
        }
    }

    /// Messages that are in the index, maybe, get a further recipient.
    pub(super) fn arrive_again(&mut self, stories: &[Story]) {
        let late =
            Mailbox { name: String::new(), address: "Printer+x@Other.example".parse().unwrap() };
        for (number, _) in stories.iter().enumerate().filter(|(_, story)| story.comes_again) {
            let case = &self.cases[number];
            let last = case.messages.last().unwrap();
            let id = last.id;
            if last.direction == Direction::Out || last.to.contains(&late) {
                continue;
            }
            let row = self.add_arrival(&case.conversation, id, &late, false);
            self.tx.put_recipient(id, row, &late.address).unwrap();
            let everywhere = self.cases.iter_mut().flat_map(|case| &mut case.messages);
            everywhere.filter(|m| m.id == id).for_each(|m| m.to.push(late.clone()));
        }
    }

    /// The conversations that are merged into none.
    pub(super) fn roots(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(|case| case.conversation.root == case.conversation.number)
    }

    /// What the query means, by the definition.
    pub(super) fn meant(&self, query: &Bound) -> Vec<Number> {
        let holds = |case: &&Case| query.matches(&case.facts()).is_yes();
        self.roots().filter(holds).map(|case| case.conversation.number).collect()
    }
}

fn record(tx: &Tx<'_>, c: &mut Conversation, effective: Time, changes: &[Change]) {
    let act = Act { actor: &Actor::Postroom, reason: &Reason::Arrival, cause: None, effective };
    tx.record(c, &act, changes).unwrap();
}

/// What makes a new conversation into the wanted one.
fn changes(wanted: &Conversation) -> Vec<Change> {
    let assigned = Change::Assigned { old: None, new: wanted.assignee.clone() };
    let priority = Change::PrioritySet { old: Priority::Normal, new: wanted.priority };
    let tags = wanted.tags.iter().map(|tag| Change::TagSet { tag: tag.clone(), on: true });
    let fields = wanted.fields.iter().map(|(name, value)| Change::FieldSet {
        name: name.clone(),
        old: None,
        new: Some(value.clone()),
    });
    let status = Change::StatusSet { old: Status::Open, new: wanted.status };
    [assigned, priority, status].into_iter().chain(tags).chain(fields).collect()
}

fn arrived(facts: &MessageFacts) -> Change {
    Change::Arrived { message: facts.id, class: facts.class, step: Step::New }
}

/// A message composed, with what is to be stored of it.
struct Mail {
    raw: String,
    facts: MessageFacts,
    addresses: Vec<HeaderAddress>,
}

impl Mail {
    fn new(tx: &Tx<'_>, facts: &MessageFacts, shown: &[Mailbox]) -> Self {
        let id = tx.next_message_id().unwrap();
        let mut facts = facts.clone();
        facts.message_id = Some(format!("{}@example.org", id.0));
        let from = facts.from.iter().map(|from| format!("From: {from}\r\n")).collect::<String>();
        let to: Vec<String> = shown.iter().map(ToString::to_string).collect();
        let text = facts.text.clone().unwrap();
        let raw = format!(
            "{from}To: {}\r\nSubject: {}\r\nMessage-ID: <{}@example.org>\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n",
            to.join(", "),
            facts.subject,
            id.0,
        );
        let parsed = mail::parse(raw.as_bytes());
        assert_eq!(words(&parsed.text), words(&text));
        facts.text = Some(parsed.text);
        let header = |role, mailbox: &Mailbox| HeaderAddress {
            role,
            mailbox: mailbox.clone(),
            side: Side::Outside,
        };
        // A second author does not count.
        let second = Mailbox { name: String::new(), address: "jan@example.org".parse().unwrap() };
        let authors = parsed.from.iter().flat_map(|from| [from, &second]);
        let from = authors.map(|author| header(AddressRole::From, author));
        let to = parsed.to.iter().map(|to| header(AddressRole::To, to));
        let addresses = from.chain(to).collect();
        Mail { raw, facts, addresses }
    }

    fn new_message(&self) -> NewMessage<'_> {
        let mut identity = [0; 32];
        let id = self.facts.message_id.as_ref().unwrap().as_bytes();
        identity[..id.len()].copy_from_slice(id);
        NewMessage {
            identity,
            identity_version: 1,
            raw: RawBytes::of(self.raw.as_bytes()),
            direction: self.facts.direction,
            received: self.facts.received,
            date: None,
            message_id: self.facts.message_id.as_deref(),
            other_ids: &[],
            subject: &self.facts.subject,
            class: self.facts.class,
            signal: None,
            attachments: usize::from(self.facts.attachment),
            addresses: &self.addresses,
            outcomes: &[],
            references: &[],
            defects: if self.facts.defective { &["bad-charset"] } else { &[] },
        }
    }

    fn facts(&self, id: MessageId) -> MessageFacts {
        MessageFacts { id, ..self.facts.clone() }
    }
}
