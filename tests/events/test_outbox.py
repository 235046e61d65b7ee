"""Effects: asked for in a transaction, run after it, once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from events import effects, outbox, relay
from events.database import fetch
from events.effects import effect
from events.errors import NotInTransaction
from modules.kernel.clock import now
from modules.kernel.identity import new_id

pytestmark = pytest.mark.django_db

runs: list[tuple[UUID, object]] = []


@effect("sample.label", max_attempts=3)
def print_label(effect_id: UUID, parcel_id: UUID, at: datetime | None = None) -> None:
    runs.append((effect_id, (parcel_id, at)))


@effect("sample.jam", max_attempts=3)
def jam(effect_id: UUID) -> None:
    runs.append((effect_id, "jam"))
    raise OSError("out of paper")


@pytest.fixture(autouse=True)
def _forget_runs() -> None:
    runs.clear()


def row(identifier: UUID) -> dict[str, object]:
    columns = ("attempts", "sent_at", "done_at", "failed_at", "last_error", "due_at")
    [values] = fetch(f"SELECT {', '.join(columns)} FROM es.outbox WHERE id = %s", (identifier,))
    return dict(zip(columns, values, strict=True))


def test_an_effect_asked_for_twice_runs_once_with_typed_arguments() -> None:
    parcel_id, at = new_id(), datetime(2026, 5, 4, tzinfo=UTC)
    first = outbox.emit("sample.label", key=str(parcel_id), parcel_id=parcel_id, at=at)
    again = outbox.emit("sample.label", key=str(parcel_id), parcel_id=parcel_id, at=at)
    assert first == again
    assert relay.drain() == 1
    assert relay.drain() == 0
    assert runs == [(first, (parcel_id, at))]


def test_a_timer_waits_until_it_is_due() -> None:
    outbox.emit("sample.label", key="1", due_at=now() + timedelta(hours=1), parcel_id=new_id())
    assert relay.drain() == 0


def test_a_cancelled_effect_does_not_run() -> None:
    outbox.emit("sample.label", key="1", parcel_id=new_id())
    assert outbox.cancel("sample.label", "1")
    assert not outbox.cancel("sample.label", "1")
    assert relay.drain() == 0


def test_outside_a_command_a_timer_is_withdrawn_at_once() -> None:
    outbox.emit("sample.label", key="1", parcel_id=new_id())
    outbox.withdraw("sample.label", "1")
    assert relay.drain() == 0


def test_a_failed_attempt_is_due_again_later() -> None:
    identifier = outbox.emit("sample.jam", key="1")
    assert relay.drain() == 0
    state = row(identifier)
    assert state["attempts"] == 1
    assert state["last_error"] == "OSError: out of paper"
    assert state["due_at"] > now()  # type: ignore[operator]


def test_after_the_last_attempt_it_is_a_dead_letter_until_staff_retry_it() -> None:
    identifier = outbox.emit("sample.jam", key="1")
    for attempt in (1, 2, 3):
        effects.perform(identifier, attempt)
    assert row(identifier)["failed_at"] is not None
    assert outbox.retry(identifier)
    assert row(identifier)["attempts"] == 0
    assert len(runs) == 3


def test_a_doubled_message_runs_its_attempt_once() -> None:
    identifier = outbox.emit("sample.jam", key="1")
    effects.perform(identifier, 1)
    effects.perform(identifier, 1)
    assert len(runs) == 1


def test_an_effect_nobody_declared_is_a_dead_letter_that_says_so() -> None:
    identifier = outbox.emit("sample.nobody", key="1")
    relay.drain()
    assert "no effect is declared" in str(row(identifier)["last_error"])


@pytest.mark.django_db(transaction=True)
def test_an_effect_outside_a_transaction_is_refused() -> None:
    with pytest.raises(NotInTransaction):
        outbox.emit("sample.label", key="1", parcel_id=new_id())


@pytest.mark.django_db(transaction=True)
def test_a_rollback_leaves_no_effect_behind() -> None:
    with transaction.atomic():
        outbox.emit("sample.label", key="1", parcel_id=new_id())
        transaction.set_rollback(True)
    assert fetch("SELECT count(*) FROM es.outbox") == [(0,)]
