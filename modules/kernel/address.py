"""A postal address: the one noun that carts, customers, orders and delivery share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`country` is ISO 3166-1 alpha-2; `line2`, `region` and `phone` may be empty."""

    name: str
    line1: str
    line2: str = ""
    city: str
    postcode: str
    region: str = ""
    country: str
    phone: str = ""
