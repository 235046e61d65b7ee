"""The tote bag: canvas on a peg, printed so that no edge of paper shows."""

import math
import random

from PIL import Image, ImageChops

from config.demo.art.canvas import WIDTH, Point, Surface
from config.demo.art.light import SHADE, cast, fitted, printed, wall
from config.demo.art.palettes import WHITE, Rgb, mix

CANVAS: Rgb = (238, 229, 209)


def tote(
    art: Image.Image, size: tuple[int, int], tone: Rgb, paper: Rgb | None, chance: random.Random
) -> Image.Image:
    """Returns a canvas bag on a peg.

    With `paper` given, that colour prints as bare cloth; without it the picture fills an arch.
    """
    stage = wall(size, tone, chance)
    top = stage.tall * 0.44
    bottom = stage.tall * 0.93
    corners = [
        (228.0, top),
        (772.0, top),
        (792.0, bottom - 18),
        (778.0, bottom),
        (222.0, bottom),
        (208.0, bottom - 18),
    ]
    bag = stage.stencil()
    bag.polygon(corners, 255)
    _handles(stage, top)
    cast(stage, bag, shift=(14, 22), blur=14, depth=110)
    cast(stage, bag, shift=(30, 44), blur=40, depth=80)
    cloth = Surface("RGB", stage.image.size, CANVAS)
    _print_on(cloth, art, paper, top)
    stage.lay(_woven(cloth, (top, bottom), chance), bag.image)
    for seam in (top + 26, top + 30):
        stage.line([(228, seam), (772, seam)], mix(CANVAS, SHADE, 0.16), width=1.2)
    return stage.image


def _handles(stage: Surface, top: float) -> None:
    peg_y = stage.tall * 0.1
    stage.circle(500, peg_y + 4, 24, (150, 108, 72))
    for inset, colour, drop in (
        (26.0, mix(CANVAS, SHADE, 0.2), 6.0),
        (0.0, mix(CANVAS, SHADE, 0.05), 0.0),
    ):
        path = _loop((352 + inset, top + 8), (648 - inset, top + 8), peg_y - 14 + drop)
        shape = stage.stencil()
        shape.ribbon(path, 255, width=26)
        cast(stage, shape, shift=(12, 16), blur=9, depth=85)
        stage.ribbon(path, colour, width=26)
    stage.circle(500, peg_y + 2, 15, (176, 130, 90))


def _loop(start: Point, end: Point, peak: float) -> list[Point]:
    """Returns a strap from start over the peak to end: nearly straight sides, a round top."""
    points = []
    for step in range(121):
        angle = math.pi * step / 120
        across = math.cos(angle)
        x = (start[0] + end[0]) / 2 - (end[0] - start[0]) / 2 * math.copysign(
            abs(across) ** 0.9, across
        )
        points.append((x, start[1] - (start[1] - peak) * math.sin(angle) ** 0.8))
    return points


def _print_on(cloth: Surface, art: Image.Image, paper: Rgb | None, top: float) -> None:
    scale = cloth.pixels
    width, height = 400.0, 500.0
    left, high = (WIDTH - width) / 2, top + 76
    picture = fitted(art, round(width * scale), round(height * scale))
    place = round(left * scale), round(high * scale)
    if paper is not None:
        printed(cloth.image, picture, paper, place)
        return
    arch = cloth.stencil()
    arch.circle(500, high + 200, 200, 255)
    arch.rectangle(300, high + 200, 700, high + 490, 255)
    whole = Image.new("RGB", cloth.image.size, WHITE)
    whole.paste(picture, place)
    cloth.lay(ImageChops.multiply(whole, Image.new("RGB", whole.size, (250, 245, 232))), arch.image)


def _woven(cloth: Surface, span: tuple[float, float], chance: random.Random) -> Image.Image:
    """Returns the cloth with its weave and the soft folds that the weight of a bag pulls."""
    thread = Image.new("L", (8, 8))
    thread.putdata(
        [
            128 + (7 if x % 4 < 2 else -7) * (1 if y % 4 < 2 else -1)
            for y in range(8)
            for x in range(8)
        ]
    )
    weave = Image.new("L", cloth.image.size)
    for top in range(0, weave.height, 8):
        for left in range(0, weave.width, 8):
            weave.paste(thread, (left, top))
    folds = Surface("L", cloth.image.size, 128)
    for _ in range(8):
        x = chance.uniform(230, 770)
        lean = chance.uniform(-70, 70)
        folds.line(
            [(x, span[0] - 20), (x + lean, span[1] + 20)],
            chance.choice((96, 106, 152, 160)),
            width=chance.uniform(16, 46),
        )
    soft = folds.blurred(26)
    lit = ImageChops.overlay(cloth.image, Image.merge("RGB", (weave, weave, weave)))
    return ImageChops.overlay(lit, Image.merge("RGB", (soft, soft, soft)))
