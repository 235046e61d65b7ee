"""What is left of an invoice after its credit notes, rate by rate, and what may still be taken."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from modules.invoicing.contracts import Document, DocumentLine, Reason
from modules.invoicing.domain import parts
from modules.invoicing.domain.parts import Group
from modules.kernel.money import allocate, divide_half_up
from modules.orders.contracts import OrderDetail

# Of each rate: what is left with tax, and the tax in it.
type Left = dict[Group, tuple[int, int]]


class Room:
    """An invoice beside its credit notes; no rate of it is ever taken back beyond what it holds."""

    def __init__(self, invoice: Document, credit_notes: Sequence[Document]) -> None:
        self.invoice = invoice
        self.credit_notes = len(credit_notes)
        self.credited = [line for note in credit_notes for line in note.lines]
        self.left = _after(_sums(invoice.lines), self.credited)

    @property
    def left_minor(self) -> int:
        return sum(total for total, _ in self.left.values())

    @property
    def given_back_minor(self) -> int:
        """What was credited because of refunds, and not because of cancellations."""
        return sum(line.total_minor for line in self.credited if line.reason != "cancelled")

    def cancelled(self, order: OrderDetail) -> list[DocumentLine]:
        """Returns lines for units (and a delivery) that are invoiced, cancelled and not credited.

        Where refunds have left less of a rate than its units are worth, the others make up for it.
        """
        lines = [*self._cancelled_units(order), *self._cancelled_delivery(order)]
        due = min(sum(line.total_minor for line in lines), self.left_minor)
        if due <= 0:
            return []
        taken: list[DocumentLine] = []
        for line in lines:
            taken.append(_fitted(line, _after(self.left, taken), self.invoice.tax_included))
        missing = due - sum(line.total_minor for line in taken)
        return taken + self.reduced(missing, after=taken, reason="cancelled")

    def returned(self, order: OrderDetail, due_minor: int) -> list[DocumentLine]:
        """Returns lines for units that came back and are not credited, as many as are paid for."""
        taken: list[DocumentLine] = []
        returned = {line.sku: line.returned for line in order.lines}
        quoted = {line.sku: line for line in order.quote.lines}
        for line in self._goods():
            start = line.first_unit + self._units_credited(line.sku, "returned")
            end = min(line.first_unit + line.quantity, returned[line.sku])
            left_minor = due_minor - sum(each.total_minor for each in taken)
            for stop in _stops(start, end, line, left_minor):
                found = parts.goods(order.quote, quoted[line.sku], start, stop, "returned")
                fits = _fits(found, _after(self.left, taken))
                if fits and 0 < found.total_minor <= left_minor:
                    taken.append(found)
                    break
        return taken

    def reduced(
        self, amount_minor: int, *, after: Sequence[DocumentLine], reason: Reason = "reduced"
    ) -> list[DocumentLine]:
        """Returns a line for each rate, sharing an amount in proportion to what is left of it."""
        left = _after(self.left, after)
        weights = [total for total, _ in left.values()]
        amount = min(amount_minor, sum(weights))
        if amount <= 0:
            return []
        return [
            parts.reduction(
                group,
                total_minor=share,
                tax_minor=divide_half_up(tax * share, total),
                tax_included=self.invoice.tax_included,
                reason=reason,
            )
            for (group, (total, tax)), share in zip(
                left.items(), allocate(amount, weights), strict=True
            )
            if share
        ]

    def _cancelled_units(self, order: OrderDetail) -> Iterator[DocumentLine]:
        quoted = {line.sku: line for line in order.quote.lines}
        first_cancelled = {line.sku: line.quantity - line.cancelled for line in order.lines}
        for line in self._goods():
            start = max(line.first_unit, first_cancelled[line.sku])
            end = line.first_unit + line.quantity - self._units_credited(line.sku, "cancelled")
            if start < end:
                yield parts.goods(order.quote, quoted[line.sku], start, end, "cancelled")

    def _cancelled_delivery(self, order: OrderDetail) -> Iterator[DocumentLine]:
        invoiced = any(line.kind == "delivery" for line in self.invoice.lines)
        credited = any(line.kind == "delivery" for line in self.credited)
        charge = order.quote.delivery
        if charge and invoiced and not credited and order.status == "cancelled":
            yield parts.delivery(order.quote, charge, "cancelled")

    def _goods(self) -> Iterator[DocumentLine]:
        return (line for line in self.invoice.lines if line.kind == "goods")

    def _units_credited(self, sku: str, reason: Reason) -> int:
        return sum(
            line.quantity
            for line in self.credited
            if line.kind == "goods" and line.sku == sku and line.reason == reason
        )


def _sums(lines: Iterable[DocumentLine]) -> Left:
    sums: Left = {}
    for line in lines:
        total, tax = sums.get(parts.group_of(line), (0, 0))
        sums[parts.group_of(line)] = (total + line.total_minor, tax + line.tax_minor)
    return sums


def _after(left: Left, taken: Iterable[DocumentLine]) -> Left:
    sums = _sums(taken)
    return {
        group: (total - sums.get(group, (0, 0))[0], tax - sums.get(group, (0, 0))[1])
        for group, (total, tax) in left.items()
    }


def _fits(line: DocumentLine, left: Left) -> bool:
    total, tax = left[parts.group_of(line)]
    return line.tax_minor <= tax and line.net_minor <= total - tax


def _fitted(line: DocumentLine, left: Left, tax_included: bool) -> DocumentLine:
    if _fits(line, left):
        return line
    total, tax = left[parts.group_of(line)]
    share = min(line.total_minor, total)
    share_tax = divide_half_up(tax * share, total) if total else 0
    paid = share if tax_included else share - share_tax
    return replace(
        line,
        discount_minor=line.listed_minor - paid,
        net_minor=share - share_tax,
        tax_minor=share_tax,
        total_minor=share,
    )


def _stops(start: int, end: int, line: DocumentLine, left_minor: int) -> Iterator[int]:
    """Yields where the units to credit may end: all of them, or as many as surely fit."""
    if start < end:
        yield end
        dearest = -(-line.total_minor // line.quantity)
        fewer = start + left_minor // dearest if dearest else end
        if start < fewer < end:
            yield fewer
