"""Turns a kind of mail and an order into subject, text and HTML, in the order's language."""

from dataclasses import dataclass
from typing import get_args
from uuid import UUID

from babel import Locale
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from events.alarms import message_id
from modules.invoicing.selectors import documents_of
from modules.kernel.money import Money
from modules.kernel.wording import ENGLISH, written
from modules.notifications.contracts import Kind, Language, Written
from modules.notifications.letters import Letter
from modules.orders.contracts import OrderDetail, Parcel
from modules.orders.selectors import order_detail, order_token

LANGUAGES: tuple[Language, ...] = get_args(Language.__value__)
# How a mail's template begins: its first line is the subject.
SUBJECT = "Subject: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    title: str
    quantity: int
    total: str


def mail(kind: Kind, order_id: UUID, about: UUID, amount_minor: int, effect_id: UUID) -> Letter:
    """Returns the mail, ready to send; its Message-ID is the effect's, whatever the attempt.

    Raises:
        OrderNotFound: the order is not there (yet).
    """
    order = order_detail(order_id)
    language = language_of(order)
    found = compose(kind, language, words(order, about, amount_minor, locale(language)))
    message = Letter(
        subject=found.subject,
        body=found.text,
        to=[order.contact.email],
        headers={
            "Message-ID": message_id(effect_id),
            "Auto-Submitted": "auto-generated",
            "Content-Language": language,
        },
    )
    message.attach_alternative(found.html, "text/html")
    return message


def compose(kind: Kind, language: Language, context: dict[str, object]) -> Written:
    """Returns a mail's subject, text and HTML; all languages of a kind take the same words."""
    page = render_to_string(f"notifications/{language}/{kind}.txt", context)
    first, _, rest = page.strip().partition("\n")
    text = rest.strip() + "\n"
    html = render_to_string(
        "notifications/mail.html", {**context, "text": text, "language": language}
    )
    return Written(subject=first.removeprefix(SUBJECT), text=text, html=html)


def language_of(order: OrderDetail) -> Language:
    """Returns the language of an order's mails: that of its invoice."""
    country = order.contact.billing_address.country
    code = settings.INVOICE_LANGUAGES.get(country, settings.LANGUAGE_CODE)
    return next((each for each in LANGUAGES if each == code), "en")


def locale(language: Language) -> Locale:
    return ENGLISH if language == "en" else Locale.parse(language)


def words(order: OrderDetail, about: UUID, amount_minor: int, speech: Locale) -> dict[str, object]:
    token = order_token(order.id)
    address = reverse("order", args=[token])
    # What is about the order itself is about none of its documents, of which it may have many.
    documents = documents_of(order.id) if about != order.id else ()
    number = next((each.number for each in documents if each.id == about), "")
    invoice = reverse("order-invoice", args=[token, number]) if number else ""

    def amount(minor: int) -> str:
        return written(Money(minor, order.currency), speech)

    charge = order.quote.delivery
    return {
        "shop_name": settings.SHOP_NAME,
        "order": order,
        "name": order.contact.delivery_address.name,
        "rows": [
            Row(title=line.title, quantity=line.quantity, total=amount(line.total_minor))
            for line in order.lines
        ],
        "delivery": amount(charge.total_minor) if charge else "",
        "total": amount(order.total_minor),
        "amount": amount(amount_minor),
        "parcel": parcel(order, about),
        "number": number,
        "document_url": f"{settings.PUBLIC_URL}{invoice}",
        "url": f"{settings.PUBLIC_URL}{address}",
    }


def parcel(order: OrderDetail, about: UUID) -> Parcel | None:
    return next((each for each in order.parcels if each.id == about), None)
