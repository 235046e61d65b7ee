"""`manage.py import_catalogue`: all lines are accounted for, twice changes nothing."""

import csv
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.environment import environment
from config.importing.gathering import Gathering
from config.importing.reading import read_lines
from config.importing.report import Report
from modules.catalog.contracts import BrowseRequest
from modules.catalog.selectors import browse, catalogue_size, product_detail, sellable_variants
from modules.inventory.selectors import movements, stock_levels
from modules.kernel.money import Money
from modules.pricing.selectors import listed_prices
from tests.support.real_trade import real_trade
from tests.support.trade_sample import DIRT, GOODS, Row, sample, write


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DATA_DIRECTORY", str(tmp_path / "var"))
    environment.cache_clear()
    yield tmp_path / "var"
    environment.cache_clear()


def import_sample(tmp_path: Path, *arguments: str) -> str:
    said = StringIO()
    path = write(tmp_path / "sample.parquet")
    call_command("import_catalogue", str(path), *arguments, stdout=said)
    return said.getvalue()


@pytest.mark.django_db
def test_every_code_of_goods_becomes_a_product_with_price_and_stock(tmp_path: Path) -> None:
    said = import_sample(tmp_path)
    assert f"{len(GOODS) + 1} products: {len(GOODS) + 1} new, 0 known before" in said
    assert catalogue_size() == len(GOODS) + 1
    prices = listed_prices([code for code, *_ in GOODS], "GBP")
    for code, _, price in GOODS:
        assert prices[code].price == Money.parse(str(price), "GBP")
        assert stock_levels([code])[code].on_hand > 0
    slug = sellable_variants(["85123A"])["85123A"].product_slug
    assert slug == "white-hanging-heart-t-light-holder-85123a"
    assert product_detail(slug).title == "White Hanging Heart T-Light Holder"


@pytest.mark.django_db
def test_imported_products_are_listed_and_found(tmp_path: Path) -> None:
    import_sample(tmp_path, "--also-in", "EUR=1.2")
    everything = browse(BrowseRequest(currency="GBP", in_stock_only=True))
    assert everything.total == len(GOODS) + 1
    found = browse(BrowseRequest(currency="EUR", query="white latern"))
    assert [card.title for card in found.products] == ["White Metal Lantern"]
    assert found.products[0].price == Money(407, "EUR")
    kitchen = browse(BrowseRequest(currency="GBP", category="giftware/kitchen"))
    assert {card.kind for card in kitchen.products} == {"Kitchen"}


@pytest.mark.django_db
def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    import_sample(tmp_path)
    before = (catalogue_size(), len(movements("85123A")), listed_prices(["85123A"], "GBP"))
    stock = stock_levels(["85123A"])
    said = import_sample(tmp_path)
    assert "0 new, 13 known before" in said
    assert stock_levels(["85123A"]) == stock
    after = (catalogue_size(), len(movements("85123A")), listed_prices(["85123A"], "GBP"))
    assert after == before


@pytest.mark.django_db
def test_a_dry_run_reports_and_saves_nothing(tmp_path: Path, data_folder: Path) -> None:
    assert "nothing was saved" in import_sample(tmp_path, "--dry-run")
    assert catalogue_size() == 0
    assert (data_folder / "imports" / "sample-catalogue.csv").is_file()


@pytest.mark.django_db
def test_the_report_names_each_refusal_and_its_reason(tmp_path: Path, data_folder: Path) -> None:
    import_sample(tmp_path, "--dry-run")
    with (data_folder / "imports" / "sample-catalogue.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [row for row in rows if row["what"] == "line"]
    assert len(lines) == len(DIRT) - 1  # The party bag is goods, and sold cleanly.
    assert {row["invoice"] for row in lines} == {row.invoice for row in DIRT} - {"536015"}
    assert all(row["reason"] for row in rows)
    outcomes = Counter(row["code"] for row in rows if row["outcome"] == "rejected")
    assert outcomes["POST"] == 2  # The code and its line.
    pads = next(row for row in lines if row["code"] == "PADS")
    assert (pads["reason"], pads["unit_price"]) == ("price finer than a penny", "0.001")


def totals(path: Path) -> tuple[int, int, Decimal]:
    """Codes, lines and money over all outcomes of a report."""
    gathering = Gathering()
    for line in read_lines(path):
        gathering.take(line)
    report = Report(StringIO())
    for code, judgement in gathering.code_judgements().items():
        report.add_code(code, judgement)
    for line in read_lines(path):
        report.add_line(line, gathering.line_judgement(line))
    found = report.totals.values()
    return (
        sum(total.codes for total in found),
        sum(total.lines for total in found),
        sum((total.amount for total in found), Decimal()),
    )


def test_imported_adjusted_and_rejected_add_up_to_the_file(tmp_path: Path) -> None:
    rows = sample()
    money = sum((Decimal(str(row.price)) * row.quantity for row in rows), Decimal())
    expected = (len({row.code for row in rows}), len(rows), money)
    assert totals(write(tmp_path / "sample.parquet")) == expected


@pytest.mark.real_data
def test_the_real_year_adds_up_to_the_last_tenth_of_a_penny() -> None:
    assert totals(real_trade()) == (4_070, 541_909, Decimal("9747747.934"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.parquet"], "There is no file"),
        (["sample.csv", "--also-in", "EURO=1.2"], "is no rate"),
        (["sample.csv", "--also-in", "GBP=1.0"], "is no rate"),
        (["empty.csv"], "has no lines"),
    ],
)
def test_a_wrong_argument_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "sample.csv", [Row(invoice="1", code="1", description="MUG", quantity=1)])
    write(tmp_path / "empty.csv", [])
    with pytest.raises(CommandError, match=says):
        call_command("import_catalogue", *arguments, stdout=StringIO())
