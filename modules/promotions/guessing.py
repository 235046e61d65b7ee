"""Limits the guessing of codes: wrong tries are counted by account, basket and network address.

Right codes cost nothing. Random codes cannot be guessed anyway; short ones that staff make up can.
Without its cache the shop lets everybody pass: a limit must not be what takes it down.
"""

from collections.abc import Iterable

from django.core.cache import cache

from modules.kernel.clock import now
from modules.promotions.contracts import TooManyTries

WINDOW_SECONDS = 600
# An address may be shared by many honest people, an account or a basket is one.
LIMITS = {"address": 30, "account": 10, "basket": 10}


def refuse_guessing(tried_by: Iterable[str]) -> None:
    """Raises: TooManyTries: one of those who try has tried too often in this window."""
    for who in tried_by:
        if cache.get(key(who), 0) >= LIMITS[kind(who)]:
            wait = WINDOW_SECONDS - int(now().timestamp()) % WINDOW_SECONDS
            raise TooManyTries(
                f"Too many codes were tried. Wait {wait // 60 + 1} minutes, then try again.",
                retry_after_seconds=wait,
            )


def count_wrong_try(tried_by: Iterable[str]) -> None:
    for who in tried_by:
        if not cache.add(key(who), 1, WINDOW_SECONDS):
            try:
                cache.incr(key(who))
            except ValueError:
                continue


def kind(who: str) -> str:
    return who.partition(":")[0]


def key(who: str) -> str:
    window = int(now().timestamp()) // WINDOW_SECONDS
    return f"guess:{window}:{who}"
