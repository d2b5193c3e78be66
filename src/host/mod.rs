//! The machine: clock, environment, locks, files, child processes, log. Knows nothing of mail.

pub mod accounts;
pub mod budget;
pub mod child;
pub mod clock;
pub mod env;
pub mod file;
pub mod interruptible;
pub mod limit;
pub mod lock;
pub mod log;
pub mod mailbox_lock;
pub mod offer;
pub mod parallel;
pub mod place;
pub mod process;
pub mod random;
pub mod signal;
pub mod stdin;
pub mod terminal;
mod turn;
pub mod user;
