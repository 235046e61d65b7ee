"""An auditor finds a stream, reads it at any moment, and sees where it was tampered with."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from modules.audit.selectors import stream
from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from tests.audit.tampering import tamper
from tests.frontend.staff.people import Page, text
from tests.support.trade import order_of, payment_of, ship

STREAM_QUERIES = 19


def opened(client: Client, order: Placed, **asked: str | int) -> Page:
    return client.get(f"/auditor/streams/{order.order_id}/", asked)


def test_the_landing_names_streams_by_order_number(auditor: Client, order: Placed) -> None:
    number = order_of(order).number
    words = text(auditor.get("/auditor/"))
    assert f"Order {number} {order.order_id}" in words
    assert f"Payment of order {number}" in words


def test_a_number_leads_to_its_stream_and_an_unknown_one_is_explained(
    auditor: Client, order: Placed
) -> None:
    found = auditor.get("/auditor/", {"q": order_of(order).number.lower()})
    assert found["Location"] == f"/auditor/streams/{order.order_id}/"
    missing = auditor.get("/auditor/", {"q": "0000-0000"})
    assert missing.status_code == 404
    assert "Give an order number such as" in text(missing)


def test_every_event_and_the_payments_stream_are_shown(auditor: Client, order: Placed) -> None:
    words = text(opened(auditor, order))
    for title in ("Placed", "Confirmed", "Parcel shipped", "Payment of order"):
        assert title in words
    assert "After Parcel shipped" in words


def test_the_state_is_shown_as_of_a_version_and_of_a_time(auditor: Client, order: Placed) -> None:
    second = stream(order.order_id)[1].recorded_at
    for asked in (
        {"as_of": 2},
        {"at": second.isoformat()},
        {"at": second.isoformat(), "by": "effective"},
    ):
        words = text(opened(auditor, order, **asked))
        assert "After Confirmed" in words
        assert "state.status placed confirmed" in words


def test_amounts_in_the_diff_are_money(auditor: Client, order: Placed) -> None:
    asked = auditor.get(f"/auditor/streams/{payment_of(order).id}/", {"as_of": 1})
    assert "state.amount_minor — €109.89" in text(asked)


def test_the_first_event_folds_its_many_fields_by_name(auditor: Client, order: Placed) -> None:
    assert "Changed in quote:" in text(opened(auditor, order, as_of=1))


@pytest.mark.parametrize("moment", ["yesterday", "2026-02-31T00:00:00Z"])
def test_a_time_that_is_none_is_explained_beside_the_newest_state(
    auditor: Client, order: Placed, moment: str
) -> None:
    words = text(opened(auditor, order, at=moment))
    assert f"“{moment}” is not a time" in words
    assert "After Parcel shipped" in words


def test_a_time_before_the_first_event_is_explained(auditor: Client, order: Placed) -> None:
    early = stream(order.order_id)[0].recorded_at - timedelta(days=1)
    assert "its first event is of" in text(opened(auditor, order, at=early.isoformat()))


def test_an_event_is_given_as_json_with_the_text_that_was_hashed(
    auditor: Client, order: Placed
) -> None:
    answer = auditor.get(f"/auditor/streams/{order.order_id}/events/1/").json()
    recorded = stream(order.order_id)[0]
    assert (answer["hash"], answer["payload_text"]) == (recorded.hash, recorded.payload)
    assert auditor.get(f"/auditor/streams/{order.order_id}/events/99/").status_code == 404
    assert auditor.get(f"/auditor/streams/{new_id()}/").status_code == 404


def test_a_tampered_event_is_named_by_its_stream_s_page(auditor: Client, order: Placed) -> None:
    assert "Every event follows" in text(opened(auditor, order, verify="yes"))
    tamper(
        "UPDATE es.event SET actor = 'nobody' WHERE version = 2 AND stream_id = %s", order.order_id
    )
    assert "event 2 does not follow" in text(opened(auditor, order, verify="yes"))


def test_a_record_that_cannot_be_read_is_still_shown(auditor: Client, order: Placed) -> None:
    tamper(
        "UPDATE es.event SET payload = '{}' WHERE version = 3 AND stream_id = %s", order.order_id
    )
    response = opened(auditor, order)
    assert response.status_code == 200
    words = text(response)
    assert "cannot be read any more" in words
    assert "event 3 does not follow" in words
    assert "After Confirmed" in text(opened(auditor, order, as_of=2))


def test_a_stream_costs_a_fixed_number_of_queries(
    auditor: Client, order: Placed, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(STREAM_QUERIES):
        opened(auditor, order)
    ship(order, prints=1)
    with django_assert_num_queries(STREAM_QUERIES):
        opened(auditor, order)
