"""What the guide tells consumers is what the shop sends."""

import base64
import json
import re
import time
from collections.abc import Callable
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from config.api import api
from events import registry
from modules.webhooks.domain.making import topic_of
from modules.webhooks.domain.messages import DATA
from modules.webhooks.domain.signing import headers, new_secret, written
from modules.webhooks.selectors import message_types
from tests.architecture.source import ROOT
from tests.support import trade
from tests.support.receiver import Receiver
from tests.webhooks.catalogue import PAGE, page
from tests.webhooks.sending import registered, work

GUIDE = ROOT / "docs" / "guides" / "webhooks.md"
BODY = b'{"type":"order.placed"}'


def test_the_list_of_messages_is_that_of_the_code() -> None:
    assert PAGE.read_text() == page(), "run `just messages`"


def test_every_event_of_orders_and_payments_is_a_message_or_left_out_on_purpose() -> None:
    told = {topic_of(name) for name in DATA}
    topics = {topic.rpartition(".v")[0] for topic in registry.all_topics()}
    product = {each for each in topics if each.startswith(("orders.order.", "payments.payment."))}
    # Where the buyer is sent meanwhile is between them and the provider.
    assert product - told == {"payments.payment.challenged"}
    assert told <= product


def test_every_type_has_words_and_a_schema() -> None:
    for each in message_types():
        assert each.summary.endswith("."), each.type
        assert each.schema


@pytest.fixture
def verify() -> Callable[[str, dict[str, str], bytes], Any]:
    """The guide's own code."""
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    function: Callable[[str, dict[str, str], bytes], Any] = names["verify"]
    return function


def test_the_guides_code_verifies_what_the_shop_signs(verify: Callable[..., Any]) -> None:
    secret, other = new_secret(), new_secret()
    signed = headers([other, secret], "msg_1", int(time.time()), BODY)
    assert verify(written(secret), signed, BODY) == {"type": "order.placed"}
    assert verify(written(other), signed, BODY) == {"type": "order.placed"}


@pytest.mark.parametrize("late", [-400, 400])
def test_the_guides_code_refuses_what_is_too_old(verify: Callable[..., Any], late: int) -> None:
    secret = new_secret()
    signed = headers([secret], "msg_1", int(time.time()) + late, BODY)
    with pytest.raises(ValueError, match="too old"):
        verify(written(secret), signed, BODY)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_the_guides_code_refuses_any_change(verify: Callable[..., Any], name: str) -> None:
    secret = new_secret()
    signed = headers([secret], "msg_1", int(time.time()), BODY)
    wrong = {
        "webhook-id": "msg_2",
        "webhook-timestamp": str(int(signed["webhook-timestamp"]) + 1),
        "webhook-signature": "v1," + base64.b64encode(bytes(32)).decode(),
    }
    with pytest.raises(ValueError, match="not the shop's"):
        verify(written(secret), signed | {name: wrong[name]}, BODY)
    with pytest.raises(ValueError, match="not the shop's"):
        verify(written(secret), signed, BODY + b" ")


def test_the_apis_description_has_every_message_and_fits_what_is_sent(
    shop: None, system: Receiver
) -> None:
    document = api.get_openapi_schema()
    assert list(document["webhooks"]) == [*DATA, "webhook.ping"]
    registered(system)
    trade.ship(trade.paid())
    work()
    for each in system.received:
        body = document["webhooks"][each.json["type"]]["post"]["requestBody"]
        schema = body["content"]["application/json"]["schema"]
        whole = {**schema, "components": {"schemas": document["components"]["schemas"]}}
        jsonschema.validate(each.json, json.loads(json.dumps(whole, default=str)))
    assert "order.parcel_shipped" in system.types
