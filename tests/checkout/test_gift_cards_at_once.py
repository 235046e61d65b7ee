"""Many at once: a gift card is never spent twice (check 15)."""

from collections.abc import Iterator
from functools import partial

import pytest

from modules.checkout.commands import enter_code, place_order
from modules.checkout.contracts import Checkout, EnterCode
from modules.giftcards.commands import issue_gift_card, redeem
from modules.giftcards.contracts import IssueGiftCard, RedeemGiftCard
from modules.giftcards.selectors import cards, movements
from modules.kernel.identity import new_id
from modules.kernel.money import Money
from modules.payments.models import PaymentRow
from tests.support.racing import at_once, outcomes
from tests.support.trade import checkout, fill_basket, forget_everything, open_shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.stress]


@pytest.fixture(autouse=True)
def _shop(transactional_db: None) -> Iterator[None]:
    forget_everything()
    open_shop()
    yield
    forget_everything()


def test_of_ten_payments_at_once_a_card_makes_as_many_as_it_holds() -> None:
    card = issue_gift_card(IssueGiftCard(amount=Money(1_000, "EUR")))
    spend = [
        partial(
            redeem,
            RedeemGiftCard(card_id=card.id, reference=new_id(), amount_minor=300, currency="EUR"),
        )
        for _ in range(10)
    ]
    assert outcomes(at_once(spend)) == {"NoneType": 3, "GiftCardSpent": 7}
    assert cards([card.id])[card.id].balance.minor == 100
    assert sum(each.amount_minor for each in movements(card.id)) == 100


def test_five_orders_at_once_with_one_card_spend_it_once() -> None:
    card = issue_gift_card(IssueGiftCard(amount=Money(5_000, "EUR")))

    def ready() -> Checkout:
        cart = fill_basket(prints=1)
        enter_code(EnterCode(cart_id=cart.id, code=card.code))
        return checkout(cart)

    at_once([partial(place_order, message) for message in [ready() for _ in range(5)]])
    paid = PaymentRow.objects.filter(provider="giftcard").values_list("state", flat=True)
    spent = sum(state["amount_minor"] for state in paid)
    assert spent + cards([card.id])[card.id].balance.minor == 5_000
