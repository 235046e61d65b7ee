"""Seascapes: fish-scale waves under a moon, and long swells with a sail on them."""

import math

from config.demo.art.canvas import TURN, WIDTH, Point, Sheet
from config.demo.art.palettes import Rgb, along, mix


def waves(sheet: Sheet) -> None:
    """Draws seigaiha scales from the horizon down; those below the moon catch its light."""
    sheet.grain = 7
    chance, palette = sheet.chance, sheet.palette
    horizon = sheet.tall * chance.uniform(0.42, 0.56)
    x, y, radius = (
        chance.uniform(260, 740),
        horizon * chance.uniform(0.4, 0.75),
        chance.uniform(120, 200),
    )
    _heaven(sheet, horizon)
    sheet.circle(x, y, radius, palette.accent)
    size = WIDTH / chance.choice((8, 10, 12))
    rows = int((sheet.tall - horizon) / (size * 0.42)) + 4
    phase = chance.uniform(0, TURN)
    for row in range(rows):
        share = min(1.0, row / (rows - 2))
        for column in range(-1, int(WIDTH / size) + 3):
            left = column * size + (size / 2 if row % 2 else 0)
            lift = math.sin(left / WIDTH * TURN * 1.3 + phase) * sheet.tall * 0.02 * (1 - share)
            lit = (
                abs(left - x) < radius * (0.9 + 0.5 * share)
                and chance.random() < 0.62 - 0.45 * share
            )
            _scale(sheet, (left, horizon + row * size * 0.42 + lift), size, share, lit=lit)


def _heaven(sheet: Sheet, horizon: float) -> None:
    palette = sheet.palette
    if not palette.is_dark:
        ramp = [
            palette.paper,
            mix(palette.paper, palette.tones[4], 0.7),
            mix(palette.tones[3], palette.accent, 0.35),
        ]
        sheet.image.paste(sheet.gradient(ramp, 0, horizon * 1.1))
        return
    sheet.image.paste(
        sheet.gradient([palette.paper, palette.tones[0], palette.tones[1]], 0, horizon * 1.2)
    )
    for _ in range(150):
        x, y = sheet.chance.uniform(0, WIDTH), sheet.chance.uniform(0, horizon)
        sheet.circle(x, y, sheet.chance.choice((1.0, 1.5, 2.6)), palette.ink)


def _scale(sheet: Sheet, centre: Point, size: float, share: float, *, lit: bool) -> None:
    palette = sheet.palette
    base = along([palette.tones[2], palette.tones[1], palette.tones[0]], share)
    crest = mix(base, palette.ink if palette.is_dark else palette.paper, 0.82)
    if lit:
        crest = mix(palette.accent, crest, 0.12)
    for ring in range(4):
        radius = size * (0.585 - 0.14 * ring)
        sheet.circle(centre[0], centre[1], radius, crest if ring % 2 else base)


def swell(sheet: Sheet) -> None:
    """Draws bands of water that grow towards the viewer, ruled with fine lines, and one sail."""
    sheet.grain = 7
    chance, palette = sheet.chance, sheet.palette
    horizon = sheet.tall * chance.uniform(0.36, 0.46)
    _heaven(sheet, horizon)
    x, radius = chance.uniform(250, 750), chance.uniform(90, 150)
    sheet.circle(x, horizon - chance.uniform(0.1, 1.5) * radius, radius, palette.accent)
    bands = chance.choice((9, 11, 13))
    boat = chance.choice((1, 2, 3))
    wave = chance.uniform(0.8, 1.5), chance.uniform(0, TURN)
    for band in range(bands):
        share = band / (bands - 1)
        base = horizon + (sheet.tall - horizon) * share**1.35 * 0.95
        crest = _crest(sheet, base, share, wave)
        _band(sheet, crest, share)
        if band == boat:
            _sail(sheet, crest[60 + chance.randrange(80)], 90 + 60 * share)


def _crest(sheet: Sheet, base: float, share: float, wave: Point) -> list[Point]:
    reach = sheet.tall * (0.006 + 0.05 * share)
    shift = wave[1] + share * sheet.chance.uniform(5, 8)
    turns = wave[0] * (2.1 - share)
    points = []
    for step in range(201):
        angle = step / 200 * TURN * turns + shift
        # The second harmonic sharpens the crests the way wind does.
        height = math.sin(angle) + 0.32 * math.sin(2 * angle + 1.2) + 0.12 * math.sin(5.3 * angle)
        points.append((WIDTH * step / 200, base - reach * height))
    return points


def _band(sheet: Sheet, crest: list[Point], share: float) -> None:
    palette = sheet.palette
    ramp: list[Rgb] = [palette.tones[3], palette.tones[2], palette.tones[1], palette.tones[0]]
    if palette.is_dark:
        ramp = [palette.tones[2], palette.tones[1], palette.tones[0], palette.paper]
    colour = along(ramp, share)
    sheet.polygon([*crest, (WIDTH, sheet.tall), (0, sheet.tall)], colour)
    foam = mix(colour, palette.ink if palette.is_dark else palette.paper, 0.85)
    sheet.line(crest, foam, width=2.0 + 5 * share)
    rules = 3 + int(5 * share)
    for rule in range(1, rules + 1):
        drop = (7 + 11 * share) * rule
        faint = mix(colour, foam, 0.5 * (1 - rule / (rules + 1)))
        sheet.line([(x, y + drop) for x, y in crest], faint, width=1.6)


def _sail(sheet: Sheet, keel: Point, height: float) -> None:
    x, y = keel
    palette = sheet.palette
    hull = palette.ink if not palette.is_dark else palette.tones[4]
    canvas = palette.paper if not palette.is_dark else palette.ink
    mast = y - height
    sheet.polygon(
        [(x + 3, mast), (x + height * 0.42, y - height * 0.2), (x + 3, y - height * 0.2)], canvas
    )
    sheet.polygon(
        [(x - 3, mast + 12), (x - height * 0.3, y - height * 0.2), (x - 3, y - height * 0.2)],
        mix(canvas, palette.accent, 0.75),
    )
    sheet.line([(x, mast - 6), (x, y - 8)], hull, width=3)
    sheet.polygon(
        [
            (x - height * 0.36, y - height * 0.15),
            (x + height * 0.44, y - height * 0.15),
            (x + height * 0.28, y + 4),
            (x - height * 0.22, y + 4),
        ],
        hull,
    )
