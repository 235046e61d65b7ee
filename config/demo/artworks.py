"""The 48 pictures of the demo shop: eight series, each picture with its recipe and its story."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from config.demo.art.registry import Recipe

Extra = Literal["mug", "notebook", "tote"]


@dataclass(frozen=True, slots=True)
class Series:
    """A family of pictures; `code` opens the SKUs of everything made from it.

    `supplement` counts price steps on its prints: more passes through the press, more work.
    """

    code: str
    slug: str
    title: str
    intro: str
    supplement: int


@dataclass(frozen=True, slots=True)
class Artwork:
    """One picture; `number` is the order of release over the whole shop, from 1."""

    code: str
    slug: str
    title: str
    series: Series
    recipe: Recipe
    story: str
    extras: tuple[Extra, ...]
    number: int


def slugified(text: str) -> str:
    """Returns lower-case ASCII words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


# Code, title, price steps, introduction.
_SERIES = (
    ("DUN", "Landscapes", 0, "Hills, lakes and ranges that exist only as sums of small chances."),
    ("SEA", "Seascapes", 0, "Water drawn twice: as fish scales, and as the long swell they hide."),
    ("BOT", "Botanicals", 1, "Stems and flower heads grown leaf by leaf from one rule each."),
    (
        "GEO",
        "Geometry",
        0,
        "Squares, arcs and stone chips, dealt like cards and kept when they sing.",
    ),
    ("FLD", "Fields", 1, "Brush strokes that follow a current nobody can see and never cross."),
    ("MAP", "Maps", 1, "Careful surveys of countries that were never there."),
    ("SIG", "Signals", 0, "Rings, discs and sentences: messages that nobody sent."),
    ("SCR", "Screens", 2, "Two inks, two screens of dots, and the trade that named the shop."),
)

SERIES: tuple[Series, ...] = tuple(
    Series(code, slugified(title), title, intro, supplement)
    for code, title, supplement, intro in _SERIES
)

