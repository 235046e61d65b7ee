"""An auditor sees the checkpoints, and takes an order's events with their proofs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

import verify
from events.integrity.checkpoints import keep_cosignature, take
from frontend.auditor import proofs
from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from tests.frontend.staff.people import text
from tests.support.signing import signing
from tests.support.trade import order_of, payment_of, ship


@pytest.fixture(autouse=True)
def _signed(order: Placed, tmp_path: Path) -> Iterator[None]:
    with signing(tmp_path):
        take()
        yield


def test_checkpoints_are_listed_with_who_cosigned_them(auditor: Client, order: Placed) -> None:
    ship(order, prints=1)
    found = take()
    assert found is not None
    keep_cosignature(found.size, "witness.test/w1", "— witness.test/w1 AAAA")
    words = text(auditor.get("/auditor/checkpoints/"))
    assert f"{found.size} " in words
    assert "witness.test/w1" in words
    assert "nobody yet" in words
    note = auditor.get(f"/auditor/checkpoints/{found.size}/")
    assert note.content.decode() == f"{found.note}— witness.test/w1 AAAA\n"
    assert auditor.get("/auditor/checkpoints/999/").status_code == 404


def test_earlier_checkpoints_are_a_page_away(
    auditor: Client, order: Placed, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(order, prints=1)
    last = take()
    assert last is not None
    monkeypatch.setattr(proofs, "ROWS", 1)
    first = auditor.get("/auditor/checkpoints/")
    assert f"?before={last.size}" in first.content.decode()
    second = auditor.get("/auditor/checkpoints/", {"before": last.size})
    assert "Earlier checkpoints" not in text(second)
    assert auditor.get("/auditor/checkpoints/", {"before": "x" * 30}).status_code == 200


def test_an_order_is_downloaded_with_its_payments_and_verifies(
    auditor: Client, order: Placed, tmp_path: Path
) -> None:
    assert "Download with proofs" in text(auditor.get(f"/auditor/streams/{order.order_id}/"))
    for stream_id in (order.order_id, payment_of(order).id):
        answer = auditor.get(f"/auditor/streams/{stream_id}/proof/")
        file = tmp_path / "proof.json"
        file.write_bytes(answer.content)
        assert order_of(order).number in verify.verify(file, verify.Question())[0]
    assert auditor.get(f"/auditor/streams/{new_id()}/proof/").status_code == 404
