"""Amounts as people write them. Machines are given minor units and a currency instead."""

import copy
import re
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.numbers import NumberPattern

from modules.kernel.money import Money, exponent

# The language of all sentences that the modules themselves write.
ENGLISH = Locale.parse("en_GB")
LETTER_BEFORE_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")


def written(amount: Money, locale: Locale = ENGLISH) -> str:
    """Returns an amount as a locale writes it, with the decimals its currency is accounted in.

    CLDR rounds some currencies for display (IQD to 0 decimals where ISO 4217 says 3); people must
    see every minor unit that is charged.
    """
    number = Decimal(amount.minor).scaleb(-exponent(amount.currency))
    pattern = currency_pattern(locale, amount.currency)
    text: str = pattern.apply(number, locale, currency=amount.currency, currency_digits=False)
    # CLDR asks for a gap between letters and digits (BHD 6.900), which babel leaves out.
    return LETTER_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", text)


@cache
def currency_pattern(locale: Locale, currency: str) -> NumberPattern:
    pattern: NumberPattern = copy.copy(locale.currency_formats["standard"])
    pattern.frac_prec = (exponent(currency), exponent(currency))
    return pattern
