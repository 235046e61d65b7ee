"""Turns a kind of mail and an order into subject, text and HTML."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from modules.invoicing.selectors import documents_of
from modules.kernel.money import Money
from modules.kernel.wording import written
from modules.notifications.contracts import Kind
from modules.orders.contracts import OrderDetail, Parcel
from modules.orders.selectors import order_detail, order_token

SUBJECTS: dict[Kind, str] = {
    "order-placed": "We have your order {number}",
    "payment-declined": "The payment of your order {number} was declined",
    "payment-link": "A payment of your order {number} is still open",
    "parcel-shipped": "Your order {number} is on its way",
    "lines-cancelled": "Part of your order {number} is cancelled",
    "order-cancelled": "Your order {number} is cancelled",
    "return-received": "We have your return of order {number}",
    "order-link": "The link of your order {number}",
    "invoice-issued": "The invoice for your order {number}",
    "credit-note-issued": "A credit note for your order {number}",
    "refunded": "A refund for your order {number}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    title: str
    quantity: int
    total: str


def mail(
    kind: Kind, order_id: UUID, about: UUID, amount_minor: int, effect_id: UUID
) -> EmailMultiAlternatives:
    """Returns the mail, ready to send; its Message-ID is the effect's, whatever the attempt.

    Raises:
        OrderNotFound: the order is not there (yet).
    """
    order = order_detail(order_id)
    context = words(order, about, amount_minor)
    text = render_to_string(f"notifications/{kind}.txt", context).strip() + "\n"
    message = EmailMultiAlternatives(
        subject=SUBJECTS[kind].format(number=order.number),
        body=text,
        to=[order.contact.email],
        headers={"Message-ID": message_id(effect_id), "Auto-Submitted": "auto-generated"},
    )
    html = render_to_string("notifications/mail.html", {**context, "text": text})
    message.attach_alternative(html, "text/html")
    return message


def message_id(effect_id: UUID) -> str:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<{effect_id}@{host}>"


def words(order: OrderDetail, about: UUID, amount_minor: int) -> dict[str, object]:
    token = order_token(order.id)
    address = reverse("order", args=[token])
    number = next((each.number for each in documents_of(order.id) if each.id == about), "")
    invoice = reverse("order-invoice", args=[token, number]) if number else ""
    return {
        "shop_name": settings.SHOP_NAME,
        "order": order,
        "name": order.contact.delivery_address.name,
        "rows": [
            Row(
                title=line.title,
                quantity=line.quantity,
                total=written(Money(line.total_minor, order.currency)),
            )
            for line in order.lines
        ],
        "delivery": delivery(order),
        "total": written(Money(order.total_minor, order.currency)),
        "amount": written(Money(amount_minor, order.currency)),
        "parcel": parcel(order, about),
        "number": number,
        "document_url": f"{settings.PUBLIC_URL}{invoice}",
        "url": f"{settings.PUBLIC_URL}{address}",
    }


def delivery(order: OrderDetail) -> str:
    charge = order.quote.delivery
    return written(Money(charge.total_minor, order.currency)) if charge else ""


def parcel(order: OrderDetail, about: UUID) -> Parcel | None:
    return next((each for each in order.parcels if each.id == about), None)
