"""When an attempt follows a failed one, and when nothing follows any more."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

# As Standard Webhooks suggests: ten attempts within three days and a few hours.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
ATTEMPTS = len(PAUSES) + 1
# An endpoint that accepted nothing for so long is switched off.
PATIENCE = timedelta(days=5)
# After so many failures in a row the fault is the endpoint's and no single message's: all of its
# messages wait, so that it does not keep the shop's workers busy.
FAILURES_BEFORE_REST = 10
SHORTEST_REST_SECONDS, LONGEST_REST = 30, timedelta(minutes=15)
# What a receiver may ask for by `Retry-After`.
LONGEST_WAIT = timedelta(hours=24)
GONE = 410
ASKING_FOR_TIME = (429, 503)


def next_attempt(made: int, at: datetime, wanted: timedelta | None = None) -> datetime | None:
    """Returns when to try again after `made` failed attempts, the last at `at`; None: never.

    `wanted` is the pause that the receiver asked for; a longer one than ours is kept.
    """
    if made >= ATTEMPTS:
        return None
    pause = PAUSES[made - 1]
    return at + max(pause, min(wanted or pause, LONGEST_WAIT))


def rest(failures: int, at: datetime) -> datetime | None:
    """Returns until when an endpoint is left alone after so many failures in a row, if it is."""
    over = failures - FAILURES_BEFORE_REST
    if over < 0:
        return None
    return at + min(timedelta(seconds=SHORTEST_REST_SECONDS << min(over, 10)), LONGEST_REST)


def retry_after(value: str, at: datetime) -> timedelta | None:
    """Returns the pause that a `Retry-After` header asks for (RFC 9110, 10.2.3); None: none."""
    text = value.strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return timedelta(seconds=int(text))
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return max(until - at, timedelta())
