//! Signals: ended from outside means "try again" (R15).

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use nix::unistd::alarm;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};

/// A limit on the time of whatever is done while it is held (R13): past it SIGALRM comes.
#[derive(Debug)]
pub struct Deadline(());

impl Deadline {
    /// From now on.
    #[must_use]
    pub fn after(limit: Duration) -> Self {
        alarm::set(limit.as_secs().try_into().unwrap_or(u32::MAX));
        Deadline(())
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        alarm::cancel();
    }
}

/// Gives a flag that SIGTERM, SIGHUP and SIGINT set, so that what is begun can be brought to an end;
/// the second of them ends the process with `status` at once.
///
/// # Errors
/// When the system refuses a handler.
pub fn stop_flag(status: i32) -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGHUP, SIGINT] {
        signal_hook::flag::register_conditional_shutdown(signal, status, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// Makes a write beyond RLIMIT_FSIZE an error that is reported, not a death by SIGXFSZ.
///
/// # Errors
/// When the system refuses a handler.
pub fn outlive_size_limit() -> io::Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    Ok(())
}
