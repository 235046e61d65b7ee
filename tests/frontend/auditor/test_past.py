"""Pages show the past plainly, by two fields that need no script."""

from datetime import timedelta

import pytest
from django.test import Client

from modules.checkout.contracts import Placed
from modules.kernel.clock import now
from tests.frontend.staff.people import Page, signed_in, text
from tests.support.trade import PRINT, order_of, payment_of, refund, ship

FIELDS = ("as_known_at", "as_effective_at")


def shown(client: Client, address: str, **asked: str) -> Page:
    return client.get(address, asked)


def addresses(order: Placed) -> tuple[str, ...]:
    return (
        f"/auditor/streams/{order.order_id}/",
        f"/auditor/streams/{payment_of(order).id}/",
        "/auditor/stock/",
        f"/auditor/stock/{PRINT}/",
        "/auditor/totals/",
        "/auditor/rows/",
    )


def test_a_stream_is_shown_as_known_and_as_effective(auditor: Client, order: Placed) -> None:
    moment = now()
    ship(order, prints=1)
    address = f"/auditor/streams/{order.order_id}/"
    for name, words in zip(FIELDS, ("As known on", "as effective on"), strict=True):
        answer = shown(auditor, address, **{name: moment.isoformat()})
        assert f"{words} {moment:%Y-%m-%d %H:%M:%S}" in text(answer)
        assert f'name="{name}" value="{moment.isoformat()}"' in answer.content.decode()
        assert answer.content.decode().count('data-state="future"') == 1
    assert "Back to the present" not in text(auditor.get(address))


def test_stock_is_shown_as_it_was(auditor: Client, order: Placed) -> None:
    moment = now().isoformat()
    ship(order, prints=1)
    address = f"/auditor/stock/{PRINT}/"
    assert "On hand 8" in text(auditor.get(address))
    then = text(shown(auditor, address, as_known_at=moment))
    assert "On hand 9" in then
    assert f"{order.order_id} 2" in then
    listed = shown(auditor, "/auditor/stock/", as_known_at=moment, q="moon")
    assert "1 article" in text(listed)
    assert f"{address}?as_known_at=" in listed.content.decode()


def test_totals_are_shown_as_they_were(auditor: Client, order: Placed) -> None:
    moment = now().isoformat()
    refund(order, 700)
    assert "€7.00" in text(auditor.get("/auditor/totals/"))
    then = text(shown(auditor, "/auditor/totals/", as_known_at=moment))
    assert "€7.00" not in then
    assert "EUR 1 €109.89" in then
    early = shown(auditor, "/auditor/totals/", as_effective_at="1970-01-01T00:00:00Z")
    assert "Nothing had been ordered" in text(early)


def test_a_row_of_a_read_model_is_shown_as_it_was(auditor: Client, order: Placed) -> None:
    moment = now().isoformat()
    refund(order, 700)
    asked = {"model": "orders.money", "q": order_of(order).number}
    assert "refunded_minor 700" in text(shown(auditor, "/auditor/rows/", **asked))
    then = text(shown(auditor, "/auditor/rows/", **asked, as_known_at=moment))
    assert "refunded_minor 0" in then
    for wrong, words in (
        ({"q": "NONE"}, "Give an order number such as"),
        ({**asked, "model": "orders.no"}, "Ask for one of these"),
        ({**asked, "as_known_at": "1970-01-01T00:00:00Z"}, "orders.money had no row"),
    ):
        answer = shown(auditor, "/auditor/rows/", **wrong)
        assert (answer.status_code, words in text(answer)) == (404, True)


def test_staff_see_the_stock_of_the_past_at_the_same_address(order: Placed) -> None:
    staff = signed_in("staff")
    moment = now().isoformat()
    ship(order, prints=1)
    address = f"/staff/stock/{PRINT}/"
    assert 'name="as_known_at"' in auditor_form(staff.get(address))
    then = shown(staff, address, as_known_at=moment)
    assert "On hand 9" in text(then)
    assert "Record the count" not in text(then)


def auditor_form(response: Page) -> str:
    return response.content.decode()


@pytest.mark.parametrize("name", FIELDS)
def test_a_moment_that_cannot_be_asked_for_is_explained(
    auditor: Client, order: Placed, name: str
) -> None:
    ahead = (now() + timedelta(hours=1)).isoformat()
    for address in addresses(order):
        for typed, words in (
            (ahead, "still to come"),
            ("2026-11-21T14:30", "write it with its offset"),
            ("<b>", "is not a time"),
        ):
            answer = shown(auditor, address, **{name: typed})
            assert answer.status_code == 422, address
            assert words in text(answer)
            assert 'role="alert"' in answer.content.decode()


def test_before_the_first_movement_the_page_says_when_it_was(
    auditor: Client, order: Placed
) -> None:
    address = f"/auditor/stock/{PRINT}/"
    answer = shown(auditor, address, as_known_at="1970-01-01T00:00:00Z")
    assert answer.status_code == 404
    assert "its first event is of" in text(answer)
    assert auditor.get("/auditor/stock/NO-SUCH/").status_code == 404
    assert shown(auditor, "/auditor/stock/", page="99999").status_code == 200
