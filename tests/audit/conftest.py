"""An order with a shipped part, and its payment, to be audited."""

import pytest

from modules.checkout.contracts import Placed
from tests.support.trade import open_shop, paid, ship


@pytest.fixture
def order(db: None) -> Placed:
    open_shop()
    placed = paid()
    ship(placed, prints=1)
    return placed