# Series code: (title, generator and seed, palette, further goods, story).
_PICTURES: dict[str, tuple[tuple[str, str, str, str, str], ...]] = {
    "DUN": (
        ("Evening Ridges", "dunes 11", "dusk", "mug notebook tote",
         "Ridge after ridge darkens as a late sun goes down behind the furthest of them."),
        ("Rose Lake", "dunes 14", "rose", "mug",
         "A lake keeps the last pink of the evening a little longer than the sky does."),
        ("The Long Hills at Night", "dunes 13", "night", "mug notebook",
         "A heavy yellow moon comes up over hills that have already gone to sleep."),
        ("Pine Valley, Early", "dunes 5", "moss", "tote",
         "Mist lies in the valleys and the pines along the last ridge are still black."),
        ("Ember Range", "dunes 16", "ember", "notebook",
         "The mountains glow like coals that somebody forgot to put out."),
        ("Fjord Morning", "dunes 24", "fjord", "mug",
         "Soft green hills and a sun that has all day."),
        ("Northern Tarn", "dunes 30", "aurora", "notebook",
         "A pink moon stands above black water, and then stands in it."),
    ),
    "SEA": (
        ("Moon on Scales", "waves 11", "night", "mug notebook tote",
         "The sea is a fish tonight, and the moon is counting its scales."),
        ("Delft Tide", "waves 21", "delft", "mug tote",
         "An orange sun sets into water the colour of old kitchen tiles."),
        ("Rose Water", "waves 14", "rose", "mug",
         "Small pink waves, all the same, each catching the light on its own terms."),
        ("Lagoon, Leaving", "swell 11", "lagoon", "mug notebook",
         "One sail goes out over turquoise water before the heat arrives."),
        ("Saffron Crossing", "swell 18", "saffron", "",
         "A boat crosses a sea of gold and is in no hurry to spend it."),
        ("Green Hour", "swell 17", "aurora", "mug",
         "Somewhere north of sleep a small boat sails under a pink moon."),
    ),
    "BOT": (
        ("Three Quiet Stems", "botanical 13", "moss", "mug notebook",
         "Three stems stand before a pale disc and say nothing, beautifully."),
        ("Terracotta Garden", "botanical 14", "terra", "notebook",
         "Clay-red leaves and two yellow heads grow out of a green arch."),
        ("Blue Fern", "botanical 18", "delft", "mug tote",
         "A fern in every blue of the dye house, with an orange pebble behind it."),
        ("Poppies for the Window", "botanical 27", "fjord", "mug",
         "Yellow heads and fine umbels, picked for a sill that faces the sea."),
        ("Fern Fire", "botanical 31", "dusk", "notebook",
         "Fronds in plum and orange lean away from each other like flames."),
        ("Great Dahlia", "bloom 11", "dusk", "notebook tote",
         "A thousand petals, every one turned by the golden angle from the one before."),
        ("Three Asters", "bloom 20", "rose", "mug tote",
         "Three heads on thin stems, counted petal by petal from the middle out."),
        ("Night Bloomers", "bloom 17", "ember", "",
         "Three flowers that open after dark and burn until the morning."),
    ),
    "GEO": (
        ("School of Squares", "tiles 19", "bauhaus", "mug notebook tote",
         "Ten simple figures, a handful of strong colours and a rule against neatness."),
        ("Loud Kitchen", "tiles 20", "riso", "mug tote",
         "Nine large tiles that would wake up any wall they are put on."),
        ("Harbour Tiles", "tiles 13", "fjord", "notebook",
         "Sea green, sand and a little orange, laid like the floor of a ferry hall."),
        ("Café Floor", "tiles 16", "saffron", "mug",
         "The floor of a café that opened in 1931, or would have."),
        ("Clay Terrazzo", "terrazzo 11", "terra", "mug notebook",
         "Chips of clay, moss and ochre poured into a floor that never sets."),
        ("Confetti Stone", "terrazzo 12", "riso", "notebook tote",
         "Sharp bright splinters: the morning after a very good party."),
        ("Lido", "terrazzo 16", "lagoon", "mug",
         "Pebbles worn round, in all the blues and greens of a swimming pool."),
    ),
    "FLD": (
        ("Crosswind", "flow 11", "riso", "mug tote",
         "Broad strokes first, thin ones after, and no two of them ever touch."),
        ("Wheat, Moving", "flow 12", "dusk", "notebook",
         "What the wind would draw on a field if it were allowed to keep it."),
        ("Kelp", "flow 21", "lagoon", "mug",
         "Long blue-green bodies lean with a current that is about to turn."),
        ("Northern Current", "flow 17", "aurora", "notebook",
         "Green light runs across a black sky in the direction of home."),
        ("Murmuration", "flow 14", "ink", "tote",
         "A thousand birds agree on a shape and then change their minds."),
    ),
    "MAP": (
        ("Survey of a Warm Country", "contours 2", "saffron", "notebook",
         "Height lines at every ten paces, every fifth drawn a little heavier."),
        ("Green Sheet Nine", "contours 13", "moss", "",
         "The ninth sheet of a map of woods where no one has been lost yet."),
        ("Paper Atoll", "relief 1", "lagoon", "mug notebook",
         "Layers of cut paper fall away from a beach into deep blue water."),
        ("Caldera", "relief 14", "ember", "",
         "A crater seen from straight above, still warm at the edges."),
        ("Violet Basin", "relief 13", "lilac", "mug",
         "Sheet upon sheet of violet paper, each in the shadow of the one above."),
    ),
    "SIG": (
        ("Listening Post", "signals 14", "ember", "notebook",
         "Level lines rise where something underneath them starts to speak."),
        ("Groove", "signals 17", "delft", "mug",
         "Rings that shiver where the loud part of the song goes by."),
        ("Test Tone", "signals 26", "riso", "tote",
         "A warm steady note, drawn from the middle outwards until it wavered."),
        ("Long Conversation", "signals 29", "rose", "",
         "One sentence to a line, with the pauses left in."),
        ("Deep Station", "signals 28", "aurora", "mug notebook",
         "A green echo from the sea bed, received twice and explained never."),
    ),
    "SCR": (
        ("Blue Planet, Two Inks", "halftone 14", "delft", "mug notebook",
         "A ringed planet in orange and blue; every shade is only dots."),
        ("Sunspot", "halftone 23", "ember", "tote",
         "A yellow ball before a ragged corona, printed in two passes on black."),
        ("Pink Desert", "halftone 38", "aurora", "mug",
         "Pink dunes under a green sun, on a planet with better taste than ours."),
        ("Interference", "halftone 37", "rose", "",
         "Two stones fall into one pond, in two different colours."),
        ("Twelve Moons", "halftone 4", "night", "mug notebook tote",
         "One moon for every month, each lit a little further round than the last."),
    ),
}  # fmt: skip


def _artworks() -> tuple[Artwork, ...]:
    """Returns the pictures in order of release: one of each series in turn."""
    number = 0
    found: list[Artwork] = []
    for turn in range(max(len(pictures) for pictures in _PICTURES.values())):
        for series in SERIES:
            if turn >= len(_PICTURES[series.code]):
                continue
            number += 1
            title, source, palette, extras, story = _PICTURES[series.code][turn]
            generator, seed = source.split()
            found.append(
                Artwork(
                    code=f"{series.code}{turn + 1:02d}",
                    slug=slugified(title),
                    title=title,
                    series=series,
                    recipe=Recipe(generator, 1, int(seed), palette),
                    story=story,
                    extras=_extras(extras),
                    number=number,
                )
            )
    return tuple(found)


def _extras(words: str) -> tuple[Extra, ...]:
    known: tuple[Extra, ...] = ("mug", "notebook", "tote")
    return tuple(extra for extra in known if extra in words.split())


ARTWORKS: tuple[Artwork, ...] = _artworks()
