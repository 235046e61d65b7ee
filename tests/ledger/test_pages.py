"""Staff and auditors read the books on pages; nobody else does."""

from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events import follower
from frontend.ledger.urls import urlpatterns
from modules.ledger.contracts import StatementQuery
from modules.ledger.selectors import statement, trial_balance
from tests.frontend.staff.people import signed_in, text
from tests.support.trade import order_of, paid, ship

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.fixture(params=["staff", "auditor"])
def reader(request: pytest.FixtureRequest) -> Client:
    return signed_in(request.param)


def test_the_trial_balance_shows_every_account_and_that_it_balances(reader: Client) -> None:
    ship(paid())
    follower.catch_up()
    page = text(reader.get("/ledger/"))
    assert "Balanced." in page
    assert "Clearing testbank" in page
    assert "109.89" in page


def test_empty_books_say_what_opens_them(reader: Client) -> None:
    assert "Nothing is booked" in text(reader.get("/ledger/"))


def test_a_statement_leads_to_the_order_and_to_the_event(reader: Client) -> None:
    ship(placed := paid())
    follower.catch_up()
    page = reader.get("/ledger/accounts/revenue/EUR/")
    assert f"/ledger/orders/{placed.order_id}/" in page.content.decode()
    assert f"/auditor/streams/{placed.order_id}/?as_of=" in page.content.decode()
    order = text(reader.get(f"/ledger/orders/{placed.order_id}/"))
    assert order_of(placed).number in order
    assert "tax:FR-standard:20" in order


def test_a_time_that_cannot_be_read_is_refused_in_words(reader: Client) -> None:
    for address in ("/ledger/?at=yesterday", "/ledger/accounts/bank/EUR/?since=soon"):
        answer = reader.get(address)
        assert answer.status_code == 422
        assert "is not a time" in text(answer)


@pytest.mark.parametrize(
    "address",
    [
        "accounts/caymans/EUR/",
        "accounts/bank/XXX/",
        "accounts/bank/EUR/?cursor=x",
        "accounts/bank/EUR/?cursor=@99999999999999999999",
        "accounts/bank/EUR/?by=effective&cursor=2026@1x",
        "cases/00000000-0000-0000-0000-000000000000/",
    ],
)
def test_what_the_books_do_not_have_is_not_found(reader: Client, address: str) -> None:
    assert reader.get(f"/ledger/{address}").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "?at=9999-99-99",
        "journal.csv?until=9999-12-31",
        "accounts/bank/EUR/?until=9999-12-31",
        "what-if/?since=soon",
        "what-if/?rates=FR-standard",
        "what-if/?rates=FR-standard%3D-1",
        "what-if/?off=1e400",
        "what-if/?off=NaN",
        "what-if/?off=0.00001",
    ],
)
def test_what_cannot_be_read_is_refused(reader: Client, address: str) -> None:
    assert reader.get(f"/ledger/{address}").status_code == 422


def test_the_journal_is_a_file(reader: Client) -> None:
    ship(paid())
    follower.catch_up()
    for kind, words in (
        ("csv", "tax:FR-standard:20"),
        ("ledger", "liabilities:tax:FR-standard:20"),
    ):
        answer = reader.get(f"/ledger/journal.{kind}")
        assert words in b"".join(answer).decode()
        assert f"journal.{kind}" in answer["Content-Disposition"]


# Every page of the books: how it is asked for, and whether staff alone may.
PAGES = {
    "ledger": ("GET", "/ledger/", False),
    "ledger-statement": ("GET", "/ledger/accounts/bank/EUR/", False),
    "ledger-order": ("GET", f"/ledger/orders/{UUID(int=1)}/", False),
    "ledger-export": ("GET", "/ledger/journal.csv", False),
    "ledger-cases": ("GET", "/ledger/cases/", False),
    "ledger-compare": ("POST", "/ledger/cases/compare/", True),
    "ledger-upload": ("POST", "/ledger/cases/file/", True),
    "ledger-case": ("GET", f"/ledger/cases/{UUID(int=1)}/", False),
    "ledger-case-close": ("POST", f"/ledger/cases/{UUID(int=1)}/close/", True),
    "ledger-what-if": ("GET", "/ledger/what-if/", False),
    "ledger-discrepancies": ("GET", "/ledger/discrepancies/", False),
    "ledger-correct": ("POST", f"/ledger/discrepancies/{UUID(int=1)}/", True),
}


def test_every_page_is_in_the_matrix() -> None:
    assert {each.name for each in urlpatterns} == PAGES.keys()


@pytest.mark.parametrize("role", ["customer", "anonymous", "auditor", "staff"])
def test_a_page_opens_for_those_who_may(role: str) -> None:
    client = signed_in(role)
    for method, address, staff_only in PAGES.values():
        status = client.generic(method, address).status_code
        if role == "anonymous":
            assert status == 302, address
        elif role == "customer" or (role == "auditor" and staff_only):
            assert status == 403, address
        else:
            assert status in (200, 404, 409, 422), address


def test_a_long_account_takes_no_more_queries_than_a_short_one() -> None:
    counts = set()
    for _ in range(2):
        ship(paid())
        follower.catch_up()
        with CaptureQueriesContext(connection) as queries:
            trial_balance()
            statement(StatementQuery(account="revenue", currency="EUR"))
        counts.add(len(queries))
    assert counts == {4}
