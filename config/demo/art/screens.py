"""Screens: pictures made of dots alone, the trade that gave the shop its name."""

import math
import random
from collections.abc import Callable

from PIL import ImageChops

from config.demo.art.canvas import TURN, WIDTH, Sheet, Surface
from config.demo.art.palettes import BLACK, WHITE, Rgb

# How dark a place is, 0 to 1; both coordinates are shares of the sheet's width.
Tone = Callable[[float, float], float]
_MARGIN = 60.0


def halftone(sheet: Sheet) -> None:
    """Prints two dot screens over each other, at angles far enough apart to avoid moiré."""
    chance, palette = sheet.chance, sheet.palette
    scene = chance.choice((_planet, _corona, _phases, _ripples, _hills))
    first, second = scene(chance, sheet.tall / WIDTH)
    pitch = chance.choice((9.0, 11.0, 13.0))
    back = palette.tones[2] if palette.is_dark else palette.accent
    front = palette.accent if palette.is_dark else palette.tones[0]
    _screen(sheet, back, first, pitch, math.radians(15))
    _screen(sheet, front, second, pitch, math.radians(45))


def _screen(sheet: Sheet, ink: Rgb, tone: Tone, pitch: float, angle: float) -> None:
    """Prints dots whose area follows the tone (0 none, 1 solid); inks mix where they overlap."""
    blank = BLACK if sheet.palette.is_dark else WHITE
    layer = Surface("RGB", sheet.image.size, blank)
    cos, sin = math.cos(angle) * pitch, math.sin(angle) * pitch
    reach = int(math.hypot(WIDTH, sheet.tall) / pitch / 2) + 2
    for row in range(-reach, reach):
        for column in range(-reach, reach):
            x = WIDTH / 2 + column * cos - row * sin
            y = sheet.tall / 2 + column * sin + row * cos
            if not (40 < x < WIDTH - 40 and 40 < y < sheet.tall - 40):
                continue
            strength = tone(x / WIDTH, y / WIDTH)
            if strength > 0.015:
                layer.circle(x, y, pitch * 0.74 * math.sqrt(min(1.0, strength)), ink)
    foot, right = sheet.tall - _MARGIN, WIDTH - _MARGIN
    layer.rectangle(0, 0, WIDTH, _MARGIN, blank)
    layer.rectangle(0, foot, WIDTH, sheet.tall, blank)
    layer.rectangle(0, 0, _MARGIN, sheet.tall, blank)
    layer.rectangle(right, 0, WIDTH, sheet.tall, blank)
    blend = ImageChops.lighter if sheet.palette.is_dark else ImageChops.multiply
    sheet.image.paste(blend(sheet.image, layer.image))


def _shade(a: float, b: float, light: float) -> float:
    """Returns how dark a unit ball is at (a, b), lit from the angle; 0 beside the ball."""
    flat = a * a + b * b
    if flat >= 1:
        return 0.0
    facing = (a * math.cos(light) + b * math.sin(light)) * 0.78 + math.sqrt(1 - flat) * 0.6
    return float(min(1.0, max(0.05, 1.02 - facing)) ** 1.3)


def _planet(chance: random.Random, tall: float) -> tuple[Tone, Tone]:
    x0, y0 = chance.uniform(0.46, 0.54), tall * chance.uniform(0.44, 0.52)
    radius, light = chance.uniform(0.22, 0.27), chance.uniform(math.pi, 1.6 * math.pi)
    reach, tilt = chance.uniform(1.5, 1.62), chance.uniform(-0.5, 0.5)

    def ball(x: float, y: float) -> float:
        return _shade((x - x0) / radius, (y - y0) / radius, light)

    def ring(x: float, y: float) -> float:
        a, b = (x - x0) / radius, (y - y0) / radius
        level, upright = (
            a * math.cos(tilt) + b * math.sin(tilt),
            b * math.cos(tilt) - a * math.sin(tilt),
        )
        away = math.hypot(level, upright * 3.4)
        behind = upright < 0 and a * a + b * b < 1
        band = 0.9 if reach - 0.34 < away < reach and abs(away - reach + 0.2) > 0.025 else 0.0
        haze = 0.32 * max(0.0, 1 - y / tall) ** 1.6
        return 0.0 if behind else max(band, haze if a * a + b * b > 1 else 0.0)

    return ring, ball


