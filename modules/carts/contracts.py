"""Baskets before they become orders. A guest holds a basket by its unguessable token."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from modules.kernel.address import Address
from modules.kernel.errors import Conflict, NotFound


class CartNotFound(NotFound):
    """No basket with this id, or no open one with this token."""

    code = "cart-not-found"


class CartClosed(Conflict):
    """The basket has become an order (field `order_id`) and cannot change any more."""

    code = "cart-closed"


class CartOutdated(Conflict):
    """The basket changed after it was read. Fields: `expected_version`, `version`."""

    code = "cart-outdated"


class CartFull(Conflict):
    """The basket holds as many different SKUs as it may. Field: `limit`."""

    code = "cart-full"


class QuantityRefused(Conflict):
    """Quantity below 1 or above what one line may hold. Fields: `quantity`, `limit`."""

    code = "quantity-refused"


class TooManyCodes(Conflict):
    """The basket holds as many vouchers and gift cards as it may. Field: `limit`."""

    code = "cart-too-many-codes"


class LineNotFound(NotFound):
    """The basket has no line of this SKU; field: `sku`."""

    code = "cart-line-not-found"


MAXIMUM_QUANTITY = 999
MAXIMUM_LINES = 100
MAXIMUM_CODES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    """`unit_price_minor_when_added` lets the page say that a price has changed since.

    It is the price at the last `AddLine`, in the basket's currency; 0 when not known.
    """

    id: UUID
    sku: str
    quantity: int
    unit_price_minor_when_added: int
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """A basket. `token` is the guest's key to it; `version` grows with every change; `order_id`
    is set once it has become an order. `codes` are vouchers and gift cards that were entered;
    `vat_id` is the buyer's, if they buy for a business."""

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
    codes: tuple[str, ...] = ()
    vat_id: str = ""

    @property
    def quantity(self) -> int:
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCart:
    """Makes a basket; the customer's open one, or the one with `cart_id`, is used if it exists."""

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
class LineAdded:
    """Units of the SKU that are in the basket now, and the basket's version."""

    quantity: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryNoted:
    """The basket's version by this change, and when it was made; nothing of what was noted."""

    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SetQuantity:
    """Zero removes the line."""

    cart_id: UUID
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDelivery:
    """Fills in what checkout asks; fields left None stay as they are.

    A delivery address brings its country with it, because prices and taxes follow the goods.
    """

    cart_id: UUID
    email: str | None = None
    delivery_address: Address | None = None
    billing_address: Address | None = None
    method_code: str | None = None
    country: str | None = None
    vat_id: str | None = None

    def changes(self) -> dict[str, Any]:
        """Returns what becomes different in the basket, by field."""
        given = {
            "email": self.email,
            "delivery_address": self.delivery_address,
            "billing_address": self.billing_address,
            "method_code": self.method_code,
            "vat_id": self.vat_id,
            "country": self.country or (self.delivery_address and self.delivery_address.country),
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCodes:
    """Sets which vouchers and gift cards were entered; who calls has checked that they exist."""

    cart_id: UUID
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCurrency:
    """Counts the basket in another currency; prices it was filled at are not known in that."""

    cart_id: UUID
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeCarts:
    """Adds the guest basket's lines to the customer's own; the guest basket ends.

    `limits` says how many units of a SKU may be bought (None: as many as a line may hold).
    """

    guest_cart_id: UUID
    customer_id: UUID
    limits: dict[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeNote:
    """A line that did not keep its full quantity: `wanted` units became `kept` (0: left out)."""

    sku: str
    wanted: int
    kept: int
    reason: Literal["stock", "line-limit", "cart-full"]

    @property
    def message(self) -> str:
        """The sentence to show the shopper."""
        if self.kept == 0:
            why = {"stock": "is sold out", "cart-full": "did not fit: the basket is full"}
            return f"{self.sku} {why.get(self.reason, 'was left out')}."
        why = {"stock": "in stock", "line-limit": "allowed in one order"}
        return f"{self.sku}: {self.wanted} became {self.kept}, the most {why[self.reason]}."


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeResult:
    """The customer's basket after signing in, and what could not be kept."""

    cart: Cart
    notes: tuple[MergeNote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCart:
    """The basket became this order."""

    cart_id: UUID
    order_id: UUID
    expected_version: int
