"""Waiting for what another process or thread does: for a condition, and never for a time.

The limit is reached only when something is wrong, so that it is many times what a slow and busy
machine takes; one that a healthy run can reach makes a test fail by chance.
"""

import time
from collections.abc import Callable

LIMIT_SECONDS = 120.0
PAUSE_SECONDS = 0.02


def wait_until[T](
    condition: Callable[[], T],
    what: str,
    *,
    seconds: float = LIMIT_SECONDS,
    saying: Callable[[], str] | None = None,
) -> T:
    """Returns what `condition` answers as soon as that is true.

    A condition that can tell that it never will be true raises. `saying` adds to the message what
    was there instead, such as a log.

    Raises:
        AssertionError: it was not true within so many seconds; the message names `what`.
    """
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            found = f":\n{saying()}" if saying else ""
            raise AssertionError(f"waited {seconds:.0f} s in vain for {what}{found}")
        time.sleep(PAUSE_SECONDS)
    return answer
