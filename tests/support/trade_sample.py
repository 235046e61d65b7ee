"""A few hundred invoice lines in the shape, and with every kind of dirt, of a real year of trade.

`python -m tests.support.trade_sample FILE` writes it as CSV or Parquet, by the name's ending.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

_TYPES: Mapping[str, pa.DataType] = {
    "InvoiceNo": pa.string(),
    "StockCode": pa.string(),
    "Description": pa.string(),
    "Quantity": pa.int64(),
    "InvoiceDate": pa.string(),
    "UnitPrice": pa.float64(),
    "CustomerID": pa.float64(),
    "Country": pa.string(),
}
SCHEMA = pa.schema(_TYPES)
COUNTRIES = ("United Kingdom", "France", "Germany", "EIRE", "Spain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line as the file has it."""

    invoice: str
    code: str
    description: str | None
    quantity: int
    at: str = "2010-12-01 08:26:00"
    price: float = 1.25
    customer: float | None = 17850.0
    country: str = "United Kingdom"


GOODS = (
    ("85123A", "WHITE HANGING HEART T-LIGHT HOLDER", 2.55),
    ("71053", "WHITE METAL LANTERN", 3.39),
    ("84406B", "CREAM CUPID HEARTS COAT HANGER", 2.75),
    ("22752", "SET 7 BABUSHKA NESTING BOXES", 7.65),
    ("21730", "GLASS STAR FROSTED T-LIGHT HOLDER", 4.25),
    ("22633", "HAND WARMER UNION JACK", 1.85),
    ("20725", "LUNCH BAG RED RETROSPOT", 1.65),
    ("22138", "BAKING SET 9 PIECE RETROSPOT ", 4.95),
    ("85099B", "JUMBO BAG RED RETROSPOT", 1.95),
    ("47566", "PARTY BUNTING", 4.65),
    ("22556", "PLASTERS IN TIN CIRCUS PARADE", 1.65),
    ("90054", "CRACKED GLAZE EARRINGS RED", 2.9),
)

# What a clean sale is not, in the order in which the rules are told.
DIRT = (
    Row(invoice="536001", code="POST", description="POSTAGE", quantity=3, price=18.0),
    Row(invoice="536002", code="DOT", description="DOTCOM POSTAGE", quantity=1, price=569.77),
    Row(invoice="536003", code="C2", description="CARRIAGE", quantity=1, price=50.0),
    Row(invoice="536004", code="M", description="Manual", quantity=1, price=20.5),
    Row(invoice="536005", code="m", description="Manual", quantity=1, price=2.55),
    Row(invoice="C536006", code="D", description="Discount", quantity=-1, price=27.5),
    Row(invoice="C536007", code="S", description="SAMPLES", quantity=-1, price=9.74),
    Row(invoice="C536008", code="BANK CHARGES", description="Bank Charges", quantity=-1,
        price=37.8),
    Row(invoice="C536009", code="AMAZONFEE", description="AMAZON FEE", quantity=-1, price=13541.33),
    Row(invoice="C536010", code="CRUK", description="CRUK Commission", quantity=-1, price=608.66),
    Row(invoice="A536011", code="B", description="Adjust bad debt", quantity=1, price=-11062.06),
    Row(invoice="536012", code="gift_0001_20", quantity=1, price=16.67,
        description="Dotcomgiftshop Gift Voucher Â£20.00"),
    Row(invoice="536013", code="PADS", description="PADS TO MATCH ALL CUSHIONS", quantity=1,
        price=0.001),
    Row(invoice="536014", code="DCGS0067", description="ebay", quantity=-7, price=0.0),
    Row(invoice="536015", code="DCGSSBOY", description="BOYS PARTY BAG", quantity=2, price=16.63),
    Row(invoice="C536016", code="85123A", description="WHITE HANGING HEART T-LIGHT HOLDER",
        quantity=-4, price=2.55),
    Row(invoice="536017", code="85123a", description="WHITE HANGING HEART T-LIGHT HOLDER",
        quantity=5, price=5.79),
    Row(invoice="536018", code="71053", description="damaged?", quantity=-12, price=0.0,
        customer=None),
    Row(invoice="536019", code="22752", description="found", quantity=30, price=0.0, customer=None),
    Row(invoice="536020", code="20950", description=None, quantity=1, price=0.0, customer=None),
    Row(invoice="536021", code="23595", description="adjustment", quantity=5, price=0.0),
    Row(invoice="536022", code="47566", description="PARTY  BUNTING", quantity=6, price=0.001),
)  # fmt: skip


def clean_sales(count: int = 300) -> list[Row]:
    """Sales without dirt, the same on every machine; prices are mostly the listed ones."""
    random = Random(1)
    first = datetime.fromisoformat("2010-12-01 08:26:00")
    rows = []
    for n in range(count):
        code, description, price = random.choice(GOODS)
        dearer = random.random() < 0.2
        rows.append(
            Row(
                invoice=str(540_000 + n // 4),
                code=code,
                description=description,
                quantity=random.randint(1, 24),
                at=str(first + timedelta(minutes=7 * (n // 4))),
                price=round(price * 1.8, 2) if dearer else price,
                customer=random.choice((17850.0, 13047.0, None)),
                country=random.choice(COUNTRIES),
            )
        )
    # Every code is sold at its listed price at least, whatever the dice said.
    rows += [
        Row(invoice="549000", code=code, description=description, quantity=1, price=price)
        for code, description, price in GOODS
        for _ in range(12)
    ]
    return rows


def sample() -> list[Row]:
    """All lines: dirt spread among sales, in the order of a file."""
    rows = clean_sales()
    for place, row in enumerate(DIRT):
        rows.insert(place * 11, replace(row, at=rows[place * 11].at))
    return rows


def table(rows: Sequence[Row]) -> pa.Table:
    columns: Mapping[str, list[object]] = {
        "InvoiceNo": [row.invoice for row in rows],
        "StockCode": [row.code for row in rows],
        "Description": [row.description for row in rows],
        "Quantity": [row.quantity for row in rows],
        "InvoiceDate": [row.at for row in rows],
        "UnitPrice": [row.price for row in rows],
        "CustomerID": [row.customer for row in rows],
        "Country": [row.country for row in rows],
    }
    return pa.table(columns, schema=SCHEMA)


def write(path: Path, rows: Sequence[Row] | None = None) -> Path:
    """Writes rows, or the whole sample, as CSV or Parquet; returns the path."""
    content = table(sample() if rows is None else rows)
    if path.suffix == ".csv":
        pacsv.write_csv(content, path)
    else:
        pq.write_table(content, path)
    return path


if __name__ == "__main__":
    write(Path(sys.argv[1]))
