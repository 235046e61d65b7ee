"""The range of the demo shop as facts: every product and variant, built from pictures and goods.

Nothing here touches the database; `PRODUCTS` is the same on every machine, because stock,
discounts and wording are drawn from dice that belong to the SKU or the slug.
"""

from dataclasses import dataclass

from config.demo.art.canvas import dice
from config.demo.art.palettes import PALETTES
from config.demo.artworks import ARTWORKS, SERIES, Artwork, Series
from config.demo.goods import KINDS, Choice, Kind, KindName, TaxClass
from modules.kernel.money import Money, divide_half_up

NEW_ARRIVALS = 24
_AUTUMN_FAMILIES = ("Warm", "Earth")
_AUTUMN_SERIES = ("landscapes", "botanicals", "geometry")
# One step of a series' supplement: two-colour work costs more of everything.
_SUPPLEMENT = {"EUR": 300, "GBP": 300, "JPY": 500}
_KIND_ORDER: tuple[KindName, ...] = ("framed", "poster", "mug", "notebook", "tote", "cards")


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a shopper may filter by, and what the details list shows."""

    orientation: str
    palette: str
    colour_family: str
    technique: str
    material: str
    care: str


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing with a price and a shelf. Prices and `compare_at` are EUR, GBP, JPY in turn.

    `compare_at` is empty, or the prices before a reduction. `picture` is the key of a picture of
    exactly this variant, where there is one.
    """

    sku: str
    options: tuple[tuple[str, str], ...]
    width_mm: int
    height_mm: int
    depth_mm: int
    weight_grams: int
    prices: tuple[Money, ...]
    compare_at: tuple[Money, ...]
    opening_stock: int
    backorderable: bool
    picture: str | None


@dataclass(frozen=True, slots=True)
class Product:
    """One page of the shop; `pictures` are manifest keys, the mock-up first.

    `created_order` runs from 1 (oldest) without gaps.
    """

    slug: str
    title: str
    kind: KindName
    series: Series
    artworks: tuple[Artwork, ...]
    description: str
    attributes: Attributes
    category: tuple[str, ...]
    collections: tuple[str, ...]
    tax_class: TaxClass
    variants: tuple[Variant, ...]
    pictures: tuple[str, ...]
    created_order: int


@dataclass(frozen=True, slots=True)
class _Idea:
    """A product before its details: which pictures go on which kind of goods."""

    slug: str
    title: str
    kind: Kind
    series: Series
    artworks: tuple[Artwork, ...]
    released: int
    code: str


def _ideas() -> list[_Idea]:
    """Returns every product to be, in order of release."""
    ideas = [
        _Idea(
            slug=f"{artwork.slug}-{KINDS[name].slug}",
            title=f"{artwork.title}, {KINDS[name].label}",
            kind=KINDS[name],
            series=artwork.series,
            artworks=(artwork,),
            released=artwork.number,
            code=artwork.code,
        )
        for artwork in ARTWORKS
        for name in _kinds(artwork)
    ]
    ideas += [_card_set(series) for series in SERIES]
    return sorted(ideas, key=lambda idea: (idea.released, _KIND_ORDER.index(idea.kind.name)))


def _kinds(artwork: Artwork) -> tuple[KindName, ...]:
    return ("framed", "poster", *artwork.extras)


def _card_set(series: Series) -> _Idea:
    chosen = tuple(artwork for artwork in ARTWORKS if artwork.series == series)[:4]
    kind = KINDS["cards"]
    return _Idea(
        slug=f"{series.slug}-{kind.slug}",
        title=f"{series.title}, {kind.label}",
        kind=kind,
        series=series,
        artworks=chosen,
        released=chosen[-1].number,
        code=series.code,
    )


def has_frame_pictures(artwork: Artwork) -> bool:
    """Whether the black and the white frame of a picture were photographed too."""
    return artwork.number % 13 == 1


def has_detail(artwork: Artwork) -> bool:
    """Whether there is a close view of a picture."""
    return artwork.number % 7 == 2


def _pictures(idea: _Idea) -> tuple[str, ...]:
    """Returns manifest keys: the mock-up, the pictures themselves, a close view."""
    keys = [idea.slug, *(artwork.slug for artwork in idea.artworks)]
    if idea.kind.name in ("framed", "poster") and has_detail(idea.artworks[0]):
        keys.append(f"{idea.artworks[0].slug}-detail")
    if idea.kind.name == "framed" and has_frame_pictures(idea.artworks[0]):
        keys += [f"{idea.slug}-black", f"{idea.slug}-white"]
    return tuple(keys)


