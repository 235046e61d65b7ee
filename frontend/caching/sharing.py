"""Views whose answers are the same bytes for everybody: no basket, no name, no token in them."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, cast

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from frontend.caching.keys import is_known, may_share
from frontend.caching.versions import SHOP

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponse]

# Asked for again each time and mostly answered 304, because a change shows at the next request.
CHECKED = "public, max-age=0, must-revalidate"
# A browser with a basket gets its own variant, and a proxy cannot tell the two apart.
CHECKED_PRIVATELY = "private, max-age=0, must-revalidate"


def shared[**P](view: View[P]) -> View[P]:
    """Has a view's pages rendered for nobody in particular, so that they can be kept.

    A page for a browser that may have a basket or an account asks for both by a request of its own
    (`storefront/visitor.html`); one for a newcomer need not.
    """

    @wraps(view)
    def for_everybody(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        may = may_share(request)
        request.is_shared = may  # type: ignore[attr-defined]
        response = view(request, *args, **kwargs)
        if may and response.status_code == 200:
            known = is_known(request.COOKIES)
            response["Cache-Control"] = CHECKED_PRIVATELY if known else CHECKED
            patch_vary_headers(response, ("Accept-Encoding", "Cookie"))
            scopes: frozenset[str] = getattr(response, "depends_on", frozenset((SHOP,)))
            response.shown_scopes = scopes  # type: ignore[attr-defined]
            known_names: frozenset[str] = getattr(response, "looked_at", frozenset())
            # Any other parameter makes an address of which there could be any number.
            response.is_kept = known_names.issuperset(request.GET)  # type: ignore[attr-defined]
        return response

    for_everybody.is_for_everybody = True  # type: ignore[attr-defined]
    return cast("View[P]", for_everybody)


def is_for_everybody(view: Callable[..., object]) -> bool:
    return getattr(view, "is_for_everybody", False)


def is_shared(request: HttpRequest) -> bool:
    return getattr(request, "is_shared", False)


def depends_on(response: HttpResponse, *scopes: Iterable[str]) -> HttpResponse:
    """Has a kept page forgotten when one of these scopes changes too: see `caching.versions`."""
    response.depends_on = frozenset((SHOP,)).union(*scopes)  # type: ignore[attr-defined]
    return response


def looked_at(response: HttpResponse, names: Iterable[str]) -> HttpResponse:
    """Says which parameters of the address the page depends on; with others it is not kept."""
    response.looked_at = frozenset(names)  # type: ignore[attr-defined]
    return response
