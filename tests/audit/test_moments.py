"""What an auditor is told of the past on both clocks: rows, sums, streams and refusals."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.test import Client

from events.errors import MomentAhead, MomentUnreadable, NothingRecordedYet
from events.moments import AsOf, as_of, read_moment
from events.privacy.sealing import SEALED
from events.projections import Projection, registered
from events.store import RecordedEvent, read_stream
from modules.adjustments.selectors import adjustment_totals
from modules.audit.contracts import ReadModelUnknown, StreamUnknown
from modules.audit.folding import as_text
from modules.audit.selectors import read_models, row_then, state_at, totals
from modules.checkout.contracts import Placed
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.orders.models import OrderMoney
from tests.api.conftest import Caller, keyholder
from tests.audit.tampering import as_json, refusal, said, tamper
from tests.support.trade import PRINT, order_of, payment_of, refund, ship

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def events_of(placed: Placed) -> list[RecordedEvent]:
    return read_stream(payment_of(placed).id)


@pytest.fixture
def auditor(order: Placed) -> Caller:
    return keyholder("audit:read", "orders:read", "stock:write")


def keys_of(order: Placed) -> dict[str, Any]:
    return {"orders.orders": order.order_id, "payments.payments": payment_of(order).id}


def test_a_row_folded_afresh_is_the_row_of_the_live_table(order: Placed) -> None:
    ship(order, prints=1)
    refund(order, 700)
    for name, key in keys_of(order).items():
        projection = registered()[name]
        assert isinstance(projection, Projection)
        (live,) = projection.model._default_manager.filter(pk=key).values()
        row = row_then(name, key)
        columns = row.columns | {"version": row.version}
        plain = msgspec.json.decode(msgspec.json.encode(live, enc_hook=as_text))
        for parcel in plain["state"].get("parcels", ()):
            parcel["tracking_number"] = SEALED
        for refunded in plain["state"].get("refunds", ()):
            refunded["reason"] = SEALED
        sealed = {"id", "email", "name", "words", "search"}
        assert {name: columns.get(name) for name in live if name not in sealed} == {
            name: value for name, value in plain.items() if name not in sealed
        }
    money = OrderMoney.objects.values().get(order_id=order.order_id)
    assert {**row_then("orders.money", order.order_id).columns, "order_id": order.order_id} == money


def test_rows_of_the_past_say_nothing_of_persons(order: Placed) -> None:
    text = str(row_then("orders.orders", order.order_id).columns)
    assert "lea@example.org" not in text
    assert "Lea Martin" not in text


def test_a_row_follows_its_stream_on_the_recorded_clock(order: Placed) -> None:
    moment = now()
    ship(order, prints=1)
    then = row_then("orders.orders", order.order_id, AsOf(known_at=moment)).columns
    assert (then["open_units"], order_of(order).lines[0].open) == (3, 1)


def test_the_money_of_an_order_is_told_as_of_a_moment(order: Placed) -> None:
    moment = now()
    refund(order, 700)
    then = row_then("orders.money", order.order_id, AsOf(known_at=moment)).columns
    assert (then["refunded_minor"], then["status"]) == (0, "partially-captured")
    assert row_then("orders.money", order.order_id).columns["refunded_minor"] == 700


def test_totals_differ_by_what_moved_between_two_moments(order: Placed) -> None:
    moment = now()
    refund(order, 700)
    (before,) = totals(AsOf(known_at=moment)).currencies
    (after,) = totals().currencies
    assert (before.currency, before.orders, before.refunded_minor) == ("EUR", 1, 0)
    assert after.refunded_minor - before.refunded_minor == 700
    assert after.captured_minor == before.captured_minor == payment_of(order).captured_minor
    assert totals(AsOf(known_at=EPOCH)).currencies == ()
    assert adjustment_totals("EUR", AsOf(known_at=EPOCH, effective_at=EPOCH)).documents == 0


def test_what_is_no_read_model_or_no_row_is_refused_in_words(order: Placed) -> None:
    with pytest.raises(ReadModelUnknown, match="Ask for one of these"):
        row_then("orders.nothing", order.order_id)
    with pytest.raises(StreamUnknown):
        row_then("orders.orders", new_id())
    with pytest.raises(StreamUnknown):
        row_then("orders.money", new_id())
    assert "adjustments.adjustments" in read_models()
    with pytest.raises(NothingRecordedYet):
        row_then("orders.orders", order.order_id, AsOf(known_at=EPOCH))


@pytest.fixture
def hasty(order: Placed) -> datetime:
    """A provider's clock that runs behind: its answer is dated before our question."""
    events = events_of(order)
    requested, started = events[0].recorded_at, events[1].recorded_at
    early = requested + (started - requested) / 2
    tamper(
        "UPDATE es.event SET effective_at = %s WHERE stream_id = %s AND topic LIKE %s",
        early,
        payment_of(order).id,
        "%.authorised.%",
    )
    return early


