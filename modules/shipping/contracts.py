"""Delivery: where the shop ships to, how, and for how much."""

from dataclasses import dataclass
from datetime import date

from modules.kernel.errors import Conflict
from modules.kernel.money import Money


class NotDeliverable(Conflict):
    """The shop does not deliver there, or not by this method. Fields: `country`, `method_code`."""

    code = "not-deliverable"


class ZoneRefused(Conflict):
    """Zones that contradict each other or name an unknown method. Fields: `zone`, `value`."""

    code = "zone-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOption:
    """One way to deliver a basket. `charge` is zero from the free-delivery threshold on.

    `days_min` and `days_max` count working days, Monday to Friday; `rule` at `rule_version` names
    the rate that was applied.
    """

    method_code: str
    title: str
    carrier: str
    charge: Money
    free_from: Money | None
    days_min: int
    days_max: int
    earliest: date
    latest: date
    tax_class: str
    tax_included: bool
    rule: str
    rule_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """`code` is ISO 3166-1 alpha-2; `postcode_pattern` is a regular expression or empty."""

    code: str
    name: str
    postcode_pattern: str
    postcode_example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveMethod:
    """Creates or updates a way to deliver; options are offered in order of `position`."""

    code: str
    title: str
    carrier: str
    tax_class: str = "standard"
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveRate:
    """What a method costs in a zone in one currency; free from goods worth `free_from` on."""

    method_code: str
    charge: Money
    free_from: Money | None = None
    tax_included: bool = True
    days_min: int
    days_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveZone:
    """Creates or replaces a zone, its countries and all its rates."""

    code: str
    name: str
    countries: tuple[str, ...]
    rates: tuple[SaveRate, ...]
