"""Sample pictures for the style guide, drawn on request so that no file has to be kept."""

import io
import math
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

PALETTES = {
    "ridges": ("#253a6b", "#e8c468", "#3b5a99", "#1d2c52"),
    "dunes": ("#f3d9b1", "#d9654b", "#c9803f", "#5a2340"),
    "forest": ("#dfe7d8", "#e9b44c", "#5f8f6b", "#1f3d36"),
    "dusk": ("#d8d2ea", "#f28f79", "#7a6aa8", "#2c2550"),
}
WIDTHS = (320, 640)


@dataclass(frozen=True)
class SampleRendition:
    url: str
    width: int
    format: str = "webp"


@dataclass(frozen=True)
class SamplePicture:
    alt: str
    colour: str
    renditions: tuple[SampleRendition, ...] = ()
    width: int = 640
    height: int = 800


def mixed(first: str, second: str, share: float) -> tuple[int, int, int]:
    """Returns the colour `share` of the way from one #rrggbb to another."""
    pairs = [(int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5)]
    red, green, blue = (round(a + (b - a) * share) for a, b in pairs)
    return red, green, blue


def draw(name: str, width: int) -> bytes:
    """Returns a WebP of ridgelines under a sun, the same for the same name."""
    sky, sun, near, far = PALETTES[name]
    dice = random.Random(name)  # noqa: S311 - a drawing, not a secret
    size = (width, width * 5 // 4)
    image = Image.new("RGB", size, sky)
    pen = ImageDraw.Draw(image)
    middle, radius = size[0] * dice.uniform(0.35, 0.65), size[0] * 0.18
    pen.circle((middle, size[1] * 0.3), radius, fill=sun)
    for layer in range(6):
        base = size[1] * (0.36 + layer * 0.1)
        waves = [(dice.uniform(1, 5), dice.uniform(0, 7), dice.uniform(0.01, 0.05)) for _ in "abc"]
        edge = [
            (
                x,
                base + sum(math.sin(x / size[0] * f + p) * a * size[1] for f, p, a in waves),
            )
            for x in range(0, size[0] + 4, 4)
        ]
        pen.polygon([*edge, (size[0], size[1]), (0, size[1])], fill=mixed(near, far, layer / 5))
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=80)
    return buffer.getvalue()


def sample(name: str, root: str) -> SamplePicture:
    """Returns a picture as the catalogue would describe it; `root` is the style guide's address."""
    renditions = tuple(
        SampleRendition(f"{root}picture/{name}-{width}.webp", width) for width in WIDTHS
    )
    return SamplePicture(
        alt=f"Ridgelines in {name} colours under a low sun",
        colour=PALETTES[name][0],
        renditions=renditions,
    )
