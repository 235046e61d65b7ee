"""Dramatiq over Redis. Imported only where there is a Redis: the client alone takes 25 MB."""

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker

# A worker that sent no sign of life for so long is dead; its messages are taken over.
HEARTBEAT_MILLISECONDS = 12_000
# In a million commands: how often a worker looks for dead ones. Dramatiq's default of 1,000 took
# minutes in a quiet shop.
MAINTENANCE_CHANCE = 200_000


class Broker(RedisBroker):
    """Says that Redis is away in Dramatiq's own words, so that the relay knows no Redis."""

    def enqueue(
        self, message: "dramatiq.Message[None]", *, delay: int | None = None
    ) -> "dramatiq.Message[None]":
        """Raises: dramatiq.ConnectionFailed: Redis cannot be reached."""
        try:
            sent: dramatiq.Message[None] = super().enqueue(message, delay=delay)
        except redis.RedisError as error:
            raise dramatiq.ConnectionFailed(str(error)) from error  # type: ignore[no-untyped-call]
        return sent


def make(url: str, middleware: list[dramatiq.Middleware]) -> dramatiq.Broker:
    """Returns the broker of the Redis at `url`; nothing is connected yet."""
    return Broker(  # type: ignore[no-untyped-call]  # dramatiq leaves it unannotated
        url=url,
        middleware=middleware,
        heartbeat_timeout=HEARTBEAT_MILLISECONDS,
        maintenance_chance=MAINTENANCE_CHANCE,
        socket_connect_timeout=5,
    )
