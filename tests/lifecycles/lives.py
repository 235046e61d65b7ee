"""An order's life by the real commands, step by step; what the shop refuses leaves no trace."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from events.privacy.secrets import guest_subject
from modules.inventory.commands import receive_stocks, reserve
from modules.inventory.contracts import ReceiveStock, Reserve, StockLine
from modules.kernel.errors import DomainError
from modules.kernel.identity import derived_id, new_id, new_order_number
from modules.orders import commands as orders
from modules.orders.contracts import (
    CancelLines,
    CancelOrder,
    CaptureOrder,
    DeliverParcel,
    LineQuantity,
    PlaceOrder,
    ReceiveReturn,
    RefundOrder,
    RequestReturn,
    ShipParcel,
)
from modules.payments import commands as payments
from modules.payments.contracts import RequestPayment, StartPayment
from modules.privacy.commands import erase_customer
from modules.privacy.contracts import EraseCustomer
from tests.orders.story import CARD, CONTACT, PRINT, quote, quoted_line

PEOPLE = tuple(f"{name}@shop.test" for name in ("lea", "noa", "sam", "kim", "ada", "bo", "jo"))
ONE_PRINT, ONE_CARD = LineQuantity(sku=PRINT, quantity=1), LineQuantity(sku=CARD, quantity=1)
PROVIDERS = ("testbank", "invoice")


def open_shop() -> None:
    receive_stocks([ReceiveStock(sku=sku, quantity=100_000) for sku in (PRINT, CARD)])


class Life:
    """One order: so many prints and a card for somebody, to be paid in one of the two ways."""

    vat_id = ""

    def __init__(self, prints: int, person: str, provider: str) -> None:
        self.id, self.payment_id, self.person = new_id(), new_id(), person
        self.prints, self.provider = prints, provider
        self.parcels: list[UUID] = []

    @transaction.atomic
    def place(self) -> None:
        prints = quoted_line(PRINT, self.prints, 3_334 * self.prints, 556)
        lines = prints, quoted_line(CARD, 1, 500, 83)
        price = quote(*lines)
        stock = tuple(StockLine(sku=each.sku, quantity=each.quantity) for each in lines)
        reserve(Reserve(reference=self.id, lines=stock, expires_at=None))
        orders.place_order(
            PlaceOrder(
                order_id=self.id,
                number=new_order_number(),
                cart_id=derived_id("cart", self.id),
                customer_id=None,
                contact=replace(CONTACT, email=self.person),
                quote=price,
                vat_id=self.vat_id,
            )
        )
        payments.request_payment(
            RequestPayment(
                payment_id=self.payment_id,
                reference=self.id,
                description="A life",
                provider=self.provider,
                amount_minor=price.total_minor,
                currency="EUR",
                subject=guest_subject(self.person),
            )
        )

    def pay(self) -> None:
        self._at_provider("approve")

    def be_declined(self) -> None:
        self._at_provider("decline")

    def ship_some(self) -> None:
        self._ship(ONE_PRINT)

    def ship_all(self) -> None:
        self._ship(LineQuantity(sku=PRINT, quantity=self.prints), ONE_CARD)

    def deliver(self) -> None:
        for parcel_id in self.parcels:
            orders.deliver_parcel(DeliverParcel(order_id=self.id, parcel_id=parcel_id))

    def cancel_some(self) -> None:
        orders.cancel_lines(
            CancelLines(order_id=self.id, lines=(ONE_CARD,), reason="For Lea's aunt after all")
        )

    def cancel(self) -> None:
        orders.cancel_order(CancelOrder(order_id=self.id, reason="Noa has one"))

    def bring_back(self) -> None:
        return_id = new_id()
        orders.request_return(
            RequestReturn(
                order_id=self.id, return_id=return_id, lines=(ONE_PRINT,), reason="Sam sat on it"
            )
        )
        orders.receive_return(ReceiveReturn(order_id=self.id, return_id=return_id))

    def refund(self) -> None:
        orders.refund_order(
            RefundOrder(order_id=self.id, refund_id=new_id(), amount_minor=50, reason="Lea rang")
        )

    def capture(self) -> None:
        orders.capture_order(CaptureOrder(order_id=self.id, capture_id=new_id()))

    def settle(self) -> None:
        """Has the providers do what was asked of them."""
        orders.settle(self.id)

    def be_erased(self) -> None:
        """Erases the person, with all other orders of theirs."""
        subjects = frozenset([guest_subject(self.person)])
        erase_customer(EraseCustomer(subjects=subjects, open_orders_too=True))

    def live(self, step: str) -> None:
        """Takes a step; one that the shop refuses changes nothing."""
        act: Callable[[], None] = getattr(self, step)
        with suppress(DomainError):
            act()

    def _ship(self, *lines: LineQuantity) -> None:
        parcel_id = new_id()
        orders.ship_parcel(
            ShipParcel(
                order_id=self.id, parcel_id=parcel_id, lines=lines, tracking_number="6A 1 LEA"
            )
        )
        self.parcels.append(parcel_id)

    def _at_provider(self, decision: str) -> None:
        step = payments.start_payment(
            StartPayment(
                payment_id=self.payment_id, attempt_id=new_id(), return_url="http://shop.test/"
            )
        )
        if step.redirect_url:
            payments.bank_decide(step.redirect_url.rstrip("/").rpartition("/")[2], decision)
            payments.resolve_unknown(self.payment_id)


# Most orders are paid sooner or later; the others are worth a look too.
BEGINNINGS: tuple[tuple[str, ...], ...] = (
    ("pay",),
    ("pay", "ship_all"),
    ("pay", "ship_some", "settle"),
    ("be_declined", "pay"),
    (),
)
STEPS = (
    *("ship_some", "ship_all", "deliver", "deliver", "settle", "capture", "pay", "bring_back"),
    *("cancel_some", "cancel", "refund", "refund", "be_declined", "be_erased"),
)
