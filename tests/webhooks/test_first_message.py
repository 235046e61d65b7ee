"""What a system gets that asked to be told of orders: signed, typed, numbered."""

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.support import trade
from tests.support.receiver import Receiver
from tests.webhooks.sending import registered, work

pytestmark = pytest.mark.usefixtures("shop")


def test_a_placed_order_arrives_signed_by_the_standard(system: Receiver) -> None:
    _, secret = registered(system)
    order = trade.buy()
    work()
    first = system.received[0]
    told = Webhook(secret).verify(first.body, first.headers)
    assert told["type"] == "order.placed"
    assert told["order_id"] == str(order.order_id)
    assert told["sequence"] == 1


def test_a_changed_body_does_not_verify(system: Receiver) -> None:
    _, secret = registered(system)
    trade.buy()
    work()
    first = system.received[0]
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(first.body.replace(b"order.placed", b"order.closed"), first.headers)
