"""Mock-ups that hang on a wall: the framed print, the poster on its rails, the gallery."""

import math
import random
from collections.abc import Sequence

from PIL import Image, ImageChops

from config.demo.art.canvas import WIDTH, Surface
from config.demo.art.light import SHADE, cast, fitted, rail_shades, wall, wood
from config.demo.art.objects import set_down_mug
from config.demo.art.palettes import BLACK, WHITE, Rgb, mix

WOODS: dict[str, Rgb] = {
    "oak": (196, 152, 104),
    "walnut": (104, 70, 48),
    "black": (38, 36, 38),
    "white": (240, 237, 231),
}
MAT: Rgb = (251, 249, 244)

# left, top, width, height in thousandths of the stage's width
Place = tuple[float, float, float, float]


def framed(
    art: Image.Image, size: tuple[int, int], tone: Rgb, finish: str, chance: random.Random
) -> Image.Image:
    """Returns the picture under glass with a mat, in a frame of the wood named by `finish`."""
    stage = wall(size, tone, chance)
    width = 640.0
    height = width * 1.25
    place = ((WIDTH - width) / 2, (stage.tall - height) * 0.45, width, height)
    hang_frame(stage, art, place, finish, chance)
    return stage.image


def hang_frame(
    stage: Surface, art: Image.Image, place: Place, finish: str, chance: random.Random
) -> None:
    """Hangs a framed picture on a stage, shadow and all."""
    left, top, width, height = place
    right, bottom = left + width, top + height
    rail, mat = width * 0.036, width * 0.085
    shape = stage.stencil()
    shape.rectangle(left, top, right, bottom, 255)
    cast(stage, shape, shift=(width * 0.01, width * 0.02), blur=width * 0.009, depth=125)
    cast(stage, shape, shift=(width * 0.04, width * 0.07), blur=width * 0.05, depth=115)
    _rails(stage, (left, top, right, bottom), rail, finish, chance)
    stage.rectangle(left + rail, top + rail, right - rail, bottom - rail, MAT)
    inset = rail + mat
    scale = stage.pixels
    window = round((width - 2 * inset) * scale), round((height - 2 * inset) * scale)
    bevel = width * 0.006
    stage.rectangle(
        left + inset - bevel,
        top + inset - bevel,
        right - inset + bevel,
        bottom - inset + bevel,
        (226, 221, 211),
    )
    stage.image.paste(
        fitted(art, *window), (round((left + inset) * scale), round((top + inset) * scale))
    )
    _glass(stage, (left + rail, top + rail, right - rail, bottom - rail))


def _rails(stage: Surface, box: Place, rail: float, finish: str, chance: random.Random) -> None:
    left, top, right, bottom = box
    inner = (left + rail, top + rail, right - rail, bottom - rail)
    shades = rail_shades(WOODS[finish])
    corners = {
        "top": [(left, top), (right, top), (inner[2], inner[1]), (inner[0], inner[1])],
        "left": [(left, top), (inner[0], inner[1]), (inner[0], inner[3]), (left, bottom)],
        "right": [(right, top), (right, bottom), (inner[2], inner[3]), (inner[2], inner[1])],
        "bottom": [(left, bottom), (inner[0], inner[3]), (inner[2], inner[3]), (right, bottom)],
    }
    for (side, points), shade in zip(corners.items(), shades, strict=True):
        mask = stage.stencil()
        mask.polygon(points, 255)
        board = wood(stage.image.size, shade, chance, upright=side in ("left", "right"))
        stage.lay(board, mask.image)
    stage.line([(left, top), (right, top)], mix(shades[0], WHITE, 0.4), width=1.2)


def _glass(stage: Surface, box: Place) -> None:
    """Lays the frame's inner shadow and a faint reflection over the pane."""
    left, top, right, bottom = box
    pane = stage.stencil()
    pane.rectangle(left, top, right, bottom, 255)
    lip = stage.stencil()
    lip.rectangle(left, top, right, top + 11, 85)
    lip.rectangle(left, top, left + 8, bottom, 60)
    stage.lay(SHADE, ImageChops.multiply(lip.blurred(5), pane.image))
    gleam = stage.stencil()
    width = right - left
    for start, breadth, depth in ((0.55, 0.22, 20), (0.84, 0.06, 16)):
        x = left + width * start
        across = width * breadth
        gleam.polygon(
            [
                (x, top),
                (x + across, top),
                (x + across - width * 0.5, bottom),
                (x - width * 0.5, bottom),
            ],
            depth,
        )
    stage.lay(WHITE, ImageChops.multiply(gleam.blurred(4), pane.image))


