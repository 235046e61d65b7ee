"""Value-added tax as the demo shop charges it: per country a standard and a reduced rate.

The rates are those of 2026 in the European Union and the United Kingdom, the reduced one being the
rate for printed matter or, where there is none, the commonest. Deliveries further away are exports.
"""

from collections.abc import Iterable

from modules.pricing.contracts import TaxRule

# Country: standard and reduced rate in tenths of a percent.
_RATES = {
    "FR": (200, 55), "MC": (200, 55), "AT": (200, 100), "BE": (210, 60), "BG": (200, 90),
    "CY": (190, 50), "CZ": (210, 120), "DE": (190, 70), "DK": (250, 250), "EE": (240, 90),
    "ES": (210, 40), "FI": (255, 135), "GB": (200, 50), "GR": (240, 60), "HR": (250, 50),
    "HU": (270, 50), "IE": (230, 90), "IT": (220, 40), "LT": (210, 50), "LU": (170, 30),
    "LV": (210, 50), "MT": (180, 50), "NL": (210, 90), "PL": (230, 50), "PT": (230, 60),
    "RO": (210, 110), "SE": (250, 60), "SI": (220, 50), "SK": (230, 50),
}  # fmt: skip
_CLASSES = ("standard", "reduced")


def tax_rules(countries: Iterable[str]) -> list[TaxRule]:
    """Returns both rules of every country; those without a rate of their own are exports."""
    return [
        _rule(country, tax_class, tenths)
        for country in countries
        for tax_class, tenths in zip(_CLASSES, _RATES.get(country, (0, 0)), strict=True)
    ]


def _rule(country: str, tax_class: str, tenths: int) -> TaxRule:
    percent = f"{tenths / 10:g} %"
    return TaxRule(
        code=f"{country.lower()}-{tax_class}",
        version=1,
        country=country,
        tax_class=tax_class,
        rate_millionths=tenths * 1000,
        label=f"VAT {percent}" if tenths else "Export, no VAT",
    )
