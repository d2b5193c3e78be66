//! stdout, for people and for pipes.

use std::fs::File;
use std::io::{self, BufWriter, StdoutLock, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

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

/// Whether what is written to stdout arrives anywhere. Where it was closed the runtime has put
/// /dev/null in its place, and writes succeed.
pub(crate) fn leads_somewhere() -> bool {
    let stdout = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    let device = stdout.and_then(|stdout| stdout.metadata()).map(|meta| meta.rdev());
    let null = Path::new("/dev/null").metadata().map(|meta| meta.rdev());
    device.is_ok_and(|device| null.map_or(true, |null| device != null))
}

/// Whether a person, or a file, gets what is written to stdout: no MTA, which would send it on.
pub(crate) fn is_kept() -> bool {
    let stdout = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    terminal::stdout_is_terminal()
        || stdout.and_then(|stdout| stdout.metadata()).is_ok_and(|meta| meta.is_file())
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
