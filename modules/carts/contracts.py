"""Baskets before they become orders. A guest holds a basket by its unguessable token."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from modules.kernel.address import Address
from modules.kernel.errors import Conflict, NotFound


class CartNotFound(NotFound):
    """No open basket with this id or token."""

    code = "cart-not-found"


class CartClosed(Conflict):
    """The basket has become an order (field `order_id`) and cannot change any more."""

    code = "cart-closed"


class QuantityRefused(Conflict):
    """Quantity below 1 or above what one line may hold. Fields: `quantity`, `limit`."""

    code = "quantity-refused"


class LineNotFound(NotFound):
    code = "cart-line-not-found"


MAXIMUM_QUANTITY = 999
MAXIMUM_LINES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    """`unit_price_minor_when_added` lets the page say that a price has changed since."""

    id: UUID
    sku: str
    quantity: int
    unit_price_minor_when_added: int
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    id: UUID
    token: str
    customer_id: UUID | None
    currency: str
    country: str
    email: str
    delivery_address: Address | None
    billing_address: Address | None
    method_code: str
    lines: tuple[CartLine, ...]
    version: int
    order_id: UUID | None
    updated_at: datetime

    @property
    def quantity(self) -> int:
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCart:
    currency: str
    country: str
    customer_id: UUID | None = None
    cart_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLine:
    """Adds units of a SKU; a SKU that is there already grows instead of doubling its line."""

    cart_id: UUID
    sku: str
    quantity: int
    unit_price_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetQuantity:
    """Zero removes the line."""

    cart_id: UUID
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDelivery:
    """Fills in what checkout asks; fields left None stay as they are."""

    cart_id: UUID
    email: str | None = None
    delivery_address: Address | None = None
    billing_address: Address | None = None
    method_code: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeCarts:
    """Adds the guest basket's lines to the customer's own; the guest basket ends."""

    guest_cart_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCart:
    """The basket became this order."""

    cart_id: UUID
    order_id: UUID
    expected_version: int
