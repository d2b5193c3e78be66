"""What is promised, and waiting without sleeping for long: every wait has a condition and an end."""
import time


class Promises:
    """Prints one line a promise; `failed` counts those that were not kept."""

    def __init__(self, wiring):
        self.wiring = wiring
        self.failed = 0

    def check(self, promise, kept, *seen):
        """`seen` is printed only when the promise is broken."""
        print(f"{'ok' if kept else 'not ok'} - {self.wiring}: {promise}", flush=True)
        if not kept:
            self.failed += 1
            for value in seen:
                print("    " + str(value).rstrip().replace("\n", "\n    "), flush=True)

    def equal(self, promise, got, wanted):
        self.check(promise, got == wanted, f"got    {got!r}", f"wanted {wanted!r}")


def until(what, condition, seconds=30):
    """The first true value of condition(); an error that says `what` when the time is over."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.02)
    return value
