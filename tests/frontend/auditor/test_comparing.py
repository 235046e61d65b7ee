"""An auditor compares a stream at two moments, and what is stored with what the events make."""

import pytest
from django.test import Client

from events import projections
from events.database import execute, fetch
from events.generations import choose, tables
from events.store import read_log, read_stream
from modules.audit.selectors import not_compared, stored_and_fresh, stream
from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from tests.audit.tampering import tamper
from tests.frontend.staff.people import text
from tests.support.trade import order_of, payment_of

PATH = "/auditor/compare/"


def compared(client: Client, order: Placed, **asked: str | int) -> str:
    return text(client.get(PATH, {"stream": str(order.order_id), **asked}))


def test_two_versions_are_compared_differences_first(auditor: Client, order: Placed) -> None:
    words = compared(auditor, order, left=1, right=3)
    assert "What differs between event 1 and event 3" in words
    assert "state.status placed confirmed" in words
    assert words.index("state.status placed") < words.index("The same:")
    assert "Nothing differs between event 2 and event 2" in compared(
        auditor, order, left=2, right=2
    )
    assert "between event 3 and event 1" in compared(auditor, order, left=99, right=0)


def test_without_versions_the_last_event_is_what_differs(auditor: Client, order: Placed) -> None:
    assert "between event 2 and event 3" in compared(auditor, order)
    assert "between event 2 and event 3" in compared(auditor, order, left="x", right="")


def test_two_positions_are_compared(auditor: Client, order: Placed) -> None:
    read_log(0, 1)
    first, _, last = [each.position or 0 for each in stream(order.order_id)]
    words = compared(auditor, order, by="position", left=first, right=last)
    assert "What differs between event 1 and event 3" in words


def test_an_order_number_leads_to_it_and_an_unknown_one_is_explained(
    auditor: Client, order: Placed
) -> None:
    number = order_of(order).number
    assert f"Compare Order {number}" in text(auditor.get(PATH, {"stream": number}))
    missing = auditor.get(PATH, {"stream": "0000-0000"})
    assert (missing.status_code, "Give an order number" in text(missing)) == (404, True)
    assert "at two moments" in text(auditor.get(PATH))


def test_every_row_that_the_events_make_is_compared_or_named_as_left_out(order: Placed) -> None:
    for stream_id in (order.order_id, payment_of(order).id):
        found = stored_and_fresh(stream_id)
        kept = {each.table for each in found}
        assert [change for each in found for change in each.columns if change.changed] == []
        fed = [
            each for each in choose(()) if topics_of(order).intersection(projections.topics(each))
        ]
        at_once = {table for each in fed if each.mode == "inline" for table in tables(each)}
        assert kept == at_once
        assert set(not_compared(stream_id)) == {each.name for each in fed if each.mode != "inline"}
        assert "ledger.journal" in not_compared(stream_id)


def topics_of(order: Placed) -> set[str]:
    streams = (order.order_id, payment_of(order).id)
    return {event.topic for stream_id in streams for event in read_stream(stream_id)}


def test_the_page_says_what_it_leaves_to_the_drift_check(auditor: Client, order: Placed) -> None:
    page = text(auditor.get(f"/auditor/streams/{order.order_id}/fresh/"))
    assert "Not here: ledger.journal, webhooks.feed. They follow the log, may be behind it" in page


def test_a_changed_cell_is_shown_beside_what_it_should_be(auditor: Client, order: Placed) -> None:
    execute("UPDATE orders_order SET quantity = 77 WHERE id = %s", (order.order_id,))
    page = text(auditor.get(f"/auditor/streams/{order.order_id}/fresh/"))
    assert "It differs." in page
    assert "quantity 77 4" in page
    # Looking repairs nothing and leaves nothing behind.
    assert fetch("SELECT quantity FROM orders_order WHERE id = %s", (order.order_id,)) == [(77,)]
    assert fetch("SELECT count(*) FROM pg_class WHERE relname = 'orders_order'") == [(1,)]


def test_personal_values_say_only_whether_they_agree(auditor: Client, order: Placed) -> None:
    execute("UPDATE orders_order SET email = 'eve@example.org' WHERE id = %s", (order.order_id,))
    page = text(auditor.get(f"/auditor/streams/{order.order_id}/fresh/"))
    assert "email sealed sealed, and another" in page
    assert "name sealed sealed" in page
    for secret in ("eve@example.org", "lea@example.org", "Lea Martin"):
        assert secret not in page


def test_events_that_cannot_be_folded_are_explained(auditor: Client, order: Placed) -> None:
    tamper(
        "UPDATE es.event SET payload = '{}' WHERE version = 3 AND stream_id = %s", order.order_id
    )
    answer = auditor.get(f"/auditor/streams/{order.order_id}/fresh/")
    assert (answer.status_code, "cannot be folded" in text(answer)) == (200, True)
    assert auditor.get(f"/auditor/streams/{new_id()}/fresh/").status_code == 404
    compare = auditor.get(PATH, {"stream": str(order.order_id)})
    assert (compare.status_code, "cannot be read any more" in text(compare)) == (404, True)


@pytest.mark.parametrize("path", [PATH, "/auditor/projections/"])
def test_nobody_else_compares(order: Placed, path: str) -> None:
    assert Client().get(path).status_code == 302
