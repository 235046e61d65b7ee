"""Paints the pictures of the demo shop and stores them as small WebP files.

Work is cut by picture, so that each is painted once and then shown on all its goods; the pieces
run in processes of their own and need no Django.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from PIL import Image

from config.demo.art.canvas import dice
from config.demo.art.mockups import mock_up, social_card
from config.demo.art.palettes import to_hex
from config.demo.art.registry import paint
from config.demo.artworks import ARTWORKS, Artwork
from config.demo.manifest import Picture, Rendition, Role
from config.demo.range import has_detail
from config.demo.staging import Shot, art_alt, card_shots, shots_by_artwork

WIDTHS = (320, 640, 960)
SIZE = (960, 1200)
HERO_SIZE = (1280, 1024)
HERO_WIDTHS = (640, 1280)
SOCIAL_SIZE = (1200, 630)
# Calm pictures cost little and show every band, so they get more; the last step always stands.
# The wider the file, the smaller its pixels on the screen that asks for it.
_QUALITIES = {320: (82, 70, 58), 640: (80, 65, 48), 960: (78, 60, 35)}
_BUDGET_BYTES = {320: 5_500, 640: 13_000, 960: 24_000}
_SHOWCASE_QUALITY = 80
_HERO = ("evening-ridges", "blue-fern", "delft-tide", "loud-kitchen", "clay-terrazzo")
_SOCIAL = ("moon-on-scales", "evening-ridges", "terracotta-garden")


def paint_everything(folder: Path, *, processes: int) -> Iterator[list[Picture]]:
    """Yields the pictures of each finished piece of work, their files already in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    # A spawned process starts clean: nothing of the caller's connections or threads comes along.
    context = get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        waiting = [pool.submit(paint_artwork, slug, folder) for slug in shots_by_artwork()]
        waiting += [pool.submit(paint_cards, shot, folder) for shot in card_shots()]
        waiting += [pool.submit(job, folder) for job in (paint_hero, paint_social_card)]
        for done in as_completed(waiting):
            yield done.result()


def paint_artwork(slug: str, folder: Path) -> list[Picture]:
    """Paints one picture, its close view and all mock-ups that show it alone."""
    artwork = _artwork(slug)
    art = paint(artwork.recipe, width=SIZE[0], height=SIZE[1])
    pictures = [_keep(art, folder, slug, "art", "", art_alt(artwork), (artwork,), {})]
    if has_detail(artwork):
        view = _close_view(artwork)
        alt = f"Close view of {artwork.title}."
        pictures.append(_keep(view, folder, f"{slug}-detail", "detail", "", alt, (artwork,), {}))
    pictures += [_keep_shot(shot, [art], folder) for shot in shots_by_artwork()[slug]]
    return pictures


def paint_cards(shot: Shot, folder: Path) -> list[Picture]:
    """Paints the mock-up of a card set."""
    arts = [paint(artwork.recipe, width=480, height=600) for artwork in shot.artworks]
    return [_keep_shot(shot, arts, folder)]


def paint_hero(folder: Path) -> list[Picture]:
    """Paints the wall that opens the shop."""
    artworks = tuple(_artwork(slug) for slug in _HERO)
    arts = [paint(artwork.recipe, width=480, height=600) for artwork in artworks]
    wall = mock_up("gallery", arts, width=HERO_SIZE[0], height=HERO_SIZE[1])
    alt = "Four framed prints on a pale wall above a wooden sideboard with a mug on it."
    return [_keep(wall, folder, "hero", "hero", "gallery", alt, artworks, {"tone": "linen"})]


def paint_social_card(folder: Path) -> list[Picture]:
    """Paints the card that stands for the shop where somebody shares its address."""
    artworks = tuple(_artwork(slug) for slug in _SOCIAL)
    arts = [paint(artwork.recipe, width=480, height=600) for artwork in artworks]
    card = social_card(
        arts, SOCIAL_SIZE, title="Halftone", line="Prints made by patient arithmetic"
    )
    alt = "Halftone: prints made by patient arithmetic. Three prints side by side."
    return [_keep(card, folder, "open-graph", "open-graph", "social", alt, artworks, {})]


