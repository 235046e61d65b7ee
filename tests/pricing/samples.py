"""Baskets whose whole quotes are stored in tests/pricing/quotes, one for each way to price.

`python -m tests.pricing.samples` writes those that have none yet. None is ever changed: quotes of
these formulas are stored in orders for years, and their steps have to read the same for ever.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from modules.pricing.contracts import Discount, QuoteRequest
from modules.pricing.selectors import explained, quote
from tests.pricing.baskets import basket, delivery, line, tax

FOLDER = Path(__file__).parent / "quotes"
FRENCH = (tax(200_000), tax(55_000, tax_class="books"), tax(200_000, tax_class="digital"))
GERMAN = tuple(
    tax(rate, country="DE", tax_class=name, version=3)
    for rate, name in ((190_000, "standard"), (70_000, "books"), (190_000, "digital"))
)
GOODS = (
    line(1_299, 3, sku="PRINT"),
    line(995, 2, sku="BOOK", tax_class="books"),
    line(4_900, sku="FRAME"),
)
OFFERS = (
    Discount(code="order-off", code_version=2, label="5 off", amount_minor=500),
    Discount(
        code="one-line", code_version=1, label="Print", amount_minor=100, target="line", sku="PRINT"
    ),
    Discount(
        code="two-lines",
        code_version=1,
        label="Paper",
        rate_millionths=125_000,
        target="line",
        skus=("PRINT", "BOOK"),
    ),
    Discount(
        code="third-free",
        code_version=4,
        label="Third",
        rate_millionths=1_000_000,
        target="line",
        units=(("PRINT", 1),),
    ),
    Discount(code="ten", code_version=1, label="Ten", voucher="TEN-A", rate_millionths=100_000),
    Discount(
        code="sent-free",
        code_version=1,
        label="Sent free",
        rate_millionths=1_000_000,
        target="delivery",
    ),
)
DOMESTIC: dict[str, Any] = {"rules": FRENCH, "home_tax_rules": FRENCH, "delivery": delivery(590)}
ABROAD: dict[str, Any] = {"country": "DE", "home_tax_rules": FRENCH, "delivery": delivery(590)}
NET = tuple(replace(each, listed=replace(each.listed, tax_included=False)) for each in GOODS)
EBOOK = line(1_200, sku="EBOOK", tax_class="digital")

SAMPLES: dict[str, QuoteRequest] = {
    "per-line": basket(*GOODS, **DOMESTIC, discounts=OFFERS),
    "per-total": basket(*GOODS, **DOMESTIC, discounts=OFFERS, rounding="per-total"),
    "without-tax-per-line": basket(
        *NET, **DOMESTIC | {"delivery": delivery(590, included=False)}, discounts=OFFERS
    ),
    "without-tax-per-total": basket(
        *NET,
        **DOMESTIC | {"delivery": delivery(590, included=False)},
        discounts=OFFERS,
        rounding="per-total",
    ),
    "abroad": basket(*GOODS, EBOOK, **ABROAD, rules=GERMAN),
    "reverse-charge": basket(*GOODS, EBOOK, **ABROAD, rules=GERMAN, reverse_charge=True),
    "exported": basket(*GOODS, EBOOK, **ABROAD | {"country": "US"}),
    "exported-per-total": basket(*GOODS, **ABROAD | {"country": "US"}, rounding="per-total"),
    "three-decimals": basket(
        line(12_345, 7, currency="BHD"),
        currency="BHD",
        rules=FRENCH,
        delivery=delivery(1_500, currency="BHD"),
        discounts=(replace(OFFERS[0], amount_minor=10**9),),
    ),
    "nothing": basket(
        line(0, 2), line(0, sku="FREE"), rules=FRENCH, discounts=OFFERS[:1], rounding="per-total"
    ),
}


def content(request: QuoteRequest) -> dict[str, Any]:
    """Returns the quote of a basket and its explanation, as JSON has them."""
    priced = quote(request)
    told = {
        "quote": msgspec.to_builtins(priced),
        "explanation": msgspec.to_builtins(explained(priced, "CF-1")),
    }
    again: dict[str, Any] = json.loads(json.dumps(told))
    return again


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, request in SAMPLES.items():
        path = FOLDER / f"{name}.json"
        if not path.exists():
            path.write_text(json.dumps(content(request), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
