"""`manage.py invoice show|write NUMBER`: an invoice or a credit note, without the web."""

from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from modules.invoicing.contracts import Document
from modules.invoicing.selectors import document_pdf, document_xml, kept_document
from modules.kernel.errors import DomainError
from modules.kernel.money import Money
from modules.kernel.wording import written

WRITERS = {".pdf": document_pdf, ".xml": document_xml}


class Command(BaseCommand):
    help = "Shows an invoice or a credit note, or writes it into a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        show = actions.add_parser("show", help="what it says")
        show.add_argument("--json", action="store_true", help="for machines")
        write = actions.add_parser("write", help="as PDF or as XML of EN 16931")
        for each in (show, write):
            each.add_argument("number", help="such as INV-2026-000001")
        write.add_argument("path", type=Path, help="a new file ending in .pdf or .xml")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = kept_document(options["number"])
            if options["action"] == "write":
                self.write(found, options["path"])
            elif options["json"]:
                self.stdout.write(msgspec.json.format(msgspec.json.encode(found)).decode())
            else:
                show(Console(file=self.stdout, highlight=False), found)  # type: ignore[arg-type]
        except DomainError as refusal:
            raise CommandError(refusal.message) from None

    def write(self, found: Document, path: Path) -> None:
        writer = WRITERS.get(path.suffix)
        if writer is None:
            raise CommandError(f"{path.name} ends neither in .pdf nor in .xml.")
        content = writer(found)
        try:
            with path.open("xb") as file:
                file.write(content)
        except OSError as error:
            raise CommandError(f"Nothing was written: {error}") from None
        self.stdout.write(f"{found.number} is in {path} ({len(content)} bytes).")


def show(console: Console, found: Document) -> None:
    def money(minor: int) -> str:
        return written(Money(minor, found.currency))

    cites = f", cites {found.cites}" if found.cites else ""
    console.print(f"{found.number} ({found.kind}{cites}), issued {found.issued_on}")
    console.print(f"Order {found.order_number} of {found.ordered_on}, to {found.buyer.name}")
    table = Table("Line", "Units", "Net", "VAT %", "VAT", "Gross")
    for line in found.lines:
        table.add_row(
            line.title or line.kind,
            str(line.quantity),
            money(line.net_minor),
            f"{Decimal(line.tax_rate_millionths).scaleb(-4).normalize():f}",
            money(line.tax_minor),
            money(line.total_minor),
        )
    table.add_section()
    amounts = (money(found.net_minor), "", money(found.tax_minor), money(found.total_minor))
    table.add_row("Total", "", *amounts)
    console.print(table)
