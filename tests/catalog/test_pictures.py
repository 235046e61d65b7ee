"""An uploaded picture is checked, rendered once after the commit, and shown wherever it is."""

import io
from pathlib import Path

import pytest
from PIL import Image
from pytest_django import Settings

from events.relay import drain
from modules.catalog.commands import add_picture, save_product
from modules.catalog.contracts import AddPicture, PictureUnreadable, ProductNotFound
from modules.catalog.renditions import MAXIMUM_BYTES, WIDTHS, measure, render
from modules.catalog.selectors import product_cards, product_detail
from tests.catalog.shelf import product, stock_the_shelf


def photograph(width: int = 1000, height: int = 1250, *, format: str = "JPEG") -> bytes:
    """A red picture that says where it was taken."""
    image = Image.new("RGB", (width, height), (200, 30, 40))
    told = Image.Exif()
    told[0x010E] = "taken in my kitchen"
    content = io.BytesIO()
    image.save(content, format, exif=told)
    return content.getvalue()


def test_a_picture_is_rendered_in_every_format_and_width_up_to_its_own(tmp_path: Path) -> None:
    files = list(render(photograph(), folder=tmp_path))
    assert {file.format for file in files} == {"avif", "webp", "jpeg"}
    assert sorted({file.width for file in files}) == [320, 480, 640, 960, 1000]
    assert {(file.width, file.height) for file in files} >= {(320, 400), (1000, 1250)}
    assert len(files) == 15


def test_a_large_picture_stops_at_the_largest_width(tmp_path: Path) -> None:
    files = render(photograph(2600, 100), folder=tmp_path)
    assert sorted({file.width for file in files}) == list(WIDTHS)


def test_files_are_named_by_their_content_and_written_once(tmp_path: Path) -> None:
    first = list(render(photograph(300, 300), folder=tmp_path))
    times = {file.path: (tmp_path / file.path).stat().st_mtime_ns for file in first}
    again = list(render(photograph(300, 300), folder=tmp_path))
    assert again == first
    assert times == {file.path: (tmp_path / file.path).stat().st_mtime_ns for file in again}
    assert all((tmp_path / file.path).stat().st_size == file.bytes for file in first)
    assert len(list(tmp_path.rglob("*.*"))) == 3


def test_no_file_tells_where_a_photograph_was_taken(tmp_path: Path) -> None:
    for file in render(photograph(320, 320), folder=tmp_path):
        assert b"kitchen" not in (tmp_path / file.path).read_bytes()


def test_a_transparent_picture_stands_on_white(tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(content, "PNG")
    assert measure(content.getvalue()).colour == "#ffffff"


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg/>", photograph()[:500], b"\0" * (MAXIMUM_BYTES + 1)],
    ids=["empty", "svg", "cut off", "too large"],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(PictureUnreadable):
        measure(content)


def test_a_small_file_with_too_many_pixels_is_refused() -> None:
    content = io.BytesIO()
    Image.new("1", (8000, 8000)).save(content, "PNG")
    with pytest.raises(PictureUnreadable, match="8000 × 8000 pixels"):
        measure(content.getvalue())


@pytest.mark.django_db(transaction=True)
def test_an_uploaded_picture_is_shown_once_its_files_are_made(
    settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    stock_the_shelf(product("dunes"))
    picture_id = add_picture(
        AddPicture(product_slug="dunes", alt="Red hills", role="main", content=photograph())
    )
    assert product_detail("dunes").pictures == ()
    drain()
    shown = product_detail("dunes").pictures[0]
    assert (shown.id, shown.alt, shown.width, shown.height) == (picture_id, "Red hills", 1000, 1250)
    assert product_cards(["dunes"], "EUR")[0].picture == shown
    for rendition in shown.renditions:
        assert (tmp_path / "media" / rendition.url.removeprefix("/media/")).is_file()


@pytest.mark.django_db(transaction=True)
def test_the_same_picture_on_a_second_product_is_there_at_once(
    settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    save_product(product("dunes"))
    save_product(product("waves"))
    for slug in ("dunes", "waves"):
        upload = AddPicture(product_slug=slug, alt=slug, role="main", content=photograph(330, 330))
        add_picture(upload)
        drain()
    assert product_detail("waves").pictures[0].id == product_detail("dunes").pictures[0].id
    with pytest.raises(ProductNotFound):
        add_picture(AddPicture(product_slug="gone", alt="", role="main", content=photograph()))
