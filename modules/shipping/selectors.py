"""Questions about delivery. What it costs is always read; where it goes may be seconds old."""

from collections.abc import Container, Sequence
from datetime import date
from functools import cache
from typing import Any

from babel import Locale

from events.database import fetch
from modules.kernel import clock
from modules.kernel.address import Address
from modules.kernel.money import Money
from modules.shipping.contracts import Country, DeliveryOption, NotDeliverable
from modules.shipping.domain.addresses import POSTCODES, problems
from modules.shipping.domain.dates import after_working_days
from modules.shipping.models import Zone


def countries() -> tuple[Country, ...]:
    """Returns the countries the shop delivers to, by English name; one query."""
    served = {code for zone in Zone.objects.all() for code in zone.countries}
    listed = [
        Country(
            code=code,
            name=country_name(code) or code,
            postcode_pattern=POSTCODES.get(code, ("", ""))[0],
            postcode_example=POSTCODES.get(code, ("", ""))[1],
        )
        for code in served
    ]
    return tuple(sorted(listed, key=lambda country: country.name))


# By hand, because every basket asks it: asking PostgreSQL takes less than naming it for a cache.
_RATES = """
    SELECT z.code, m.code, m.title, m.carrier, m.tax_class, r.charge_minor, r.free_from_minor,
        r.tax_included, r.days_min, r.days_max, r.version
    FROM shipping_rate AS r JOIN shipping_zone AS z ON z.id = r.zone_id
        JOIN shipping_method AS m ON m.id = r.method_id
    WHERE z.countries @> ARRAY[%s]::varchar[] AND r.currency = %s ORDER BY m.position, m.code
"""


def delivery_options(
    country: str, currency: str, goods_minor: int, today: date | None = None
) -> tuple[DeliveryOption, ...]:
    """Returns the ways to deliver goods worth `goods_minor` there; none if the shop does not.

    Never cached. One query.
    """
    start = today or clock.now().date()
    rows = fetch(_RATES, (country, currency))
    return tuple(option(row, currency, goods_minor, start) for row in rows)


def delivery_option(
    country: str,
    currency: str,
    method_code: str,
    goods_minor: int,
    today: date | None = None,
) -> DeliveryOption:
    """Returns one way to deliver.

    Raises:
        NotDeliverable: not to this country, or not by this method in this currency.
    """
    options = delivery_options(country, currency, goods_minor, today)
    for found in options:
        if found.method_code == method_code:
            return found
    where = country_name(country) or country
    raise NotDeliverable(
        f"Choose another way of delivery: this one is not offered in {where}"
        if options
        else f"We do not deliver to {where} yet: choose another country",
        country=country,
        method_code=method_code,
    )


def check_address(address: Address, served: Container[str] = ()) -> dict[str, str]:
    """Returns what to correct, as field -> sentence; empty when a parcel can go there.

    `served` are countries that the caller knows to be delivered to; any other is looked up.
    """
    known = address.country in served
    return problems(
        address,
        served={address.country} if known else {country.code for country in countries()},
        country_name=country_name(address.country),
    )


def option(row: Sequence[Any], currency: str, goods_minor: int, start: date) -> DeliveryOption:
    (zone, code, title, carrier, tax_class, charge_minor, free_from_minor, tax_included, days_min,
     days_max, version) = row  # fmt: skip
    free = free_from_minor is not None and goods_minor >= free_from_minor
    return DeliveryOption(
        method_code=code,
        title=title,
        carrier=carrier,
        charge=Money(0 if free else charge_minor, currency),
        free_from=None if free_from_minor is None else Money(free_from_minor, currency),
        days_min=days_min,
        days_max=days_max,
        earliest=after_working_days(start, days_min),
        latest=after_working_days(start, days_max),
        tax_class=tax_class,
        tax_included=tax_included,
        # The name under which a quote cites this rate.
        rule=f"{zone}.{code}.{currency}",
        rule_version=version,
    )


@cache
def territories() -> dict[str, str]:
    return dict(Locale("en").territories)


def country_name(code: str) -> str:
    """Returns a country's English name; empty when the code means nothing."""
    return territories().get(code, "") if len(code) == 2 and code.isalpha() else ""
