"""Random lives of one order and its money, from placing to the last refund, without a database."""

import random
from contextlib import suppress
from datetime import UTC, date, datetime
from uuid import UUID

from modules.invoicing.contracts import Document, Policy, Seller, Terms
from modules.invoicing.domain.billing import Billing
from modules.invoicing.domain.due import Draft, Money, next_due
from modules.invoicing.domain.parts import taxes_of
from modules.kernel.errors import DomainError
from modules.kernel.money import Money as Amount
from modules.orders.contracts import LineQuantity, OrderDetail, OrderLine, Parcel
from modules.orders.domain import state
from modules.orders.domain.order import Order
from modules.pricing.contracts import (
    DeliveryCharge,
    Discount,
    ListedPrice,
    Quote,
    QuoteLine,
    QuoteRequest,
    TaxRule,
)
from modules.pricing.selectors import quote
from tests.orders.story import CART, CONTACT
from tests.support.given import AN_ID

DAY = date(2026, 11, 22)
MOMENT = datetime(2026, 11, 22, 12, tzinfo=UTC)
RATES = {"standard": 200_000, "reduced": 55_000}
SELLER = Seller(
    name="Halftone SAS",
    line1="12 rue de la Presse",
    postcode="69001",
    city="Lyon",
    country="FR",
    vat_id="FR12000000000",
    registration="000000000",
    email="invoices@halftone.example",
    iban="FR7630006000011234567890189",
    bic="AGRIFRPP",
)


def rules(country: str = "FR") -> tuple[TaxRule, ...]:
    return tuple(
        TaxRule(
            code=f"{country}-{name}",
            version=1,
            country=country,
            tax_class=name,
            rate_millionths=rate,
            label=f"VAT {name}",
        )
        for name, rate in RATES.items()
    )


def quoted(
    *lines: tuple[int, int, str],
    currency: str = "EUR",
    included: bool = True,
    discount_minor: int = 0,
    delivery_minor: int = 490,
    country: str = "FR",
    export: bool = False,
) -> Quote:
    """A quote of lines (units, price in minor units, tax class), by the shop's own rule."""

    def listed(number: int, price: int, tax_class: str) -> ListedPrice:
        return ListedPrice(
            sku=f"S{number}",
            price=Amount(price, currency),
            compare_at=None,
            tax_class=tax_class,
            tax_included=included,
            price_version=1,
        )

    return quote(
        QuoteRequest(
            currency=currency,
            country=country,
            lines=tuple(
                QuoteLine(
                    sku=f"S{number}",
                    title=f"Print {number}",
                    quantity=units,
                    listed=listed(number, price, tax_class),
                )
                for number, (units, price, tax_class) in enumerate(lines)
            ),
            delivery=DeliveryCharge(
                method_code="standard",
                title="Colissimo",
                charge=Amount(delivery_minor, currency),
                tax_class="standard",
                tax_included=included,
                rule="flat",
                rule_version=1,
            ),
            tax_rules=() if export else rules(country),
            quoted_at=MOMENT,
            discounts=(
                Discount(code="TEN", code_version=1, label="Ten", amount_minor=discount_minor),
            )
            if discount_minor
            else (),
        )
    )


def random_quote(chance: random.Random) -> Quote:
    return quoted(
        *(
            (chance.randint(1, 6), chance.randint(1, 4_000), chance.choice(sorted(RATES)))
            for _ in range(chance.randint(1, 4))
        ),
        currency=chance.choice(("EUR", "JPY", "BHD")),
        included=chance.random() < 0.6,
        discount_minor=chance.choice((0, 1, chance.randint(1, 3_000))),
        delivery_minor=chance.choice((0, 490)),
    )