def poster(
    art: Image.Image, size: tuple[int, int], tone: Rgb, finish: str, chance: random.Random
) -> Image.Image:
    """Returns the sheet between two wooden rails, hanging from a nail by a cord."""
    stage = wall(size, tone, chance)
    width = 620.0
    height = width * 1.25
    left, top = (WIDTH - width) / 2, (stage.tall - height) * 0.6
    hang_poster(stage, art, (left, top, width, height), finish, chance)
    return stage.image


def hang_poster(
    stage: Surface, art: Image.Image, place: Place, finish: str, chance: random.Random
) -> None:
    left, top, width, height = place
    shape = stage.stencil()
    shape.rectangle(left, top, left + width, top + height, 255)
    cast(stage, shape, shift=(8, 14), blur=8, depth=95)
    cast(stage, shape, shift=(20, 34), blur=28, depth=95)
    scale = stage.pixels
    sheet = fitted(art, round(width * scale), round(height * scale))
    stage.image.paste(_waved(sheet), (round(left * scale), round(top * scale)))
    nail = (left + width / 2, top - 112)
    for end in (left + 26, left + width - 26):
        stage.line([nail, (end, top - 8)], (82, 70, 60), width=2.4)
    stage.circle(*nail, 6, (64, 56, 50))
    for middle in (top, top + height):
        _rod(stage, (left - 16, middle - 15, left + width + 16, middle + 15), finish, chance)


def _waved(sheet: Image.Image) -> Image.Image:
    """Returns the sheet with the soft vertical swells of paper that was rolled."""
    row = Image.new("L", (sheet.width, 1))
    swells = [
        128 + 9 * math.sin(x / sheet.width * 9) + 6 * math.sin(x / sheet.width * 4 + 1)
        for x in range(sheet.width)
    ]
    row.putdata([round(swell) for swell in swells])
    light = row.resize(sheet.size)
    return ImageChops.overlay(sheet, Image.merge("RGB", (light, light, light)))


def _rod(stage: Surface, box: Place, finish: str, chance: random.Random) -> None:
    left, top, right, bottom = box
    shape = stage.stencil()
    shape.rectangle(left, top, right, bottom, 255, round=5)
    cast(stage, shape, shift=(4, 9), blur=6, depth=110)
    colour = WOODS[finish]
    stage.lay(wood(stage.image.size, colour, chance, upright=False), shape.image)
    for share, light, depth in ((0.16, WHITE, 90), (0.9, BLACK, 110)):
        band = stage.stencil()
        y = top + (bottom - top) * share
        band.rectangle(left, y - 4, right, y + 4, depth)
        stage.lay(light, ImageChops.multiply(band.blurred(3), shape.image))


def gallery(
    arts: Sequence[Image.Image], size: tuple[int, int], tone: Rgb, chance: random.Random
) -> Image.Image:
    """Returns a wall of four framed prints above a sideboard with a mug; needs five pictures."""
    stage = wall(size, tone, chance)
    places: list[tuple[Place, str]] = [
        ((330, 70, 340, 425), "oak"),
        ((90, 150, 200, 250), "black"),
        ((710, 96, 180, 225), "white"),
        ((736, 356, 150, 188), "oak"),
    ]
    for art, (place, finish) in zip(arts, places, strict=False):
        hang_frame(stage, art, place, finish, chance)
    top = stage.tall * 0.82
    shape = stage.stencil()
    shape.rectangle(-40, top, WIDTH + 40, stage.tall + 60, 255)
    cast(stage, shape, shift=(0, -10), blur=16, depth=80)
    board = wood(stage.image.size, (176, 132, 90), chance, upright=False)
    stage.lay(board, shape.image)
    edge = stage.stencil()
    edge.rectangle(0, top + 46, WIDTH, stage.tall, 120)
    stage.lay((60, 38, 22), edge.blurred(2))
    set_down_mug(stage, arts[4], (170, top - 96, 104, 122))
    return stage.image
