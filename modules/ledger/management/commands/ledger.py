"""`manage.py ledger ...`: the books without the web: shown, compared, corrected."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import UTC
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from events import follower
from modules.kernel.errors import DomainError
from modules.kernel.money import Money
from modules.ledger.commands import correct_order, reconcile, reconcile_file
from modules.ledger.contracts import (
    CASE_KINDS,
    JOURNAL_FORMATS,
    CorrectOrder,
    Discrepancy,
    FileProblem,
    NothingToCorrect,
    QuoteNotRepeatable,
    SettlementFile,
    SettlementFileRefused,
    StatementQuery,
    WhatIf,
    plain,
)
from modules.ledger.management.arguments import currency, moment, percent, promotion, rate
from modules.ledger.projections import Journal
from modules.ledger.selectors import (
    cases,
    discrepancies,
    journal_file,
    statement,
    trial_balance,
    what_if,
)

COUNTED = ("records", "repeated", "matched", "heard", "booked", "opened", "closed")


class Command(BaseCommand):
    help = "Shows the books: trial balance, statements, the journal as a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        balance = actions.add_parser("balance", help="every account with what it holds")
        balance.add_argument("--at", type=moment, help="a time such as 2026-11-21T14:30:00Z")
        one = actions.add_parser("statement", help="an account's entries with running balance")
        one.add_argument("account", help="as the trial balance names it: clearing:testbank")
        one.add_argument("currency", type=currency, help="such as EUR")
        export = actions.add_parser("export", help="the journal as a file")
        export.add_argument("path", help="a new file; - writes to standard output")
        export.add_argument("--format", choices=JOURNAL_FORMATS, default="csv", dest="kind")
        compare = actions.add_parser("reconcile", help="hold the books against a provider's own")
        compare.add_argument("provider", help="its code, such as testbank")
        compare.add_argument("--file", type=Path, help="its settlement file, instead of asking it")
        actions.add_parser("cases", help="where the books and a provider differ")
        wrong = actions.add_parser("discrepancies", help="orders whose quote is wrong, in cents")
        wrong.add_argument("--correct", metavar="REASON", help="put the books of each right")
        other = actions.add_parser("what-if", help="orders under other rules; writes nothing")
        other.add_argument("--rate", type=rate, action="append", default=[], metavar="CODE=PERCENT")
        other.add_argument("--rounding", choices=("per-line", "per-total"), default="")
        other.add_argument("--off", type=percent, default=0, metavar="PERCENT", help="all goods")
        other.add_argument("--without", action="append", default=[], metavar="PROMOTION")
        other.add_argument(
            "--promotion", type=promotion, action="append", default=[], metavar="CODE[@VERSION]"
        )
        for each in (one, export, wrong, other):
            each.add_argument("--since", type=moment, help="from this time on")
            each.add_argument("--until", type=moment, help="before this time")
        for each in (balance, one, export):
            each.add_argument(
                "--by",
                choices=("recorded", "effective"),
                default="recorded",
                help="what the shop knew at that time, or what had happened by then",
            )

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=self.stdout, highlight=False)  # type: ignore[arg-type]
        # The worker may be behind, or not run at all.
        follower.catch_up(Journal.name)
        try:
            match options["action"]:
                case "balance":
                    show_balance(console, options)
                case "statement":
                    show_statement(console, options)
                case "export":
                    self.export(options)
                case "reconcile":
                    compare_books(console, options)
                case "cases":
                    show_cases(console)
                case "discrepancies":
                    show_discrepancies(console, options)
                case "what-if":
                    show_what_if(console, options)
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        except OSError as error:
            raise CommandError(f"The file cannot be used: {error}") from None

    def export(self, options: dict[str, Any]) -> None:
        chosen = {name: options[name] for name in ("since", "until", "by")}
        lines = journal_file(options["kind"], **chosen)
        if options["path"] == "-":
            for text in lines:
                self.stdout.write(text, ending="")
            return
        # Never over a file that is there.
        with Path(options["path"]).open("x", encoding="utf-8", newline="") as file:
            file.writelines(lines)
        sys.stderr.write(f"The journal is in {options['path']}.\n")


def show_balance(console: Console, options: dict[str, Any]) -> None:
    found = trial_balance(options["at"], options["by"])
    for total in found.totals:
        table = Table(title=f"{total.currency}, booked up to position {found.position}")
        for name in ("no.", "account"):
            table.add_column(name)
        for name in ("debit", "credit"):
            table.add_column(name, justify="right")
        for each in found.balances:
            if each.currency == total.currency:
                amount = plain(abs(each.amount), each.currency)
                sides = (amount, "") if each.amount >= 0 else ("", amount)
                table.add_row(str(each.account.number), each.account.name, *sides)
        table.add_section()
        sums = (plain(total.debit, total.currency), plain(total.credit, total.currency))
        table.add_row("", "total", *sums)
        console.print(table)
    if not found.totals:
        console.print("Nothing is booked.")
    elif not all(total.balanced for total in found.totals):
        raise CommandError(
            "The books do not balance. Fold them anew: manage.py projections rebuild ledger.journal"
        )


def show_statement(console: Console, options: dict[str, Any]) -> None:
    query = StatementQuery(
        limit=1000,
        **{name: options[name] for name in ("account", "currency", "since", "until", "by")},
    )
    table = Table(title=f"{query.account} in {query.currency}")
    for name in ("position", "effective", "entry"):
        table.add_column(name, overflow="fold")
    for name in ("amount", "balance"):
        table.add_column(name, justify="right")
    found = statement(query)
    table.add_row("", "", "brought forward", "", plain(found.opening, query.currency))
    for row in found.rows:
        table.add_row(
            str(row.position),
            row.effective_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M"),
            row.memo,
            plain(row.amount, query.currency),
            plain(row.balance, query.currency),
        )
    console.print(table)
    if found.next_cursor:
        console.print(f"The first {len(found.rows)}; --since narrows it.")


def compare_books(console: Console, options: dict[str, Any]) -> None:
    path: Path | None = options["file"]
    try:
        done = (
            reconcile_file(settlement_file(options["provider"], path))
            if path
            else reconcile(options["provider"])
        )
    except SettlementFileRefused as refusal:
        problems: Iterable[FileProblem] = refusal.fields["problems"]  # type: ignore[assignment]
        for each in problems:
            console.print(f"line {each.line}: {each.message}", markup=False)
        raise
    table = Table(title=f"{done.provider}, {done.source}")
    for name in COUNTED:
        table.add_column(name, justify="right")
    table.add_row(*(str(getattr(done, name)) for name in COUNTED))
    console.print(table)
    show_cases(console)


def settlement_file(provider: str, path: Path) -> SettlementFile:
    return SettlementFile(provider=provider, name=path.name, content=path.read_bytes())


def show_cases(console: Console) -> None:
    found = cases()
    for each in found:
        amount = Money(each.amount_minor, each.currency)
        console.print(f"{each.id} {each.provider}: {CASE_KINDS[each.kind]}, {amount}")
        for name, text in each.evidence.items():
            console.print(f"    {name}: {text}", markup=False)
    console.print(f"{len(found)} open cases.")


def correct(found: Discrepancy, reason: str) -> bool:
    """Corrects an order; False where only its steps are wrong, or all of it was cancelled."""
    try:
        correct_order(CorrectOrder(order_id=found.order_id, reason=reason))
    except (NothingToCorrect, QuoteNotRepeatable):
        return False
    return True


def show_discrepancies(console: Console, options: dict[str, Any]) -> None:
    count = left = 0
    for each in discrepancies(options["since"], options["until"]):
        count += 1
        corrected = each.corrected
        if options["correct"] and not corrected:
            corrected = correct(each, options["correct"])
        left += not corrected
        total, right, tax, right_tax = (
            Money(amount, each.currency)
            for amount in (
                *(each.total_minor, each.right_total_minor),
                *(each.tax_minor, each.right_tax_minor),
            )
        )
        console.print(
            f"{each.number}: total {total}, right is {right}; tax {tax}, right is {right_tax};"
            f" {'corrected' if corrected else 'not corrected'}",
            markup=False,
            soft_wrap=True,
        )
        for why in each.reasons:
            console.print(f"    {why}", markup=False, soft_wrap=True)
    console.print(f"{count} orders are wrong, {left} of them not corrected.")


def show_what_if(console: Console, options: dict[str, Any]) -> None:
    found = what_if(
        WhatIf(
            since=options["since"],
            until=options["until"],
            rates=tuple(options["rate"]),
            rounding=options["rounding"],
            off_millionths=options["off"],
            without=tuple(options["without"]),
            promotions=tuple(options["promotion"]),
        )
    )
    table = Table()
    for name in ("order", "total", "then", "tax", "then"):
        table.add_column(name, justify="right")
    for each in found.orders:
        amounts = (each.total_minor, each.other_total_minor, each.tax_minor, each.other_tax_minor)
        table.add_row(each.number, *(str(Money(amount, each.currency)) for amount in amounts))
    if found.orders:
        console.print(table)
    for total in found.totals:
        before, after = (
            Money(amount, total.currency) for amount in (total.total_minor, total.other_total_minor)
        )
        tax, then = (
            Money(amount, total.currency) for amount in (total.tax_minor, total.other_tax_minor)
        )
        console.print(
            f"{total.orders} orders, {total.differing} differ: {before}, then {after};"
            f" tax {tax}, then {then}."
        )
    if found.unrepeatable:
        console.print(f"Cannot be asked again: {', '.join(found.unrepeatable)}")
    if not found.complete:
        console.print("There are more; --since and --until narrow it.")
