"""Signals: lines that carry a message nobody sent: rings, a listening disc, and bars of sound."""

import math
import random

from config.demo.art.canvas import TURN, WIDTH, Point, Sheet
from config.demo.art.noise import ridge
from config.demo.art.palettes import Rgb, along, mix


def signals(sheet: Sheet) -> None:
    """Draws one of three layouts, chosen by chance."""
    sheet.chance.choice((_rings, _disc, _bars))(sheet)


def _inks(sheet: Sheet) -> list[Rgb]:
    palette = sheet.palette
    if palette.is_dark:
        return [palette.tones[2], palette.tones[3], palette.accent]
    return [palette.ink, palette.tones[0], palette.tones[1], palette.accent]


def _bursts(chance: random.Random, count: int) -> list[tuple[float, float, float]]:
    return [
        (chance.random(), chance.uniform(0.025, 0.09), chance.uniform(0.4, 1)) for _ in range(count)
    ]


def _loudness(place: float, bursts: list[tuple[float, float, float]]) -> float:
    total = 0.0
    for centre, breadth, strength in bursts:
        away = abs(place - centre)
        total += strength * math.exp(-((min(away, 1 - away) / breadth) ** 2))
    return total


def _rings(sheet: Sheet) -> None:
    """Concentric circles that shiver where a burst passes through them."""
    chance = sheet.chance
    bursts = _bursts(chance, chance.choice((3, 4, 6)))
    drift = chance.uniform(-0.006, 0.006)
    inks = _inks(sheet)
    count = chance.choice((30, 38, 46))
    for ring in range(count):
        share = ring / (count - 1)
        radius = 55 + 350 * share
        noise = ridge(chance, 512, roughness=0.66)
        points: list[Point] = []
        for step in range(513):
            place = (step / 512 + drift * ring) % 1
            fade = math.sin(math.pi * step / 512) ** 0.15
            swing = (
                _loudness(place, bursts) * (14 + 26 * share) * (0.45 + 0.75 * noise[step] * fade)
            )
            angle = TURN * step / 512
            reach = radius + swing
            points.append((500 + math.cos(angle) * reach, sheet.tall / 2 + math.sin(angle) * reach))
        sheet.line([*points, points[0]], along(inks, share), width=3.8)


def _disc(sheet: Sheet) -> None:
    """Level lines inside a circle, bulging where something underneath speaks."""
    chance = sheet.chance
    inks = _inks(sheet)
    count = chance.choice((44, 54))
    spots = [
        (
            chance.uniform(-0.5, 0.5),
            chance.uniform(-0.5, 0.5),
            chance.uniform(0.12, 0.26),
            chance.uniform(40, 90),
        )
        for _ in range(3)
    ]
    middle = sheet.tall / 2
    paper = sheet.palette.paper
    for row in range(count):
        down = -1 + 2 * (row + 0.5) / count
        half = math.sqrt(1 - down * down)
        noise = ridge(chance, 256, roughness=0.7)
        points: list[Point] = []
        for step in range(257):
            across = half * (-1 + 2 * step / 256)
            lift = sum(
                h * math.exp(-(((across - a) / s) ** 2 + ((down - b) / s) ** 2))
                for a, b, s, h in spots
            )
            points.append(
                (500 + across * 425, middle + down * 425 - lift * (1 + 0.28 * noise[step]))
            )
        sheet.polygon(
            [
                *points,
                (points[-1][0], middle + down * 425 + 30),
                (points[0][0], middle + down * 425 + 30),
            ],
            paper,
        )
        sheet.line(points, along(inks, row / count), width=5)


def _bars(sheet: Sheet) -> None:
    """Rows of upright strokes, each row one spoken sentence."""
    chance = sheet.chance
    inks = _inks(sheet)
    rows = chance.choice((7, 8, 9))
    margin = 90.0
    height = (sheet.tall - 2 * margin) / rows
    step = 14.0
    for row in range(rows):
        bursts = _bursts(chance, chance.choice((3, 4, 5)))
        middle = margin + height * (row + 0.5)
        colour = along(inks, row / (rows - 1))
        pause = chance.uniform(0.8, 1.0)
        count = int((WIDTH - 2 * margin) / step * pause)
        for bar in range(count):
            loud = min(1.0, _loudness(bar / 54, bursts)) * chance.uniform(0.55, 1)
            half = height * (0.03 + 0.52 * loud)
            x = margin + step * (bar + 0.5)
            lit = mix(colour, sheet.palette.accent, 1.0 if chance.random() < 0.05 else 0.0)
            sheet.ribbon([(x, middle - half), (x, middle + half)], lit, width=8.5)
