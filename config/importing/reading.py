"""Reads invoice lines from a CSV or Parquet file, a few thousand at a time, money exactly.

A file that is not what it should be is refused at once. A value that cannot be read costs its own
line only, which is handed on with the reason.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

# The allocator that comes with Arrow keeps what it once had: a tenth of the memory of an import.
pa.set_memory_pool(pa.system_memory_pool())

COLUMNS = (
    *("InvoiceNo", "StockCode", "Description", "Quantity"),
    *("InvoiceDate", "UnitPrice", "CustomerID", "Country"),
)
# What later editions of the same books call some columns.
OTHER_NAMES = {
    "InvoiceNo": ("Invoice",),
    "UnitPrice": ("Price",),
    "CustomerID": ("Customer ID", "Customer_ID"),
}
BATCH = 4_000
# Powers of ten that a price begins with, and its digits: within them sums of prices stay exact.
FINEST, LARGEST, DIGITS = -15, 12, 30
_WHOLE = re.compile(r"-?\d{1,9}(\.0+)?")
_DATES = ("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M")


class FileRefused(Exception):
    """The file cannot be read as invoice lines; the message says what to do."""


class Line(NamedTuple):
    """One line of an invoice. `number` counts from 1; `price` is what one unit cost, exactly."""

    number: int
    invoice: str
    code: str
    description: str
    quantity: int
    invoiced_at: datetime
    price: Decimal
    customer: str
    country: str

    @property
    def amount(self) -> Decimal:
        return self.price * self.quantity


class UnreadableLine(NamedTuple):
    """A line that says something no line can say; its `amount` counts where that can be read."""

    number: int
    invoice: str
    code: str
    reason: str
    amount: Decimal = Decimal()


def line_count(path: Path) -> int | None:
    """Returns how many lines the file has, or None where only reading it all would tell."""
    return _parquet(path).metadata.num_rows if path.suffix == ".parquet" else None


def read_lines(path: Path) -> Iterator[Line | UnreadableLine]:
    """Yields every line of the file in its order.

    Raises:
        FileRefused: no such file, not CSV or Parquet, or columns are missing.
    """
    number = 0
    for batch in _batches(path):
        names = _named(path, batch.schema.names)
        columns = [batch.column(name).to_pylist() for name in names]
        for values in zip(*columns, strict=True):
            number += 1
            yield _line(number, values)


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    if not path.is_file():
        raise FileRefused(f"There is no file {path}: give the path of a CSV or Parquet file")
    if path.suffix == ".parquet":
        file = _parquet(path)
        yield from file.iter_batches(
            batch_size=BATCH, columns=_named(path, file.schema_arrow.names)
        )
    elif path.suffix == ".csv":
        yield from _csv(path)
    else:
        raise FileRefused(f"{path.name} ends neither in .csv nor in .parquet")


def _parquet(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except FileNotFoundError:
        raise FileRefused(
            f"There is no file {path}: give the path of a CSV or Parquet file"
        ) from None
    except (pa.ArrowInvalid, OSError) as error:
        raise FileRefused(f"{path.name} is no Parquet file: {error}") from None


def _csv(path: Path) -> Iterator[pa.RecordBatch]:
    # All columns as text: an amount must not pass through a float on its way to a Decimal.
    names = (*COLUMNS, *(other for others in OTHER_NAMES.values() for other in others))
    text = dict.fromkeys(names, pa.string())
    try:
        reader = pacsv.open_csv(
            path,
            # Only an empty field is missing: NA and nan are text somebody typed.
            convert_options=pacsv.ConvertOptions(
                column_types=text, null_values=[""], strings_can_be_null=True
            ),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
        )
        _named(path, reader.schema.names)
        yield from reader
    except pa.ArrowInvalid as error:
        raise FileRefused(
            f"{path.name} cannot be read as CSV: {error}. Save it as UTF-8 with commas and quotes"
        ) from None


def _named(path: Path, names: list[str]) -> list[str]:
    """Returns what the file calls each of our columns. Raises: FileRefused: one is missing."""
    found = {
        column: next((each for each in (column, *OTHER_NAMES.get(column, ())) if each in names), "")
        for column in COLUMNS
    }
    missing = [column for column, name in found.items() if not name]
    if missing:
        raise FileRefused(
            f"{path.name} lacks the columns {', '.join(missing)}; it has {', '.join(names)}"
        )
    return list(found.values())


def _line(number: int, values: tuple[Any, ...]) -> Line | UnreadableLine:
    invoice, code, description, quantity, invoiced_at, price, customer, country = values
    try:
        return Line(
            number,
            _name(invoice, "InvoiceNo"),
            _name(code, "StockCode"),
            repaired(description or ""),
            _quantity(quantity),
            _moment(invoiced_at),
            _price(price),
            _customer(customer),
            repaired(country or ""),
        )
    except (ValueError, TypeError) as error:
        amount = _amount(quantity, price)
        return UnreadableLine(number, str(invoice or ""), str(code or ""), str(error), amount)


def _amount(quantity: object, price: object) -> Decimal:
    with suppress(ValueError, TypeError):
        return _price(price) * _quantity(quantity)
    return Decimal()


@cache
def _customer(value: object) -> str:
    return "" if value is None else repaired(str(value).removesuffix(".0"))


# Of the names only those near each other repeat.
@lru_cache(maxsize=10_000)
def _name(value: Any, column: str) -> str:
    whole = isinstance(value, float) and value.is_integer()
    text = "" if value is None else str(int(value) if whole else value).strip()
    if not text:
        raise ValueError(f"{column} is empty")
    if not text.isprintable():
        raise ValueError(f"{column} has characters that cannot be written: {text!r}")
    return text


# The values repeat so much that remembering them makes reading several times faster.
@cache
def _quantity(value: object) -> int:
    if not _WHOLE.fullmatch(str(value)):
        raise ValueError(f"Quantity is no whole number: {value!r}")
    return int(str(value).partition(".")[0])


@cache
def _price(value: object) -> Decimal:
    """A float stands for the shortest decimal that reads back as it: 2.55 is 2.55, not 2.5499...;
    `repr` writes exactly that one."""
    try:
        price = value if isinstance(value, Decimal) else Decimal(_written(value))
    except InvalidOperation:
        raise ValueError(f"UnitPrice is no amount: {value!r}") from None
    if not price.is_finite() or len(price.as_tuple().digits) > DIGITS:
        raise ValueError(f"UnitPrice is no amount: {value!r}")
    if price and not FINEST <= price.adjusted() <= LARGEST:
        raise ValueError(f"UnitPrice is no amount: {value!r}")
    return price


def _written(value: object) -> str:
    return repr(value) if isinstance(value, float) else str(value).strip()


@cache
def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    text = str(value or "").strip()
    with suppress(ValueError):
        return datetime.fromisoformat(text).replace(tzinfo=None)
    for form in _DATES:
        with suppress(ValueError):
            # The file tells the shop's own clock and no zone; the times are only compared.
            return datetime.strptime(text, form)  # noqa: DTZ007
    raise ValueError(f"InvoiceDate is no time: {value!r}")


@cache
def repaired(text: str) -> str:
    """Returns text with single spaces; UTF-8 that was once read as Windows-1252 is put right."""
    if not text.isascii():
        with suppress(UnicodeError):
            text = text.encode("cp1252").decode("utf-8")
    words = " ".join(text.split())
    return words if words.isprintable() else "".join(filter(str.isprintable, words))
