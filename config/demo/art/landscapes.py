"""Landscapes: ranges of hills that fade with distance, under a sun or a moon."""

import math

from PIL import Image

from config.demo.art.canvas import TURN, WIDTH, Point, Sheet
from config.demo.art.noise import ridge
from config.demo.art.palettes import BLACK, WHITE, Rgb, along, mix

_STEPS = 256


def dunes(sheet: Sheet) -> None:
    """Draws six to eight ranges; by chance crags with pines, soft hills, or a lake before them."""
    sheet.grain = 9
    style = sheet.chance.choice(("crags", "hills", "lake"))
    horizon = sheet.tall * (0.5 if style == "lake" else 0.42)
    _sky(sheet, horizon)
    ranges = 5 if style == "lake" else sheet.chance.choice((6, 7, 8))
    floor = sheet.tall * (0.66 if style == "lake" else 1.0)
    for layer in range(ranges):
        share = layer / (ranges - 1)
        base = horizon + (floor - horizon) * (0.06 + 0.86 * share**1.1)
        crest = _crest(sheet, base, share, rough=style != "hills")
        _range(sheet, crest, share, floor)
        if style == "crags" and layer == ranges - 1:
            _pines(sheet, crest)
    if style == "lake":
        _lake(sheet, floor)


def _sky_ramp(sheet: Sheet) -> list[Rgb]:
    paper, tones = sheet.palette.paper, sheet.palette.tones
    if sheet.palette.is_dark:
        return [paper, mix(paper, tones[0], 0.8), tones[0], mix(tones[0], tones[1], 0.7)]
    return [
        mix(tones[4], paper, 0.15),
        mix(paper, tones[4], 0.5),
        tones[4],
        mix(tones[3], tones[4], 0.4),
    ]


def _sky(sheet: Sheet, horizon: float) -> None:
    chance, palette = sheet.chance, sheet.palette
    sheet.image.paste(sheet.gradient(_sky_ramp(sheet), 0, horizon * 1.4))
    radius = chance.uniform(105, 185)
    x, y = chance.uniform(280, 720), horizon * chance.uniform(0.5, 0.88)
    glow = sheet.stencil()
    glow.circle(x, y, radius * 1.9, 120)
    sheet.lay(mix(palette.accent, WHITE, 0.25), glow.blurred(110))
    if palette.is_dark:
        _stars(sheet, horizon)
    sheet.circle(x, y, radius, palette.accent)


def _stars(sheet: Sheet, horizon: float) -> None:
    for _ in range(110):
        x, y = sheet.chance.uniform(0, WIDTH), sheet.chance.uniform(0, horizon)
        sheet.circle(
            x,
            y,
            sheet.chance.choice((1.0, 1.4, 2.4)),
            mix(sheet.palette.ink, sheet.palette.tones[1], 0.2),
        )


def _crest(sheet: Sheet, base: float, share: float, *, rough: bool) -> list[Point]:
    chance = sheet.chance
    reach = sheet.tall * (0.1 - 0.045 * share)
    heights = ridge(chance, _STEPS, roughness=0.52 if rough else 0.4)
    swell, phase = chance.uniform(0.7, 1.7), chance.uniform(0, TURN)
    crags = 0.75 if rough else 0.16
    return [
        (
            WIDTH * step / _STEPS,
            base - reach * (crags * height + 0.6 * math.sin(step / _STEPS * TURN * swell + phase)),
        )
        for step, height in enumerate(heights)
    ]


def _range(sheet: Sheet, crest: list[Point], share: float, floor: float) -> None:
    palette = sheet.palette
    if palette.is_dark:
        ramp = [
            palette.tones[2],
            palette.tones[1],
            palette.tones[0],
            mix(palette.paper, palette.tones[0], 0.25),
        ]
    else:
        ramp = [palette.tones[3], palette.tones[2], palette.tones[1], palette.tones[0], palette.ink]
    colour = along(ramp, share)
    mist = mix(colour, along(ramp, max(0.0, share - 0.35)), 0.75)
    top = min(y for _, y in crest)
    mask = sheet.stencil()
    mask.polygon([*crest, (WIDTH, floor), (0, floor)], 255)
    shade = sheet.gradient(
        [mix(colour, palette.ink, 0.06), colour, mist], top, top + sheet.tall * 0.3
    )
    sheet.lay(shade, mask.image)


def _pines(sheet: Sheet, crest: list[Point]) -> None:
    palette = sheet.palette
    colour = mix(palette.paper, BLACK, 0.25) if palette.is_dark else mix(palette.ink, BLACK, 0.2)
    for x, y in crest[::3]:
        if sheet.chance.random() < 0.3:
            continue
        height = sheet.chance.uniform(34, 92)
        left = x + sheet.chance.uniform(-6, 6)
        for tier in range(4):
            top = y + 12 - height * (1 - tier * 0.22)
            half = height * (0.09 + 0.055 * tier)
            foot = top + height * 0.36
            sheet.polygon([(left, top), (left + half, foot), (left - half, foot)], colour)


def _lake(sheet: Sheet, shore: float) -> None:
    """Mirrors what stands above the shore, darker, with bands of light across it."""
    palette, scale = sheet.palette, sheet.pixels
    width, height = sheet.image.size
    line = round(shore * scale)
    depth = height - line
    mirrored = sheet.image.crop((0, max(0, line - depth), width, line)).transpose(
        Image.Transpose.FLIP_TOP_BOTTOM
    )
    water = palette.tones[0] if not palette.is_dark else palette.paper
    sheet.image.paste(mirrored.resize((width, depth)), (0, line))
    veil = sheet.stencil()
    veil.rectangle(0, shore, WIDTH, sheet.tall, 105)
    sheet.lay(water, veil.image)
    for _ in range(70):
        share = sheet.chance.random() ** 1.4
        y = shore + 6 + (sheet.tall - shore) * share
        reach = sheet.chance.uniform(30, 150) * (0.4 + share)
        x = sheet.chance.uniform(-50, WIDTH)
        colour = mix(palette.accent, palette.tones[3], sheet.chance.random())
        sheet.ellipse(x + reach / 2, y, reach / 2, 1.1 + 1.6 * share, mix(water, colour, 0.6))
