//! What a shared inbox is, as values and pure functions.
//!
//! Nothing here reads a file, a clock, the environment or a database; every
//! fact comes in as an argument, every effect goes out as a value.

pub mod access;
pub mod action;
pub mod actor;
pub mod address;
pub mod arrival;
pub mod automatic;
pub mod barrier;
pub mod bounce;
pub mod calendar;
pub mod caller;
pub mod conversation;
pub mod correlate;
pub mod decide;
pub mod envelope;
pub mod event;
pub mod groups;
pub mod ids;
pub mod located;
pub mod measures;
pub mod merge;
pub mod message;
pub mod name;
pub mod pack;
pub mod participant;
pub mod placeholders;
pub mod purge;
pub mod query;
pub mod refusal;
pub mod repeat;
pub mod rule;
pub mod signal;
pub mod step;
mod stretch;
pub mod surroundings;
pub mod threading;
pub mod time;
pub mod undo;
pub mod words;
pub mod zone;

pub use access::{Directory, Level};
pub use action::Action;
pub use actor::Actor;
pub use address::{Address, Mailbox};
pub use barrier::Barrier;
pub use conversation::{Assignee, Conversation, Priority, Status};
pub use correlate::Correlation;
pub use envelope::EnvelopeSender;
pub use event::{By, Change, Event, Reason};
pub use ids::{BatchId, ConfigId, EventId, MessageId, NoteId, Number, OutboxId, Seq};
pub use located::Located;
pub use message::{Class, Direction, MessageFacts};
pub use name::{AgentName, CalendarName, FieldName, InboxName, Tag, TeamName};
pub use participant::{Participant, Participants, People, Role};
pub use query::Query;
pub use refusal::Refusal;
pub use rule::Rule;
pub use signal::Signal;
pub use step::Step;
pub use time::{Duration, Time};
pub use zone::Zone;
