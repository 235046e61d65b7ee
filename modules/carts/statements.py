"""The statement that reads a basket, by hand: almost every request runs it, and building it by the
ORM takes longer than running it."""

from typing import Any

import msgspec

from events.database import fetch
from modules.carts.contracts import Cart, CartLine, CartNotFound
from modules.carts.models import GONE
from modules.kernel.address import Address

_READ = """
    SELECT c.id, c.token, c.customer_id, c.currency, c.country, c.email,
        c.delivery_address::text, c.billing_address::text, c.method_code,
        (SELECT json_agg(json_build_object(
                'id', l.id, 'sku', l.sku, 'quantity', l.quantity,
                'unit_price_minor_when_added', l.unit_price_minor_when_added,
                'added_at', l.added_at) ORDER BY l.id)::text
            FROM carts_line AS l WHERE l.cart_id = c.id),
        c.version, c.order_id, c.updated_at
    FROM carts_cart AS c WHERE
"""
# Which basket is meant, as the statement that finds it by one value.
BY_ID = f"{_READ} c.id = %s"
IN_USE = f"{_READ} c.id = %s AND c.status IN ('open', 'closed')"
BY_TOKEN = f"{_READ} c.token = %s AND c.status = 'open'"
OF_CUSTOMER = f"{_READ} c.customer_id = %s AND c.status = 'open'"


def read(which: str, value: object) -> Cart:
    """Returns a basket with its lines. Raises: CartNotFound."""
    cart = read_or_none(which, value)
    if cart is None:
        raise CartNotFound(GONE)
    return cart


def read_or_none(which: str, value: object) -> Cart | None:
    """Returns what `read` does, or None where that raises."""
    rows = fetch(which, (value,))
    return _cart(*rows[0]) if rows else None


def _cart(*row: Any) -> Cart:
    (id, token, customer_id, currency, country, email, delivery, billing, method_code, lines,
     version, order_id, updated_at) = row  # fmt: skip
    return Cart(
        id=id,
        token=token,
        customer_id=customer_id,
        currency=currency,
        country=country,
        email=email,
        delivery_address=_ADDRESS.decode(delivery) if delivery else None,
        billing_address=_ADDRESS.decode(billing) if billing else None,
        method_code=method_code,
        lines=_LINES.decode(lines) if lines else (),
        version=version,
        order_id=order_id,
        updated_at=updated_at,
    )


_ADDRESS = msgspec.json.Decoder(Address)
_LINES = msgspec.json.Decoder(tuple[CartLine, ...])
