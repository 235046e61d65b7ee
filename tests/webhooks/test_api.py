"""Endpoints and deliveries by the API, for machines of staff."""

import base64
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook

from tests.api.conftest import Caller, keyholder
from tests.support import trade
from tests.support.receiver import Receiver, Reply
from tests.webhooks.sending import work

pytestmark = pytest.mark.usefixtures("shop")
ENDPOINTS = "/api/staff/webhooks/endpoints"


@pytest.fixture
def machine(shop: None) -> Caller:
    return keyholder("webhooks:read", "webhooks:write")


def added(machine: Caller, system: Receiver, **body: object) -> dict[str, str]:
    answer = machine("POST", ENDPOINTS, {"url": system.url, **body})
    assert answer.status == 201, answer.json
    found: dict[str, str] = answer.json
    return found


def test_an_endpoint_is_added_and_its_secret_signs(machine: Caller, system: Receiver) -> None:
    endpoint = added(machine, system, types=["order.placed"])
    trade.buy()
    work()
    (message,) = system.received
    Webhook(endpoint["secret"]).verify(message.body, message.headers)
    assert len(base64.b64decode(endpoint["secret"].removeprefix("whsec_"))) == 32


def test_a_repeated_request_makes_one_endpoint_and_tells_no_secret(
    machine: Caller, system: Receiver
) -> None:
    first, again = (
        machine("POST", ENDPOINTS, {"url": system.url}, **{"Idempotency-Key": "once"}).json
        for _ in range(2)
    )
    assert first["id"] == again["id"]
    assert (first["secret"] != "", again["secret"]) == (True, "")
    assert "secret" not in machine("GET", f"{ENDPOINTS}/{first['id']}").json


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"url": "https://10.0.0.1/"}, 409, "webhook-address-refused"),
        ({"url": "http://hooks.example.com/"}, 409, "webhook-address-refused"),
        ({"url": "https://hooks.example.com/", "types": ["order.burnt"]}, 409, None),
        ({"url": "https://hooks.example.com/", "types": ["order.placed; DROP"]}, 422, None),
        ({"url": ""}, 422, None),
        ({"url": "https://hooks.example.com/", "personal": "yes"}, 422, None),
        ({"url": "https://hooks.example.com/", "secret": "mine"}, 422, None),
    ],
)
def test_what_cannot_be_an_endpoint_is_refused(
    machine: Caller, body: dict[str, object], status: int, code: str | None
) -> None:
    answer = machine("POST", ENDPOINTS, body)
    assert answer.status == status
    assert code in (None, answer.code)
    assert machine("GET", ENDPOINTS).json == []


def test_while_a_secret_is_exchanged_both_sign(machine: Caller, system: Receiver) -> None:
    endpoint = added(machine, system, types=["order.placed"])
    newer = machine("POST", f"{ENDPOINTS}/{endpoint['id']}/secret", {"overlap_seconds": 60}).json
    trade.buy()
    work()
    (message,) = system.received
    for secret in (endpoint["secret"], newer["secret"]):
        Webhook(secret).verify(message.body, message.headers)
    assert len(message.headers["webhook-signature"].split()) == 2


def test_a_secret_that_ended_signs_no_more(machine: Caller, system: Receiver) -> None:
    endpoint = added(machine, system, types=["order.placed"])
    newer = machine("POST", f"{ENDPOINTS}/{endpoint['id']}/secret", {"overlap_seconds": 0}).json
    trade.buy()
    work()
    (message,) = system.received
    Webhook(newer["secret"]).verify(message.body, message.headers)
    assert len(message.headers["webhook-signature"].split()) == 1


def test_a_ping_is_sent_whatever_waits(machine: Caller, system: Receiver) -> None:
    endpoint = added(machine, system)
    trade.buy()
    system.answering = lambda request: Reply(
        204 if request.json["type"] == "webhook.ping" else 500, {}, b""
    )
    work()
    ping = machine("POST", f"{ENDPOINTS}/{endpoint['id']}/ping").json
    work()
    found = machine("GET", f"/api/staff/webhooks/deliveries/{ping['delivery']['id']}").json
    assert found["delivery"]["state"] == "delivered"
    assert system.received[-1].json["data"] == {"endpoint_id": endpoint["id"]}


def test_deliveries_are_paged_newest_first_and_filtered(machine: Caller, system: Receiver) -> None:
    endpoint = added(machine, system)
    order = trade.paid()
    trade.buy()
    work()
    path = f"{ENDPOINTS}/{endpoint['id']}/deliveries"
    pages: list[int] = []
    cursor = ""
    while not pages or cursor:
        answer = machine("GET", f"{path}?limit=3&cursor={cursor.replace('+', '%2B')}").json
        cursor = answer["next_cursor"]
        pages += [each["position"] for each in answer["deliveries"]]
    assert pages == sorted(pages, reverse=True)
    assert len(pages) == len(system.received) == len(set(pages))
    of_order = machine("GET", f"{path}?order_id={order.order_id}&type=order.placed").json
    assert [each["type"] for each in of_order["deliveries"]] == ["order.placed"]


def test_what_was_sent_is_looked_at_sent_again_and_skipped(
    machine: Caller, system: Receiver
) -> None:
    endpoint = added(machine, system, types=["order.placed"])
    trade.buy()
    work()
    (found,) = machine("GET", f"{ENDPOINTS}/{endpoint['id']}/deliveries").json["deliveries"]
    path = f"/api/staff/webhooks/deliveries/{found['id']}"
    assert machine("POST", f"{path}/skip").code == "webhook-delivery-step-refused"
    assert machine("POST", f"{path}/redeliver").json["delivery"]["state"] == "waiting"
    work()
    assert [each["status"] for each in machine("GET", path).json["attempts"]] == [204, 204]
    assert len({each.id for each in system.received}) == 1


def test_the_feed_reads_as_what_is_sent(machine: Caller, system: Receiver) -> None:
    added(machine, system)
    trade.paid()
    work()
    feed = machine("GET", "/api/staff/webhooks/messages?limit=3").json
    rest = machine("GET", f"/api/staff/webhooks/messages?after={feed[-1]['position']}").json
    assert [{**each.json, "id": each.id} for each in system.received] == feed + rest


def test_an_endpoint_is_changed_switched_and_removed(machine: Caller, system: Receiver) -> None:
    path = f"{ENDPOINTS}/{added(machine, system)['id']}"
    body = {"url": f"{system.url}/other", "types": ["order.placed"]}
    assert machine("PUT", path, body).json["types"] == ["order.placed"]
    assert machine("POST", f"{path}/switch", {"on": False}).json["off_reason"] == "staff"
    assert machine("POST", f"{path}/ping").code == "webhook-endpoint-off"
    assert machine("POST", f"{path}/seek", {"position": 99_999}).code == "webhook-position-ahead"
    assert machine("POST", f"{path}/switch", {"on": True}).json["on"] is True
    assert machine("DELETE", path).status == 204
    assert machine("GET", path).code == "webhook-endpoint-not-found"


def test_who_may_only_look_changes_nothing(machine: Caller, system: Receiver) -> None:
    path = f"{ENDPOINTS}/{UUID(added(machine, system)['id'])}"
    looker = keyholder("webhooks:read", "orders:write")
    assert looker("GET", path).status == 200
    assert looker("POST", f"{path}/ping").status == 403
    assert keyholder("orders:read")("GET", path).status == 403
