"""Staff see what waits, what failed and why, and have it tried again."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from events.database import execute, fetch
from events.outbox import emit
from events.waiting import effect_counts, effects
from modules.kernel.clock import now
from tests.frontend.staff.people import text


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
    assert effect_counts() == {"failed": 1, "due": len(effects("due")), "later": 1}
    assert [each.name for each in effects("later")] == ["tests.remind"]
    assert [each.id for each in effects("done")] == [done]
    assert "tests.remind" in text(staff.get("/staff/effects/?state=later"))
    assert "tests.send" in text(staff.get("/staff/effects/?state=nonsense"))
