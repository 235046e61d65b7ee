"""Checkpoints for everybody, proofs for auditors, over HTTP."""

import hashlib
import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import verify as verifier
from events.integrity.checkpoints import Checkpoint, take
from modules.checkout.contracts import Placed
from modules.customers.commands import issue_api_key
from modules.customers.contracts import IssueApiKey
from tests.support.signing import signing
from tests.support.trade import ship


@pytest.fixture(autouse=True)
def _origin(order: Placed, tmp_path: Path) -> Iterator[None]:
    with signing(tmp_path):
        yield


@pytest.fixture
def checkpoints(order: Placed, _origin: None) -> tuple[Checkpoint, Checkpoint]:
    first = take()
    ship(order, prints=1)
    second = take()
    assert first is not None
    assert second is not None
    return first, second


def get(path: str, *, scope: str = "audit:read") -> Any:
    secret = issue_api_key(IssueApiKey(name="someone", scopes=(scope,))).secret
    return Client().get(f"/api{path}", headers={"Authorization": f"Bearer {secret}"})


def test_anybody_reads_checkpoints_and_keys(checkpoints: tuple[Checkpoint, Checkpoint]) -> None:
    first, second = checkpoints
    listed = Client().get("/api/checkpoints").json()
    assert [each["size"] for each in listed] == [second.size, first.size]
    older = Client().get("/api/checkpoints", {"before": second.size, "limit": 1}).json()
    assert [b64decode(each["root"]) for each in older] == [first.root]
    note = Client().get(f"/api/checkpoints/{first.size}")
    assert (note.content.decode(), note["Content-Type"]) == (
        first.note,
        "text/plain; charset=utf-8",
    )
    assert Client().get("/api/checkpoint-keys").json() == {"keys": list(second.keys)}
    assert Client().get("/api/checkpoints/999").json()["code"] == "checkpoint-unknown"


def test_proofs_are_for_auditors_alone(checkpoints: tuple[Checkpoint, Checkpoint]) -> None:
    size = checkpoints[0].size
    for path in (
        f"/audit/checkpoints/{size}/inclusion/1",
        f"/audit/checkpoints/{size}/consistency/1",
    ):
        assert Client().get(f"/api{path}").status_code == 401
        assert get(path, scope="orders:read").status_code == 403


def test_an_event_is_proved_to_be_in_a_checkpoint(
    checkpoints: tuple[Checkpoint, Checkpoint],
) -> None:
    for checkpoint in checkpoints:
        for position in (1, checkpoint.size):
            found = get(f"/audit/checkpoints/{checkpoint.size}/inclusion/{position}").json()
            assert verifier.included(
                b64decode(found["hash"]),
                position - 1,
                checkpoint.size,
                [b64decode(step) for step in found["path"]],
                checkpoint.root,
            )
    beyond = get(f"/audit/checkpoints/{checkpoints[0].size}/inclusion/{checkpoints[1].size}")
    assert (beyond.status_code, beyond.json()["code"]) == (409, "not-covered")


def test_a_checkpoint_is_proved_to_continue_an_earlier_one(
    checkpoints: tuple[Checkpoint, Checkpoint],
) -> None:
    first, second = checkpoints
    found = get(f"/audit/checkpoints/{second.size}/consistency/{first.size}").json()
    path = [b64decode(step) for step in found["path"]]
    assert verifier.consistent(first.size, first.root, second.size, second.root, path)
    other = hashlib.sha256(first.root).digest()
    assert not verifier.consistent(first.size, other, second.size, second.root, path)
    swapped = get(f"/audit/checkpoints/{first.size}/consistency/{second.size}")
    assert swapped.json()["code"] == "not-covered"
    assert get("/audit/checkpoints/777/consistency/1").json()["code"] == "checkpoint-unknown"


def test_an_order_s_receipt_satisfies_the_verifier(
    order: Placed, checkpoints: tuple[Checkpoint, Checkpoint], tmp_path: Path
) -> None:
    answer = get(f"/audit/orders/{order.order_id}/receipt?since={checkpoints[0].size}").json()
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(answer))
    assert order.number in verifier.verify(file, verifier.Question())[0]
    assert [each["from"] for each in answer["consistency"]] == [checkpoints[0].size]
    assert get(f"/audit/payments/{order.order_id}/receipt").status_code == 404


def test_without_a_checkpoint_a_receipt_has_to_wait(order: Placed) -> None:
    answer = get(f"/audit/orders/{order.order_id}/receipt")
    assert (answer.status_code, answer.json()["code"]) == (409, "receipt-not-ready")
