"""The process of an order on one screen: what follows from what, happy path, then compensation.

| when                     | then                                                            |
|--------------------------|-----------------------------------------------------------------|
| payment authorised       | if it covers the order: confirm, keep the stock; maybe capture  |
| parcel shipped           | take its units out of stock; capture its value if "on-shipment" |
| parcel delivered         | complete the order, once it is paid                             |
| payment captured         | complete the order, once it is delivered                        |
| return received          | put its units back on hand, if they may be sold again           |
| lines or order cancelled | release their stock, balance the money; complete it if that was |
|                          | all that was still to be delivered                              |
| authorised too late      | get the stock again, or else cancel; balance the money          |
| captured too late        | balance the money                                               |
| capture failed           | balance the money                                               |
| customer erased          | drop their data from the lists of orders and payments           |
| dispute won              | balance the money, which may have been paid again meanwhile     |

`money.balance` gives back what the payments hold beyond what the order is worth.
"""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import transaction

from events.context import acting
from events.facts import subscribe
from events.outbox import withdraw
from events.privacy.erasing import CustomerErased, destroy_keys
from events.repository import load, load_or_none, save
from modules.inventory import commands as inventory
from modules.inventory.contracts import (
    NothingReserved,
    OutOfStock,
    Release,
    Reserve,
    Restock,
    Ship,
    StockLine,
)
from modules.orders.contracts import (
    LineQuantity,
    LinesCancelled,
    OrderCancelled,
    ParcelDelivered,
    ParcelShipped,
    ReturnReceived,
)
from modules.orders.domain.order import Order
from modules.orders.models import OrderRow
from modules.orders.money import balance, balance_found, is_covered, is_paid, take
from modules.orders.projections import fold_again
from modules.payments.commands import forget_words
from modules.payments.contracts import (
    CaptureFailed,
    ChargeBackReversed,
    PaymentAuthorised,
    PaymentCaptured,
)
from modules.payments.selectors import payments_of


def confirm_the_order(fact: PaymentAuthorised) -> None:
    order = load_or_none(Order, fact.reference)
    if order is None:
        return
    found = payments_of(order.id)
    if order.state.status == "placed":
        if not is_covered(order, found):
            return
        if not _stock_is_kept(order):
            with acting(actor="system", effective_at=None):
                order.cancel("Sold out before the payment arrived")
                save(order)
            return
        order.confirm()
        save(order)
        withdraw("orders.expire_unpaid", str(order.id))
    balance_found(order, found)
    # What is paid after everything was sent, such as by a later link, waits for no parcel.
    all_sent = not any(line.open for line in order.state.lines)
    if settings.SHOP_CAPTURE == "at-once" or all_sent:
        take(order.id, fact.payment_id)


def send_the_parcel(fact: ParcelShipped) -> None:
    inventory.ship(Ship(reference=fact.order_id, lines=_stock(fact.lines)))
    value = fact.goods_minor + fact.delivery_minor
    take(fact.order_id, fact.parcel_id, None if settings.SHOP_CAPTURE == "at-once" else value)


def complete_the_order(order_id: UUID) -> None:
    order = load(Order, order_id)
    if is_paid(order, payments_of(order_id)):
        order.complete()
        save(order)


def complete_when_paid(fact: ParcelDelivered) -> None:
    complete_the_order(fact.order_id)


def settle_the_rest(fact: PaymentCaptured) -> None:
    if load_or_none(Order, fact.reference):
        balance(fact.reference)
        complete_the_order(fact.reference)


def take_the_goods_back(fact: ReturnReceived) -> None:
    if fact.restock:
        inventory.restock(Restock(reference=fact.order_id, lines=_stock(fact.lines)))


def release_the_lines(fact: LinesCancelled) -> None:
    try:
        with transaction.atomic():
            inventory.release(Release(reference=fact.order_id, lines=_stock(fact.lines)))
    except NothingReserved:
        # Of an order that nobody paid for, the reservation may have run out by itself.
        if load(Order, fact.order_id).state.status == "confirmed":
            raise
    balance(fact.order_id)
    complete_the_order(fact.order_id)


def release_the_order(fact: OrderCancelled) -> None:
    inventory.release(Release(reference=fact.order_id, reason="cancelled"))
    balance(fact.order_id)


def balance_the_money(fact: CaptureFailed | ChargeBackReversed) -> None:
    if load_or_none(Order, fact.reference):
        balance(fact.reference)


def forget_the_customer(fact: CustomerErased) -> None:
    found = OrderRow.objects.filter(subject__in=fact.subjects)
    orders = list(found.order_by("id").values_list("id", flat=True))
    # Words that were recorded without saying whose they are, are the order's own.
    destroy_keys(orders, fact.erased_at)
    fold_again(orders)
    forget_words(orders, fact.erased_at)


def _stock_is_kept(order: Order) -> bool:
    """Keeps what is reserved; reserves anew what ran out meanwhile. False: somebody else has it."""
    if inventory.confirm_reservation(order.id):
        return True
    open_lines = [
        StockLine(sku=line.sku, quantity=line.open) for line in order.state.lines if line.open
    ]
    try:
        with transaction.atomic():
            inventory.reserve(Reserve(reference=order.id, lines=tuple(open_lines), expires_at=None))
    except OutOfStock:
        return False
    return True


def _stock(lines: Iterable[LineQuantity]) -> tuple[StockLine, ...]:
    return tuple(StockLine(sku=line.sku, quantity=line.quantity) for line in lines)


subscribe(PaymentAuthorised, confirm_the_order)
subscribe(ParcelShipped, send_the_parcel)
subscribe(ParcelDelivered, complete_when_paid)
subscribe(PaymentCaptured, settle_the_rest)
subscribe(ReturnReceived, take_the_goods_back)
subscribe(LinesCancelled, release_the_lines)
subscribe(OrderCancelled, release_the_order)
subscribe(CaptureFailed, balance_the_money)
subscribe(ChargeBackReversed, balance_the_money)
subscribe(CustomerErased, forget_the_customer)
