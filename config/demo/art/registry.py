"""Which generator paints what: the one door to the pictures.

A picture is a pure function of its recipe. A generator whose output changes gets a new version
beside the old one, because prints already sold must stay paintable.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from config.demo.art.botanicals import bloom, botanical
from config.demo.art.canvas import Sheet, dice
from config.demo.art.fields import flow
from config.demo.art.geometry import terrazzo, tiles
from config.demo.art.landscapes import dunes
from config.demo.art.maps import contours, relief
from config.demo.art.palettes import PALETTES
from config.demo.art.screens import halftone
from config.demo.art.seascapes import swell, waves
from config.demo.art.signals import signals

Generator = Callable[[Sheet], None]

GENERATORS: dict[tuple[str, int], Generator] = {
    ("bloom", 1): bloom,
    ("botanical", 1): botanical,
    ("contours", 1): contours,
    ("dunes", 1): dunes,
    ("flow", 1): flow,
    ("halftone", 1): halftone,
    ("relief", 1): relief,
    ("signals", 1): signals,
    ("swell", 1): swell,
    ("terrazzo", 1): terrazzo,
    ("tiles", 1): tiles,
    ("waves", 1): waves,
}


class UnknownRecipeError(ValueError):
    """A recipe names a generator, version or palette that the print room does not have."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything a picture follows from."""

    generator: str
    version: int
    seed: int
    palette: str


def paint(recipe: Recipe, *, width: int, height: int) -> Image.Image:
    """Returns the RGB picture of a recipe, `width` x `height` pixels, the same every time.

    The composition depends on the recipe and the aspect ratio only, so a small rendering shows
    what a large one will.

    Raises:
        UnknownRecipeError: no such generator, version or palette.
    """
    generator = GENERATORS.get((recipe.generator, recipe.version))
    palette = PALETTES.get(recipe.palette)
    if generator is None:
        known = ", ".join(f"{name} v{version}" for name, version in sorted(GENERATORS))
        raise UnknownRecipeError(
            f"no generator {recipe.generator!r} version {recipe.version}; there are {known}"
        )
    if palette is None:
        raise UnknownRecipeError(f"no palette {recipe.palette!r}; there are {', '.join(PALETTES)}")
    chance = dice(recipe.generator, recipe.version, recipe.seed)
    sheet = Sheet(size=(width, height), palette=palette, chance=chance)
    generator(sheet)
    return sheet.finished(recipe.seed)
