"""Orders that promotions reduced: asked again to the cent, and under other promotions."""

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings

from modules.checkout.commands import enter_code, place_order
from modules.checkout.contracts import EnterCode, Placed
from modules.ledger.contracts import WhatIf, WhatIfReport, named_promotion
from modules.ledger.domain.offered import discounts_of
from modules.ledger.domain.requoting import Change, asked
from modules.ledger.repeating import amounts
from modules.ledger.selectors import discrepancies, what_if
from modules.pricing.contracts import Discount, QuoteRequest
from modules.pricing.selectors import quote, taken_off
from modules.promotions.commands import set_status
from modules.promotions.contracts import PromotionNotFound, SetStatus
from tests.frontend.staff.people import signed_in, text
from tests.pricing.baskets import basket, line, off, tax
from tests.pricing.test_derivations import requests
from tests.promotions.offering import euro, promote, voucher
from tests.support.trade import CARD, PRICES, PRINT, buy, checkout, fill_basket, open_shop

MANY = pytest.mark.parametrize("rounding", ["per-line", "per-total"])


@pytest.fixture
def shop(db: None) -> None:
    open_shop(units=100)


@given(request=requests())
@settings(max_examples=100, suppress_health_check=list(HealthCheck), deadline=None)
def test_a_quote_under_any_promotions_asked_again_is_the_same_to_the_cent(
    request: QuoteRequest,
) -> None:
    stored = quote(request)
    again = quote(asked(stored))
    assert amounts(again) == amounts(stored)
    assert taken_off(again) == taken_off(stored)
    assert (again.total_minor, again.tax_minor) == (stored.total_minor, stored.tax_minor)


@MANY
def test_discounts_are_read_out_of_a_quote_as_they_were_offered(rounding: str) -> None:
    offered = (
        off(700),
        off(rate=10),
        replace(off(rate=25, target="line", sku="A"), sku="", skus=("A",)),
        off(target="line", rate=50, units=(("B", 2),)),
        replace(off(120, target="line"), skus=("A", "B"), voucher="SPRING10"),
    )
    lines = [line(1_999, 3, sku=sku) for sku in "ABC"]
    found = discounts_of(
        quote(basket(*lines, rules=(tax(200_000),), discounts=offered, rounding=rounding))
    )
    assert tuple(found) == offered


@MANY
def test_a_percentage_is_computed_anew_under_another_rounding(rounding: str) -> None:
    lines = [line(price, sku=f"P{price}") for price in (106, 206, 306, 406)]
    rounded = {
        name: quote(basket(*lines, rules=(tax(200_000),), discounts=(off(rate=10),), rounding=name))
        for name in ("per-line", "per-total")
    }
    other = "per-total" if rounding == "per-line" else "per-line"
    again = quote(asked(rounded[rounding], Change(rounding=other)))  # type: ignore[arg-type]
    assert amounts(again) == amounts(rounded[other])


def test_a_promotion_that_gives_something_else_does_so_in_its_own_place() -> None:
    first, last = replace(off(rate=50), code="half"), replace(off(100), code="hundred")
    stored = quote(basket(line(1_000), rules=(tax(200_000),), discounts=(first, last)))
    assert stored.total_minor == 400
    other = Discount(code="half", code_version=2, label="Third", rate_millionths=250_000)
    assert quote(asked(stored, Change(given={"half": (other,)}))).total_minor == 650
    assert quote(asked(stored, Change(given={"half": ()}))).total_minor == 900
    new = replace(other, code="new")
    assert quote(asked(stored, Change(given={"new": (new,)}))).total_minor == 300


def sell() -> list[Placed]:
    """Three orders: 10 % off prints by itself, the same with a voucher's 10 %, and a card alone."""
    promote("prints", off=10, skus=(PRINT,), priority=1)
    code = voucher()
    with_code = fill_basket(prints=2, cards=1)
    enter_code(EnterCode(cart_id=with_code.id, code=code))
    return [buy(prints=1), place_order(checkout(with_code)), buy(cards=1)]


def asking(*promotions: str) -> WhatIfReport:
    return what_if(WhatIf(promotions=tuple(named_promotion(each) for each in promotions)))


def others(report: WhatIfReport) -> dict[str, int]:
    return {each.number: each.other_total_minor - each.total_minor for each in report.orders}


@pytest.mark.usefixtures("shop")
def test_orders_with_promotions_and_vouchers_are_right_and_repeatable() -> None:
    sell()
    assert list(discrepancies()) == []
    found = what_if(WhatIf())
    assert (found.orders, found.unrepeatable) == ((), ())
    assert [(each.orders, each.differing) for each in found.totals] == [(3, 0)]
    assert asking("prints", "spring").orders == ()


@pytest.mark.usefixtures("shop")
def test_another_version_of_a_promotion_is_decided_anew_on_every_order() -> None:
    alone, _, card = sell()
    promote("prints", off=20, skus=(PRINT,), priority=1)
    set_status(SetStatus(code="prints", status="paused"))
    assert others(asking("prints"))[alone.number] == -(667 - 333)
    assert others(asking("prints@1")) == {}
    promote("cards", kind="fixed", amounts=euro(100), skus=(CARD,))
    found = others(asking("cards"))
    assert alone.number not in found
    assert found[card.number] == -100


@pytest.mark.usefixtures("shop")
def test_who_showed_no_voucher_then_gets_nothing_for_it_now() -> None:
    _, with_code, _ = sell()
    promote("spring", off=50, target="order", needs_voucher=True)
    assert others(asking("spring")).keys() == {with_code.number}


@pytest.mark.usefixtures("shop")
def test_a_promotion_counts_by_category_and_from_its_own_minimum() -> None:
    sell()
    promote("all", off=10, target="order", categories=("prints",), minimum=euro(PRICES[PRINT]))
    assert len(others(asking("all"))) == 2
    promote("all", off=10, target="order", categories=("frames",))
    assert others(asking("all")) == {}


@pytest.mark.usefixtures("shop")
def test_a_promotion_that_is_not_there_is_said() -> None:
    for wrong in ("nothing", "prints@9"):
        with pytest.raises(PromotionNotFound):
            asking(wrong)
        with pytest.raises(CommandError, match="no such promotion"):
            call_command("ledger", "what-if", "--promotion", wrong, stdout=StringIO())
        address = f"/ledger/what-if/?promotions={wrong}"
        assert signed_in("staff").get(address).status_code == 422
    for malformed in ("", "@1", "spring@", "spring@new"):
        with pytest.raises(ValueError, match="write it like"):
            named_promotion(malformed)


@pytest.mark.usefixtures("shop")
def test_staff_and_the_command_line_ask_for_another_promotion() -> None:
    sell()
    promote("prints", off=20, skus=(PRINT,), priority=1)
    said = StringIO()
    call_command("ledger", "what-if", "--promotion", "prints", stdout=said)
    assert "3 orders, 2 differ" in said.getvalue()
    page = signed_in("staff").get("/ledger/what-if/?promotions=prints")
    assert "2 of 3 orders differ" in text(page)
