"""Botanicals: pressed stems before a coloured ground, and flower heads in spiral order."""

import math
from dataclasses import dataclass

from config.demo.art.canvas import TURN, WIDTH, Point, Sheet
from config.demo.art.palettes import Rgb, along, mix

GOLDEN_ANGLE = math.radians(137.50776)


@dataclass(frozen=True, slots=True)
class Species:
    """How leaves stand on a stem; lengths in thousandths of the sheet's width."""

    leaf: float
    breadth: float
    every: int
    spread: float
    crown: str


SPECIES = {
    "fern": Species(leaf=105, breadth=0.30, every=4, spread=0.95, crown="leaf"),
    "willow": Species(leaf=165, breadth=0.15, every=5, spread=0.75, crown="leaf"),
    "eucalyptus": Species(leaf=88, breadth=0.52, every=6, spread=1.15, crown="leaf"),
    "poppy": Species(leaf=120, breadth=0.17, every=8, spread=0.8, crown="head"),
    "umbel": Species(leaf=95, breadth=0.2, every=11, spread=0.7, crown="umbel"),
}


def botanical(sheet: Sheet) -> None:
    """Draws three to six stems of one or two species before a disc, an arch or a pebble."""
    chance = sheet.chance
    _ground(sheet)
    stems = chance.choice((3, 4, 5, 6))
    kinds = chance.sample(sorted(SPECIES), chance.choice((1, 2)))
    order = sorted(range(stems), key=lambda stem: -abs(stem - (stems - 1) / 2))
    for stem in order:
        _stem(sheet, stem - (stems - 1) / 2, SPECIES[kinds[stem % len(kinds)]])


def _ground(sheet: Sheet) -> None:
    chance, palette = sheet.chance, sheet.palette
    light = chance.choice((palette.tones[4], palette.accent))
    colour = mix(palette.paper, light, 0.55 if light == palette.accent else 0.85)
    x, y, radius = (
        chance.uniform(440, 560),
        sheet.tall * chance.uniform(0.36, 0.44),
        chance.uniform(270, 330),
    )
    shape = chance.choice(("disc", "arch", "pebble"))
    if shape == "disc":
        sheet.circle(x, y, radius, colour)
    elif shape == "arch":
        sheet.circle(500, y, radius, colour)
        sheet.rectangle(500 - radius, y, 500 + radius, sheet.tall * 0.93, colour)
    else:
        lobes = [(chance.uniform(0, TURN), chance.uniform(0.03, 0.09), n) for n in (2, 3)]
        outline = []
        for step in range(160):
            angle = TURN * step / 160
            stretch = 1 + sum(size * math.sin(n * angle + phase) for phase, size, n in lobes)
            outline.append(
                (
                    x + math.cos(angle) * radius * stretch,
                    y + math.sin(angle) * radius * 1.15 * stretch,
                )
            )
        sheet.polygon(outline, colour)


def _stem(sheet: Sheet, place: float, species: Species) -> None:
    chance, palette = sheet.chance, sheet.palette
    colour = chance.choice(palette.tones[:3])
    path = _growth(sheet, place)
    stalk = mix(palette.ink, colour, 0.45)
    sheet.line([(x, y) for x, y, _ in path], stalk, width=5)
    for node in range(9, len(path) - 1, species.every):
        share = node / len(path)
        x, y, heading = path[node]
        length = species.leaf * (1 - 0.5 * share) * chance.uniform(0.9, 1.1)
        for side in (-1, 1):
            tint = mix(
                colour,
                chance.choice((palette.tones[1], palette.tones[2], palette.ink)),
                chance.uniform(0, 0.4),
            )
            angle = heading + side * (species.spread - 0.35 * share)
            _leaf(sheet, (x, y), angle, side, length, species.breadth, tint)
    _crown(sheet, path[-1], species, colour)


def _growth(sheet: Sheet, place: float) -> list[tuple[float, float, float]]:
    """Returns points and headings of a stem that grows upwards and leans away from the middle."""
    chance = sheet.chance
    x, y, heading = 500 + 46 * place, sheet.tall * 0.93, -math.pi / 2 + place * 0.1
    length = sheet.tall * chance.uniform(0.5, 0.7) * (1 - 0.05 * abs(place))
    lean = place * chance.uniform(0.08, 0.16)
    path = []
    for _ in range(61):
        path.append((x, y, heading))
        heading += lean / 60 * 1.9 + chance.gauss(0, 0.012)
        x += math.cos(heading) * length / 60
        y += math.sin(heading) * length / 60
    return path