class Life:
    """An order, the money that one payment holds, and the documents that were issued."""

    def __init__(self, found: Quote, policy: Policy, *, at_once: bool) -> None:
        self.order = Order.place(
            AN_ID, number="7K3M-9QXA", cart_id=CART, customer_id=None, contact=CONTACT, quote=found
        )
        self.policy, self.at_once = policy, at_once
        self.billing = Billing.begin(UUID(int=7))
        self.captured = self.refunded = self.own_refunds = 0
        self.order.confirm()
        self.balance()

    @property
    def detail(self) -> OrderDetail:
        known = self.order.state
        return OrderDetail(
            id=self.order.id,
            number=known.number,
            status=known.status,
            payment_status="captured",
            fulfilment_status=known.fulfilment_status,
            customer_id=None,
            cart_id=CART,
            contact=CONTACT,
            quote=self.order.quote,
            currency=known.currency,
            total_minor=known.total_minor,
            cancelled_minor=known.cancelled_minor,
            due_minor=known.due_minor,
            lines=tuple(order_line(line) for line in known.lines),
            parcels=tuple(sent_parcel(each) for each in known.parcels),
            returns=(),
            cancel_reason=known.cancel_reason,
            version=self.order.version,
            placed_at=MOMENT,
            allowed=known.allowed,
        )

    def step(self, chance: random.Random) -> None:
        lines = [
            LineQuantity(sku=line.sku, quantity=units)
            for line in self.order.state.lines
            if (units := chance.randint(0, 3))
        ]
        number = UUID(int=chance.randint(1, 9))
        with suppress(DomainError):
            match chance.choice(("ship", "ship", "cancel-lines", "cancel", "return", "refund")):
                case "ship":
                    self.order.ship(number, lines)
                case "cancel-lines":
                    self.order.cancel_lines(lines, "why")
                case "cancel" if chance.random() < 0.3:
                    self.order.cancel("why")
                case "return":
                    self.order.request_return(number, lines, "why")
                    self.order.receive_return(number, restock=False)
                case "refund":
                    self.refund(chance)
        self.balance()

    def refund(self, chance: random.Random) -> None:
        """Somebody gives back any amount, or just what came back is worth."""
        worth = sum(each.value_minor for each in self.order.state.returns)
        wanted = chance.choice((worth, chance.randint(0, 5_000)))
        self.refunded += min(wanted, self.captured - self.refunded)

    def balance(self) -> None:
        """Takes and gives back as `modules.orders.money` does."""
        state = self.order.state
        shipped = sum(line.value(slice(0, line.shipped)) for line in state.lines)
        shipped += state.delivery_minor if state.parcels else 0
        if state.status != "cancelled":
            self.captured = max(self.captured, state.due_minor if self.at_once else shipped)
        excess = self.captured - state.due_minor - self.own_refunds
        given = max(0, min(excess, self.captured - self.refunded))
        self.own_refunds += given
        self.refunded += given

    def end(self) -> None:
        """Ships all that is still open."""
        rest = [
            LineQuantity(sku=line.sku, quantity=line.open)
            for line in self.order.state.lines
            if line.open
        ]
        if rest and self.order.state.status == "confirmed":
            self.order.ship(UUID(int=99), rest)
        self.balance()
        self.issue()

    def issue(self) -> None:
        money = Money(captured_minor=self.captured, refunded_minor=self.refunded)
        while draft := next_due(self.billing.documents, self.detail, money, self.policy):
            self.billing.issue(self.document(draft), None)

    def document(self, draft: Draft) -> Document:
        return numbered(draft, self.order.quote, len(self.billing.documents) + 1)

    @property
    def left(self) -> int:
        return sum(
            each.total_minor if each.kind == "invoice" else -each.total_minor
            for each in self.billing.documents
        )


def order_line(line: state.Line) -> OrderLine:
    return OrderLine(
        sku=line.sku,
        title=line.title,
        quantity=line.quantity,
        unit_price_minor=line.unit_price_minor,
        total_minor=line.total_minor,
        cancelled=line.cancelled,
        shipped=line.shipped,
        returned=line.returned,
        open=line.open,
    )


def sent_parcel(each: state.Parcel) -> Parcel:
    return Parcel(
        id=each.id,
        lines=each.lines,
        carrier=each.carrier,
        tracking_number=each.tracking_number,
        shipped_at=MOMENT,
        delivered_at=None,
    )


def numbered(draft: Draft, found: Quote, number: int) -> Document:
    """A draft with a number, a day and parties."""
    series = "INV-2026" if draft.kind == "invoice" else "CN-2026"
    return Document(
        id=draft.id,
        kind=draft.kind,
        series=series,
        number=f"{series}-{number:06d}",
        issued_on=DAY,
        supplied_on=DAY if draft.supplied_at else None,
        order_id=AN_ID,
        order_number="7K3M-9QXA",
        ordered_on=DAY,
        customer_id=None,
        language="en",
        currency=found.currency,
        country=found.country,
        tax_included=found.tax_included,
        seller=SELLER,
        buyer=CONTACT.billing_address,
        buyer_vat_id="",
        lines=draft.lines,
        taxes=taxes_of(draft.lines),
        net_minor=sum(line.net_minor for line in draft.lines),
        tax_minor=sum(line.tax_minor for line in draft.lines),
        total_minor=draft.total_minor,
        terms=Terms(method="Test bank"),
        cites=draft.cites.number if draft.cites else "",
        cited_on=draft.cites.issued_on if draft.cites else None,
        cited_id=draft.cites.id if draft.cites else None,
    )
