"""Effects over HTTP: staff read the queue, try again and park; others are kept out."""

from collections.abc import Callable
from uuid import UUID

import pytest

from events.database import execute
from events.outbox import emit
from modules.kernel.clock import now
from tests.api.conftest import Caller, ordered


@pytest.fixture
def staff(machine: Callable[..., Caller]) -> Caller:
    return machine("orders:read", "orders:write")


@pytest.fixture
def failed(shop: None) -> UUID:
    identifier = emit("tests.send", key="one")
    execute(
        "UPDATE es.outbox SET failed_at = %s, attempts = 8, last_error = 'MailRefused: 550'"
        " WHERE id = %s",
        (now(), identifier),
    )
    return identifier


def test_the_queue_is_read_in_figures_and_row_by_row(staff: Caller, failed: UUID) -> None:
    assert staff("GET", "/api/effects/overview").json["failed"] == 1
    [listed] = staff("GET", "/api/effects?state=failed&name=tests.send").json
    assert listed == staff("GET", f"/api/effects/{failed}").json
    assert (listed["state"], listed["last_error"]) == ("failed", "MailRefused: 550")


def test_a_failure_is_tried_again_and_parked_with_the_name_of_who_did_it(
    staff: Caller, failed: UUID
) -> None:
    assert staff("POST", f"/api/effects/{failed}/retry").json["state"] == "due"
    parked = staff("POST", f"/api/effects/{failed}/park").json
    assert parked["state"] == "failed"
    assert parked["last_error"].startswith("parked by api-key:")
    assert staff("POST", "/api/effects/retry", {"name": "tests.send"}).json == {"retried": 1}
    assert staff("POST", "/api/effects/retry", {"name": "tests.send"}).json == {"retried": 0}


def test_the_effects_of_an_order_are_listed(staff: Caller, guest: Caller) -> None:
    order, other = ordered(guest), ordered(guest)
    found = staff("GET", f"/api/effects?order_id={order['order_id']}").json
    assert "notifications.send" in {each["name"] for each in found}
    assert not any(other["order_id"] in each["arguments"] for each in found)


def test_timers_are_listed(staff: Caller) -> None:
    names = {each["name"] for each in staff("GET", "/api/effects/timers").json}
    assert {"ledger.reconcile", "carts.remove_abandoned", "events.forget"} <= names


def test_an_unknown_effect_is_not_found(staff: Caller) -> None:
    answer = staff("GET", f"/api/effects/{UUID(int=7)}")
    assert (answer.status, answer.code) == (404, "effect-not-found")


def test_whoever_may_only_read_changes_nothing(
    machine: Callable[..., Caller], guest: Caller, failed: UUID
) -> None:
    assert guest("GET", "/api/effects").status == 401
    reader = machine("orders:read")
    assert reader("GET", "/api/effects").status == 200
    assert reader("POST", f"/api/effects/{failed}/retry").status == 403
