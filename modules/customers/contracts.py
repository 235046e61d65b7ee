"""Customers, their addresses, and the keys machines sign in with."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from modules.kernel.address import Address
from modules.kernel.errors import Forbidden, NotFound


class CustomerNotFound(NotFound):
    code = "customer-not-found"


class AddressNotFound(NotFound):
    code = "address-not-found"


class ApiKeyRefused(Forbidden):
    """Unknown, revoked or expired key, or a scope it does not have. Field: `scope`."""

    code = "api-key-refused"


# What a key may be allowed; `public` calls need none.
SCOPES = (
    "catalog:read",
    "carts:write",
    "orders:read",
    "orders:write",
    "payments:write",
    "stock:write",
    "audit:read",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    id: UUID
    email: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedAddress:
    id: UUID
    address: Address
    is_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveAddress:
    """Adds an address, or replaces the one with `address_id`."""

    customer_id: UUID
    address: Address
    is_default: bool = False
    address_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveAddress:
    customer_id: UUID
    address_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueApiKey:
    """Makes a key; the secret is shown once and only its hash is kept."""

    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedApiKey:
    id: UUID
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    id: UUID
    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    revoked_at: datetime | None
