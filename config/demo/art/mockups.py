"""The same picture on everything the shop sells: one door to all mock-ups."""

from collections.abc import Sequence
from typing import Literal

from PIL import Image, ImageFont

from config.demo.art.canvas import SUPERSAMPLING, Surface, dice, grained
from config.demo.art.cloth import tote
from config.demo.art.hangings import framed, gallery, poster
from config.demo.art.light import cast, fitted
from config.demo.art.objects import cards, mug, notebook
from config.demo.art.palettes import Rgb, from_hex

Kind = Literal["framed", "poster", "mug", "notebook", "tote", "cards", "gallery"]

TONES: dict[str, Rgb] = {
    "linen": from_hex("e6ddd0"),
    "sage": from_hex("d5dccf"),
    "mist": from_hex("d9e0e2"),
    "blush": from_hex("ecd9d0"),
    "lavender": from_hex("dcd7e6"),
    "sand": from_hex("e8dcc0"),
    "clay": from_hex("d9bfae"),
    "slate": from_hex("b9c1c6"),
}


def mock_up(
    kind: Kind,
    arts: Sequence[Image.Image],
    *,
    width: int,
    height: int,
    tone: str = "linen",
    finish: str = "oak",
    band: Rgb = (29, 29, 34),
    paper: Rgb | None = None,
) -> Image.Image:
    """Returns an RGB photograph-like picture of a product, the same every time.

    `arts` holds one picture, four for cards, five for the gallery. `tone` names the room's colour
    (TONES), `finish` the wood of frames and rails (WOODS), `band` a notebook's elastic. `paper`
    is the colour that a mug or a tote bag leaves unprinted; without it the picture covers the
    mug, and stands in an arch on the bag.
    """
    size = width * SUPERSAMPLING, height * SUPERSAMPLING
    room = TONES[tone]
    chance = dice(kind, tone, finish)
    match kind:
        case "framed":
            scene = framed(arts[0], size, room, finish, chance)
        case "poster":
            scene = poster(arts[0], size, room, finish, chance)
        case "mug":
            scene = mug(arts[0], size, room, paper)
        case "notebook":
            scene = notebook(arts[0], size, room, band)
        case "tote":
            scene = tote(arts[0], size, room, paper, chance)
        case "cards":
            scene = cards(arts, size, room)
        case "gallery":
            scene = gallery(arts, size, room, chance)
    reduced = scene.resize((width, height), Image.Resampling.LANCZOS)
    return grained(reduced, chance, 3)


def social_card(
    arts: Sequence[Image.Image], size: tuple[int, int], *, title: str, line: str
) -> Image.Image:
    """Returns a landscape card: the name on the left, three prints in a row on the right."""
    stage = Surface("RGB", (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING), TONES["linen"])
    for place, art in enumerate(arts[:3]):
        left, top = 424.0 + 184 * place, stage.tall / 2 - 108 + (26 if place % 2 else -18)
        shape = stage.stencil()
        shape.rectangle(left, top, left + 168, top + 210, 255)
        cast(stage, shape, shift=(5, 8), blur=9, depth=110)
        pixels = round(168 * stage.pixels), round(210 * stage.pixels)
        stage.image.paste(
            fitted(art, *pixels), (round(left * stage.pixels), round(top * stage.pixels))
        )
    ink = from_hex("1d1d22")
    _dots(stage, (86, stage.tall * 0.3), ink)
    for text, height, share in ((title, 68, 0.46), (line, 20, 0.63)):
        font = ImageFont.load_default(size=height * stage.pixels)
        place_px = 60 * stage.pixels, stage.tall * share * stage.pixels
        stage.pen.text(place_px, text, font=font, fill=ink)
    return stage.image.resize(size, Image.Resampling.LANCZOS)


def _dots(stage: Surface, centre: tuple[float, float], ink: Rgb) -> None:
    """Draws the shop's mark: nine dots growing from one corner to the other."""
    for column in range(3):
        for row in range(3):
            radius = 3.2 + 1.5 * (column + row)
            stage.circle(centre[0] - 22 + column * 22, centre[1] - 22 + row * 22, radius, ink)
