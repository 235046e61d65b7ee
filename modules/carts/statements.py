"""The statements that read a basket and change it, by hand: almost every request runs them, and
building them by the ORM takes longer than running them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.codec import encode
from events.database import fetch
from events.one_statement import OneStatement
from modules.carts.contracts import (
    AddLine,
    Cart,
    CartLine,
    CartNotFound,
    CloseCart,
    DeliveryNoted,
    LineAdded,
)
from modules.carts.models import GONE
from modules.carts.models import Cart as CartRow
from modules.kernel.address import Address
from modules.kernel.identity import new_id

_READ = """
    SELECT c.id, c.token, c.customer_id, c.currency, c.country, c.email,
        c.delivery_address::text, c.billing_address::text, c.method_code,
        (SELECT json_agg(json_build_object(
                'id', l.id, 'sku', l.sku, 'quantity', l.quantity,
                'unit_price_minor_when_added', l.unit_price_minor_when_added,
                'added_at', l.added_at) ORDER BY l.id)::text
            FROM carts_line AS l WHERE l.cart_id = c.id),
        c.version, c.order_id, c.updated_at, c.codes, c.vat_id
    FROM carts_cart AS c WHERE
"""
# One statement, so that a line is only written into the basket that was read.
_PUT = """
    cart AS (
        UPDATE carts_cart SET version = version + 1, updated_at = %s::timestamptz
        WHERE id = %s AND status = 'open' AND version = %s RETURNING id
    ), done AS (
        INSERT INTO carts_line (id, cart_id, sku, quantity, unit_price_minor_when_added, added_at)
        SELECT %s::uuid, cart.id, %s::text, %s::integer, %s::bigint, %s::timestamptz FROM cart
        ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = excluded.quantity,
            unit_price_minor_when_added = excluded.unit_price_minor_when_added
        RETURNING true
    )"""
_CREATE = """
    done AS (
        INSERT INTO carts_cart (id, token, customer_id, currency, country, email, method_code,
            codes, vat_id, status, version, created_at, updated_at)
        VALUES (%s, %s, %s, %s, %s, '', '', '{}', '', 'open', 1, %s, %s) ON CONFLICT DO NOTHING
        RETURNING true
    )"""
_CHANGE = """
    done AS (
        UPDATE carts_cart SET version = version + 1, updated_at = %s{}
        WHERE id = %s AND status = 'open' AND version = %s RETURNING true
    )"""
# The order has the addresses now, sealed.
_CLOSE = """
    UPDATE carts_cart SET status = 'closed', order_id = %s, version = version + 1, updated_at = %s,
        email = '', delivery_address = NULL, billing_address = NULL, vat_id = ''
    WHERE id = %s AND status = 'open' AND version = %s RETURNING true
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


def creating(cart: CartRow) -> OneStatement[UUID]:
    """Makes a basket, unless its id is taken or its customer has one."""
    values = (cart.id, cart.token, cart.customer_id, cart.currency, cart.country)
    return OneStatement(_CREATE, (*values, cart.created_at, cart.created_at), cart.id)


def changing(
    cart: Cart, at: datetime, **changes: str | Address
) -> OneStatement[DeliveryNoted | None]:
    """Writes columns of an open basket, if nobody changed it since it was read.

    Its lines are those that were read then, and stay so until the commit.
    """
    names = sorted(changes)
    values = [changes[name] for name in names]
    written = [encode(value).decode() if isinstance(value, Address) else value for value in values]
    places = "".join(f", {name} = %s" for name in names)
    noted = DeliveryNoted(version=cart.version + 1, updated_at=at)
    return OneStatement(_CHANGE.format(places), (at, *written, cart.id, cart.version), noted)


def close(message: CloseCart, at: datetime) -> bool:
    """Ends an open basket that stands at the version that was ordered; returns whether it did."""
    values = (message.order_id, at, message.cart_id, message.expected_version)
    return bool(fetch(_CLOSE, values))


def putting(cart: Cart, message: AddLine, quantity: int, at: datetime) -> OneStatement[LineAdded]:
    """Sets a line's units in a basket, if nobody changed it since it was read."""
    values = (new_id(), message.sku, quantity, message.unit_price_minor, at)
    added = LineAdded(quantity=quantity, version=cart.version + 1)
    return OneStatement(_PUT, (at, cart.id, cart.version, *values), added)


def _cart(*row: Any) -> Cart:
    (id, token, customer_id, currency, country, email, delivery, billing, method_code, lines,
     version, order_id, updated_at, codes, vat_id) = row  # fmt: skip
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
        codes=tuple(codes),
        vat_id=vat_id,
    )


_ADDRESS = msgspec.json.Decoder(Address)
_LINES = msgspec.json.Decoder(tuple[CartLine, ...])
