"""Money as whole minor units of a currency. No float ever touches an amount."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Decimal places per ISO 4217; a currency that is missing here is refused, not guessed.
EXPONENTS = dict.fromkeys(
    (
        "AED AUD BGN BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR MXN MYR NOK NZD PHP PLN "
        "RON SAR SEK SGD THB TRY TWD UAH USD ZAR"
    ).split(" "),
    2,
)
EXPONENTS |= dict.fromkeys("CLP ISK JPY KRW PYG UGX VND XAF XOF XPF".split(" "), 0)
EXPONENTS |= dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(" "), 3)

_AMOUNT = re.compile(r"(-?)(\d{1,15})(?:\.(\d+))?", re.ASCII)


class MoneyError(ValueError):
    """An amount that cannot be money: unknown currency, too many decimals, mixed currencies."""


def exponent(currency: str) -> int:
    """Returns the decimals of a currency (EUR 2, JPY 0, BHD 3).

    Raises:
        MoneyError: the currency is not one the shop knows.
    """
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise MoneyError(f"{currency!r} is not a currency this shop knows") from None


def divide_half_up(numerator: int, denominator: int) -> int:
    """Returns numerator / denominator rounded to the nearest integer, halves away from zero."""
    if denominator <= 0:
        raise MoneyError("an amount cannot be divided by zero or less")
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Splits minor units in proportion to weights by largest remainder; ties go to the first.

    The shares sum to `amount` exactly, and a negative amount mirrors the positive one. Weights are
    integers of zero or more; when all are zero nothing can be shared and only amount 0 is accepted.
    """
    total = sum(weights)
    if any(weight < 0 for weight in weights):
        raise MoneyError("a share cannot have a negative weight")
    if total == 0:
        if amount != 0:
            raise MoneyError("an amount cannot be shared among lines that are all worth nothing")
        return [0] * len(weights)
    sign, amount = (-1, -amount) if amount < 0 else (1, amount)
    shares = [amount * weight // total for weight in weights]
    remainders = [amount * weight % total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))
    for index in by_remainder[: amount - sum(shares)]:
        shares[index] += 1
    return [sign * share for share in shares]


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of `minor` units (cents, yen, fils) of a currency (ISO 4217 code)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise MoneyError(f"minor units are whole numbers, not {self.minor!r}")
        exponent(self.currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Reads a decimal such as `12.90`; refuses decimals that the currency does not have.

        Raises:
            MoneyError: not a plain decimal number, or finer than a minor unit.
        """
        match = _AMOUNT.fullmatch(text.strip())
        if match is None:
            raise MoneyError(f"{text!r} is not an amount; write it like 12.90")
        sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
        places = exponent(currency)
        if len(fraction) > places:
            raise MoneyError(f"{currency} has {places} decimals; {text!r} has {len(fraction)}")
        minor = int(whole + fraction.ljust(places, "0"))
        return cls(-minor if sign else minor, currency)

    def __str__(self) -> str:
        places = exponent(self.currency)
        sign = "-" if self.minor < 0 else ""
        digits = str(abs(self.minor)).rjust(places + 1, "0")
        amount = f"{digits[:-places]}.{digits[-places:]}" if places else digits
        return f"{sign}{amount} {self.currency}"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __mul__(self, quantity: int) -> "Money":
        return Money(self.minor * quantity, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise MoneyError(f"{self.currency} and {other.currency} cannot be added")
        return other


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Returns the sum of amounts in `currency`; zero when there are none."""
    result = Money.zero(currency)
    for amount in amounts:
        result = result + amount
    return result
