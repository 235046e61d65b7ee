"""Amounts as Stripe writes them, which for a few currencies is not how ISO 4217 does.

Source: docs.stripe.com/currencies, "Zero-decimal", "Three-decimal" and "Special case" currencies.
"""

from modules.kernel.money import exponent

# Without decimals in ISO 4217, but written with two zeros for the sake of older integrations.
PADDED = frozenset({"ISK", "UGX"})


class AmountUnpayable(ValueError):
    """Stripe cannot charge this amount in this currency."""


def to_stripe(amount_minor: int, currency: str) -> int:
    """Returns minor units of ISO 4217 as Stripe counts them.

    Raises:
        AmountUnpayable: finer than Stripe charges in a currency with three decimals.
    """
    if currency in PADDED:
        return amount_minor * 100
    if exponent(currency) == 3 and amount_minor % 10:
        raise AmountUnpayable(f"Cards are charged in steps of 0.010 {currency}.")
    return amount_minor


def from_stripe(amount: int, currency: str) -> int | None:
    """Returns Stripe's amount in minor units of ISO 4217; None where it is no whole number."""
    if currency in PADDED:
        return None if amount % 100 else amount // 100
    return amount
