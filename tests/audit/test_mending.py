"""Read models are rebuilt, exchanged back, compared and freed by the worker, on somebody's word."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections

from events import drift, follower, generations, projections, relay
from events.alarms import MAIL, standing
from events.context import acting
from events.database import execute, fetch
from modules.audit import running
from modules.audit.commands import WORKS, ask_run
from modules.audit.contracts import AskRun, RunKind, RunView
from modules.audit.models import Run
from modules.audit.recording import record
from modules.audit.selectors import run
from modules.checkout.contracts import Placed
from modules.kernel.clock import now
from modules.orders.selectors import order_detail
from tests.support.store import empty_store
from tests.support.trade import open_shop, paid, ship

pytestmark = pytest.mark.django_db(transaction=True)

STAFF = "staff:0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e11"


@pytest.fixture
def order(transactional_db: None) -> Iterator[Placed]:
    empty_store()
    open_shop()
    placed = paid()
    ship(placed, prints=1)
    yield placed
    for (name,) in fetch("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'generation_%%'"):
        execute(f"DROP SCHEMA {name} CASCADE")
    execute("DELETE FROM es.drift")
    execute("DELETE FROM es.drift_check")
    empty_store()
    connections["default"].close()


def done(kind: RunKind, subject: str = "") -> RunView:
    with acting(actor=STAFF):
        run_id = ask_run(AskRun(kind=kind, subject=subject))
    relay.drain()
    return run(run_id)


def test_a_rebuild_mends_what_was_changed_and_leads_back(order: Placed) -> None:
    execute("UPDATE orders_order SET quantity = 77")
    found = done("rebuild", "orders.orders")
    assert (found.outcome, found.actor) == ("good", STAFF)
    assert {"Generation", "Writers waited"} == set(found.facts)
    assert order_detail(order.order_id).number == order.number
    assert fetch("SELECT quantity FROM orders_order") == [(4,)]
    assert done("back", "orders.orders").outcome == "good"
    assert fetch("SELECT quantity FROM orders_order") == [(77,)]


def test_a_rebuild_broken_off_goes_on_in_the_next_step(
    order: Placed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generations, "TAIL", -1)
    monkeypatch.setattr(running, "STEP_SECONDS", 0.0)
    with acting(actor=STAFF):
        run_id = ask_run(AskRun(kind="rebuild"))
    for step in range(2):
        running.do_step(run_id, step, WORKS, record)
    assert Run.objects.get(id=run_id).step == 2
    assert run(run_id).outcome == ""
    monkeypatch.undo()
    relay.drain()
    assert run(run_id).outcome == "good"


def test_a_drifted_cell_is_found_and_told_by_mail_once(order: Placed) -> None:
    assert done("drift").outcome == "good"
    execute("UPDATE orders_order SET quantity = 77")
    for _ in range(2):
        found = done("drift")
        assert (found.outcome, found.facts["Cells that differ"]) == ("bad", "1")
    assert standing().drifted == 1
    (told,) = [each for each in mail.outbox if "drifted" in each.subject]
    assert f"orders_order {order.order_id} quantity" in told.body
    assert "77" not in re.split(r"\W+", str(told.body))
    checked = drift.last_check()
    assert checked is not None
    assert [each.column for each in checked.differences] == ["quantity"]


def test_rebuilds_take_turns(order: Placed) -> None:
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('counterfoil.rebuild'))")
        found = done("rebuild")
        assert (found.outcome, "another rebuild" in found.message) == ("", True)
    other.close()
    execute("UPDATE es.outbox SET due_at = %s WHERE done_at IS NULL", (now() - timedelta(hours=1),))
    relay.drain()
    assert run(found.id).outcome == "good"


def test_a_parked_stream_is_told_by_mail_and_freed_by_a_retry(
    order: Placed, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = projections.registered()["orders.orders"]
    monkeypatch.setattr(type(model), "mode", "async")
    poisoned = pytest.MonkeyPatch()
    poisoned.setattr(type(model), "fold_all", lambda *_: 1 / 0)
    follower.catch_up("orders.orders")
    (parked,) = follower.parked_streams("orders.orders")
    assert parked.stream_id == order.order_id
    assert standing().parked == 1
    relay.drain()
    (told,) = [each for each in mail.outbox if "parked" in each.subject]
    assert str(order.order_id) in told.body
    assert fetch("SELECT count(*) FROM es.outbox WHERE actor = %s", (MAIL,)) == [(1,)]
    subject = f"orders.orders {order.order_id}"
    still = done("retry", subject)
    assert (still.outcome, "still cannot be folded: ZeroDivisionError" in still.message) == (
        "failed",
        True,
    )
    poisoned.undo()
    assert done("retry", subject).outcome == "good"
    assert not standing()
