"""The Dramatiq broker: Redis where there is one, the process's own memory where there is none."""

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import ShutdownNotifications, TimeLimit

from events.effects import declare_actor

# A worker that sent no sign of life for so long is dead; its messages are taken over.
HEARTBEAT_MILLISECONDS = 12_000
# In a million commands: how often a worker looks for dead ones. Dramatiq's default of 1,000 took
# minutes in a quiet shop.
MAINTENANCE_CHANCE = 200_000


def make_broker(redis_url: str) -> dramatiq.Broker:
    """Returns a broker with the actor of the effects declared.

    Retries are left out on purpose: when to try again is PostgreSQL's to say (`events.effects`).
    In memory, messages reach only the workers of the same process; `manage.py worker` is one.
    """
    middleware = [TimeLimit(), ShutdownNotifications(notify_shutdown=True)]
    broker: dramatiq.Broker = (
        RedisBroker(  # type: ignore[no-untyped-call]  # dramatiq leaves it unannotated
            url=redis_url,
            middleware=middleware,
            heartbeat_timeout=HEARTBEAT_MILLISECONDS,
            maintenance_chance=MAINTENANCE_CHANCE,
            socket_connect_timeout=5,
        )
        if redis_url
        else StubBroker(middleware=middleware)
    )
    declare_actor(broker)
    return broker