def _leaf(
    sheet: Sheet, foot: Point, angle: float, side: float, length: float, breadth: float, colour: Rgb
) -> None:
    upper: list[Point] = []
    lower: list[Point] = []
    middle: list[Point] = []
    for step in range(19):
        share = step / 18
        bend = angle + 0.35 * (share - 0.5) * side
        x, y = foot[0] + math.cos(bend) * length * share, foot[1] + math.sin(bend) * length * share
        half = length * breadth * math.sin(math.pi * share**0.8) * (1 - 0.15 * share)
        across, down = -math.sin(bend) * half, math.cos(bend) * half
        upper.append((x + across, y + down))
        lower.append((x - across, y - down))
        middle.append((x, y))
    sheet.polygon([*upper, *reversed(middle)], colour)
    sheet.polygon([*lower, *reversed(middle)], mix(colour, sheet.palette.paper, 0.12))
    sheet.line(middle, mix(colour, sheet.palette.paper, 0.5), width=1.8)


def _crown(sheet: Sheet, tip: tuple[float, float, float], species: Species, colour: Rgb) -> None:
    x, y, heading = tip
    palette = sheet.palette
    if species.crown == "leaf":
        _leaf(sheet, (x, y), heading, 1, species.leaf * 0.6, species.breadth, colour)
    elif species.crown == "head":
        bloom_at(
            sheet,
            (x, y),
            62,
            [
                mix(palette.accent, palette.paper, 0.35),
                palette.accent,
                mix(palette.accent, palette.ink, 0.35),
            ],
            110,
        )
    else:
        for ray in range(13):
            angle = heading + (ray - 6) * 0.17
            reach = 92 - abs(ray - 6) * 4.5
            end = (x + math.cos(angle) * reach, y + math.sin(angle) * reach)
            sheet.line([(x, y), end], mix(palette.ink, colour, 0.5), width=2.4)
            for dot in range(7):
                turn = dot * GOLDEN_ANGLE
                far = 4.2 * math.sqrt(dot)
                sheet.circle(
                    end[0] + math.cos(turn) * far,
                    end[1] + math.sin(turn) * far,
                    4.4,
                    mix(palette.accent, palette.tones[3], dot / 9),
                )


def bloom(sheet: Sheet) -> None:
    """Draws one great flower head, or three on stems, every petal set at the golden angle."""
    chance, palette = sheet.chance, sheet.palette
    ramp = (
        [palette.accent, *reversed(palette.tones)]
        if chance.random() < 0.5
        else [*reversed(palette.tones), palette.ink]
    )
    if chance.random() < 0.55:
        bloom_at(sheet, (500, sheet.tall * 0.5), 415, ramp, 1000)
        return
    heads = [(290, 0.36, 205), (690, 0.25, 170), (610, 0.6, 235)]
    for x, share, _ in heads:
        foot = (500 + (x - 500) * 0.1, sheet.tall)
        bend = (500 + (x - 500) * 0.55, sheet.tall * (share + 0.35))
        path = [_curve(foot, bend, (x, sheet.tall * share), step / 40) for step in range(41)]
        sheet.line(path, mix(palette.ink, palette.tones[0], 0.5), width=9)
    for x, share, radius in heads:
        bloom_at(sheet, (x, sheet.tall * share), radius, ramp, int(radius * 1.9))


def _curve(start: Point, pull: Point, end: Point, share: float) -> Point:
    rest = 1 - share
    x = rest * rest * start[0] + 2 * rest * share * pull[0] + share * share * end[0]
    y = rest * rest * start[1] + 2 * rest * share * pull[1] + share * share * end[1]
    return x, y


def bloom_at(sheet: Sheet, centre: Point, radius: float, ramp: list[Rgb], petals: int) -> None:
    """Draws a phyllotaxis head: outer petals first, colours running along the ramp outwards."""
    chance = sheet.chance
    lobes, phase = chance.choice((3, 5, 8)), chance.uniform(0, TURN)
    sheet.circle(*centre, radius * 0.8, along(ramp, 0.3))
    growth = radius / WIDTH * math.sqrt(1000 / petals) * 2.38
    for petal in range(petals, 0, -1):
        share = petal / petals
        angle = petal * GOLDEN_ANGLE
        reach = radius * math.sqrt(share) * (1 + 0.05 * math.sin(lobes * angle + phase))
        x, y = centre[0] + math.cos(angle) * reach, centre[1] + math.sin(angle) * reach
        size = (4.5 + 15.5 * share**0.7) * growth
        colour = along(ramp, share)
        sheet.polygon(_petal(x, y, angle, size), mix(colour, sheet.palette.paper, 0.35))
        sheet.polygon(_petal(x, y, angle, size * 0.9), colour)


def _petal(x: float, y: float, angle: float, size: float) -> list[Point]:
    cos, sin = math.cos(angle), math.sin(angle)
    points = []
    for step in range(20):
        turn = TURN * step / 20
        out, side = size * 1.9 * math.cos(turn), size * 0.8 * math.sin(turn)
        points.append((x + cos * out - sin * side, y + sin * out + cos * side))
    return points
