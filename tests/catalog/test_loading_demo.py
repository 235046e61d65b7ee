"""The demo shop is loaded whole, once, and the same everywhere."""

from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from PIL import Image
from pytest_django import Settings

from config.demo.loader import load_demo
from config.demo.manifest import PICTURES, Picture, Rendition, read_manifest, write_manifest
from config.demo.range import PRODUCTS
from config.demo_accounts import AUDITOR, DEMO_ACCOUNTS, STAFF
from modules.catalog.contracts import BrowseRequest
from modules.catalog.selectors import (
    browse,
    catalogue_size,
    category_tree,
    collections,
    product_detail,
    sellable_variants,
)
from modules.inventory.selectors import movements, stock_levels
from modules.pricing.selectors import listed_prices, tax_rules
from modules.promotions.commands import set_status
from modules.promotions.contracts import SetStatus
from modules.promotions.selectors import promotion
from modules.shipping.selectors import countries

pytestmark = pytest.mark.django_db


@pytest.fixture
def pictures(tmp_path: Path, settings: Settings) -> Path:
    """Tiny pictures under every key of the range, and a media folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    folder = tmp_path / "pictures"
    folder.mkdir()
    keys = {key for one in PRODUCTS for key in one.pictures}
    painted = []
    for key in sorted(keys):
        file = folder / f"{key}-8.webp"
        shade = sha256(key.encode()).digest()
        Image.new("RGB", (8, 10), (shade[0], shade[1], shade[2])).save(file)
        rendition = Rendition(
            file.name, 8, 10, file.stat().st_size, sha256(file.read_bytes()).hexdigest()
        )
        painted.append(
            Picture(key, "art", "", f"The picture {key}", "aabbcc", (), {}, (rendition,))
        )
    write_manifest(painted, folder)
    return folder


def test_the_whole_range_is_on_sale_with_prices_stock_and_pictures(pictures: Path) -> None:
    said: list[str] = []
    load_demo(said.append, pictures=pictures)
    assert len(said) == 5
    for currency in ("EUR", "GBP", "JPY"):
        found = browse(BrowseRequest(currency=currency, page_size=1000))
        assert found.total == len(PRODUCTS)
        assert all(card.picture and card.hover_picture for card in found.products)
    skus = [variant.sku for one in PRODUCTS for variant in one.variants]
    assert all(variant.on_sale for variant in sellable_variants(skus).values())
    assert len(listed_prices(skus, "EUR")) == len(stock_levels(skus)) == len(skus)
    assert [facet.code for facet in browse(BrowseRequest(currency="EUR")).facets] == [
        *("kind", "series", "colour", "size", "frame"),
    ]
    assert sum(node.product_count for node in category_tree()) == len(PRODUCTS)
    assert len(collections()) == 4


def test_the_demo_has_an_offer_that_staff_may_end(pictures: Path) -> None:
    load_demo(lambda _: None, pictures=pictures)
    offer = promotion("five-for-four")
    assert offer.summary.startswith("buy 4 of card sets and get 1 free")
    set_status(SetStatus(code=offer.code, status="withdrawn"))
    load_demo(lambda _: None, pictures=pictures)
    assert promotion("five-for-four").status == "withdrawn"


def test_the_shop_can_be_sold_from_and_looked_into(pictures: Path) -> None:
    load_demo(lambda line: None, pictures=pictures)
    for country in countries():
        rules = tax_rules(country.code)
        assert {rule.tax_class for rule in rules} == {"standard", "reduced"}
    people = get_user_model().objects.filter(email__in=[one.email for one in DEMO_ACCOUNTS])
    assert people.count() == 3
    roles = {user.email: [group.name for group in user.groups.all()] for user in people}
    assert (roles[STAFF.email], roles[AUDITOR.email]) == (["staff"], ["auditor"])
    newest = browse(BrowseRequest(currency="EUR", sort="newest", page_size=3)).products
    assert [card.slug for card in newest] == [one.slug for one in reversed(PRODUCTS[-3:])]


def test_pictures_are_served_by_their_digest(pictures: Path, settings: Settings) -> None:
    load_demo(lambda line: None, pictures=pictures)
    shown = product_detail(PRODUCTS[0].slug).pictures[0].renditions[0]
    file = Path(settings.MEDIA_ROOT) / shown.url.removeprefix("/media/")
    assert file.stem == sha256(file.read_bytes()).hexdigest()[2:34]
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.draft"))


def test_pictures_that_were_never_painted_stop_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    load_demo(said.append, pictures=tmp_path)
    assert said[0].startswith("No pictures: ")
    assert "paint_pictures" in said[0]
    found = browse(BrowseRequest(currency="EUR", page_size=1000))
    assert (found.total, {card.picture for card in found.products}) == (len(PRODUCTS), {None})


def test_a_shop_with_products_is_left_alone_unless_forced(pictures: Path) -> None:
    load_demo(lambda line: None, pictures=pictures)
    said = StringIO()
    call_command("load_demo", stdout=said)
    assert "has products already" in said.getvalue()
    sku = PRODUCTS[0].variants[0].sku
    before = (catalogue_size(), stock_levels([sku]), len(movements(sku)))
    load_demo(lambda line: None, pictures=pictures)
    assert (catalogue_size(), stock_levels([sku]), len(movements(sku))) == before


@pytest.mark.skipif(not (PICTURES / "manifest.json").exists(), reason="no picture is painted yet")
def test_every_product_of_the_range_has_its_pictures() -> None:
    painted = read_manifest()
    assert {key for one in PRODUCTS for key in one.pictures} <= painted.keys()
    own = {variant.picture for one in PRODUCTS for variant in one.variants if variant.picture}
    assert own <= painted.keys()
