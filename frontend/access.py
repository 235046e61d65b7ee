"""Who may see a page: roles, checked the same way for pages and parts of pages."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from events.context import acting
from modules.customers.selectors import has_role

type View = Callable[..., HttpResponseBase]

REFUSALS = {
    "staff": "This page is for the shop's staff. Sign in with a staff account to see it.",
    "auditor": "This page is for auditors. Sign in with an auditor's account to see it.",
}


def role_required(*roles: str) -> Callable[[View], View]:
    """Lets only those with one of the roles see a view; others are asked to sign in, or refused.

    What they do there is done under that role (`auditor:<id>`), whatever else they may be. What
    such a page shows is never kept by a cache, and gone after signing out.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            role = next((each for each in roles if has_role(request.user, each)), None)
            if role is None:
                raise PermissionDenied(REFUSALS[roles[0]])
            with acting(actor=f"{role}:{request.user.pk}"):
                return view(request, *args, **kwargs)

        return never_cache(guarded)

    return decorate


staff_only = role_required("staff")
auditor_only = role_required("auditor")
operators_only = role_required("auditor", "staff")
books_only = role_required("staff", "auditor")
