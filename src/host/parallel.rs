//! Work on several cores whose results come back in order.

use std::num::NonZeroUsize;
use std::sync::mpsc::sync_channel;
use std::thread;

/// How many threads the machine can run at once.
#[must_use]
pub fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Does `work` for each job in so many threads and hands each result to `take`, on the calling
/// thread, in the order of the jobs. Each thread may be ahead of `take` by so many results, and has
/// as many jobs waiting, so that memory does not grow with their number.
///
/// # Errors
/// The first one of `take`; what was not begun then is not begun any more.
pub fn in_order<J: Send, R: Send, E>(
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
            scope.spawn(move || {
                // Nobody who takes any more is the end, not a fault.
                waiting.into_iter().map(work).try_for_each(|result| done.send(result))
            });
            lanes.push(lane);
            results.push(result);
        }
        scope.spawn(move || {
            let mut lanes = lanes.iter().cycle();
            for job in jobs {
                let Some(lane) = lanes.next() else { break };
                if lane.send(job).is_err() {
                    break;
                }
            }
        });
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
        let done: Result<(), ()> = in_order(
            cores(),
            8,
            0..1_000_u64,
            |n| n * n,
            |square| {
                got.push(square);
                Ok(())
            },
        );
        assert_eq!(done, Ok(()));
        assert_eq!(got, (0..1_000).map(|n| n * n).collect::<Vec<_>>());
        assert_eq!(in_order(cores(), 8, std::iter::empty::<u8>(), |n| n, Err), Ok(()));
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
                if n == 100 { Err(n) } else { Ok(()) }
            },
        );
        assert_eq!((done, taken), (Err(100), 101));
    }
}
