"""Registering endpoints, and doing at once what the worker would."""

from datetime import timedelta
from typing import Any

from events import follower
from events.database import execute
from events.relay import drain
from modules.webhooks.commands import add_endpoint, shown_secret
from modules.webhooks.contracts import Added, AddEndpoint
from modules.webhooks.domain import schedule
from tests.support.receiver import Receiver


def registered(system: Receiver, **wanted: Any) -> tuple[Added, str]:
    """Returns a new endpoint at this system, with its secret."""
    added = add_endpoint(AddEndpoint(url=system.url, **wanted))
    return added, shown_secret(added.secret_id)


def work() -> None:
    """Follows the log and performs what is due, until nothing is."""
    position = -1
    # Effects write events too.
    while (reached := follower.catch_up()) > position:
        position = reached
        drain()


def later(pause: timedelta) -> None:
    """Makes every message that waits for its time due so much sooner, and does what is due then."""
    execute(
        "UPDATE es.outbox SET due_at = due_at - %s"
        " WHERE done_at IS NULL AND actor LIKE 'webhooks.%%'",
        (pause,),
    )
    work()


def give_up() -> None:
    """Lets every attempt that is left come."""
    for pause in schedule.PAUSES:
        later(pause)
