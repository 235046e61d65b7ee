"""Listing prices and tax rules. Both are kept for ever: what was charged can be looked up."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from events.commands import command
from events.context import current_context
from events.facts import publish_all
from events.outbox import emit
from modules.kernel import clock
from modules.pricing.contracts import PriceChanged, PriceRefused, SetPrice, TaxRule, TaxRuleFixed
from modules.pricing.models import Price, TaxRate

type Key = tuple[str, str]

PRICES_DUE = "pricing.announce_due"


def set_price(message: SetPrice) -> None:
    """Lists one price; see `set_prices`."""
    set_prices([message])


@command
def set_prices(messages: Sequence[SetPrice]) -> None:
    """Lists prices, all or none; a listing that is already in force then is not written again.

    Publishes `PriceChanged` for each SKU whose price is another from this moment on; for a price
    listed ahead that follows when its time has come.

    Raises:
        PriceRefused: a negative price, or a comparison price that is lower or in other money.
    """
    now = clock.now()
    for message in messages:
        check(message)
    # Price changes are rare and short, so they queue: a version is given to one listing only.
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE pricing_price IN SHARE ROW EXCLUSIVE MODE")
    history = price_history({message.sku for message in messages})
    before = {key: in_force(prices, now) for key, prices in history.items()}
    added: list[Price] = []
    for message in messages:
        key = (message.sku, message.price.currency)
        listed = listing(message, version=len(history.get(key, [])) + 1, now=now)
        current = in_force(history.get(key, []), listed.valid_from)
        if current is None or current.listing != listed.listing:
            history.setdefault(key, []).append(listed)
            added.append(listed)
    Price.objects.bulk_create(added, batch_size=1000)
    for moment in sorted({price.valid_from for price in added if not price.announced}):
        emit(PRICES_DUE, key=moment.isoformat(), due_at=moment)
    changed = {(price.sku, price.currency) for price in added}
    announce(
        [
            price
            for key in sorted(changed)
            if (price := in_force(history[key], now)) and differs(before.get(key), price)
        ]
    )


@command
def announce_due_prices(now: datetime) -> tuple[str, ...]:
    """Publishes `PriceChanged` for prices listed ahead whose time has come; returns their SKUs."""
    due = list(
        Price.objects.select_for_update(skip_locked=True)
        .filter(announced=False, valid_from__lte=now)
        .order_by("sku", "currency", "valid_from")
    )
    Price.objects.filter(id__in=[price.id for price in due]).update(announced=True)
    history = price_history({price.sku for price in due})
    keys = sorted({(price.sku, price.currency) for price in due})
    announce([price for key in keys if (price := in_force(history[key], now))])
    return tuple(sorted({sku for sku, _ in keys}))


@command
def save_tax_rules(rules: Sequence[TaxRule]) -> None:
    """Stores tax rules; one that is stored already with the same content is left alone.

    Raises:
        TaxRuleFixed: this version of the rule says something else. Quotes cite it, so a new rate
            is a new version, with the moment it begins.
    """
    codes = {rule.code for rule in rules}
    # The lock also reads past the query cache, which knows nothing of rows locked for update.
    stored = {
        (rate.code, rate.version): rate.as_rule()
        for rate in TaxRate.objects.select_for_update().filter(code__in=codes)
    }
    added: list[TaxRate] = []
    for rule in rules:
        known = stored.setdefault((rule.code, rule.version), rule)
        if known is rule:
            added.append(as_rate(rule))
        elif known != rule:
            raise TaxRuleFixed(
                f"{rule.code} version {rule.version} is in use and cannot change: "
                f"save the new rate as version {rule.version + 1} with its first day",
                code=rule.code,
                version=rule.version,
            )
    TaxRate.objects.bulk_create(added)


def check(message: SetPrice) -> None:
    if message.price.minor < 0:
        raise PriceRefused(f"{message.sku}: a price cannot be negative", sku=message.sku)
    compare_at = message.compare_at
    if compare_at and compare_at.currency != message.price.currency:
        raise PriceRefused(f"{message.sku}: compare a price in its own currency", sku=message.sku)
    if compare_at and compare_at.minor < message.price.minor:
        raise PriceRefused(
            f"{message.sku}: the price before a reduction cannot be lower than the price",
            sku=message.sku,
        )


def price_history(skus: set[str]) -> dict[Key, list[Price]]:
    history: dict[Key, list[Price]] = {}
    for price in Price.objects.filter(sku__in=skus).order_by("version"):
        history.setdefault((price.sku, price.currency), []).append(price)
    return history


def in_force(prices: Sequence[Price], at: datetime) -> Price | None:
    begun = [price for price in prices if price.valid_from <= at]
    return max(begun, key=lambda price: (price.valid_from, price.version), default=None)


def listing(message: SetPrice, *, version: int, now: datetime) -> Price:
    valid_from = message.valid_from or now
    return Price(
        sku=message.sku,
        currency=message.price.currency,
        version=version,
        amount_minor=message.price.minor,
        compare_at_minor=message.compare_at.minor if message.compare_at else None,
        tax_class=message.tax_class,
        tax_included=message.tax_included,
        valid_from=valid_from,
        recorded_at=now,
        actor=current_context().actor,
        announced=valid_from <= now,
    )


def differs(before: Price | None, after: Price) -> bool:
    return before is None or (before.amount_minor, before.compare_at_minor) != (
        after.amount_minor,
        after.compare_at_minor,
    )


def announce(prices: Sequence[Price]) -> None:
    publish_all(
        [
            PriceChanged(sku=price.sku, price=price.price, compare_at=price.compare_at)
            for price in prices
        ]
    )


def as_rate(rule: TaxRule) -> TaxRate:
    return TaxRate(
        code=rule.code,
        version=rule.version,
        country=rule.country,
        tax_class=rule.tax_class,
        rate_millionths=rule.rate_millionths,
        label=rule.label,
        valid_from=rule.valid_from,
    )
