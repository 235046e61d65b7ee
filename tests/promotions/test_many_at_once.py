"""Many at once: no voucher and no campaign is used more often than it may be (I8)."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest

from modules.checkout.commands import enter_code, place_order
from modules.checkout.contracts import Checkout, EnterCode, Placed
from modules.kernel.identity import new_id
from modules.orders.models import OrderRow
from modules.promotions.commands import claim_uses
from modules.promotions.contracts import ClaimUses, Used, VoucherSpent
from modules.promotions.models import Use
from modules.promotions.selectors import vouchers
from tests.promotions.offering import voucher
from tests.support.racing import at_once, outcomes
from tests.support.trade import checkout, fill_basket, forget_everything, open_shop, stock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.stress]


@pytest.fixture(autouse=True)
def _shop(transactional_db: None) -> Iterator[None]:
    forget_everything()
    open_shop()
    yield
    forget_everything()


def ready(code: str) -> Checkout:
    cart = fill_basket(prints=1)
    enter_code(EnterCode(cart_id=cart.id, code=code))
    return checkout(cart)


def test_scenario_25_one_single_use_voucher_and_five_orders_at_once_make_one_order() -> None:
    code = voucher(limit=1)
    messages = [ready(code) for _ in range(5)]
    found = outcomes(at_once([partial(place_order, message) for message in messages]))
    # Who asks while the first one writes is refused the voucher; who asks a moment later, when it
    # is known to be spent, is shown the total without it.
    assert found.pop("Placed") == 1
    assert set(found) <= {"VoucherSpent", "CartChanged"}
    assert found.total() == 4
    assert (OrderRow.objects.count(), Use.objects.count()) == (1, 1)
    assert (vouchers("spring")[0].used, stock().reserved) == (1, 1)


def test_one_form_with_a_single_use_voucher_sent_five_times_at_once_is_one_order() -> None:
    message = ready(voucher(limit=1))
    answers = at_once([partial(place_order, message)] * 5)
    assert all(isinstance(answer, Placed) for answer in answers), answers
    assert len({answer.number for answer in answers}) == 1  # type: ignore[attr-defined]
    assert vouchers("spring")[0].used == 1


def test_check_13_of_500_uses_at_once_of_a_100_use_code_100_count() -> None:
    code = voucher(limit=100)

    def claim() -> None:
        used = Used(promotion="spring", version=1, voucher=code, amount_minor=100)
        claim_uses(ClaimUses(order_id=new_id(), subject=new_id(), currency="EUR", uses=(used,)))

    def claims() -> Counter[str]:
        found: Counter[str] = Counter()
        for _ in range(20):
            try:
                claim()
                found["counted"] += 1
            except VoucherSpent:
                found["refused"] += 1
        return found

    found: Counter[str] = sum(at_once([claims] * 25), Counter())  # type: ignore[arg-type]
    assert found == {"counted": 100, "refused": 400}
    assert (vouchers("spring")[0].used, Use.objects.count()) == (100, 100)
