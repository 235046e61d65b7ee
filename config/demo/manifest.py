"""The list of committed pictures: what each shows, its files, and the recipe it follows from.

Files are named `<key>-<width>.webp` so that a repainted picture replaces itself; whoever serves
them for ever names them by `sha256` instead. One picture stands on one line of the manifest.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from config.demo.art.registry import Recipe

Role = Literal["art", "detail", "mock-up", "hero", "open-graph"]

PICTURES = Path(__file__).resolve().parent / "pictures"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Rendition:
    """One file of a picture; `file` is its name inside the pictures folder."""

    file: str
    width: int
    height: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture at every width it is kept in, smallest first.

    `key` is a product's slug (mock-up), an artwork's slug (art), or either with a suffix. `kind`
    is the goods shown, or empty for bare art. `dominant` is six hex digits for a placeholder.
    """

    key: str
    role: Role
    kind: str
    alt: str
    dominant: str
    recipes: tuple[Recipe, ...]
    setting: dict[str, str]
    renditions: tuple[Rendition, ...]


def read_manifest(folder: Path = PICTURES) -> dict[str, Picture]:
    """Returns every picture by its key.

    Raises:
        FileNotFoundError: the pictures were never painted; `manage.py paint_pictures` does it.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: run `manage.py paint_pictures` to make it")
    entries = json.loads(path.read_text(encoding="utf-8"))["pictures"]
    return {entry["key"]: _picture(entry) for entry in entries}


def write_manifest(pictures: list[Picture], folder: Path = PICTURES) -> None:
    """Writes the manifest, sorted by key, and removes pictures that it does not name."""
    ordered = sorted(pictures, key=lambda picture: picture.key)
    lines = ",\n".join(json.dumps(asdict(picture), ensure_ascii=False) for picture in ordered)
    text = f'{{"pictures": [\n{lines}\n]}}\n'
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    named = {rendition.file for picture in ordered for rendition in picture.renditions}
    for path in [*folder.glob("*.webp"), *folder.glob("*.jpg")]:
        if path.name not in named:
            path.unlink()


def _picture(entry: dict[str, Any]) -> Picture:
    recipes = tuple(Recipe(**recipe) for recipe in entry.pop("recipes"))
    renditions = tuple(Rendition(**rendition) for rendition in entry.pop("renditions"))
    return Picture(recipes=recipes, renditions=renditions, **entry)
