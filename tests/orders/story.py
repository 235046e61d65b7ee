"""An order of two lines with delivery, 110.00 EUR in all, to begin tests with."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from modules.kernel.address import Address
from modules.orders.contracts import Contact, LineQuantity
from modules.orders.domain.order import Order
from modules.orders.domain.state import ValuedLine
from modules.pricing.contracts import Quote, QuotedDelivery, QuotedLine, Step
from tests.support.given import given, past

CART = UUID("00000000-0000-7000-8000-0000000000ca")
PARCEL, SECOND_PARCEL = (UUID(f"00000000-0000-7000-8000-0000000000b{n}") for n in (1, 2))
RETURN, SECOND_RETURN = (UUID(f"00000000-0000-7000-8000-0000000000e{n}") for n in (1, 2))
# Three units of 100.00 in all: 33.34, 33.33 and 33.33.
PRINT = "MOON-A3"
# One unit of 5.00.
CARD = "CARD-1"


def quoted_line(sku: str, quantity: int, total_minor: int, tax_minor: int) -> QuotedLine:
    return QuotedLine(
        sku=sku,
        title=f"The {sku.lower()}",
        quantity=quantity,
        unit_price_minor=-(-total_minor // quantity),
        subtotal_minor=total_minor,
        discount_minor=0,
        net_minor=total_minor - tax_minor,
        tax_minor=tax_minor,
        total_minor=total_minor,
        tax_code="FR-standard",
        tax_rate_millionths=200_000,
        steps=(
            Step(
                rule="line-total",
                rule_version=1,
                label="price times quantity",
                inputs={"quantity": quantity},
                rounding="none",
                amount_minor=total_minor,
            ),
        ),
    )


DELIVERY = QuotedDelivery(
    method_code="standard",
    title="Standard",
    discount_minor=0,
    net_minor=417,
    tax_minor=83,
    total_minor=500,
    tax_code="FR-standard",
    tax_rate_millionths=200_000,
    steps=(),
)


def quote(*lines: QuotedLine, delivery: QuotedDelivery | None = DELIVERY, **changes: Any) -> Quote:
    lines = lines or (quoted_line(PRINT, 3, 10_000, 1_667), quoted_line(CARD, 1, 500, 83))
    charge = delivery.total_minor if delivery else 0
    tax = sum(line.tax_minor for line in lines) + (delivery.tax_minor if delivery else 0)
    fields: dict[str, Any] = {
        "currency": "EUR",
        "country": "FR",
        "tax_included": True,
        "rounding": "per-line",
        "lines": lines,
        "delivery": delivery,
        "taxes": (),
        "subtotal_minor": sum(line.total_minor for line in lines),
        "discount_minor": 0,
        "delivery_minor": charge,
        "tax_minor": tax,
        "total_minor": sum(line.total_minor for line in lines) + charge,
        "steps": (),
        "quoted_at": datetime(2026, 11, 22, tzinfo=UTC),
    }
    return Quote(**{**fields, **changes})


ADDRESS = Address(
    name="Lea Martin", line1="1 rue des Lilas", city="Paris", postcode="75020", country="FR"
)
CONTACT = Contact(email="lea@example.org", delivery_address=ADDRESS, billing_address=ADDRESS)

PLACED = past(
    Order.Placed,
    number="7K3M-9QXA",
    cart_id=CART,
    customer_id=None,
    contact=CONTACT,
    quote=quote(),
)
CONFIRMED = past(Order.Confirmed)


def lines(**quantities: int) -> tuple[LineQuantity, ...]:
    """`lines(prints=2, cards=1)`."""
    skus = {"prints": PRINT, "cards": CARD}
    return tuple(LineQuantity(sku=skus[name], quantity=n) for name, n in quantities.items())


def shipped(
    *valued: ValuedLine, parcel_id: UUID = PARCEL, delivery_minor: int = 500
) -> past[Order.ParcelShipped]:
    return past(
        Order.ParcelShipped,
        parcel_id=parcel_id,
        lines=valued,
        carrier="Colissimo",
        tracking_number="6A1",
        goods_minor=sum(each.value_minor for each in valued),
        delivery_minor=delivery_minor,
    )


def delivered(parcel_id: UUID = PARCEL) -> past[Order.ParcelDelivered]:
    return past(Order.ParcelDelivered, parcel_id=parcel_id)


def cancelled_lines(*valued: ValuedLine, reason: str = "sold out") -> past[Order.LinesCancelled]:
    return past(
        Order.LinesCancelled,
        lines=valued,
        value_minor=sum(each.value_minor for each in valued),
        tax_minor=sum(each.tax_minor for each in valued),
        reason=reason,
    )


ALL_SHIPPED = shipped(ValuedLine(PRINT, 3, 10_000, 1_667), ValuedLine(CARD, 1, 500, 83))


def confirmed(*later: past[Any]) -> given[Order]:
    return given(Order, PLACED, CONFIRMED, *later)
