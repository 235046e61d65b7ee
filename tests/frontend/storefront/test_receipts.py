"""A shopper downloads a receipt from the order's page, and verifies it without the shop."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test.utils import override_settings

import verify
from events.integrity.checkpoints import take
from tests.frontend.storefront.shopping import Shopper, text


@pytest.fixture(autouse=True)
def _own_key(tmp_path: Path) -> Iterator[None]:
    with override_settings(CHECKPOINT_KEY_FILE=tmp_path / "keys", CHECKPOINT_SINKS=""):
        yield


@pytest.fixture
def address(shopper: Shopper) -> str:
    shopper.add()
    return shopper.order()


def test_the_order_s_page_links_a_receipt_that_verifies(
    shopper: Shopper, address: str, tmp_path: Path
) -> None:
    take()
    assert f'href="{address}receipt/"' in shopper.client.get(address).content.decode()
    answer = shopper.client.get(f"{address}receipt/")
    assert answer["Content-Disposition"].startswith('attachment; filename="receipt-')
    assert "no-store" in answer["Cache-Control"]
    file = tmp_path / "receipt.json"
    file.write_bytes(answer.content)
    keys = shopper.client.get("/log/keys").content.decode().split()
    asked = verify.Question([verify.read_key(key) for key in keys])
    assert "events of Order" in verify.verify(file, asked)[0]


def test_before_the_first_checkpoint_the_page_says_when_to_come_back(
    shopper: Shopper, address: str
) -> None:
    answer = shopper.client.get(f"{address}receipt/")
    assert answer.status_code == 409
    assert "That takes a minute" in text(answer)


@pytest.mark.parametrize("since", ["", "x", "9" * 30, "-1", "²"])
def test_a_since_that_is_no_size_is_left_out(shopper: Shopper, address: str, since: str) -> None:
    take()
    answer = shopper.client.get(f"{address}receipt/", {"since": since})
    assert answer.json()["consistency"] == []


def test_a_later_receipt_may_prove_the_earlier_one(shopper: Shopper, address: str) -> None:
    checkpoint = take()
    assert checkpoint is not None
    answer = shopper.client.get(f"{address}receipt/", {"since": checkpoint.size})
    assert answer.json()["consistency"] == [{"from": checkpoint.size, "path": []}]
    assert shopper.client.get(f"{address}receipt/", {"since": 1}).status_code == 404


def test_a_bent_link_gets_no_receipt(shopper: Shopper, address: str) -> None:
    take()
    bent = f"{address.rstrip('/')}x/receipt/"
    assert shopper.client.get(bent).status_code in (403, 404)
