"""Questions about people and keys; never cached."""

from collections.abc import Iterable
from hmac import compare_digest
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser

from modules.customers.contracts import (
    ROLES,
    ApiKey,
    ApiKeyRefused,
    Customer,
    CustomerNotFound,
    SavedAddress,
)
from modules.customers.domain.secrets import hashed
from modules.customers.models import ApiKey as ApiKeyRow
from modules.customers.models import SavedAddress as SavedAddressRow
from modules.customers.models import User
from modules.kernel import clock


def customer(customer_id: UUID) -> Customer:
    """Returns an account that can be signed in to.

    Raises:
        CustomerNotFound: no such account, or it is closed.
    """
    user = User.objects.filter(id=customer_id, is_active=True).first()
    if user is None:
        raise CustomerNotFound("This account does not exist any more")
    return user.as_customer()


def customer_by_email(email: str) -> Customer | None:
    """Returns the account that signs in with this e-mail address, if there is one."""
    user = User.objects.filter(email__iexact=email.strip()).first()
    return user.as_customer() if user else None


def proven_emails(customer_id: UUID) -> tuple[str, ...]:
    """Returns the e-mail addresses that the account's owner has shown to be theirs."""
    found = EmailAddress.objects.filter(user_id=customer_id, verified=True)
    return tuple(found.order_by("-primary", "email").values_list("email", flat=True))


def account_emails(ids: Iterable[UUID]) -> tuple[str, ...]:
    """Returns the e-mail addresses of those of these ids that are accounts, in lower case."""
    found = User.objects.filter(id__in=list(ids)).order_by("id")
    return tuple(email.lower() for email in found.values_list("email", flat=True))


def confirmed_by_password(customer_id: UUID, password: str) -> bool:
    """Tells whether a password is the account's."""
    user = User.objects.filter(id=customer_id, is_active=True).first()
    return user is not None and user.check_password(password)


def addresses(customer_id: UUID) -> tuple[SavedAddress, ...]:
    """Returns a customer's address book, the default first and then the newest."""
    rows = SavedAddressRow.objects.filter(user_id=customer_id).order_by("-is_default", "-id")
    return tuple(row.as_contract() for row in rows)


def api_key(secret: str, scope: str = "") -> ApiKey:
    """Returns the key with this secret if it may be used now, and for `scope` if given; one query.

    Raises:
        ApiKeyRefused: unknown, revoked or expired, all told alike; or without the scope.
    """
    wanted = hashed(secret)
    row = ApiKeyRow.objects.filter(secret_hash=wanted).first()
    if row is None or not compare_digest(row.secret_hash, wanted) or not usable(row):
        raise ApiKeyRefused("This API key is not valid: ask the shop for a new one", scope=scope)
    if scope and scope not in row.scopes:
        raise ApiKeyRefused(f"This API key lacks the scope {scope}", scope=scope)
    return row.as_contract()


def api_keys() -> tuple[ApiKey, ...]:
    """Returns all keys ever issued, newest first, without their secrets."""
    return tuple(row.as_contract() for row in ApiKeyRow.objects.order_by("-id"))


def has_role(user: User | AnonymousUser, role: str) -> bool:
    """Tells whether somebody who is signed in has a role; a superuser has all. One query."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return user.is_superuser or user.groups.filter(name=role).exists()


def customer_groups(customer_id: UUID) -> tuple[str, ...]:
    """Returns the groups that a customer was put into, roles of the shop left out; one query."""
    rows = User.objects.filter(id=customer_id, is_active=True)
    names = rows.exclude(groups=None).values_list("groups__name", flat=True)
    return tuple(sorted(name for name in names if name not in ROLES))


def usable(key: ApiKeyRow) -> bool:
    in_time = key.expires_at is None or clock.now() < key.expires_at
    return key.revoked_at is None and in_time
