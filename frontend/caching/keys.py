"""Under which name a finished page is kept: everything that its bytes depend on."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.http.cookie import parse_cookie

from frontend.storefront.shopper import COOKIE, CURRENCY_COOKIE

# Kept by `django.contrib.messages`; whoever is to be told something gets a page of their own.
MESSAGES_COOKIE = "messages"
LOAD_MORE = "#load-more-link"
# What other sites append to follow their readers; no page of ours looks at it.
TRACKING = re.compile(r"(?:^|&)(?:utm_[a-z]+|gclid|fbclid|msclkid|mc_eid)=[^&]*")
LONGEST_QUERY = 300


class Key(NamedTuple):
    """`part`: 0 the whole page, 1 what htmx swaps, 2 what it appends. `known`: see `is_known`."""

    origin: str
    path: str
    query: str
    part: int
    currency: str
    known: bool


def key_of(environ: dict[str, Any]) -> Key | None:
    """Returns the name of what this WSGI request asks for, None if nothing may be kept for it.

    Tracking parameters are taken out of the request, so that the page cannot repeat them.
    """
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return None
    query = environ.get("QUERY_STRING", "")
    if query:
        query = environ["QUERY_STRING"] = TRACKING.sub("", query).lstrip("&")
        if len(query) > LONGEST_QUERY:
            return None
    currency, known = settings.SHOP_CURRENCY, False
    if written := environ.get("HTTP_COOKIE"):
        cookies = parse_cookie(written)
        if MESSAGES_COOKIE in cookies:
            return None
        currency, known = chosen_currency(cookies), is_known(cookies)
    scheme = environ.get("HTTP_X_FORWARDED_PROTO") or environ.get("wsgi.url_scheme", "")
    host = environ.get("HTTP_HOST", "")
    path = environ.get("PATH_INFO", "")
    return Key(f"{scheme}://{host}", path, query, part_of(environ), currency, known)


def part_of(environ: Mapping[str, Any]) -> int:
    """Follows `frontend.htmx.wants_fragment`, and the list's own way to load more."""
    if environ.get("HTTP_HX_REQUEST") != "true":
        return 0
    if (
        environ.get("HTTP_HX_BOOSTED") == "true"
        or environ.get("HTTP_HX_HISTORY_RESTORE_REQUEST") == "true"
    ):
        return 0
    return 2 if environ.get("HTTP_HX_SOURCE", "").endswith(LOAD_MORE) else 1


def chosen_currency(cookies: Mapping[str, str]) -> str:
    chosen = cookies.get(CURRENCY_COOKIE, "")
    return chosen if chosen in settings.SHOP_CURRENCIES else str(settings.SHOP_CURRENCY)


def is_known(cookies: Mapping[str, str]) -> bool:
    """Tells whether this browser may have a basket or an account, which its page then asks for."""
    return COOKIE in cookies or settings.SESSION_COOKIE_NAME in cookies


def may_share(request: HttpRequest) -> bool:
    return request.method in ("GET", "HEAD") and MESSAGES_COOKIE not in request.COOKIES
