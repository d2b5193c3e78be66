//! What stdin and stdout are.

use std::io::{IsTerminal, stderr, stdin, stdout};

use super::env;

/// Whether somebody types on stdin.
#[must_use]
pub fn stdin_is_terminal() -> bool {
    stdin().is_terminal()
}

/// Whether somebody looks at stdout.
#[must_use]
pub fn stdout_is_terminal() -> bool {
    stdout().is_terminal()
}

/// Columns of the terminal that stderr is; none when it is none.
#[must_use]
pub fn stderr_width() -> Option<usize> {
    if !stderr().is_terminal() {
        return None;
    }
    terminal_size::terminal_size_of(stderr()).map(|(width, _)| usize::from(width.0)).or(Some(80))
}

/// Whether stdout may be coloured: a terminal, and no `NO_COLOR`.
#[must_use]
pub fn colour() -> bool {
    stdout_is_terminal()
        && env::text("NO_COLOR").is_none_or(|value| value.is_empty())
        && env::text("TERM").is_none_or(|term| term != "dumb")
}

/// Columns of the terminal; none when stdout is none.
#[must_use]
pub fn width() -> Option<usize> {
    if !stdout_is_terminal() {
        return None;
    }
    let told = env::text("COLUMNS").and_then(|columns| columns.parse().ok());
    told.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
        .or(Some(80))
}
