"""The range of the demo shop is complete, priced, and told in words."""

from collections import Counter

from config.demo.art.palettes import PALETTES
from config.demo.art.registry import GENERATORS
from config.demo.artworks import ARTWORKS, SERIES
from config.demo.goods import CATEGORIES, COLLECTIONS
from config.demo.range import NEW_ARRIVALS, PRODUCTS

VARIANTS = [variant for product in PRODUCTS for variant in product.variants]


def repeated(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def test_the_range_is_wide_enough_to_browse() -> None:
    assert len(SERIES) == 8
    assert len(ARTWORKS) == 48
    assert len(PRODUCTS) >= 150
    assert len(VARIANTS) >= 400


def test_no_address_or_sku_is_used_twice() -> None:
    assert repeated([product.slug for product in PRODUCTS]) == []
    assert repeated([product.title for product in PRODUCTS]) == []
    assert repeated([variant.sku for variant in VARIANTS]) == []
    assert repeated([artwork.code for artwork in ARTWORKS]) == []


def test_no_two_pictures_share_a_recipe() -> None:
    assert len({artwork.recipe for artwork in ARTWORKS}) == len(ARTWORKS)


def test_every_recipe_can_be_painted() -> None:
    for artwork in ARTWORKS:
        assert (artwork.recipe.generator, artwork.recipe.version) in GENERATORS
        assert artwork.recipe.palette in PALETTES


def test_every_variant_is_priced_in_three_currencies() -> None:
    for variant in VARIANTS:
        assert [price.currency for price in variant.prices] == ["EUR", "GBP", "JPY"], variant.sku
        assert all(price.minor > 0 for price in variant.prices), variant.sku


def test_a_reduced_variant_tells_the_higher_price_it_had() -> None:
    reduced = [variant for variant in VARIANTS if variant.compare_at]
    assert len(reduced) >= 20
    for variant in reduced:
        for before, now in zip(variant.compare_at, variant.prices, strict=True):
            assert before.currency == now.currency
            assert before.minor > now.minor


def test_every_variant_can_be_measured_and_weighed() -> None:
    for variant in VARIANTS:
        assert min(variant.width_mm, variant.height_mm, variant.weight_grams) > 0, variant.sku
        assert min(variant.depth_mm, variant.opening_stock) >= 0, variant.sku


def test_variants_of_a_product_differ_in_their_options() -> None:
    for product in PRODUCTS:
        options = [variant.options for variant in product.variants]
        assert len(set(options)) == len(options)
        assert len({tuple(name for name, _ in pairs) for pairs in options}) == 1


def test_a_larger_print_never_costs_less() -> None:
    for product in PRODUCTS:
        if product.kind in ("framed", "poster"):
            by_size = sorted(product.variants, key=lambda variant: variant.width_mm)
            prices = [variant.prices[0].minor for variant in by_size]
            assert prices == sorted(prices)


def test_the_shelves_hold_every_state_of_stock() -> None:
    stock = [variant.opening_stock for variant in VARIANTS]
    assert stock.count(0) >= 20
    assert sum(1 for pieces in stock if 0 < pieces < 5) >= 40
    assert any(variant.backorderable and not variant.opening_stock for variant in VARIANTS)
    assert any(not variant.backorderable and not variant.opening_stock for variant in VARIANTS)


def test_every_product_stands_on_a_shelf_and_every_collection_has_products() -> None:
    paths = {category.path for category in CATEGORIES}
    assert {product.category for product in PRODUCTS} <= paths
    counts = Counter(slug for product in PRODUCTS for slug in product.collections)
    assert set(counts) == {collection.slug for collection in COLLECTIONS}
    assert counts["new-arrivals"] == NEW_ARRIVALS
    assert min(counts.values()) >= 12


def test_under_25_euros_means_what_it_says() -> None:
    for product in PRODUCTS:
        cheapest = min(variant.prices[0].minor for variant in product.variants)
        assert ("under-25-euros" in product.collections) == (cheapest < 2500)


def test_every_product_is_described_in_three_or_four_sentences() -> None:
    for product in PRODUCTS:
        assert 3 <= product.description.count(". ") + 1 <= 4, product.description
        assert product.description.endswith(".")


def test_no_two_descriptions_are_the_same() -> None:
    assert repeated([product.description for product in PRODUCTS]) == []


def test_the_order_of_creation_has_no_gaps() -> None:
    assert [product.created_order for product in PRODUCTS] == list(range(1, len(PRODUCTS) + 1))
