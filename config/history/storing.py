"""Records plans in the books: many invoices in one transaction, each of them once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import batched
from uuid import UUID

from config.history.judging import Ruling
from config.history.places import UNKNOWN, country_code
from config.history.planning import Plan, PlannedOrder
from config.importing.reading import Line
from events.bulk import Bulk, Occasion, known
from events.commands import command
from modules.adjustments.commands import record_past_adjustment
from modules.adjustments.contracts import Entry, RecordAdjustment
from modules.kernel.address import Address
from modules.kernel.errors import DomainError
from modules.kernel.identity import derived_id
from modules.kernel.money import Money
from modules.orders.commands import record_past_order, record_past_returns
from modules.orders.contracts import Contact, LineQuantity, PastOrder, PastReturn, PlaceOrder
from modules.pricing.contracts import ListedPrice, Quote, QuoteLine, QuoteRequest
from modules.pricing.selectors import quote

CURRENCY = "GBP"
PROVIDER = "invoice"
# What an adjustment holds: its event has to stay within a megabyte.
ENTRIES = 500
OTHER_CONTENTS = "the books have an invoice of this number that says something else"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordInvoices:
    """So many invoices, from one line of the file to another."""

    first: str
    last: str
    invoices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """`events` were added; of the `refused` invoices the orders would not take the returns."""

    events: int
    known: tuple[str, ...]
    contradicted: tuple[str, ...]
    refused: dict[str, str]


def record(plans: Sequence[Plan]) -> Recorded:
    """Records plans in one transaction, and rules anew where the books would not have it.

    What is recorded already is not recorded again. An invoice whose number the books know with
    other contents is rejected whole; returns that an order does not take become adjustments.

    Raises:
        VersionConflict: somebody else worked on the same orders, five times in a row.
    """

    @command
    def record_invoices(message: RecordInvoices) -> Recorded:
        return _recorded(plans)

    done = record_invoices(
        RecordInvoices(first=plans[0].number, last=plans[-1].number, invoices=len(plans))
    )
    for plan in plans:
        if plan.number in done.contradicted:
            plan.reject(OTHER_CONTENTS)
        elif plan.number in done.refused:
            plan.turn("return", Ruling("adjustment", done.refused[plan.number]))
    return done


def _recorded(plans: Sequence[Plan]) -> Recorded:
    booked = [plan for plan in plans if plan.books]
    there = known(_key(plan) for plan in booked)
    new = [plan for plan in booked if _key(plan) not in there]
    bulk = Bulk()
    bulk.load(_earlier(new))
    refused = {}
    for plan in new:
        if why := _book(bulk, plan):
            refused[plan.number] = why
    return Recorded(
        events=bulk.store(),
        known=tuple(plan.number for plan in booked if there.get(_key(plan)) == _reason(plan)),
        contradicted=tuple(
            plan.number
            for plan in booked
            if _key(plan) in there and there[_key(plan)] != _reason(plan)
        ),
        refused=refused,
    )


def _key(plan: Plan) -> UUID:
    return derived_id("history.invoice", plan.number)


def _reason(plan: Plan) -> UUID:
    return derived_id("history.invoice", plan.number, plan.digest)


def _payment_id(order_id: UUID) -> UUID:
    return derived_id("history.payment", order_id)


def _earlier(plans: Iterable[Plan]) -> Iterator[UUID]:
    """Yields the streams that returns go to, unless they begin in this very transaction."""
    for plan in plans:
        for order_id in plan.returns:
            yield order_id
            yield _payment_id(order_id)


def _book(bulk: Bulk, plan: Plan) -> str:
    """Records one invoice; returns why its returns were not taken, empty if they were."""
    occasion = Occasion(key=_key(plan), reason=_reason(plan), effective_at=plan.at)
    for order in plan.orders:
        record_past_order(bulk, _past(order), occasion)
    refused = ""
    if plan.returns:
        try:
            record_past_returns(bulk, _returns(plan), occasion)
        except DomainError as error:
            refused = f"the order does not take it back: {error.message}"
    lines = plan.of("adjustment")
    if refused:
        lines += [(line, refused) for line, _ in plan.of("return")]
    for number, part in enumerate(batched(lines, ENTRIES, strict=False)):
        record_past_adjustment(bulk, _adjustment(plan, number, part), occasion)
    return refused


def _adjustment(
    plan: Plan, number: int, lines: Sequence[tuple[Line, str]]
) -> RecordAdjustment:
    return RecordAdjustment(
        adjustment_id=derived_id("history.adjustment", plan.number, number),
        number=plan.number,
        party=_party(lines[0][0].customer),
        currency=CURRENCY,
        entries=tuple(
            Entry(
                code=line.code,
                description=line.description,
                quantity=line.quantity,
                unit_price=line.price,
                reason=reason,
            )
            for line, reason in lines
        ),
    )


def _past(order: PlannedOrder) -> PastOrder:
    place = PlaceOrder(
        order_id=order.id,
        number=order.number,
        cart_id=derived_id("history.cart", order.id),
        customer_id=None,
        contact=_contact(order.customer, order.country),
        quote=_quote(order),
    )
    return PastOrder(order=place, payment_id=_payment_id(order.id), provider=PROVIDER)


def _returns(plan: Plan) -> list[PastReturn]:
    return [
        PastReturn(
            order_id=part.order_id,
            payment_id=_payment_id(part.order_id),
            return_id=derived_id("history.return", plan.number, part.order_id),
            lines=tuple(LineQuantity(sku=sku, quantity=n) for sku, n in part.units.items()),
            refund_minor=part.refund_minor,
            reason=f"Invoice {plan.number}",
        )
        for part in plan.returns.values()
    ]


def _quote(order: PlannedOrder) -> Quote:
    """Prices the order as it was invoiced, by the shop's own rule; the books tell no tax."""
    return quote(
        QuoteRequest(
            currency=CURRENCY,
            country=country_code(order.country),
            lines=tuple(
                QuoteLine(
                    sku=sku,
                    title=line.title,
                    quantity=line.quantity,
                    listed=_listed(sku, line.price_minor),
                )
                for sku, line in order.lines.items()
            ),
            delivery=None,
            tax_rules=(),
            quoted_at=order.at,
        )
    )


@lru_cache(maxsize=20_000)
def _listed(sku: str, price_minor: int) -> ListedPrice:
    return ListedPrice(
        sku=sku,
        price=Money(price_minor, CURRENCY),
        compare_at=None,
        tax_class="standard",
        tax_included=True,
        price_version=0,
    )


@lru_cache(maxsize=10_000)
def _contact(customer: str, country: str) -> Contact:
    """Who bought: the books know a number at most, and the name of a country."""
    code = country_code(country)
    address = Address(
        name=_party(customer) or "Unknown customer",
        line1="",
        city="",
        postcode="",
        region=country if code == UNKNOWN else "",
        country=code,
    )
    return Contact(email="", delivery_address=address, billing_address=address)


def _party(customer: str) -> str:
    return f"Customer {customer}" if customer else ""
