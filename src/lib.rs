//! Postroom: a shared inbox for teams, made of small composable Unix commands.
//!
//! # The map
//!
//! ```text
//! bin -> desk -> { mail, store, config, render, host } -> domain
//! ```
//!
//! * [`domain`] decides, from values alone: no I/O, no clock, no SQL.
//! * [`mail`] is the edge to RFC 5322: parse, compose, classify, sign.
//! * [`store`] holds all SQL; one file per noun.
//! * [`config`] turns `postroom.toml`, `rules/` and `replies/` into checked values.
//! * [`host`] is the machine: clock, locks, files, child processes, log.
//! * [`render`] turns values into text, tables and JSON.
//! * [`desk`] is what the desk does, one file per use case; here they all meet.
//!
//! # One mail, from stdin to report
//!
//! 1. `postroom ingest` reads stdin to its end ([`desk::ingest`]).
//! 2. [`mail`] computes the identity, reads the header and the class; what it
//!    cannot understand becomes a recorded defect, never a failure.
//! 3. One `BEGIN IMMEDIATE` transaction asks whether a rule keeps the mail out
//!    ([`domain::barrier`]), stores the raw bytes, the message, the arrival, finds
//!    its home ([`domain::threading`]) and appends the events.
//!    [`domain::Conversation::apply`] folds them into the projection. Deliveries that
//!    wait for it come along ([`desk::together`]).
//! 4. `route` evaluates the rules ([`domain::query`], [`domain::action`]);
//!    `autoreply` asks [`domain::automatic`] whether a machine may answer.
//! 5. `reply` commits a signed message to the outbox; `send` hands it to sendmail.
//! 6. `report` reads the event log and measures ([`domain::measures`]).
//!
//! # Invariants
//!
//! * Exit 0 of a delivery means: the message is committed and synced, or the line
//!   that says which rule dropped it.
//! * A conversation changes only by events; folding them gives its row again.
//! * Raw bytes are never altered.
//! * No path leads from a note to a participant.
#![forbid(unsafe_code)]

pub mod config;
pub mod desk;
pub mod domain;
pub mod host;
pub mod mail;
pub mod render;
pub mod store;
