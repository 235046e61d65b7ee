"""Saves gathered goods into the shop: page, price, stock and listing, all or nothing.

Running it again changes nothing: goods the shop knows keep their page and their stock, and a price
that is in force already is not listed a second time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import batched

from django.db.transaction import atomic

from config.importing import rules
from config.importing.gathering import Goods
from modules.catalog.commands import save_category, save_products, update_listings
from modules.catalog.contracts import SaveCategory, SaveProduct, SaveVariant, UpdateListing
from modules.catalog.selectors import category_tree, sellable_variants
from modules.inventory.commands import receive_stocks
from modules.inventory.contracts import ReceiveStock
from modules.inventory.selectors import stock_levels
from modules.kernel.money import Money, exponent
from modules.pricing.commands import set_prices
from modules.pricing.contracts import SetPrice

CURRENCY = "GBP"
BATCH = 500

type Rates = Mapping[str, Decimal]
type Step = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """How many products are new, and how many the shop knew already."""

    new: int
    known: int


@atomic
def load(goods: Sequence[Goods], *, rates: Rates, advance: Step) -> Loaded:
    """Saves goods with prices in pounds and, by `rates` per pound, in further currencies.

    `advance(step, count)` is told after every batch how many goods a step has done.
    """
    _save_categories()
    known = sellable_variants([one.code for one in goods])
    new = [one for one in goods if one.code not in known]
    # Prices and stock first: what they announce has no listing to change yet, which comes whole.
    for batch in batched(goods, BATCH, strict=False):
        set_prices([SetPrice(sku=one.code, price=p) for one in batch for p in _prices(one, rates)])
        advance("Prices", len(batch))
    for batch in batched(goods, BATCH, strict=False):
        _receive(batch)
        advance("Stock", len(batch))
    for batch in batched(new, BATCH, strict=False):
        save_products([_product(one) for one in batch])
        advance("Products", len(batch))
    advance("Products", len(known))
    for batch in batched(goods, BATCH, strict=False):
        update_listings(_listings(batch, rates))
        advance("Listings", len(batch))
    return Loaded(new=len(new), known=len(known))


def _save_categories() -> None:
    there = {child.path for root in category_tree() for child in (root, *root.children)}
    wanted = [(rules.ROOT_CATEGORY, "Giftware")]
    wanted += [(f"{rules.ROOT_CATEGORY}/{slug}", name) for slug, name in rules.CATEGORIES]
    for position, (path, name) in enumerate(wanted):
        if path not in there:
            save_category(SaveCategory(path=path, name=name, position=position))


def _product(one: Goods) -> SaveProduct:
    title = rules.title_of(one.description)
    category, kind = rules.shelf_of(one.description)
    return SaveProduct(
        slug=rules.slug_of(title, one.code),
        title=title,
        kind=kind,
        description=one.description,
        category=category,
        variants=(SaveVariant(sku=one.code, title=title),),
    )


def _prices(one: Goods, rates: Rates) -> list[Money]:
    pounds = Decimal(one.price_minor).scaleb(-2)
    converted = []
    for currency, rate in rates.items():
        minor = (pounds * rate).scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP)
        converted.append(Money(int(minor), currency))
    return [Money(one.price_minor, CURRENCY), *converted]


def _receive(batch: Sequence[Goods]) -> None:
    counted = stock_levels(one.code for one in batch)
    receive_stocks(
        [
            ReceiveStock(sku=one.code, quantity=one.opening_stock, reason="opening stock")
            for one in batch
            if one.code not in counted
        ]
    )


def _listings(batch: Sequence[Goods], rates: Rates) -> list[UpdateListing]:
    levels = stock_levels(one.code for one in batch)
    return [
        UpdateListing(sku=one.code, price=price, availability=levels[one.code].availability)
        for one in batch
        for price in _prices(one, rates)
    ]
