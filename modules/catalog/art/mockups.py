"""The same picture on everything the shop sells: one door to all mock-ups."""

from collections.abc import Sequence
from typing import Literal

from PIL import Image

from modules.catalog.art.canvas import SUPERSAMPLING, dice, grained
from modules.catalog.art.cloth import tote
from modules.catalog.art.hangings import framed, gallery, poster
from modules.catalog.art.objects import cards, mug, notebook
from modules.catalog.art.palettes import Rgb, from_hex

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
    (TONES), `finish` the wood of frames and rails (WOODS), `band` a notebook's elastic, `paper`
    the colour that a tote bag leaves unprinted; without it the bag shows the picture in an arch.
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
            scene = mug(arts[0], size, room)
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
