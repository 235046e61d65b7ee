"""Reads together what a basket is worth now: catalogue, prices, stock, delivery and taxes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from django.conf import settings

from modules.carts.contracts import Cart, CartLine
from modules.catalog.contracts import SellableVariant
from modules.catalog.selectors import sellable_variants
from modules.checkout.contracts import BasketLine
from modules.checkout.promoting import settled, situation_of
from modules.inventory.contracts import StockLevel
from modules.inventory.selectors import stock_levels
from modules.kernel.address import Address
from modules.kernel.clock import now
from modules.kernel.money import Money, total
from modules.pricing.contracts import (
    DeliveryCharge,
    Discount,
    ListedPrice,
    PriceList,
    Quote,
    QuoteLine,
    QuoteRequest,
)
from modules.pricing.selectors import is_reverse_charge, is_vat_id, price_list, quote
from modules.promotions.contracts import Decision, Piece, Shopper
from modules.shipping.contracts import DeliveryOption
from modules.shipping.selectors import check_address, delivery_options

NOTHING_LISTED = PriceList(listed={}, rules=())


@dataclass(frozen=True, slots=True)
class Shelf:
    """What of a cart can be had and delivered, before promotions and the total."""

    cart: Cart
    country: str
    lines: tuple[BasketLine, ...]
    listed: dict[str, ListedPrice]
    options: tuple[DeliveryOption, ...]
    chosen: DeliveryOption | None
    goods: Money


@dataclass(frozen=True, slots=True)
class Gathered(Shelf):
    """A cart with everything its page and its order need, read at one moment."""

    decision: Decision
    quote: Quote | None

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(line.problem for line in self.lines if line.problem)


def gather(
    cart: Cart,
    *,
    country: str = "",
    method_code: str = "",
    email: str = "",
    pictures: bool = True,
    shopper: Shopper | None = None,
    check: Callable[[Shelf], None] | None = None,
) -> Gathered:
    """Prices a cart for a country, a way of delivery and an e-mail, by default those it remembers.

    Nothing of it is cached. Lines without a price are left out of the quote and carry a problem
    instead. Who shows no pictures saves reading them; `shopper` stands for somebody else than the
    cart's own. What `check` refuses costs no promotions and no quote: a crowd that finds a piece
    sold out is answered by that much sooner.
    """
    country = country or cart.country
    skus = [line.sku for line in cart.lines]
    variants = sellable_variants(skus, pictures=pictures) if skus else {}
    prices = price_list(skus, cart.currency, country, home()) if skus else NOTHING_LISTED
    listed = prices.listed
    levels = stock_levels(skus) if skus else {}
    lines = tuple(
        basket_line(cart, line, variants.get(line.sku), listed.get(line.sku), levels.get(line.sku))
        for line in cart.lines
    )
    goods = total((line.total for line in lines), cart.currency)
    options = delivery_options(country, cart.currency, goods.minor)
    chosen = choose(options, method_code or cart.method_code)
    if check:
        check(Shelf(cart, country, lines, listed, options, chosen, goods))
    situation = situation_of(
        cart,
        country=country,
        email=email or cart.email,
        pieces=pieces(lines, variants, listed),
        shopper=shopper,
    )
    decision, quoted = settled(
        situation,
        lambda discounts: priced(cart, country, lines, prices, chosen, discounts),
    )
    return Gathered(cart, country, lines, listed, options, chosen, goods, decision, quoted)


def pieces(
    lines: Sequence[BasketLine],
    variants: dict[str, SellableVariant],
    listed: dict[str, ListedPrice],
) -> tuple[Piece, ...]:
    """Returns the lines that have a price, as promotions look at them."""
    return tuple(
        Piece(
            sku=line.sku,
            quantity=line.quantity,
            unit_minor=listed[line.sku].price.minor,
            category=variants[line.sku].category if line.sku in variants else "",
        )
        for line in lines
        if line.sku in listed
    )


def choose(options: Sequence[DeliveryOption], method_code: str) -> DeliveryOption | None:
    """Returns the wanted option, else the first: a total without delivery would be a surprise."""
    found = (option for option in options if option.method_code == method_code)
    return next(found, options[0] if options else None)


def basket_line(
    cart: Cart,
    line: CartLine,
    variant: SellableVariant | None,
    listed: ListedPrice | None,
    level: StockLevel | None,
) -> BasketLine:
    price = listed.price if listed else Money.zero(cart.currency)
    added_at = Money(line.unit_price_minor_when_added, cart.currency)
    available = level.available if level else 0
    return BasketLine(
        sku=line.sku,
        title=variant.title if variant else line.sku,
        options_text=variant.options_text if variant else "",
        product_slug=variant.product_slug if variant else "",
        picture=variant.picture if variant else None,
        quantity=line.quantity,
        unit_price=price,
        total=price * line.quantity,
        price_was=added_at if listed and added_at and added_at != price else None,
        available=available,
        availability=level.availability if level else "sold-out",
        problem=problem(line, variant, listed, available),
    )


def problem(
    line: CartLine,
    variant: SellableVariant | None,
    listed: ListedPrice | None,
    available: int,
) -> str:
    """Returns why a line cannot be ordered as it is, and what to do; empty when it can."""
    if variant is None or not variant.on_sale:
        return "This piece is no longer on sale: remove it to order the rest."
    if listed is None:
        return "This piece has no price in this currency: remove it to order the rest."
    if available <= 0:
        return "This piece has sold out: remove it to order the rest."
    if line.quantity > available:
        return f"Only {available} can be ordered at the moment: choose {available} or fewer."
    return ""


def priced(
    cart: Cart,
    country: str,
    lines: tuple[BasketLine, ...],
    prices: PriceList,
    chosen: DeliveryOption | None,
    discounts: tuple[Discount, ...],
) -> Quote | None:
    listed = prices.listed
    sold = tuple(
        QuoteLine(
            sku=line.sku, title=described(line), quantity=line.quantity, listed=listed[line.sku]
        )
        for line in lines
        if line.sku in listed
    )
    if not sold:
        return None
    return quote(
        QuoteRequest(
            currency=cart.currency,
            country=country,
            lines=sold,
            delivery=charge(chosen) if chosen else None,
            tax_rules=prices.rules_of(country),
            home_tax_rules=prices.rules_of(home()) if country != home() else (),
            discounts=discounts,
            reverse_charge=is_reverse_charge(cart.vat_id, seller=home(), destination=country),
            quoted_at=now(),
            rounding=rounding(cart.currency),
        )
    )


def rounding(currency: str) -> Literal["per-line", "per-total"]:
    """Returns where the shop rounds what is counted in a currency."""
    return settings.SHOP_ROUNDING.get(currency, settings.SHOP_ROUNDING[""])


def home() -> str:
    """Returns the country whose tax the shop's listed prices hold."""
    return settings.SHOP_COUNTRY


def described(line: BasketLine) -> str:
    return f"{line.title}, {line.options_text}" if line.options_text else line.title


def charge(option: DeliveryOption) -> DeliveryCharge:
    return DeliveryCharge(
        method_code=option.method_code,
        title=option.title,
        charge=option.charge,
        tax_class=option.tax_class,
        tax_included=option.tax_included,
        rule=option.rule,
        rule_version=option.rule_version,
    )


def wrong_vat_id(cart: Cart) -> dict[str, str]:
    """Returns what to do about the basket's VAT id; nothing where it has none or a right one."""
    if not cart.vat_id or is_vat_id(cart.vat_id):
        return {}
    return {"vat_id": "Enter a VAT number of an EU country, or leave it empty"}


def wrong(address: Address, prefix: str, found: Shelf) -> dict[str, str]:
    """Returns what is wrong with an address, as `prefix.field` -> what to do."""
    served = (found.country,) if found.options else ()
    return {f"{prefix}.{field}": words for field, words in check_address(address, served).items()}