def _corona(chance: random.Random, tall: float) -> tuple[Tone, Tone]:
    x0, y0, radius = 0.5, tall * 0.48, chance.uniform(0.17, 0.22)
    rays, phase = chance.choice((6, 8, 11, 14)), chance.uniform(0, TURN)
    light = chance.uniform(0, TURN)

    def corona(x: float, y: float) -> float:
        away = math.hypot(x - x0, y - y0) / radius
        angle = math.atan2(y - y0, x - x0)
        length = 1.15 + 0.3 * math.sin(rays * angle + phase) + 0.2 * math.sin(3 * angle + phase)
        return 0.0 if away < 1.06 else max(0.0, 1.0 - (away - 1.06) / length)

    def moon(x: float, y: float) -> float:
        dark = _shade((x - x0) / radius, (y - y0) / radius, light)
        return min(1.0, dark * 1.5)

    return corona, moon


def _phases(chance: random.Random, tall: float) -> tuple[Tone, Tone]:
    """Rows of moons, each lit a little further round than the one before."""
    columns = chance.choice((3, 4))
    pitch = 0.8 / columns
    rows = int((tall - 0.16) / pitch)
    top = (tall - rows * pitch) / 2
    start = chance.uniform(0, TURN)
    filled = chance.randrange(columns * rows)

    def place(x: float, y: float) -> tuple[int, float, float]:
        column, row = int((x - 0.1) // pitch), int((y - top) // pitch)
        if not (0 <= column < columns and 0 <= row < rows):
            return -1, 2.0, 2.0
        a = ((x - 0.1) / pitch - column - 0.5) / 0.42
        b = ((y - top) / pitch - row - 0.5) / 0.42
        return row * columns + column, a, b

    def moons(x: float, y: float) -> float:
        index, a, b = place(x, y)
        return _shade(a, b, start + TURN * index / (columns * rows)) * 1.15

    def warm(x: float, y: float) -> float:
        index, a, b = place(x, y)
        lit = 1.0 if index == filled else 0.3
        return lit if a * a + b * b < 1 else 0.0

    return warm, moons


def _ripples(chance: random.Random, tall: float) -> tuple[Tone, Tone]:
    first = (chance.uniform(0.2, 0.4), tall * chance.uniform(0.25, 0.4))
    second = (chance.uniform(0.6, 0.8), tall * chance.uniform(0.6, 0.75))
    rings = chance.uniform(5, 9)

    def around(centre: tuple[float, float]) -> Tone:
        def tone(x: float, y: float) -> float:
            away = math.hypot(x - centre[0], y - centre[1])
            crest = 0.5 + 0.5 * math.sin(away * TURN * rings)
            return crest * math.sqrt(crest) * max(0.0, 1.1 - away * 1.15)

        return tone

    return around(first), around(second)


def _hills(chance: random.Random, tall: float) -> tuple[Tone, Tone]:
    bases = [tall * share for share in (0.46, 0.58, 0.7, 0.82)]
    waves = [(base, chance.uniform(0.7, 1.5), chance.uniform(0, TURN)) for base in bases]
    sun = (chance.uniform(0.3, 0.7), tall * 0.3, chance.uniform(0.14, 0.2))

    def top(wave: tuple[float, float, float], x: float) -> float:
        return wave[0] - 0.055 * math.sin(x * TURN * wave[1] + wave[2])

    def land(x: float, y: float) -> float:
        dark = 0.0
        for wave in waves:
            if y > top(wave, x):
                dark = max(0.07, 1.0 - (y - top(wave, x)) / 0.2)
        return dark

    def sky(x: float, y: float) -> float:
        if y > top(waves[0], x):
            return 0.4
        inside = math.hypot(x - sun[0], y - sun[1]) < sun[2]
        return 1.0 if inside else 0.3 * math.pow(y / tall, 1.5)

    return sky, land
