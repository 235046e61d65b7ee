"""Fields: brushed ribbons that follow an invisible current and never cross."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from config.demo.art.canvas import TURN, WIDTH, Point, Sheet
from config.demo.art.noise import Field
from config.demo.art.noise import field as noise_field

_CELL = 4.0
_STEP = 5.0


@dataclass(slots=True)
class Ground:
    """Which cells of the sheet are already painted, and by which stroke."""

    taken: dict[tuple[int, int], int] = field(default_factory=dict)

    def is_free(self, x: float, y: float, radius: float, stroke: int) -> bool:
        """Whether no other stroke comes nearer than radius; eight places stand for the rim."""
        for around in range(8):
            angle = around * TURN / 8
            cell = (
                int((x + math.cos(angle) * radius) // _CELL),
                int((y + math.sin(angle) * radius) // _CELL),
            )
            if self.taken.get(cell, stroke) != stroke:
                return False
        return self.taken.get((int(x // _CELL), int(y // _CELL)), stroke) == stroke

    def take(self, x: float, y: float, radius: float, stroke: int) -> None:
        reach = max(1, math.ceil(radius / _CELL))
        column, row = int(x // _CELL), int(y // _CELL)
        for right in range(-reach, reach + 1):
            for down in range(-reach, reach + 1):
                if right * right + down * down <= reach * reach:
                    self.taken.setdefault((column + right, row + down), stroke)


def flow(sheet: Sheet) -> None:
    """Paints ribbons from broad to fine until the sheet is full, inside a margin or a disc."""
    chance, palette = sheet.chance, sheet.palette
    noise = noise_field(
        chance, aspect=sheet.tall / WIDTH, cells=chance.uniform(1.6, 2.6), octaves=2, gain=0.35
    )
    bias, twist = chance.uniform(0, TURN), chance.uniform(0.55, 1.1)
    inside = _disc if chance.random() < 0.35 else _margin
    ground = Ground()
    inks = [palette.ink, *palette.inks]
    stroke = 0
    for width, tries, shortest in (
        (34, 90, 60),
        (22, 300, 40),
        (13, 1000, 20),
        (8, 3200, 12),
        (5, 7000, 7),
    ):
        for _ in range(tries):
            stroke += 1
            start = (chance.uniform(0, WIDTH), chance.uniform(0, sheet.tall))
            path = _follow(sheet, start, width, stroke, (noise, bias, twist), ground, inside)
            if len(path) >= shortest:
                for x, y in path:
                    ground.take(x, y, width / 2, stroke)
                shade = min(len(inks) - 1, int(chance.betavariate(1.3, 1.3) * len(inks)))
                sheet.ribbon(path, inks[shade], width=width)


def _margin(sheet: Sheet, x: float, y: float) -> bool:
    return 70 < x < WIDTH - 70 and 70 < y < sheet.tall - 70


def _disc(sheet: Sheet, x: float, y: float) -> bool:
    return (x - WIDTH / 2) ** 2 + (y - sheet.tall / 2) ** 2 < 430**2


def _follow(
    sheet: Sheet,
    start: Point,
    width: float,
    stroke: int,
    current: tuple[Field, float, float],
    ground: Ground,
    inside: Callable[[Sheet, float, float], bool],
) -> list[Point]:
    noise, bias, twist = current
    x, y = start
    path: list[Point] = []
    gap = width / 2 + 4
    for _ in range(170):
        if not inside(sheet, x, y) or not ground.is_free(x, y, gap, stroke):
            break
        path.append((x, y))
        angle = bias + noise.at(x / WIDTH, y / sheet.tall) * TURN * twist
        x += math.cos(angle) * _STEP
        y += math.sin(angle) * _STEP
    return path
