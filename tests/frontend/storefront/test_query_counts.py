"""How often the main pages ask the database, with the slow-moving tables already cached.

Delivery, promotions and taxes are asked every time: that takes less than looking into a cache.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.frontend.storefront.shopping import HTMX, Shopper
from tests.support.trade import CARD

# Without a basket, and with one: pages for everybody do not look at it, the rest shows its lines.
PINNED = {
    "/": (4, 4),
    "/categories/prints/": (2, 2),
    "/products/moon/": (11, 11),
    "/visitor/": (0, 6),
    "/cart/": (0, 6),
    "/checkout/": (0, 7),
}


@pytest.mark.parametrize(("path", "counts"), PINNED.items())
@pytest.mark.parametrize("filled", [False, True], ids=["no basket", "a basket"])
def test_a_page_asks_no_more_than_it_did(
    shopper: Shopper, path: str, counts: tuple[int, int], filled: bool
) -> None:
    if filled:
        shopper.add()
        shopper.add(CARD)
    most = counts[filled]
    shopper.client.get(path, headers=HTMX)
    with CaptureQueriesContext(connection) as asked:
        assert shopper.client.get(path, headers=HTMX).status_code in (200, 303)
    assert len(asked) == most, "\n".join(query["sql"][:110] for query in asked.captured_queries)
