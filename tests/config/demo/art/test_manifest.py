"""The committed pictures are what their manifest says they are."""

import hashlib
from pathlib import Path

import pytest
from PIL import Image

from config.demo.art.registry import paint
from config.demo.artworks import ARTWORKS, Artwork
from config.demo.manifest import PICTURES, Picture, read_manifest, write_manifest
from config.demo.range import PRODUCTS
from config.demo.staging import picture_count
from tests.config.demo.art.goldens import difference, fingerprint

LARGEST_FOLDER_BYTES = 13_500_000
MANIFEST = read_manifest()


def test_the_folder_holds_the_named_files_and_no_others() -> None:
    named = {file.file for picture in MANIFEST.values() for file in picture.renditions}
    present = {path.name for path in PICTURES.iterdir()} - {"manifest.json"}
    assert present == named
    assert len(MANIFEST) == picture_count()


def test_every_file_has_the_bytes_and_the_size_it_is_listed_with() -> None:
    for picture in MANIFEST.values():
        for listed in picture.renditions:
            content = (PICTURES / listed.file).read_bytes()
            assert len(content) == listed.bytes
            assert hashlib.sha256(content).hexdigest() == listed.sha256
            with Image.open(PICTURES / listed.file) as opened:
                assert opened.size == (listed.width, listed.height)


def test_the_pictures_stay_small_enough_to_be_committed() -> None:
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < LARGEST_FOLDER_BYTES


def test_every_picture_a_product_names_exists() -> None:
    for product in PRODUCTS:
        assert product.pictures[0] == product.slug
        for key in product.pictures:
            assert key in MANIFEST, f"{product.slug} shows {key}, which was never painted"
        for variant in product.variants:
            assert variant.picture is None or variant.picture in product.pictures


def test_shop_pictures_are_upright_and_come_in_three_widths() -> None:
    for picture in MANIFEST.values():
        if picture.role in ("art", "detail", "mock-up"):
            assert [file.width for file in picture.renditions] == [320, 640, 960]
            assert all(file.height * 4 == file.width * 5 for file in picture.renditions)


def test_every_picture_is_described_for_those_who_cannot_see_it() -> None:
    for picture in MANIFEST.values():
        assert picture.alt.endswith(".")
        assert 20 <= len(picture.alt) <= 160


@pytest.mark.parametrize("artwork", ARTWORKS[::6], ids=lambda artwork: artwork.slug)
def test_the_committed_picture_follows_from_its_recipe(artwork: Artwork) -> None:
    picture = MANIFEST[artwork.slug]
    with Image.open(PICTURES / picture.renditions[0].file) as opened:
        kept = opened.convert("RGB")
    painted = paint(picture.recipes[0], width=320, height=400)
    assert difference(fingerprint(kept), fingerprint(painted)) < 4


def test_writing_the_manifest_removes_pictures_it_does_not_name(tmp_path: Path) -> None:
    (tmp_path / "left-over-320.webp").write_bytes(b"old")
    hero: Picture = MANIFEST["hero"]
    write_manifest([hero], tmp_path)
    assert read_manifest(tmp_path) == {"hero": hero}
    assert not (tmp_path / "left-over-320.webp").exists()


def test_a_missing_manifest_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="paint_pictures"):
        read_manifest(tmp_path)
