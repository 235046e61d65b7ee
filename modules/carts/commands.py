"""Changing baskets. Each change is one atomic unit that returns the basket as it is afterwards.

The units themselves answer nothing personal, because their answers are kept for repeats; the
basket is read anew, unless it is known already: a new one, or one that the caller has just `read`
and that nobody changed before this change.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from events.commands import command, in_one_statement
from events.one_statement import OneStatement
from modules.carts import statements
from modules.carts.contracts import (
    MAXIMUM_CODES,
    MAXIMUM_LINES,
    AddLine,
    Cart,
    CartFull,
    CartLine,
    CartNotFound,
    CartOutdated,
    CloseCart,
    CreateCart,
    DeliveryNoted,
    LineAdded,
    LineNotFound,
    MergeCarts,
    MergeNote,
    MergeResult,
    QuantityRefused,
    SetCodes,
    SetCurrency,
    SetDelivery,
    SetQuantity,
    TooManyCodes,
)
from modules.carts.domain.quantities import check_quantity
from modules.carts.models import GONE, Line, Status
from modules.carts.models import Cart as CartRow
from modules.carts.moving import move_lines
from modules.carts.statements import BY_ID, OF_CUSTOMER
from modules.kernel import clock
from modules.kernel.address import Address
from modules.kernel.identity import new_id


def create_cart(message: CreateCart) -> Cart:
    """Makes a basket, or returns the one that the customer or the id has already.

    Whoever gets a basket gets its token, so `cart_id` is the caller's own and never a client's.

    Raises:
        CartNotFound: the basket with this id is somebody else's.
    """
    row = new_row(message)
    cart_id = create(message, row=row)
    if cart_id == row.id != message.cart_id:
        return row.as_new()
    return statements.read(BY_ID, cart_id)


def customer_cart(customer_id: UUID) -> Cart:
    """Returns the customer's open basket, made in the shop's own currency if there is none."""
    return create_cart(
        CreateCart(
            currency=settings.SHOP_CURRENCY, country=settings.SHOP_COUNTRY, customer_id=customer_id
        )
    )


def add_line(message: AddLine, *, read: Cart | None = None) -> Cart:
    """Adds units of a SKU; its line grows if there is one, and takes the price of this moment.

    `read` is the basket, if it was read already.

    Raises:
        CartNotFound: no such basket.
        CartClosed: it has become an order.
        QuantityRefused: below 1, or more than one line may hold.
        CartFull: too many different SKUs.
    """
    put_line(message, read=read)
    return statements.read(BY_ID, message.cart_id)


def set_quantity(message: SetQuantity) -> Cart:
    """Sets a line's quantity; zero removes it, and removing what is gone changes nothing.

    Raises:
        CartNotFound: no such basket.
        CartClosed: it has become an order.
        QuantityRefused: below 0, or more than one line may hold.
        LineNotFound: the SKU is not in the basket.
    """
    change_line(message)
    return statements.read(BY_ID, message.cart_id)


def set_delivery(message: SetDelivery, *, read: Cart | None = None) -> Cart:
    """Notes who receives the basket, where and how; `read` is the basket, if it was read already.

    Raises:
        CartNotFound: no such basket.
        CartClosed: it has become an order.
    """
    noted = note_delivery(message, read=read)
    if read and noted and noted.version == read.version + 1:
        return replace(
            read, version=noted.version, updated_at=noted.updated_at, **message.changes()
        )
    return statements.read(BY_ID, message.cart_id)


@command
def set_codes(message: SetCodes) -> None:
    """Sets the basket's vouchers and gift cards; each counts once, however often it is named.

    Raises:
        CartNotFound: no such basket.
        CartClosed: it has become an order.
        TooManyCodes: more than a basket may hold.
    """
    codes = list(dict.fromkeys(message.codes))
    if len(codes) > MAXIMUM_CODES:
        raise TooManyCodes(
            f"A basket takes {MAXIMUM_CODES} codes: remove one first", limit=MAXIMUM_CODES
        )
    CartRow.objects.change(message.cart_id, codes=codes)


@command
def set_currency(message: SetCurrency) -> None:
    """Counts the basket in another currency from now on.

    Raises:
        CartNotFound: no such basket.
        CartClosed: it has become an order.
    """
    if CartRow.objects.filter(id=message.cart_id, currency=message.currency).exists():
        return
    CartRow.objects.change(message.cart_id, currency=message.currency)
    Line.objects.filter(cart_id=message.cart_id).update(unit_price_minor_when_added=0)


def merge_carts(message: MergeCarts) -> MergeResult:
    """Adds a guest's lines to the customer's basket and says which could not be kept whole.

    Quantities of one SKU add up, capped by what a line may hold and by `limits`. The customer's
    basket is another than the guest's, so whoever knew the guest's token does not see it. Merging
    again changes nothing.

    Raises:
        CartNotFound: no such guest basket, or it is somebody else's.
    """
    notes = merge(message)
    cart = statements.read(OF_CUSTOMER, message.customer_id)
    return MergeResult(cart=cart, notes=notes)


@command
def close_cart(message: CloseCart) -> None:
    """Ends a basket that became an order: once, at the version that was ordered.

    One conditional UPDATE, so of two submits one closes. Closing again for the same order changes
    nothing.

    Raises:
        CartNotFound: no such basket.
        CartClosed: it has become another order.
        CartOutdated: it changed after it was read.
    """
    if statements.close(message, clock.now()):
        return
    cart = CartRow.objects.filter(id=message.cart_id).first()
    if cart is not None and cart.status == Status.OPEN:
        raise CartOutdated(
            "The basket has changed meanwhile: look at it again before ordering",
            expected_version=message.expected_version,
            version=cart.version,
        )
    if cart is None or cart.order_id != message.order_id:
        raise cart.refusal() if cart else CartNotFound(GONE)


@command
def remove_abandoned_carts(before: datetime) -> int:
    """Deletes guests' baskets untouched since `before`, addresses included; returns how many."""
    _, deleted = CartRow.objects.filter(
        status=Status.OPEN, customer_id__isnull=True, updated_at__lt=before
    ).delete()
    return deleted.get(CartRow._meta.label, 0)


