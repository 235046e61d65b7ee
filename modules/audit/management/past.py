"""The part of `manage.py audit` that asks for stock, rows and sums as of a moment."""

from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError
from rich.console import Console
from rich.table import Table

from events.moments import AsOf, as_of, read_moment
from modules.audit.folding import flat
from modules.audit.selectors import find, row_then, totals
from modules.inventory.selectors import holders, stock_level

type Options = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    as_known_at: datetime | None
    as_effective_at: datetime | None


def add_moment(parser: ArgumentParser) -> None:
    """Adds the two clocks to an action."""
    parser.add_argument(
        "--as-known-at",
        default="",
        metavar="TIME",
        help="what the shop knew at this time, such as 2026-11-21T14:30:00Z",
    )
    parser.add_argument(
        "--as-effective-at",
        default="",
        metavar="TIME",
        help="what had become true by this time, whenever the shop learned of it",
    )


def add_past(actions: Any) -> None:
    """Adds the actions that `PAST` performs."""
    stock = actions.add_parser("stock", help="the stock of a SKU, now or at a moment")
    stock.add_argument("sku")
    row = actions.add_parser("row", help="a row of a read model, now or at a moment")
    row.add_argument("model", help="such as orders.orders, payments.payments, orders.money")
    row.add_argument("key", help="order number, order id, payment id or adjustment id")
    sums = actions.add_parser("totals", help="what was ordered, taken, given back and adjusted")
    for each in (stock, row, sums):
        add_moment(each)
        each.add_argument("--json", action="store_true", help="for machines")


def moment_of(options: Options) -> AsOf | None:
    """Returns the moment that the options name; None for the present.

    Raises:
        MomentUnreadable: a text that is no time, or lacks its offset.
        MomentAhead: it is still to come.
    """
    if (options["as_known_at"] or options["as_effective_at"]) and options.get("at"):
        raise CommandError("Give --at, or --as-known-at and --as-effective-at, and not both.")
    return as_of(
        Asked(
            as_known_at=read_moment(options["as_known_at"]),
            as_effective_at=read_moment(options["as_effective_at"]),
        )
    )


def stock(console: Console, options: Options) -> None:
    moment = moment_of(options)
    level = asdict(stock_level(options["sku"], moment))
    held = [asdict(each) for each in holders(options["sku"], moment or AsOf())]
    if options["json"]:
        console.print_json(data={**level, "holders": held})
        return
    sku = level.pop("sku")
    listed(console, f"Stock of {sku}, {moment or AsOf()}", {**level, "held by": held})


def row(console: Console, options: Options) -> None:
    moment = moment_of(options)
    found = row_then(options["model"], find(options["key"]), moment)
    if options["json"]:
        console.print_json(data=asdict(found), default=str)
        return
    title = f"{found.name} {found.key} after {found.version} events, {moment or AsOf()}"
    listed(console, title, found.columns)


def sums(console: Console, options: Options) -> None:
    moment = moment_of(options)
    found = {each.currency: asdict(each) for each in totals(moment).currencies}
    if options["json"]:
        console.print_json(data=list(found.values()))
        return
    listed(console, f"Totals in minor units, {moment or AsOf()}", found)


def listed(console: Console, title: str, values: dict[str, Any]) -> None:
    table = Table(title=title, title_justify="left")
    for column in ("field", "value"):
        table.add_column(column, overflow="fold")
    for name, value in flat(values).items():
        table.add_row(name, value)
    console.print(table)


PAST: dict[str, Callable[[Console, Options], None]] = {"stock": stock, "row": row, "totals": sums}
