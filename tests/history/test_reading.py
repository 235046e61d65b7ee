"""Odd values cost their own line, and their money is counted where it can be read."""

from decimal import Decimal
from pathlib import Path

import pytest

from config.importing.reading import FileRefused, Line, UnreadableLine, read_lines

HEADS = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
GOOD = "536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850,United Kingdom"


def read(folder: Path, *lines: str, heads: str = HEADS) -> list[Line | UnreadableLine]:
    path = folder / "books.csv"
    path.write_text("\n".join((heads, *lines)) + "\n")
    return list(read_lines(path))


def test_other_editions_call_their_columns_otherwise(tmp_path: Path) -> None:
    heads = HEADS.replace("InvoiceNo", "Invoice").replace("UnitPrice", "Price")
    heads = heads.replace("CustomerID", "Customer ID")
    assert read(tmp_path, GOOD, heads=heads) == read(tmp_path, GOOD)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="lacks the columns UnitPrice"):
        read(tmp_path, GOOD, heads=HEADS.replace("UnitPrice", "Cost"))


def test_the_money_of_an_unreadable_line_counts_where_it_can_be_read(tmp_path: Path) -> None:
    undated, priceless = read(
        tmp_path,
        GOOD.replace("2010-12-01 08:26:00", "yesterday"),
        GOOD.replace("2.55", "much"),
    )
    assert isinstance(undated, UnreadableLine)
    assert undated.amount == Decimal("15.30")
    assert isinstance(priceless, UnreadableLine)
    assert priceless.amount == 0


@pytest.mark.parametrize("price", ["1e13", "1e-16", "0." + "3" * 31, "nan", "inf", "-inf", ""])
def test_a_price_whose_sums_could_be_inexact_is_no_price(tmp_path: Path, price: str) -> None:
    (line,) = read(tmp_path, GOOD.replace("2.55", price))
    assert isinstance(line, UnreadableLine)
    assert "UnitPrice is no amount" in line.reason


def test_what_cannot_be_printed_is_no_part_of_a_name(tmp_path: Path) -> None:
    bad_code, good_text = read(
        tmp_path, GOOD.replace("85123A", "85\x01123A"), GOOD.replace("HOLDER", "HOL\x01DER")
    )
    assert isinstance(bad_code, UnreadableLine)
    assert isinstance(good_text, Line)
    assert good_text.description == "HOLDER"
