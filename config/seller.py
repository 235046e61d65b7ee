"""Who sells, as invoices say it: which fields that takes, and the demo shop's invented one."""

import json

# What stands on an invoice about the seller; the options may be left out.
SELLER_FIELDS = ("name", "line1", "postcode", "city", "country", "vat_id", "email")
SELLER_OPTIONS = ("registration", "iban", "bic")
DEMO_SELLER = {
    "name": "Halftone SAS",
    "line1": "12 rue de la Presse",
    "postcode": "69001",
    "city": "Lyon",
    "country": "FR",
    "vat_id": "FR12000000000",
    "registration": "000000000",
    "email": "invoices@halftone.example",
    "iban": "FR7630006000011234567890189",
    "bic": "AGRIFRPP",
}


def check_seller(text: str) -> str:
    if not text:
        return text
    try:
        found = json.loads(text)
    except ValueError:
        raise ValueError("is not JSON") from None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise ValueError("is not a JSON object of texts")
    if unknown := found.keys() - {*SELLER_FIELDS, *SELLER_OPTIONS}:
        raise ValueError(f"has what no invoice shows: {', '.join(sorted(unknown))}")
    if missing := [name for name in SELLER_FIELDS if not found.get(name)]:
        raise ValueError(f"lacks {', '.join(missing)}")
    return text
