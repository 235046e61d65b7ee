"""Dramatiq over Redis. Imported only where there is a Redis: the client alone takes 25 MB."""

from collections.abc import Iterator
from contextlib import contextmanager

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker

# A worker that sent no sign of life for so long is dead; its messages are taken over. What it had
# begun comes back through its lease in PostgreSQL, which is as long.
HEARTBEAT_MILLISECONDS = 10_000
# In a million commands: how often a worker looks for dead ones. Dramatiq's default of 1,000 took
# minutes in a quiet shop; at 4 commands a second of an idle worker, a fifth of them is a second.
MAINTENANCE_CHANCE = 200_000
# Redis answers within milliseconds or not at all; without a limit a frozen one would hold the relay
# within its transaction for as long as it pleases.
REDIS_SECONDS = 5


class Broker(RedisBroker):
    """Says that Redis is away in Dramatiq's own words, so that the relay knows no Redis."""

    def enqueue(
        self, message: "dramatiq.Message[None]", *, delay: int | None = None
    ) -> "dramatiq.Message[None]":
        """Raises: dramatiq.ConnectionFailed: Redis cannot be reached."""
        with told_by_dramatiq():
            sent: dramatiq.Message[None] = super().enqueue(message, delay=delay)
            return sent

    def waiting(self, queue: str) -> int:
        """Returns how many messages no worker has fetched yet.

        Raises:
            dramatiq.ConnectionFailed: Redis cannot be reached.
        """
        with told_by_dramatiq():
            return int(self.client.llen(f"{self.namespace}:{queue}"))


@contextmanager
def told_by_dramatiq() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise dramatiq.ConnectionFailed(str(error)) from error  # type: ignore[no-untyped-call]


def make(url: str, middleware: list[dramatiq.Middleware]) -> dramatiq.Broker:
    """Returns the broker of the Redis at `url`; nothing is connected yet."""
    return Broker(  # type: ignore[no-untyped-call]  # dramatiq leaves it unannotated
        # A client and no url: with a url the broker drops all other settings of a connection.
        client=redis.Redis.from_url(
            url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        ),
        middleware=middleware,
        heartbeat_timeout=HEARTBEAT_MILLISECONDS,
        maintenance_chance=MAINTENANCE_CHANCE,
    )
