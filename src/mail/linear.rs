//! For tests: work that grows no faster than what it is done with.

use nix::time::ClockId;
use std::time::Duration;

/// What page faults and the like may add.
const NOISE: Duration = Duration::from_millis(30);

/// Does `work` with so many bytes of a piece over and over, and with a quarter of them, and asks that the
/// whole takes less than twice as long as it should; a square takes four times as long. It is the time
/// of the processor in this thread, so that it matters not what else the machine does.
pub(super) fn must_be_linear(piece: &str, bytes: usize, work: impl Fn(&str)) {
    let spent = |bytes: usize| {
        let text = piece.repeat(bytes / piece.len());
        let begun = now();
        work(&text);
        now() - begun
    };
    let (quarter, whole) = (spent(bytes / 4), spent(bytes));
    assert!(whole < 8 * quarter + NOISE, "{piece:?}: {quarter:?} for a quarter, {whole:?} for all");
}

fn now() -> Duration {
    ClockId::CLOCK_THREAD_CPUTIME_ID.now().unwrap().into()
}

#[test]
#[should_panic(expected = "for all")]
fn a_square_is_seen() {
    must_be_linear("x", 1 << 15, |text| {
        let ends = (0..text.len()).filter(|at| text[*at..].bytes().all(|byte| byte == b'x'));
        assert!(std::hint::black_box(ends.count()) > 0);
    });
}
