"""Questions about baskets; never cached."""

from uuid import UUID

from modules.carts.contracts import Cart
from modules.carts.models import Cart as CartRow
from modules.carts.models import Status


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
