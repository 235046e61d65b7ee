"""Questions about baskets; never cached."""

from uuid import UUID

from modules.carts.contracts import Cart, CartHolder, CartNotFound
from modules.carts.models import GONE, Status
from modules.carts.models import Cart as CartRow


def cart(cart_id: UUID) -> Cart:
    """Returns a basket; one that has become an order carries its `order_id`. One query.

    Raises:
        CartNotFound: no such basket, or it ended in a customer's own.
    """
    return CartRow.objects.read(id=cart_id, status__in=[Status.OPEN, Status.CLOSED])


def cart_by_token(token: str) -> Cart:
    """Returns the open basket that the token is the key to. One query.

    Raises:
        CartNotFound: no open basket has this token.
    """
    return CartRow.objects.read(token=token, status=Status.OPEN)


def ordered_with(token: str) -> UUID | None:
    """Returns the order that the basket of this token has become, if it has; one query."""
    rows = CartRow.objects.filter(token=token, status=Status.CLOSED)
    return rows.values_list("order_id", flat=True).first()


def open_cart_of(customer_id: UUID) -> Cart | None:
    """Returns the customer's open basket, if there is one. One query."""
    return CartRow.objects.read_or_none(customer_id=customer_id, status=Status.OPEN)


def holder_of(cart_id: UUID) -> CartHolder:
    """Returns who may open a basket, without reading what is in it. One query.

    Raises:
        CartNotFound: no such basket, or it ended in a customer's own.
    """
    rows = CartRow.objects.filter(id=cart_id, status__in=[Status.OPEN, Status.CLOSED])
    row = rows.values_list("token", "customer_id", "currency").first()
    if row is None:
        raise CartNotFound(GONE)
    token, customer_id, currency = row
    return CartHolder(id=cart_id, token=token, customer_id=customer_id, currency=currency)
