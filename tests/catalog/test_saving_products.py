"""Saving a product replaces it whole, keeps what was sold known, and refuses what is unclear."""

import pytest

from modules.catalog.commands import save_product, save_products, withdraw_product
from modules.catalog.contracts import (
    AttributeMismatch,
    AttributeNotFound,
    BrowseRequest,
    CategoryNotFound,
    ProductNotFound,
    SaveVariant,
    SkuTaken,
)
from modules.catalog.selectors import browse, catalogue_size, product_detail, sellable_variants
from tests.catalog.shelf import facet, having, picture, product, sized, stock_the_shelf

pytestmark = pytest.mark.django_db


def test_a_saved_product_reads_back_as_it_was_given() -> None:
    facet("palette", "warm", "cold")
    command = sized(
        "dunes",
        "A4",
        "A3",
        title="Evening Ridges",
        series="Landscapes",
        description="Hills.",
        story="Long ago.",
        attributes=having(palette="warm"),
        pictures=(picture("ridges", alt="Purple hills"), picture("wall", role="hover")),
    )
    product_id = save_product(command)
    detail = product_detail("dunes")
    assert (detail.id, detail.title, detail.series) == (product_id, "Evening Ridges", "Landscapes")
    assert (detail.description, detail.story, detail.status) == ("Hills.", "Long ago.", "active")
    assert detail.option_names == ("Size",)
    assert [(v.sku, v.options) for v in detail.variants] == [
        ("DUNES-A4", (("Size", "A4"),)),
        ("DUNES-A3", (("Size", "A3"),)),
    ]
    assert detail.attributes == (("palette", "Palette", "warm"),)
    assert [shown.alt for shown in detail.pictures] == ["Purple hills", "A picture"]


def test_saving_again_replaces_the_product_and_keeps_its_identity() -> None:
    first = save_product(sized("dunes", "A4", "A3", pictures=(picture("one"),)))
    created_at = product_detail("dunes").created_at
    again = save_product(sized("dunes", "A4", title="Other", pictures=(picture("two"),)))
    detail = product_detail("dunes")
    assert again == first
    assert detail.created_at == created_at
    assert (detail.title, len(detail.variants), len(detail.pictures)) == ("Other", 1, 1)
    assert catalogue_size() == 1


def test_a_dropped_variant_stays_known_but_off_sale_and_returns_with_its_id() -> None:
    save_product(sized("dunes", "A4", "A3"))
    known = {variant.sku: variant.id for variant in product_detail("dunes").variants}
    save_product(sized("dunes", "A4"))
    assert not sellable_variants(["DUNES-A3"])["DUNES-A3"].on_sale
    save_product(sized("dunes", "A4", "A3"))
    assert {variant.sku: variant.id for variant in product_detail("dunes").variants} == known


def test_a_sku_of_another_product_is_refused_and_nothing_is_saved() -> None:
    save_product(product("dunes"))
    taken = product("waves", variants=(SaveVariant(sku="DUNES", title=""),))
    with pytest.raises(SkuTaken):
        save_products([product("swell"), taken])
    assert catalogue_size() == 1


def test_two_products_of_one_call_cannot_claim_one_sku() -> None:
    taken = product("waves", variants=(SaveVariant(sku="DUNES", title=""),))
    with pytest.raises(SkuTaken):
        save_products([product("dunes"), taken])


def test_a_sku_that_its_product_dropped_may_be_taken_over() -> None:
    save_product(sized("dunes", "A4", "A3"))
    save_product(sized("dunes", "A4"))
    save_product(product("waves", variants=(SaveVariant(sku="DUNES-A3", title=""),)))
    assert sellable_variants(["DUNES-A3"])["DUNES-A3"].product_slug == "waves"


def test_many_products_are_saved_in_one_call_in_the_given_order() -> None:
    ids = save_products([product(f"print-{n}") for n in range(1100)])
    assert len(set(ids)) == catalogue_size() == 1100
    assert product_detail("print-1099").id == ids[1099]


def test_the_later_of_two_commands_for_one_product_counts() -> None:
    ids = save_products([product("dunes", title="Early"), product("dunes", title="Late")])
    assert ids[0] == ids[1]
    assert product_detail("dunes").title == "Late"


def test_what_a_product_refers_to_must_exist() -> None:
    with pytest.raises(CategoryNotFound, match="save the category first"):
        save_product(product("dunes", category="prints"))
    with pytest.raises(AttributeNotFound, match="define the attribute first"):
        save_product(product("dunes", attributes=having(palette="warm")))
    facet("year", type="integer")
    with pytest.raises(AttributeMismatch):
        save_product(product("dunes", attributes=having(year="1984")))


def test_a_withdrawn_product_is_gone_from_lists_and_says_so_on_its_page() -> None:
    stock_the_shelf(product("dunes"), product("waves"))
    withdraw_product("dunes")
    withdraw_product("dunes")
    assert [card.slug for card in browse(BrowseRequest(currency="EUR")).products] == ["waves"]
    assert not sellable_variants(["DUNES"])["DUNES"].on_sale
    with pytest.raises(ProductNotFound) as refusal:
        product_detail("dunes")
    assert refusal.value.fields["withdrawn"] is True


def test_drafts_and_unknown_products_have_no_page() -> None:
    save_product(product("dunes", status="draft"))
    for slug in ("dunes", "never-was"):
        with pytest.raises(ProductNotFound) as refusal:
            product_detail(slug)
        assert refusal.value.fields["withdrawn"] is False
    with pytest.raises(ProductNotFound):
        withdraw_product("never-was")


def test_a_variant_without_pictures_of_its_own_shows_the_products() -> None:
    own = SaveVariant(sku="A", title="", options=(("Size", "S"),), pictures=(picture("own"),))
    bare = SaveVariant(sku="B", title="", options=(("Size", "M"),))
    save_product(product("dunes", variants=(own, bare), pictures=(picture("main"),)))
    found = sellable_variants(["A", "B", "UNKNOWN"])
    assert sorted(found) == ["A", "B"]
    assert [found[sku].options_text for sku in "AB"] == ["S", "M"]
    first, second = found["A"].picture, found["B"].picture
    assert first is not None
    assert second is not None
    assert first.renditions[0].url == "/media/pictures/own-320.jpeg"
    assert second.renditions[0].url == "/media/pictures/main-320.jpeg"
    assert [rendition.width for rendition in first.renditions] == [320, 320, 640, 640]


def test_one_picture_on_two_products_is_stored_once() -> None:
    shared = picture("shared")
    save_products([product("dunes", pictures=(shared,)), product("waves", pictures=(shared,))])
    assert product_detail("dunes").pictures[0].id == product_detail("waves").pictures[0].id


def test_the_gallery_starts_with_the_main_picture_and_shows_each_once() -> None:
    oak = SaveVariant(sku="OAK", title="", options=(("Frame", "Oak"),), pictures=(picture("oak"),))
    ash = SaveVariant(sku="ASH", title="", options=(("Frame", "Ash"),), pictures=(picture("ash"),))
    own = (picture("bare", role="hover"), picture("oak"), picture("wall", role="gallery"))
    save_product(product("dunes", variants=(oak, ash), pictures=own))
    shown = [view.renditions[0].url for view in product_detail("dunes").pictures]
    names = [url.removeprefix("/media/pictures/").partition("-")[0] for url in shown]
    assert names == ["oak", "bare", "wall", "ash"]
