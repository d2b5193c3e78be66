//! Out of memory is "try again" too. Rust aborts when an allocation fails, and an abort is a bounce
//! in some MTAs; this allocator ends the process with 75 instead. The one place with unsafe code.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::os::fd::IntoRawFd;
use std::sync::atomic::{AtomicI32, Ordering};

use nix::libc;
use postroom::host::log::Log;

/// Where the log can be reached without allocating; or one of the two below.
static LOG: AtomicI32 = AtomicI32::new(NOT_WATCHED);

/// Outside of delivery position.
const NOT_WATCHED: i32 = -1;

/// In delivery position, without a log.
const NO_LOG: i32 = -2;

const TELL: &[u8] = b"4.3.0 the mail cannot be taken at the moment; try again later [memory]\n";
const LOG_LINE: &[u8] = b"<19>postroom: error: [memory] deferred: out of memory\n";

/// From here on, running out of memory ends the process with 75 and a line in the log, if
/// there is one.
pub(crate) fn watch(log: &Log) {
    LOG.store(log.open().map_or(NO_LOG, IntoRawFd::into_raw_fd), Ordering::Relaxed);
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
    let log = LOG.load(Ordering::Relaxed);
    if !ptr.is_null() || log == NOT_WATCHED {
        return ptr;
    }
    // SAFETY: write(2) and _exit(2) with static buffers; no allocation, no lock, no unwinding.
    unsafe {
        libc::write(log, LOG_LINE.as_ptr().cast(), LOG_LINE.len());
        libc::write(libc::STDERR_FILENO, TELL.as_ptr().cast(), TELL.len());
        libc::_exit(75)
    }
}