def _artwork(slug: str) -> Artwork:
    return next(artwork for artwork in ARTWORKS if artwork.slug == slug)


def _close_view(artwork: Artwork) -> Image.Image:
    """Returns the middle of the picture at twice the scale, a little off centre by chance."""
    large = paint(artwork.recipe, width=SIZE[0] * 2, height=SIZE[1] * 2)
    chance = dice("detail", artwork.slug)
    left = round(SIZE[0] * chance.uniform(0.25, 0.75))
    top = round(SIZE[1] * chance.uniform(0.3, 0.7))
    return large.crop((left, top, left + SIZE[0], top + SIZE[1]))


def _keep_shot(shot: Shot, arts: Sequence[Image.Image], folder: Path) -> Picture:
    photograph = mock_up(
        shot.kind,
        arts,
        width=SIZE[0],
        height=SIZE[1],
        tone=shot.tone,
        finish=shot.finish,
        band=shot.band,
        paper=shot.paper,
    )
    setting = {"tone": shot.tone}
    if shot.kind in ("framed", "poster"):
        setting["finish"] = shot.finish
    if shot.kind == "notebook":
        setting["band"] = to_hex(shot.band)
    if shot.paper is not None:
        setting["paper"] = to_hex(shot.paper)
    return _keep(
        photograph, folder, shot.key, "mock-up", shot.kind, shot.alt, shot.artworks, setting
    )


def _keep(
    picture: Image.Image,
    folder: Path,
    key: str,
    role: Role,
    kind: str,
    alt: str,
    artworks: tuple[Artwork, ...],
    setting: dict[str, str],
) -> Picture:
    """Writes the picture at every width of its role and returns its line of the manifest."""
    widths = {"hero": HERO_WIDTHS, "open-graph": SOCIAL_SIZE[:1]}.get(role, WIDTHS)
    return Picture(
        key=key,
        role=role,
        kind=kind,
        alt=alt,
        dominant=dominant_colour(picture),
        recipes=tuple(artwork.recipe for artwork in artworks),
        setting=setting,
        renditions=tuple(_rendition(picture, folder, key, role, width) for width in widths),
    )


def _rendition(picture: Image.Image, folder: Path, key: str, role: Role, width: int) -> Rendition:
    height = round(width * picture.height / picture.width)
    # Hamming is a little softer than Lanczos: a tenth fewer bytes for the same look.
    resized = picture.resize((width, height), Image.Resampling.HAMMING)
    # Sites that show shared addresses do not all read WebP yet.
    if role == "open-graph":
        ending, content = "jpg", _jpeg(resized)
    elif role == "hero":
        ending, content = "webp", _webp(resized, _SHOWCASE_QUALITY)
    else:
        ending, content = "webp", _within_budget(resized)
    name = f"{key}-{width}.{ending}"
    (folder / name).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return Rendition(file=name, width=width, height=height, bytes=len(content), sha256=digest)


def _within_budget(picture: Image.Image) -> bytes:
    """Returns the best WebP within the budget of its width, or the smallest of those tried."""
    budget = _BUDGET_BYTES[picture.width]
    content = b""
    for quality in _QUALITIES[picture.width]:
        content = _webp(picture, quality)
        if len(content) <= budget:
            break
    return content


def _webp(picture: Image.Image, quality: int) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=quality, method=6)
    return stream.getvalue()


def _jpeg(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=_SHOWCASE_QUALITY, optimize=True, progressive=True)
    return stream.getvalue()


def dominant_colour(picture: Image.Image) -> str:
    """Returns the commonest of six colours of a picture as six hex digits."""
    small = picture.resize((32, 40), Image.Resampling.BOX).quantize(6)
    counts = small.getcolors() or []
    most = max(counts, key=lambda entry: entry[0])[1]
    colours = small.getpalette() or []
    index = most if isinstance(most, int) else 0
    red, green, blue = colours[index * 3 : index * 3 + 3]
    return to_hex((red, green, blue))
