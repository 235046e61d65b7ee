"""A picture follows from its recipe alone."""

import json

import pytest
from PIL import Image

from config.demo.art.mockups import TONES, Kind, mock_up
from config.demo.art.palettes import PALETTES
from config.demo.art.registry import GENERATORS, Recipe, UnknownRecipeError, paint
from config.demo.artworks import ARTWORKS, Artwork
from tests.config.demo.art.goldens import (
    GOLDENS,
    MOCK_UPS,
    difference,
    fingerprint,
    tiny,
    tiny_mock_up,
    watched_artworks,
)

# Measured: a changed seed differs by 6 and more, another resampling filter by less than 1.
TOLERANCE = 2.5

golden: dict[str, str] = json.loads(GOLDENS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("generator", sorted(GENERATORS), ids=lambda pair: f"{pair[0]}-{pair[1]}")
def test_the_same_recipe_gives_the_same_pixels(generator: tuple[str, int]) -> None:
    recipe = Recipe(*generator, seed=7, palette="fjord")
    first, second = tiny(recipe), paint(recipe, width=80, height=100)
    assert first.tobytes() == second.tobytes()
    assert first.size == (80, 100)
    assert first.mode == "RGB"


@pytest.mark.parametrize("generator", sorted(GENERATORS), ids=lambda pair: f"{pair[0]}-{pair[1]}")
def test_another_seed_gives_another_picture(generator: tuple[str, int]) -> None:
    first, second = (Recipe(*generator, seed=seed, palette="fjord") for seed in (7, 8))
    assert tiny(first).tobytes() != tiny(second).tobytes()


@pytest.mark.parametrize("artwork", watched_artworks(), ids=lambda artwork: artwork.slug)
def test_a_print_that_is_sold_still_looks_as_it_did(artwork: Artwork) -> None:
    found = fingerprint(tiny(artwork.recipe))
    assert difference(found, golden[artwork.slug]) < TOLERANCE


@pytest.mark.parametrize("kind", MOCK_UPS)
def test_a_mock_up_still_looks_as_it_did(kind: Kind) -> None:
    assert difference(fingerprint(tiny_mock_up(kind)), golden[kind]) < TOLERANCE


def test_the_fingerprint_tells_two_pictures_apart() -> None:
    names = [artwork.slug for artwork in watched_artworks()]
    near = [
        (first, second)
        for place, first in enumerate(names)
        for second in names[place + 1 :]
        if difference(golden[first], golden[second]) < TOLERANCE * 2
    ]
    assert near == []


def test_a_large_rendering_shows_what_a_small_one_does() -> None:
    recipe = ARTWORKS[0].recipe
    large = paint(recipe, width=320, height=400)
    assert difference(fingerprint(large), fingerprint(tiny(recipe))) < TOLERANCE * 2


def test_every_palette_paints() -> None:
    painted = {name: tiny(Recipe("dunes", 1, 3, name)).tobytes() for name in PALETTES}
    assert len(set(painted.values())) == len(PALETTES)


def test_a_tote_bag_shows_no_rectangle_of_paper() -> None:
    palette = PALETTES["rose"]
    blank = Image.new("RGB", (80, 100), palette.paper)
    bare = mock_up("tote", [blank], width=160, height=200, paper=palette.paper)
    inked = mock_up(
        "tote", [Image.new("RGB", (80, 100))], width=160, height=200, paper=palette.paper
    )
    beside, middle = bare.getpixel((45, 150)), bare.getpixel((80, 150))
    assert isinstance(beside, tuple)
    assert isinstance(middle, tuple)
    assert max(abs(a - b) for a, b in zip(beside, middle, strict=True)) < 26
    assert difference(fingerprint(bare), fingerprint(inked)) > 10


@pytest.mark.parametrize(
    ("recipe", "complaint"),
    [
        (Recipe("dunes", 9, 1, "dusk"), "no generator 'dunes' version 9"),
        (Recipe("doodles", 1, 1, "dusk"), "no generator 'doodles'"),
        (Recipe("dunes", 1, 1, "mauve"), "no palette 'mauve'"),
    ],
)
def test_an_unknown_recipe_is_refused_by_name(recipe: Recipe, complaint: str) -> None:
    with pytest.raises(UnknownRecipeError, match=complaint):
        tiny(recipe)


def test_a_room_changes_the_wall_and_not_the_print() -> None:
    art = tiny(Recipe("tiles", 1, 2, "riso"))
    rooms = [mock_up("framed", [art], width=80, height=100, tone=tone) for tone in TONES]
    assert len({room.getpixel((2, 95)) for room in rooms}) == len(TONES)
