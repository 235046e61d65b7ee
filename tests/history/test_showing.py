"""What was imported is found and shown like everything else, however long ago it was."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from modules.audit.contracts import StreamUnknown
from modules.audit.selectors import find, head, recent_streams, state_at, verify
from modules.customers.models import User
from modules.orders.contracts import OrderFilter, OrderSummary
from modules.orders.selectors import order_counts, orders
from tests.history.books import bring_in, numbers, order
from tests.support.trade_sample import Row

pytestmark = pytest.mark.django_db

SALE = Row(invoice="536365", code="71053", description="LANTERN", quantity=6, price=3.39)
BACK = Row(invoice="C536383", code="71053", description="LANTERN", quantity=-2, price=3.39)
FEE = Row(invoice="C536779", code="BANK CHARGES", description="Bank Charges", quantity=-1,
          price=37.89, customer=None)  # fmt: skip


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(
        User.objects.create(email="boss@shop.example", is_staff=True, is_superuser=True)
    )
    return client


def test_the_staff_s_list_pages_through_all_orders_by_their_own_time(tmp_path: Path) -> None:
    bring_in(tmp_path)
    seen: list[OrderSummary] = []
    cursor = ""
    while True:
        page = orders(OrderFilter(limit=40, cursor=cursor))
        seen += page.orders
        if not (cursor := page.next_cursor):
            break
    assert {each.number for each in seen} == numbers()
    assert [each.placed_at for each in seen] == sorted((o.placed_at for o in seen), reverse=True)
    assert order_counts().all == len(seen)


def test_orders_are_found_by_what_the_books_call_them(tmp_path: Path) -> None:
    bring_in(tmp_path, [SALE, BACK])
    for words in ("536365", "customer 17850", "71053"):
        assert [each.number for each in orders(OrderFilter(query=words)).orders] == ["536365"]
    for status, count in (("partially-refunded", 1), ("captured", 0), ("requested", 0)):
        assert len(orders(OrderFilter(payment_status=status)).orders) == count


def test_an_adjustment_is_found_by_its_number_and_reads_like_any_stream(tmp_path: Path) -> None:
    bring_in(tmp_path, [SALE, FEE])
    found = find(" c536779 ")
    assert head(found).label == "Adjustment C536779"
    assert state_at(found).state["amount_minor"] == -3789
    assert verify(found).whole
    assert found in {each.stream_id for each in recent_streams()}
    with pytest.raises(StreamUnknown):
        find("C536780")


def test_the_pages_of_staff_and_auditor_show_it(tmp_path: Path, boss: Client) -> None:
    bring_in(tmp_path, [SALE, BACK, FEE])
    placed = order("536365")
    for address, words in (
        (reverse("staff-orders"), "536365"),
        (reverse("staff-order", args=[placed.id]), "Customer 17850"),
        (reverse("audit"), "Adjustment C536779"),
        (reverse("audit-stream", args=[placed.id]), "Return received"),
        (reverse("audit-stream", args=[find("C536779")]), "-£37.89"),
    ):
        page = boss.get(address)
        assert page.status_code == 200
        assert words in page.content.decode(), address


def test_an_order_of_hundreds_of_lines_is_a_page_that_can_be_read(
    tmp_path: Path, boss: Client
) -> None:
    bring_in(tmp_path, [replace(SALE, code=str(20_000 + number)) for number in range(300)])
    page = boss.get(reverse("audit-stream", args=[order("536365").id])).content.decode()
    assert "The first 400 of" in page
    assert page.count('<tr id="field-') < 1_000