def new_row(message: CreateCart) -> CartRow:
    now = clock.now()
    return CartRow(
        id=message.cart_id or new_id(),
        token=secrets.token_urlsafe(32),
        customer_id=message.customer_id,
        currency=message.currency,
        country=message.country,
        created_at=now,
        updated_at=now,
    )


def created_at_once(
    message: CreateCart, *, row: CartRow | None = None
) -> OneStatement[UUID] | None:
    nobodys = message.customer_id is None and message.cart_id is None
    return statements.creating(row) if row and nobodys else None


@in_one_statement(created_at_once)
def create(message: CreateCart, *, row: CartRow | None = None) -> UUID:
    cart = row or new_row(message)
    statements.creating(cart).run()
    if message.customer_id is None and message.cart_id is None:
        # Under an id of its own and without a customer, it stands in nobody's way.
        return cart.id
    known = Q(id=cart.id)
    if message.customer_id:
        known |= Q(customer_id=message.customer_id, status=Status.OPEN)
    # The customer's own basket comes first; a basket of that id may be somebody else's.
    found = CartRow.objects.filter(known, customer_id=message.customer_id).order_by("-status")
    existing = found.values_list("id", flat=True).first()
    if existing is None:
        raise CartNotFound("This basket belongs to somebody else: start a new one")
    return existing


def put_at_once(message: AddLine, *, read: Cart | None = None) -> OneStatement[LineAdded] | None:
    quantity = fitting(message, read.lines) if read else None
    if read is None or quantity is None:
        return None
    return statements.putting(read, message, quantity, clock.now())


@in_one_statement(put_at_once)
def put_line(message: AddLine, *, read: Cart | None = None) -> LineAdded:
    """Does what `add_line` does and answers of this line alone. Raises: as that does."""
    one = put_at_once(message, read=read)
    if one and one.run():
        return one.answer
    CartRow.objects.change(message.cart_id)
    # The basket is locked by now, so that nobody else changes its lines.
    cart = statements.read(BY_ID, message.cart_id)
    quantity = grown(message, cart.lines)
    line = Line(
        cart_id=message.cart_id,
        sku=message.sku,
        quantity=quantity,
        unit_price_minor_when_added=message.unit_price_minor,
        added_at=clock.now(),
    )
    Line.objects.bulk_create(
        [line],
        update_conflicts=True,
        unique_fields=["cart", "sku"],
        update_fields=["quantity", "unit_price_minor_when_added"],
    )
    return LineAdded(quantity=quantity, version=cart.version)


def grown(message: AddLine, lines: Sequence[CartLine]) -> int:
    """Returns the units of the SKU after the addition. Raises: QuantityRefused, CartFull."""
    check_quantity(message.quantity, least=1)
    quantities = {line.sku: line.quantity for line in lines}
    quantity = quantities.get(message.sku, 0) + message.quantity
    check_quantity(quantity, least=1)
    if message.sku not in quantities and len(quantities) >= MAXIMUM_LINES:
        raise CartFull(
            f"A basket holds {MAXIMUM_LINES} different articles: order these first",
            limit=MAXIMUM_LINES,
        )
    return quantity


def fitting(message: AddLine, lines: Sequence[CartLine]) -> int | None:
    """Returns what `grown` does, or None: only the basket under its lock may refuse."""
    try:
        return grown(message, lines)
    except (CartFull, QuantityRefused):
        return None


@command
def change_line(message: SetQuantity) -> None:
    check_quantity(message.quantity, least=0)
    CartRow.objects.change(message.cart_id)
    line = Line.objects.filter(cart_id=message.cart_id, sku=message.sku)
    if message.quantity == 0:
        line.delete()
    elif not line.update(quantity=message.quantity):
        raise LineNotFound(f"{message.sku} is not in the basket any more", sku=message.sku)


def noted_at_once(
    message: SetDelivery, *, read: Cart | None = None
) -> OneStatement[DeliveryNoted | None] | None:
    return statements.changing(read, clock.now(), **message.changes()) if read else None


@in_one_statement(noted_at_once)
def note_delivery(message: SetDelivery, *, read: Cart | None = None) -> DeliveryNoted | None:
    one = noted_at_once(message, read=read)
    if one and one.run():
        return one.answer
    columns = {
        name: asdict(value) if isinstance(value, Address) else value
        for name, value in message.changes().items()
    }
    CartRow.objects.change(message.cart_id, **columns)
    return None


@command
def merge(message: MergeCarts) -> tuple[MergeNote, ...]:
    guest = CartRow.objects.filter(
        Q(customer_id=None) | Q(customer_id=message.customer_id), id=message.guest_cart_id
    ).first()
    if guest is None:
        raise CartNotFound(GONE)
    own_id = create(
        CreateCart(currency=guest.currency, country=guest.country, customer_id=message.customer_id)
    )
    carts = {
        cart.id: cart
        for cart in CartRow.objects.select_for_update()
        .filter(id__in=[guest.id, own_id])
        .order_by("id")
    }
    guest, own = carts[guest.id], carts[own_id]
    if guest.id == own.id or guest.status != Status.OPEN:
        return ()
    return move_lines(guest, own, message.limits)
