"""Fingerprints of pictures, coarse enough to survive a new Pillow and fine enough to catch a slip.

After a wanted change (a new generator, never a changed one), run
`python -m tests.config.demo.art.goldens`.
"""

import json
from functools import cache
from pathlib import Path

from PIL import Image

from config.demo.art.mockups import Kind, mock_up
from config.demo.art.registry import Recipe, paint
from config.demo.artworks import ARTWORKS, Artwork

GOLDENS = Path(__file__).with_name("goldens.json")
MOCK_UPS: tuple[Kind, ...] = ("framed", "poster", "mug", "notebook", "tote", "cards", "gallery")


def fingerprint(picture: Image.Image) -> str:
    """Returns the mean colours of an 8 x 8 grid over the picture as hex."""
    return picture.resize((8, 8), Image.Resampling.BOX).tobytes().hex()


def difference(first: str, second: str) -> float:
    """Returns the mean difference of two fingerprints, 0 to 255."""
    pairs = list(zip(bytes.fromhex(first), bytes.fromhex(second), strict=True))
    return sum(abs(a - b) for a, b in pairs) / len(pairs)


def watched_artworks() -> list[Artwork]:
    """Returns the first two pictures of every generator."""
    chosen: dict[str, list[Artwork]] = {}
    for artwork in ARTWORKS:
        chosen.setdefault(artwork.recipe.generator, []).append(artwork)
    return [artwork for artworks in chosen.values() for artwork in artworks[:2]]


@cache
def tiny(recipe: Recipe) -> Image.Image:
    """Returns a picture small enough to be painted many times over in tests."""
    return paint(recipe, width=80, height=100)


def tiny_mock_up(kind: Kind) -> Image.Image:
    art = tiny(Recipe("waves", 1, 11, "night"))
    return mock_up(kind, [art] * {"cards": 4, "gallery": 5}.get(kind, 1), width=80, height=100)


def current() -> dict[str, str]:
    found = {artwork.slug: fingerprint(tiny(artwork.recipe)) for artwork in watched_artworks()}
    return found | {kind: fingerprint(tiny_mock_up(kind)) for kind in MOCK_UPS}


if __name__ == "__main__":
    GOLDENS.write_text(json.dumps(current(), indent=1) + "\n", encoding="utf-8")
