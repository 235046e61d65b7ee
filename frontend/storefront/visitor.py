"""What a page for everybody leaves out: basket, account, and what the visitor is to be told."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from frontend.htmx import redirect, wants_fragment


@never_cache
@require_safe
def visitor(request: HttpRequest) -> HttpResponse:
    """Answers htmx on behalf of a page; somebody who types the address is led to the shop."""
    if not wants_fragment(request):
        return redirect(request, "/")
    return render(request, "storefront/visitor.html")
