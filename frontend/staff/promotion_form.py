"""What staff typed about a promotion, read into a rule; and a rule written into the form again."""

from collections.abc import Mapping
from datetime import UTC, datetime

from django.conf import settings
from django.utils.dateparse import parse_datetime

from modules.kernel.errors import Conflict
from modules.kernel.money import Money, MoneyError
from modules.promotions.contracts import Conditions, Rule, Tier

KINDS = {
    "percentage": "A percentage off",
    "fixed": "An amount off",
    "buy-get": "Buy some, get some cheaper",
    "free-delivery": "Free delivery",
    "tiered": "More off the more is bought",
}
TARGETS = {"lines": "the pieces it names", "order": "the whole order", "delivery": "the delivery"}
STEPS = range(1, 5)
PERCENT = 10_000


class PromotionFormRefused(Conflict):
    """Something that was typed about a promotion cannot be read."""

    code = "form-refused"


def read_rule(data: Mapping[str, str]) -> Rule:
    """Returns the rule that the form describes; whether it makes sense is the command's to say.

    Raises:
        PromotionFormRefused: a number, an amount or a time that cannot be read.
    """
    kind, target = data.get("kind", ""), data.get("target", "")
    if kind not in KINDS or target not in TARGETS:
        raise PromotionFormRefused("This form is out of date: reload the page and try again.")
    return Rule(
        label=data.get("label", "").strip()[:200],
        kind=kind,  # type: ignore[arg-type]  # looked up just above
        target=target,  # type: ignore[arg-type]  # the same
        rate_millionths=percentage(data.get("percent", "")),
        amounts=money(data, "amount"),
        buy=whole(data.get("buy", "")),
        get=whole(data.get("get", "")),
        tiers=tuple(step for number in STEPS if (step := tier(data, number)) is not None),
        conditions=Conditions(
            skus=words(data.get("skus", "")),
            categories=words(data.get("categories", "")),
            minimum_units=whole(data.get("minimum_units", "")),
            minimum=money(data, "minimum"),
            groups=words(data.get("groups", "")),
            countries=words(data.get("countries", "").upper()),
            first_order=data.get("first_order") == "yes",
            valid_from=moment(data.get("valid_from", "")),
            valid_until=moment(data.get("valid_until", "")),
        ),
        exclusive=data.get("exclusive") == "yes",
        priority=whole(data.get("priority", "") or "100"),
        needs_voucher=data.get("needs_voucher") == "yes",
    )


def tier(data: Mapping[str, str], number: int) -> Tier | None:
    """Reads a step: from `3` pieces or goods of `50 EUR, 45 GBP`, `10` per cent or amounts off."""
    start, off = words(data.get(f"from_{number}", "")), words(data.get(f"off_{number}", ""))
    if not off:
        return None
    units = [part for part in start if part.isdecimal()]
    rates = [part for part in off if amount(part) is None]
    return Tier(
        from_units=whole(units[0]) if units else 0,
        from_amounts=amounts([part for part in start if not part.isdecimal()]),
        rate_millionths=percentage(rates[0]) if rates else 0,
        amounts=amounts([part for part in off if part not in rates[:1]]),
    )


def amounts(parts: list[str]) -> tuple[Money, ...]:
    """Raises: PromotionFormRefused: one of them is no amount with its currency."""
    found = []
    for part in parts:
        read = amount(part)
        if read is None:
            raise PromotionFormRefused(
                f"“{part}” is neither pieces nor an amount: write 3, or 50 EUR, 45 GBP."
            )
        found.append(read)
    return tuple(found)


def amount(text: str) -> Money | None:
    """Reads `50 EUR` in a currency of the shop; None for anything else."""
    number, _, currency = text.strip().rpartition(" ")
    if currency.upper() not in settings.SHOP_CURRENCIES:
        return None
    try:
        return Money.parse(number.strip(), currency.upper())
    except MoneyError as error:
        raise PromotionFormRefused(f"{error}.") from None


def words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def whole(text: str) -> int:
    text = text.strip() or "0"
    if not text.isdecimal() or len(text) > 9:
        raise PromotionFormRefused(f"“{text}” is not a whole number.")
    return int(text)


def percentage(text: str) -> int:
    """Reads `12.5` as 125000 millionths, without ever being a fraction."""
    text = text.strip().removesuffix("%").strip() or "0"
    before, _, after = text.partition(".")
    if (
        not before.isdecimal()
        or len(before) > 4
        or len(after) > 4
        or not (after or "0").isdecimal()
    ):
        raise PromotionFormRefused(f"“{text}” is not a percentage; write it like 12.5.")
    return int(before) * PERCENT + int(after.ljust(4, "0") or "0")


def money(data: Mapping[str, str], name: str) -> tuple[Money, ...]:
    """Reads one amount for each of the shop's currencies; an empty one is left out."""
    found = []
    for currency in settings.SHOP_CURRENCIES:
        text = data.get(f"{name}_{currency}", "").strip()
        try:
            found += [Money.parse(text, currency)] if text else []
        except MoneyError as error:
            raise PromotionFormRefused(f"{error}.") from None
    return tuple(found)


def moment(text: str) -> datetime | None:
    text = text.strip()
    try:
        found = parse_datetime(text) if text else None
    except ValueError:
        found = None
    if text and found is None:
        raise PromotionFormRefused(f"“{text}” is not a time: write it like 2026-12-01T08:00.")
    return found.replace(tzinfo=UTC) if found and not found.tzinfo else found


def typed(rule: Rule) -> dict[str, str]:
    """Returns a rule as the form's fields hold it."""
    when = rule.conditions
    return {
        "label": rule.label,
        "kind": rule.kind,
        "target": rule.target,
        "percent": as_percent(rule.rate_millionths),
        "buy": str(rule.buy or ""),
        "get": str(rule.get or ""),
        "skus": ", ".join(when.skus),
        "categories": ", ".join(when.categories),
        "minimum_units": str(when.minimum_units or ""),
        "groups": ", ".join(when.groups),
        "countries": ", ".join(when.countries),
        "first_order": "yes" if when.first_order else "",
        "valid_from": f"{when.valid_from:%Y-%m-%dT%H:%M}" if when.valid_from else "",
        "valid_until": f"{when.valid_until:%Y-%m-%dT%H:%M}" if when.valid_until else "",
        "exclusive": "yes" if rule.exclusive else "",
        "priority": str(rule.priority),
        "needs_voucher": "yes" if rule.needs_voucher else "",
        **{f"amount_{each.currency}": str(each).split()[0] for each in rule.amounts},
        **{f"minimum_{each.currency}": str(each).split()[0] for each in when.minimum},
        **{f"from_{n}": begins(each) for n, each in enumerate(rule.tiers, start=1)},
        **{f"off_{n}": takes(each) for n, each in enumerate(rule.tiers, start=1)},
    }


def as_percent(rate_millionths: int) -> str:
    before, after = divmod(rate_millionths, PERCENT)
    return f"{before}.{after:04d}".rstrip("0").rstrip(".") if rate_millionths else ""


def begins(step: Tier) -> str:
    """Returns where a step begins, as it is typed."""
    parts = [str(step.from_units)] if step.from_units or not step.from_amounts else []
    return ", ".join([*parts, *map(str, step.from_amounts)])


def takes(step: Tier) -> str:
    """Returns what a step takes off, as it is typed."""
    return ", ".join(map(str, step.amounts)) or as_percent(step.rate_millionths)
