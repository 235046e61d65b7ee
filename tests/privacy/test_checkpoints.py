"""An erasure between a signed checkpoint and the auditor's visit breaks no proof and no sum."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

import verify
from events.projections import registered
from events.rebuilding import rebuild
from modules.audit.selectors import receipt
from modules.checkout.contracts import Placed
from modules.orders.selectors import order_detail
from tests.integrity.record import bundle, question, signed, verdict
from tests.privacy.planted import EMAIL, MARKS, trade
from tests.support.signing import signing
from tests.support.trade import buy, paid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.fixture(autouse=True)
def _own_key(tmp_path: Path) -> Iterator[None]:
    with signing(tmp_path):
        yield


@pytest.fixture
def traded() -> Placed:
    buy(prints=1)
    return trade()


def erase() -> None:
    call_command("customer_erase", EMAIL, "--yes", verbosity=0)


def worth() -> list[tuple[str, int, int, int]]:
    """Returns what all orders of each currency cost, and what was taken and given back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency, sum(total_minor), sum(captured_minor), sum(refunded_minor)"
            " FROM orders_order JOIN orders_money ON order_id = id GROUP BY 1 ORDER BY 1"
        )
        return [tuple(row) for row in cursor.fetchall()]


def revenue_in(folder: Path) -> int:
    """Returns the revenue as an auditor adds it up, out of a bundle and of nothing else."""
    total = 0
    for line in (folder / "events.jsonl").read_text().splitlines():
        row = json.loads(line)
        payload = json.loads(row[13])
        sign = {"payments.payment.captured.v1": 1, "payments.payment.refunded.v2": -1}
        total += sign.get(row[4], 0) * payload.get("amount_minor", 0)
    return total


def test_bundles_from_before_and_after_hold_against_the_same_checkpoint(
    traded: Placed, tmp_path: Path
) -> None:
    first = signed()
    before, sums = bundle(tmp_path / "before"), worth()
    erase()
    paid(prints=1)
    signed()
    after = bundle(tmp_path / "after", since=[first.size])
    verdict(before)
    verdict(after, first.note)
    assert revenue_in(before) == sums[0][2] - sums[0][3] > 0
    assert (after / "events.jsonl").read_text().startswith((before / "events.jsonl").read_text())


def test_neither_bundle_holds_a_name(traded: Placed, tmp_path: Path) -> None:
    signed()
    before = bundle(tmp_path / "before")
    erase()
    after = bundle(tmp_path / "after")
    for file in (*before.iterdir(), *after.iterdir()):
        text = file.read_text().lower()
        assert [mark for mark in MARKS if mark in text] == []


def test_a_receipt_from_before_still_proves_the_order(traded: Placed, tmp_path: Path) -> None:
    signed()
    file = tmp_path / "receipt.json"
    file.write_text(receipt(traded.order_id))
    erase()
    paid(prints=1)
    later = signed()
    assert verify.verify(file, question())
    file.write_text(receipt(traded.order_id))
    assert verify.verify(file, question())
    assert json.loads(file.read_text())["checkpoint"]["note"] == later.note


def test_every_read_model_is_rebuilt_after_an_erasure_with_all_sums_and_no_name(
    traded: Placed,
) -> None:
    before = worth()
    erase()
    assert worth() == before
    rebuild([name for name in registered() if not name.startswith("sample.")])
    assert worth() == before
    order = order_detail(traded.order_id)
    assert order.contact.email == order.parcels[0].tracking_number == "erased"
