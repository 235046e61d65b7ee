"""Baskets to price, said in few words."""

from datetime import UTC, datetime

from modules.kernel.money import Money
from modules.pricing.contracts import (
    DeliveryCharge,
    Discount,
    ListedPrice,
    QuoteLine,
    QuoteRequest,
    TaxRule,
)

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def tax(
    rate_millionths: int, *, country: str = "FR", tax_class: str = "standard", version: int = 1
) -> TaxRule:
    return TaxRule(
        code=f"{country}-{tax_class}",
        version=version,
        country=country,
        tax_class=tax_class,
        rate_millionths=rate_millionths,
        label=f"VAT {rate_millionths / 10_000:g} %",
    )


def line(
    minor: int,
    quantity: int = 1,
    *,
    sku: str = "PRINT-A3",
    included: bool = True,
    tax_class: str = "standard",
    currency: str = "EUR",
) -> QuoteLine:
    listed = ListedPrice(
        sku=sku,
        price=Money(minor, currency),
        compare_at=None,
        tax_class=tax_class,
        tax_included=included,
        price_version=1,
    )
    return QuoteLine(sku=sku, title=sku.title(), quantity=quantity, listed=listed)


def delivery(minor: int, *, included: bool = True, currency: str = "EUR") -> DeliveryCharge:
    return DeliveryCharge(
        method_code="standard",
        title="Standard",
        charge=Money(minor, currency),
        tax_class="standard",
        tax_included=included,
        rule="FR.standard.EUR",
        rule_version=1,
    )


def off(
    amount_minor: int = 0,
    *,
    rate: int = 0,
    target: str = "order",
    sku: str = "",
    units: tuple[tuple[str, int], ...] = (),
) -> Discount:
    """`rate` in percent."""
    return Discount(
        code="WELCOME",
        code_version=1,
        label="Welcome",
        amount_minor=amount_minor,
        target=target,  # type: ignore[arg-type]
        sku=sku,
        rate_millionths=rate * 10_000,
        units=units,
    )


def basket(*lines: QuoteLine, rules: tuple[TaxRule, ...] = (), **fields: object) -> QuoteRequest:
    asked: dict[str, object] = {
        "currency": "EUR",
        "country": "FR",
        "lines": lines,
        "delivery": None,
        "tax_rules": rules,
        "quoted_at": AT,
        **fields,
    }
    return QuoteRequest(**asked)  # type: ignore[arg-type]
