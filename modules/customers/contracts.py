"""Customers, their addresses, and the keys machines sign in with."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from modules.kernel.address import Address
from modules.kernel.errors import Conflict, Forbidden, NotFound


class CustomerNotFound(NotFound):
    """No such account, or it is closed."""

    code = "customer-not-found"


class AddressNotFound(NotFound):
    """The address is not in this customer's address book."""

    code = "address-not-found"


class AccountInOffice(Conflict):
    """The account of somebody who works for the shop: its role has to be taken away first."""

    code = "account-in-office"


class RoleUnknown(Conflict):
    """Not one of the shop's roles; field: `role`."""

    code = "role-unknown"


class ScopeUnknown(Conflict):
    """Not something a key can be allowed; field: `scope`."""

    code = "scope-unknown"


class ApiKeyRefused(Forbidden):
    """Unknown, revoked or expired key, or a scope it does not have. Field: `scope`."""

    code = "api-key-refused"


# Django groups of these names; a user in none of them is a customer.
ROLES = ("staff", "auditor")

# What a key may be allowed; `public` calls need none.
SCOPES = (
    "catalog:read",
    "carts:write",
    "orders:read",
    "orders:write",
    "payments:write",
    "prices:write",
    "stock:write",
    "audit:read",
    "books:read",
    "books:write",
    "webhooks:read",
    "webhooks:write",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    id: UUID
    email: str
    name: str
    joined_at: datetime


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
class SetCustomerGroups:
    """Which groups a customer is in from now on, such as `trade`; others are left."""

    customer_id: UUID
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueApiKey:
    """Makes a key; the secret is shown once and only its hash is kept."""

    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedApiKey:
    """The only moment at which the secret can be read."""

    id: UUID
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key that may be used; `prefix` is the readable start of its secret."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    revoked_at: datetime | None
    prefix: str = ""
