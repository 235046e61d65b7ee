"""What can be had changes with trade: it shows at once, and where it does not show nothing is lost.

Whatever becomes of whichever product, each kept page says what a page rendered that moment says.
"""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from django.core.cache import cache
from django.db import connection

from frontend.caching.front import PageCache
from modules.catalog.commands import save_product, update_listings
from modules.catalog.contracts import SaveProduct, SaveVariant, UpdateListing
from modules.kernel.money import Money
from modules.pricing.commands import set_prices
from modules.pricing.contracts import SetPrice
from tests.caching.asking import Child, Front
from tests.support.trade import PRICES

pytestmark = pytest.mark.django_db

SUNS = [f"SUN-{number}" for number in range(6)]
LISTS = ["/", "/products/", "/categories/prints/", "/search/?q=sun", "/products/?sort=price"]
CHOOSING = ["/products/?stock=in", "/categories/prints/?stock=in&sort=-price"]
DETAILS = ["/products/moon/", "/products/sun-0/", "/products/sun-5/"]
ELSEWHERE = ["/delivery/", "/search/?q=moon"]
# Every step from one state to another, each once.
STATES = ["in-stock", "low", "backorder", "sold-out"]
WALK = ["in-stock", "low", "backorder", "sold-out", "low", "sold-out", "backorder", "low",
        "in-stock", "backorder", "in-stock", "sold-out", "in-stock"]  # fmt: skip


@pytest.fixture(autouse=True)
def _suns(shop: None) -> Iterator[None]:
    """Prints beside the moon: more than the four that a product page shows as related."""
    for sku in SUNS:
        variants = (SaveVariant(sku=sku, title=sku),)
        save_product(
            SaveProduct(
                slug=sku.lower(), title=sku, kind="print", category="prints", variants=variants
            )
        )
    set_prices(tuple(SetPrice(sku=sku, price=Money(900, "EUR")) for sku in SUNS))
    update_listings(
        [
            UpdateListing(sku=sku, price=Money(900, "EUR"), availability="in-stock")
            for sku in (*SUNS, *PRICES)
        ]
    )
    yield
    become("in-stock", *PRICES)


def become(availability: str, *skus: str) -> None:
    update_listings([UpdateListing(sku=sku, availability=availability) for sku in skus])


def misses(pages: PageCache, front: Front, paths: list[str]) -> list[str]:
    """Returns the pages that had to be rendered anew."""
    found = []
    for path in paths:
        before = pages.counted["misses"]
        front.get(path)
        if pages.counted["misses"] > before:
            found.append(path)
    return found


def test_the_walk_takes_every_step_once() -> None:
    steps = list(pairwise(WALK))
    assert len(steps) == len(set(steps)) == len(STATES) * (len(STATES) - 1)


def test_a_kept_page_always_says_what_a_page_rendered_now_says(front: Front) -> None:
    paths = LISTS + CHOOSING + DETAILS
    fresh = Front(PageCache(front.application.application, 0))  # type: ignore[attr-defined]
    for step, availability in enumerate(WALK):
        become(availability, SUNS[step % 2], SUNS[4])
        for path in paths:
            assert front.get(path).body == fresh.get(path).body, (path, availability)


def test_another_process_shows_it_at_its_next_request(front: Front, other: Child) -> None:
    for path in ("/search/?q=sun", "/products/moon/"):
        assert "Sold out" not in other.read(path)
        front.get(path)
    become("sold-out", *SUNS)
    for path in ("/search/?q=sun", "/products/moon/"):
        assert "Sold out" in other.read(path)
        assert "Sold out" in front.get(path).text


def test_few_left_forgets_only_pages_that_show_the_product(front: Front, pages: PageCache) -> None:
    everything = LISTS + CHOOSING + DETAILS + ELSEWHERE
    misses(pages, front, everything)
    assert misses(pages, front, everything) == []
    become("low", *PRICES)
    forgotten = misses(pages, front, everything)
    assert set(forgotten) >= {"/", "/products/", "/search/?q=moon"}
    assert not {"/search/?q=sun", "/delivery/"} & set(forgotten)


def test_selling_out_forgets_pages_that_choose_by_it_and_no_other_list(
    front: Front, pages: PageCache
) -> None:
    everything = LISTS + CHOOSING + DETAILS + ELSEWHERE
    misses(pages, front, everything)
    become("sold-out", *PRICES)
    forgotten = set(misses(pages, front, everything))
    assert forgotten >= {*CHOOSING, *DETAILS, "/search/?q=moon"}
    assert not {"/search/?q=sun", "/delivery/"} & forgotten


def test_what_is_said_again_without_a_change_forgets_nothing(
    front: Front, pages: PageCache
) -> None:
    everything = LISTS + CHOOSING + DETAILS + ELSEWHERE
    misses(pages, front, everything)
    become("in-stock", *SUNS, *PRICES)
    assert misses(pages, front, everything) == []


@pytest.mark.parametrize("table", ["catalog_variant", "catalog_listing"])
def test_every_other_column_counts_for_the_whole_shop(shop: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute AS a JOIN pg_trigger AS t ON t.tgrelid = a.attrelid"
            " WHERE a.attrelid = %s::regclass AND t.tgname = 'pages_update' AND a.attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' AND NOT a.attnum = ANY (t.tgattr)",
            [table],
        )
        assert cursor.fetchall() == [("availability",)], "add it to the trigger by a migration"


def test_pages_shared_by_processes_are_as_new(front: Front, pages: PageCache) -> None:
    front.get("/categories/prints/")
    become("sold-out", SUNS[0])
    assert "Sold out" in front.get("/categories/prints/").text
    pages.store.clear()
    assert "Sold out" in front.get("/categories/prints/").text
    become("in-stock", SUNS[0])
    pages.store.clear()
    assert "Sold out" not in front.get("/categories/prints/").text
    cache.clear()
