"""Records plans in the books: many invoices in one transaction, each of them once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import batched
from uuid import UUID

from config.history.invoicing import CURRENCY, invoiced
from config.history.judging import Ruling, is_cancellation
from config.history.places import UNKNOWN, country_code
from config.history.planning import CAME_BACK, Plan, PlannedOrder
from config.importing.reading import Line
from events.bulk import Bulk, Occasion, known
from events.commands import command
from events.privacy.secrets import party_subject
from modules.adjustments.commands import record_past_adjustment
from modules.adjustments.contracts import Entry, RecordAdjustment
from modules.adjustments.selectors import entries_by_number
from modules.kernel.address import Address
from modules.kernel.errors import DomainError
from modules.kernel.identity import derived_id
from modules.orders.commands import record_past_order, record_past_returns
from modules.orders.contracts import Contact, LineQuantity, PastOrder, PastReturn, PlaceOrder

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


@dataclass(slots=True)
class Booking:
    """A plan with everything about it that can be made ready before the books are asked."""

    plan: Plan
    occasion: Occasion
    orders: tuple[PastOrder, ...]
    returns: tuple[PastReturn, ...]
    _decided: Bulk | None = None

    def decide(self) -> None:
        """Has new orders and their payments decide and encode their events, which asks nobody."""
        self._decided = bulk = Bulk()
        for order in self.orders:
            record_past_order(bulk, order, self.occasion)
        bulk.encode_ahead()

    def decided(self) -> Bulk:
        """Hands over what `decide` recorded, decided anew if it was handed over before."""
        if self._decided is None:
            self.decide()
        assert self._decided is not None
        decided, self._decided = self._decided, None
        return decided


def booking(plan: Plan, *, decide: bool = True) -> Booking:
    """Makes a plan ready; asks nothing of the shop."""
    ready = Booking(
        plan,
        Occasion(
            key=derived_id("history.invoice", plan.number),
            reason=derived_id("history.invoice", plan.number, plan.digest),
            effective_at=plan.at,
        ),
        tuple(_past(order) for order in plan.orders),
        tuple(_returns(plan)),
    )
    if decide:
        ready.decide()
    return ready


def record(bookings: Sequence[Booking]) -> Recorded:
    """Records plans in one transaction, and rules anew where the books would not have it.

    What is recorded already is not recorded again. An invoice whose number the books know with
    other contents is rejected whole; returns that an order does not take become adjustments.

    Raises:
        VersionConflict: somebody else worked on the same orders, five times in a row.
    """

    @command
    def record_invoices(message: RecordInvoices) -> Recorded:
        return _recorded(bookings)

    plans = [each.plan for each in bookings]
    done = record_invoices(
        RecordInvoices(first=plans[0].number, last=plans[-1].number, invoices=len(plans))
    )
    for plan in plans:
        if plan.number in done.contradicted:
            plan.reject(OTHER_CONTENTS)
        elif plan.number in done.refused:
            plan.turn("return", Ruling("adjustment", done.refused[plan.number]))
    known_numbers = set(done.known)
    _rule_as_recorded([plan for plan in plans if plan.number in known_numbers])
    return done


def _rule_as_recorded(plans: Sequence[Plan]) -> None:
    """Rules on cancellations as they were booked, whatever would be planned for them today.

    Another file may know other sales, and an order may have refused what it would take now.
    """
    cancellations = [plan for plan in plans if is_cancellation(plan.number)]
    booked = entries_by_number(plan.number for plan in cancellations) if cancellations else {}
    for plan in cancellations:
        reasons: dict[tuple[str, int, Decimal], list[str]] = {}
        for entry in booked.get(plan.number, ()):
            key = (entry.code, entry.quantity, entry.unit_price)
            reasons.setdefault(key, []).append(entry.reason)
        for place, line in enumerate(plan.lines):
            if plan.rulings[place].kind != "rejected" and isinstance(line, Line):
                left = reasons.get((line.code, line.quantity, line.price))
                plan.rulings[place] = Ruling("adjustment", left.pop(0)) if left else CAME_BACK


def _recorded(bookings: Sequence[Booking]) -> Recorded:
    booked = [each for each in bookings if each.plan.books]
    there = known(each.occasion.key for each in booked)
    new = [each for each in booked if each.occasion.key not in there]
    old = [
        (each.plan.number, there[each.occasion.key] == each.occasion.reason)
        for each in booked
        if each.occasion.key in there
    ]
    bulk = Bulk()
    parts = [part for each in new for part in each.returns]
    # Those that begin in this very transaction are not found there, and are at hand when needed.
    bulk.load([part.order_id for part in parts] + [part.payment_id for part in parts])
    refused = {each.plan.number: why for each in new if (why := _book(bulk, each))}
    return Recorded(
        events=bulk.store(),
        known=tuple(number for number, same in old if same),
        contradicted=tuple(number for number, same in old if not same),
        refused=refused,
    )


def _payment_id(order_id: UUID) -> UUID:
    return derived_id("history.payment", order_id)


def _book(bulk: Bulk, booked: Booking) -> str:
    """Records one invoice; returns why its returns were not taken, empty if they were."""
    plan, occasion = booked.plan, booked.occasion
    bulk.join(booked.decided())
    refused = ""
    if booked.returns:
        try:
            record_past_returns(bulk, booked.returns, occasion)
        except DomainError as error:
            refused = f"the order does not take it back: {error.message}"
    lines = plan.of("adjustment")
    if refused:
        lines += [(line, refused) for line, _ in plan.of("return")]
    for number, part in enumerate(batched(lines, ENTRIES, strict=False)):
        record_past_adjustment(bulk, _adjustment(plan, number, part), occasion)
    return refused


def _adjustment(plan: Plan, number: int, lines: Sequence[tuple[Line, str]]) -> RecordAdjustment:
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
        subject=_subject(lines[0][0].customer),
    )


def _past(order: PlannedOrder) -> PastOrder:
    place = PlaceOrder(
        order_id=order.id,
        number=order.number,
        cart_id=derived_id("history.cart", order.id),
        customer_id=None,
        contact=_contact(order.customer, order.country),
        quote=invoiced(order),
        subject=_subject(order.customer),
    )
    return PastOrder(order=place, payment_id=_payment_id(order.id), provider=PROVIDER)


def _returns(plan: Plan) -> Iterator[PastReturn]:
    for part in plan.returns.values():
        yield PastReturn(
            order_id=part.order_id,
            payment_id=_payment_id(part.order_id),
            return_id=derived_id("history.return", plan.number, part.order_id),
            lines=tuple(LineQuantity(sku=sku, quantity=n) for sku, n in part.units.items()),
            refund_minor=part.refund_minor,
            reason=f"Invoice {plan.number}",
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


@lru_cache(maxsize=10_000)
def _subject(customer: str) -> UUID | None:
    """Under which id all that the books say of a customer is sealed, for one erasure to find."""
    return party_subject(_party(customer)) if customer else None


def _party(customer: str) -> str:
    return f"Customer {customer}" if customer else ""
