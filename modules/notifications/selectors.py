"""What staff may look at: each mail as customers get it, with an order that nobody placed."""

from typing import get_args

from django.conf import settings

from modules.kernel.money import Money
from modules.kernel.wording import written
from modules.notifications.contracts import Kind, Language, Written
from modules.notifications.writing import LANGUAGES, Row, compose, locale

__all__ = ("KINDS", "LANGUAGES", "mail_preview")

KINDS: tuple[Kind, ...] = get_args(Kind.__value__)


def mail_preview(kind: Kind, language: Language) -> Written:
    """Returns a mail of this kind in a language, about an order made up for it."""
    speech = locale(language)

    def amount(minor: int) -> str:
        return written(Money(minor, settings.SHOP_CURRENCY), speech)

    address = f"{settings.PUBLIC_URL}/orders/example/"
    return compose(
        kind,
        language,
        {
            "shop_name": settings.SHOP_NAME,
            "order": {"number": "AB12-CD34"},
            "name": "Camille Example",
            "rows": [
                Row(title="Blue tides, A3", quantity=2, total=amount(4_980)),
                Row(title="Postcard, moon", quantity=1, total=amount(250)),
            ],
            "delivery": amount(490),
            "total": amount(5_720),
            "amount": amount(2_490),
            "parcel": {"carrier": "Colissimo", "tracking_number": "6A12345678901"},
            "number": "2026-000123",
            "document_url": f"{address}invoices/2026-000123/",
            "url": address,
        },
    )
