"""How often the main pages ask the database, with the slow-moving tables already cached.

Categories, facets, delivery, promotions and taxes are asked every time, by prepared statements:
that takes less than looking into a cache.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.frontend.storefront.shopping import HTMX, Shopper
from tests.support.trade import CARD

# Without a basket, and with one: pages for everybody do not look at it, the rest shows its lines.
PINNED = {
    "/": (7, 7),
    "/categories/prints/": (4, 4),
    "/products/moon/": (6, 6),
    "/visitor/": (0, 6),
    "/cart/": (1, 7),
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
