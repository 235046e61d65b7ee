"""The picture that the home page opens with: described by a file in the media folder."""

import json
from pathlib import Path
from uuid import UUID

from django.conf import settings

from modules.catalog.contracts import Picture, ProductCard, Rendition

FILE = "front.json"


def front_picture(featured: tuple[ProductCard, ...]) -> Picture | None:
    """Returns the shop's own picture, else that of the first featured piece, else None."""
    try:
        text = (Path(settings.MEDIA_ROOT) / FILE).read_text(encoding="utf-8")
        return read(json.loads(text))
    except (OSError, ValueError, KeyError, IndexError):
        return next((product.picture for product in featured if product.picture), None)


def read(described: dict[str, object]) -> Picture:
    files = described["renditions"]
    if not isinstance(files, list):
        raise ValueError("the renditions of the front picture are a list")
    renditions = tuple(
        Rendition(
            url=f"{settings.MEDIA_URL}{file['path']}",
            width=file["width"],
            height=file["height"],
            format=Path(file["path"]).suffix.lstrip(".").replace("jpg", "jpeg"),
        )
        for file in files
    )
    return Picture(
        id=UUID(int=0),
        alt=str(described["alt"]),
        colour=str(described["colour"]),
        width=renditions[-1].width,
        height=renditions[-1].height,
        renditions=renditions,
    )
