"""The Dramatiq broker: Redis where there is one, the process's own memory where there is none."""

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import ShutdownNotifications, TimeLimit

from events.effects import declare_actor

# A worker that sent no sign of life for so long is dead; its messages are taken over. What it had
# begun comes back through its lease in PostgreSQL, which is as long.
HEARTBEAT_MILLISECONDS = 10_000
# In a million commands: how often a worker looks for dead ones. Dramatiq's default of 1,000 took
# minutes in a quiet shop; at 4 commands a second of an idle worker, a fifth of them is a second.
MAINTENANCE_CHANCE = 200_000
# Redis answers within milliseconds or not at all; without a limit a frozen one would hold the relay
# within its transaction for as long as it pleases.
REDIS_SECONDS = 5


def make_broker(redis_url: str) -> dramatiq.Broker:
    """Returns a broker with the actor of the effects declared.

    Retries are left out on purpose: when to try again is PostgreSQL's to say (`events.effects`).
    In memory, messages reach only the workers of the same process; `manage.py worker` is one.
    """
    middleware = [TimeLimit(), ShutdownNotifications(notify_shutdown=True)]
    broker: dramatiq.Broker = (
        RedisBroker(  # type: ignore[no-untyped-call]  # dramatiq leaves it unannotated
            # A client and no url: with a url the broker drops all other settings of a connection.
            client=redis.Redis.from_url(
                redis_url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
            ),
            middleware=middleware,
            heartbeat_timeout=HEARTBEAT_MILLISECONDS,
            maintenance_chance=MAINTENANCE_CHANCE,
        )
        if redis_url
        else StubBroker(middleware=middleware)
    )
    declare_actor(broker)
    return broker
