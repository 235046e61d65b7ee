"""Which variant of a product is chosen, and what each other choice would mean."""

from dataclasses import dataclass

from django.http import QueryDict

from frontend.presenting import AVAILABILITY
from modules.carts.contracts import MAXIMUM_QUANTITY
from modules.catalog.contracts import Picture, ProductDetail, VariantDetail
from modules.inventory.contracts import StockLevel
from modules.kernel.money import Money
from modules.pricing.contracts import ListedPrice

MEASURES = ("width-mm", "height-mm", "depth-mm")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionValue:
    """One radio button. `possible` is false when no variant has it beside the other choices."""

    value: str
    chosen: bool
    possible: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    index: int
    name: str
    values: tuple[OptionValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the chosen variant costs and whether it can be had."""

    price: Money | None
    compare_at: Money | None
    tax_note: str
    availability: str
    stock_words: str
    can_buy: bool
    maximum: int


def chosen_variant(product: ProductDetail, query: QueryDict) -> VariantDetail:
    """Returns the variant that the address names: by options, by SKU, or the first.

    Options win, because the form of the page sends them. A combination that does not exist gives
    the variant that shares most of the choices, the earlier ones first.
    """
    wanted = [query.get(f"o{index}", "") for index in range(len(product.option_names))]
    if any(wanted):
        return max(product.variants, key=lambda variant: matching(variant, wanted))
    sku = query.get("sku", "")
    return next((each for each in product.variants if each.sku == sku), product.variants[0])


def matching(variant: VariantDetail, wanted: list[str]) -> tuple[int, ...]:
    hits = [value == want for (_, value), want in zip(variant.options, wanted, strict=False)]
    return (sum(hits), *(int(hit) for hit in hits))


def option_choices(
    product: ProductDetail, chosen: VariantDetail, levels: dict[str, StockLevel]
) -> tuple[Option, ...]:
    """Returns every option with its values, marked with what choosing them would give."""
    return tuple(
        Option(index=index, name=name, values=values_of(product, chosen, levels, index))
        for index, name in enumerate(product.option_names)
    )


def values_of(
    product: ProductDetail, chosen: VariantDetail, levels: dict[str, StockLevel], index: int
) -> tuple[OptionValue, ...]:
    current = [value for _, value in chosen.options]
    seen = dict.fromkeys(v.options[index][1] for v in product.variants if len(v.options) > index)
    return tuple(option_value(product, levels, current, index, value) for value in seen)


def option_value(
    product: ProductDetail,
    levels: dict[str, StockLevel],
    current: list[str],
    index: int,
    value: str,
) -> OptionValue:
    wanted = [value if place == index else kept for place, kept in enumerate(current)]
    variant = next((v for v in product.variants if [x for _, x in v.options] == wanted), None)
    level = levels.get(variant.sku) if variant else None
    note = "not made" if variant is None else ""
    if variant is not None and (level is None or level.availability == "sold-out"):
        note = "sold out"
    chosen = len(current) > index and current[index] == value
    return OptionValue(value=value, chosen=chosen, possible=variant is not None, note=note)


def offer(listed: ListedPrice | None, level: StockLevel | None) -> Offer:
    """Returns what the page says about price and stock of one variant."""
    available = min(level.available, MAXIMUM_QUANTITY) if level else 0
    availability = level.availability if level else "sold-out"
    words = AVAILABILITY[availability]
    if availability == "low" and level is not None:
        words = f"Only {level.free} left"
    return Offer(
        price=listed.price if listed else None,
        compare_at=listed.compare_at if listed else None,
        tax_note="incl. tax" if listed and listed.tax_included else "plus tax",
        availability=availability,
        stock_words=words,
        can_buy=listed is not None and available > 0,
        maximum=available,
    )


def facts(product: ProductDetail, chosen: VariantDetail) -> tuple[tuple[str, str], ...]:
    """Returns what the details list says: the product's own facts, then the variant's."""
    rest = dict(chosen.attributes)
    sides = [rest.pop(name, None) for name in MEASURES]
    measures = " × ".join(str(side) for side in sides if side)
    return (
        *((label, str(value)) for _, label, value in product.attributes),
        *((("Measures", f"{measures} mm"),) if measures else ()),
        *((code.replace("-", " ").capitalize(), str(value)) for code, value in rest.items()),
        *((("Weight", f"{chosen.weight_grams} g"),) if chosen.weight_grams else ()),
        ("Article", chosen.sku),
    )


def gallery(product: ProductDetail, chosen: VariantDetail) -> tuple[Picture, ...]:
    """Returns the pictures to show, the chosen variant's own first."""
    own = (chosen.picture,) if chosen.picture else ()
    return (*own, *(each for each in product.pictures if each not in own))


def shown_picture(pictures: tuple[Picture, ...], query: QueryDict) -> Picture | None:
    """Returns the picture that the address names by its number, or the first."""
    text = query.get("picture", "")
    number = int(text) if text.isdecimal() and len(text) < 4 else 1
    if not pictures:
        return None
    return pictures[number - 1] if 1 <= number <= len(pictures) else pictures[0]
