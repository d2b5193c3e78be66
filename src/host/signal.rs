//! Signals of a delivery: ended from outside means "try again" (R15).

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};

/// Makes SIGTERM, SIGHUP and SIGINT end the process with `status`; an open transaction is rolled
/// back by whoever opens the store next. A write beyond RLIMIT_FSIZE becomes an error that SQLite
/// reports, not a death by SIGXFSZ.
///
/// # Errors
/// When the system refuses a handler.
pub fn end_with(status: i32) -> io::Result<()> {
    let always = Arc::new(AtomicBool::new(true));
    for signal in [SIGTERM, SIGHUP, SIGINT] {
        signal_hook::flag::register_conditional_shutdown(signal, status, Arc::clone(&always))?;
    }
    Ok(())
}

/// Makes a write beyond RLIMIT_FSIZE an error that is reported, not a death by SIGXFSZ.
///
/// # Errors
/// When the system refuses a handler.
pub fn outlive_size_limit() -> io::Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    Ok(())
}
