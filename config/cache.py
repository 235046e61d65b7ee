"""A Redis cache that may vanish: what it cannot answer counts as not cached.

A write that fails leaves what was cached before, so everything cached needs a finite timeout; the
longest one is how old a page may become when Redis comes back after an outage.
"""

import functools
import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

from events.privacy.secrets import keyed_digest

# What allauth counts tries under names a person by a plain hash, which can be guessed.
GUESSABLE = "allauth:"
# After a failure Redis is left alone for so long: waiting for it once per key would stall pages.
PAUSE_SECONDS = 5.0

logger = logging.getLogger("counterfoil.cache")


def stored_key(key: str, prefix: str, version: int) -> str:
    """Returns under which name a value lies in the cache (Django's `KEY_FUNCTION`).

    A key that names somebody is replaced by one that nobody without `PII_KEY` can compute.
    """
    if key.startswith(GUESSABLE):
        key = f"{GUESSABLE}{keyed_digest('cache', key.encode()).hex()}"
    return f"{prefix}:{version}:{key}"


class VanishingClient(RedisCacheClient):
    away_until = 0.0

    def attempt[Result](self, call: Callable[[], Result], otherwise: Result) -> Result:
        if time.monotonic() < self.away_until:
            return otherwise
        try:
            return call()
        except (RedisError, OSError):
            self.away_until = time.monotonic() + PAUSE_SECONDS
            logger.warning("Redis does not answer; nothing is cached for %d s", PAUSE_SECONDS)
            return otherwise


def forgiving(name: str, otherwise: Callable[..., Any]) -> Callable[..., Any]:
    """Returns the method `name`, which answers `otherwise(*arguments)` while Redis is away."""
    method = getattr(RedisCacheClient, name)

    @functools.wraps(method)
    def forgiven(self: VanishingClient, *arguments: Any) -> Any:
        return self.attempt(lambda: method(self, *arguments), otherwise(*arguments))

    return forgiven


ANSWERS_WHILE_AWAY: dict[str, Callable[..., Any]] = {
    "get": lambda key, default: default,
    "get_many": lambda keys: {},
    "has_key": lambda key: False,
    # Counters and limits let everybody pass rather than nobody.
    "add": lambda key, value, timeout: True,
    "incr": lambda key, delta: delta,
    "set": lambda key, value, timeout: None,
    "set_many": lambda data, timeout: None,
    "touch": lambda key, timeout: False,
    "delete": lambda key: False,
    "delete_many": lambda keys: None,
    "clear": lambda: False,
}
for _name, _otherwise in ANSWERS_WHILE_AWAY.items():
    setattr(VanishingClient, _name, forgiving(_name, _otherwise))


class VanishingRedisCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = VanishingClient