def _variant(idea: _Idea, choice: Choice, *, reduced: bool) -> Variant:
    sku = f"HT-{idea.code}-{idea.kind.code}-{choice.code}"
    steps = idea.series.supplement if idea.kind.name in ("framed", "poster") else 0
    full = tuple(
        Money(price.minor + steps * _SUPPLEMENT[price.currency], price.currency)
        for price in choice.prices
    )
    stock = _opening_stock(sku)
    return Variant(
        sku=sku,
        options=choice.options,
        width_mm=choice.width_mm,
        height_mm=choice.height_mm,
        depth_mm=choice.depth_mm,
        weight_grams=choice.weight_grams,
        prices=tuple(_reduced(price) for price in full) if reduced else full,
        compare_at=full if reduced else (),
        opening_stock=stock,
        backorderable=choice.backorderable,
        picture=_variant_picture(idea, choice),
    )


def _variant_picture(idea: _Idea, choice: Choice) -> str | None:
    frame = dict(choice.options).get("frame")
    if frame == "Oak":
        return idea.slug
    if frame is not None and has_frame_pictures(idea.artworks[0]):
        return f"{idea.slug}-{frame.lower()}"
    return None


def _reduced(price: Money) -> Money:
    """Returns a fifth off, rounded to fifty minor units (yen: to a hundred)."""
    grain = 100 if price.currency == "JPY" else 50
    return Money(divide_half_up(price.minor * 4, 5 * grain) * grain, price.currency)


def _opening_stock(sku: str) -> int:
    """Returns pieces on the shelf: one in twelve sold out, one in eight nearly so."""
    chance = dice("stock", sku)
    luck = chance.random()
    if luck < 1 / 12:
        return 0
    if luck < 1 / 12 + 1 / 8:
        return chance.randint(1, 4)
    return chance.randint(6, 90)


def _description(idea: _Idea) -> str:
    """Returns the picture's story and two sentences about the goods."""
    chance = dice("words", idea.slug)
    first, second = chance.sample(idea.kind.sentences, 2)
    if idea.kind.name == "cards":
        names = ", ".join(artwork.title for artwork in idea.artworks[:-1])
        opening = f"{names} and {idea.artworks[-1].title} in one set. {idea.series.intro}"
    else:
        opening = idea.artworks[0].story
    return f"{opening} {first} {second}"


def _attributes(idea: _Idea) -> Attributes:
    palettes = {artwork.recipe.palette for artwork in idea.artworks}
    one = PALETTES[idea.artworks[0].recipe.palette] if len(palettes) == 1 else None
    return Attributes(
        orientation="Portrait",
        palette=one.label if one else "Mixed",
        colour_family=one.family if one else "Many colours",
        technique=idea.series.title,
        material=idea.kind.material,
        care=idea.kind.care,
    )


def _collections(idea: _Idea, variants: tuple[Variant, ...], *, is_new: bool) -> tuple[str, ...]:
    families = {PALETTES[artwork.recipe.palette].family for artwork in idea.artworks}
    autumn = families <= set(_AUTUMN_FAMILIES) and idea.series.slug in _AUTUMN_SERIES
    rules = {
        "autumn-series": autumn,
        "new-arrivals": is_new,
        "under-25-euros": min(variant.prices[0].minor for variant in variants) < 2500,
        "night-pictures": families == {"Night"},
    }
    return tuple(slug for slug, holds in rules.items() if holds)


def _products() -> tuple[Product, ...]:
    ideas = _ideas()
    products = []
    for order, idea in enumerate(ideas, start=1):
        reduced = dice("sale", idea.slug).random() < 0.09
        variants = tuple(_variant(idea, choice, reduced=reduced) for choice in idea.kind.choices)
        is_new = order > len(ideas) - NEW_ARRIVALS
        products.append(
            Product(
                slug=idea.slug,
                title=idea.title,
                kind=idea.kind.name,
                series=idea.series,
                artworks=idea.artworks,
                description=_description(idea),
                attributes=_attributes(idea),
                category=idea.kind.category,
                collections=_collections(idea, variants, is_new=is_new),
                tax_class=idea.kind.tax_class,
                variants=variants,
                pictures=_pictures(idea),
                created_order=order,
            )
        )
    return tuple(products)


PRODUCTS: tuple[Product, ...] = _products()
