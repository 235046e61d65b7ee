"""The books over HTTP, for those who hold the scopes."""

from decimal import Decimal
from random import Random

import pytest

from modules.kernel.identity import new_id
from modules.ledger.selectors import cases
from tests.api.conftest import Caller, keyholder
from tests.ledger.books import booked
from tests.ledger.simulator import Simulator
from tests.support.trade import paid, ship

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.fixture
def reader() -> Caller:
    return keyholder("books:read")


def test_the_trial_balance_is_exact_and_says_how_far_it_is(reader: Caller) -> None:
    ship(paid())
    booked()
    found = reader("GET", "/api/ledger/balance").json
    held = {each["account"]: each["amount"] for each in found["balances"]}
    assert held["clearing:testbank"] == "109.89"
    assert held["tax:FR-standard:20"] == "-18.32"
    assert [each["balanced"] for each in found["totals"]] == [True]
    assert found["position"] > 0


def test_a_statement_is_read_page_by_page_with_a_running_balance(reader: Caller) -> None:
    for _ in range(3):
        ship(paid())
    booked()
    for by in ("recorded", "effective"):
        cursor, pages = "", []
        for _ in range(3):
            address = "/api/ledger/accounts/revenue/statement?currency=EUR&limit=1"
            pages.append(reader("GET", f"{address}&by={by}&cursor={cursor}").json)
            cursor = pages[-1]["next_cursor"].replace("+", "%2B")
        assert [page["opening"] for page in pages] == ["0.00", "-87.49", "-174.98"]
        assert [page["rows"][0]["balance"] for page in pages] == ["-87.49", "-174.98", "-262.47"]
        assert not cursor
    assert reader("GET", "/api/ledger/accounts/nothing/statement?currency=EUR").status == 404
    wrong = reader("GET", "/api/ledger/accounts/bank/statement?currency=EUR&cursor=x")
    assert (wrong.status, wrong.code) == (404, "ledger-cursor-unknown")


def test_the_entries_of_an_order_cite_their_events(reader: Caller) -> None:
    ship(placed := paid())
    booked()
    entries = reader("GET", f"/api/ledger/orders/{placed.order_id}/entries").json
    assert [each["kind"] for each in entries] == ["sale", "capture"]
    for entry in entries:
        assert entry["event_id"]
        assert sum(Decimal(leg["amount"]) for leg in entry["legs"]) == 0


def test_a_machine_reconciles_and_closes_cases() -> None:
    clerk = keyholder("books:read", "books:write")
    Simulator(Random(1)).invent(7_777)
    done = clerk("POST", "/api/ledger/reconciliations", {"provider": "testbank"})
    assert (done.status, done.json["opened"]) == (200, 1)
    (case,) = clerk("GET", "/api/ledger/cases").json
    assert case["id"] == str(cases()[0].id)
    address = f"/api/ledger/cases/{case['id']}/close"
    closed = clerk("POST", address, {"reason": "The bank took it back by telephone."})
    assert closed.json["status"] == "closed"
    again = clerk("POST", address, {"reason": "The bank took it back by telephone."})
    assert (again.status, again.code) == (409, "ledger-case-closed")
    nothing = clerk("POST", f"/api/ledger/cases/{new_id()}/close", {"reason": "Nothing there"})
    assert nothing.status == 404
    unknown = clerk("POST", "/api/ledger/reconciliations", {"provider": "invoice"})
    assert (unknown.status, unknown.code) == (404, "payment-provider-unknown")


def test_who_may_only_read_changes_nothing(reader: Caller) -> None:
    refused = reader("POST", "/api/ledger/reconciliations", {"provider": "testbank"})
    assert refused.status == 403
    assert keyholder("orders:read")("GET", "/api/ledger/balance").status == 403
