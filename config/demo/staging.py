"""How each product is photographed: the room's colour, the wood, the words for who cannot see."""

from dataclasses import dataclass

from config.demo.art.canvas import dice
from config.demo.art.palettes import PALETTES, Palette, Rgb
from config.demo.artworks import ARTWORKS, Artwork
from config.demo.goods import KindName
from config.demo.range import PRODUCTS, Product, has_detail, has_frame_pictures

_ROOMS = {
    "Warm": ("linen", "blush", "sand", "mist"),
    "Earth": ("sand", "clay", "linen"),
    "Blue": ("mist", "linen", "sand", "clay"),
    "Green": ("sage", "linen", "mist"),
    "Night": ("slate", "mist", "lavender", "clay"),
    "Violet": ("lavender", "mist"),
    "Many colours": ("mist", "lavender", "linen", "blush"),
    "Black and white": ("linen", "clay"),
}
# These leave bare paper around a motif, so on cloth and glaze the paper is left out.
_LEAVES_PAPER_ON_CLOTH = {"bloom", "botanical", "flow", "signals", "tiles"}
_LEAVES_PAPER_ON_GLAZE = {"bloom", "botanical", "signals"}
_SUBJECTS = {
    "bloom": "flower heads of many petals in spiral order",
    "botanical": "leafy stems before a coloured ground",
    "contours": "height lines over tinted ground",
    "dunes": "ranges of hills fading into the distance under a round sun or moon",
    "flow": "brushed ribbons following a curved current",
    "halftone": "a scene in two colours of printed dots",
    "relief": "stacked layers of cut paper with soft shadows",
    "signals": "fine lines that swell and shiver like sound",
    "swell": "a small sailing boat on long waves before a low sun or moon",
    "terrazzo": "stone chips scattered over a pale ground",
    "tiles": "a grid of squares filled with arcs, dots and stripes",
    "waves": "fish-scale waves under a round sun or moon",
}


@dataclass(frozen=True, slots=True)
class Shot:
    """One mock-up to be made: the arguments of `mock_up` and what is said about it."""

    key: str
    kind: KindName
    artworks: tuple[Artwork, ...]
    tone: str
    finish: str
    band: Rgb
    paper: Rgb | None
    alt: str


def art_alt(artwork: Artwork) -> str:
    """Returns the words that stand for the bare picture."""
    palette = PALETTES[artwork.recipe.palette]
    return f"{artwork.title}: {_SUBJECTS[artwork.recipe.generator]}, {palette.label} colours."


def shots(product: Product) -> list[Shot]:
    """Returns the mock-ups of a product: one, or three where each frame is shown."""
    chance = dice("room", product.slug)
    palette = PALETTES[product.artworks[0].recipe.palette]
    family = palette.family if product.kind != "cards" else "Earth"
    tone = chance.choice(_ROOMS[family])
    finish = "oak" if product.kind == "framed" else chance.choice(("oak", "walnut", "black"))
    band = palette.ink if chance.random() < 0.5 or palette.is_dark else palette.accent
    finishes = {product.slug: finish}
    if product.kind == "framed" and has_frame_pictures(product.artworks[0]):
        finishes |= {f"{product.slug}-{frame}": frame for frame in ("black", "white")}
    return [
        Shot(
            key=key,
            kind=product.kind,
            artworks=product.artworks,
            tone=tone,
            finish=wood,
            band=band,
            paper=_bare_paper(product, palette),
            alt=_alt(product, wood),
        )
        for key, wood in finishes.items()
    ]


def _bare_paper(product: Product, palette: Palette) -> Rgb | None:
    generator = product.artworks[0].recipe.generator
    leaves = {"tote": _LEAVES_PAPER_ON_CLOTH, "mug": _LEAVES_PAPER_ON_GLAZE}
    if palette.is_dark or generator not in leaves.get(product.kind, set()):
        return None
    return palette.paper


def _alt(product: Product, finish: str) -> str:
    title = product.artworks[0].title
    match product.kind:
        case "framed":
            article = "an" if finish == "oak" else "a"
            return f"{title}, framed in {article} {finish} frame with a white mat, on a wall."
        case "poster":
            return f"{title} as a poster hanging between two {finish} rails."
        case "mug":
            return f"A white mug of coffee with {title} printed around it."
        case "notebook":
            return f"A notebook with {title} on its cover, an elastic band and a ribbon."
        case "tote":
            return f"A canvas tote bag with {title} printed on it, hanging from a peg."
        case "cards":
            names = ", ".join(artwork.title for artwork in product.artworks)
            return f"Four cards on a kraft envelope: {names}."


def shots_by_artwork() -> dict[str, list[Shot]]:
    """Returns the mock-ups that need one picture only, by that picture's slug."""
    grouped: dict[str, list[Shot]] = {artwork.slug: [] for artwork in ARTWORKS}
    for product in PRODUCTS:
        if product.kind != "cards":
            grouped[product.artworks[0].slug] += shots(product)
    return grouped


def card_shots() -> list[Shot]:
    """Returns the mock-ups of the card sets, four pictures each."""
    return [shot for product in PRODUCTS if product.kind == "cards" for shot in shots(product)]


def picture_count() -> int:
    """Returns how many pictures a full painting makes, hero and social card included."""
    mock_ups = sum(len(shots(product)) for product in PRODUCTS)
    details = sum(1 for artwork in ARTWORKS if has_detail(artwork))
    return len(ARTWORKS) + details + mock_ups + 2
