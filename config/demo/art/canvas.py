"""The surface every picture is drawn on, measured in thousandths of its width.

Drawing happens at twice the wanted size and is reduced at the end: that is where the smooth edges
come from. Because every length is relative, one recipe gives one composition at any size.
"""

import math
import random
from collections.abc import Iterable, Sequence
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from config.demo.art.palettes import Palette, Rgb, along

Point = tuple[float, float]
Colour = int | Rgb

SUPERSAMPLING = 2
WIDTH = 1000.0
TURN = 2 * math.pi
_GRAIN_TILE = 256


def dice(*facts: object) -> random.Random:
    """Returns the generator of chance that belongs to these facts, the same one every time."""
    # Pictures need repeatable chance, not secrets.
    return random.Random(":".join(map(str, facts)))  # noqa: S311


class Surface:
    """An image whose drawing methods speak thousandths of its width instead of pixels."""

    def __init__(self, mode: str, size: tuple[int, int], fill: Colour = 0) -> None:
        self.image = Image.new(mode, size, fill)
        self.pen = ImageDraw.Draw(self.image)
        self.pixels = size[0] / WIDTH
        self.tall = size[1] / self.pixels

    def polygon(self, points: Iterable[Point], fill: Colour) -> None:
        self.pen.polygon([self._scaled(point) for point in points], fill=fill)

    def line(self, points: Sequence[Point], fill: Colour, *, width: float) -> None:
        thickness = max(1, round(width * self.pixels))
        self.pen.line([self._scaled(p) for p in points], fill=fill, width=thickness, joint="curve")

    def ribbon(self, points: Sequence[Point], fill: Colour, *, width: float) -> None:
        """Draws a line with round ends and joints; points lie closer together than its width."""
        thickness = max(1, round(width * self.pixels))
        self.pen.line([self._scaled(point) for point in points], fill=fill, width=thickness)
        for x, y in points:
            self.circle(x, y, width / 2, fill)

    def circle(self, x: float, y: float, radius: float, fill: Colour) -> None:
        self.ellipse(x, y, radius, radius, fill)

    def ellipse(self, x: float, y: float, across: float, down: float, fill: Colour) -> None:
        self.pen.ellipse(self._box(x - across, y - down, x + across, y + down), fill=fill)

    def sector(self, x: float, y: float, radius: float, degrees: Point, fill: Colour) -> None:
        box = self._box(x - radius, y - radius, x + radius, y + radius)
        self.pen.pieslice(box, degrees[0], degrees[1], fill=fill)

    def rectangle(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        fill: Colour,
        *,
        round: float = 0,
    ) -> None:
        box = self._box(left, top, right, bottom)
        self.pen.rounded_rectangle(box, round * self.pixels, fill=fill)

    def blurred(self, radius: float) -> Image.Image:
        """Returns the image blurred; worked at a quarter size when the blur hides the loss."""
        reach = radius * self.pixels
        if reach < 8:
            return self.image.filter(ImageFilter.GaussianBlur(reach))
        width, height = self.image.size
        small = self.image.resize((max(1, width // 4), max(1, height // 4)), Image.Resampling.BOX)
        soft = small.filter(ImageFilter.GaussianBlur(reach / 4))
        return soft.resize((width, height), Image.Resampling.BICUBIC)

    def stencil(self) -> "Surface":
        """Returns an empty mask of the same size: 255 lets colour through, 0 keeps it out."""
        return Surface("L", self.image.size)

    def lay(self, colour: Rgb | Image.Image, mask: Image.Image) -> None:
        """Covers the surface with a colour or an image where the mask lets it through."""
        if isinstance(colour, Image.Image):
            self.image.paste(colour, (0, 0), mask)
        else:
            self.image.paste(colour, (0, 0, *self.image.size), mask)

    def gradient(
        self, ramp: Sequence[Rgb], top: float = 0, bottom: float | None = None
    ) -> Image.Image:
        """Returns a vertical gradient as large as the surface, running from top to bottom."""
        width, height = self.image.size
        end = self.tall if bottom is None else bottom
        span = max(1.0, (end - top) * self.pixels)
        column = Image.new("RGB", (1, height))
        shades = list(ramp)
        column.putdata([along(shades, (y - top * self.pixels) / span) for y in range(height)])
        return column.resize((width, height), Image.Resampling.NEAREST)

    def _scaled(self, point: Point) -> Point:
        return point[0] * self.pixels, point[1] * self.pixels

    def _box(
        self, left: float, top: float, right: float, bottom: float
    ) -> tuple[float, float, float, float]:
        scale = self.pixels
        return left * scale, top * scale, right * scale, bottom * scale


class Sheet(Surface):
    """A sheet of paper with its palette and its own chance; what a generator is handed."""

    def __init__(self, *, size: tuple[int, int], palette: Palette, chance: random.Random) -> None:
        doubled = (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING)
        super().__init__("RGB", doubled, palette.paper)
        self.palette = palette
        self.chance = chance
        self.size = size
        self.grain = 6

    def finished(self, salt: object) -> Image.Image:
        """Returns the picture at its real size with paper grain on it."""
        reduced = self.image.resize(self.size, Image.Resampling.LANCZOS)
        return grained(reduced, dice("grain", salt), self.grain)


@lru_cache(maxsize=8)
def _grain_tile(strength: int) -> Image.Image:
    chance = dice("grain tile", strength)
    tile = Image.new("L", (_GRAIN_TILE, _GRAIN_TILE))
    count = _GRAIN_TILE * _GRAIN_TILE
    tile.putdata([min(255, max(0, round(chance.gauss(128, strength)))) for _ in range(count)])
    return tile


def grained(picture: Image.Image, chance: random.Random, strength: int) -> Image.Image:
    """Returns an RGB picture with film grain; it hides the bands of soft gradients."""
    tile = _grain_tile(strength)
    turns = (
        Image.Transpose.FLIP_LEFT_RIGHT,
        Image.Transpose.FLIP_TOP_BOTTOM,
        Image.Transpose.ROTATE_90,
    )
    sheet = Image.new("L", picture.size)
    for top in range(0, picture.height, _GRAIN_TILE):
        for left in range(0, picture.width, _GRAIN_TILE):
            sheet.paste(tile.transpose(chance.choice(turns)), (left, top))
    return ImageChops.overlay(picture, Image.merge("RGB", (sheet, sheet, sheet)))
