"""`manage.py audit`: the record on the command line."""

from datetime import timedelta

import pytest

from modules.audit.selectors import stream
from modules.checkout.contracts import Placed
from tests.audit.tampering import as_json, refusal, said, tamper
from tests.support.trade import order_of, payment_of


def test_show_prints_every_event_of_an_order_and_its_payments(order: Placed) -> None:
    text = said("show", order_of(order).number)
    for words in ("orders.order", "payments.payment", "Placed", "Parcel shipped", "Authorised"):
        assert words in text


def test_show_gives_machines_the_envelope_and_what_was_hashed(order: Placed) -> None:
    found = as_json("show", order.order_id)
    recorded = stream(order.order_id)
    own = [each for each in found if each["stream_id"] == str(order.order_id)]
    assert [each["hash"] for each in own] == [each.hash for each in recorded]
    assert own[0]["payload"]["number"] == order_of(order).number
    assert {each["stream_id"] for each in found} == {str(order.order_id), str(payment_of(order).id)}


def test_replay_shows_the_state_before_and_after(order: Placed) -> None:
    text = said("replay", order_of(order).number, "--version", 2)
    assert "after event 2 of 3" in text
    assert "confirmed" in text


def test_replay_to_a_time_takes_utc_when_no_zone_is_said(order: Placed) -> None:
    second = stream(order.order_id)[1].recorded_at
    bare = second.replace(tzinfo=None).isoformat()
    for moment in (second.isoformat(), bare):
        found = as_json("replay", order.order_id, "--at", moment)
        assert found["version"] == 2
        assert found["state"]["state"]["status"] == "confirmed"


@pytest.mark.parametrize("action", ["show", "replay", "verify"])
def test_an_unknown_order_is_refused_in_words(order: Placed, action: str) -> None:
    assert "Give an order number such as" in refusal(action, "NONE-SUCH")[1]


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-01T00:00:00Z", "14:30"])
def test_a_time_that_is_none_is_refused_with_an_example(order: Placed, moment: str) -> None:
    assert (
        "write it like 2026-11-21T14:30:00Z" in refusal("replay", order.order_id, "--at", moment)[1]
    )


def test_a_time_before_the_first_event_is_refused_and_that_event_told(order: Placed) -> None:
    first = stream(order.order_id)[0].recorded_at
    early = (first - timedelta(hours=1)).isoformat()
    assert first.isoformat() in refusal("replay", order.order_id, "--at", early)[1]


def test_verify_says_that_every_chain_is_whole(order: Placed) -> None:
    assert "Every chain is whole." in said("verify")
    assert "2 streams" in said("verify", order_of(order).number)
    assert as_json("verify")["broken"] == []


def test_verify_fails_and_names_the_first_bad_event(order: Placed) -> None:
    tamper(
        "UPDATE es.event SET actor = 'staff:nobody' WHERE version = 2 AND stream_id = %s",
        order.order_id,
    )
    for arguments in (("verify",), ("verify", order.order_id)):
        printed, error = refusal(*arguments)
        assert f"{order.order_id}: event 2 does not follow" in printed
        assert "1 of 2 chains are broken" in error
    assert '"version": 2' in refusal("verify", "--json")[0]


def test_what_cannot_be_read_is_refused_without_a_traceback(order: Placed) -> None:
    tamper(
        "UPDATE es.event SET payload = '{}' WHERE version = 3 AND stream_id = %s", order.order_id
    )
    assert "Recompute the chain" in refusal("replay", order.order_id)[1]
    assert "Parcel shipped" in said("show", order.order_id)