def test_an_answer_waits_for_the_question_that_it_answers(order: Placed, hasty: datetime) -> None:
    payment_id = payment_of(order).id
    found = state_at(payment_id, as_of=AsOf(effective_at=hasty))
    assert found.version == 1
    assert found.state["state"]["authorised_minor"] == 0  # type: ignore[index]


def test_an_answer_dated_before_its_question_counts_once_both_are_true(
    order: Placed, hasty: datetime
) -> None:
    started = events_of(order)[1].effective_at
    found = state_at(payment_of(order).id, as_of=AsOf(effective_at=started))
    assert found.state["state"]["authorised_minor"] > 0  # type: ignore[index]


ADDRESSES = (
    "/api/orders/{order}",
    "/api/orders/{order}/payments",
    "/api/orders/{order}/timeline",
    "/api/audit/orders/{order}/state",
    "/api/audit/orders/{order}/events",
    "/api/audit/payments/{payment}/state",
    "/api/audit/read-models/orders.orders/{order}",
    "/api/audit/read-models/orders.money/{order}",
    "/api/audit/stock/MOON-A3",
    "/api/audit/totals",
    "/api/staff/payments/{payment}",
    "/api/staff/orders",
    "/api/staff/stock",
    "/api/staff/stock/MOON-A3/movements",
)


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_address_refuses_what_is_no_moment_of_the_past(
    order: Placed, auditor: Caller, path: str
) -> None:
    address = path.format(order=order.order_id, payment=payment_of(order).id)
    ahead = (now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for name in ("as_known_at", "as_effective_at"):
        future = auditor("GET", f"{address}?{name}={ahead}")
        assert (future.status, future.code) == (409, "moment-ahead")
        assert "leave it out for the present" in future.json["detail"]
        for wrong in ("2026-03-01T12:00:00", "yesterday", "2026-13-01T12:00:00Z", ""):
            answer = auditor("GET", f"{address}?{name}={wrong}")
            assert (answer.status, answer.code) == (422, "invalid-request"), wrong
            assert answer.json["errors"][0]["parameter"] == name
        both = auditor("GET", f"{address}?{name}={now():%Y-%m-%dT%H:%M:%S.%fZ}")
        assert both.status == 200


@pytest.mark.parametrize(
    "path", [each for each in ADDRESSES if "{" in each or "audit/stock" in each]
)
def test_a_moment_before_the_first_fact_is_refused_and_the_first_one_told(
    order: Placed, auditor: Caller, path: str
) -> None:
    address = path.format(order=order.order_id, payment=payment_of(order).id)
    answer = auditor("GET", f"{address}?as_known_at=0001-01-01T00:00:00%2B14:00")
    if path.endswith("orders.money/{order}"):
        assert (answer.status, answer.code) == (404, "stream-unknown")
    else:
        assert (answer.status, answer.code) == (404, "nothing-recorded-yet")
        assert answer.json["fields"]["first"] in answer.json["detail"]


def test_a_list_of_the_past_refuses_the_statuses_of_the_present(
    order: Placed, auditor: Caller
) -> None:
    moment = f"{now():%Y-%m-%dT%H:%M:%S.%fZ}"
    for narrowed in ("view=to-ship", "status=confirmed"):
        answer = auditor("GET", f"/api/staff/orders?{narrowed}&as_known_at={moment}")
        assert (answer.status, answer.code) == (409, "past-unsorted")
    assert auditor("GET", "/api/staff/orders?as_known_at=1970-01-01T00:00:00Z").json["orders"] == []
    assert (
        auditor("GET", "/api/staff/orders?as_effective_at=1970-01-01T00:00:00Z").json["orders"]
        == []
    )


def test_an_auditor_needs_no_right_of_staff(order: Placed) -> None:
    auditor = keyholder("audit:read")
    assert auditor("GET", f"/api/audit/stock/{PRINT}").json["on_hand"] == 9
    assert auditor("GET", f"/api/staff/stock/levels?sku={PRINT}").status == 403
    assert auditor("GET", "/api/audit/read-models").json == list(read_models())
    assert Caller(Client())("GET", "/api/audit/totals").status == 401


@pytest.mark.parametrize(
    "text", ["2026-11-21T14:30:00", "2026-11-21", "now", "2026-02-30T00:00:00Z", "2026-11-21T14Z"]
)
def test_a_typed_moment_without_its_offset_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(MomentUnreadable, match="like 2026-11-21T14:30:00Z"):
        read_moment(text)


def test_a_typed_moment_is_read_as_people_write_it() -> None:
    expected = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
    for text in ("2026-11-21T14:30:00Z", "2026-11-21 14:30Z", " 2026-11-21T15:30:00 01:00 "):
        assert read_moment(text) == expected
    assert read_moment("  ") is None


class Asked:
    def __init__(self, known: datetime | None, effective: datetime | None) -> None:
        self.as_known_at, self.as_effective_at = known, effective


def test_a_moment_is_of_the_past_and_has_an_offset() -> None:
    assert as_of(Asked(None, None)) is None
    with pytest.raises(MomentUnreadable):
        as_of(Asked(datetime(2020, 1, 1), None))  # noqa: DTZ001  # the point of the test
    with pytest.raises(MomentAhead):
        as_of(Asked(EPOCH, now() + timedelta(minutes=1)))


def test_the_command_line_shows_replays_and_sums_as_of_a_moment(order: Placed) -> None:
    moment = now()
    ship(order, prints=1)
    number = order_of(order).number
    known = ("--as-known-at", moment.isoformat())
    assert len(as_json("show", number)) > len(as_json("show", number, *known))
    assert as_json("replay", number, *known)["version"] == 3
    assert as_json("replay", number, "--as-effective-at", moment.isoformat())["version"] == 3
    assert as_json("stock", PRINT)["on_hand"] == 8
    assert as_json("stock", PRINT, *known)["on_hand"] == 9
    assert as_json("row", "orders.orders", number, *known)["columns"]["open_units"] == 3
    assert as_json("totals", *known)[0]["orders"] == 1
    for arguments in (("stock", PRINT), ("row", "orders.money", number), ("totals",)):
        assert "as known at 20" in said(*arguments, *known)
    assert "As known at 20" in said("show", number, *known)


def test_the_command_line_refuses_moments_in_words(order: Placed) -> None:
    ahead = (now() + timedelta(hours=1)).isoformat()
    number = order_of(order).number
    for arguments in (("show", number), ("stock", PRINT), ("totals",)):
        assert "still to come" in refusal(*arguments, "--as-known-at", ahead)[1]
        assert "write it with its offset" in refusal(*arguments, "--as-effective-at", "noon")[1]
    early = ("--as-known-at", "1970-01-01T00:00:00Z")
    assert "its first event is of" in refusal("show", number, *early)[1]
    assert "its first event is of" in refusal("stock", PRINT, *early)[1]
    both = ("--at", "2026-01-01T00:00:00Z", *early)
    assert "not both" in refusal("replay", number, *both)[1]
    assert "still to come" in refusal("replay", number, "--at", ahead)[1]
