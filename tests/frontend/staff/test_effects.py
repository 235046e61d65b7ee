"""Staff see what waits, what failed and why, and have it tried again."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from events.database import execute, fetch
from events.outbox import emit
from events.waiting import effects, overview
from modules.checkout.contracts import Placed
from modules.kernel.clock import now
from tests.frontend.staff.people import text
from tests.support.trade import buy


@pytest.fixture
def failed(staff: Client) -> UUID:
    identifier = emit("tests.send", key="one", address="lea@example.org")
    execute(
        "UPDATE es.outbox SET failed_at = %s, attempts = 8, last_error = %s WHERE id = %s",
        (now(), "Unavailable: the mail server does not answer", identifier),
    )
    return identifier


def test_a_failed_effect_is_shown_with_its_cause(staff: Client, failed: UUID) -> None:
    words = text(staff.get("/staff/effects/"))
    assert "tests.send" in words
    assert "the mail server does not answer" in words
    assert '"address":"lea@example.org"' in words


def test_a_failed_effect_is_tried_again_and_a_second_press_is_quiet(
    staff: Client, failed: UUID
) -> None:
    for _ in range(2):
        assert staff.post(f"/staff/effects/{failed}/retry/").status_code == 303
    assert fetch("SELECT attempts, failed_at FROM es.outbox WHERE id = %s", (failed,)) == [
        (0, None)
    ]
    assert "Nothing failed" in text(staff.get("/staff/effects/"))
    assert "tests.send" in text(staff.get("/staff/effects/?state=due"))


def test_effects_are_counted_and_listed_by_state(staff: Client, failed: UUID) -> None:
    emit("tests.remind", key="later", due_at=now() + timedelta(hours=1))
    done = emit("tests.done", key="done")
    execute("UPDATE es.outbox SET done_at = %s WHERE id = %s", (now(), done))
    counts = overview()
    assert (counts.failed, counts.due, counts.later) == (1, len(effects("due")), 1)
    assert [each.name for each in effects("later")] == ["tests.remind"]
    assert [each.id for each in effects("done")] == [done]
    assert "tests.remind" in text(staff.get("/staff/effects/?state=later"))
    assert "tests.send" in text(staff.get("/staff/effects/?state=nonsense"))


def test_what_a_worker_holds_is_running_and_what_it_lost_is_due_again(staff: Client) -> None:
    identifier = emit("tests.send", key="held")
    lease = "UPDATE es.outbox SET sent_at = now(), due_at = %s WHERE id = %s"
    execute(lease, (now() + timedelta(seconds=10), identifier))
    assert "tests.send" in text(staff.get("/staff/effects/?state=running"))
    execute(lease, (now() - timedelta(seconds=30), identifier))
    assert "tests.send" in text(staff.get("/staff/effects/?state=due"))
    assert overview().oldest_seconds >= 30


def test_all_failed_effects_of_a_kind_are_tried_again_at_once(staff: Client, failed: UUID) -> None:
    other = emit("tests.other", key="other")
    execute("UPDATE es.outbox SET failed_at = %s WHERE id = %s", (now(), other))
    assert "Try all 1 of tests.send again" in text(staff.get("/staff/effects/"))
    assert staff.post("/staff/effects/retry/", {"name": "tests.send"}).status_code == 303
    assert [each.id for each in effects("failed")] == [other]


def test_an_open_effect_is_parked_and_says_by_whom(staff: Client) -> None:
    identifier = emit("tests.send", key="two")
    assert staff.post(f"/staff/effects/{identifier}/park/").status_code == 303
    [parked] = effects("failed")
    assert parked.id == identifier
    assert parked.last_error.startswith("parked by staff:")


def test_the_effects_of_an_order_are_found_by_its_number(staff: Client, order: Placed) -> None:
    other = buy()
    words = text(staff.get(f"/staff/effects/?q={order.number}"))
    assert "notifications.send" in words
    assert "payments.ask_again" in words
    assert str(order.order_id) in words
    assert str(other.order_id) not in words
    assert "Nothing found" in text(staff.get("/staff/effects/?q=nothing-like-this"))


def test_htmx_asks_for_the_queue_alone(staff: Client, failed: UUID) -> None:
    fragment = staff.get("/staff/effects/", headers={"HX-Request": "true"}).content.decode()
    assert "tests.send" in fragment
    assert "<html" not in fragment
