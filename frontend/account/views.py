"""The customer's own pages: orders and addresses. Everything is looked up by the signed-in id."""

from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from frontend.htmx import page, redirect
from frontend.storefront.checkout_form import address_errors, address_fields, typed_address
from modules.customers.commands import remove_address, save_address
from modules.customers.contracts import RemoveAddress, SaveAddress, SavedAddress
from modules.customers.selectors import addresses
from modules.kernel.address import Address
from modules.kernel.errors import DomainError
from modules.orders.contracts import OrderFilter
from modules.orders.selectors import order_token, orders
from modules.shipping.selectors import countries


def own_id(request: HttpRequest) -> UUID:
    return cast("UUID", request.user.pk)


@never_cache
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    latest = orders(OrderFilter(customer_id=own_id(request), limit=3)).orders
    return render(
        request,
        "account/overview.html",
        {"orders": with_tokens(latest), "addresses": addresses(own_id(request))},
    )


def with_tokens(found: tuple[object, ...]) -> list[tuple[object, str]]:
    return [(order, order_token(order.id)) for order in found]  # type: ignore[attr-defined]


@never_cache
@login_required
def order_list(request: HttpRequest) -> HttpResponse:
    cursor = request.GET.get("after", "")[:500]
    found = orders(OrderFilter(customer_id=own_id(request), cursor=cursor, limit=20))
    context = {"orders": with_tokens(found.orders), "next_cursor": found.next_cursor}
    return page(request, "account/orders.html", context, partial="rows")


@never_cache
@login_required
def address_list(request: HttpRequest) -> HttpResponse:
    return render(request, "account/addresses.html", {"addresses": addresses(own_id(request))})


def find(request: HttpRequest, address_id: UUID | None) -> SavedAddress | None:
    return next((each for each in addresses(own_id(request)) if each.id == address_id), None)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def address_form(request: HttpRequest, address_id: UUID | None = None) -> HttpResponse:
    saved = find(request, address_id)
    if address_id is not None and saved is None:
        return redirect(request, reverse("account-addresses"))
    if request.method != "POST":
        return show_form(request, saved, saved.address if saved else None, {})
    address = typed_address(cast("QueryDict", request.POST), "")
    errors = address_errors(address, "")
    if not errors:
        try:
            save_address(
                SaveAddress(
                    customer_id=own_id(request),
                    address=address,
                    is_default=request.POST.get("is_default") == "yes",
                    address_id=address_id,
                )
            )
        except DomainError as refusal:
            errors = {"name": refusal.message}
        else:
            return redirect(request, reverse("account-addresses"))
    return show_form(request, saved, address, errors, status=422)


def show_form(
    request: HttpRequest,
    saved: SavedAddress | None,
    address: Address | None,
    errors: dict[str, str],
    status: int = 200,
) -> HttpResponse:
    context = {
        "saved": saved,
        "fields": address_fields(address, errors, "", "", settings.SHOP_COUNTRY),
        "errors": errors,
        "countries": countries(),
    }
    return page(request, "account/address_form.html", context, partial="form", status=status)


@login_required
@require_POST
def address_remove(request: HttpRequest, address_id: UUID) -> HttpResponse:
    saved = find(request, address_id)
    if saved is not None:
        remove_address(RemoveAddress(customer_id=own_id(request), address_id=address_id))
    return redirect(request, reverse("account-addresses"))
