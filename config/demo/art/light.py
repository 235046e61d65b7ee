"""What mock-ups share: walls and tables, daylight, shadows, wood, and fitting a picture in."""

import math
import random

from PIL import Image, ImageChops, ImageFilter

from config.demo.art.canvas import WIDTH, Surface
from config.demo.art.palettes import BLACK, WHITE, Rgb, mix

SHADE: Rgb = (46, 36, 30)


def wall(size: tuple[int, int], tone: Rgb, chance: random.Random) -> Surface:
    """Returns a plastered wall with the light of a window falling across it."""
    stage = Surface("RGB", size, tone)
    stage.image.paste(stage.gradient([mix(tone, WHITE, 0.3), tone, mix(tone, SHADE, 0.1)]))
    light = stage.stencil()
    slant = chance.uniform(150, 260)
    left = chance.uniform(-120, 60)
    top, height = -0.1 * stage.tall, stage.tall * 0.46
    for column in range(2):
        for row in range(2):
            x = left + column * 330 + slant * (1 - row) * 0.9
            y = top + row * (height + 40)
            corners = [(x, y), (x + 290, y), (x + 290 - slant, y + height), (x - slant, y + height)]
            light.polygon(corners, 62)
    stage.lay((255, 251, 240), light.blurred(20))
    return stage


def table(size: tuple[int, int], tone: Rgb, *, edge: float) -> Surface:
    """Returns a table before a wall; its far edge lies at `edge` (a share of the height)."""
    stage = Surface("RGB", size, tone)
    stage.image.paste(stage.gradient([mix(tone, WHITE, 0.4), mix(tone, WHITE, 0.12)]))
    line = stage.tall * edge
    top = stage.stencil()
    top.rectangle(0, line, WIDTH, stage.tall, 255)
    shades = [mix(tone, SHADE, 0.2), mix(tone, SHADE, 0.06)]
    stage.lay(stage.gradient(shades, line, stage.tall), top.blurred(2.5))
    return stage


def floor(size: tuple[int, int], tone: Rgb) -> Surface:
    """Returns a flat ground seen from above, lit from the upper left."""
    stage = Surface("RGB", size, tone)
    stage.image.paste(stage.gradient([mix(tone, WHITE, 0.42), tone]))
    shine = stage.stencil()
    shine.circle(200, stage.tall * 0.15, 420, 70)
    stage.lay(WHITE, shine.blurred(160))
    return stage


def cast(
    stage: Surface, shape: Surface, *, shift: tuple[float, float], blur: float, depth: int
) -> None:
    """Darkens the stage by the moved, blurred shape; depth from 0 to 255."""
    shadow = stage.stencil()
    faint = shape.image.point([value * depth // 255 for value in range(256)])
    place = round(shift[0] * stage.pixels), round(shift[1] * stage.pixels)
    shadow.image.paste(faint, place)
    stage.lay(SHADE, shadow.blurred(blur))


def fitted(art: Image.Image, width: int, height: int) -> Image.Image:
    """Returns the middle of a picture, scaled to cover width x height pixels."""
    scale = max(width / art.width, height / art.height)
    size = math.ceil(art.width * scale), math.ceil(art.height * scale)
    large = art.resize(size, Image.Resampling.LANCZOS)
    left, top = (large.width - width) // 2, (large.height - height) // 2
    return large.crop((left, top, left + width, top + height))


def wood(
    size: tuple[int, int], colour: Rgb, chance: random.Random, *, upright: bool
) -> Image.Image:
    """Returns a board with its grain along the long way of a rail (level or upright)."""
    few, many = 4, 260
    lattice = (many, few) if upright else (few, many)
    grain = Image.new("L", lattice)
    grain.putdata([round(chance.gauss(128, 15)) for _ in range(few * many)])
    streaks = grain.resize(size, Image.Resampling.BICUBIC)
    board = Image.new("RGB", size, colour)
    return ImageChops.overlay(board, Image.merge("RGB", (streaks, streaks, streaks)))


def printed(ground: Image.Image, art: Image.Image, paper: Rgb, place: tuple[int, int]) -> None:
    """Prints a picture on cloth: its paper becomes no ink at all, so no rectangle shows."""
    film = [min(255, value * 255 // max(1, level - 14)) for level in paper for value in range(256)]
    inked = art.point(film).filter(ImageFilter.GaussianBlur(0.6))
    box = (*place, place[0] + art.width, place[1] + art.height)
    ground.paste(ImageChops.multiply(ground.crop(box), inked), place)


def rail_shades(colour: Rgb) -> tuple[Rgb, Rgb, Rgb, Rgb]:
    """Returns a frame's colours at its top, left, right and bottom rails under light from above."""
    return (
        mix(colour, WHITE, 0.2),
        mix(colour, WHITE, 0.07),
        mix(colour, BLACK, 0.1),
        mix(colour, BLACK, 0.2),
    )
