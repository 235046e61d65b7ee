"""Delivery: where the shop ships to, how, and for how much."""

from dataclasses import dataclass
from datetime import date

from modules.kernel.errors import Conflict
from modules.kernel.money import Money


class NotDeliverable(Conflict):
    """The shop does not deliver there, or not by this method. Fields: `country`, `method_code`."""

    code = "not-deliverable"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOption:
    """One way to deliver a basket. `charge` is zero from the free-delivery threshold on."""

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
