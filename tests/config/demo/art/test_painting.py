"""Pictures become files: small, each with its own record, and only where that is possible."""

import hashlib
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from config.demo import painting
from config.demo.range import PRODUCTS


def test_the_dominant_colour_is_the_commonest_one() -> None:
    picture = Image.new("RGB", (40, 50), (200, 30, 30))
    picture.paste((10, 10, 10), (0, 0, 40, 10))
    assert painting.dominant_colour(picture) == "c81e1e"


def test_painting_an_artwork_makes_every_picture_that_shows_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painting, "SIZE", (160, 200))
    shown = {
        key
        for product in PRODUCTS
        if product.kind != "cards" and product.artworks[0].slug == "saffron-crossing"
        for key in product.pictures
    }
    pictures = painting.paint_artwork("saffron-crossing", tmp_path)
    assert {picture.key for picture in pictures} == shown
    for picture in pictures:
        for rendition in picture.renditions:
            content = (tmp_path / rendition.file).read_bytes()
            assert hashlib.sha256(content).hexdigest() == rendition.sha256
            assert len(content) == rendition.bytes


def test_the_social_card_is_a_jpeg_of_the_size_sites_ask_for(tmp_path: Path) -> None:
    (card,) = painting.paint_social_card(tmp_path)
    with Image.open(tmp_path / card.renditions[0].file) as opened:
        assert (opened.format, opened.size) == ("JPEG", (1200, 630))


def test_painting_with_no_painters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="1 or more"):
        call_command("paint_pictures", processes=0, folder=tmp_path)


def test_painting_into_a_file_is_refused_in_words(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("not a folder")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("paint_pictures", folder=taken)
