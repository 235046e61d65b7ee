"""The Dramatiq broker: Redis where there is one, the process's own memory where there is none."""

import dramatiq
from django.utils.module_loading import import_string
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import ShutdownNotifications, TimeLimit

from events.effects import declare_actor


def make_broker(redis_url: str) -> dramatiq.Broker:
    """Returns a broker with the actor of the effects declared.

    Retries are left out on purpose: when to try again is PostgreSQL's to say (`events.effects`).
    In memory, messages reach only the workers of the same process; `manage.py worker` is one.
    """
    middleware = [TimeLimit(), ShutdownNotifications(notify_shutdown=True)]
    broker: dramatiq.Broker = (
        import_string("config.redis_broker.make")(redis_url, middleware)
        if redis_url
        else StubBroker(middleware=middleware)
    )
    declare_actor(broker)
    return broker
