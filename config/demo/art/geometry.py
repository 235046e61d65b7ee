"""Geometry: a grid of tiles in the manner of a school of design, and poured terrazzo."""

import math
from collections.abc import Callable

from PIL import Image

from config.demo.art.canvas import TURN, WIDTH, Point, Sheet, Surface
from config.demo.art.palettes import Rgb

Inks = tuple[Rgb, Rgb, Rgb]


def tiles(sheet: Sheet) -> None:
    """Fills a grid of squares, each with one of ten figures, turned by chance."""
    chance = sheet.chance
    columns = chance.choice((3, 4, 5, 6))
    margin = 80.0
    size = (WIDTH - 2 * margin) / columns
    rows = int((sheet.tall - 2 * margin + 1) / size)
    top = (sheet.tall - rows * size) / 2
    inks = sorted({sheet.palette.ink, *sheet.palette.inks})
    pixels = math.ceil(size * sheet.pixels)
    for row in range(rows):
        for column in range(columns):
            chosen = chance.sample(inks, 3)
            tile = Surface("RGB", (pixels, pixels), chosen[0])
            chance.choice(FIGURES)(tile, (chosen[0], chosen[1], chosen[2]))
            turned = tile.image.rotate(chance.choice((0, 90, 180, 270)))
            place = (margin + column * size) * sheet.pixels, (top + row * size) * sheet.pixels
            sheet.image.paste(turned, (round(place[0]), round(place[1])))


def _quarters(tile: Surface, inks: Inks) -> None:
    tile.sector(0, 0, 1000, (0, 90), inks[1])
    tile.sector(0, 0, 500, (0, 90), inks[2])


def _halves(tile: Surface, inks: Inks) -> None:
    tile.sector(500, 0, 500, (0, 180), inks[1])
    tile.sector(500, 1000, 500, (180, 360), inks[2])


def _target(tile: Surface, inks: Inks) -> None:
    tile.circle(500, 500, 390, inks[1])
    tile.circle(500, 500, 170, inks[2])


def _diagonal(tile: Surface, inks: Inks) -> None:
    tile.polygon([(0, 0), (1000, 0), (0, 1000)], inks[1])


def _stripes(tile: Surface, inks: Inks) -> None:
    for stripe in range(5):
        tile.rectangle(0, stripe * 200, 1000, stripe * 200 + 99, inks[1])


def _rainbow(tile: Surface, inks: Inks) -> None:
    for ring in range(5, 0, -1):
        tile.sector(0, 0, ring * 200, (0, 90), inks[1] if ring % 2 else inks[2 if ring == 2 else 0])


def _petal(tile: Surface, inks: Inks) -> None:
    leaf = tile.stencil()
    leaf.sector(0, 0, 1000, (0, 90), 255)
    other = tile.stencil()
    other.sector(1000, 1000, 1000, (180, 270), 255)
    tile.lay(inks[1], Image.composite(leaf.image, Image.new("L", leaf.image.size), other.image))


def _dots(tile: Surface, inks: Inks) -> None:
    for column in range(3):
        for row in range(3):
            tile.circle(167 + column * 333, 167 + row * 333, 92, inks[1])


def _peak(tile: Surface, inks: Inks) -> None:
    tile.polygon([(0, 1000), (500, 0), (1000, 1000)], inks[1])
    tile.circle(500, 680, 150, inks[2])


def _steps(tile: Surface, inks: Inks) -> None:
    for step in range(4):
        tile.rectangle(0, step * 250, 250 + step * 250, 1000, inks[1])
    tile.circle(780, 220, 130, inks[2])


FIGURES: tuple[Callable[[Surface, Inks], None], ...] = (
    _quarters,
    _halves,
    _target,
    _diagonal,
    _stripes,
    _rainbow,
    _petal,
    _dots,
    _peak,
    _steps,
)


def terrazzo(sheet: Sheet) -> None:
    """Scatters stone chips, large ones first, so that none touches another."""
    sheet.grain = 8
    angular = sheet.chance.random() < 0.5
    inks = sheet.palette.inks
    weights = [2, 3, 3, 3, 3, 2]
    placed: dict[tuple[int, int], list[tuple[float, float, float]]] = {}
    for radius, tries in ((92, 420), (54, 1500), (28, 4200), (13, 8000)):
        for _ in range(tries):
            size = radius * sheet.chance.uniform(0.6, 1)
            x = sheet.chance.uniform(-size, WIDTH + size)
            y = sheet.chance.uniform(-size, sheet.tall + size)
            if _is_free(placed, x, y, size):
                placed.setdefault((int(x // 120), int(y // 120)), []).append((x, y, size))
                colour = sheet.chance.choices(inks, weights)[0]
                sheet.polygon(_chip(sheet, x, y, size, angular=angular), colour)


def _is_free(
    placed: dict[tuple[int, int], list[tuple[float, float, float]]], x: float, y: float, size: float
) -> bool:
    column, row = int(x // 120), int(y // 120)
    reach = (-2, -1, 0, 1, 2) if size > 40 else (-1, 0, 1)
    return not any(
        (x - a) ** 2 + (y - b) ** 2 < (size + other) ** 2
        for right in reach
        for down in reach
        for a, b, other in placed.get((column + right, row + down), ())
    )


def _chip(sheet: Sheet, x: float, y: float, size: float, *, angular: bool) -> list[Point]:
    """Returns the outline of a chip: a broken shard, or a pebble with its corners worn off."""
    chance = sheet.chance
    corners = chance.randrange(5, 9)
    start = chance.uniform(0, TURN)
    least = 0.5 if angular else 0.72
    points: list[Point] = []
    for corner in range(corners):
        angle = start + TURN * (corner + chance.uniform(-0.25, 0.25)) / corners
        reach = size * chance.uniform(least, 1)
        points.append((x + math.cos(angle) * reach, y + math.sin(angle) * reach))
    for share in (0.12,) if angular else (0.24, 0.24, 0.24):
        points = _worn(points, share)
    return points


def _worn(points: list[Point], share: float) -> list[Point]:
    """Cuts every corner of a closed outline at `share` of its two edges (Chaikin's rule)."""
    rest = 1 - share
    worn: list[Point] = []
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        worn.append((ax * rest + bx * share, ay * rest + by * share))
        worn.append((ax * share + bx * rest, ay * share + by * rest))
    return worn
