"""An order with a shipped part, and its payment, to be audited."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from events import relay
from events.integrity.checkpoints import take
from modules.checkout.contracts import Placed
from tests.support.signing import signing
from tests.support.trade import open_shop, paid, ship


@pytest.fixture
def order(db: None) -> Placed:
    open_shop()
    placed = paid()
    ship(placed, prints=1)
    return placed


@pytest.fixture
def signed(order: Placed, tmp_path: Path) -> Iterator[None]:
    """A first checkpoint over that order, and a place for exports."""
    with signing(tmp_path):
        relay.drain()
        take()
        yield
