"""Pages of an erased order open for whoever may see them, and say so."""

import pytest
from django.core.management import call_command
from django.test import Client

from modules.checkout.contracts import Placed
from tests.frontend.staff.people import signed_in
from tests.privacy.planted import EMAIL, MARKS, trade


@pytest.fixture
def erased(shop: None) -> Placed:
    placed = trade()
    call_command("customer_erase", EMAIL, "--yes", verbosity=0)
    return placed


def clean(client: Client, path: str) -> str:
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == 200, path
    assert [mark for mark in MARKS if mark in page.lower()] == [], path
    return page


@pytest.mark.parametrize("path", ["/staff/orders/", "/staff/orders/{0.order_id}/"])
def test_staff_see_that_the_customer_was_erased(erased: Placed, path: str) -> None:
    assert "erased" in clean(signed_in("staff"), path.format(erased))


def test_an_auditor_still_reads_the_whole_history(erased: Placed) -> None:
    client = signed_in("auditor")
    clean(client, f"/auditor/streams/{erased.order_id}/")
    answer = client.post(
        f"/auditor/streams/{erased.order_id}/opened/", {"reason": "Yearly examination"}
    )
    page = answer.content.decode().lower()
    assert answer.status_code == 200
    assert "erased" in page
    assert [mark for mark in MARKS if mark in page] == []


def test_the_order_s_own_link_and_the_api_say_erased(erased: Placed) -> None:
    assert "erased" in clean(Client(), f"/orders/{erased.token}/")
    link = Client(headers={"Authorization": f"Bearer {erased.token}"})
    answer = link.get(f"/api/orders/{erased.order_id}")
    assert answer.status_code == 200
    assert answer.json()["contact"]["email"] == "erased"
