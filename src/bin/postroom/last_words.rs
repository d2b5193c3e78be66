//! Where a delivery ends at once, it still says so (R9, R12): out of memory, and by a signal (R15), which
//! our own limit on the time is, too (R13). Rust aborts when an allocation fails, and an abort is a
//! bounce in some MTAs; this allocator ends the process with 75 instead. Commands of people end so, too,
//! where nothing else can be done without memory. The one place with unsafe code.
//!
//! Then nothing can be allocated or waited for, so all that may have to be said is written down before.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::c_int;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::libc;
use postroom::host::log::{self, Level, Log};
use postroom::host::{limit, random};
use signal_hook::consts::{SIGABRT, SIGALRM, SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level;

use crate::delivery::TRY_AGAIN;
use crate::exit::Exit;

/// Why a delivery ends at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Memory,
    Signal(c_int),
}

const ENDS: [(End, &str); 5] = [
    (End::Memory, "out of memory"),
    (End::Signal(SIGTERM), "ended by SIGTERM, before it was done"),
    (End::Signal(SIGHUP), "ended by SIGHUP, before it was done"),
    (End::Signal(SIGINT), "ended by SIGINT, before it was done"),
    (End::Signal(SIGALRM), "it took longer than a delivery may: a lock, or the disk, is slow"),
];

/// What is said, and where.
struct Words {
    outsiders: String,
    of: Log,
    log: Option<OwnedFd>,
    /// A line for each of [`ENDS`], with the time at which it was written down.
    lines: Vec<String>,
}

/// What is known from the beginning, and once the configuration says where this desk logs. Without
/// the first one this is no delivery.
static EARLY: OnceLock<Words> = OnceLock::new();
static LATE: OnceLock<Words> = OnceLock::new();

/// Whether the system refused memory.
static REFUSED: AtomicBool = AtomicBool::new(false);

/// What is said where that ends what is no delivery.
const NO_MEMORY: &[u8] =
    b"postroom: out of memory; what is done stays, and the same command goes on. See 'ulimit -v'\n";

/// To be called before there are threads. Of an address space that is limited, glibc sets aside 64 MB
/// for each of them; and where all of it is used, the end is 75.
pub(crate) fn watch_memory() {
    if limit::memory().is_none() {
        return;
    }
    // SAFETY: nobody allocates beside us, and what is done is safe in a handler.
    unsafe {
        #[cfg(target_env = "gnu")]
        libc::mallopt(libc::M_ARENA_MAX, 1);
        let _ = low_level::register(SIGABRT, || {
            if REFUSED.load(Ordering::Relaxed) {
                write_if_ready(libc::STDERR_FILENO, NO_MEMORY);
                libc::_exit(Exit::TryAgain as c_int)
            }
        });
    }
}

/// From here on, running out of memory and being ended by a signal is 75, a line for outsiders, and one
/// in the log, if there is one.
pub(crate) fn watch(early: &Log) {
    let _ = EARLY.set(Words::new(early));
    log::when_known(|log| {
        if EARLY.get().is_some_and(|early| early.of != *log) {
            let _ = LATE.set(Words::new(log));
        }
    });
    for (end, _) in &ENDS {
        if let End::Signal(signal) = end {
            // SAFETY: what is done is safe in a handler. Without one the signal ends us by itself, which
            // an MTA understands, too.
            let _ = unsafe { low_level::register(*signal, || say(*end)) };
        }
    }
}

impl Words {
    fn new(log: &Log) -> Self {
        let reference = random::reference();
        let line = |(_, why): &(End, &str)| {
            log.line(Level::Error, &format!("[{reference}] deferred: {why}"))
        };
        Words {
            outsiders: format!("{TRY_AGAIN} [{reference}]\n"),
            of: log.clone(),
            log: log.open(),
            lines: ENDS.iter().map(line).collect(),
        }
    }
}

/// Says it, and ends with 75; nothing at all outside of a delivery, which then goes on.
fn say(end: End) {
    let Some(words) = LATE.get().or(EARLY.get()) else { return };
    let line = ENDS.iter().position(|(one, _)| *one == end).and_then(|at| words.lines.get(at));
    if let (Some(log), Some(line)) = (&words.log, line) {
        write_if_ready(log.as_raw_fd(), line.as_bytes());
    }
    write_if_ready(libc::STDERR_FILENO, words.outsiders.as_bytes());
    // SAFETY: nothing is to be unwound.
    unsafe { libc::_exit(Exit::TryAgain as c_int) }
}

/// Writes a line where that does not have to wait for whoever reads it.
fn write_if_ready(to: c_int, line: &[u8]) {
    let mut ready = libc::pollfd { fd: to, events: libc::POLLOUT, revents: 0 };
    // SAFETY: poll(2) and write(2) are safe in a handler; the buffers live as long as the process.
    unsafe {
        if libc::poll(&raw mut ready, 1, 0) == 1 {
            libc::write(to, line.as_ptr().cast(), line.len());
        }
    }
}

struct Careful;

#[global_allocator]
static ALLOCATOR: Careful = Careful;

// SAFETY: every call is handed to the system's allocator as it came; what it returns is given back
// unless it is null, and then the process ends.
unsafe impl GlobalAlloc for Careful {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        checked(unsafe { System.alloc(layout) })
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        checked(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        checked(unsafe { System.realloc(ptr, layout, size) })
    }
}

fn checked(ptr: *mut u8) -> *mut u8 {
    if ptr.is_null() {
        REFUSED.store(true, Ordering::Relaxed);
        say(End::Memory);
    }
    ptr
}
