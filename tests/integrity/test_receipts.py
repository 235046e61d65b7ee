"""A receipt proves that an order's events are in the signed log, to whoever has the log's key."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import verify
from modules.audit.contracts import CheckpointUnknown, ReceiptNotReady
from modules.audit.receipts import write_receipt
from modules.audit.selectors import receipt
from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from tests.integrity.record import log_keys, question, signed, trade
from tests.support.trade import open_shop, order_of, paid, payment_of, ship

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Placed:
    open_shop()
    trade(30, every=10)
    return paid()


def verdict(text: str, path: Path, *kept: str) -> list[str]:
    file = path / "receipt.json"
    file.write_text(text, encoding="utf-8")
    return verify.verify(file, question(*kept))


def test_a_receipt_proves_every_event_of_the_order(order: Placed, tmp_path: Path) -> None:
    signed()
    found = receipt(order.order_id)
    number = order_of(order).number
    assert verdict(found, tmp_path)[0] == f"events of Order {number}: 2, recorded by shop.test/log"
    assert {each["stream_id"] for each in json.loads(found)["events"]} == {str(order.order_id)}


def test_it_may_hold_the_payments_too(order: Placed, tmp_path: Path) -> None:
    signed()
    text = write_receipt("the order", [order.order_id, payment_of(order).id])
    assert len(json.loads(text)["events"]) > 2
    verdict(text, tmp_path)


def test_before_the_next_checkpoint_there_is_none_yet(order: Placed) -> None:
    with pytest.raises(ReceiptNotReady, match="try again"):
        receipt(order.order_id)


def test_events_after_the_checkpoint_are_counted(order: Placed, tmp_path: Path) -> None:
    signed()
    ship(order, prints=1)
    said = verdict(receipt(order.order_id), tmp_path)
    assert said[-1] == "NOTE: events after the last checkpoint: 1"


def test_a_later_receipt_proves_where_it_comes_from(order: Placed, tmp_path: Path) -> None:
    first = signed()
    early = receipt(order.order_id)
    ship(order, prints=1)
    trade(25, every=99)
    signed()
    later = receipt(order.order_id, since=first.size)
    kept = json.loads(early)["checkpoint"]["note"]
    verdict(later, tmp_path, kept)
    with pytest.raises(verify.Unusable, match=f"since={first.size}"):
        verdict(receipt(order.order_id), tmp_path, kept)


def test_a_proof_from_a_checkpoint_that_never_was_is_refused(order: Placed) -> None:
    signed()
    with pytest.raises(CheckpointUnknown):
        receipt(order.order_id, since=7)


def change(where: str, value: object) -> Callable[[dict[str, Any]], None]:
    def edit(found: dict[str, Any]) -> None:
        found["events"][1][where] = value

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        change("payload", '{"number":"0000-0000"}'),
        change("actor", "nobody"),
        change("position", 1),
        change("version", 1),
        change("hash", "00" * 32),
        change("proof", []),
        lambda found: found["events"].reverse(),
        lambda found: found["events"].pop(0),
        lambda found: found["events"][0]["proof"].pop(),
        lambda found: found["checkpoint"].update(
            note=found["checkpoint"]["note"].replace("shop.test/log\n", "shop.test/log\n1", 1)
        ),
    ],
)
def test_an_edited_receipt_is_refused(
    edit: Callable[[dict[str, Any]], None], order: Placed, tmp_path: Path
) -> None:
    signed()
    found = json.loads(receipt(order.order_id))
    edit(found)
    with pytest.raises(verify.Bad):
        verdict(json.dumps(found), tmp_path)


def test_without_the_shop_s_key_the_reader_is_told_to_compare(
    order: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signed()
    (tmp_path / "receipt.json").write_text(receipt(order.order_id))
    assert verify.main([str(tmp_path / "receipt.json")]) == 0
    assert "came with the file: compare it" in capsys.readouterr().out
    assert verify.main([str(tmp_path / "receipt.json"), "--key", log_keys()[0]]) == 0
    assert "compare" not in capsys.readouterr().out


def test_there_is_no_receipt_of_nothing() -> None:
    trade(1, every=1)
    with pytest.raises(ReceiptNotReady):
        write_receipt("nothing", [new_id()])
