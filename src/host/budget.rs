//! A bound on the bytes that are under way between threads.

use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// So many bytes may be under way. Whoever brings some waits until they may; whoever takes them away
/// gives them back.
#[derive(Debug)]
pub struct Budget {
    most: usize,
    taken: Mutex<Taken>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Taken {
    bytes: usize,
    closed: bool,
}

/// Closes the budget when it is dropped, so that nobody waits for somebody who is gone.
#[derive(Debug)]
pub struct Closing<'a>(&'a Budget);

impl Budget {
    /// For at most so many bytes, or for one thing that is larger.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Budget { most, taken: Mutex::default(), changed: Condvar::new() }
    }

    /// Waits until so many more may be under way. False when none may any more.
    #[must_use]
    pub fn take(&self, bytes: usize) -> bool {
        let is_full = |taken: &mut Taken| {
            !taken.closed && taken.bytes > 0 && taken.bytes.saturating_add(bytes) > self.most
        };
        let waited = self.changed.wait_while(self.taken(), is_full);
        let mut taken = waited.unwrap_or_else(PoisonError::into_inner);
        taken.bytes += bytes;
        !taken.closed
    }

    /// Says that so many are under way no more.
    pub fn give_back(&self, bytes: usize) {
        let mut taken = self.taken();
        taken.bytes = taken.bytes.saturating_sub(bytes);
        self.changed.notify_all();
    }

    /// To be held by whoever gives back, where that may fail.
    #[must_use]
    pub fn closing(&self) -> Closing<'_> {
        Closing(self)
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Closing<'_> {
    /// It stays open after all.
    pub fn keep_open(self) {
        mem::forget(self);
    }
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.taken().closed = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;
    use std::thread;

    use super::*;

    #[test]
    fn no_more_is_under_way_than_may_be_or_one_larger_thing() {
        let (budget, under_way, most) =
            (Budget::new(100), AtomicUsize::new(0), AtomicUsize::new(0));
        let (send, receive) = channel();
        thread::scope(|scope| {
            scope.spawn(|| {
                let send = send;
                for bytes in [60, 30, 90, 500, 40, 40, 1] {
                    assert!(budget.take(bytes));
                    let now = under_way.fetch_add(bytes, Ordering::SeqCst) + bytes;
                    most.fetch_max(now, Ordering::SeqCst);
                    send.send(bytes).unwrap();
                }
            });
            let _closing = budget.closing();
            for bytes in receive {
                under_way.fetch_sub(bytes, Ordering::SeqCst);
                budget.give_back(bytes);
            }
        });
        assert_eq!(most.load(Ordering::SeqCst), 500);
    }

    #[test]
    fn who_waits_when_it_closes_is_told() {
        let budget = Budget::new(10);
        assert!(budget.take(10));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| budget.take(1));
            drop(budget.closing());
            assert!(!waiting.join().unwrap());
        });
    }
}
