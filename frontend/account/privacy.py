"""What customers may ask of the shop about their own data: a copy, or the end of it."""

import json

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from frontend.account.views import own_id
from frontend.htmx import page, redirect
from frontend.storefront.shopper import COOKIE
from modules.customers.selectors import confirmed_by_password
from modules.kernel.errors import DomainError
from modules.privacy.commands import erase_customer
from modules.privacy.contracts import EraseCustomer
from modules.privacy.selectors import person_of_account, personal_data


@never_cache
@login_required
@require_POST
def download(request: HttpRequest) -> HttpResponse:
    """Answers all that the shop keeps of the customer as one JSON file."""
    data = personal_data(person_of_account(own_id(request)))
    response = HttpResponse(
        json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True),
        content_type="application/json",
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@never_cache
@login_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def delete_account(request: HttpRequest) -> HttpResponse:
    """Asks for the password and then erases the customer, who is a stranger afterwards."""
    person = person_of_account(own_id(request))
    if request.method != "POST":
        return render(request, "account/delete.html", {"errors": {}})
    errors = {}
    if not confirmed_by_password(own_id(request), request.POST.get("password", "")):
        errors["password"] = "Enter the password you sign in with"  # noqa: S105  # not one
    else:
        try:
            erase_customer(EraseCustomer(subjects=person.subjects))
        except DomainError as refusal:
            errors["password"] = refusal.message
    if errors:
        return page(request, "account/delete.html", {"errors": errors}, partial="form", status=422)
    logout(request)
    response = redirect(request, reverse("account-deleted"))
    response.delete_cookie(COOKIE)
    return response


@never_cache
def deleted(request: HttpRequest) -> HttpResponse:
    return render(request, "account/deleted.html")
