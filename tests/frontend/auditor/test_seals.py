"""An auditor sees seals, and what is behind them only after saying why."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.test.utils import override_settings

from modules.audit.selectors import erasures, looks, state_at
from modules.checkout.contracts import Placed
from tests.frontend.storefront.shopping import text
from tests.support.trade import paid

LEA = "lea@example.org"
WHY = "Complaint 4711 of the customer"


@pytest.fixture(autouse=True)
def _list(tmp_path: Path) -> Iterator[None]:
    with override_settings(ERASURE_DIRECTORY=tmp_path):
        yield


def opened(client: Client, order: Placed, reason: str) -> tuple[int, str]:
    answer = client.post(f"/auditor/streams/{order.order_id}/opened/", {"reason": reason})
    return answer.status_code, answer.content.decode()


def test_personal_fields_are_sealed_for_an_auditor(auditor: Client, order: Placed) -> None:
    page = auditor.get(f"/auditor/streams/{order.order_id}/").content.decode()
    assert LEA not in page
    assert "sealed" in page


def test_seals_open_for_a_reason_which_is_recorded_and_shown(
    auditor: Client, order: Placed
) -> None:
    status, page = opened(auditor, order, WHY)
    assert (status, LEA in page) == (200, True)
    (look,) = looks(order.order_id)
    assert look.reason == WHY
    assert WHY in text(auditor.get(f"/auditor/streams/{order.order_id}/"))


@pytest.mark.parametrize("reason", ["", "   ", "because"])
def test_without_a_reason_they_stay_closed(auditor: Client, order: Placed, reason: str) -> None:
    status, page = opened(auditor, order, reason)
    assert (status, LEA in page) == (422, False)
    assert "Say in a few words why" in page
    assert looks(order.order_id) == ()


def test_what_was_erased_says_since_when_and_no_reason_opens_it(
    auditor: Client, order: Placed
) -> None:
    call_command("customer_erase", LEA, "--yes", "--open-orders-too", stdout=StringIO())
    (moment,) = erasures(order.order_id)
    word = f"erased on {moment:%Y-%m-%d}"
    page = text(auditor.get(f"/auditor/streams/{order.order_id}/?as_of=1"))
    assert f"— {word}" in page
    assert "no key opens it here" in page
    status, shown = opened(auditor, order, WHY)
    assert (status, LEA in shown, word in shown) == (200, False, True)
    # Answers of the past stay as they were given: programs compare them.
    assert state_at(order.order_id).state["contact"]["email"] == "sealed"  # type: ignore[index]


def test_what_is_sealed_since_an_erasure_is_not_told_to_be_erased(auditor: Client) -> None:
    call_command("customer_erase", LEA, "--yes", "--open-orders-too", stdout=StringIO())
    later = paid(prints=1)
    assert erasures(later.order_id) == ()
    assert "erased" not in text(auditor.get(f"/auditor/streams/{later.order_id}/?as_of=1"))


def test_nobody_but_an_auditor_opens_them(order: Placed) -> None:
    assert opened(Client(), order, WHY)[0] == 302
    assert looks(order.order_id) == ()


def test_what_stands_on_an_opened_page_leads_back_to_the_sealed_one(
    auditor: Client, order: Placed
) -> None:
    _, page = opened(auditor, order, WHY)
    address = f"/auditor/streams/{order.order_id}/"
    assert f'action="{address}"' in page
    assert f'get="{address}opened/' not in page
