"""The kinds of goods the demo shop prints on: sizes, weights, prices and the words about them."""

from dataclasses import dataclass
from typing import Literal

from modules.kernel.money import Money

KindName = Literal["framed", "poster", "mug", "notebook", "tote", "cards"]
TaxClass = Literal["standard", "reduced"]


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf; `path` holds the slugs from the top, the last one being its own."""

    path: tuple[str, ...]
    title: str
    intro: str


@dataclass(frozen=True, slots=True)
class Collection:
    """A selection across shelves, curated or by rule."""

    slug: str
    title: str
    intro: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One make of a kind: its options, its size in millimetres, its weight, its base prices.

    `depth_mm` is 0 for what is as good as flat.
    """

    code: str
    options: tuple[tuple[str, str], ...]
    width_mm: int
    height_mm: int
    depth_mm: int
    weight_grams: int
    prices: tuple[Money, ...]
    backorderable: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of goods and every make of it; `sentences` are picked from for descriptions."""

    name: KindName
    code: str
    label: str
    slug: str
    category: tuple[str, ...]
    tax_class: TaxClass
    material: str
    care: str
    choices: tuple[Choice, ...]
    sentences: tuple[str, ...]


def _prices(eur: int, gbp: int, jpy: int) -> tuple[Money, ...]:
    return Money(eur, "EUR"), Money(gbp, "GBP"), Money(jpy, "JPY")


CATEGORIES: tuple[Category, ...] = (
    Category(("prints",), "Prints", "Everything for the wall, printed in Lyon."),
    Category(("prints", "framed-prints"), "Framed prints", "Behind glass, matted, ready to hang."),
    Category(("prints", "posters"), "Posters", "Heavy matt paper, rolled in a stout tube."),
    Category(("kitchen",), "Kitchen", "Pictures for the first hour of the day."),
    Category(("kitchen", "mugs"), "Mugs", "Stoneware with the picture fired into the glaze."),
    Category(("paper",), "Paper", "For writing on, and for writing to somebody."),
    Category(("paper", "notebooks"), "Notebooks", "Thread-sewn, lying flat, 160 pages."),
    Category(("paper", "card-sets"), "Card sets", "Four folded cards and their envelopes."),
    Category(("carry",), "Carry", "Pictures that leave the house."),
    Category(("carry", "tote-bags"), "Tote bags", "Unbleached canvas, screen-printed."),
)  # fmt: skip

COLLECTIONS: tuple[Collection, ...] = (
    Collection("autumn-series", "Autumn series", "Warm papers and earth inks for shorter days."),
    Collection("new-arrivals", "New arrivals", "What came off the press most recently."),
    Collection("under-25-euros", "Under 25 euros", "Small prices, the same care."),
    Collection("night-pictures", "Night pictures", "Moons, embers and aurora on dark paper."),
)

# Inner picture sizes in centimetres with outer frame sizes in millimetres; prints are 4:5.
_FRAMED = (
    ("2430", "24 × 30 cm", 320, 400, 1150, _prices(5900, 5200, 9800)),
    ("4050", "40 × 50 cm", 500, 625, 2400, _prices(8900, 7900, 14800)),
    ("5670", "56 × 70 cm", 680, 850, 4300, _prices(13900, 12400, 22800)),
)
_FRAMES = (("OAK", "Oak"), ("BLK", "Black"), ("WHT", "White"))


def _framed() -> tuple[Choice, ...]:
    """Returns three sizes in three frames; the largest is not made in white, which chips."""
    return tuple(
        Choice(
            code=f"{size}-{frame}",
            options=(("size", label), ("frame", name)),
            width_mm=width,
            height_mm=height,
            depth_mm=22,
            weight_grams=weight,
            prices=prices,
            backorderable=size == "5670",
        )
        for size, label, width, height, weight, prices in _FRAMED
        for frame, name in _FRAMES
        if (size, frame) != ("5670", "WHT")
    )


def _make(
    code: str,
    option: str,
    value: str,
    millimetres: tuple[int, int, int],
    weight_grams: int,
    prices: tuple[Money, ...],
) -> Choice:
    return Choice(code, ((option, value),), *millimetres, weight_grams, prices)


_NOTEBOOK_PRICES = _prices(1450, 1250, 2400)

KINDS: dict[KindName, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "framed", "FR", "framed print", "framed-print", ("prints", "framed-prints"), "standard",
            "Cotton paper 310 g/m², solid wood, float glass",
            "Dust the glass with a dry cloth; hang it out of direct sun.",
            _framed(),
            (
                "Printed in Lyon with pigment inks on cotton paper and framed by hand under glass.",
                "It comes ready to hang: solid wood, a bevelled mat and two brass hooks.",
                "The mat is cut from acid-free board, so the paper will not yellow behind it.",
                "Each frame is joined, sanded and waxed a few streets from the press.",
                "Pigment inks on cotton paper hold their colour for longer than most walls do.",
            ),
        ),
        Kind(
            "poster", "PO", "poster", "poster", ("prints", "posters"), "standard",
            "Matt paper 200 g/m²",
            "Let it lie flat for a day under a few books before hanging.",
            (
                _make("2430", "size", "24 × 30 cm", (240, 300, 0), 120, _prices(1900, 1700, 3200)),
                _make("4050", "size", "40 × 50 cm", (400, 500, 0), 210, _prices(2900, 2600, 4800)),
                _make("5670", "size", "56 × 70 cm", (560, 700, 0), 340, _prices(4400, 3900, 7400)),
            ),
            (
                "A heavy matt sheet that stays flat after a night under two dictionaries.",
                "Printed in Lyon and rolled, ink side in, into a tube that survives the post.",
                "The paper is uncoated, so it looks the same by day and under a lamp.",
                "Pin it, tape it or hang it from rails: the rails in the picture are not included.",
                "A white border of one centimetre leaves room for a frame of your own.",
            ),
        ),
        Kind(
            "mug", "MG", "mug", "mug", ("kitchen", "mugs"), "standard",
            "Stoneware, lead-free glaze",
            "Safe in the dishwasher and the microwave.",
            (
                _make("300", "volume", "300 ml", (118, 96, 82), 340, _prices(1600, 1400, 2600)),
                _make("450", "volume", "450 ml", (128, 112, 92), 470, _prices(1900, 1700, 3200)),
            ),
            (
                "The picture runs all the way round to the handle and is fired into the glaze.",
                "A stoneware mug with a foot wide enough for a crowded desk.",
                "It goes through the dishwasher every day and shows it to nobody.",
                "The handle takes three fingers, or four if you insist.",
            ),
        ),
        Kind(
            "notebook", "NB", "notebook", "notebook", ("paper", "notebooks"), "standard",
            "Recycled paper 90 g/m², cloth spine",
            "Keep it dry; the cover can be wiped.",
            (
                _make("RUL", "ruling", "Ruled", (148, 210, 16), 310, _NOTEBOOK_PRICES),
                _make("PLN", "ruling", "Plain", (148, 210, 16), 310, _NOTEBOOK_PRICES),
                _make("DOT", "ruling", "Dotted", (148, 210, 16), 310, _NOTEBOOK_PRICES),
            ),
            (
                "It holds 160 sewn pages and opens flat on the first day.",
                "An elastic band, a ribbon and a pocket at the back for receipts and leaves.",
                "The paper takes fountain pen without a shadow on the other side.",
                "A5, rounded at the corners, and small enough to be carried on purpose.",
            ),
        ),
        Kind(
            "tote", "TB", "tote bag", "tote-bag", ("carry", "tote-bags"), "standard",
            "Unbleached cotton canvas 280 g/m²",
            "Wash at 30 degrees inside out; do not tumble.",
            (
                _make("SHO", "handles", "Short", (380, 420, 0), 180, _prices(2200, 1900, 3600)),
                _make("LON", "handles", "Long", (380, 420, 0), 195, _prices(2400, 2100, 3900)),
            ),
            (
                "Screen-printed on unbleached canvas, so the cloth itself is the paper.",
                "The seams are double and will carry a week of books.",
                "Water-based ink sinks into the weave and will not crack.",
                "It folds to the size of a hand and gets softer with every wash.",
            ),
        ),
        Kind(
            "cards", "CS", "card set", "card-set", ("paper", "card-sets"), "reduced",
            "Board 300 g/m², kraft envelopes",
            "Keep them flat until they are sent.",
            (_make("4", "cards", "Four", (105, 148, 12), 160, _prices(1400, 1200, 2300)),),
            (
                "Four folded cards, blank inside, with kraft envelopes that close without licking.",
                "The board is stiff enough to stand on a shelf long after the day it was sent for.",
                "Four pictures for four people, or one person with four birthdays.",
            ),
        ),
    )
}  # fmt: skip
