"""Turns what modules answer into what components draw; words and addresses, no rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse

from frontend.caching.fragments import ByIdentity
from frontend.templatetags.shop import money
from modules.catalog.contracts import Browsed, CategoryNode, Picture, ProductCard
from modules.checkout.contracts import AppliedCard, Basket, BasketLine, EnteredCode
from modules.kernel.money import Money
from modules.pricing.contracts import REVERSE_CHARGE, Quote
from modules.pricing.selectors import is_reverse_charged, taken_off

AVAILABILITY = {
    "in-stock": "In stock",
    "low": "Only a few left",
    "backorder": "Made to order, a little later",
    "sold-out": "Sold out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumb:
    label: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NavigationLink:
    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A product as `components/product_card.html` draws it."""

    slug: str
    name: str
    url: str
    note: str
    picture: Picture | None
    second_picture: Picture | None
    badge: str
    price: Money
    price_before: Money | None
    price_varies: bool
    sold_out: bool
    sku: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A basket line as `components/basket_lines.html` draws it."""

    sku: str
    title: str
    variant: str
    url: str
    picture: object | None
    quantity: int
    maximum: int
    total: Money
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBasket:
    """A basket as `components/basket_lines.html` draws it."""

    lines: tuple[ShownLine, ...]
    quantity: int
    subtotal: Money
    note: str
    notes: tuple[str, ...]
    orderable: bool
    free_delivery_left: Money | None
    free_delivery_percent: int | None
    discounts: tuple[dict[str, object], ...] = ()
    discounted: Money | None = None
    codes: tuple[EnteredCode, ...] = ()
    gift_cards: tuple[AppliedCard, ...] = ()
    offers: tuple[str, ...] = ()


@lru_cache(maxsize=5000)
def address(name: str, argument: str) -> str:
    """Returns the address of a page; kept, because a list would find out fifty of them anew."""
    return reverse(name, args=[argument])


def card(product: ProductCard) -> Card:
    badge = AVAILABILITY["low"] if product.availability == "low" else ""
    return Card(
        slug=product.slug,
        name=product.title,
        url=address("product", product.slug),
        note=" · ".join(part for part in (product.kind, product.series) if part),
        picture=product.picture,
        second_picture=product.hover_picture,
        badge=badge,
        price=product.price,
        price_before=product.compare_at,
        price_varies=product.price_varies,
        sold_out=product.availability == "sold-out",
        sku=product.single_sku,
    )


# A listing's row gives the same card as long as it stays as it is.
_known_card = ByIdentity(card)


def cards(products: tuple[ProductCard, ...]) -> list[Card]:
    return [_known_card(product) for product in products]


def shown_line(line: BasketLine) -> ShownLine:
    problem = line.problem
    if not problem and line.price_was is not None:
        problem = (
            "The price of this piece has changed since you added it; "
            f"it was {money(line.price_was)}."
        )
    return ShownLine(
        sku=line.sku,
        title=line.title,
        variant=line.options_text,
        url=f"{reverse('product', args=[line.product_slug])}?sku={line.sku}",
        picture=line.picture,
        quantity=line.quantity,
        maximum=max(line.available, line.quantity, 1),
        total=line.total,
        problem=problem,
    )


def shown_basket(basket: Basket) -> ShownBasket:
    gap = basket.free_delivery_gap
    percent = None
    if gap is not None and basket.lines:
        goal = basket.goods.minor + gap.minor
        percent = 100 if goal == 0 else basket.goods.minor * 100 // goal
    return ShownBasket(
        lines=tuple(shown_line(line) for line in basket.lines),
        quantity=basket.quantity,
        subtotal=basket.goods,
        note="Taxes included. Delivery is added at checkout.",
        notes=basket.notes,
        offers=basket.offers,
        orderable=basket.orderable,
        free_delivery_left=gap,
        free_delivery_percent=percent,
        discounts=tuple(discount_rows(basket.quote)) if basket.quote else (),
        discounted=goods_left(basket.quote) if basket.discounts and basket.quote else None,
        codes=basket.codes,
        gift_cards=basket.gift_cards,
    )


def goods_left(quote: Quote) -> Money:
    """Returns what the lines cost after all discounts, as listed."""
    left = sum(line.subtotal_minor - line.discount_minor for line in quote.lines)
    return Money(left, quote.currency)


def discount_rows(quote: Quote) -> list[dict[str, object]]:
    """Returns a row for each promotion that took something off."""
    return [
        {
            "label": row.label,
            "note": f"Voucher {row.voucher}" if row.voucher else "",
            "amount": Money(-row.amount_minor, quote.currency),
            "saving": True,
        }
        for row in taken_off(quote)
    ]


def crumbs(trail: Sequence[CategoryNode], last: str) -> list[Crumb]:
    above = [Crumb(label=node.name, url=address("category", node.path)) for node in trail]
    return [Crumb(label="Home", url="/"), *above, Crumb(label=last)]


def navigation(tree: tuple[CategoryNode, ...]) -> tuple[NavigationLink, ...]:
    return tuple(
        NavigationLink(name=node.name, url=address("category", node.path)) for node in tree
    )


def shown_count(found: Browsed, page_size: int) -> int:
    """Returns how many of the list a reader has seen when this page is the last loaded."""
    return min(found.total, found.page * page_size)


def quote_rows(quote: Quote) -> list[dict[str, object]]:
    """Returns the rows of `components/totals.html` above the total."""
    rows: list[dict[str, object]] = [
        {"label": "Subtotal", "amount": Money(quote.subtotal_minor, quote.currency)}
    ]
    rows += discount_rows(quote)
    if quote.delivery is not None:
        rows.append(
            {
                "label": "Delivery",
                "note": quote.delivery.title,
                "amount": Money(quote.delivery_minor, quote.currency)
                if quote.delivery_minor
                else None,
                "text": "Free",
            }
        )
    if not quote.tax_included:
        rows += [
            {"label": tax.label, "amount": Money(tax.tax_minor, quote.currency)}
            for tax in quote.taxes
        ]
    return rows


def tax_note(quote: Quote) -> str:
    """Returns the line below a total that says what tax it holds, or why it holds none."""
    if is_reverse_charged(quote):
        return f"{REVERSE_CHARGE}."
    if not quote.tax_included or not quote.tax_minor:
        return ""
    return f"Includes {money(quote.tax_minor, quote.currency)} of tax."
