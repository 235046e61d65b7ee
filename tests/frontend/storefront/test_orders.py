"""The order's own page: its link is the key, and the key cannot be guessed or bent."""

import pytest
from django.core import mail

from frontend.storefront.finding import TRIES
from modules.orders.contracts import OrderFilter
from modules.orders.selectors import orders
from tests.frontend.storefront.shopping import Shopper, text
from tests.support.moments import between_turns
from tests.support.trade import paid, ship


@pytest.fixture
def address(shopper: Shopper) -> str:
    shopper.add()
    return shopper.order()


@pytest.mark.parametrize("rest", ["", "pay/", "cancel/", "return/"])
def test_a_bent_link_opens_nothing(shopper: Shopper, address: str, rest: str) -> None:
    bent = f"{address.rstrip('/')}x/{rest}"
    answer = shopper.client.post(bent) if rest else shopper.client.get(bent)
    assert answer.status_code in (403, 404)
    assert "Lea Martin" not in text(answer)


def test_an_order_is_cancelled_while_nothing_was_sent(shopper: Shopper, address: str) -> None:
    assert shopper.client.post(f"{address}cancel/").status_code == 303
    assert "This order is cancelled" in text(shopper.client.get(address))


def test_what_was_sent_cannot_be_cancelled_and_the_page_says_so(shopper: Shopper) -> None:
    placed = paid()
    ship(placed)
    answer = shopper.client.post(f"/orders/{placed.token}/cancel/")
    assert answer.status_code == 409
    assert "This order is cancelled" not in text(answer)
    assert "It is on its way" in text(answer)


def test_a_return_of_nothing_is_refused_in_words(shopper: Shopper) -> None:
    placed = paid()
    ship(placed)
    answer = shopper.client.post(f"/orders/{placed.token}/return/", {"quantity_MOON-A3": "many"})
    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()


def test_orders_and_accounts_are_kept_by_no_cache(shopper: Shopper, address: str) -> None:
    for path in (address, "/account/", "/checkout/", "/find-order/"):
        answer = shopper.client.get(path)
        assert "no-store" in answer.headers["Cache-Control"], path


def test_the_known_and_the_unknown_get_the_same_answer(shopper: Shopper, address: str) -> None:
    number = orders(OrderFilter()).orders[0].number
    mail.outbox.clear()
    known = shopper.client.post("/find-order/", {"number": number, "email": "lea@example.org"})
    unknown = shopper.client.post("/find-order/", {"number": "AAAA-AAAA", "email": "no@where.org"})
    assert known.status_code == unknown.status_code == 200
    assert text(known) == text(unknown)


@between_turns()
def test_finding_orders_is_limited(shopper: Shopper) -> None:
    sent = {"number": "AAAA-AAAA", "email": "no@where.org"}
    answers = [shopper.client.post("/find-order/", sent).status_code for _ in range(TRIES + 1)]
    assert answers == [200] * TRIES + [429]


def test_a_form_without_number_or_address_says_what_to_enter(shopper: Shopper) -> None:
    answer = shopper.client.post("/find-order/", {"number": "", "email": "nobody"})
    assert answer.status_code == 422
    assert "Enter the order number" in text(answer)
    assert "Enter the e-mail address" in text(answer)
