"""Whatever becomes of orders: who has the messages alone knows of each what the shop's API says.

Ten lives in every run, sent over HTTP; `just webhook-lives` makes it a thousand.
"""

import os
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from events.privacy.keys import stored_keyring
from modules.orders.api.wire import OrderReply
from modules.orders.selectors import order_detail
from modules.webhooks.domain import schedule
from modules.webhooks.selectors import endpoint
from tests.lifecycles.lives import BEGINNINGS, PEOPLE, PROVIDERS, STEPS, Life, open_shop
from tests.support.receiver import Received, Reply, receiver
from tests.webhooks.consumer import Consumer
from tests.webhooks.sending import later, registered, work

TOGETHER = 10
ROUNDS = -(-int(os.environ.get("COUNTERFOIL_WEBHOOK_LIVES", "10")) // TOGETHER)
LIVES = st.tuples(
    st.integers(1, 3),
    st.sampled_from(PEOPLE),
    st.sampled_from(PROVIDERS),
    st.sampled_from(BEGINNINGS),
    st.lists(st.sampled_from(STEPS), min_size=1, max_size=6),
)
# What people typed or where they live is in no message.
PERSONAL = {"contact", "cancel_reason", "allowed"}


def told(life: Life) -> dict[str, Any]:
    """Returns what the API answers, without what is personal."""
    detail = order_detail(life.id)
    reply = OrderReply.model_validate(detail).model_dump(mode="json", exclude=PERSONAL)
    for parcel in reply["parcels"]:
        del parcel["tracking_number"]
    for each in reply["returns"]:
        del each["reason"]
    return reply


def unreliable(request: Received, seen: set[str]) -> Reply:
    """Refuses some messages the first time that they come."""
    refused = request.json["position"] % 7 == 0 and request.id not in seen
    seen.add(request.id)
    return Reply(500 if refused else 204)


def rebuilt(received: list[Received], secret: str) -> Consumer:
    """Returns a system that was told all this."""
    consumer = Consumer()
    for each in received:
        consumer.take(Webhook(secret).verify(each.body, each.headers))
    return consumer


@pytest.fixture(autouse=True)
def _places(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django_settings, "ERASURE_DIRECTORY", tmp_path_factory.mktemp("erasures"))
    monkeypatch.setattr(django_settings, "WEBHOOKS_LOCAL", True)


def live_together(scripts: list[Any]) -> list[Life]:
    """Lets orders live side by side, a step of each in turn."""
    lives = [(Life(*script[:3]), (*script[3], *script[4])) for script in scripts]
    for life, _ in lives:
        life.place()
    for number in range(max(len(steps) for _, steps in lives)):
        for life, steps in lives:
            if number < len(steps):
                life.live(steps[number])
    return [life for life, _ in lives]


@pytest.mark.django_db
def test_what_effects_add_to_the_log_is_told_as_well_though_no_message_is_sent_twice() -> None:
    open_shop()
    with receiver() as system:
        _, secret = registered(system)
        # The capture is an effect of the parcel; with nothing refused, nobody comes back later.
        (life,) = live_together([(1, PEOPLE[0], "testbank", ("pay", "ship_all"), [])])
        work()
        assert told(life)["payment_status"] == "captured"
        assert rebuilt(system.received, secret).order(str(life.id)) == told(life)


@pytest.mark.django_db
@settings(
    max_examples=ROUNDS,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(scripts=st.lists(LIVES, min_size=TOGETHER, max_size=TOGETHER))
def test_orders_rebuilt_from_messages_are_what_the_api_says(scripts: list[Any]) -> None:
    with transaction.atomic(), receiver() as system:
        transaction.get_connection().atomic_blocks[-1]._from_testcase = True
        stored_keyring.forget()
        open_shop()
        added, secret = registered(system)
        seen: set[str] = set()
        system.answering = lambda request: unreliable(request, seen)
        lives = live_together(scripts)
        work()
        while endpoint(added.endpoint_id).waiting:
            later(schedule.PAUSES[0])
        consumer = rebuilt(system.received, secret)
        for life in lives:
            assert consumer.order(str(life.id)) == told(life)
        transaction.set_rollback(True)
