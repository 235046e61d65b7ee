"""Address books, keys and roles."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.db.transaction import atomic

from events.commands import command
from modules.customers.contracts import (
    ROLES,
    SCOPES,
    AccountInOffice,
    AddressNotFound,
    CustomerNotFound,
    IssueApiKey,
    IssuedApiKey,
    RemoveAddress,
    RoleUnknown,
    SaveAddress,
    ScopeUnknown,
    SetCustomerGroups,
)
from modules.customers.domain.secrets import PREFIX_LENGTH, hashed, new_secret
from modules.customers.models import ApiKey, SavedAddress, User
from modules.kernel import clock
from modules.kernel.identity import new_id


@command
def save_address(message: SaveAddress) -> UUID:
    """Adds or replaces an address and returns its id; the first becomes the default.

    Raises:
        CustomerNotFound: no such customer.
        AddressNotFound: the address to replace is not this customer's.
    """
    # The customer's row is the lock under which one address at most is the default.
    if not User.objects.select_for_update().filter(id=message.customer_id).exists():
        raise CustomerNotFound("This account does not exist any more: sign in again")
    mine = SavedAddress.objects.filter(user_id=message.customer_id)
    others = mine.exclude(id=message.address_id) if message.address_id else mine
    is_default = message.is_default or not others.filter(is_default=True).exists()
    if is_default:
        others.filter(is_default=True).update(is_default=False)
    values = asdict(message.address) | {"is_default": is_default}
    if message.address_id is None:
        address_id = new_id()
        SavedAddress.objects.create(id=address_id, user_id=message.customer_id, **values)
        return address_id
    if not mine.filter(id=message.address_id).update(**values):
        raise AddressNotFound("This address is not in your address book any more")
    return message.address_id


@command
def remove_address(message: RemoveAddress) -> None:
    """Removes an address; the newest one left becomes the default if it was that.

    Raises:
        AddressNotFound: it is not in this customer's address book.
    """
    User.objects.select_for_update().filter(id=message.customer_id).exists()
    mine = SavedAddress.objects.filter(user_id=message.customer_id)
    address = mine.filter(id=message.address_id).first()
    if address is None:
        raise AddressNotFound("This address is not in your address book any more")
    address.delete()
    heir = mine.order_by("-id").first()
    if address.is_default and heir:
        mine.filter(id=heir.id).update(is_default=True)


@atomic
def issue_api_key(message: IssueApiKey) -> IssuedApiKey:
    """Makes a key and returns its secret, which cannot be read again.

    Not a repeatable command: the answers of those are stored, and a secret is not.

    Raises:
        ScopeUnknown: not one of `SCOPES`.
    """
    for scope in message.scopes:
        if scope not in SCOPES:
            raise ScopeUnknown(f"{scope!r} is none of {', '.join(SCOPES)}", scope=scope)
    secret = new_secret()
    key = ApiKey.objects.create(
        name=message.name,
        prefix=secret[:PREFIX_LENGTH],
        secret_hash=hashed(secret),
        scopes=sorted(set(message.scopes)),
        created_at=clock.now(),
        expires_at=message.expires_at,
    )
    return IssuedApiKey(id=key.id, secret=secret)


@command
def revoke_api_key(key_id: UUID) -> None:
    """Ends a key from now on; ending it again changes nothing."""
    ApiKey.objects.filter(id=key_id, revoked_at=None).update(revoked_at=clock.now())


@command
def set_customer_groups(message: SetCustomerGroups) -> None:
    """Sets the groups a customer is in, for promotions; roles of the shop stay as they are.

    Raises:
        CustomerNotFound: no such customer.
        RoleUnknown: a role of the shop is no group, and is not given this way.
    """
    user = User.objects.select_for_update().filter(id=message.customer_id).first()
    if user is None:
        raise CustomerNotFound("This account does not exist")
    for name in message.groups:
        if name in ROLES or not name.strip() or len(name) > 100:
            raise RoleUnknown(f"{name!r} cannot be a group of customers", role=name)
    kept = list(user.groups.filter(name__in=ROLES))
    user.groups.set([*kept, *(Group.objects.get_or_create(name=n)[0] for n in message.groups)])


def end_expired_sessions() -> int:
    """Deletes sign-ins that have expired; returns how many."""
    return Session.objects.filter(expire_date__lt=clock.now()).delete()[0]


@atomic
def close_accounts(account_ids: Collection[UUID], opened_until: datetime) -> int:
    """Deletes accounts with address books, e-mail addresses and sign-ins; returns how many.

    Raises:
        AccountInOffice: one of them is of somebody who works here; their deeds name it.
    """
    found = User.objects.filter(id__in=account_ids, date_joined__lte=opened_until)
    if found.filter(Q(is_staff=True) | Q(is_superuser=True) | Q(groups__isnull=False)).exists():
        raise AccountInOffice(
            "This account has a role in the shop. Take the role away first, then erase it."
        )
    closed = {str(each) for each in found.values_list("id", flat=True)}
    if closed:
        for session in Session.objects.all():
            if session.get_decoded().get(SESSION_KEY) in closed:
                session.delete()
    found.delete()
    return len(closed)


@atomic
def ensure_role(email: str, password: str, role: str, name: str = "") -> UUID:
    """Makes sure that an account with this password has a role; returns the account's id.

    An empty role makes a plain customer. Calling it again changes nothing.

    Raises:
        RoleUnknown: not one of `ROLES`.
    """
    if role and role not in ROLES:
        raise RoleUnknown(f"{role!r} is none of {', '.join(ROLES)}", role=role)
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name)
    elif not user.check_password(password):
        user.set_password(password)
    user.name = name or user.name
    user.is_staff = user.is_staff or role == "staff"
    user.save()
    if role:
        group, _ = Group.objects.get_or_create(name=role)
        user.groups.add(group)
    return user.id
