"""Questions about baskets; never cached."""

from uuid import UUID

from modules.carts.contracts import Cart
from modules.carts.models import Cart as CartRow
from modules.carts.models import Status
from modules.carts.statements import BY_TOKEN, IN_USE, OF_CUSTOMER, read, read_or_none


def cart(cart_id: UUID) -> Cart:
    """Returns a basket; one that has become an order carries its `order_id`. One query.

    Raises:
        CartNotFound: no such basket, or it ended in a customer's own.
    """
    return read(IN_USE, cart_id)


def cart_by_token(token: str) -> Cart:
    """Returns the open basket that the token is the key to. One query.

    Raises:
        CartNotFound: no open basket has this token.
    """
    return read(BY_TOKEN, token)


def ordered_with(token: str) -> UUID | None:
    """Returns the order that the basket of this token has become, if it has; one query."""
    rows = CartRow.objects.filter(token=token, status=Status.CLOSED)
    return rows.values_list("order_id", flat=True).first()


def open_cart_of(customer_id: UUID) -> Cart | None:
    """Returns the customer's open basket, if there is one. One query."""
    return read_or_none(OF_CUSTOMER, customer_id)
