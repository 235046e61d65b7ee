"""Questions about delivery. Answers may be some seconds old unless `fresh` is asked for."""

from contextlib import nullcontext
from datetime import date
from functools import cache

from babel import Locale

from events.database import uncached
from modules.kernel import clock
from modules.kernel.address import Address
from modules.kernel.money import Money
from modules.shipping.contracts import Country, DeliveryOption, NotDeliverable
from modules.shipping.domain.addresses import POSTCODES, problems
from modules.shipping.domain.dates import after_working_days
from modules.shipping.models import Rate, Zone


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


def delivery_options(
    country: str,
    currency: str,
    goods_minor: int,
    today: date | None = None,
    *,
    fresh: bool = False,
) -> tuple[DeliveryOption, ...]:
    """Returns the ways to deliver goods worth `goods_minor` there; none if the shop does not.

    `fresh=True` reads past the cache, as placing an order must. One query.
    """
    start = today or clock.now().date()
    with uncached() if fresh else nullcontext():
        rates = list(
            Rate.objects.filter(zone__countries__contains=[country], currency=currency)
            .select_related("zone", "method")
            .order_by("method__position", "method__code")
        )
    return tuple(option(rate, goods_minor, start) for rate in rates)


def delivery_option(
    country: str,
    currency: str,
    method_code: str,
    goods_minor: int,
    today: date | None = None,
    *,
    fresh: bool = False,
) -> DeliveryOption:
    """Returns one way to deliver.

    Raises:
        NotDeliverable: not to this country, or not by this method in this currency.
    """
    options = delivery_options(country, currency, goods_minor, today, fresh=fresh)
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


def check_address(address: Address) -> dict[str, str]:
    """Returns what to correct, as field -> sentence; empty when a parcel can go there."""
    return problems(
        address,
        served={country.code for country in countries()},
        country_name=country_name(address.country),
    )


def option(rate: Rate, goods_minor: int, start: date) -> DeliveryOption:
    free = rate.free_from_minor is not None and goods_minor >= rate.free_from_minor
    return DeliveryOption(
        method_code=rate.method.code,
        title=rate.method.title,
        carrier=rate.method.carrier,
        charge=Money(0 if free else rate.charge_minor, rate.currency),
        free_from=rate.free_from,
        days_min=rate.days_min,
        days_max=rate.days_max,
        earliest=after_working_days(start, rate.days_min),
        latest=after_working_days(start, rate.days_max),
        tax_class=rate.method.tax_class,
        tax_included=rate.tax_included,
        rule=rate.rule,
        rule_version=rate.version,
    )


@cache
def territories() -> dict[str, str]:
    return dict(Locale("en").territories)


def country_name(code: str) -> str:
    """Returns a country's English name; empty when the code means nothing."""
    return territories().get(code, "") if len(code) == 2 and code.isalpha() else ""
