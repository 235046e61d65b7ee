"""How much somebody without credentials may ask in a minute, counted by network address.

Keys and signed-in people are known and can be stopped by name; guests have nothing but an address.
Without its cache the shop lets everybody pass: a limit must not be what takes it down.
"""

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from events.metrics import count_refusal
from modules.kernel.clock import now
from modules.wire import Caller, neighbourhood, sender

WINDOW_SECONDS = 60


class GuestLimit(BaseThrottle):
    """Lets each address through `limit` times a minute, for all operations that share it."""

    def __init__(self, name: str, limit: int) -> None:
        self.name = name
        self.limit = limit

    def allow_request(self, request: HttpRequest) -> bool:
        caller: Caller | None = getattr(request, "auth", None)
        if not settings.GUEST_LIMITS or (caller is not None and caller.is_known):
            return True
        window = int(now().timestamp()) // WINDOW_SECONDS
        key = f"limit:{self.name}:{window}:{neighbourhood(sender(request))}"
        if cache.add(key, 1, WINDOW_SECONDS):
            return True
        try:
            within = cache.incr(key) <= self.limit
        except ValueError:
            return True
        if not within:
            count_refusal(self.name)
        return within

    def wait(self) -> float:
        """Returns how many seconds are left of this minute."""
        return WINDOW_SECONDS - now().timestamp() % WINDOW_SECONDS
