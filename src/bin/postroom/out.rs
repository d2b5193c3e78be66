//! stdout, for people and for pipes.

use std::io::{self, BufWriter, StdoutLock, Write};

use anyhow::Result;
use postroom::host::terminal;
use postroom::render::Screen;
use serde::Serialize;

/// Buffered stdout; what is written appears when it is flushed or dropped.
pub(crate) type Out = BufWriter<StdoutLock<'static>>;

/// Opens stdout.
pub(crate) fn open() -> Out {
    BufWriter::new(io::stdout().lock())
}

/// What stdout is.
pub(crate) fn screen() -> Screen {
    match terminal::width() {
        Some(width) => Screen::Terminal { width, colour: terminal::colour() },
        None => Screen::Pipe,
    }
}

/// One JSON object on one line, with `"v":1`.
pub(crate) fn json<T: Serialize>(out: &mut Out, value: &T) -> Result<()> {
    writeln!(out, "{}", postroom::render::json::line(value)?)?;
    Ok(())
}
