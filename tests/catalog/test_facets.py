"""Any value inside a facet, all facets together, and counts that tell what a click would give."""

from itertools import product as combinations
from random import Random

import pytest

from modules.catalog.contracts import Browsed, BrowseRequest, Facet
from modules.catalog.selectors import browse
from tests.catalog.shelf import (
    facet,
    having,
    list_availability,
    list_price,
    product,
    sized,
    stock_the_shelf,
)

pytestmark = pytest.mark.django_db

type Choice = tuple[tuple[str, tuple[str, ...]], ...]


def narrowed(*facets: tuple[str, tuple[str, ...]], **request: object) -> Browsed:
    asked = {"currency": "EUR", "facets": facets, "page_size": 1000, **request}
    return browse(BrowseRequest(**asked))  # type: ignore[arg-type]


def counts(found: Browsed, code: str) -> dict[str, int]:
    shown: Facet = next(facet for facet in found.facets if facet.code == code)
    return {value.value: value.count for value in shown.values}


def shelf() -> None:
    facet("palette", position=1)
    facet("size", "A4", "A3", position=2)
    facet("framed", type="boolean", position=3)
    stock_the_shelf(
        sized("dunes", "A4", "A3", attributes=having(palette="warm", framed=True)),
        sized("waves", "A4", attributes=having(palette="cold", framed=False)),
        sized("tiles", "A3", attributes=having(palette="cold", framed=True)),
    )


def test_values_inside_a_facet_widen_and_facets_narrow_each_other() -> None:
    shelf()
    assert narrowed(("palette", ("warm", "cold"))).total == 3
    assert narrowed(("palette", ("cold",)), ("size", ("A3",))).total == 1
    assert narrowed(("palette", ("cold",)), ("palette", ("warm",))).total == 3


def test_a_facet_is_counted_without_its_own_choice() -> None:
    shelf()
    found = narrowed(("palette", ("warm",)))
    assert counts(found, "palette") == {"cold": 2, "warm": 1}
    assert counts(found, "size") == {"A4": 1, "A3": 1}


def test_values_that_would_give_nothing_stay_with_a_zero() -> None:
    shelf()
    assert counts(narrowed(("palette", ("warm",))), "framed") == {"true": 1, "false": 0}
    assert counts(narrowed(price_max=1), "palette") == {"cold": 0, "warm": 0}


def test_price_and_stock_narrow_the_counts() -> None:
    shelf()
    list_price("TILES-A3", 9000)
    list_availability("WAVES-A4", "sold-out")
    assert counts(narrowed(price_max=5000), "palette") == {"cold": 1, "warm": 1}
    assert counts(narrowed(in_stock_only=True), "size") == {"A4": 1, "A3": 2}


def test_facets_and_values_come_in_their_declared_order_with_labels() -> None:
    shelf()
    facet("year", type="integer", position=4)
    stock_the_shelf(*(product(f"y{n}", attributes=having(year=n)) for n in (1999, 20, 300)))
    found = {shown.code: shown for shown in narrowed().facets}
    assert list(found) == ["kind", "palette", "size", "framed", "year"]
    assert [value.value for value in found["size"].values] == ["A4", "A3"]
    assert [value.label for value in found["framed"].values] == ["Yes", "No"]
    assert [value.value for value in found["year"].values] == ["20", "300", "1999"]


def test_a_chosen_value_that_nothing_has_can_still_be_taken_off() -> None:
    shelf()
    found = narrowed(("palette", ("purple",)))
    chosen = [v for shown in found.facets for v in shown.values if v.selected]
    assert found.total == 0
    assert [(value.value, value.count) for value in chosen] == [("purple", 0)]


def test_a_facet_that_the_shop_does_not_offer_narrows_nothing() -> None:
    shelf()
    assert narrowed(("utm_source", ("newsletter",))).total == 3


def test_quotes_and_percent_signs_in_a_choice_are_only_text() -> None:
    shelf()
    assert narrowed(("palette", ("'; DROP TABLE x; --", "%s%%(", "{}\\"))).total == 0
    assert narrowed().total == 3


def test_counts_agree_with_counting_by_hand() -> None:
    random = Random(11)
    values = {"palette": ("warm", "cold", "mono"), "size": ("S", "M", "L"), "paper": ("x", "y")}
    for code in values:
        facet(code)
    rows = {
        f"p{n}": {code: random.choice(offered) for code, offered in values.items()}
        for n in range(60)
    }
    stock_the_shelf(*(product(slug, attributes=having(**row)) for slug, row in rows.items()))

    def by_hand(choice: Choice, code: str, value: str) -> int:
        others = [(other, wanted) for other, wanted in choice if other != code]
        return sum(
            row[code] == value and all(row[other] in wanted for other, wanted in others)
            for row in rows.values()
        )

    for palette, size in combinations(((), ("warm",), ("warm", "mono")), ((), ("S", "L"))):
        choice = tuple((c, v) for c, v in (("palette", palette), ("size", size)) if v)
        found = narrowed(*choice)
        matching = [r for r in rows.values() if all(r[code] in wanted for code, wanted in choice)]
        assert found.total == len(matching)
        for code, offered in values.items():
            assert counts(found, code) == {v: by_hand(choice, code, v) for v in sorted(offered)}
