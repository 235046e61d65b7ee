"""No message says who somebody is, unless the endpoint is sent that; then it is kept nowhere."""

import msgspec
import pytest

from events.database import fetch
from events.privacy.secrets import guest_subject
from modules.privacy.commands import erase_customer
from modules.privacy.contracts import EraseCustomer
from modules.webhooks.commands import seek
from modules.webhooks.contracts import DeliveryFilter, Seek
from modules.webhooks.selectors import deliveries, delivery
from tests.support import trade
from tests.support.receiver import Receiver, Reply
from tests.webhooks.sending import registered, work

pytestmark = pytest.mark.usefixtures("shop", "erasures")
WORDS = ("Lea Martin", "lea@example.org", "rue des Lilas", "6A1", "Too small for Lea")


@pytest.fixture
def erasures(settings: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.ERASURE_DIRECTORY = tmp_path_factory.mktemp("erasures")  # type: ignore[attr-defined]


def lived() -> None:
    """An order with all that people say and are."""
    order = trade.paid()
    parcel = trade.ship(order)
    trade.deliver(order, parcel)
    trade.bring_back(order, prints=1)
    trade.cancel(trade.paid(), "Too small for Lea")


def test_messages_name_nobody(system: Receiver) -> None:
    registered(system)
    lived()
    work()
    sent = b"".join(each.body for each in system.received).decode()
    assert "order.return_received" in sent
    assert [each for each in WORDS if each in sent] == []


def test_who_asks_for_people_gets_them_and_nothing_is_kept(system: Receiver) -> None:
    added, _ = registered(system, personal=True)
    system.answering = lambda request: Reply(200, {}, request.body)
    lived()
    work()
    people = {each.json["type"]: each.json.get("personal", {}) for each in system.received}
    assert people["order.placed"]["email"] == "lea@example.org"
    assert people["order.placed"]["delivery_address"]["name"] == "Lea Martin"
    assert people["order.parcel_shipped"] == {"tracking_number": "6A1"}
    assert people["order.cancelled"] == {"reason": "Too small for Lea"}
    assert people["payment.captured"] == {}
    kept = fetch(
        "SELECT string_agg(t::text, '') FROM (SELECT d::text FROM webhooks_delivery d"
        " UNION ALL SELECT a::text FROM webhooks_attempt a"
        " UNION ALL SELECT o.arguments::text FROM es.outbox o WHERE actor LIKE 'webhooks.%%') t"
    )[0][0]
    assert [each for each in WORDS if each in kept] == []
    (first,) = deliveries(
        DeliveryFilter(endpoint_id=added.endpoint_id, type="order.placed", limit=1)
    ).deliveries
    assert "personal" not in msgspec.json.decode(delivery(first.id).body)


def test_who_was_erased_is_named_no_more_whatever_is_sent_again(system: Receiver) -> None:
    added, _ = registered(system, personal=True)
    lived()
    work()
    system.received.clear()
    subjects = frozenset([guest_subject("lea@example.org")])
    erase_customer(EraseCustomer(subjects=subjects, open_orders_too=True))
    seek(Seek(endpoint_id=added.endpoint_id, position=1))
    work()
    sent = b"".join(each.body for each in system.received).decode()
    assert system.types.count("order.placed") == 2
    # The billing address is kept for the invoice, as the law asks, under a key of its own.
    for each in system.received:
        personal = each.json.get("personal", {})
        assert "Lea Martin" not in str(personal.get("delivery_address", ""))
    assert "lea@example.org" not in sent
    assert "Too small for Lea" not in sent
