"""Mock-ups that stand or lie: the mug, the notebook and the set of cards."""

import math
from collections.abc import Sequence

from PIL import Image, ImageChops

from config.demo.art.canvas import Surface
from config.demo.art.light import SHADE, cast, fitted, floor, printed, table
from config.demo.art.palettes import WHITE, Rgb, mix

GLAZE: Rgb = (250, 248, 243)
KRAFT: Rgb = (201, 168, 128)


def mug(art: Image.Image, size: tuple[int, int], tone: Rgb, paper: Rgb | None) -> Image.Image:
    """Returns a glazed mug on a table with the picture all around it.

    With `paper` given, that colour stays bare glaze and the motif is shown whole.
    """
    stage = table(size, tone, edge=0.66)
    place = (215, stage.tall * 0.3, 470, 545)
    wrap = round(place[2] * 1.5 * stage.pixels), round(place[3] * 0.82 * stage.pixels)
    set_down_mug(stage, fitted(art, *wrap) if paper is None else _repeated(art, wrap, paper), place)
    return stage.image


def _repeated(art: Image.Image, size: tuple[int, int], paper: Rgb) -> Image.Image:
    """Returns a band of glaze with the whole motif in the middle and its neighbours beside it."""
    band = Image.new("RGB", (size[0] * 3, size[1]), GLAZE)
    motif = fitted(art, round(size[1] * art.width / art.height), size[1])
    step = round(motif.width * 0.96)
    middle = (band.width - motif.width) // 2
    for left in (middle - step, middle + step, middle):
        printed(band, motif, paper, (left, 0))
    return band.crop((size[0], 0, size[0] * 2, size[1]))


def set_down_mug(
    stage: Surface, art: Image.Image, place: tuple[float, float, float, float]
) -> None:
    """Sets a mug down on a stage; place is left, rim, width and height of its body."""
    left, top, width, height = place
    rim = width * 0.115
    _ground_shadow(stage, place, rim)
    _handle(stage, place)
    body = stage.stencil()
    body.rectangle(left, top, left + width, top + height, 255)
    body.ellipse(left + width / 2, top + height, width / 2, rim, 255)
    body.ellipse(left + width / 2, top, width / 2, rim, 255)
    stage.lay(_wrapped(stage, art, place, rim), body.image)
    _opening(stage, place, rim)


def _ground_shadow(stage: Surface, place: tuple[float, float, float, float], rim: float) -> None:
    left, top, width, height = place
    contact = stage.stencil()
    contact.ellipse(left + width / 2, top + height + rim * 0.35, width * 0.5, rim * 0.85, 190)
    stage.lay(SHADE, contact.blurred(width * 0.02))
    long = stage.stencil()
    long.ellipse(left + width * 0.78, top + height + rim * 0.25, width * 0.72, rim * 1.15, 115)
    stage.lay(SHADE, long.blurred(width * 0.055))


