"""What every module's `api.py` shares: bounded wire types, and who is calling.

A body refuses what it does not know; a number is a number and never a text that looks like one;
every text and every number has an end. Replies are read from the contracts' dataclasses.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from ipaddress import IPv6Network, ip_address
from typing import Annotated, Protocol
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from modules.kernel.address import Address
from modules.kernel.money import EXPONENTS

MAXIMUM_MINOR = 99_999_999_999
MAXIMUM_UNITS = 1_000_000
# Who holds one IPv6 address usually holds the 2**64 beside it.
IPV6_PREFIX = 64

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_DIGITS = re.compile(r"-?(0|[1-9][0-9]{0,17})")


def _moment(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and _RFC3339.fullmatch(value)):
        return value
    raise ValueError("a moment is written like 2026-03-01T12:00:00Z (RFC 3339, with its offset)")


def _whole(value: object) -> object:
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise ValueError("a whole number is written with digits only")
    return value


def _truth(value: object) -> object:
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError("write true or false")
    return value


def _known_currency(value: str) -> str:
    if value not in EXPONENTS:
        raise ValueError("not the ISO 4217 code of a currency that this shop knows")
    return value


def _hyphenated(value: object) -> object:
    if isinstance(value, str) and len(value) != 36:
        raise ValueError("an identifier has 36 characters: 8-4-4-4-12 hexadecimal digits")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Identifier = Annotated[UUID, BeforeValidator(_hyphenated)]
# Addresses carry texts only, so their numbers are read from digits; bodies carry numbers. Stands
# after the bounds: pydantic describes only bounds that it meets first.
DIGITS = BeforeValidator(_whole)
AddressBoolean = Annotated[bool, BeforeValidator(_truth)]
Minor = Annotated[int, Field(strict=True, ge=0, le=MAXIMUM_MINOR)]
PositiveMinor = Annotated[int, Field(strict=True, ge=1, le=MAXIMUM_MINOR)]
Units = Annotated[int, Field(strict=True, ge=1, le=MAXIMUM_UNITS)]
Version = Annotated[int, Field(strict=True, ge=1, le=2_147_483_647)]
Truth = Annotated[bool, Field(strict=True)]
# Spelled out, because what counts as a space differs between Python, JSON Schema and pydantic.
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"[^\x00-\x20\x7f-\xa0]")]
OptionalLine = Annotated[str, Field(max_length=200)]
Sku = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")]
Slug = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[0-9a-z][0-9a-z/_-]*$")]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]*$")]
Currency = Annotated[
    str, Field(json_schema_extra={"enum": sorted(EXPONENTS)}), AfterValidator(_known_currency)
]
Country = Annotated[str, Field(min_length=2, max_length=2, pattern=r"^[A-Z]{2}$")]
# One @ between two parts without spaces; whether mail arrives there only mail can tell.
Email = Annotated[
    str,
    Field(
        min_length=3,
        max_length=254,
        pattern=r"^[^\x00-\x20\x7f-\xa0@]+@[^\x00-\x20\x7f-\xa0@]+$",
    ),
]


class Body(BaseModel):
    """What a request may carry; an unknown key is refused, so a typing error never passes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reply(BaseModel):
    """What a response carries, read from the attributes of a contract."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class MoneyReply(Reply):
    """An amount in whole minor units, so that no client ever rounds."""

    minor: int = Field(
        description="Cents, yen, fils: the currency's smallest unit.", examples=[1290]
    )
    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])


class AddressBody(Body):
    """A postal address."""

    name: Line = Field(description="Who receives it.", examples=["Ada Lovelace"])
    line1: Line = Field(description="Street and number.", examples=["12 rue des Arts"])
    line2: OptionalLine = Field("", description="Flat, floor, company.", examples=["3rd floor"])
    city: Line = Field(description="Town.", examples=["Lyon"])
    postcode: OptionalLine = Field(
        "", description="Postal code, as the country writes it.", examples=["69002"]
    )
    region: OptionalLine = Field("", description="State or county, if needed.", examples=[""])
    country: Country = Field(description="ISO 3166-1 alpha-2 code.", examples=["FR"])
    phone: OptionalLine = Field("", description="For the carrier.", examples=["+33 4 72 00 00 00"])

    def address(self) -> Address:
        return Address(**self.model_dump())


class AddressReply(Reply):
    """A postal address."""

    name: str = Field(description="Who receives it.", examples=["Ada Lovelace"])
    line1: str = Field(description="Street and number.", examples=["12 rue des Arts"])
    line2: str = Field(description="Flat, floor, company; may be empty.", examples=[""])
    city: str = Field(description="Town.", examples=["Lyon"])
    postcode: str = Field(description="Postal code.", examples=["69002"])
    region: str = Field(description="State or county; may be empty.", examples=[""])
    country: str = Field(description="ISO 3166-1 alpha-2 code.", examples=["FR"])
    phone: str = Field(description="For the carrier; may be empty.", examples=[""])


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, established before any view runs.

    `actor` is stamped on events (`guest`, `customer:<id>`, `staff:<id>`, `api-key:<id>`);
    `scopes` is what a key or a role may do; `link` is an order's token, `cart_token` a basket's,
    both still to be checked against what they are said to open.
    """

    actor: str = "guest"
    customer_id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    link: str = ""
    cart_token: str = ""

    def may(self, scope: str) -> bool:
        return scope in self.scopes

    @property
    def is_known(self) -> bool:
        return self.actor != "guest"

    def owns(self, customer_id: UUID | None) -> bool:
        """Tells whether what belongs to this customer belongs to the caller; None to nobody."""
        return customer_id is not None and customer_id == self.customer_id

    def holds_cart(self, token: str) -> bool:
        """Compares basket tokens in constant time."""
        return bool(token) and compare_digest(self.cart_token.encode(), token.encode())


class Called(Protocol):
    """A request whose caller is established."""

    @property
    def auth(self) -> Caller: ...


def sender(request: HttpRequest) -> str:
    """Returns the address that our own proxy saw, or that reached us where there is none.

    What a client writes into X-Forwarded-For stands left of what the proxy adds.
    """
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def neighbourhood(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    return str(IPv6Network((int(found), IPV6_PREFIX), strict=False))
