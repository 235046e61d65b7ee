"""Saying where the shop delivers, how, and for how much."""

from collections.abc import Sequence

from events.commands import command
from events.database import uncached
from modules.shipping.contracts import SaveMethod, SaveRate, SaveZone, ZoneRefused
from modules.shipping.domain import defaults
from modules.shipping.models import Method, Rate, Zone


def save_defaults() -> None:
    """Stores the delivery that a French shop starts with; again, it restores it."""
    save_methods(defaults.METHODS)
    save_zones(defaults.ZONES)


@command
def save_methods(methods: Sequence[SaveMethod]) -> None:
    """Creates or updates ways to deliver."""
    for method in methods:
        Method.objects.update_or_create(
            code=method.code,
            defaults={
                "title": method.title,
                "carrier": method.carrier,
                "tax_class": method.tax_class,
                "position": method.position,
            },
        )


@command
def save_zones(zones: Sequence[SaveZone]) -> None:
    """Creates or replaces zones with their rates; a rate that changes counts its version up.

    Raises:
        ZoneRefused: a country that is in another zone already, or a method nobody knows.
    """
    with uncached():
        for zone in zones:
            save_zone(zone)
        refuse_overlaps()


def refuse_overlaps() -> None:
    owners: dict[str, str] = {}
    for code, countries in Zone.objects.order_by("code").values_list("code", "countries"):
        for country in countries:
            if owners.setdefault(country, code) != code:
                raise ZoneRefused(
                    f"{country} is in the zones {owners[country]} and {code}: keep it in one",
                    zone=code,
                    value=country,
                )


def save_zone(zone: SaveZone) -> None:
    row, _ = Zone.objects.update_or_create(
        code=zone.code, defaults={"name": zone.name, "countries": sorted(set(zone.countries))}
    )
    methods = {method.code: method for method in Method.objects.all()}
    stored = {(rate.method_id, rate.currency): rate for rate in Rate.objects.filter(zone=row)}
    for rate in zone.rates:
        if rate.method_code not in methods:
            raise ZoneRefused(
                f"{zone.code} names the unknown method {rate.method_code}: save the method first",
                zone=zone.code,
                value=rate.method_code,
            )
        method = methods[rate.method_code]
        save_rate(rate, row, method, stored.pop((method.id, rate.charge.currency), None))
    Rate.objects.filter(id__in=[rate.id for rate in stored.values()]).delete()


def save_rate(rate: SaveRate, zone: Zone, method: Method, stored: Rate | None) -> None:
    wanted = {
        "charge_minor": rate.charge.minor,
        "free_from_minor": rate.free_from.minor if rate.free_from else None,
        "tax_included": rate.tax_included,
        "days_min": rate.days_min,
        "days_max": rate.days_max,
    }
    if stored is None:
        Rate.objects.create(zone=zone, method=method, currency=rate.charge.currency, **wanted)
    elif any(getattr(stored, name) != value for name, value in wanted.items()):
        Rate.objects.filter(id=stored.id).update(version=stored.version + 1, **wanted)
