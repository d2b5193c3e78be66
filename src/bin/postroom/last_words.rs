//! Where the process ends at once, it still says so (R9, R12): out of memory, and by a signal (R15),
//! which our own limit on the time is, too (R13). Rust aborts when an allocation fails, and an abort is
//! a bounce in some MTAs; this allocator ends the process with 75 instead. The one place with unsafe
//! code.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::c_int;
use std::os::fd::IntoRawFd;
use std::sync::atomic::{AtomicI32, Ordering};

use nix::libc;
use postroom::host::log::Log;
use signal_hook::consts::{SIGALRM, SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level;

/// Where the log can be reached without allocating; or one of the two below.
static LOG: AtomicI32 = AtomicI32::new(NOT_WATCHED);

/// Outside of delivery position.
const NOT_WATCHED: i32 = -1;

/// In delivery position, without a log.
const NO_LOG: i32 = -2;

/// What is said: a line for outsiders, and one for the log.
struct Words {
    tell: &'static [u8],
    log: &'static [u8],
}

macro_rules! words {
    ($reference:literal, $reason:literal) => {
        Words {
            tell: concat!(
                "4.3.0 the mail cannot be taken at the moment; try again later [",
                $reference,
                "]\n"
            )
            .as_bytes(),
            log: concat!("<19>postroom: error: [", $reference, "] deferred: ", $reason, "\n")
                .as_bytes(),
        }
    };
}

const MEMORY: Words = words!("memory", "out of memory");

/// The signals that end a delivery. An open transaction is rolled back by whoever opens the store next.
const SIGNALS: [(c_int, Words); 4] = [
    (SIGTERM, words!("signal", "ended by SIGTERM, before it was done")),
    (SIGHUP, words!("signal", "ended by SIGHUP, before it was done")),
    (SIGINT, words!("signal", "ended by SIGINT, before it was done")),
    (SIGALRM, words!("time", "it took longer than a delivery may; a lock, or the disk, is slow")),
];

/// From here on, running out of memory and being ended by a signal is 75, a line for outsiders, and one
/// in the log, if there is one.
pub(crate) fn watch(log: &Log) {
    LOG.store(log.open().map_or(NO_LOG, IntoRawFd::into_raw_fd), Ordering::Relaxed);
    for (signal, words) in &SIGNALS {
        // SAFETY: what is done is safe in a handler. Without one the signal ends us by itself, which an
        // MTA understands, too.
        let _ = unsafe { low_level::register(*signal, || end(words)) };
    }
}

/// Says it, and ends with 75.
fn end(words: &Words) -> ! {
    let log = LOG.load(Ordering::Relaxed);
    // SAFETY: write(2) and _exit(2) with static buffers; no allocation, no lock, no unwinding.
    unsafe {
        libc::write(log, words.log.as_ptr().cast(), words.log.len());
        libc::write(libc::STDERR_FILENO, words.tell.as_ptr().cast(), words.tell.len());
        libc::_exit(75)
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
    if !ptr.is_null() || LOG.load(Ordering::Relaxed) == NOT_WATCHED {
        return ptr;
    }
    end(&MEMORY)
}
