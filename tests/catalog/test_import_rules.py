"""What the importer makes of codes, descriptions and amounts as people really typed them."""

from decimal import Decimal
from pathlib import Path

import pytest

from config.importing import rules
from config.importing.gathering import Gathering, Goods
from config.importing.reading import FileRefused, Line, UnreadableLine, read_lines, repaired
from tests.support.trade_sample import Row, write


def read(tmp_path: Path, *rows: Row) -> list[Line | UnreadableLine]:
    return list(read_lines(write(tmp_path / "lines.parquet", rows)))


def gathered(tmp_path: Path, *rows: Row) -> Gathering:
    gathering = Gathering()
    for line in read(tmp_path, *rows):
        gathering.take(line)
    return gathering


def sale(description: str, *, code: str = "85123A", **fields: object) -> Row:
    values: dict[str, object] = {"invoice": "536365", "quantity": 1, **fields}
    return Row(code=code, description=description, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("price", [2.55, 0.1, 1.1, 38970.0, 11062.06, 0.07, 1e-3])
def test_a_float_is_read_as_the_decimal_it_was_written_as(tmp_path: Path, price: float) -> None:
    (line,) = read(tmp_path, sale("MUG", price=price, quantity=3))
    assert isinstance(line, Line)
    assert line.price == Decimal(str(price))
    assert line.amount == 3 * Decimal(str(price))


def test_both_formats_say_the_same(tmp_path: Path) -> None:
    from_parquet = list(read_lines(write(tmp_path / "sample.parquet")))
    from_csv = list(read_lines(write(tmp_path / "sample.csv")))
    assert from_csv == from_parquet
    assert len(from_csv) > 400


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,85123A,MUG,many,2010-12-01,2.55,,UK", "Quantity is no whole number: 'many'"),
        ("1,85123A,MUG,1.5,2010-12-01,2.55,,UK", "Quantity is no whole number: '1.5'"),
        ("1,85123A,MUG,1,2010-12-01,free,,UK", "UnitPrice is no amount: 'free'"),
        ("1,85123A,MUG,1,2010-12-01,nan,,UK", "UnitPrice is no amount: 'nan'"),
        ("1,85123A,MUG,1,soon,2.55,,UK", "InvoiceDate is no time: 'soon'"),
        ("1,,MUG,1,2010-12-01,2.55,,UK", "StockCode is empty"),
        (",85123A,MUG,1,2010-12-01,2.55,,UK", "InvoiceNo is empty"),
    ],
)
def test_an_unreadable_value_costs_its_own_line_only(tmp_path: Path, row: str, reason: str) -> None:
    path = tmp_path / "lines.csv"
    names = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
    path.write_text(f"{names}\n{row}\n2,85123A,MUG,1,12/1/2010 8:26,2.55,17850,UK\n")
    bad, good = read_lines(path)
    assert isinstance(bad, UnreadableLine)
    assert (bad.number, bad.reason) == (1, reason)
    assert isinstance(good, Line)
    assert (good.price, good.invoiced_at.year) == (Decimal("2.55"), 2010)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("gone.csv", None, "There is no file"),
        ("gone.parquet", None, "There is no file"),
        ("lines.xlsx", b"x", "ends neither in .csv nor in .parquet"),
        ("lines.parquet", b"not parquet", "is no Parquet file"),
        ("lines.csv", b"InvoiceNo,Quantity\n1,2\n", "lacks the columns StockCode, Description"),
        ("lines.csv", b"", "cannot be read as CSV"),
        ("lines.csv", "InvoiceNo\n\xff".encode("latin-1"), "lines.csv"),
    ],
)
def test_a_file_that_is_no_file_of_lines_is_refused(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(FileRefused, match=says):
        list(read_lines(tmp_path / name))


def test_text_that_was_once_misread_is_put_right() -> None:
    assert repaired("Gift  Voucher Â£20.00 ") == "Gift Voucher £20.00"
    assert repaired("Café") == "Café"


@pytest.mark.parametrize(
    "code",
    ["POST", "DOT", "C2", "M", "D", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK", "GIFT_0001_20"],
)
def test_services_and_book_keeping_are_no_goods(code: str) -> None:
    assert rules.no_goods(code)


@pytest.mark.parametrize("code", ["85123A", "10002", "DCGSSBOY", "PADS", "MUG", "SPOST"])
def test_goods_are_not_refused_by_their_code(code: str) -> None:
    assert rules.no_goods(code) is None


@pytest.mark.parametrize(
    "note", ["damaged?", "found", "?", "", "??", "sold as set on dotcom", "ebay"]
)
def test_a_note_is_no_description(note: str) -> None:
    assert rules.is_note(note)


@pytest.mark.parametrize("name", ["CRACKED GLAZE EARRINGS RED", "Dr. Jam's Arouzer Stress Ball"])
def test_a_name_is_no_note(name: str) -> None:
    assert not rules.is_note(name)


@pytest.mark.parametrize(
    ("description", "title", "category"),
    [
        ("SET OF 3 CAKE TINS PANTRY DESIGN", "Set of 3 Cake Tins Pantry Design", "kitchen"),
        ("CHILDREN'S APRON DOLLY GIRL", "Children's Apron Dolly Girl", "kitchen"),
        ("LED TEA LIGHTS", "LED Tea Lights", "light"),
        ("BAG 500g SWIRLY MARBLES", "BAG 500g SWIRLY MARBLES", "bags"),
        ("WORLD WAR 2 GLIDERS ASSTD DESIGNS", "World War 2 Gliders Asstd Designs", "other"),
    ],
)
def test_a_description_becomes_a_title_and_finds_its_shelf(
    description: str, title: str, category: str
) -> None:
    assert rules.title_of(description) == title
    assert rules.shelf_of(description)[0] == f"giftware/{category}"


def test_the_commonest_price_counts_and_of_equals_the_latest(tmp_path: Path) -> None:
    gathering = gathered(
        tmp_path,
        sale("MUG", price=2.55),
        sale("MUG", price=2.55),
        sale("MUG", price=5.0),
        sale("TIN", code="1", price=1.0, at="2011-01-01 10:00:00"),
        sale("BOX", code="1", price=2.0, at="2011-06-01 10:00:00"),
    )
    one, mug = gathering.goods()
    assert (mug.price_minor, mug.description) == (255, "MUG")
    assert (one.price_minor, one.description) == (200, "BOX")


def test_opening_stock_lasts_for_all_sales_even_without_a_return(tmp_path: Path) -> None:
    gathering = gathered(
        tmp_path,
        sale("MUG", quantity=10),
        sale("MUG", quantity=-8, invoice="C536400"),
        sale("damaged?", quantity=-3, price=0.0),
        sale("MUG", quantity=2, price=0.0),
    )
    assert gathering.goods() == [
        Goods(code="85123A", description="MUG", price_minor=125, opening_stock=15)
    ]


def test_a_code_is_goods_only_with_a_price_and_a_name(tmp_path: Path) -> None:
    gathering = gathered(
        tmp_path,
        sale("MUG", code="A1", price=0.0),
        sale("found?", code="A2"),
        sale("PADS", code="A3", price=0.001),
    )
    assert gathering.goods() == []
    reasons = {code: found.reason for code, found in gathering.code_judgements().items()}
    assert reasons == {
        "A1": rules.NEVER_PRICED,
        "A2": rules.NEVER_DESCRIBED,
        "A3": rules.NEVER_PRICED,
    }


def test_spellings_of_a_code_are_merged_and_told(tmp_path: Path) -> None:
    gathering = gathered(tmp_path, sale("MUG", code="85123a"), sale("MUG", code="85123A"))
    assert [one.code for one in gathering.goods()] == ["85123A"]
    merged = gathering.code_judgements()["85123a"]
    assert (merged.outcome, merged.reason) == ("adjusted", f"{rules.RESPELLED} into 85123A")
