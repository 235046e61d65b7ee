"""A stencil writes what its template writes, whatever it shows."""

from itertools import product
from typing import Any

import pytest
from django.template.loader import get_template
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from frontend.presenting import Card
from frontend.stencils import Stencil
from frontend.storefront.choosing import OptionValue
from frontend.styleguide.pictures import SamplePicture, SampleRendition
from frontend.templatetags.fragments import facet_box, fact, option_value, product_items
from modules.catalog.contracts import Facet, FacetValue
from modules.kernel.money import Money

TEXTS = st.sampled_from(["", "Dunes", "%s & 100 %", '<b>"it\'s"</b>', "\ue0001\ue001"])
PICTURES = st.builds(
    SamplePicture,
    alt=TEXTS,
    colour=st.sampled_from(["", "#253a6b"]),
    renditions=st.sampled_from(
        [
            (SampleRendition("/m/640.webp", 640), SampleRendition("/m/320.webp", 320)),
            (SampleRendition("/m/3&2.jpeg", 320, "jpeg"), SampleRendition("/m/1.avif", 1, "avif")),
            (),
        ]
    ),
)
AMOUNTS = st.builds(Money, st.sampled_from([0, 990, 123_456]), st.sampled_from(["EUR", "JPY"]))
CARDS = st.builds(
    Card,
    slug=TEXTS,
    name=TEXTS,
    url=TEXTS,
    note=TEXTS,
    picture=st.none() | PICTURES,
    second_picture=st.none() | PICTURES,
    badge=TEXTS,
    price=AMOUNTS,
    price_before=st.none() | AMOUNTS,
    price_varies=st.booleans(),
    sold_out=st.booleans(),
    sku=TEXTS,
)
VALUES = st.builds(
    FacetValue, value=TEXTS, label=TEXTS, count=st.integers(0, 2000), selected=st.booleans()
)


def drawn(template: str, context: dict[str, Any]) -> str:
    return get_template(template).render(context)


@given(CARDS)
def test_a_card_is_what_its_template_draws(card: Card) -> None:
    text = drawn("components/product_card.html", {"product": card})
    assert product_items([card, card]) == f"<li>{text}</li><li>{text}</li>"


@given(TEXTS, st.lists(VALUES, max_size=3))
def test_a_facet_is_what_its_template_draws(label: str, values: list[FacetValue]) -> None:
    found = Facet(code="kind", label=label, values=tuple(values))
    box = facet_box(found)
    assert box == drawn("components/facet.html", {"label": label, "found": found})
    for value in values:
        row = drawn(
            "components/facet.html#option",
            {
                "name": "kind",
                "value": value.value,
                "label": value.label,
                "count": value.count,
                "selected": value.selected,
            },
        )
        assert row in box


@given(st.integers(0, 3), TEXTS, TEXTS, st.booleans(), st.booleans())
def test_a_choice_is_what_its_template_draws(
    index: int, value: str, note: str, possible: bool, chosen: bool
) -> None:
    shown = OptionValue(value=value, chosen=chosen, possible=possible, note=note)
    context = {"index": index, "value": shown}
    assert option_value(index, shown) == drawn("storefront/product.html#value", context)


@given(TEXTS, TEXTS)
def test_a_fact_is_what_its_template_draws(label: str, value: str) -> None:
    context = {"label": label, "value": value}
    assert fact(label, value) == drawn("storefront/product.html#fact", context)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("site_header", ("shop_name", "search_query", "site_nav", "is_shared", "asks_for_visitor")),
        ("site_footer", ("shop_name", "currency")),
        ("drawer", ("asks_for_visitor",)),
        ("nav_link", ("url", "label", "icon_name", "current")),
    ],
)
def test_a_part_of_every_page_is_what_its_template_draws(name: str, shown: tuple[str, ...]) -> None:
    stencil = Stencil(f"components/{name}.html", *shown)
    flags = {"is_shared", "asks_for_visitor", "current"}
    choices = [
        (True, False) if each in flags else ("", "bag") if each == "icon_name" else ("", "a<&%s")
        for each in shown
    ]
    for values in product(*choices):
        context = dict(zip(shown, values, strict=True))
        assert stencil(*values) == drawn(f"components/{name}.html", context)


def test_what_is_drawn_already_is_not_escaped_again() -> None:
    stencil = Stencil("components/nav_link.html", "url", "label", "icon_name", "current")
    assert stencil("/", "Bags & more", "", False).endswith(">Bags &amp; more</a>\n")
    assert stencil("/", SafeString("<b>Bags</b>"), "", False).endswith("><b>Bags</b></a>\n")
