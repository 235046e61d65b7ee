"""Whatever the API answered at some moment, it answers again, to the byte, when asked for it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from modules.inventory.selectors import conservation
from modules.kernel.clock import now
from tests.api.conftest import keyholder, seed
from tests.audit.dealing import SKUS, WEIGHTS, Dealer, Late

pytestmark = pytest.mark.django_db

STEPS = 500
SCOPES = "audit:read carts:write orders:read orders:write payments:write stock:write".split(" ")


@dataclass(frozen=True)
class Saved:
    """An answer and the moment right after it was given."""

    path: str
    answer: bytes
    instant: str


def addresses(dealer: Dealer, number: int) -> Iterator[str]:
    """What is asked after a step: what it touched, and in turn what it may have touched too."""
    yield f"/api/staff/stock/levels?sku={SKUS[0]}&sku={SKUS[1]}"
    if dealer.touched is not None:
        order_id, payment_id = dealer.touched.order_id, dealer.touched.payment_id
        yield f"/api/orders/{order_id}"
        yield (
            f"/api/staff/payments/{payment_id}",
            "/api/staff/orders?limit=2",
            f"/api/orders/{order_id}/payments",
            f"/api/staff/payments/{payment_id}",
            f"/api/audit/read-models/orders.orders/{order_id}",
            f"/api/staff/stock/{SKUS[0]}/movements?limit=5",
            f"/api/audit/orders/{order_id}/events",
            f"/api/orders/{order_id}/timeline",
            "/api/audit/totals",
            "/api/staff/stock?only=low",
            f"/api/audit/read-models/payments.payments/{payment_id}",
        )[number % 11]


def played(dealer: Dealer) -> list[Saved]:
    saved = []
    for number in range(STEPS):
        dealer.step()
        for path in addresses(dealer, number):
            saved.append(Saved(path, dealer.read(path), now().isoformat()))
    return saved


def asked_again(dealer: Dealer, each: Saved) -> bytes:
    mark = "&" if "?" in each.path else "?"
    return dealer.read(f"{each.path}{mark}as_known_at={each.instant.replace('+', '%2B')}")


def status(dealer: Dealer, late: Late, **moment: str) -> str:
    answer = dealer.read(f"/api/staff/payments/{late.payment_id}", **moment)
    return str(json.loads(answer)["status"])


def test_every_answer_of_500_random_steps_comes_back_to_the_byte() -> None:
    seed()
    dealer = Dealer(keyholder(*SCOPES), 2011)
    saved = played(dealer)
    assert set(dealer.done) == set(WEIGHTS), f"not every kind of step succeeded: {dealer.done}"
    assert conservation() == ()
    different = [each for each in saved if asked_again(dealer, each) != each.answer]
    assert [each.path for each in different] == []
    moved_on = [each for each in saved[::25] if dealer.read(each.path) != each.answer]
    assert len(moved_on) > len(saved[::25]) / 2
    assert len(dealer.late) > 5
    for late in dealer.late:
        moment = late.unknown_at.isoformat()
        assert status(dealer, late, as_known_at=moment) == "pending"
        assert status(dealer, late, as_effective_at=moment) in ("authorised", "declined")
        then = {"as_known_at": moment, "as_effective_at": late.true_at.isoformat()}
        assert status(dealer, late, **then) == "pending"