def _handle(stage: Surface, place: tuple[float, float, float, float]) -> None:
    left, top, width, height = place
    x, y = left + width * 1.02, top + height * 0.48
    ring = stage.stencil()
    ring.ellipse(x, y, width * 0.27, height * 0.31, 255)
    ring.ellipse(x, y, width * 0.165, height * 0.205, 0)
    shades = [mix(GLAZE, WHITE, 0.5), GLAZE, mix(GLAZE, SHADE, 0.28)]
    stage.lay(stage.gradient(shades, y - height * 0.31, y + height * 0.31), ring.image)
    soft = Surface("L", stage.image.size)
    soft.image.paste(ring.image)
    rim = ImageChops.subtract(ring.image, soft.blurred(width * 0.03))
    stage.lay(SHADE, rim.point([value * 55 // 100 for value in range(256)]))


def _wrapped(
    stage: Surface, art: Image.Image, place: tuple[float, float, float, float], rim: float
) -> Image.Image:
    """Returns the body's surface: each column of pixels shows its own strip of the picture."""
    scale = stage.pixels
    left, top, width, height = (round(length * scale) for length in place)
    curve = rim * scale
    wrap = fitted(art, round(width * 1.5), round(height * 0.82))
    surface = Image.new("RGB", stage.image.size, GLAZE)
    for column in range(width):
        across = (column + 0.5) / width * 2 - 1
        turned = math.asin(across) / math.pi + 0.5
        source = round(turned * (wrap.width - 1))
        strip = wrap.crop((source, 0, source + 1, wrap.height))
        sag = curve * math.sqrt(1 - across * across)
        surface.paste(strip, (left + column, round(top + height * 0.1 + sag)))
    return _rounded(stage, surface, place, rim)


def _rounded(
    stage: Surface, surface: Image.Image, place: tuple[float, float, float, float], rim: float
) -> Image.Image:
    """Returns the surface lit as a cylinder, brighter left of the middle, with one highlight."""
    scale = stage.pixels
    left, top, width, height = place
    shades = []
    columns = round(width * scale)
    for column in range(columns):
        share = column / columns
        light = 118 + 52 * math.cos((share - 0.32) * 3.1) - 84 * abs(share * 2 - 1) ** 3.4
        shades.append(round(min(196, max(38, light))))
    row = Image.new("L", (columns, 1))
    row.putdata(shades)
    light_map = Image.new("L", stage.image.size, 128)
    tall = round((height + 4 * rim) * scale)
    light_map.paste(
        row.resize((columns, tall)), (round(left * scale), round((top - 2 * rim) * scale))
    )
    lit = ImageChops.overlay(surface, Image.merge("RGB", (light_map, light_map, light_map)))
    gleam = stage.stencil()
    gleam.rectangle(
        left + width * 0.16,
        top + height * 0.14,
        left + width * 0.2,
        top + height * 0.94,
        105,
        round=8,
    )
    lit.paste(WHITE, (0, 0, *lit.size), gleam.blurred(width * 0.017))
    return lit


def _opening(stage: Surface, place: tuple[float, float, float, float], rim: float) -> None:
    left, top, width, _ = place
    middle = left + width / 2
    stage.ellipse(middle, top, width / 2, rim, mix(GLAZE, WHITE, 0.5))
    stage.ellipse(middle, top + rim * 0.03, width * 0.472, rim * 0.85, (196, 188, 177))
    inside = stage.stencil()
    inside.ellipse(middle, top + rim * 0.03, width * 0.472, rim * 0.85, 255)
    drink = stage.stencil()
    drink.ellipse(middle, top + rim * 0.42, width * 0.455, rim * 0.85, 255)
    stage.lay((82, 52, 35), ImageChops.multiply(drink.blurred(2), inside.image))
    sheen = stage.stencil()
    sheen.ellipse(middle - width * 0.17, top + rim * 0.3, width * 0.13, rim * 0.2, 70)
    stage.lay((214, 176, 140), ImageChops.multiply(sheen.blurred(9), inside.image))


def notebook(art: Image.Image, size: tuple[int, int], tone: Rgb, band: Rgb) -> Image.Image:
    """Returns a stitched notebook lying slightly turned, with elastic band and ribbon."""
    stage = floor(size, tone)
    book, cover = Surface("RGB", stage.image.size), stage.stencil()
    outline = stage.stencil()
    left, top, width, height = 205.0, stage.tall / 2 - 415, 590.0, 830.0
    right, bottom = left + width, top + height
    outline.rectangle(left + 10, top + 9, right + 11, bottom + 9, 255, round=16)
    outline.line([(left + 130, bottom), (left + 124, bottom + 48)], 255, width=8)
    book.rectangle(left, top, right + 11, bottom + 9, (240, 234, 222), round=16)
    for sheet in range(4):
        edge = right + 2 + sheet * 2.4
        book.line([(edge, top + 20), (edge, bottom)], (212, 203, 188), width=0.9)
    book.line([(left + 130, bottom), (left + 124, bottom + 48)], (178, 62, 52), width=8)
    cover.rectangle(left, top, right, bottom, 255, round=18)
    outline.rectangle(left, top, right, bottom, 255, round=18)
    scale = stage.pixels
    front = Image.new("RGB", stage.image.size)
    picture = fitted(art, round(width * scale) + 4, round(height * scale) + 4)
    front.paste(picture, (round(left * scale) - 2, round(top * scale) - 2))
    book.lay(front, cover.image)
    _binding(book, cover, (left, top, right, bottom), band)
    _lay_down(stage, book, outline, degrees=-4.5)
    return stage.image


def _binding(
    book: Surface, cover: Surface, box: tuple[float, float, float, float], band: Rgb
) -> None:
    left, top, right, bottom = box
    spine = book.stencil()
    spine.rectangle(left, top, left + 34, bottom, 46)
    spine.rectangle(left + 34, top, left + 38, bottom, 130)
    book.lay((20, 14, 10), ImageChops.multiply(spine.blurred(1.5), cover.image))
    gleam = book.stencil()
    gleam.rectangle(left + 42, top, left + 50, bottom, 70)
    book.lay(WHITE, ImageChops.multiply(gleam.blurred(4), cover.image))
    strap = book.stencil()
    strap.rectangle(right - 78, top + 4, right - 54, bottom + 8, 110)
    book.lay(SHADE, ImageChops.multiply(strap.blurred(4), cover.image))
    book.rectangle(right - 74, top - 1, right - 58, bottom + 3, band)
    book.line([(right - 71, top), (right - 71, bottom)], mix(band, WHITE, 0.25), width=2)


def _lay_down(stage: Surface, thing: Surface, outline: Surface, *, degrees: float) -> None:
    """Turns a thing about the middle and lays it on the stage with its two shadows."""
    turned = thing.image.rotate(degrees, Image.Resampling.BICUBIC)
    shape = stage.stencil()
    shape.image.paste(outline.image.rotate(degrees, Image.Resampling.BICUBIC))
    cast(stage, shape, shift=(9, 13), blur=9, depth=105)
    cast(stage, shape, shift=(26, 38), blur=34, depth=95)
    stage.lay(turned, shape.image)


def cards(arts: Sequence[Image.Image], size: tuple[int, int], tone: Rgb) -> Image.Image:
    """Returns four folded cards lying over a kraft envelope."""
    stage = floor(size, tone)
    _envelope(stage)
    spots = ((305.0, 0.33, 9.0), (680.0, 0.3, -6.0), (345.0, 0.66, 4.0), (705.0, 0.68, -8.0))
    for art, (x, share, degrees) in zip(arts, spots, strict=True):
        card, outline = Surface("RGB", stage.image.size, (252, 250, 245)), stage.stencil()
        left, top, width, height = x - 165, stage.tall * share - 206, 330.0, 412.0
        outline.rectangle(left, top, left + width, top + height, 255)
        border = 20.0
        scale = stage.pixels
        inner = round((width - 2 * border) * scale), round((height - 2 * border) * scale)
        place = round((left + border) * scale), round((top + border) * scale)
        card.image.paste(fitted(art, *inner), place)
        _lay_down(stage, card, outline, degrees=degrees)
    return stage.image


def _envelope(stage: Surface) -> None:
    paper, outline = Surface("RGB", stage.image.size, KRAFT), stage.stencil()
    middle = stage.tall / 2
    outline.rectangle(150, middle - 250, 850, middle + 250, 255, round=6)
    paper.polygon(
        [(150, middle - 250), (850, middle - 250), (500, middle + 60)], mix(KRAFT, WHITE, 0.12)
    )
    for x in (150.0, 850.0):
        paper.line([(x, middle - 250), (500, middle + 60)], mix(KRAFT, SHADE, 0.25), width=2)
    _lay_down(stage, paper, outline, degrees=14)
