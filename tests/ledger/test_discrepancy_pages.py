"""Staff find wrong orders on a page and put the books right there; auditors look."""

import pytest

from events import follower
from frontend.ledger import discrepancies as pages
from modules.kernel.identity import new_id
from modules.ledger.selectors import discrepancies, order_entries
from tests.frontend.staff.people import signed_in, text
from tests.ledger.selling import moment, order_id, rounding_down, sell

pytestmark = pytest.mark.django_db

WHY = "Tax was cut off instead of rounded."
ALL = "?since=2026-01-01"


@pytest.fixture
def _wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    with rounding_down(monkeypatch):
        sell(range(12))


def test_sound_orders_are_looked_at_and_not_listed() -> None:
    sell(range(12))
    page = text(signed_in("staff").get(f"/ledger/discrepancies/{ALL}"))
    assert "0 of 12 orders are wrong" in page


@pytest.mark.usefixtures("_wrong")
def test_wrong_orders_are_listed_with_what_is_right() -> None:
    found = list(discrepancies())
    page = text(signed_in("auditor").get(f"/ledger/discrepancies/{ALL}"))
    assert f"{len(found)} of 12 orders are wrong" in page
    assert all(each.number in page for each in found)
    assert found[0].reasons[0] in page


@pytest.mark.usefixtures("_wrong")
def test_correcting_needs_a_reason_and_happens_once() -> None:
    staff, wrong = signed_in("staff"), next(discrepancies())
    address = f"/ledger/discrepancies/{wrong.order_id}/{ALL}"
    refused = staff.post(address, {"reason": "bug"})
    assert refused.status_code == 409
    assert 'aria-invalid="true"' in refused.content.decode()
    assert staff.post(address, {"reason": WHY}).status_code == 303
    assert "The books were put right" in text(staff.get(f"/ledger/discrepancies/{ALL}"))
    follower.catch_up()
    kinds = [entry.kind for entry in order_entries(wrong.order_id)]
    assert kinds.count("correction") == 1
    assert staff.post(address, {"reason": WHY}).status_code == 409


@pytest.mark.usefixtures("_wrong")
def test_only_staff_correct_and_only_what_is_there() -> None:
    address = f"/ledger/discrepancies/{order_id(0)}/"
    assert signed_in("auditor").post(address, {"reason": WHY}).status_code == 403
    assert signed_in("customer").get("/ledger/discrepancies/").status_code == 403
    staff = signed_in("staff")
    assert staff.get(address).status_code == 405
    assert staff.post(f"/ledger/discrepancies/{new_id()}/", {"reason": WHY}).status_code == 404


def test_a_page_asks_nothing_before_it_is_told_a_time_and_not_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sell(range(5))
    staff = signed_in("staff")
    assert "orders are wrong" not in text(staff.get("/ledger/discrepancies/"))
    assert staff.get("/ledger/discrepancies/?since=soon").status_code == 422
    monkeypatch.setattr(pages, "MOST_ORDERS", 3)
    assert "0 of 3 orders" in text(staff.get(f"/ledger/discrepancies/{ALL}"))
    assert "There are more orders" in text(staff.get(f"/ledger/discrepancies/{ALL}"))
    later = moment(3).isoformat().replace("+00:00", "Z")
    assert "0 of 2 orders" in text(staff.get(f"/ledger/discrepancies/?since={later}"))
