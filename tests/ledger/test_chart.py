"""The chart of accounts and what stands on it exactly: names, titles, documents, balance."""

from decimal import Decimal

import pytest

from modules.ledger.contracts import AccountUnknown, EntryUnbalanced
from modules.ledger.domain import accounts, facts
from modules.ledger.domain.documents import posted
from modules.ledger.domain.entries import Leg, require_balance


@pytest.mark.parametrize(
    ("name", "number", "title", "kind"),
    [
        ("bank", 1000, "Bank", "asset"),
        ("receivable", 1200, "Customers", "asset"),
        ("clearing:stripe", 1300, "Clearing stripe", "asset"),
        ("tax:FR-standard:20", 2200, "Tax FR-standard:20", "liability"),
        ("gift-cards", 2500, "Gift cards", "liability"),
        ("revenue", 4000, "Revenue", "income"),
        ("rounding", 6900, "Rounding", "expense"),
    ],
)
def test_an_account_is_known_by_its_name(name: str, number: int, title: str, kind: str) -> None:
    found = accounts.account(name)
    assert (found.name, found.number, found.title, found.type) == (name, number, title, kind)
    assert found.meaning


@pytest.mark.parametrize("name", ["", "cash", "clearing", "tax:", "bank:main"])
def test_an_account_that_the_chart_lacks_is_refused_with_all_that_it_has(name: str) -> None:
    with pytest.raises(AccountUnknown) as caught:
        accounts.account(name)
    assert caught.value.fields == {"account": name}
    assert str(caught.value) == (
        f"The chart of accounts has no {name!r}. It has bank, receivable, documents, clearing:...,"
        " disputes, tax:..., gift-cards, revenue, shipping, sundry, discounts, refunds, fees,"
        " bad-debts, rounding."
    )


def test_a_gift_card_settles_what_it_owes_and_tax_of_no_rate_is_named() -> None:
    assert accounts.settlement("giftcard") == "gift-cards"
    assert accounts.rate_name("", 200_000) == ""
    assert accounts.tax("") == "tax:unknown"


def document(*lines: tuple[int, str, str], currency: str = "EUR") -> dict[str, int]:
    told = tuple(facts.DocumentLine(n, Decimal(price), reason) for n, price, reason in lines)
    entry = posted(facts.Document("D-1", currency, told))
    assert (entry.kind, entry.memo, entry.number) == ("document", "Document D-1", "D-1")
    assert {leg.currency for leg in entry.legs} <= {currency}
    return {leg.account: leg.millionths for leg in entry.legs}


@pytest.mark.parametrize(
    ("reason", "account"),
    [
        ("delivery charge: express", "shipping"),
        ("discount", "discounts"),
        ("bad debt", "bad-debts"),
        ("fee or commission", "fees"),
        ("gift voucher", "gift-cards"),
        ("price finer than a penny: 0.001", "revenue"),
        ("something else", "sundry"),
    ],
)
def test_a_line_of_a_document_is_booked_by_its_reason(reason: str, account: str) -> None:
    assert document((2, "1.5", reason)) == {"documents": 3_00_000_000, account: -3_00_000_000}


def test_goods_without_a_sale_are_a_repayment_when_they_cost_money() -> None:
    assert document((-1, "2", "goods came back")) == {
        "refunds": 2_00_000_000,
        "documents": -2_00_000_000,
    }
    assert document((1, "0", "goods came back")) == {}


def test_a_document_is_booked_to_the_millionth_of_a_minor_unit() -> None:
    assert document((1, "0.00000001", "discount")) == {"documents": 1, "discounts": -1}
    assert document((3, "7", "discount"), currency="JPY") == {
        "documents": 21_000_000,
        "discounts": -21_000_000,
    }


def test_each_currency_balances_by_itself() -> None:
    require_balance([])
    both = [Leg("bank", "EUR", 5), Leg("fees", "EUR", -5), Leg("bank", "USD", 7)]
    require_balance([*both, Leg("fees", "USD", -7)])
    with pytest.raises(EntryUnbalanced) as caught:
        require_balance([*both, Leg("fees", "USD", -8)])
    assert caught.value.fields == {"currency": "USD", "millionths": -1}
    assert str(caught.value) == (
        "The debits and credits in USD differ by -1 millionths of a minor unit: an entry has to"
        " balance."
    )
