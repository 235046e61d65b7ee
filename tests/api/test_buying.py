"""One purchase over HTTP, start to end, by a guest who holds tokens and nothing else."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.payments.commands import bank_decide
from tests.api.conftest import ADDRESS, DELIVERY, LARGE, PRICES, SMALL, Basket, Caller, ordered
from tests.bench.counting import play
from tests.bench.scripts import purchase
from tests.support.moments import between_turns

TOTAL = 2 * PRICES[SMALL] + PRICES[LARGE] + DELIVERY
RETURN = "https://shop.example/thanks"
# Of the whole way from basket to payment, seven requests. They may only fall.
# One of them is the key of the personal data; at the bank one counts the tries to pay.
STATEMENTS = {"invoice": 48, "testbank": 59}


@pytest.mark.parametrize("provider", STATEMENTS)
def test_buying_takes_as_few_statements_as_it_did(committed_guest: Caller, provider: str) -> None:
    def buy() -> None:
        play(committed_guest.client, purchase((SMALL, LARGE), provider, uuid4()))

    # Tries to pay are counted by the hour: the first of one adds a row.
    with between_turns():
        buy()  # fills the caches
        with CaptureQueriesContext(connection) as captured:
            buy()
    statements = [query["sql"] for query in captured.captured_queries]
    assert len(statements) <= STATEMENTS[provider], "\n".join([str(len(statements)), *statements])


def test_a_guest_buys_and_goes_to_the_bank_to_pay(committed_guest: Caller) -> None:
    basket = Basket(committed_guest)
    basket.add(SMALL, 2)
    basket.add(LARGE, 1)
    basket.deliver()
    placed = basket.order(TOTAL)
    step = basket.pay(placed, "testbank")
    assert placed["total_minor"] == TOTAL
    assert step["status"] == "pending"
    assert step["redirect_url"]


def test_the_review_says_what_is_missing_and_what_it_costs(guest: Caller) -> None:
    basket = Basket(guest)
    basket.add(SMALL, 2)
    review = basket.call("GET", f"{basket.path}/review").json
    assert set(review["missing"]) == {"email", "delivery_address", "method_code"}
    assert review["totals"]["total_minor"] == 2 * PRICES[SMALL] + DELIVERY
    assert [line["sku"] for line in review["lines"]] == [SMALL]
    assert [option["method_code"] for option in review["delivery_options"]] == ["standard"]
    assert "testbank" in [method["code"] for method in review["payment_methods"]]


def test_the_same_order_id_is_one_order(guest: Caller) -> None:
    basket = Basket(guest)
    basket.add(SMALL, 1)
    order_id = str(uuid4())
    first = basket.place(PRICES[SMALL] + DELIVERY, order_id)
    again = basket.place(PRICES[SMALL] + DELIVERY, order_id)
    assert (first.status, again.status) == (201, 200)
    assert again.json["outcome"] == "already-placed"
    assert first.json["number"] == again.json["number"]


def test_another_total_than_the_shops_is_refused(guest: Caller) -> None:
    basket = Basket(guest)
    basket.add(SMALL, 1)
    answer = basket.place(1, str(uuid4()))
    assert (answer.status, answer.code) == (409, "cart-changed")
    assert answer.json["fields"]["now_minor"] == PRICES[SMALL] + DELIVERY


def test_what_is_not_sold_cannot_be_added(guest: Caller) -> None:
    basket = Basket(guest)
    answer = basket.call("POST", f"{basket.path}/lines", {"sku": "NOTHING", "quantity": 1})
    assert (answer.status, answer.code) == (404, "variant-not-found")


@pytest.mark.parametrize("key", ["price", "unit_price_minor", "user_id", "is_staff", "status"])
def test_a_price_or_a_right_cannot_be_sent_along(guest: Caller, key: str) -> None:
    basket = Basket(guest)
    answer = basket.call("POST", f"{basket.path}/lines", {"sku": SMALL, "quantity": 1, key: 0})
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == f"#/{key}"


def test_the_token_opens_its_order_and_no_other(guest: Caller) -> None:
    mine, theirs = ordered(guest), ordered(guest)
    holder = guest.with_headers(Authorization=f"Bearer {mine['token']}")
    assert holder("GET", f"/api/orders/{mine['order_id']}").json["number"] == mine["number"]
    foreign = holder("GET", f"/api/orders/{theirs['order_id']}")
    absent = holder("GET", f"/api/orders/{uuid4()}")
    assert (foreign.status, foreign.code) == (absent.status, absent.code)
    assert foreign.json["detail"] == absent.json["detail"]


def test_a_token_that_is_altered_opens_nothing(guest: Caller) -> None:
    mine = ordered(guest)
    token = mine["token"]
    for place in range(0, len(token), 7):
        altered = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        holder = guest.with_headers(Authorization=f"Bearer {altered}")
        assert holder("GET", f"/api/orders/{mine['order_id']}").status == 404


def test_a_paid_order_ships_comes_back_and_is_refunded(
    committed_guest: Caller, committed_staff: Caller
) -> None:
    mine = ordered(committed_guest, provider="invoice")
    order, staff = f"/api/orders/{mine['order_id']}", committed_staff
    desk = f"/api/staff/orders/{mine['order_id']}"
    holder = committed_guest.with_headers(Authorization=f"Bearer {mine['token']}")
    assert holder("GET", order).json["status"] == "confirmed"
    shipped = staff("POST", f"{desk}/parcels", {"carrier": "La Poste"})
    assert shipped.json["fulfilment_status"] == "shipped"
    parcel = shipped.json["parcels"][0]["id"]
    assert staff("POST", f"{desk}/parcels/{parcel}/delivery", {}).status == 200
    payment = holder("GET", f"{order}/payments").json[0]
    assert (
        staff("POST", f"/api/staff/payments/{payment['id']}/arrival").json["status"] == "captured"
    )
    back = holder(
        "POST", f"{order}/returns", {"lines": [{"sku": SMALL, "quantity": 1}], "reason": "bent"}
    )
    assert back.status == 201
    return_id = back.json["returns"][0]["id"]
    received = staff("POST", f"{desk}/returns/{return_id}/receipt", {"restock": False})
    worth = received.json["returns"][0]["value_minor"]
    refund = {"amount_minor": worth, "reason": "bent"}
    assert staff("POST", f"{desk}/refunds", refund).status == 201
    assert holder("GET", f"{order}/payments").json[0]["refunded_minor"] == PRICES[SMALL]
    titles = [entry["topic"] for entry in holder("GET", f"{order}/timeline").json]
    assert titles[0] == "orders.order.placed.v1"
    too_much = staff("POST", f"{desk}/refunds", {"amount_minor": 10**9, "reason": "x"})
    assert (too_much.status, too_much.code) == (409, "payment-amount-refused")


def test_a_buyer_cancels_what_has_not_shipped(committed_guest: Caller) -> None:
    mine = ordered(committed_guest)
    holder = committed_guest.with_headers(Authorization=f"Bearer {mine['token']}")
    path = f"/api/orders/{mine['order_id']}/cancellation"
    assert holder("POST", path, {"reason": "ordered twice"}).json["status"] == "cancelled"


def test_a_card_payment_is_done_when_the_bank_says_so(committed_guest: Caller) -> None:
    mine = ordered(committed_guest, provider="testbank")
    holder = committed_guest.with_headers(Authorization=f"Bearer {mine['token']}")
    session = mine["step"]["redirect_url"].rstrip("/").rsplit("/", 1)[-1]
    bank_decide(session, "approve")
    again = {"provider": "testbank", "return_url": RETURN}
    step = holder("POST", f"/api/orders/{mine['order_id']}/payments", again).json
    assert step["status"] in ("authorised", "pending")
    assert ADDRESS


def test_an_auditor_reads_and_verifies_what_was_recorded(
    committed_guest: Caller, committed_machine: Callable[..., Caller]
) -> None:
    mine = ordered(committed_guest)
    path = f"/api/audit/orders/{mine['order_id']}"
    auditor = committed_machine("audit:read")
    [order, payment] = auditor("GET", f"/api/audit/streams?reference={mine['number']}").json
    assert order["stream_id"] == mine["order_id"]
    assert payment["stream_id"] == mine["payment_id"]
    assert [event["topic"] for event in auditor("GET", f"{path}/events").json] == [
        "orders.order.placed.v1"
    ]
    state = auditor("GET", f"{path}/state?version=1").json
    print(state)
    assert state["versions"] == 1
    assert auditor("GET", f"{path}/verify").json["whole"] is True
    before = auditor("GET", f"{path}/state?at=2001-01-01T00:00:00Z")
    assert (before.status, before.code) == (404, "nothing-recorded-yet")
    as_payment = path.replace("/orders/", "/payments/")
    assert auditor("GET", f"{as_payment}/events").code == "stream-unknown"
    assert committed_machine("orders:read")("GET", f"{path}/events").status == 403
