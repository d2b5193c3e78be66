//! The line on a terminal that tells how far a long task is.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use postroom::host::terminal;
use postroom::render::progress::{self, Progress};

/// How often the line is drawn at most.
const OFTEN: Duration = Duration::from_millis(100);

/// A line that is drawn anew again and again; nothing where stderr is no terminal.
#[derive(Debug)]
pub(crate) struct Line {
    width: Option<usize>,
    begun: Instant,
    first: Option<f64>,
    drawn: Option<Instant>,
}

impl Line {
    /// `quiet`: nothing on a terminal either.
    pub(crate) fn new(quiet: bool) -> Self {
        let width = terminal::stderr_width().filter(|_| !quiet);
        Line { width, begun: Instant::now(), first: None, drawn: None }
    }

    /// Draws it, now and then. Nobody is there to be told when that fails.
    pub(crate) fn draw(&mut self, done: usize, part: f64) {
        let Some(width) = self.width else { return };
        if self.drawn.is_some_and(|at| at.elapsed() < OFTEN) {
            return;
        }
        self.drawn = Some(Instant::now());
        let begun = *self.first.get_or_insert(part);
        let progress = Progress { done, part, begun, elapsed: self.begun.elapsed() };
        let _ = write!(io::stderr(), "\r{}\x1b[K", progress::line(&progress, width));
    }

    /// Takes it away, so that something else can be written.
    pub(crate) fn clear(&self) {
        if self.width.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
