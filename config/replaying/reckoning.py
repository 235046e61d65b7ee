"""What became of every unit of every line, and whether it all adds up to the penny."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from config.importing.reading import Line
from config.replaying.day import Day, Invoice

type Verdict = Literal["charged", "refunded", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of `quantity` units of a line; signed like the file, priced like the file."""

    invoice: str
    line: Line
    quantity: int
    verdict: Verdict
    reason: str = ""

    @property
    def amount(self) -> Decimal:
        return self.line.price * self.quantity


@dataclass(slots=True)
class Reckoning:
    """Collects outcomes and what the shop says it took and gave back, in pence per invoice."""

    outcomes: list[Outcome] = field(default_factory=list)
    taken_minor: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    given_back_minor: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def note(
        self, invoice: str, line: Line, quantity: int, verdict: Verdict, reason: str = ""
    ) -> None:
        outcome = Outcome(
            invoice=invoice, line=line, quantity=quantity, verdict=verdict, reason=reason
        )
        self.outcomes.append(outcome)

    def sum(self, verdict: Verdict, invoice: str | None = None) -> Decimal:
        return sum(
            (
                outcome.amount
                for outcome in self.outcomes
                if outcome.verdict == verdict and invoice in (None, outcome.invoice)
            ),
            Decimal(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceReport:
    """One invoice: the file's sum, what became of it, and what contradicts it."""

    number: str
    lines: int
    file: Decimal
    charged: Decimal
    refunded: Decimal
    rejected: Decimal
    reasons: tuple[str, ...]
    contradictions: tuple[str, ...]


def reported(invoice: Invoice, reckoning: Reckoning) -> InvoiceReport:
    """Returns an invoice's report; it contradicts itself unless every penny has its place."""
    mine = [outcome for outcome in reckoning.outcomes if outcome.invoice == invoice.number]
    sums = {"charged": Decimal(), "refunded": Decimal(), "rejected": Decimal()}
    for outcome in mine:
        sums[outcome.verdict] += outcome.amount
    return InvoiceReport(
        number=invoice.number,
        lines=len(invoice.lines),
        file=invoice.amount,
        charged=sums["charged"],
        refunded=sums["refunded"],
        rejected=sums["rejected"],
        reasons=tuple(sorted({outcome.reason for outcome in mine if outcome.reason})),
        contradictions=tuple(contradictions(invoice, mine, sums, reckoning)),
    )


def contradictions(
    invoice: Invoice, mine: list[Outcome], sums: dict[str, Decimal], reckoning: Reckoning
) -> Iterable[str]:
    units: defaultdict[int, int] = defaultdict(int)
    for outcome in mine:
        units[outcome.line.number] += outcome.quantity
    for line in invoice.lines:
        if units[line.number] != line.quantity:
            yield f"line {line.number}: {units[line.number]} of {line.quantity} units accounted for"
    if sum(sums.values()) != invoice.amount:
        yield f"the parts add up to {sum(sums.values())}, the file says {invoice.amount}"
    taken = Decimal(reckoning.taken_minor[invoice.number]).scaleb(-2)
    if taken != sums["charged"]:
        yield f"the shop took {taken}, the file's lines come to {sums['charged']}"
    given_back = -Decimal(reckoning.given_back_minor[invoice.number]).scaleb(-2)
    if given_back != sums["refunded"]:
        yield f"the shop gave back {given_back}, the file's lines come to {sums['refunded']}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReport:
    """The whole day; `agrees` when no invoice contradicts itself and the sums are the file's."""

    invoices: tuple[InvoiceReport, ...]
    file: Decimal
    charged: Decimal
    refunded: Decimal
    rejected: Decimal

    @property
    def agrees(self) -> bool:
        parts = self.charged + self.refunded + self.rejected
        return parts == self.file and not any(report.contradictions for report in self.invoices)


def day_report(day: Day, reckoning: Reckoning) -> DayReport:
    return DayReport(
        invoices=tuple(reported(invoice, reckoning) for invoice in day.invoices),
        file=day.amount,
        charged=reckoning.sum("charged"),
        refunded=reckoning.sum("refunded"),
        rejected=reckoning.sum("rejected"),
    )
