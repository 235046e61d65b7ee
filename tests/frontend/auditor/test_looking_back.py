"""An auditor has a whole read model folded as it was, watches it and takes the file."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.test.utils import override_settings

from events import generations, relay, scratch
from events.database import fetch
from events.store import log_head, read_log
from modules.audit import running
from modules.audit.commands import WORKS, ask_past
from modules.audit.contracts import AskPast
from modules.audit.models import Run
from modules.audit.recording import record
from modules.audit.selectors import run as run_view
from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from tests.api.conftest import keyholder
from tests.frontend.staff.people import signed_in, text

PATH = "/auditor/past/"


@pytest.fixture(autouse=True)
def _folder(order: Placed, tmp_path: Path) -> Iterator[None]:
    with override_settings(EXPORT_ROOT=tmp_path):
        read_log(0, 1)
        yield


def taken(client: Client, path: str) -> list[dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    return [json.loads(line) for line in body.splitlines()]


def test_a_read_model_is_asked_for_folded_and_downloaded(auditor: Client, order: Placed) -> None:
    assert "Nobody looked back yet" in text(auditor.get(PATH))
    answer = auditor.post(PATH, {"read_model": "orders.orders", "position": "1"})
    assert answer.status_code == 303, text(answer)
    run = answer["Location"]
    assert "orders.orders, after position 1" in text(auditor.get(run))
    relay.drain()
    assert "Download the rows" in text(auditor.get(run))
    head, row = taken(auditor, f"{run}rows/")
    assert (head["read_model"], head["position"]) == ("orders.orders", 1)
    assert (row["row"]["status"], row["row"]["version"]) == ("placed", 1)
    assert (row["row"]["id"], row["row"]["email"]) == (str(order.order_id), "sealed")
    assert "orders.orders" in text(auditor.get(PATH))
    assert auditor.get(f"/auditor/runs/{new_id()}/rows/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"read_model": "no.such"}, "there is no projection named no.such"),
        ({"position": "999999"}, "none of them"),
        ({"position": "-1"}, "whole number"),
        ({"as_known_at": "noon"}, "write it with its offset"),
        ({"as_effective_at": "2999-01-01T00:00:00Z"}, "still to come"),
        ({"position": "1", "as_known_at": "2026-01-01T00:00:00Z"}, "not both"),
    ],
)
def test_what_has_no_past_is_refused_in_words(
    auditor: Client, typed: dict[str, str], words: str
) -> None:
    answer = auditor.post(PATH, {"read_model": "orders.orders", **typed})
    assert (answer.status_code, words in text(answer)) == (409, True)
    assert Run.objects.count() == 0


def test_the_past_is_the_auditors_alone(auditor: Client) -> None:
    staff = signed_in("staff")
    assert staff.get(PATH).status_code == 403
    assert staff.post("/auditor/runs/ask/past/", {"subject": "orders.orders"}).status_code == 403
    assert PATH not in staff.get("/auditor/projections/").content.decode()
    assert PATH in auditor.get("/auditor/projections/").content.decode()


def test_a_step_goes_on_with_what_the_last_one_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "BATCH", 1)
    monkeypatch.setattr(running, "STEP_SECONDS", 0.0)
    run_id = ask_past(AskPast(read_model="payments.payments"))
    running.do_step(run_id, 0, WORKS, record)
    running.do_step(run_id, 1, WORKS, record)
    folded = [row.position or 0 for row in read_log(0, 9) if row.topic.startswith("payments.")]
    assert fetch("SELECT position, owner FROM es.scratch") == [(folded[1], str(run_id))]
    monkeypatch.undo()
    relay.drain()
    found = run_view(run_id)
    assert (found.outcome, found.done, found.facts["Rows"]) == ("good", log_head(), "1")
    assert fetch("SELECT count(*) FROM es.scratch") == [(0,)]


def test_an_event_that_cannot_be_folded_ends_the_run_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (orders,) = generations.choose(["orders.orders"])
    monkeypatch.setattr(type(orders), "fold_all", lambda *_: 1 / 0)
    run_id = ask_past(AskPast(read_model="orders.orders"))
    relay.drain()
    assert (run_view(run_id).outcome, "cannot fold" in run_view(run_id).message) == ("failed", True)
    assert fetch("SELECT count(*) FROM es.scratch") == [(0,)]


def test_a_machine_asks_watches_and_takes_the_rows(order: Placed) -> None:
    caller = keyholder("audit:read")
    asked = caller("POST", "/api/audit/past", {"read_model": "orders.orders", "position": 1})
    assert (asked.status, asked.json["outcome"]) == (202, "")
    path = f"/api/audit/past/{asked.json['id']}"
    assert caller("GET", f"{path}/rows").status == 404
    relay.drain()
    assert caller("GET", path).json["outcome"] == "good"
    answer = caller.client.get(f"{path}/rows", headers=caller.headers)
    lines = b"".join(answer.streaming_content).splitlines()  # type: ignore[attr-defined]
    assert [json.loads(line)["row"]["id"] for line in lines[1:]] == [str(order.order_id)]
    refused = caller("POST", "/api/audit/past", {"read_model": "orders.orders", "position": 999})
    assert (refused.status, refused.json["type"].rpartition("/")[2]) == (409, "past-refused")
    assert caller("GET", f"/api/audit/past/{new_id()}").status == 404
    assert keyholder("orders:read")("GET", path).status == 403
