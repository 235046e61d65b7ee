"""Imports rows and reads back what the books say of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from pathlib import Path

from django.db import connection
from django.db.models import Sum

from config.history.reckoning import Reckoning
from config.history.running import Imported, import_history
from events.database import fetch
from modules.adjustments.selectors import adjustment_totals
from modules.orders.contracts import OrderDetail
from modules.orders.models import OrderMoney, OrderRow
from modules.orders.selectors import order_by_number
from tests.support.trade_sample import Row, write

PENNY = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Books:
    """What an import said, and where it wrote the odd lines."""

    done: Imported
    reckoning: Reckoning
    report: str

    def amount(self, outcome: str) -> Decimal:
        return self.reckoning.of(outcome).amount

    def lines(self, outcome: str) -> int:
        return self.reckoning.of(outcome).lines


def bring_in(folder: Path, rows: Sequence[Row] | None = None, name: str = "year.parquet") -> Books:
    """Imports rows, or the whole sample, within the test's transaction."""
    report = StringIO()
    reckoning = Reckoning(report)
    path = write(folder / name, rows)
    done = import_history(path, reckoning, surveyed=_nobody, total=_nobody, recorded=_nobody)
    return Books(done, reckoning, report.getvalue())


def _nobody(lines: int) -> None:
    """Hears how far it is, and does not care."""


def sold() -> Decimal:
    """What all orders come to, less what was given back, by the read models."""
    taken = OrderMoney.objects.aggregate(a=Sum("captured_minor"), b=Sum("refunded_minor"))
    return ((taken["a"] or 0) - (taken["b"] or 0)) * PENNY


def adjusted() -> Decimal:
    return adjustment_totals("GBP").amount


def order(number: str) -> OrderDetail:
    return order_by_number(number)


def numbers() -> set[str]:
    return set(OrderRow.objects.values_list("number", flat=True))


def events() -> int:
    return int(fetch("SELECT count(*) FROM es.event")[0][0])


def numbered() -> int:
    return int(fetch("SELECT count(*) FROM es.log")[0][0])


def asked_for() -> int:
    """How many effects wait in the outbox."""
    return int(fetch("SELECT count(*) FROM es.outbox")[0][0])


def everything() -> list[tuple[object, ...]]:
    """Every event with its hash; recorded times aside, twice the same file is twice this."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stream_id, version, event_id, topic, effective_at, payload::text"
            " FROM es.event ORDER BY stream_id, version"
        )
        return list(cursor.fetchall())
