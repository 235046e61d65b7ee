"""Who may see a page: roles, checked the same way for pages and parts of pages."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from modules.customers.selectors import has_role

type View = Callable[..., HttpResponse]

REFUSALS = {
    "staff": "This page is for the shop's staff. Sign in with a staff account to see it.",
    "auditor": "This page is for auditors. Sign in with an auditor's account to see it.",
}


def role_required(role: str) -> Callable[[View], View]:
    """Lets only those with `role` see a view; who is not signed in is asked to sign in first.

    What such a page shows is never kept by a cache, and gone after signing out.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not has_role(request.user, role):
                raise PermissionDenied(REFUSALS[role])
            return view(request, *args, **kwargs)

        return never_cache(guarded)

    return decorate


staff_only = role_required("staff")
auditor_only = role_required("auditor")
