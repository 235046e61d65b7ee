"""Who may call which address: keys, browser sessions, order links, or anybody.

A bearer key beats a cookie: a strange page cannot make a browser send that header. A cookie alone
signs nothing that changes something unless the CSRF token comes with it.
"""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.utils import check_csrf

from config.problems import Problem
from events.context import SAFE_METHODS
from modules.customers.contracts import ApiKeyRefused
from modules.customers.selectors import api_key
from modules.wire import Caller

if TYPE_CHECKING:
    from django.contrib.auth.models import _User

KEY_PREFIX = "cfk_"

# What a signed-in person may do, by the groups they are in.
ROLE_SCOPES = {
    "staff": frozenset(
        {
            "books:read",
            "books:write",
            "catalog:read",
            "carts:write",
            "orders:read",
            "orders:write",
            "payments:write",
            "prices:write",
            "stock:write",
            "webhooks:read",
            "webhooks:write",
        }
    ),
    "auditor": frozenset({"audit:read", "books:read"}),
}


class Anybody:
    """Lets everybody in and says who it is; wrong credentials are refused even here."""

    def __call__(self, request: HttpRequest) -> Caller:
        return caller_of(request)


class Somebody(Anybody):
    """Lets in whoever holds a key, a session or an order's token; which order, the view decides.

    Raises:
        Problem: 401 without any of them.
    """

    def __call__(self, request: HttpRequest) -> Caller:
        caller = caller_of(request)
        if not caller.is_known and not caller.link:
            raise Problem(401, "this address needs an order's token, an API key or a session")
        return caller


class Holder(Anybody):
    """Lets in whoever has `read` for a safe method, `write` for any other.

    Raises:
        Problem: 401 without credentials, 403 with credentials that lack the scope.
    """

    def __init__(self, read: str, write: str = "") -> None:
        self.read = read
        self.write = write or read

    def __call__(self, request: HttpRequest) -> Caller:
        caller = caller_of(request)
        scope = self.read if request.method in SAFE_METHODS else self.write
        if caller.may(scope):
            return caller
        if not caller.is_known:
            raise Problem(401, f"this address needs credentials with the scope {scope}")
        raise Problem(403, f"your credentials lack the scope {scope}", fields={"scope": scope})


def caller_of(request: HttpRequest) -> Caller:
    """Returns who calls, from the bearer token, else from the browser session, else a guest.

    Raises:
        Problem: 401 for a bearer token that cannot be one, or a key that is not valid.
    """
    cart_token = request.headers.get("X-Cart-Token", "")
    authorization = request.headers.get("Authorization", "")
    if authorization:
        return bearer(authorization, cart_token)
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return Caller(cart_token=cart_token)
    return signed_in(request.user, cart_token)


def bearer(authorization: str, cart_token: str) -> Caller:
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > 1000:
        raise Problem(401, "write `Authorization: Bearer` and a key or an order's token")
    if not token.startswith(KEY_PREFIX):
        return Caller(link=token, cart_token=cart_token)
    try:
        key = api_key(token)
    except ApiKeyRefused as refusal:
        raise Problem(401, refusal.message) from None
    return Caller(actor=f"api-key:{key.id}", scopes=frozenset(key.scopes), cart_token=cart_token)


def signed_in(user: "_User | AnonymousUser", cart_token: str) -> Caller:
    if isinstance(user, AnonymousUser) or not user.is_active:
        return Caller(cart_token=cart_token)
    groups = set(ROLE_SCOPES)
    if not user.is_superuser:
        groups &= set(user.groups.values_list("name", flat=True))
    scopes = frozenset(scope for role in groups for scope in ROLE_SCOPES[role])
    role = next((role for role in ROLE_SCOPES if role in groups), "customer")
    return Caller(
        actor=f"{role}:{user.pk}", customer_id=user.pk, scopes=scopes, cart_token=cart_token
    )


def refuse_forgery(request: HttpRequest) -> None:
    """Refuses a change that only a cookie signs, unless the CSRF token comes with it.

    Guests with a session cookie are held to it too: their basket is worth as much.

    Raises:
        Problem: 403.
    """
    signed_by_cookie = (
        settings.SESSION_COOKIE_NAME in request.COOKIES and "Authorization" not in request.headers
    )
    if request.method in SAFE_METHODS or not signed_by_cookie:
        return
    if check_csrf(request) is not None:
        raise Problem(403, "send the CSRF cookie's value in X-CSRFToken", code="csrf-failed")
