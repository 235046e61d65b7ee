"""Unusual strings, planted by a customer who is erased: afterwards they are nowhere."""

import json
import logging
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from events.rebuilding import rebuild
from modules.adjustments.selectors import adjustment_entries, adjustment_totals, adjustments
from modules.audit.invariants import examine_log
from modules.audit.selectors import state_at, verify_all
from modules.checkout.contracts import Placed
from modules.customers.commands import ensure_role, save_address
from modules.customers.contracts import SaveAddress
from modules.orders.contracts import OrderFilter
from modules.orders.selectors import invoice_contact, order_detail, orders, timeline
from modules.payments.selectors import payments_of
from tests.privacy.planted import (
    BILLED,
    DELIVERED,
    EMAIL,
    KINDNESS,
    MARKS,
    PARTY,
    TYPED,
    WORDS,
    found_in_database,
    found_in_redis,
    trade,
    write_off,
)

READ_MODELS = ("payments.payments", "orders.orders", "orders.money", "adjustments.adjustments")


@pytest.fixture
def traded(shop: None) -> Placed:
    """Somebody who bought with an account and, before that, as a guest; and a debtor."""
    write_off()
    trade()
    customer_id = ensure_role(EMAIL, "a-long-password", "", "Quaxilda Zornwhistle")
    save_address(SaveAddress(customer_id=customer_id, address=DELIVERED))
    return trade(customer_id)


def erase(*who: str) -> None:
    for each in who or (EMAIL, PARTY):
        call_command("customer_erase", each, "--yes", verbosity=0)


def revenue() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(captured_minor - refunded_minor) FROM orders_money")
        return int(cursor.fetchone()[0])


def test_events_effects_and_answers_never_hold_personal_data_in_clear(traded: Placed) -> None:
    # Read models, baskets and accounts may; the rest of the shop's memory may not, ever.
    clear = (
        *("orders_order", "payments_payment", "adjustments_adjustment"),
        *("carts_cart", "customers_", "account_"),
    )
    found = [place for place in found_in_database() if not any(each in place for each in clear)]
    assert found == []
    assert found_in_database() != []


def test_after_erasure_no_planted_mark_is_left_anywhere(
    traded: Placed, erasures: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        erase()
        rebuild(READ_MODELS)
    assert found_in_database() == []
    assert found_in_redis() == []
    said = caplog.text + erasures.read_text() + json.dumps([str(o) for o in shown()])
    assert [mark for mark in MARKS if mark in said.lower()] == []


def shown() -> list[object]:
    """What pages, exports and auditors are given of every order."""
    found = orders(OrderFilter()).orders
    return [
        each
        for row in found
        for each in (
            row,
            order_detail(row.id),
            timeline(row.id),
            payments_of(row.id),
            state_at(row.id),
        )
    ]


def test_erased_orders_say_so_and_their_sums_stay_to_the_penny(traded: Placed) -> None:
    before, total = revenue(), order_detail(traded.order_id).total_minor
    erase()
    order = order_detail(traded.order_id)
    assert (order.contact.email, order.contact.delivery_address.name) == ("erased", "erased")
    assert order.contact.billing_address.line1 == order.returns[0].reason == "erased"
    assert (revenue(), order.total_minor) == (before, total)
    assert [row.name for row in orders(OrderFilter()).orders] == ["erased", "erased"]
    assert orders(OrderFilter(query="Zornwhistle")).orders == ()


def test_what_staff_and_imported_books_say_of_somebody_is_erased_with_them(
    traded: Placed,
) -> None:
    def said() -> tuple[str, str, str]:
        [document] = adjustments()
        [entry] = adjustment_entries(document.id)
        return (
            payments_of(traded.order_id)[-1].refunds[-1].reason,
            document.party,
            entry.description,
        )

    assert said() == (KINDNESS, PARTY, TYPED)
    erase(EMAIL)
    assert said() == ("erased", PARTY, TYPED)
    erase(PARTY)
    assert said() == ("erased", "erased", "erased")
    assert adjustment_totals("GBP").amount == Decimal("-3.5")


def test_every_proof_and_invariant_holds_after_erasure(traded: Placed) -> None:
    heads = state_of_the_log()
    erase()
    assert state_of_the_log() == heads
    assert verify_all().broken == ()
    assert examine_log() == ()


def state_of_the_log() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT stream_id, version, head FROM es.stream ORDER BY stream_id")
        return list(cursor.fetchall())


def test_rebuilt_read_models_are_those_that_erasure_left(traded: Placed) -> None:
    erase()
    left = read_model()
    rebuild(READ_MODELS)
    assert read_model() == left


def read_model() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM orders_order ORDER BY id")
        return list(cursor.fetchall())


def test_what_the_law_wants_kept_is_read_for_that_alone(traded: Placed) -> None:
    erase()
    kept = invoice_contact(traded.order_id)
    assert kept.billing_address == BILLED
    assert (kept.email, kept.delivery_address.name) == ("erased", "erased")
    assert order_detail(traded.order_id).contact.billing_address.name == "erased"


def test_an_auditor_sees_that_there_is_something_and_not_what(traded: Placed) -> None:
    state = str(state_at(traded.order_id).state)
    assert "sealed" in state
    assert WORDS not in state
    assert EMAIL not in state
