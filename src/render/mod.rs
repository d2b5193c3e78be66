//! Values become text: for a person at a terminal, for a pipe, for a program.
//!
//! Pure: what the terminal is like comes in as a [`Screen`], nothing here asks the environment.

pub mod bar;
pub mod clean;
pub mod json;
pub mod progress;
pub mod report;
pub mod screen;
pub mod span;
pub mod table;

pub use screen::{Screen, Style};
pub use table::{Align, Cell, Column, Table, bounded};
