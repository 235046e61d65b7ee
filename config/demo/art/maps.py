"""Maps of places that do not exist: contour lines, and islands cut from stacked paper."""

from PIL import Image, ImageChops

from config.demo.art.canvas import WIDTH, Sheet, Surface
from config.demo.art.noise import field
from config.demo.art.palettes import Rgb, along, mix

_SHADOW: Rgb = (20, 16, 24)


def contours(sheet: Sheet) -> None:
    """Draws height lines over tinted ground, every fifth one heavier, as surveyors do."""
    palette = sheet.palette
    heights = _heights(sheet, octaves=3)
    levels = sheet.chance.choice((20, 24, 28))
    ramp = [*palette.tones] if sheet.chance.random() < 0.5 else [*reversed(palette.tones)]
    tint = [along(ramp, (value * levels // 256) / (levels - 1)) for value in range(256)]
    channels = [heights.point([colour[channel] for colour in tint]) for channel in range(3)]
    sheet.image.paste(Image.merge("RGB", channels))
    for level in range(1, levels):
        heavy = level % 5 == 0
        ink = mix(palette.ink, along(ramp, level / levels), 0.1 if heavy else 0.4)
        sheet.lay(ink, _outline(sheet, heights, level * 256 // levels, 3.4 if heavy else 1.4))


def relief(sheet: Sheet) -> None:
    """Stacks cut papers, each throwing its shadow on the one below."""
    heights = _heights(sheet, octaves=2)
    layers = sheet.chance.choice((7, 9, 11))
    ramp = _ramp(sheet)
    sheet.image.paste(ramp[0], (0, 0, *sheet.image.size))
    for layer in range(1, layers):
        share = layer / (layers - 1)
        mask = _above(heights, round(255 * (0.12 + 0.76 * layer / layers)))
        _drop(sheet, mask)
        sheet.lay(along(ramp, share), mask)
        edge = ImageChops.subtract(mask, _shifted(mask, 0, round(2.2 * sheet.pixels)))
        sheet.lay(mix(along(ramp, share), (255, 255, 255), 0.4), edge)


def _heights(sheet: Sheet, octaves: int) -> Image.Image:
    cells = sheet.chance.uniform(1.7, 3.0)
    land = field(
        sheet.chance, aspect=sheet.tall / WIDTH, cells=cells, octaves=octaves, gain=0.4, warp=0.16
    )
    return land.picture(sheet.image.size)


def _ramp(sheet: Sheet) -> list[Rgb]:
    palette = sheet.palette
    ramp = [palette.ink, *palette.tones] if not palette.is_dark else [palette.paper, *palette.tones]
    return ramp if sheet.chance.random() < 0.7 else ramp[::-1]


def _above(heights: Image.Image, level: int) -> Image.Image:
    return heights.point([255 if value >= level else 0 for value in range(256)])


def _outline(sheet: Sheet, heights: Image.Image, level: int, width: float) -> Image.Image:
    mask = _above(heights, level)
    pixels = max(1, round(width * sheet.pixels))
    sideways = ImageChops.difference(mask, _shifted(mask, pixels, 0))
    return ImageChops.lighter(sideways, ImageChops.difference(mask, _shifted(mask, 0, pixels)))


def _shifted(mask: Image.Image, right: int, down: int) -> Image.Image:
    """Returns the mask moved by pixels; what it uncovers keeps its value, so no border appears."""
    moved = mask.copy()
    moved.paste(mask, (right, down))
    return moved


def _drop(sheet: Sheet, mask: Image.Image) -> None:
    shadow = Surface("L", sheet.image.size)
    shift = round(7 * sheet.pixels)
    shadow.image.paste(
        mask.point([value * 120 // 255 for value in range(256)]), (shift, round(shift * 1.4))
    )
    sheet.lay(_SHADOW, shadow.blurred(9))
