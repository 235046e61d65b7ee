"""What the modules above are told of an order: published facts, and the units they speak of."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LineQuantity:
    """So many units of one line of an order."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFact:
    order_id: UUID
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(OrderFact):
    total_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderConfirmed(OrderFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelShipped(OrderFact):
    """`goods_minor` is what its units cost; the delivery charge goes with the first parcel."""

    parcel_id: UUID
    lines: tuple[LineQuantity, ...]
    goods_minor: int = 0
    delivery_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelDelivered(OrderFact):
    parcel_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesCancelled(OrderFact):
    """`value_minor` is what the units cost, `tax_minor` the tax in it."""

    lines: tuple[LineQuantity, ...]
    value_minor: int
    reason: str
    tax_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(OrderFact):
    """`value_minor` is all that was left of the order, delivery and tax included."""

    reason: str
    value_minor: int = 0
    tax_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequested(OrderFact):
    return_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReceived(OrderFact):
    """`value_minor` is what was paid for the units; `restock` puts them on sale again."""

    return_id: UUID
    value_minor: int
    tax_minor: int = 0
    lines: tuple[LineQuantity, ...] = ()
    restock: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCompleted(OrderFact):
    pass
