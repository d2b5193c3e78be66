//! Work on several cores whose results come back in order.

use std::io;
use std::num::NonZeroUsize;
use std::sync::mpsc::sync_channel;
use std::thread::{self, Scope};

/// How many threads the machine can run at once.
#[must_use]
pub fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Starts a thread that does `work` within the scope.
///
/// # Errors
/// When the machine has no room for one more thread, or the user may not have it.
pub fn start<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<()> {
    let started = thread::Builder::new().spawn_scoped(scope, work);
    let told = |error: io::Error| {
        let words = "a thread cannot be started; see 'ulimit -u' and 'ulimit -v'";
        io::Error::new(error.kind(), format!("{words}: {error}"))
    };
    started.map(|_| ()).map_err(told)
}

/// Does `work` for each job in so many threads and hands each result to `take`, on the calling
/// thread, in the order of the jobs. Each thread may be ahead of `take` by so many results, and has
/// as many jobs waiting, so that memory does not grow with their number.
///
/// # Errors
/// The first one of `take`; what was not begun then is not begun any more. As [`start`], with nothing
/// begun.
pub fn in_order<J: Send, R: Send, E: From<io::Error>>(
    threads: NonZeroUsize,
    ahead: usize,
    jobs: impl Iterator<Item = J> + Send,
    work: impl Fn(J) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    thread::scope(|scope| {
        let (mut lanes, mut results) = (Vec::new(), Vec::new());
        for _ in 0..threads.get() {
            let (lane, waiting) = sync_channel(ahead);
            let (done, result) = sync_channel(ahead);
            let work = &work;
            start(scope, move || {
                // Nobody who takes any more is the end, not a fault.
                waiting.into_iter().map(work).try_for_each(|result| done.send(result))
            })?;
            lanes.push(lane);
            results.push(result);
        }
        start(scope, move || {
            let mut lanes = lanes.iter().cycle();
            for job in jobs {
                let Some(lane) = lanes.next() else { break };
                if lane.send(job).is_err() {
                    break;
                }
            }
        })?;
        // The n-th job went into the same lane as the n-th result comes from.
        let in_turn = results.iter().cycle().map_while(|lane| lane.recv().ok());
        in_turn.into_iter().try_for_each(&mut take)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        let mut got = Vec::new();
        let done: io::Result<()> = in_order(
            cores(),
            8,
            0..1_000_u64,
            |n| n * n,
            |square| {
                got.push(square);
                Ok(())
            },
        );
        done.unwrap();
        assert_eq!(got, (0..1_000).map(|n| n * n).collect::<Vec<_>>());
        let none = std::iter::empty::<u8>();
        in_order(cores(), 8, none, |n| n, |n| Err(io::Error::other(n.to_string()))).unwrap();
    }

    #[test]
    fn an_error_ends_it() {
        let mut taken = 0;
        let done = in_order(
            cores(),
            8,
            0..,
            |n: u64| n,
            |n| {
                taken += 1;
                if n == 100 { Err(io::Error::other("enough")) } else { Ok(()) }
            },
        );
        assert_eq!((done.unwrap_err().to_string().as_str(), taken), ("enough", 101));
    }
}
